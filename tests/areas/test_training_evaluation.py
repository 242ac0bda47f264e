"""Evaluation of training over HTTP: asked by the clock, answered without a trace, shown in sums of several people."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select, text

from asn_api.areas.certificates.jobs import EVALUATE_TRAINING
from asn_api.core.journal import JournalEntry
from asn_api.rules.enrolments import ClassStatus, EnrolmentStatus
from asn_api.rules.training_evaluation import QUESTIONS, TrainingLevel
from asn_api.tables.certificates import TrainingEvaluation, TrainingEvaluationTask
from tests.areas.learning import course, course_class, enrolled, got, means
from tests.factories import City

Json = dict[str, Any]
ENDED = date(2026, 11, 18)
PEOPLE = ("staff", "colleague", "supervisor")


async def turn(city: City, day: date | None = None) -> None:
    """What the job does on a day."""
    now = None if day is None else datetime(day.year, day.month, day.day, 3, tzinfo=UTC)
    await EVALUATE_TRAINING.run(means(city, now), str(city.region.id))


async def finished(city: City, *people: str, course_id: UUID | None = None, ended: date = ENDED) -> UUID:
    class_id = await course_class(city, ended - timedelta(days=2), ended, course_id=course_id)
    await enrolled(city, class_id, *people)
    return class_id


async def tasks(city: City, person: str) -> list[Json]:
    found: list[Json] = (await got(city, person, "/v1/me/training-evaluation-tasks"))["data"]
    return found


async def answer(
    city: City,
    person: str,
    task: Json,
    score: int = 4,
    comment: str | None = None,
    version: int | None = None,
) -> httpx.Response:
    body = {
        "scores": [{"question": each, "score": score} for each in task["questions"]],
        "comment": comment,
    }
    async with city.call_as(person) as client:
        return await client.put(
            f"/v1/training-evaluation-tasks/{task['id']}/answer",
            json=body,
            headers={"If-Match": f'"{version or task["version"]}"'},
        )


async def answered(city: City, *people: str, score: int = 4, comment: str | None = None) -> None:
    for person in people:
        for task in await tasks(city, person):
            assert (await answer(city, person, task, score, comment)).status_code == 200


async def record(city: City, course_id: UUID, viewer: str = "other_staff") -> Json:
    return await got(city, viewer, f"/v1/courses/{course_id}/record")


async def rows(city: City, table: Any) -> list[Any]:
    async with city.database.sessions() as db:
        return list(await db.scalars(select(table).where(table.region_id == city.region.id)))


async def test_participants_are_asked_after_the_class_and_told(city: City) -> None:
    await finished(city, "staff", "colleague")
    await turn(city)
    await turn(city)
    [task] = await tasks(city, "staff")
    assert (task["level"], task["respondent"], task["status"]) == ("REACTION", "PARTICIPANT", "WAITING")
    assert task["questions"] == [each.value for each in QUESTIONS[TrainingLevel.REACTION]]
    assert task["closes_on"] == "2026-12-01"
    notices = (await got(city, "staff", "/v1/me/notifications"))["data"]
    assert [each["kind"] for each in notices] == ["TRAINING_EVALUATION_WAITING"]
    assert await tasks(city, "supervisor") == []


async def test_answers_are_put_together_at_the_end_and_the_single_ones_are_gone(city: City) -> None:
    course_id = await course(city)
    await finished(city, *PEOPLE, course_id=course_id)
    await turn(city)
    for person, score in zip(PEOPLE, (5, 4, 4), strict=True):
        await answered(city, person, score=score, comment=f"Kata {person}")
    before = await record(city, course_id)
    assert (before["reaction"]["answered"], before["reaction"]["means"]) == (0, [])
    await turn(city, date(2026, 12, 2))
    shown = (await record(city, course_id))["reaction"]
    assert (shown["classes"], shown["answered"]) == (1, 3)
    assert {each["mean"] for each in shown["means"]} == {"4.33"}
    assert sorted(shown["comments"]) == ["Kata colleague", "Kata staff", "Kata supervisor"]
    assert await rows(city, TrainingEvaluationTask) == []
    await turn(city, date(2026, 12, 3))
    assert len(await rows(city, TrainingEvaluation)) == 1


async def test_two_answers_tell_nothing(city: City) -> None:
    course_id = await course(city)
    await finished(city, *PEOPLE, course_id=course_id)
    await turn(city)
    await answered(city, "staff", "colleague", comment="Kata")
    await turn(city, date(2026, 12, 2))
    shown = await record(city, course_id)
    assert (shown["reaction"]["classes"], shown["reaction"]["means"], shown["reaction"]["comments"]) == (
        0,
        [],
        [],
    )
    [kept] = await rows(city, TrainingEvaluation)
    assert kept.result["groups"][0]["answered"] is None, "not even in the database"


async def test_no_answer_can_be_read_and_none_leaves_a_name(city: City) -> None:
    await finished(city, *PEOPLE)
    await turn(city)
    [task] = await tasks(city, "staff")
    done = await answer(city, "staff", task, 3, "Kata rahasia")
    assert done.json()["status"] == "ANSWERED"
    assert "rahasia" not in done.text
    assert (await answer(city, "staff", task, 2)).status_code == 412, "built on what was before"
    assert (await answer(city, "staff", task, 2, version=2)).status_code == 200
    async with city.database.sessions() as db:
        stored = (
            await db.execute(
                text(
                    "select t::text from training_evaluation_tasks t where region_id = :region "
                    "union all select j::text from journal j where region_id = :region"
                ),
                {"region": city.region.id},
            )
        ).scalars()
        assert not [row for row in stored if "rahasia" in row]
        entries = list(
            await db.scalars(
                select(JournalEntry).where(
                    JournalEntry.region_id == city.region.id,
                    JournalEntry.entity == "training_evaluation",
                    JournalEntry.action == "ANSWER",
                )
            )
        )
    assert len(entries) == 2
    for each in entries:
        assert (each.account_id, each.actor_id, each.employee_id, each.unit_id, each.request_id) == (
            None,
        ) * 5
        assert each.changes == {}


async def test_an_answer_is_whole_and_ones_own(city: City) -> None:
    await finished(city, *PEOPLE)
    await turn(city)
    [task] = await tasks(city, "staff")
    part = {**task, "questions": [*task["questions"][1:], "WORK_IMPROVED"]}
    refused = await answer(city, "staff", part)
    assert {each["code"] for each in refused.json()["errors"]} == {
        "TRAINING_QUESTION_UNKNOWN",
        "TRAINING_QUESTION_MISSING",
    }
    assert (await answer(city, "colleague", task)).status_code == 404
    assert (await answer(city, "supervisor", task)).status_code == 404
    assert (await answer(city, "staff", task, score=6)).status_code == 422


async def test_after_months_superiors_and_colleagues_are_asked(city: City) -> None:
    course_id = await course(city)
    ended = date(2026, 8, 20)
    await finished(city, "staff", "colleague", course_id=course_id, ended=ended)
    await turn(city)
    about = [(each["employee_name"], each["respondent"]) for each in await tasks(city, "supervisor")]
    assert sorted(about) == [("COLLEAGUE", "SUPERIOR"), ("STAFF", "SUPERIOR")]
    [other] = await tasks(city, "colleague")
    assert (other["employee_name"], other["respondent"], other["level"]) == (
        "STAFF",
        "COLLEAGUE",
        "BEHAVIOUR",
    )
    assert other["closes_on"] == "2027-02-20"
    await answered(city, "supervisor", "staff", "colleague", score=5)
    await turn(city, date(2027, 2, 21))
    shown = await record(city, course_id)
    assert [each["answered"] for each in shown["behaviour"]] == [0, 0], "one superior and two colleagues"


async def test_behaviour_is_shown_when_enough_different_people_answered(city: City) -> None:
    course_id = await course(city)
    people = ("staff", "supervisor", "chief", "other_staff")
    await finished(city, *people, course_id=course_id, ended=date(2026, 8, 20))
    await turn(city)
    await answered(city, "supervisor", "chief", "head", score=4)
    await turn(city, date(2027, 2, 21))
    by = {each["respondent"]: each for each in (await record(city, course_id))["behaviour"]}
    assert (by["SUPERIOR"]["answered"], by["SUPERIOR"]["classes"]) == (3, 1)
    assert {each["mean"] for each in by["SUPERIOR"]["means"]} == {"4.00"}
    assert by["COLLEAGUE"]["answered"] == 0


@pytest.mark.parametrize(
    ("ended", "level"),
    [
        (date(2026, 11, 7), "REACTION"),
        (date(2026, 11, 6), None),
        (date(2026, 8, 21), None),
        (date(2026, 8, 20), "BEHAVIOUR"),
        (date(2026, 5, 20), "BEHAVIOUR"),
        (date(2026, 5, 19), None),
    ],
)
async def test_each_level_has_its_time(city: City, ended: date, level: str | None) -> None:
    await finished(city, "staff", ended=ended)
    await turn(city)
    assert [each.level for each in await rows(city, TrainingEvaluation)] == ([level] if level else [])


async def test_nobody_is_asked_about_a_class_that_is_not_finished(city: City) -> None:
    class_id = await course_class(city, ENDED, ENDED, status=ClassStatus.RUNNING)
    await enrolled(city, class_id, "staff", status=EnrolmentStatus.ATTENDING)
    await turn(city)
    assert await rows(city, TrainingEvaluation) == []


async def test_two_workers_open_it_once(city: City) -> None:
    await finished(city, *PEOPLE)
    await asyncio.gather(turn(city), turn(city), turn(city))
    assert len(await rows(city, TrainingEvaluation)) == 1
    assert len(await rows(city, TrainingEvaluationTask)) == 3


async def test_who_has_not_answered_is_reminded_before_the_end(city: City) -> None:
    await finished(city, "staff", "colleague")
    await turn(city)
    await answered(city, "colleague")
    await turn(city, date(2026, 11, 28))
    await turn(city, date(2026, 11, 28))
    assert len((await got(city, "staff", "/v1/me/notifications"))["data"]) == 2
    assert len((await got(city, "colleague", "/v1/me/notifications"))["data"]) == 1


async def test_learning_comes_from_scores_of_classes_with_enough_people(city: City) -> None:
    course_id = await course(city)
    small = await course_class(city, course_id=course_id)
    large = await course_class(city, course_id=course_id)
    await enrolled(city, small, "staff", "colleague", pre_score=Decimal(0), post_score=Decimal(100))
    scores = {"pre_score": Decimal(40), "post_score": Decimal(70)}
    await enrolled(city, large, "staff", "colleague", **scores)
    await enrolled(city, large, "chief", pre_score=Decimal(100), post_score=Decimal(100))
    await enrolled(city, large, "head", status=EnrolmentStatus.FAILED, **scores)
    shown = (await record(city, course_id))["learning"]
    assert (shown["classes"], shown["people"]) == (1, 4)
    assert (shown["pre"], shown["post"], shown["gain"]) == ("55.00", "77.50", "0.50")


async def test_no_number_of_the_record_stands_for_one_or_two(city: City) -> None:
    course_id = await course(city)
    class_id = await course_class(city, course_id=course_id)
    await enrolled(city, class_id, "staff", "colleague")
    shown = await record(city, course_id)
    assert (shown["classes"], shown["participants"], shown["completed_percent"]) == (1, None, None)
    await enrolled(city, class_id, "chief")
    shown = await record(city, course_id)
    assert (shown["participants"], shown["completed_percent"]) == (3, "100.0")
    await enrolled(city, class_id, "head", status=EnrolmentStatus.FAILED)
    shown = await record(city, course_id)
    assert (shown["participants"], shown["completed_percent"]) == (4, None), "one who failed would be known"


async def test_a_superior_writes_down_what_came_of_it(city: City) -> None:
    course_id = await course(city)
    class_id = await finished(city, "staff", course_id=course_id)
    url = f"/v1/classes/{class_id}/result-note"
    async with city.call_as("supervisor") as supervisor:
        first = await supervisor.put(url, json={"note": "Antrean menjadi lebih pendek."})
        again = await supervisor.put(url, json={"note": "Antrean menjadi lebih pendek."})
        blind = await supervisor.put(url, json={"note": "Lain."})
        changed = await supervisor.put(
            url, json={"note": "Antrean setengah dari semula."}, headers={"If-Match": '"1"'}
        )
    assert [each.status_code for each in (first, again, blind, changed)] == [201, 200, 412, 200]
    assert changed.json()["version"] == 2
    [note] = (await record(city, course_id))["results"]
    assert (note["unit_name"], note["note"]) == ("Ward", "Antrean setengah dari semula.")
    for person in ("staff", "chief", "other_head"):
        async with city.call_as(person) as client:
            assert (await client.put(url, json={"note": "Saya juga."})).status_code == 404, person


async def test_results_are_written_about_finished_classes(city: City) -> None:
    class_id = await course_class(city, status=ClassStatus.RUNNING)
    await enrolled(city, class_id, "staff", status=EnrolmentStatus.COMPLETED)
    async with city.call_as("supervisor") as supervisor:
        answer = await supervisor.put(f"/v1/classes/{class_id}/result-note", json={"note": "Dini."})
    assert (answer.status_code, answer.json()["code"]) == (409, "TRAINING_CLASS_NOT_FINISHED")


async def test_after_the_end_nothing_is_answered(city: City) -> None:
    await finished(city, *PEOPLE)
    await turn(city)
    [task] = await tasks(city, "staff")
    async with city.database.sessions() as db, db.begin():
        await db.execute(
            text("update training_evaluations set opens_on = '2026-11-01', closes_on = '2026-11-19'")
        )
    late = await answer(city, "staff", task)
    assert (late.status_code, late.json()["code"]) == (409, "TRAINING_EVALUATION_CLOSED")
    assert await tasks(city, "staff") == []
    async with city.database.sessions() as db:
        assert await db.scalar(select(func.count()).select_from(TrainingEvaluationTask)) is not None
