"""Evaluators: what each owes since when, how late he was, and why the numbers are what they are."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.cycle import duty_queries as queries
from asn_api.areas.cycle.spans import Asked
from asn_api.areas.cycle.windows import PLAN, Windows, read, windows
from asn_api.areas.evaluations.organisation_schemas import ExplanationOut
from asn_api.core.http.exports import Column
from asn_api.errors import Problem

Row = Mapping[Any, Any]
MOST_INPUTS = 200


def check_person(access: Access) -> None:
    """Lists of people are for people."""
    if access.actor.client_id is not None:
        raise Problem("CYCLE_PEOPLE_WITHHELD")


async def known(db: AsyncSession, access: Access, asked: Asked) -> Windows:
    """Everything that the statements about evaluators are made with."""
    own = None
    if not asked.scope.of_units:
        own = (await db.scalars(queries.own_evaluations(access, asked))).all()
    return windows(access, asked, await read(db, access, asked), own)


def row(found: Row) -> dict[str, Any]:
    return {
        "evaluator": {name: found[name] for name in ("id", "nip", "name")},
        "waiting": found["waiting"],
        "late": found["late"],
        "oldest_due": _oldest(found),
        **{
            name: {
                "waiting": found[f"{name}_waiting"],
                "late": found[f"{name}_late"],
                "oldest_due": found[f"{name}_oldest"],
            }
            for name in queries.ACTS.values()
        },
        **{name: found[name] for name in ("done", "done_late", "median_days_late")},
    }


def _oldest(found: Row) -> date | None:
    return None if found["oldest_due"] == queries.NEVER else found["oldest_due"]


COLUMNS = (
    Column("NIP", "NIP", lambda each: each["nip"]),
    Column("Nama", "Name", lambda each: each["name"]),
    Column("Menunggu", "Waiting", lambda each: each["waiting"]),
    Column("Terlambat", "Late", lambda each: each["late"]),
    Column("Batas waktu tertua", "Oldest due day", _oldest),
    Column("Penilaian menunggu", "Ratings waiting", lambda each: each["ratings_waiting"]),
    Column("Penilaian terlambat", "Ratings late", lambda each: each["ratings_late"]),
    Column("Tanggapan menunggu", "Statements waiting", lambda each: each["statements_waiting"]),
    Column("Tanggapan terlambat", "Statements late", lambda each: each["statements_late"]),
    Column("Keputusan SKP menunggu", "Plan decisions waiting", lambda each: each["plans_waiting"]),
    Column("Keputusan SKP terlambat", "Plan decisions late", lambda each: each["plans_late"]),
    Column("Dinilai", "Rated", lambda each: each["done"]),
    Column("Dinilai terlambat", "Rated late", lambda each: each["done_late"]),
    Column("Median hari terlambat", "Median days late", lambda each: each["median_days_late"]),
)


async def explained(db: AsyncSession, access: Access, asked: Asked, evaluator_id: UUID) -> ExplanationOut:
    around = await known(db, access, asked)
    statement = queries.evaluators(access, asked, around, id=evaluator_id)
    found = (await db.execute(statement)).mappings().one_or_none()
    if found is None:
        raise Problem("NOT_FOUND")
    rows = await db.execute(queries.duties_of(access, asked, around, evaluator_id, MOST_INPUTS))
    evaluating, planning = asked.evaluating.row_on(asked.until), asked.planning.row_on(asked.until)
    duties = [
        {
            "entity": "plan" if each["act"] == PLAN else "evaluation",
            **{name: each[name] for name in ("id", "version", "act", "since", "due", "done_on", "amended")},
        }
        for each in rows.mappings()
    ]
    return ExplanationOut(
        value=row(found),
        inputs=[
            policy_input(asked.evaluating.area, evaluating),
            policy_input(asked.planning.area, planning),
            *duties,
        ],
        rule="due = working days of the unit's calendar after the day since which it waits, extended by outages",
        article="PermenPANRB 6/2022 and PP 30/2019 art. 59; the days are the region's policy",
        steps=[
            "RATING: since the report, or since the last day for it; never within the period; "
            f"{min(evaluating[2].rating_working_days, default='no')} working days",
            f"STATEMENT: since the objection; {evaluating[2].statement_working_days} working days",
            "PLAN: since it came to wait; "
            f"{min(planning[2].decision_working_days, default='no')} working days",
            "each by the policy of the day since which it waits; above are those of the last day counted",
            f"waiting {found['waiting']}, of them due before {access.today}: {found['late']}",
            f"rated {found['done']}, of them after the due day and not amended since: {found['done_late']}",
            f"median of their calendar days: {_told(found['median_days_late'])}",
            f"inputs: the first {MOST_INPUTS} at most, what waits before what is done",
        ],
    )


def policy_input(area: str, policy: tuple[date, int, Any]) -> dict[str, Any]:
    valid_from, revision, _ = policy
    return {"entity": "policy", "area": area, "valid_from": valid_from, "revision": revision}


def _told(value: Any) -> str:
    return "-" if value is None else str(value)
