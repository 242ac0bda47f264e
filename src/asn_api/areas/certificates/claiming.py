"""External certificates: claimed by their holder with a file, changed or withdrawn until they are decided."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.scope import stored
from asn_api.areas.certificates import queries, showing
from asn_api.areas.certificates.schemas import CertificateChangeIn, CertificateIn
from asn_api.areas.policies.current import policy_on
from asn_api.core.http.route import check_version
from asn_api.core.journal import Change, difference, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.rules.certificates import (
    CertificateAction,
    CertificateActor,
    CertificateOrigin,
    CertificateStatus,
    check_certificate,
    check_days,
    issuer_key,
    number_key,
    title_key,
)
from asn_api.rules.learning_hours import hours_of, year_of
from asn_api.rules.learning_policy import LearningPolicy
from asn_api.tables.certificates import TrainingCertificate

ENTITY = "certificate"
FIELDS = ("number", "issuer", "title", "kind", "jp", "starts_on", "ends_on", "issued_on", "file_id")


async def claim(access: Access, db: AsyncSession, given: CertificateIn) -> tuple[UUID, bool]:
    """The id of the claim, and whether it is new; the same one sent again is given back."""
    employee_id = access.employee_id
    if employee_id is None:
        raise Problem("NOT_AN_EMPLOYEE")
    await db.execute(queries.lock_me(access))
    values = await _values(access, db, given)
    if (
        given.id is not None
        and (known := await db.scalar(stored(access, TrainingCertificate, given.id))) is not None
    ):
        if (known.employee_id, _content(known)) != (employee_id, {name: values[name] for name in FIELDS}):
            raise Problem("CERTIFICATE_ID_TAKEN")
        return known.id, False
    await _check_file(access, db, given.file_id)
    await check_single(access, db, employee_id, values["number_key"], values["issuer_key"])
    row = TrainingCertificate(
        region_id=access.region_id,
        id=given.id or uuid7(),
        employee_id=employee_id,
        origin=CertificateOrigin.EXTERNAL,
        status=CertificateStatus.CLAIMED,
        created_at=access.now,
        **values,
    )
    db.add(row)
    await db.flush()
    await _log(access, db, row, "CREATE", difference({}, _content(row)))
    return row.id, True


async def change(
    access: Access, db: AsyncSession, id: UUID, expected: int, given: CertificateChangeIn
) -> None:
    """Another content of a claim that nobody has decided yet."""
    row = await _own(access, db, id, expected, CertificateAction.CHANGE)
    values, before = await _values(access, db, given), _content(row)
    if given.file_id != row.file_id:
        await _check_file(access, db, given.file_id)
    await check_single(access, db, row.employee_id, values["number_key"], values["issuer_key"], but=row.id)
    for name, value in values.items():
        setattr(row, name, value)
    await db.flush()
    if changes := difference(before, _content(row)):
        await _log(access, db, row, "EDIT", changes)


async def withdraw(access: Access, db: AsyncSession, id: UUID, expected: int) -> None:
    """Take a claim back that nobody has decided yet; it is gone, and the journal keeps what it said."""
    row = await _own(access, db, id, expected, CertificateAction.WITHDRAW)
    gone = {name: [value, None] for name, value in _content(row).items()}
    await _log(access, db, row, "DELETE", gone, row.version + 1)
    await db.delete(row)


async def check_single(
    access: Access, db: AsyncSession, employee_id: UUID, number: str, issuer: str, but: UUID | None = None
) -> None:
    """No person has two certificates of one number and issuer, so that no hour counts twice."""
    known = await db.scalar(queries.same(access, employee_id, number, issuer, but))
    if known is not None:
        raise Problem(
            "CERTIFICATE_DUPLICATE",
            number=known.number,
            issuer=known.issuer,
            status=known.status.value,
            certificate_id=str(known.id),
        )


async def _own(
    access: Access, db: AsyncSession, id: UUID, expected: int, action: CertificateAction
) -> TrainingCertificate:
    """The caller's own, held with his row; somebody else's is not found."""
    await db.execute(queries.lock_me(access))
    row = await db.scalar(stored(access, TrainingCertificate, id).with_for_update())
    if row is None or row.employee_id != access.employee_id:
        raise Problem("NOT_FOUND")
    if row.version != expected:
        check_version(row.version, expected, await showing.wire(access, db, id))
    check_certificate(row.status, action, {CertificateActor.HOLDER})
    return row


async def _values(access: Access, db: AsyncSession, given: CertificateChangeIn) -> dict[str, Any]:
    """The columns that a claim fills, checked."""
    check_days(given.starts_on, given.ends_on, given.issued_on, access.today)
    keys = {
        "number_key": number_key(given.number),
        "issuer_key": issuer_key(given.issuer),
        "title_key": title_key(given.title),
    }
    faults = [
        Fault(f"/{name.removesuffix('_key')}", "CERTIFICATE_NUMBER_EMPTY")
        for name, key in keys.items()
        if not key
    ]
    if (given.jp is None) == (given.minutes is None):
        faults.append(Fault("/jp", "CERTIFICATE_HOURS_OR_MINUTES"))
    if faults:
        raise Problem("REQUEST_INVALID", faults=faults)
    jp = given.jp
    if jp is None:
        policy = await policy_on(db, access.region_id, LearningPolicy, given.ends_on)
        jp = hours_of(given.minutes or 0, policy.minutes_per_hour)
    kept = given.model_dump(include=set(FIELDS))
    return {**kept, **keys, "jp": jp, "year": year_of(given.ends_on)}


async def _check_file(access: Access, db: AsyncSession, file_id: UUID) -> None:
    if await db.scalar(queries.own_file(access, file_id)) is None:
        raise Problem("REQUEST_INVALID", faults=[Fault("/file_id", "CERTIFICATE_FILE_UNUSABLE")])


def _content(row: TrainingCertificate) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FIELDS}


async def _log(
    access: Access,
    db: AsyncSession,
    row: TrainingCertificate,
    action: str,
    changes: dict[str, Any],
    version: int | None = None,
) -> None:
    unit_id = await db.scalar(queries.unit_of(access, row.employee_id))
    change = Change(
        ENTITY, row.id, version or row.version, action, changes, unit_id=unit_id, employee_id=row.employee_id
    )
    await record(db, access.author, access.now, change)
