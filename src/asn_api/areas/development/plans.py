"""A year's development plan of an agency: drawn from all needs, prepared, submitted, approved by its head."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.areas.development import fact_queries
from asn_api.areas.development import plan_queries as queries
from asn_api.areas.development.gathering import Numbers, Priced, form_of, gathered, numbers_on
from asn_api.areas.development.needs import ENTITY as NEED
from asn_api.areas.development.schemas import (
    DevelopmentPlanIn,
    DevelopmentPlanOut,
    DevelopmentPlanSummary,
    MetByOut,
    PlanItemExplanationOut,
    PlanItemOut,
    PlanItemPatch,
)
from asn_api.areas.followup.notes import ENTITY as NOTE
from asn_api.core.http.exports import Column
from asn_api.core.http.route import check_version
from asn_api.core.journal import Change, difference, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.rules.development import NoteStatus
from asn_api.rules.needs import (
    DevelopmentPlanAction,
    DevelopmentPlanStatus,
    NeedSource,
    NeedStatus,
    Omission,
    affordable,
    check_development_plan,
    development_plan_refusal,
)
from asn_api.tables.development import DevelopmentPlan, DevelopmentPlanItem

ENTITY = "development_plan"
ITEM = "development_plan_item"
ITEM_FIELDS = ("included", "omission", "course_id", "form", "cost", "remark")
PREPARED = (DevelopmentPlanAction.EDIT, DevelopmentPlanAction.DRAW, DevelopmentPlanAction.SUBMIT)
DECIDED = (DevelopmentPlanAction.RETURN, DevelopmentPlanAction.APPROVE)

ITEM_COLUMNS = (
    Column("NIP", "NIP", lambda row: row["employee_nip"]),
    Column("Nama", "Name", lambda row: row["employee_name"]),
    Column("Unit kerja", "Unit", lambda row: row["unit_name"]),
    Column("Tahun", "Year", lambda row: row["year"]),
    Column("Kode kompetensi", "Competency", lambda row: row["competency_code"]),
    Column("Yang dikembangkan", "Subject", lambda row: row["subject"]),
    Column("Skor", "Score", lambda row: row["score"]),
    Column("Prioritas", "Priority", lambda row: row["priority"]),
    Column("Bentuk", "Form", lambda row: row["form"]),
    Column("Pelatihan", "Course", lambda row: row["course_title"]),
    Column("Biaya (Rp)", "Cost (Rp)", lambda row: row["cost"]),
    Column("Masuk rencana", "Included", lambda row: row["included"]),
    Column("Alasan dikeluarkan", "Left out because", lambda row: row["omission"]),
)


async def draw_up(access: Access, db: AsyncSession, given: DevelopmentPlanIn) -> tuple[UUID, bool]:
    """The id of the plan with everything that is needed today, and whether it is new."""
    if await db.scalar(queries.agency_held(access, given.unit_id)) is None:
        raise Problem("NOT_FOUND")
    if given.id is not None and (known := await db.scalar(queries.plan_in_region(access, given.id))):
        if (known.unit_id, known.year) != (given.unit_id, given.year):
            raise Problem("DEVELOPMENT_PLAN_ID_TAKEN")
        return known.id, False
    if await db.scalar(queries.plan_of_year(access, given.unit_id, given.year)) is not None:
        raise Problem("DEVELOPMENT_PLAN_EXISTS", year=given.year)
    if given.year < access.today.year:
        raise Problem("REQUEST_INVALID", faults=[Fault("/year", "DEVELOPMENT_PLAN_YEAR_OVER")])
    numbers = await numbers_on(access, db, access.today)
    row = DevelopmentPlan(
        region_id=access.region_id,
        id=given.id or uuid7(),
        unit_id=given.unit_id,
        year=given.year,
        status=DevelopmentPlanStatus.DRAFT,
        budget=given.budget,
        policy_id=numbers.policy_id,
        drawn_on=access.today,
        created_at=access.now,
    )
    db.add(row)
    await db.flush()
    await _draw(access, db, row, numbers)
    await _log(access, db, row, "CREATE", {"status": [None, row.status], "budget": [None, row.budget]})
    return row.id, True


async def draw_again(access: Access, db: AsyncSession, id: UUID, expected: int) -> None:
    """The needs as they stand today; what was decided by hand stays."""
    row = await _step(access, db, id, expected, DevelopmentPlanAction.DRAW)
    numbers = await numbers_on(access, db, access.today)
    before = [row.drawn_on, access.today]
    row.policy_id, row.drawn_on = numbers.policy_id, access.today
    await _touched(db, row)
    await _draw(access, db, row, numbers)
    await _log(access, db, row, DevelopmentPlanAction.DRAW, {"drawn_on": [str(each) for each in before]})


async def _draw(access: Access, db: AsyncSession, plan: DevelopmentPlan, numbers: Numbers) -> None:
    people = fact_queries.of_agency(access, access.today, plan.unit_id)
    units = {each.employee_id: each.unit_id for each in await db.execute(fact_queries.places(access, people))}
    found = await gathered(access, db, people, plan.year, numbers)
    stored = {
        (each.employee_id, each.topic): each for each in await db.scalars(queries.items_of(access, plan.id))
    }
    rows: list[DevelopmentPlanItem] = []
    for priced in found:
        need = priced.need
        row = stored.pop((need.employee_id, need.topic), None)
        if row is None:
            row = _item(access, plan, priced, units[need.employee_id])
            db.add(row)
        else:
            row.score, row.priority, row.causes = need.score, need.priority, _causes(priced)
            row.unit_id, row.subject = units[need.employee_id], need.subject
            if not row.edited:
                row.form, row.course_id, row.cost = priced.form, priced.course_id, priced.cost
        rows.append(row)
    for row in stored.values():
        # Nobody needs it any more; what somebody decided about it by hand is not thrown away.
        if row.edited:
            rows.append(row)
        else:
            await db.delete(row)
    _afford(plan, rows)
    await db.flush()


def _item(access: Access, plan: DevelopmentPlan, priced: Priced, unit_id: UUID) -> DevelopmentPlanItem:
    need = priced.need
    return DevelopmentPlanItem(
        region_id=access.region_id,
        id=uuid7(),
        plan_id=plan.id,
        employee_id=need.employee_id,
        unit_id=unit_id,
        topic=need.topic,
        competency_code=need.competency_code,
        subject=need.subject,
        score=need.score,
        priority=need.priority,
        causes=_causes(priced),
        form=priced.form,
        course_id=priced.course_id,
        cost=priced.cost,
        included=True,
        edited=False,
    )


def _causes(priced: Priced) -> list[dict[str, Any]]:
    return [
        {**asdict(cause), "reference": None if cause.reference is None else str(cause.reference)}
        for cause in priced.need.causes
    ]


def _afford(plan: DevelopmentPlan, rows: Sequence[DevelopmentPlanItem]) -> None:
    """Includes what the budget pays for, the most urgent first; what is decided by hand goes before."""
    kept = sum(row.cost for row in rows if row.edited and row.included)
    left = None if plan.budget is None else max(plan.budget - kept, 0)
    waiting = [row for row in rows if not row.edited]
    for row, fits in zip(waiting, affordable([row.cost for row in waiting], left), strict=True):
        row.included, row.omission = fits, None if fits else Omission.OVER_BUDGET


async def budget(access: Access, db: AsyncSession, id: UUID, expected: int, amount: int | None) -> None:
    row = await _step(access, db, id, expected, DevelopmentPlanAction.EDIT)
    rows = list(await db.scalars(queries.items_of(access, row.id)))
    before, row.budget = row.budget, amount
    _afford(row, rows)
    await _touched(db, row)
    await _log(access, db, row, DevelopmentPlanAction.EDIT, {"budget": [before, amount]})


async def edit_item(access: Access, db: AsyncSession, id: UUID, expected: int, given: PlanItemPatch) -> None:
    """By hand: in or out, which course, what it costs; the plan is locked and not submitted meanwhile."""
    seen = await db.scalar(queries.item_in_region(access, id))
    plan = None if seen is None else await db.scalar(queries.plan_locked(access, seen.plan_id))
    row = await db.scalar(queries.item_in_region(access, id).execution_options(populate_existing=True))
    if plan is None or row is None:
        raise Problem("NOT_FOUND")
    check_version(row.version, expected, await item_shown(access, db, id))
    check_development_plan(plan.status, DevelopmentPlanAction.EDIT, PREPARED)
    before = {name: getattr(row, name) for name in ITEM_FIELDS}
    values = given.model_dump(exclude_unset=True)
    if values.get("course_id") is not None:
        course = await db.scalar(fact_queries.published(access, values["course_id"]))
        if course is None:
            raise Problem("REQUEST_INVALID", faults=[Fault("/course_id", "DEVELOPMENT_PLAN_COURSE_UNKNOWN")])
        values = {"cost": course.cost, "form": form_of(course.mode), **values}
    for name, value in values.items():
        setattr(row, name, value)
    row.edited = True
    if "included" in values:
        row.omission = None if row.included else Omission.BY_HAND
    await db.flush()
    after = {name: getattr(row, name) for name in ITEM_FIELDS if name != "remark"}
    changed = difference(before, {**after, "remark": before["remark"]})
    told = Change(
        ITEM, row.id, row.version, "EDIT", changed, unit_id=row.unit_id, employee_id=row.employee_id
    )
    await record(db, access.author, access.now, told)


async def submit(access: Access, db: AsyncSession, id: UUID, expected: int, remark: str | None) -> None:
    row = await _step(access, db, id, expected, DevelopmentPlanAction.SUBMIT)
    row.submitted_by, row.submitted_at, row.remark = access.employee_id, access.now, remark
    await _move(access, db, row, DevelopmentPlanAction.SUBMIT, DevelopmentPlanStatus.SUBMITTED)


async def give_back(access: Access, db: AsyncSession, id: UUID, expected: int, reason: str) -> None:
    row = await _step(access, db, id, expected, DevelopmentPlanAction.RETURN)
    row.submitted_by, row.submitted_at, row.remark = None, None, reason
    await _move(access, db, row, DevelopmentPlanAction.RETURN, DevelopmentPlanStatus.DRAFT)


async def approve(access: Access, db: AsyncSession, id: UUID, expected: int, remark: str | None) -> None:
    """What is included is planned now: its notes and what people said. Nobody approves what is planned for himself."""
    row = await _step(access, db, id, expected, DevelopmentPlanAction.APPROVE)
    items = list(await db.scalars(queries.items_of(access, row.id)))
    for item in items:
        if item.employee_id == access.employee_id:
            item.included, item.omission = False, Omission.OF_THE_DECIDER
    row.decided_by, row.decided_at, row.remark = access.employee_id, access.now, remark
    await _move(access, db, row, DevelopmentPlanAction.APPROVE, DevelopmentPlanStatus.APPROVED)
    causes = [cause for item in items if item.included for cause in item.causes]
    notes = _references(causes, NeedSource.NOTE)
    said = _references(causes, NeedSource.REQUEST, NeedSource.PROPOSAL, NeedSource.SURVEY)
    planned = [
        Change(
            entity, each.id, each.version, "PLAN", {"status": [before, after]}, each.unit_id, each.employee_id
        )
        for entity, statement, before, after in (
            (NOTE, queries.notes_planned(access, notes), NoteStatus.OPEN, NoteStatus.PLANNED),
            (NEED, queries.needs_planned(access, said), NeedStatus.OPEN, NeedStatus.PLANNED),
        )
        for each in await db.execute(statement, execution_options={"synchronize_session": False})
    ]
    await record(db, access.author, access.now, *planned)


def _references(causes: Sequence[dict[str, Any]], *sources: NeedSource) -> list[UUID]:
    return sorted({UUID(each["reference"]) for each in causes if each["source"] in sources})


async def _step(
    access: Access, db: AsyncSession, id: UUID, expected: int, action: DevelopmentPlanAction
) -> DevelopmentPlan:
    """The plan, locked, when the caller may do this now."""
    row = await db.scalar(queries.plan_locked(access, id))
    if row is None:
        raise Problem("NOT_FOUND")
    seen = await shown(access, db, id)
    check_version(row.version, expected, seen)
    allowed = PREPARED if action in PREPARED else await _decisions(access, db, row.unit_id)
    check_development_plan(row.status, action, allowed, cost=seen.cost, budget=row.budget)
    return row


async def _decisions(access: Access, db: AsyncSession, unit_id: UUID) -> tuple[DevelopmentPlanAction, ...]:
    """Only whoever heads the agency itself today decides, not a head above it."""
    return DECIDED if access.employee_id in set(await db.scalars(queries.heads(access, unit_id))) else ()


async def _move(
    access: Access,
    db: AsyncSession,
    row: DevelopmentPlan,
    action: DevelopmentPlanAction,
    after: DevelopmentPlanStatus,
) -> None:
    before, row.status = row.status, after
    await db.flush()
    await _log(access, db, row, action, {"status": [before, after]})


async def _touched(db: AsyncSession, row: DevelopmentPlan) -> None:
    """A drawing or a new budget is a new version, also when no column of the plan itself differs."""
    row.version += 1
    await db.flush()


async def shown(access: Access, db: AsyncSession, id: UUID) -> DevelopmentPlanOut:
    row = (await db.execute(queries.plan(access, id))).mappings().one_or_none()
    if row is None:
        raise Problem("NOT_FOUND")
    allowed: tuple[DevelopmentPlanAction, ...] = ()
    if await db.scalar(queries.may(access, Permission.TRAINING_PLANS_MANAGE, row["unit_id"])):
        allowed += PREPARED
    if await db.scalar(queries.may(access, Permission.TRAINING_PLANS_DECIDE, row["unit_id"])):
        allowed += await _decisions(access, db, row["unit_id"])
    return DevelopmentPlanOut.model_validate(
        {
            **row,
            "allowed_actions": [
                {
                    "action": action,
                    "refused": development_plan_refusal(
                        row["status"], action, allowed, cost=row["cost"], budget=row["budget"]
                    ),
                }
                for action in DevelopmentPlanAction
            ],
        }
    )


def summary(row: Any) -> dict[str, Any]:
    return {name: row[name] for name in DevelopmentPlanSummary.model_fields}


async def item_shown(access: Access, db: AsyncSession, id: UUID) -> PlanItemOut:
    return PlanItemOut.model_validate(item_shape(await _item_row(access, db, id)))


def item_shape(row: Any) -> dict[str, Any]:
    person = {"id": row["employee_id"], "nip": row["employee_nip"], "name": row["employee_name"]}
    met = {name: row[f"enrolment_{name}"] for name in MetByOut.model_fields}
    return {
        **{name: row[name] for name in PlanItemOut.model_fields if name in row},
        "employee": person,
        "enrolment": met if met["id"] else None,
    }


async def _item_row(access: Access, db: AsyncSession, id: UUID) -> Any:
    row = (await db.execute(queries.item(access, id))).mappings().one_or_none()
    if row is None:
        raise Problem("NOT_FOUND")
    return row


async def item_explained(access: Access, db: AsyncSession, id: UUID) -> PlanItemExplanationOut:
    """Which records the priority comes from, with the versions that were looked at, and how it adds up."""
    row = await _item_row(access, db, id)
    most: dict[str, int] = {}
    for cause in row["causes"]:
        most[cause["source"]] = max(most.get(cause["source"], 0), cause["points"])
    added = " + ".join(f"{source} {points}" for source, points in most.items())
    return PlanItemExplanationOut(
        item_id=id,
        version=row["version"],
        score=row["score"],
        priority=row["priority"],
        causes=row["causes"],
        steps=[f"{added} = {row['score']} → {row['priority']}"],
        policy_id=row["policy_id"],
    )


async def _log(
    access: Access, db: AsyncSession, row: DevelopmentPlan, action: str, changes: dict[str, Any]
) -> None:
    told = Change(ENTITY, row.id, row.version, action, changes, unit_id=row.unit_id)
    await record(db, access.author, access.now, told)
