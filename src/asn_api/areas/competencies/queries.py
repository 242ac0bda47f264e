"""The SQL of the catalogue, the standards and the evidence of competencies."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Date,
    Select,
    Text,
    cast,
    column,
    false,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
    values,
)
from sqlalchemy.dialects.postgresql import Range

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.monitoring import by
from asn_api.access.scope import employees_within, units_within
from asn_api.areas.competencies.schemas import CompetencyFilter, EvidenceFilter, StandardFilter
from asn_api.areas.performance.queries import matches
from asn_api.core.http.paging import Key
from asn_api.errors import Language
from asn_api.rules.competencies import CompetencyGroup, EvidenceSource, NationalCompetency, group_of
from asn_api.rules.labels import label
from asn_api.rules.labels.competencies import DEFINITIONS
from asn_api.tables.competencies import Competency, CompetencyEvidence, CompetencyStandard
from asn_api.tables.employees import Employee
from asn_api.tables.organization import Position, Region, Unit
from asn_api.tables.training import CourseCompetency

EVIDENCE_NEWEST_FIRST = (
    Key(CompetencyEvidence.__table__.c.assessed_on, "assessed_on", date.fromisoformat, descending=True),
    Key(CompetencyEvidence.__table__.c.id, "id", UUID, descending=True),
)
STANDARDS_BY_ID = (Key(CompetencyStandard.__table__.c.id, "id", UUID),)


def catalogue(access: Access, language: Language) -> Any:
    """The nine national competencies and the region's own, in one shape."""
    national = values(
        column("code", Text), column("group", Text), column("name", Text), column("definition", Text)
    ).data(
        [
            (each.value, group_of(each).value, label(each, language), DEFINITIONS[each][language == "en"])
            for each in NationalCompetency
        ]
    )
    nine = national.alias("nine")
    return union_all(
        select(
            *nine.c,
            true().label("national"),
            cast(null(), Date).label("closed_on"),
            literal(1, BigInteger).label("version"),
        ),
        select(
            Competency.code,
            literal(CompetencyGroup.TECHNICAL.value, Text),
            Competency.name,
            Competency.definition,
            false(),
            Competency.closed_on,
            Competency.version,
        ).where(Competency.region_id == access.region_id),
    ).subquery("competencies_of_all")


def competencies(access: Access, wanted: CompetencyFilter, language: Language) -> tuple[Select[Any], Key]:
    """What is listed, and its order."""
    each = catalogue(access, language)
    statement = select(*each.c)
    if wanted.group is not None:
        statement = statement.where(each.c.group == wanted.group.value)
    if wanted.q is not None:
        statement = statement.where(
            or_(
                each.c.name.icontains(wanted.q, autoescape=True),
                each.c.code.icontains(wanted.q, autoescape=True),
            )
        )
    if wanted.on is not None:
        statement = statement.where(or_(each.c.closed_on.is_(None), each.c.closed_on > wanted.on))
    return statement, Key(each.c.code, "code", str)


def competency(access: Access, code: str, language: Language) -> Select[Any]:
    each = catalogue(access, language)
    return select(*each.c).where(each.c.code == code)


def technical(access: Access, code: str) -> Select[Competency]:
    return select(Competency).where(Competency.region_id == access.region_id, Competency.code == code)


def technical_names(access: Access, codes: Collection[str]) -> Select[str, str]:
    return select(Competency.code, Competency.name).where(
        Competency.region_id == access.region_id, Competency.code.in_(codes)
    )


def open_codes(access: Access, codes: Collection[str], day: date) -> Select[str]:
    """Technical ones among these that may be named on the day; held, so that none is closed meanwhile."""
    return (
        select(Competency.code)
        .where(
            Competency.region_id == access.region_id,
            Competency.code.in_(codes),
            or_(Competency.closed_on.is_(None), Competency.closed_on > day),
        )
        .with_for_update(read=True, key_share=True)
    )


def standards_beyond(access: Access, code: str, day: date) -> Select[UUID]:
    """Standards that ask for the competency on the day or later."""
    return select(CompetencyStandard.id).where(
        CompetencyStandard.region_id == access.region_id,
        CompetencyStandard.competency_code == code,
        CompetencyStandard.valid.overlaps(Range(day, None)),
    )


def standards(access: Access, wanted: StandardFilter) -> Select[Any]:
    """What positions and levels of positions ask for; the whole region may know."""
    row = CompetencyStandard
    conditions = [row.region_id == access.region_id]
    for name in ("position_id", "tier", "competency_code"):
        value = getattr(wanted, name)
        if value is not None:
            conditions.append(getattr(row, name) == value)
    if wanted.on is not None:
        conditions.append(row.valid.contains(wanted.on))
    return (
        select(*row.__table__.c, Position.title.label("position_title"), Position.unit_id)
        .outerjoin(Position, matches(Position, row.position_id, row))
        .where(*conditions)
    )


def standard(access: Access, id: UUID) -> Select[Any]:
    return standards(access, StandardFilter()).where(CompetencyStandard.id == id)


def standard_in_region(access: Access, id: UUID) -> Select[CompetencyStandard]:
    return select(CompetencyStandard).where(
        CompetencyStandard.region_id == access.region_id, CompetencyStandard.id == id
    )


def standard_versions(access: Access, ids: Collection[UUID]) -> Select[UUID, int]:
    return select(CompetencyStandard.id, CompetencyStandard.version).where(
        CompetencyStandard.region_id == access.region_id, CompetencyStandard.id.in_(ids)
    )


def standards_of_subject(
    access: Access, position_id: UUID | None, tier: str | None, code: str, valid: Range[date]
) -> Select[CompetencyStandard]:
    row = CompetencyStandard
    subject = row.position_id == position_id if position_id is not None else row.tier == tier
    return (
        select(row)
        .where(
            row.region_id == access.region_id,
            subject,
            row.competency_code == code,
            row.valid.overlaps(valid),
        )
        .order_by(row.valid)
        .with_for_update()
    )


def position_within(access: Access, id: UUID) -> Select[UUID]:
    """A position of the branches within reach, held against other changes of what it asks for."""
    return (
        select(Position.id)
        .join(Unit, matches(Unit, Position.unit_id, Position))
        .where(Position.region_id == access.region_id, Position.id == id, units_within(access))
        .with_for_update(of=Position, key_share=True)
    )


def evidence(access: Access, wanted: EvidenceFilter) -> Select[Any]:
    """Of the people within reach today: it goes with the person."""
    row = CompetencyEvidence
    conditions = [row.region_id == access.region_id, employees_within(access, row.employee_id)]
    for name in ("employee_id", "competency_code", "source"):
        value = getattr(wanted, name)
        if value is not None:
            conditions.append(getattr(row, name) == value)
    if wanted.withdrawn is not None:
        conditions.append(row.withdrawn_at.is_not(None) == wanted.withdrawn)
    if wanted.assessed_from is not None:
        conditions.append(row.assessed_on >= wanted.assessed_from)
    if wanted.assessed_to is not None:
        conditions.append(row.assessed_on <= wanted.assessed_to)
    manager, superior = by(access, Permission.COMPETENCIES_MANAGE), by(access, Permission.COMPETENCIES_ASSESS)
    return (
        select(
            *row.__table__.c,
            Employee.nip.label("employee_nip"),
            Employee.name.label("employee_name"),
            employees_within(manager, row.employee_id).label("is_managed"),
            employees_within(superior, row.employee_id).label("is_led"),
        )
        .join(Employee, matches(Employee, row.employee_id, row))
        .where(*conditions)
    )


def one_evidence(access: Access, id: UUID) -> Select[Any]:
    return evidence(access, EvidenceFilter()).where(CompetencyEvidence.id == id)


def some_evidence(access: Access, ids: Collection[UUID]) -> Select[Any]:
    return evidence(access, EvidenceFilter()).where(CompetencyEvidence.id.in_(ids))


def evidence_of(access: Access, employee_id: UUID) -> Select[CompetencyEvidence]:
    """Everything recorded about somebody within reach."""
    row = CompetencyEvidence
    return (
        select(row)
        .where(
            row.region_id == access.region_id,
            row.employee_id == employee_id,
            employees_within(access, row.employee_id),
        )
        .order_by(row.competency_code, row.id)
    )


def evidence_locked(access: Access, id: UUID) -> Select[CompetencyEvidence]:
    row = CompetencyEvidence
    return (
        select(row)
        .where(row.region_id == access.region_id, row.id == id, employees_within(access, row.employee_id))
        .with_for_update(of=row)
        .execution_options(populate_existing=True)
    )


def evidence_in_region(access: Access, ids: Collection[UUID]) -> Select[CompetencyEvidence]:
    """For client-made ids that are sent again; compared, never shown."""
    return select(CompetencyEvidence).where(
        CompetencyEvidence.region_id == access.region_id, CompetencyEvidence.id.in_(ids)
    )


def evidence_of_days(
    access: Access, people: Collection[UUID], days: Sequence[date]
) -> Select[UUID, str, EvidenceSource, date]:
    """The keys of what is recorded about these people on these days and was not withdrawn."""
    row = CompetencyEvidence
    return select(row.employee_id, row.competency_code, row.source, row.assessed_on).where(
        row.region_id == access.region_id,
        row.employee_id.in_(people),
        row.assessed_on.in_(days),
        row.withdrawn_at.is_(None),
    )


def evidence_of_training(
    access: Access, employee_id: UUID, references: Collection[UUID]
) -> Select[CompetencyEvidence]:
    """What these completions have said about somebody, held."""
    row = CompetencyEvidence
    return (
        select(row)
        .where(
            row.region_id == access.region_id,
            row.employee_id == employee_id,
            row.source == EvidenceSource.TRAINING,
            row.reference.in_([str(each) for each in references]),
            row.withdrawn_at.is_(None),
        )
        .with_for_update()
    )


def taught(access: Access, courses: Collection[UUID]) -> Select[CourseCompetency]:
    return select(CourseCompetency).where(
        CourseCompetency.region_id == access.region_id, CourseCompetency.course_id.in_(courses)
    )


def people_within(access: Access, ids: Collection[UUID]) -> Select[UUID]:
    """Those within reach today, held in one order: what is recorded about one person is recorded in turn."""
    return (
        select(Employee.id)
        .where(
            Employee.region_id == access.region_id,
            Employee.id.in_(ids),
            employees_within(access, Employee.id),
        )
        .order_by(Employee.id)
        .with_for_update(key_share=True, of=Employee)
    )


def person(access: Access, id: UUID) -> Select[UUID, str, str]:
    return select(Employee.id, Employee.nip, Employee.name).where(
        Employee.region_id == access.region_id, Employee.id == id, employees_within(access, Employee.id)
    )


def region_held(access: Access) -> Select[UUID]:
    """What the whole region shares is changed in turn."""
    return select(Region.id).where(Region.id == access.region_id).with_for_update(key_share=True)


def branch(access: Access, id: UUID) -> Select[Unit]:
    """A unit of the branches within reach."""
    return select(Unit).where(Unit.region_id == access.region_id, Unit.id == id, units_within(access))


def unit_names(access: Access, ids: Collection[UUID]) -> Select[UUID, str]:
    return (
        select(Unit.id, Unit.name)
        .where(Unit.region_id == access.region_id, Unit.id.in_(ids))
        .order_by(Unit.path)
    )
