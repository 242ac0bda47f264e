"""What agencies achieved, set one level up, and whether their people's predicates fit it."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from asn_api.access.actor import Access
from asn_api.areas.evaluations import organisation_queries as queries
from asn_api.areas.evaluations.circumstances import policy_of
from asn_api.areas.evaluations.organisation_schemas import (
    DistributionFilter,
    DistributionOut,
    FindingOut,
    OrganisationRatingChange,
    OrganisationRatingIn,
    OrganisationRatingOut,
    OrganisationRatingValues,
    ShareOut,
)
from asn_api.areas.evaluations.rating import check_letter, outside
from asn_api.areas.organization.queries import heads
from asn_api.areas.organization.schemas import HeadOut, nodes_above
from asn_api.areas.performance.snapshots import judge, period_days
from asn_api.areas.policies.current import policy_on
from asn_api.core.http.route import check_version
from asn_api.core.journal import Change, difference, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.rules.calendar import ONE_DAY
from asn_api.rules.distribution import Limits, check_distribution, percentages
from asn_api.rules.evaluation_periods import Span, calendar_spans
from asn_api.rules.evaluation_policy import EvaluationPolicy
from asn_api.rules.evaluations import EvaluationKind
from asn_api.rules.organization import UnitKind
from asn_api.rules.plan_policy import PlanPolicy
from asn_api.rules.ratings import Predicate
from asn_api.rules.reporting import PRECEDENCE
from asn_api.tables.evaluations import OrganisationRating
from asn_api.tables.organization import Unit

FIELDS = ("predicate", "basis", "justification", "rated_by")


async def rate(access: Access, db: AsyncSession, given: OrganisationRatingIn) -> OrganisationRatingOut:
    """A new rating, or the one that an earlier sending of the same made."""
    agency = await _agency(access, db, given.unit_id)
    rated_by, rater = await _rater(access, db, agency, given)
    span = await span_of(access, db, given.year, given.kind, given.number)
    if span.last >= access.today:
        raise Problem("EVALUATION_PERIOD_RUNNING", period_last=span.last.isoformat())
    if given.id is not None and (known := await db.scalar(queries.locked(access, given.id))) is not None:
        same = (known.unit_id, known.kind, known.period.lower, known.predicate, known.basis)
        if same != (agency.id, given.kind, span.first, given.predicate, given.basis):
            raise Problem("ORGANISATION_RATING_ID_TAKEN")
        return await shown(access, db, known.id)
    held = (await db.execute(queries.of_period(access, agency.id, given.kind, span.first))).first()
    if held is not None:
        raise Problem("ORGANISATION_RATED_ALREADY", id=held.id)
    row = OrganisationRating(
        region_id=access.region_id,
        id=given.id or uuid7(),
        unit_id=agency.id,
        year=given.year,
        kind=given.kind,
        period=Range(span.first, span.last + ONE_DAY),
        predicate=given.predicate,
        basis=given.basis,
        justification=given.justification,
        rated_by=rated_by,
        rater=rater,
        rated_at=access.now,
    )
    db.add(row)
    await db.flush()
    await _journal(access, db, row, "RATE", difference({}, _state(row)))
    return await shown(access, db, row.id)


async def change(
    access: Access, db: AsyncSession, id: UUID, expected: int, given: OrganisationRatingChange
) -> OrganisationRatingOut:
    row = await db.scalar(queries.locked(access, id))
    if row is None:
        raise Problem("NOT_FOUND")
    agency = await _agency(access, db, row.unit_id)
    rated_by, rater = await _rater(access, db, agency, given)
    if row.version != expected:
        check_version(row.version, expected, await shown(access, db, id))
    before = _state(row)
    row.predicate, row.basis, row.justification = given.predicate, given.basis, given.justification
    row.rated_by, row.rater, row.rated_at = rated_by, rater, access.now
    flag_modified(row, "rater")
    await db.flush()
    changes = difference(before, _state(row)) | {"reason": given.reason}
    await _journal(access, db, row, "AMEND", changes)
    return await shown(access, db, id)


async def _agency(access: Access, db: AsyncSession, unit_id: UUID) -> Unit:
    agency = await db.scalar(queries.agency(access, unit_id))
    if agency is None:
        raise Problem("NOT_FOUND")
    if agency.kind is not UnitKind.AGENCY:
        raise Problem("REQUEST_INVALID", faults=[Fault("/unit_id", "GOAL_UNIT_NOT_AGENCY")])
    return agency


async def _rater(
    access: Access, db: AsyncSession, agency: Unit, given: OrganisationRatingValues
) -> tuple[UUID | None, dict[str, Any]]:
    """The superior of the agency's head rates; where he is no employee, an admin records his letter."""
    above = nodes_above(agency.path)
    seated = await heads(access, db, [agency.id, *above], access.today)
    head = _effective(seated.get(agency.id, []))
    me = access.employee_id
    if me is not None and any(each.employee_id == me for each in seated.get(agency.id, [])):
        raise Problem("SELF_EVALUATION")
    leaders = (_effective(seated.get(each, [])) for each in reversed(above))
    leader = next((each for each in leaders if each is not None and each != head), None)
    if me is not None and leader is not None and leader.employee_id == me:
        if given.letter is not None:
            raise Problem("REQUEST_INVALID", faults=[Fault("/letter", "ORGANISATION_LETTER_NOT_NEEDED")])
        return await judge(access, db, me, agency.id)
    if await db.scalar(queries.administered(access, agency.id)) is None:
        raise Problem("NOT_FOUND")
    if leader is not None:
        raise Problem("ORGANISATION_HAS_SUPERIOR")
    if given.letter is None:
        raise Problem("REQUEST_INVALID", faults=[Fault("/letter", "ORGANISATION_LETTER_REQUIRED")])
    check_letter(access, given.letter)
    return None, outside(given.letter)


def _effective(seated: list[HeadOut]) -> HeadOut | None:
    return min(seated, key=lambda head: PRECEDENCE.index(head.kind), default=None)


async def span_of(access: Access, db: AsyncSession, year: int, kind: EvaluationKind, number: int) -> Span:
    """The calendar span, by the periods that applied when the year began."""
    policy = await policy_on(db, access.region_id, PlanPolicy, date(year, 1, 1))
    for span in calendar_spans(year, policy.periodicity):
        if (span.kind, span.number) == (kind, number):
            return span
    raise Problem("REQUEST_INVALID", faults=[Fault("/number", "EVALUATION_NUMBER_UNKNOWN")])


async def shown(access: Access, db: AsyncSession, id: UUID) -> OrganisationRatingOut:
    return shape((await db.execute(queries.one(access, id))).mappings().one())


def shape(row: Any) -> OrganisationRatingOut:
    first, last = period_days(row["period"])
    return OrganisationRatingOut.model_validate({**row, "period_start": first, "period_end": last})


def _state(row: OrganisationRating) -> dict[str, Any]:
    letter = row.rater.get("letter_number")
    return {name: getattr(row, name) for name in FIELDS} | {"letter_number": letter}


async def _journal(
    access: Access, db: AsyncSession, row: OrganisationRating, action: str, changes: dict[str, Any]
) -> None:
    happened = Change("organisation_rating", row.id, row.version, action, changes, unit_id=row.unit_id)
    await record(db, access.author, access.now, happened)


async def distribution(
    access: Access, db: AsyncSession, unit_id: UUID, wanted: DistributionFilter
) -> DistributionOut:
    """The predicates of a unit's people in a period against what their agency achieved."""
    if await db.scalar(queries.administered(access, unit_id)) is None:
        raise Problem("NOT_FOUND")
    unit = await db.scalar(queries.agency(access, unit_id))
    assert unit is not None
    span = await span_of(access, db, wanted.year, wanted.kind, wanted.number)
    period = Range(span.first, span.last + ONE_DAY)
    counted: Counter[Predicate] = Counter()
    unrated = final = 0
    for row in await db.execute(queries.counts(access, unit_id, wanted.kind, period)):
        if row.predicate is None:
            unrated += row.people
            continue
        counted[row.predicate] += row.people
        final += row.people if row.final else 0
    held = None
    if unit.agency_id is not None:
        found = queries.of_period(access, unit.agency_id, wanted.kind, span.first)
        held = (await db.execute(found)).mappings().first()
    limits = limits_of(await policy_of(access, db, span.last))
    return DistributionOut(
        unit_id=unit_id,
        agency_id=unit.agency_id,
        year=wanted.year,
        kind=wanted.kind,
        period_start=span.first,
        period_end=span.last,
        unrated=unrated,
        final=final,
        **judged(None if held is None else shape(held), counted, limits),
        limits={
            "most_limit": limits.most_limit,
            "main_floor": limits.main_floor,
            "next_floor": limits.next_floor,
            "top_limit": limits.top_limit,
        },
    )


def limits_of(policy: EvaluationPolicy) -> Limits:
    return Limits(
        policy.distribution_most_limit,
        policy.distribution_main_floor,
        policy.distribution_next_floor,
        policy.distribution_top_limit,
    )


def judged(
    organisation: OrganisationRatingOut | None, counted: Mapping[Predicate, int], limits: Limits
) -> dict[str, Any]:
    """The part of an answer that sets people's predicates against what the agency achieved."""
    findings = () if organisation is None else check_distribution(organisation.predicate, counted, limits)
    percent = percentages(counted)
    rated = sum(counted.values())
    return {
        "shares": [
            ShareOut(predicate=each, count=counted.get(each, 0), percent=percent[each]) for each in Predicate
        ],
        "rated": rated,
        "organisation_rating": organisation,
        "conforms": not findings if organisation is not None and rated else None,
        "findings": [FindingOut.model_validate(each) for each in findings],
    }
