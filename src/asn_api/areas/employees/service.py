"""Changes of employee records: made by hand, changed field by field, opened for a purpose."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.employees import queries
from asn_api.areas.employees.portal_rows import Restricted
from asn_api.areas.employees.schemas import (
    DisclosureIn,
    EmployeeChangeIn,
    EmployeeIn,
    EmployeeRecordOut,
    OwnRecordIn,
)
from asn_api.areas.employees.sealing import NOTHING, nik_index, seal, unseal
from asn_api.areas.employees.shapes import STORED_AS, record_shape
from asn_api.areas.identity.accounts import ensure_accounts
from asn_api.areas.organization.lines import rebuild
from asn_api.areas.policies.current import policy_on
from asn_api.core.crypto import Keyring
from asn_api.core.http.route import check_version
from asn_api.core.journal import Change, difference, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.rules import nip, reference
from asn_api.rules.organization import AppointmentKind
from asn_api.rules.people import Employment
from asn_api.rules.policy import IdentityPolicy
from asn_api.rules.privacy import CHANGERS, Changer, FieldClass, fields_of, may_change
from asn_api.tables.employees import Employee, EmployeeGrade
from asn_api.tables.organization import Appointment

_RESTRICTED = frozenset(fields_of(FieldClass.RESTRICTED))
_NEVER_EMPTY = frozenset({"name", "nip", "birth_date", "sex", "employment", "legal_standing_code"})
_TABLES = {
    "employee_kind_code": reference.employee_kinds,
    "legal_standing_code": reference.legal_standings,
    "first_grade_code": reference.grades,
    "education_level_code": reference.education_levels,
    "religion": reference.religions,
    "marital_state": reference.marital_states,
}


async def create(
    access: Access, db: AsyncSession, keyring: Keyring, given: EmployeeIn
) -> tuple[UUID, list[Fault], bool]:
    """The id of the record, what looks wrong in it, and whether it is new."""
    codes = (await policy_on(db, access.region_id, IdentityPolicy, access.today)).pppk_contract_codes
    number = nip.parse(given.nip, codes)
    fields = given.model_dump(include=set(CHANGERS))
    fields |= {
        "nip": number.digits,
        "birth_date": given.birth_date or number.birth_date,
        "sex": given.sex or number.sex,
    }
    _check(fields, given.grade.code)
    warnings = _warnings(fields, codes)
    if given.id is not None and (known := await db.get(Employee, (access.region_id, given.id))) is not None:
        same = known.nip == number.digits and known.name == given.name
        if not same or await queries.within_reach(access, db, given.id) is None:
            raise Problem("EMPLOYEE_ID_TAKEN")
        return known.id, warnings, False
    position = await queries.post(access, db, given.appointment.position_id)
    if position is None:
        raise _refused(Fault("/appointment/position_id", "POSITION_UNKNOWN"))
    id = given.id or uuid7()
    restricted = _restricted(NOTHING, fields)
    plain = {name: value for name, value in fields.items() if name not in _RESTRICTED}
    employee = Employee(
        region_id=access.region_id,
        id=id,
        sort_name=given.name.lower(),
        active=reference.is_active(given.legal_standing_code),
        restricted=seal(keyring, access.region_id, id, restricted),
        nik_index=nik_index(keyring, restricted.nik),
        raw={},
        **plain,
    )
    db.add(employee)
    await db.flush()
    appointment = Appointment(
        region_id=access.region_id,
        id=uuid7(),
        employee_id=id,
        position_id=position.id,
        unit_id=position.unit_id,
        is_head=position.is_head,
        kind=AppointmentKind.DEFINITIVE,
        valid=Range(given.appointment.since, None),
        decree_number=given.appointment.decree_number,
        decree_date=given.appointment.decree_date,
    )
    grade = EmployeeGrade(
        region_id=access.region_id,
        id=uuid7(),
        employee_id=id,
        grade_code=given.grade.code,
        valid=Range(given.grade.since, None),
    )
    db.add_all([appointment, grade])
    await rebuild(db, access.region_id)
    await ensure_accounts(db, access.region_id, [id], access.author, access.now)
    where = {"unit_id": position.unit_id, "employee_id": id}
    await record(
        db,
        access.author,
        access.now,
        Change("employee", id, 1, "CREATE", _changes({}, plain, NOTHING, restricted), **where),
        Change(
            "appointment",
            appointment.id,
            1,
            "CREATE",
            difference(
                {},
                {
                    "position_id": position.id,
                    "kind": appointment.kind,
                    "from": given.appointment.since,
                    "decree_number": given.appointment.decree_number,
                },
            ),
            **where,
        ),
        Change(
            "grade",
            grade.id,
            1,
            "CREATE",
            difference({}, {"grade_code": given.grade.code, "from": given.grade.since}),
            **where,
        ),
    )
    return id, warnings, True


async def change(
    access: Access,
    db: AsyncSession,
    keyring: Keyring,
    employee_id: UUID,
    expected: int,
    given: EmployeeChangeIn | OwnRecordIn,
    changer: Changer,
) -> list[Fault]:
    """Write the given fields when the record still is what the caller saw; returns what looks wrong."""
    employee = await queries.locked(access, db, employee_id)
    if employee is None:
        raise Problem("NOT_FOUND")
    if employee.version != expected:
        check_version(employee.version, expected, await _current(access, db, keyring, employee_id))
    fields = {name: getattr(given, name) for name in given.model_fields_set & may_change(changer)}
    codes = (await policy_on(db, access.region_id, IdentityPolicy, access.today)).pppk_contract_codes
    if fields.get("nip"):
        fields["nip"] = nip.parse(fields["nip"], codes).digits
    _check(fields)
    plain = {name: value for name, value in fields.items() if name not in _RESTRICTED}
    before = {name: getattr(employee, name) for name in plain}
    held = unseal(keyring, access.region_id, employee.id, employee.restricted)
    restricted = _restricted(held, fields)
    changes = _changes(before, plain, held, restricted)
    if changes:
        _write(keyring, employee, plain, held, restricted)
        await db.flush()
        if changes.keys() & {"nip", "legal_standing_code"}:
            await ensure_accounts(db, access.region_id, [employee.id], access.author, access.now)
        where = await queries.unit_of(access, db, employee.id)
        happened = Change(
            "employee",
            employee.id,
            employee.version,
            "CHANGE",
            changes,
            unit_id=where,
            employee_id=employee.id,
        )
        await record(db, access.author, access.now, happened)
    if not fields.keys() & _NEVER_EMPTY:
        return []
    return _warnings({name: getattr(employee, name) for name in _NEVER_EMPTY}, codes)


async def disclose(
    access: Access, db: AsyncSession, keyring: Keyring, employee_id: UUID, given: DisclosureIn
) -> Restricted:
    """The restricted fields in clear; who asked for which and why is journalled, the values never are."""
    employee = await queries.within_reach(access, db, employee_id)
    if employee is None:
        raise Problem("NOT_FOUND")
    restricted = unseal(keyring, access.region_id, employee.id, employee.restricted)
    happened = Change(
        "employee",
        employee.id,
        employee.version,
        "DISCLOSE",
        {"fields": sorted(set(given.fields)), "purpose": given.purpose},
        unit_id=await queries.unit_of(access, db, employee.id),
        employee_id=employee.id,
    )
    await record(db, access.author, access.now, happened)
    return restricted


async def _current(
    access: Access, db: AsyncSession, keyring: Keyring, employee_id: UUID
) -> EmployeeRecordOut | None:
    row = await queries.record(access, db, employee_id, access.today)
    if row is None:
        return None
    shape = record_shape(row, keyring, access.region_id, third_party=access.actor.client_id is not None)
    return EmployeeRecordOut.model_validate(shape)


def _write(
    keyring: Keyring, employee: Employee, plain: Mapping[str, Any], held: Restricted, restricted: Restricted
) -> None:
    for name, value in plain.items():
        setattr(employee, name, value)
    employee.sort_name = employee.name.lower()
    employee.active = reference.is_active(employee.legal_standing_code)
    if restricted != held:
        employee.restricted = seal(keyring, employee.region_id, employee.id, restricted)
        employee.nik_index = nik_index(keyring, restricted.nik)


def _restricted(held: Restricted, fields: Mapping[str, Any]) -> Restricted:
    given = {STORED_AS.get(name, name): value for name, value in fields.items() if name in _RESTRICTED}
    return replace(held, **given)


def _changes(
    before: Mapping[str, Any], plain: Mapping[str, Any], held: Restricted, restricted: Restricted
) -> dict[str, Any]:
    """The difference as the journal keeps it: of restricted fields only that they changed."""
    changes = difference(dict(before), dict(plain))
    stored, wanted = asdict(held), asdict(restricted)
    for field in sorted(_RESTRICTED):
        name = STORED_AS.get(field, field)
        if stored[name] != wanted[name]:
            changes[field] = [stored[name] and "****", wanted[name] and "****"]
    return changes


def _check(fields: Mapping[str, Any], grade_code: str | None = None) -> None:
    faults = [
        Fault(f"/{name}", "FIELD_CANNOT_BE_EMPTY")
        for name in sorted(fields.keys() & _NEVER_EMPTY)
        if fields[name] is None
    ]
    for name, table in _TABLES.items():
        value = fields.get(name)
        if value is not None and value not in table():
            faults.append(Fault(f"/{name}", "CODE_UNKNOWN", {"value": value}))
    if grade_code is not None and grade_code not in reference.grades():
        faults.append(Fault("/grade/code", "CODE_UNKNOWN", {"value": grade_code}))
    if faults:
        raise _refused(*faults)


def _refused(*faults: Fault) -> Problem:
    return Problem("EMPLOYEE_INVALID", faults=faults)


def _warnings(fields: Mapping[str, Any], pppk_codes: Collection[str]) -> list[Fault]:
    """Where record and number disagree: stored all the same, because numbers were issued with mistakes."""
    number = nip.parse(fields["nip"], pppk_codes)
    warnings = nip.differences(number, fields["birth_date"], fields["sex"])
    if (number.kind == "PPPK") != (fields["employment"] is Employment.PPPK):
        params = {"nip": number.kind, "record": fields["employment"].value}
        warnings.append(Fault("/employment", "EMPLOYMENT_DIFFERS_FROM_NIP", params))
    return warnings
