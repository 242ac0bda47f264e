"""Training needs over HTTP: what people say, what is computed, and surveys that ask."""

from datetime import date
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from asn_api.areas.development.jobs import tell_of_surveys
from asn_api.core.jobs import Means
from asn_api.core.journal import JournalEntry
from asn_api.core.mapping import uuid7
from asn_api.rules.courses import CourseForm, CourseKind, CourseMode, CourseStatus
from asn_api.rules.development import NotePriority
from asn_api.rules.evaluations import EvaluationStatus
from asn_api.rules.notifications import NoticeKind
from asn_api.rules.ratings import Predicate
from asn_api.tables.development import TrainingNeed, TrainingSurveyAnswer
from asn_api.tables.employees import Employee
from asn_api.tables.training import Course, CourseCompetency
from tests.areas import crediting
from tests.areas.qualifying import ONE, Json, entered, post, standard
from tests.areas.races import at_once
from tests.areas.test_notifications import told
from tests.factories import City
from tests.matrix import add
from tests.matrix.competencies import technical
from tests.matrix.followup import written

WANTED = {"subject": "Pengolahan data", "reason": "Laporan bulanan masih manual", "urgency": "HIGH"}


def wanted(city: City, person: str = "staff", **changes: Any) -> Json:
    return {**WANTED, "employee_id": str(city.id(person)), "year": 2027, **changes}


async def stated(city: City, by: str = "staff", person: str = "staff", **changes: Any) -> httpx.Response:
    return await post(city, "/v1/training-needs", wanted(city, person, **changes), by=by)


async def needs_of(city: City, person: str = "staff", viewer: str = "admin", year: int = 2027) -> list[Json]:
    async with city.call_as(viewer) as caller:
        answer = await caller.get(f"/v1/employees/{city.id(person)}/training-needs?year={year}")
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.json()["needs"]
    return found


async def course(city: City, code: str, level: int, cost: int, **changes: Any) -> Course:
    usual = {"status": CourseStatus.PUBLISHED, "published_at": city.now, "mode": CourseMode.ON_SITE}
    row = Course(
        region_id=city.region.id,
        id=uuid7(),
        unit_id=city.units["root"].id,
        code=f"K-{uuid7().hex[-8:]}",
        title=f"Pelatihan {code}",
        description="Isi pelatihan",
        form=CourseForm.CLASSICAL,
        kind=next(iter(CourseKind)),
        jp=20,
        cost=cost,
        mandatory_for=[],
        created_at=city.now,
        **usual | changes,
    )
    await add(city, row)
    taught = CourseCompetency(
        region_id=city.region.id, id=uuid7(), course_id=row.id, competency_code=code, level=level
    )
    await add(city, taught)
    return row


async def test_one_asks_for_oneself_and_the_superior_proposes(city: City) -> None:
    own, proposed = await stated(city), await stated(city, by="supervisor", subject="Bahasa Inggris")
    assert (own.status_code, own.json()["source"]) == (201, "REQUEST")
    assert (proposed.json()["source"], proposed.json()["author_id"]) == (
        "PROPOSAL",
        str(city.id("supervisor")),
    )
    for by in ("colleague", "chief", "other_head"):
        assert (await stated(city, by=by)).status_code == 404, by
    async with city.call_as("staff") as staff:
        listed = (await staff.get("/v1/training-needs?year=2027")).json()
    assert [each["subject"] for each in listed["data"]] == ["Bahasa Inggris", "Pengolahan data"]


async def test_a_need_is_sent_again_without_harm(city: City) -> None:
    body = {**wanted(city), "id": str(uuid7())}
    first, again = [await post(city, "/v1/training-needs", body, by="staff") for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200)
    other = await post(city, "/v1/training-needs", {**body, "urgency": "LOW"}, by="staff")
    assert (other.status_code, other.json()["code"]) == (409, "TRAINING_NEED_ID_TAKEN")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"subject": None}, "TRAINING_NEED_UNNAMED"),
        ({"competency_code": "TEKNIS_TIDAK_ADA"}, "COMPETENCY_UNKNOWN"),
        ({"reason": ""}, "TEXT_TOO_SHORT"),
        ({"urgency": "NOW"}, "VALUE_NOT_ALLOWED"),
    ],
)
async def test_a_wrong_need_is_refused_by_its_field(city: City, given: Json, code: str) -> None:
    answer = await stated(city, **given)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)


async def test_only_whoever_said_it_takes_it_back(city: City) -> None:
    id = (await stated(city)).json()["id"]
    url = f"/v1/training-needs/{id}/withdrawal"
    refused = await post(city, url, {}, by="supervisor", **ONE)
    assert (refused.status_code, refused.json()["code"]) == (409, "TRAINING_NEED_NOT_YOURS")
    done = await post(city, url, {}, by="staff", **ONE)
    assert (done.status_code, done.json()["status"]) == (200, "WITHDRAWN")
    again = await post(city, url, {}, by="staff", **{"If-Match": '"2"'})
    assert again.json()["code"] == "TRAINING_NEED_NOT_OPEN"
    assert await needs_of(city) == []


async def test_all_sources_of_one_thing_are_one_need(city: City) -> None:
    """A gap of two levels that matters twice, a note, an evaluation below, a request: one line with its reasons."""
    await standard(
        city,
        position_id=str(city.posts["staff"].position_id),
        competency_code="RESULT_ORIENTATION",
        level=3,
        criticality=2,
        valid_from="2020-01-01",
    )
    await entered(city, competency_code="RESULT_ORIENTATION", level=1)
    note = await written(city, competency_code="RESULT_ORIENTATION", priority=NotePriority.MEDIUM)
    judged = await crediting.evaluated(
        city, first=date(2026, 1, 1), last=date(2026, 9, 30), result=Predicate.VERY_POOR
    )
    request = (await stated(city, competency_code="RESULT_ORIENTATION", subject=None)).json()
    (found,) = [each for each in await needs_of(city) if each["competency_code"] == "RESULT_ORIENTATION"]
    assert (found["subject"], found["score"], found["priority"]) == ("Orientasi pada Hasil", 18, "HIGH")
    assert [(each["source"], each["reference"], each["points"]) for each in found["causes"]] == [
        ("GAP", None, 8),
        ("EVALUATION", str(judged), 6),
        ("NOTE", str(note.id), 2),
        ("REQUEST", request["id"], 2),
    ]
    assert found["causes"][0]["steps"] == "(3 − 1) × 2 = 4 × 2 = 8"


async def test_what_is_met_good_or_settled_is_no_need(city: City) -> None:
    await entered(city, level=1)
    await crediting.evaluated(city, first=date(2026, 1, 1), last=date(2026, 9, 30))
    await crediting.evaluated(
        city,
        "colleague",
        first=date(2026, 1, 1),
        last=date(2026, 9, 30),
        result=Predicate.VERY_POOR,
        status=EvaluationStatus.OBJECTED,
    )
    await stated(city, year=2028)
    assert await needs_of(city) == []
    assert await needs_of(city, "colleague") == [], "what is contested is no ground yet"
    assert len(await needs_of(city, year=2028)) == 1


async def test_the_cheapest_course_that_leads_above_the_level_held_prices_a_need(city: City) -> None:
    code = await technical(city)
    await standard(
        city,
        position_id=str(city.posts["staff"].position_id),
        competency_code=code,
        level=4,
        valid_from="2020-01-01",
    )
    await entered(city, competency_code=code, level=2)
    (estimated,) = await needs_of(city)
    assert (estimated["course_id"], estimated["cost"], estimated["form"]) == (None, 5_000_000, "CLASSICAL")
    await course(city, code, 2, 100)
    await course(city, code, 3, 50, status=CourseStatus.DRAFT, published_at=None)
    await course(city, code, 4, 900)
    wanted_course = await course(city, code, 3, 700, mode=CourseMode.SELF_PACED)
    (found,) = await needs_of(city)
    assert (found["course_id"], found["cost"], found["form"]) == (str(wanted_course.id), 700, "E_LEARNING")


async def test_ones_needs_are_for_oneself_the_superior_and_the_branch(city: City) -> None:
    url = f"/v1/employees/{city.id('staff')}/training-needs?year=2027"
    for viewer, status in (("staff", 200), ("supervisor", 200), ("head", 200), ("colleague", 404)):
        async with city.call_as(viewer) as caller:
            assert (await caller.get(url)).status_code == status, viewer


async def opened(city: City, unit: str = "clinic", by: str = "head", **changes: Any) -> httpx.Response:
    body = {
        "unit_id": str(city.units[unit].id),
        "year": 2027,
        "title": "Kebutuhan pelatihan 2027",
        "opens_on": "2026-11-20",
        "closes_on": "2026-12-31",
        **changes,
    }
    return await post(city, "/v1/training-surveys", body, by=by)


async def answered(city: City, survey_id: str, *needs: Json, by: str = "staff") -> httpx.Response:
    async with city.call_as(by) as caller:
        return await caller.put(f"/v1/training-surveys/{survey_id}/answer", json={"needs": list(needs)})


async def test_a_survey_asks_the_people_of_its_branch_and_nobody_else(city: City) -> None:
    survey = (await opened(city)).json()
    assert survey["status"] == "OPEN"
    for person, status in (
        ("staff", 200),
        ("chief", 200),
        ("head", 404),
        ("other_staff", 404),
        ("admin", 404),
    ):
        assert (await answered(city, survey["id"], WANTED, by=person)).status_code == status, person
    assert (await opened(city, "roads")).status_code == 404
    assert (await opened(city, by="staff")).status_code == 403
    async with city.call_as("staff") as staff, city.call_as("other_staff") as stranger:
        (seen,) = (await staff.get("/v1/training-surveys?open=true")).json()["data"]
        assert (seen["id"], seen["answered"]) == (survey["id"], True)
        assert (await stranger.get("/v1/training-surveys")).json()["data"] == []


async def test_whoever_a_survey_asks_is_told_once_while_it_is_open(city: City) -> None:
    await opened(city, opens_on="2026-11-21")
    survey = (await opened(city)).json()["id"]
    await answered(city, survey, WANTED, by="chief")
    means = Means(city.database, city.app.state.keyring, lambda: city.now)
    for _ in range(2):
        await tell_of_surveys(means, str(city.region.id))
    assert await told(city, NoticeKind.TRAINING_SURVEY_OPEN) == [
        (person, None) for person in ("colleague", "staff", "supervisor")
    ]
    async with city.call_as("staff") as staff:
        (shown,) = (await staff.get("/v1/me/notifications")).json()["data"]
    assert (shown["kind"], shown["subject"]["id"]) == ("TRAINING_SURVEY_OPEN", survey)


async def test_a_second_answer_replaces_the_first(city: City) -> None:
    survey = (await opened(city)).json()["id"]
    await answered(city, survey, WANTED, {**WANTED, "subject": None, "competency_code": "INTEGRITY"})
    second = await answered(city, survey, {**WANTED, "subject": "Bahasa Inggris"})
    assert [each["subject"] for each in second.json()["needs"]] == ["Bahasa Inggris"]
    assert [each["subject"] for each in await needs_of(city)] == ["Bahasa Inggris"]
    async with city.database.sessions() as db:
        rows = await db.scalars(select(TrainingNeed).where(TrainingNeed.region_id == city.region.id))
        assert sorted(row.status for row in rows) == ["OPEN", "WITHDRAWN", "WITHDRAWN"]


async def test_an_empty_answer_counts_as_an_answer(city: City) -> None:
    survey = (await opened(city)).json()["id"]
    await answered(city, survey)
    await answered(city, survey, WANTED, {**WANTED, "urgency": "LOW", "subject": "Excel"}, by="colleague")
    await answered(city, survey, {**WANTED, "subject": "pengolahan DATA"}, by="supervisor")
    async with city.call_as("head") as head:
        found = (await head.get(f"/v1/training-surveys/{survey}/results")).json()
    assert (found["asked"], found["answered"]) == (4, 3)
    assert [(each["people"], each["high"]) for each in found["topics"]] == [(2, 2), (1, 0)]


async def test_a_survey_is_answered_on_its_days_only(city: City) -> None:
    later = (await opened(city, opens_on="2026-11-21")).json()
    assert later["status"] == "UPCOMING"
    early = await answered(city, later["id"], WANTED)
    assert (early.status_code, early.json()["code"]) == (409, "TRAINING_SURVEY_NOT_OPEN")
    survey = (await opened(city, opens_on="2026-11-01")).json()
    async with city.call_as("head", **ONE) as head:
        url = f"/v1/training-surveys/{survey['id']}"
        ended = await head.patch(url, json={"closes_on": "2026-11-19"})
        assert (ended.status_code, ended.json()["status"]) == (200, "CLOSED")
    assert (await answered(city, survey["id"], WANTED)).status_code == 409
    wrong = await opened(city, opens_on="2026-12-01", closes_on="2026-11-30")
    assert wrong.json()["errors"][0]["code"] == "TRAINING_SURVEY_REVERSED"


async def test_two_answers_at_once_leave_one(city: City) -> None:
    survey = (await opened(city)).json()["id"]
    held = select(Employee).where(Employee.region_id == city.region.id, Employee.id == city.id("staff"))
    answers = await at_once(
        city, *[answered(city, survey, {**WANTED, "subject": word}) for word in ("A", "B")], held=held
    )
    assert [each.status_code for each in answers] == [200, 200]
    async with city.database.sessions() as db:
        stored = select(TrainingSurveyAnswer).where(TrainingSurveyAnswer.region_id == city.region.id)
        assert len((await db.scalars(stored)).all()) == 1
    assert len(await needs_of(city)) == 1


async def test_needs_are_journalled_without_the_words(city: City) -> None:
    await stated(city)
    await answered(city, (await opened(city)).json()["id"], WANTED)
    async with city.database.sessions() as db:
        entries = list(
            await db.scalars(
                select(JournalEntry).where(
                    JournalEntry.region_id == city.region.id, JournalEntry.entity.startswith("training_")
                )
            )
        )
    assert sorted(each.entity for each in entries) == [
        "training_need",
        "training_need",
        "training_survey",
        "training_survey_answer",
    ]
    assert "manual" not in str([each.changes for each in entries])
