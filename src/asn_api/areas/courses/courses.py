"""Courses of the catalogue: written as a whole, published, withdrawn; what they demand never leads back to them."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from asn_api.access.actor import Access
from asn_api.access.scope import stored
from asn_api.areas.competencies.names import unknown as unknown_codes
from asn_api.areas.courses import queries
from asn_api.areas.courses.schemas import CourseIn, CourseOut, CourseValues
from asn_api.core.http.exports import Column
from asn_api.core.http.route import check_version
from asn_api.core.journal import Change, difference, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.rules.courses import CourseStatus, form_of, leads_back
from asn_api.rules.labels import external_code
from asn_api.tables.organization import Region
from asn_api.tables.training import Course, CourseCompetency, CoursePrerequisite

ENTITY = "course"

COLUMNS = (
    Column("Kode", "Code", lambda row: row["code"]),
    Column("Judul", "Title", lambda row: row["title"]),
    Column("Jenis diklat", "Kind", lambda row: row["kind"]),
    Column("Kode SIASN", "National code", lambda row: external_code(row["kind"])),
    Column("Bentuk", "Form", lambda row: row["form"]),
    Column("Cara belajar", "Mode", lambda row: row["mode"]),
    Column("JP", "Lesson hours", lambda row: row["jp"]),
    Column("Biaya (Rp)", "Cost (Rp)", lambda row: row["cost"]),
    Column("Mitra", "Partner", lambda row: row["partner_name"]),
    Column(
        "Kompetensi",
        "Competencies",
        lambda row: ", ".join(f"{each['competency_code']} {each['level']}" for each in row["competencies"]),
    ),
    Column("Status", "Status", lambda row: row["status"]),
)


async def add(access: Access, db: AsyncSession, given: CourseIn) -> tuple[UUID, bool]:
    """The id of the stored course, and whether it is new; the same one sent again is given back."""
    if given.id is not None and (known := await db.scalar(stored(access, Course, given.id))) is not None:
        if (known.code, known.title, known.unit_id) != (given.code, given.title, given.unit_id):
            raise Problem("COURSE_ID_TAKEN")
        return known.id, False
    row = Course(
        region_id=access.region_id,
        id=given.id or uuid7(),
        status=CourseStatus.DRAFT,
        created_at=access.now,
    )
    await _check(access, db, row.id, given)
    _put(row, given)
    db.add(row)
    await db.flush()
    _add_parts(db, row, given)
    await _log(access, db, row, "CREATE", difference({}, _fields(given)))
    return row.id, True


async def change(access: Access, db: AsyncSession, id: UUID, expected: int, given: CourseValues) -> None:
    row, before = await _held(access, db, id, expected)
    if row.status is CourseStatus.WITHDRAWN:
        raise Problem("COURSE_WITHDRAWN")
    await _check(access, db, id, given)
    _put(row, given)
    # What it teaches and demands is part of it: that changes its version even if nothing else does.
    flag_modified(row, "title")
    for part in (CourseCompetency, CoursePrerequisite):
        parts = select(part).where(part.region_id == access.region_id, part.course_id == id)
        for each in await db.scalars(parts):
            await db.delete(each)
    await db.flush()
    _add_parts(db, row, given)
    await _log(access, db, row, "EDIT", difference(_fields(_given(before)), _fields(given)))


async def publish(access: Access, db: AsyncSession, id: UUID, expected: int) -> None:
    """Show it to everybody; one that was withdrawn comes back."""
    row, before = await _held(access, db, id, expected)
    if row.status is CourseStatus.PUBLISHED:
        raise Problem("COURSE_PUBLISHED_ALREADY")
    row.status, row.published_at = CourseStatus.PUBLISHED, row.published_at or access.now
    await _log(access, db, row, "PUBLISH", {"status": [before["status"], row.status]})


async def withdraw(access: Access, db: AsyncSession, id: UUID, expected: int) -> None:
    """No new classes; those that are open go on."""
    row, before = await _held(access, db, id, expected)
    if row.status is CourseStatus.WITHDRAWN:
        raise Problem("COURSE_WITHDRAWN")
    row.status = CourseStatus.WITHDRAWN
    await _log(access, db, row, "WITHDRAW", {"status": [before["status"], row.status]})


async def shown(access: Access, db: AsyncSession, id: UUID) -> dict[str, Any]:
    return await whole(access, db, (await db.execute(queries.course(access, id))).mappings().one_or_none())


async def whole(access: Access, db: AsyncSession, row: Any) -> dict[str, Any]:
    """The course with what has to be completed before it."""
    if row is None:
        raise Problem("NOT_FOUND")
    prerequisites = (await db.execute(queries.prerequisites(access, row["id"]))).mappings()
    return {
        **shape(row),
        "description": row["description"],
        "prerequisites": [dict(each) for each in prerequisites],
    }


def shape(row: Any) -> dict[str, Any]:
    partner = None
    if row["partner_id"] is not None:
        partner = {"id": row["partner_id"], "name": row["partner_name"], "kind": row["partner_kind"]}
    named = (
        "id",
        "version",
        "unit_id",
        "code",
        "title",
        "form",
        "kind",
        "mode",
        "jp",
        "cost",
        "mandatory_for",
    )
    return {
        **{name: row[name] for name in (*named, "status", "published_at", "available")},
        "partner": partner,
        "national_code": external_code(row["kind"]),
        "competencies": sorted(row["competencies"], key=lambda each: each["competency_code"]),
    }


async def _held(access: Access, db: AsyncSession, id: UUID, expected: int) -> tuple[Course, dict[str, Any]]:
    row = await db.scalar(queries.locked(access, id))
    if row is None:
        raise Problem("NOT_FOUND")
    before = await shown(access, db, id)
    check_version(row.version, expected, CourseOut.model_validate(before))
    return row, before


async def _check(access: Access, db: AsyncSession, id: UUID, given: CourseValues) -> None:
    """What it names exists within reach, and its prerequisites do not lead back to it."""
    faults = []
    if await db.scalar(queries.open_unit(access, given.unit_id)) is None:
        raise Problem("NOT_FOUND", faults=[Fault("/unit_id", "NOT_FOUND")])
    if (
        given.partner_id is not None
        and await db.scalar(queries.stored_partner(access, given.partner_id)) is None
    ):
        faults.append(Fault("/partner_id", "PARTNER_UNKNOWN"))
    unknown = await unknown_codes(
        access, db, {each.competency_code for each in given.competencies}, access.today
    )
    faults += [
        Fault(
            f"/competencies/{number}/competency_code",
            "COMPETENCY_UNKNOWN",
            {"competency": each.competency_code},
        )
        for number, each in enumerate(given.competencies)
        if each.competency_code in unknown
    ]
    known = (
        set(await db.scalars(queries.known(access, given.prerequisites))) if given.prerequisites else set()
    )
    faults += [
        Fault(f"/prerequisites/{number}", "COURSE_UNKNOWN")
        for number, each in enumerate(given.prerequisites)
        if each not in known and each != id
    ]
    if faults:
        raise Problem("REQUEST_INVALID", faults=faults)
    if given.prerequisites:
        # One change of prerequisites at a time, or two could close a circle together.
        await db.execute(
            select(Region.id).where(Region.id == access.region_id).with_for_update(key_share=True)
        )
        pairs: dict[UUID, set[UUID]] = defaultdict(set)
        for course_id, prerequisite_id in await db.execute(queries.every_prerequisite(access)):
            pairs[course_id].add(prerequisite_id)
        if leads_back(id, set(given.prerequisites), pairs):
            raise Problem("REQUEST_INVALID", faults=[Fault("/prerequisites", "PREREQUISITES_IN_A_CIRCLE")])


def _put(row: Course, given: CourseValues) -> None:
    for name in ("unit_id", "partner_id", "code", "title", "description", "kind", "mode", "jp", "cost"):
        setattr(row, name, getattr(given, name))
    row.form, row.mandatory_for = form_of(given.kind), [each.value for each in given.mandatory_for]


def _add_parts(db: AsyncSession, row: Course, given: CourseValues) -> None:
    key = {"region_id": row.region_id, "course_id": row.id}
    for taught in given.competencies:
        db.add(CourseCompetency(**key, id=uuid7(), **taught.model_dump()))
    for prerequisite in given.prerequisites:
        db.add(CoursePrerequisite(**key, id=uuid7(), prerequisite_id=prerequisite))


def _fields(given: CourseValues) -> dict[str, Any]:
    fields = given.model_dump(mode="json", include=set(CourseValues.model_fields))
    fields["competencies"] = sorted(fields["competencies"], key=lambda each: each["competency_code"])
    fields["prerequisites"] = sorted(fields["prerequisites"])
    return fields


def _given(shown: dict[str, Any]) -> CourseValues:
    """The values that lead to what is shown."""
    values = {name: shown[name] for name in CourseValues.model_fields if name in shown}
    values["partner_id"] = shown["partner"]["id"] if shown["partner"] else None
    values["prerequisites"] = [each["id"] for each in shown["prerequisites"]]
    return CourseValues.model_validate(values)


async def _log(access: Access, db: AsyncSession, row: Course, action: str, changes: dict[str, Any]) -> None:
    await db.flush()
    change = Change(ENTITY, row.id, row.version, action, changes, unit_id=row.unit_id)
    await record(db, access.author, access.now, change)
