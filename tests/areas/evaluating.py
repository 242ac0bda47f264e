"""Plans that can be evaluated, and the days on which it happens."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from asn_api.core.mapping import uuid7
from asn_api.rules.calendar import ONE_DAY
from asn_api.rules.plans import Approach, Aspect, PlanStatus, PlanType, Polarity, ResultKind
from asn_api.rules.ratings import CoreValue
from asn_api.tables.performance import Indicator, Plan, PlanRevision, WorkResult
from tests.areas.test_performance import done
from tests.factories import City, sign_in

Json = dict[str, Any]
LETTER = {
    "decided_by_name": "Wali Kota",
    "decided_by_title": "Wali Kota",
    "letter_number": "800/12/2026",
    "letter_date": "2026-11-18",
}
POSITION = {
    "title": "Pelaksana",
    "kind": "EXECUTIVE",
    "position_class": None,
    "echelon": None,
    "unit": "Ward",
    "grade": None,
}


@asynccontextmanager
async def at(city: City, when: datetime | str) -> AsyncIterator[None]:
    """The whole city lives at this moment: 10:00 in Jakarta when only a day is given."""
    moment = datetime.fromisoformat(f"{when}T03:00:00+00:00") if isinstance(when, str) else when
    clock, now, tokens = city.app.state.clock, city.now, dict(city.tokens)
    city.app.state.clock = lambda: moment.astimezone(UTC)
    city.now = moment
    try:
        async with city.database.sessions() as db, db.begin():
            for name in city.accounts:
                await sign_in(db, city, name)
        yield
    finally:
        city.app.state.clock, city.now = clock, now
        city.tokens.update(tokens)


async def agreed_plan(
    city: City,
    person: str = "staff",
    first: date = date(2026, 1, 1),
    last: date = date(2026, 12, 31),
    *,
    status: PlanStatus = PlanStatus.APPROVED,
    kinds: tuple[ResultKind, ...] = (ResultKind.PRIMARY, ResultKind.PRIMARY, ResultKind.ADDITIONAL),
) -> Plan:
    """With results that have an indicator each."""
    plan = Plan(
        region_id=city.region.id,
        id=uuid7(),
        version=1,
        employee_id=city.id(person),
        unit_id=city.posts[person].unit_id,
        position_id=city.posts[person].position_id,
        year=first.year,
        period=Range(first, last + ONE_DAY),
        approach=Approach.QUANTITATIVE,
        plan_type=PlanType.ADMIN_FUNCTIONAL,
        status=status,
        position=POSITION,
    )
    async with city.database.sessions() as db, db.begin():
        db.add(plan)
        await db.flush()
        if status is not PlanStatus.DRAFT:
            db.add(revision(city, plan))
        for number, kind in enumerate(kinds, 1):
            result_id = uuid7()
            db.add(
                WorkResult(
                    region_id=city.region.id,
                    id=result_id,
                    plan_id=plan.id,
                    kind=kind,
                    statement=f"Hasil kerja {number}",
                    order_no=number,
                )
            )
            await db.flush()
            db.add(
                Indicator(
                    region_id=city.region.id,
                    id=uuid7(),
                    work_result_id=result_id,
                    aspect=Aspect.QUANTITY,
                    statement="Jumlah laporan",
                    target_value=Decimal(12),
                    target_unit="dokumen",
                    polarity=Polarity.HIGHER_IS_BETTER,
                    order_no=1,
                )
            )
    return plan


def revision(city: City, plan: Plan) -> PlanRevision:
    """What an approval keeps."""
    return PlanRevision(
        region_id=city.region.id,
        id=uuid7(),
        plan_id=plan.id,
        revision=1,
        content={},
        approved_at=city.now,
    )


async def opened(
    city: City,
    plan: Plan | None = None,
    person: str = "staff",
    day: str = "2026-09-30",
    kind: str = "PERIODIC",
) -> Json:
    plan = plan or await agreed_plan(city, person)
    body = {"plan_id": str(plan.id), "kind": kind, "day": day}
    return await done(city, person, "POST", "/evaluations", json=body)


def report_of(evaluation: Json, **changes: Any) -> Json:
    results = [
        {
            "work_result_id": each["work_result_id"],
            "realisation": "Selesai sesuai rencana",
            "evidence": [{"title": "Laporan", "url": "https://arsip.example.go.id/1"}],
            "self_rating": "ABOVE",
        }
        for each in evaluation["results"]
    ]
    return {"results": results, "work_result": "ABOVE", "behaviour": "MEETS", "note": "Lancar"} | changes


async def reported(city: City, evaluation: Json | None = None, person: str = "staff") -> Json:
    evaluation = evaluation or await opened(city, person=person)
    path = f"/evaluations/{evaluation['id']}"
    drafted = await done(
        city, person, "PUT", f"{path}/report", evaluation["version"], json=report_of(evaluation)
    )
    return await done(city, person, "POST", f"{path}/submission", drafted["version"])


def rating_of(
    evaluation: Json, results: str | list[str | None] = "MEETS", values: str = "MEETS", **changes: Any
) -> Json:
    """All results and values alike, and the whole as they suggest."""
    given = [results] * len(evaluation["results"]) if isinstance(results, str) else results
    shows = {"comment": "Terlihat", "evidence": [{"title": "Berita acara"}]} if values == "BELOW" else {}
    return {
        "results": [
            {"work_result_id": each["work_result_id"], "rating": rating}
            for each, rating in zip(evaluation["results"], given, strict=True)
        ],
        "values": [{"core_value": value, "rating": values, **shows} for value in CoreValue],
        "work_result": results if isinstance(results, str) else "MEETS",
        "behaviour": values,
    } | changes


async def rated(city: City, evaluation: Json | None = None, by: str = "supervisor", **changes: Any) -> Json:
    evaluation = evaluation or await reported(city)
    return await done(
        city,
        by,
        "PUT",
        f"/evaluations/{evaluation['id']}/rating",
        evaluation["version"],
        json=rating_of(evaluation, **changes),
    )


async def acted(city: City, person: str, evaluation: Json, name: str, body: Json | None = None) -> Json:
    method = "PUT" if name == "objection/statement" else "POST"
    path = f"/evaluations/{evaluation['id']}/{name}"
    return await done(city, person, method, path, evaluation["version"], json=body)


def objection_to(evaluation: Json, **changes: Any) -> Json:
    given: Json = {
        "grounds": "Bukti dukung triwulan ini belum dipertimbangkan.",
        "contested": [
            {"item": "WORK_RESULT", "work_result_id": evaluation["results"][0]["work_result_id"]},
            {"item": "ALL_WORK_RESULTS"},
        ],
        "evidence": [{"title": "Laporan akhir", "url": "https://arsip.example.go.id/2"}],
    }
    return given | changes


async def objected(city: City, evaluation: Json | None = None) -> Json:
    evaluation = evaluation or await rated(city)
    return await acted(city, "staff", evaluation, "objection", objection_to(evaluation))


def id_of(evaluation: Json) -> UUID:
    return UUID(evaluation["id"])
