"""360° rounds over HTTP: who is asked, answering, results after the end, and what a race may not do."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from asn_api.core.mapping import uuid7
from asn_api.rules.assessments import RaterGroup, TaskStatus
from asn_api.rules.notifications import NoticeKind
from asn_api.tables.assessments import Assessment, AssessmentRound, AssessmentTask
from asn_api.tables.identity import Account
from asn_api.tables.notifications import Notification
from asn_api.tables.policies import Policy
from tests.areas.assessing import (
    PEERS,
    WARD,
    answer,
    answered,
    assessment_id,
    close,
    closed,
    crowd,
    let_turn,
    opened,
    plan,
    planned,
    result,
    scores,
    seen,
    stored_tasks,
    tasks,
)
from tests.areas.races import at_once
from tests.factories import City
from tests.matrix import add


async def test_a_round_asks_the_superior_and_peers_and_gives_one_result_at_its_end(city: City) -> None:
    await crowd(city)
    shown = await opened(city)
    assert (shown["status"], shown["progress"]["people"]) == ("OPEN", 6)
    assert set(await tasks(city, "supervisor")) == set(WARD)
    assert {each["rater_group"] for each in (await tasks(city, "supervisor")).values()} == {"SUPERIOR"}
    assert set(await tasks(city, "staff")) == {"supervisor", "colleague", *PEERS}
    assert (await tasks(city, "staff"))["supervisor"]["rater_group"] == "SUBORDINATES"
    await answered(city, "staff", supervisor=10, peer_a=6, peer_b=7, peer_c=8)
    for viewer in ("staff", "supervisor", "head", "admin"):
        early = await result(city, viewer, "staff")
        assert (early["category"], early["score"], early["groups"]) == ("PENDING", None, [])
        assert [each["code"] for each in early["reasons"]] == ["ROUND_NOT_CLOSED"]
    done = await closed(city, shown["id"])
    assert done["status"] == "CLOSED"
    assert done["progress"] == {
        "people": 6,
        "asked": 31,
        "answered": 4,
        "conflicts": 0,
        "results": 1,
    }
    for viewer in ("staff", "supervisor", "head", "admin"):
        found = await result(city, viewer, "staff")
        assert (found["score"], found["category"], found["form"]) == ("85.0", "GOOD", "STAFF")
        assert {each["score"] for each in found["values"]} == {"85.0"}
        assert {each["score"] for each in found["groups"]} == {None}, "the superior would remain"
    missing = await result(city, "colleague", "colleague")
    assert (missing["score"], missing["category"]) == (None, "PENDING")
    assert {(each["code"], each["group"]) for each in missing["reasons"]} == {
        ("TOO_FEW_ANSWERS", "SUPERIOR"),
        ("TOO_FEW_ANSWERS", "PEERS"),
    }


async def test_a_head_is_assessed_from_three_sides(city: City) -> None:
    await crowd(city)
    await crowd(city, "chief_b", "chief_c", "chief_d", unit="clinic")
    shown = await opened(city)
    await answered(city, "supervisor", chief=9, chief_b=8, chief_c=8, chief_d=8, staff=7, peer_a=7)
    await closed(city, shown["id"])
    found = await result(city, "supervisor", "supervisor")
    assert (found["score"], found["category"], found["form"]) == ("83.0", "GOOD", "HEAD")
    assert {each["group"]: each["score"] for each in found["groups"]} == {
        "SUPERIOR": None,
        "PEERS": None,
        "SUBORDINATES": None,
    }


async def test_a_large_group_is_shown_where_the_rest_still_hides_everybody(city: City) -> None:
    await crowd(city)
    await crowd(city, "chief_b", "chief_c", "chief_d", unit="clinic")
    shown = await opened(city)
    await answered(city, "supervisor", chief=9, chief_b=8, chief_c=8, chief_d=8, staff=7, peer_a=7, peer_b=10)
    await closed(city, shown["id"])
    found = await result(city, "supervisor", "supervisor")
    assert {each["group"]: each["score"] for each in found["groups"]} == {
        "SUPERIOR": None,
        "PEERS": "80.0",
        "SUBORDINATES": None,
    }


async def test_two_peers_are_too_few_and_the_result_says_so(city: City) -> None:
    await crowd(city)
    shown = await opened(city)
    await answered(city, "staff", supervisor=8, peer_a=9, peer_b=7)
    await closed(city, shown["id"])
    found = await result(city, "staff", "staff")
    assert (found["score"], found["category"], found["values"]) == (None, "PENDING", None)
    assert found["reasons"] == [{"code": "TOO_FEW_ANSWERS", "group": "PEERS", "have": 2, "need": 3}]


async def test_an_answer_can_be_changed_until_the_round_closes(city: City) -> None:
    await crowd(city)
    shown = await opened(city)
    await answered(city, "staff", supervisor=10, peer_a=6, peer_b=7, peer_c=1)
    assert (await answer(city, "peer_c", "staff", scores(1))).json()["version"] == 2, "the same again"
    other = await answer(city, "peer_c", "staff", scores(8))
    assert (other.status_code, other.json()["code"]) == (412, "VERSION_STALE")
    assert "score" not in other.text, "the current one is shown without what was said"
    stale = await answer(city, "peer_c", "staff", scores(8), **{"If-Match": '"1"'})
    assert stale.status_code == 412
    changed = await answer(city, "peer_c", "staff", scores(8), **{"If-Match": '"2"'})
    assert (changed.status_code, changed.json()["status"], changed.headers["etag"][:3]) == (
        200,
        "ANSWERED",
        '"3-',
    )
    task = (await tasks(city, "peer_c"))["staff"]
    await closed(city, shown["id"])
    assert (await result(city, "staff", "staff"))["score"] == "85.0"
    async with city.call_as("peer_c") as peer:
        late = await peer.put(f"/v1/assessment-tasks/{task['id']}/answer", json=scores(1))
        assert late.status_code == 404
        assert await tasks(city, "peer_c") == {}


async def test_answers_are_refused_from_the_day_after_the_last_and_while_results_are_made(city: City) -> None:
    await crowd(city)
    shown = await opened(city)
    task = (await tasks(city, "staff"))["colleague"]
    for values in ({"closes_on": date(2026, 11, 19)}, {"closes_on": date(2026, 11, 30), "status": "CLOSING"}):
        async with city.database.sessions() as db, db.begin():
            await db.execute(
                update(AssessmentRound)
                .where(AssessmentRound.region_id == city.region.id, AssessmentRound.id == UUID(shown["id"]))
                .values(opens_on=date(2026, 11, 1), **values)
            )
        async with city.call_as("staff") as staff:
            late = await staff.put(f"/v1/assessment-tasks/{task['id']}/answer", json=scores())
        assert (late.status_code, late.json()["code"]) == (409, "ASSESSMENT_ROUND_CLOSED")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (scores(11), "REQUEST_INVALID"),
        (scores(0), "REQUEST_INVALID"),
        ({"items": []}, "REQUEST_INVALID"),
        ({"items": [{"core_value": "LOYAL", "score": 8}] * 5}, "REQUEST_INVALID"),
        (scores(None), "ASSESSMENT_TOO_FEW_VALUES"),
        (scores(8, values=["LOYAL", "COMPETENT", "ADAPTIVE"]), "ASSESSMENT_TOO_FEW_VALUES"),
    ],
)
async def test_an_answer_that_says_too_little_or_too_much_is_refused(
    city: City, body: dict[str, Any], code: str
) -> None:
    await crowd(city)
    await opened(city)
    refused = await answer(city, "staff", "colleague", body)
    assert (refused.status_code, refused.json()["code"]) == (422, code)


async def test_a_conflict_of_interest_brings_somebody_else(city: City) -> None:
    await crowd(city)
    shown = await opened(city)
    task = (await tasks(city, "supervisor"))["staff"]
    async with city.call_as("supervisor", **{"If-Match": '"1"'}) as supervisor:
        url = f"/v1/assessment-tasks/{task['id']}"
        assert (await supervisor.put(f"{url}/answer", json=scores(3))).status_code == 200
        stale = await supervisor.post(f"{url}/conflict", json={"kind": "FAMILY"})
        assert stale.status_code == 412
        given = await supervisor.post(f"{url}/conflict", json={"kind": "FAMILY"}, headers={"If-Match": '"2"'})
        assert given.status_code == 204, given.text
        again = await supervisor.put(f"{url}/answer", json=scores(9), headers={"If-Match": '"3"'})
        assert again.json()["code"] == "ASSESSMENT_TASK_GIVEN_UP"
    assert (await tasks(city, "chief"))["staff"]["rater_group"] == "SUPERIOR", "the superior's superior"
    await answered(city, "staff", chief=10, peer_a=6, peer_b=7, peer_c=8)
    done = await closed(city, shown["id"])
    assert done["progress"]["conflicts"] == 1
    assert (await result(city, "staff", "staff"))["score"] == "85.0"


async def test_peers_are_drawn_up_to_the_policys_number_and_replaced_from_the_rest(city: City) -> None:
    await crowd(city)
    await change_policy(city, most_raters={"PEERS": 3, "SUBORDINATES": 7})
    await opened(city)
    raters = [name for name in ("colleague", *PEERS) if "staff" in await tasks(city, name)]
    assert len(raters) == 3
    [spare] = {"colleague", *PEERS} - set(raters)
    task = (await tasks(city, raters[0]))["staff"]
    async with city.call_as(raters[0], **{"If-Match": '"1"'}) as rater:
        await rater.post(f"/v1/assessment-tasks/{task['id']}/conflict", json={"kind": "CANNOT_JUDGE"})
    assert "staff" in await tasks(city, spare)
    task = (await tasks(city, raters[1]))["staff"]
    async with city.call_as(raters[1], **{"If-Match": '"1"'}) as rater:
        given = await rater.post(f"/v1/assessment-tasks/{task['id']}/conflict", json={"kind": "DISPUTE"})
    assert given.status_code == 204, "nobody is left to be asked"


async def test_two_conflicts_at_once_do_not_ask_the_same_person_twice(city: City) -> None:
    await crowd(city)
    await change_policy(city, most_raters={"PEERS": 2, "SUBORDINATES": 7})
    await opened(city)
    raters = [name for name in ("colleague", *PEERS) if "staff" in await tasks(city, name)]
    found = [(name, (await tasks(city, name))["staff"]["id"]) for name in raters]

    async def give_up(name: str, task_id: str) -> Any:
        async with city.call_as(name, **{"If-Match": '"1"'}) as rater:
            return await rater.post(f"/v1/assessment-tasks/{task_id}/conflict", json={"kind": "DISPUTE"})

    held = select(Assessment.id).where(
        Assessment.region_id == city.region.id, Assessment.employee_id == city.id("staff")
    )
    answers = await at_once(city, *(give_up(*each) for each in found), held=held)
    assert [each.status_code for each in answers] == [204, 204]
    asked = [name for name in ("colleague", *PEERS) if "staff" in await tasks(city, name)]
    assert len(asked) == 4


async def test_no_answer_is_lost_or_added_when_the_round_closes_at_the_same_moment(city: City) -> None:
    await crowd(city)
    shown = await opened(city)
    found = [(who, (await tasks(city, who))["staff"]["id"]) for who in ("supervisor", "colleague", *PEERS)]
    async with city.database.sessions() as db, db.begin():
        await db.execute(
            update(AssessmentRound)
            .where(AssessmentRound.region_id == city.region.id)
            .values(opens_on=date(2026, 11, 1))
        )

    async def send(who: str, task_id: str) -> Any:
        async with city.call_as(who) as caller:
            return await caller.put(f"/v1/assessment-tasks/{task_id}/answer", json=scores())

    async def end() -> Any:
        async with city.call_as("head", **{"If-Match": f'"{shown["version"]}"'}) as head:
            return await head.post(f"/v1/assessment-rounds/{shown['id']}/closing")

    held = select(AssessmentRound.id).where(
        AssessmentRound.region_id == city.region.id, AssessmentRound.id == UUID(shown["id"])
    )
    requests = [send(*found[0]), send(*found[1]), end(), *(send(*each) for each in found[2:])]
    answers = await at_once(city, *requests, held=held)
    ended = answers.pop(2)
    assert ended.status_code == 200, ended.text
    taken = sum(each.status_code == 200 for each in answers)
    assert {each.status_code for each in answers} <= {200, 409}
    await let_turn(city)
    assert (await seen(city, "head", shown["id"]))["progress"]["answered"] == taken


async def test_the_clock_opens_and_closes_rounds(city: City) -> None:
    await crowd(city)
    shown = await plan(city, opens_on="2026-11-23", closes_on="2026-11-27")
    await let_turn(city, date(2026, 11, 22))
    assert (await seen(city, "head", shown["id"]))["status"] == "PLANNED"
    await let_turn(city, date(2026, 11, 23))
    await let_turn(city, date(2026, 11, 27))
    assert (await seen(city, "head", shown["id"]))["status"] == "OPEN"
    await let_turn(city, date(2026, 11, 28))
    await let_turn(city, date(2026, 11, 28))
    assert (await seen(city, "head", shown["id"]))["status"] == "CLOSED"
    assert await stored_tasks(city) == 0


async def test_raters_are_reminded_at_the_beginning_and_before_the_end(city: City) -> None:
    await crowd(city)
    shown = await opened(city)

    async def reminded() -> list[tuple[str, int, date | None]]:
        names = {each.id: name for name, each in city.people.items()}
        async with city.database.sessions() as db:
            rows = await db.scalars(
                select(Notification).where(
                    Notification.region_id == city.region.id,
                    Notification.kind == NoticeKind.ASSESSMENT_WAITING,
                )
            )
            return sorted((names[each.employee_id], each.params["count"], each.day) for each in rows)

    first = await reminded()
    assert {name for name, _, _ in first} == {"chief", "supervisor", *WARD}
    assert ("supervisor", 5, date(2026, 11, 20)) in first
    for about in ("colleague", *PEERS):
        await answered(city, about, staff=8)
    await answered(city, "supervisor", staff=8)
    await answered(city, "staff", supervisor=8)
    await let_turn(city, date(2026, 11, 27), hour=7)
    assert await reminded() == first, "not before the hour"
    await let_turn(city, date(2026, 11, 27))
    await let_turn(city, date(2026, 11, 27), hour=15)
    again = [each for each in await reminded() if each not in first]
    assert {name for name, _, _ in again} == {"chief", "supervisor", "colleague", *PEERS}
    assert ("supervisor", 4, date(2026, 11, 27)) in again
    async with city.call_as("colleague") as colleague:
        [newest, *_] = (await colleague.get("/v1/me/notifications")).json()["data"]
    assert newest["subject"] == {"type": "assessment_round", "id": shown["id"]}
    assert "Nobody can read your answers" in newest["body"]


async def test_nobody_is_assessed_twice_for_the_same_time(city: City) -> None:
    await crowd(city)
    await opened(city, period_start="2026-01-01", period_end="2026-06-30")
    again = await opened(city, period_start="2026-06-01", period_end="2026-12-31", title="Ulang")
    assert again["progress"]["people"] == 0
    later = await opened(city, title="Semester II")
    assert later["progress"]["people"] == 6


async def test_people_without_an_account_in_use_are_assessed_but_not_asked(city: City) -> None:
    await crowd(city)
    async with city.database.sessions() as db, db.begin():
        await db.execute(
            update(Account)
            .where(Account.region_id == city.region.id, Account.employee_id == city.id("peer_a"))
            .values(status="DISABLED")
        )
    shown = await opened(city)
    assert shown["progress"]["people"] == 6
    async with city.database.sessions() as db:
        raters = await db.scalars(
            select(AssessmentTask.rater_id).where(AssessmentTask.region_id == city.region.id)
        )
        assert city.id("peer_a") not in set(raters)


async def test_the_numbers_of_the_first_day_hold_to_the_end(city: City) -> None:
    await crowd(city)
    shown = await opened(city)
    await answered(city, "staff", supervisor=10, peer_a=6, peer_b=7, peer_c=8)
    async with city.call_as("admin") as admin:
        content = (await admin.get("/v1/policies/assessments")).json()["content"]
        content["min_answers"]["PEERS"] = 4
        body = {"valid_from": "2026-11-20", "content": content, "source": "Peraturan Wali Kota"}
        assert (await admin.post("/v1/policies/assessments", json=body)).status_code == 201
    await closed(city, shown["id"])
    assert (await result(city, "staff", "staff"))["score"] == "85.0"


async def test_the_explanation_names_rule_weights_and_policy(city: City) -> None:
    await crowd(city)
    shown = await opened(city)
    url = f"/v1/assessments/{await assessment_id(city, 'staff')}/explanation"
    async with city.call_as("staff") as staff:
        early = (await staff.get(url)).json()
        assert [each["rule"] for each in early["steps"]] == ["RATERS_DRAWN"]
        await answered(city, "staff", supervisor=10, peer_a=6, peer_b=7, peer_c=8)
        await closed(city, shown["id"])
        found = (await staff.get(url)).json()
    assert {each["group"]: (each["weight"], each["answered"]) for each in found["groups"]} == {
        "SUPERIOR": ("0.50", 1),
        "PEERS": ("0.50", 3),
    }
    assert found["policy"]["area"] == "assessments"
    assert found["steps"][-2]["value"] == "(1/2 × SUPERIOR + 1/2 × PEERS) × 10 = 85.0"
    assert found["steps"][-1]["rule"] == "CATEGORY"


async def test_a_round_is_planned_once_changed_and_removed(city: City) -> None:
    id = str(uuid7())
    shown = await plan(city, id=id, opens_on="2026-12-01", closes_on="2026-12-11")
    async with city.call_as("head") as head:
        body = planned(city, id=id, opens_on="2026-12-01", closes_on="2026-12-11")
        assert (await head.post("/v1/assessment-rounds", json=body)).status_code == 200
        other = await head.post("/v1/assessment-rounds", json={**body, "title": "Lain"})
        assert other.json()["code"] == "ASSESSMENT_ROUND_ID_TAKEN"
        url, one = f"/v1/assessment-rounds/{id}", {"If-Match": '"1"'}
        assert {each["action"]: each["refused"] for each in shown["allowed_actions"]} == {
            "CHANGE": None,
            "CLOSE": "ASSESSMENT_ROUND_NOT_OPEN",
            "REMOVE": None,
        }
        early = await head.post(f"{url}/closing", headers=one)
        assert early.json()["code"] == "ASSESSMENT_ROUND_NOT_OPEN"
        changed = await head.patch(url, json={"opens_on": "2026-11-20", "title": "Baru"}, headers=one)
        assert (changed.status_code, changed.json()["title"]) == (200, "Baru")
        await let_turn(city)
        begun = await head.get(url)
        match = {"If-Match": begun.headers["etag"]}
        for request, code in (
            (head.delete(url, headers=match), "ASSESSMENT_ROUND_BEGUN"),
            (head.patch(url, json={"opens_on": "2026-11-25"}, headers=match), "ASSESSMENT_ROUND_BEGUN"),
            (head.post(f"{url}/closing", headers=match), "ASSESSMENT_ROUND_TOO_SHORT"),
        ):
            assert (await request).json()["code"] == code
        longer = await head.patch(url, json={"closes_on": "2026-12-31"}, headers=match)
        assert longer.json()["closes_on"] == "2026-12-31"
    await closed(city, id)
    again = await close(city, "head", id)
    assert again.json()["code"] == "ASSESSMENT_ROUND_CLOSED"
    async with city.call_as("head", **{"If-Match": again.headers.get("etag", '"5"')}) as head:
        version = (await head.get(url)).headers["etag"]
        late = await head.patch(url, json={"closes_on": "2027-12-31"}, headers={"If-Match": version})
        assert late.json()["code"] == "ASSESSMENT_ROUND_CLOSED"
        rows = (await head.get("/v1/assessment-rounds", params={"status": "CLOSED", "year": 2026})).json()
        assert [each["id"] for each in rows["data"]] == [id]
        fresh = await plan(city, opens_on="2026-12-01", closes_on="2026-12-11")
        gone = await head.delete(f"/v1/assessment-rounds/{fresh['id']}", headers=one)
        assert gone.status_code == 204
        assert (await head.get(f"/v1/assessment-rounds/{fresh['id']}")).status_code == 404


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"period_end": "2026-06-30"}, "/period_end", "ASSESSMENT_PERIOD_REVERSED"),
        ({"period_end": "2027-01-31"}, "/period_end", "ASSESSMENT_PERIOD_OF_TWO_YEARS"),
        ({"opens_on": "2026-11-19"}, "/opens_on", "ASSESSMENT_ROUND_IN_PAST"),
        ({"closes_on": "2026-11-23"}, "/closes_on", "ASSESSMENT_ROUND_TOO_SHORT"),
        ({"closes_on": "2026-11-01"}, "/closes_on", "ASSESSMENT_ROUND_TOO_SHORT"),
    ],
)
async def test_a_round_needs_sound_days(city: City, changes: dict[str, str], pointer: str, code: str) -> None:
    async with city.call_as("head") as head:
        refused = await head.post("/v1/assessment-rounds", json=planned(city, **changes))
    assert refused.status_code == 422
    assert [(each["pointer"], each["code"]) for each in refused.json()["errors"]] == [(pointer, code)]


async def test_nobody_can_be_asked_about_himself(city: City) -> None:
    await crowd(city)
    shown = await opened(city)
    with pytest.raises(IntegrityError, match="not_oneself"):
        await add(
            city,
            AssessmentTask(
                region_id=city.region.id,
                id=uuid7(),
                round_id=UUID(shown["id"]),
                assessment_id=await assessment_id(city, "staff"),
                employee_id=city.id("staff"),
                rater_id=city.id("staff"),
                rater_group=RaterGroup.PEERS,
                status=TaskStatus.WAITING,
            ),
        )


async def change_policy(city: City, **changes: Any) -> None:
    async with city.database.sessions() as db, db.begin():
        policy = (
            await db.scalars(
                select(Policy).where(Policy.region_id == city.region.id, Policy.area == "assessments")
            )
        ).one()
        policy.content = {**policy.content, **changes}
