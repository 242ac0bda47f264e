"""Evaluation forums over HTTP: called, changed, held, attended, commented, minuted; and what stays afterwards."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from asn_api.areas.monitoring.jobs import remind
from asn_api.core.jobs import Means
from asn_api.core.journal import JournalEntry
from asn_api.core.mapping import uuid7
from asn_api.rules.notifications import NoticeKind
from asn_api.tables.monitoring import Feedback, Forum
from tests.areas.races import at_once
from tests.areas.test_feedback import give, given, listed, staffs_plan
from tests.areas.test_notifications import told
from tests.areas.test_performance import done, refused, send
from tests.factories import City

Json = dict[str, Any]
TODAY = "2026-11-20"


@contextmanager
def at(city: City, hour: int, minute: int = 0, day: int = 20) -> Iterator[None]:
    """The clock of Jakarta in November 2026."""
    before = city.app.state.clock
    city.app.state.clock = lambda: datetime(2026, 11, day, hour - 7, minute, tzinfo=UTC)
    try:
        yield
    finally:
        city.app.state.clock = before


def meeting(city: City, plan: Json, *invited: str, **changes: Any) -> Json:
    item = {
        "employee_id": plan["employee"]["id"],
        "plan_id": plan["id"],
        "work_result_ids": [each["id"] for each in plan["work_results"]],
    }
    given = {
        "title": "Forum evaluasi triwulan",
        "place": "Ruang rapat",
        "starts_at": f"{TODAY}T13:00:00+07:00",
        "ends_at": f"{TODAY}T15:00:00+07:00",
        "agenda": [item],
        "participant_ids": [str(city.id(each)) for each in invited],
    }
    return given | changes


async def call(
    city: City, plan: Json, *invited: str, who: str = "supervisor", **changes: Any
) -> httpx.Response:
    return await send(city, who, "POST", "/forums", json=meeting(city, plan, *invited, **changes))


async def called(city: City, plan: Json, *invited: str, **changes: Any) -> Json:
    answer = await call(city, plan, *invited, **changes)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def faults(answer: httpx.Response, code: str = "INVALID_FORUM") -> list[tuple[str, str]]:
    problem = await refused(answer, 422, code)
    return [(each["pointer"], each["code"]) for each in problem["errors"]]


def attendance(forum: Json) -> dict[str, str | None]:
    return {each["employee"]["name"]: each["attendance"] for each in forum["participants"]}


MINUTES = {
    "summary": "Target triwulan tercapai sebagian",
    "decisions": ["Jadwal laporan dipercepat"],
    "follow_ups": [{"text": "Menyusun jadwal", "due": "2026-12-01"}],
}


async def test_a_forum_is_called_held_attended_commented_and_minuted(city: City) -> None:
    plan = await staffs_plan(city)
    forum = await called(city, plan, "colleague", "other_staff")
    path = f"/forums/{forum['id']}"
    assert attendance(forum) == dict.fromkeys(["COLLEAGUE", "OTHER STAFF", "STAFF", "SUPERVISOR"])
    assert [each["work_results"][0]["statement"] for each in forum["agenda"]] == ["Laporan triwulan tersusun"]
    with at(city, 12, 29):
        await refused(await send(city, "staff", "POST", f"{path}/check-in"), 409, "FORUM_NOT_BEGUN")
    with at(city, 12, 30):
        checked = await done(city, "staff", "POST", f"{path}/check-in")
        assert attendance(checked)["STAFF"] == "PRESENT"
    with at(city, 13):
        held = await done(city, "supervisor", "POST", f"{path}/holding", 1)
        assert (held["status"], held["version"]) == ("HELD", 2)
        named = {"core_value": None, "work_result_id": plan["work_results"][0]["id"], "forum_id": forum["id"]}
        comment = await given(city, "colleague", "staff", **named)
        assert (comment["plan_id"], comment["forum_id"]) == (plan["id"], forum["id"])
        items = [
            {"employee_id": str(city.id("other_staff")), "attendance": "EXCUSED"},
            {"employee_id": str(city.id("supervisor")), "attendance": "PRESENT"},
        ]
        noted = await done(city, "supervisor", "POST", f"{path}/attendance", 2, json={"items": items})
        assert attendance(noted) == {
            "COLLEAGUE": None,
            "OTHER STAFF": "EXCUSED",
            "STAFF": "PRESENT",
            "SUPERVISOR": "PRESENT",
        }
    with at(city, 17):
        minuted = await done(city, "supervisor", "POST", f"{path}/minutes", 2, json=MINUTES)
        assert minuted["minutes"]["decisions"] == MINUTES["decisions"]
        assert minuted["minutes"]["corrections"] == []
        corrected = await done(
            city, "supervisor", "POST", f"{path}/corrections", 3, json={"text": "Tenggat 2 Desember"}
        )
        assert [each["text"] for each in corrected["minutes"]["corrections"]] == ["Tenggat 2 Desember"]
        assert corrected["minutes"]["summary"] == MINUTES["summary"]
    assert [each["id"] for each in await listed(city, "staff", forum_id=forum["id"])] == [comment["id"]]
    assert await listed(city, "other_staff", forum_id=forum["id"]) == []


async def test_after_the_minutes_nothing_changes_but_by_a_correction(city: City) -> None:
    plan = await staffs_plan(city)
    forum = await called(city, plan, "colleague")
    path = f"/forums/{forum['id']}"
    with at(city, 14):
        comment = await given(city, "colleague", "staff", forum_id=forum["id"])
        await done(city, "supervisor", "POST", f"{path}/holding", 1)
        await done(city, "supervisor", "POST", f"{path}/minutes", 2, json=MINUTES)
        item = {"employee_id": str(city.id("colleague")), "attendance": "ABSENT"}
        for method, name, version, body in (
            ("PUT", "", 3, meeting(city, plan)),
            ("POST", "/cancellation", 3, {"reason": "Batal"}),
            ("POST", "/holding", 3, None),
            ("POST", "/check-in", None, None),
            ("POST", "/attendance", 3, {"items": [item]}),
            ("POST", "/minutes", 3, MINUTES),
        ):
            answer = await send(city, "supervisor", method, path + name, version, json=body)
            await refused(answer, 409, "FORUM_WRONG_STATUS")
        more = await give(city, "colleague", "staff", forum_id=forum["id"])
        await refused(more, 409, "FORUM_WRONG_STATUS")
        back = await send(city, "colleague", "POST", f"/feedback/{comment['id']}/withdrawal", 1)
        await refused(back, 409, "FEEDBACK_IN_MINUTES")


async def test_who_sees_a_forum_and_of_plans_no_more_than_the_agenda(city: City) -> None:
    plan = await staffs_plan(city)
    forum = await called(city, plan, "other_staff")
    path = f"/forums/{forum['id']}"
    for reader, status in (
        ("staff", 200),
        ("supervisor", 200),
        ("other_staff", 200),
        ("head", 200),
        ("colleague", 404),
        ("chief", 404),
        ("other_head", 404),
        ("admin", 404),
    ):
        assert (await send(city, reader, "GET", path)).status_code == status, reader
        rows = (await done(city, reader, "GET", "/forums"))["data"]
        assert [each["id"] for each in rows] == ([forum["id"]] if status == 200 else []), reader
    await refused(await send(city, "other_staff", "GET", f"/plans/{plan['id']}"), 404, "NOT_FOUND")
    [item] = (await done(city, "other_staff", "GET", path))["agenda"]
    assert [each.keys() for each in item["work_results"]] == [{"id", "statement"}]
    for stranger in ("staff", "other_staff", "chief"):
        answer = await send(city, stranger, "POST", f"{path}/cancellation", 1, json={"reason": "Batal"})
        await refused(answer, 404, "NOT_FOUND")


async def test_a_superior_calls_for_his_team_and_a_head_for_his_branch(city: City) -> None:
    plan = await staffs_plan(city)
    for who in ("staff", "colleague", "chief", "other_head", "admin"):
        await refused(await call(city, plan, who=who), 404, "NOT_FOUND")
    by_head = await called(city, plan, who="head")
    assert by_head["convener"]["name"] == "HEAD"
    mine = await called(city, plan)
    # A head takes over what was called in his branch.
    gone = await done(
        city, "head", "POST", f"/forums/{mine['id']}/cancellation", 1, json={"reason": "Pindah"}
    )
    assert (gone["status"], gone["cancellation_reason"]) == ("CANCELLED", "Pindah")
    await refused(
        await send(
            city, "supervisor", "POST", f"/forums/{by_head['id']}/cancellation", 1, json={"reason": "-"}
        ),
        404,
        "NOT_FOUND",
    )


async def test_what_is_called_is_checked(city: City) -> None:
    plan = await staffs_plan(city)
    item = meeting(city, plan)["agenda"][0]
    other = item | {"work_result_ids": [str(uuid7())]}
    supervisors = item | {"plan_id": str(uuid7())}
    for changes, found in (
        (
            {"starts_at": "2026-11-20T10:00:00+07:00"},
            [("/starts_at", "FORUM_STARTS_IN_PAST")],
        ),
        ({"ends_at": f"{TODAY}T13:00:00+07:00"}, [("/ends_at", "FORUM_ENDS_BEFORE_START")]),
        ({"ends_at": "2026-11-21T01:00:00+07:00"}, []),
        ({"ends_at": "2026-11-21T01:01:00+07:00"}, [("/ends_at", "FORUM_TOO_LONG")]),
        ({"agenda": [item, item]}, [("/agenda", "FORUM_RESULT_TWICE")]),
        ({"agenda": [item, other]}, [("/agenda/1/work_result_ids", "FORUM_RESULT_NOT_IN_PLAN")]),
        ({"agenda": [supervisors]}, [("/agenda/0/work_result_ids", "FORUM_RESULT_NOT_IN_PLAN")]),
        ({"participant_ids": [str(uuid7())]}, [("/participant_ids", "FORUM_PARTICIPANT_UNKNOWN")]),
    ):
        answer = await call(city, plan, **changes)
        assert answer.status_code == 201 if not found else await faults(answer) == found, changes


async def test_everybody_concerned_is_told_of_invitation_change_and_cancellation(city: City) -> None:
    plan = await staffs_plan(city)
    forum = await called(city, plan, "colleague")
    path = f"/forums/{forum['id']}"
    assert await told(city, NoticeKind.FORUM_INVITED) == [("colleague", None), ("staff", None)]
    later = {"starts_at": f"{TODAY}T14:00:00+07:00"}
    changed = await done(city, "supervisor", "PUT", path, 1, json=meeting(city, plan, "other_staff", **later))
    assert sorted(attendance(changed)) == ["OTHER STAFF", "STAFF", "SUPERVISOR"]
    assert await told(city, NoticeKind.FORUM_INVITED) == [
        ("colleague", None),
        ("other_staff", None),
        ("staff", None),
    ]
    assert await told(city, NoticeKind.FORUM_CANCELLED) == [("colleague", None)]
    assert await told(city, NoticeKind.FORUM_CHANGED) == [("staff", None)]
    mine = (await done(city, "staff", "GET", "/me/notifications"))["data"]
    assert "2026-11-20 at 14:00" in mine[0]["body"]
    await done(city, "supervisor", "POST", f"{path}/cancellation", 2, json={"reason": "Sakit"})
    assert await told(city, NoticeKind.FORUM_CANCELLED) == [
        ("colleague", None),
        ("other_staff", None),
        ("staff", None),
    ]


async def test_a_forum_is_changed_until_people_may_check_in(city: City) -> None:
    plan = await staffs_plan(city)
    forum = await called(city, plan)
    path = f"/forums/{forum['id']}"
    stale = await send(city, "supervisor", "PUT", path, 2, json=meeting(city, plan))
    await refused(stale, 412, "VERSION_STALE")
    with at(city, 12, 30):
        late = await send(city, "supervisor", "PUT", path, 1, json=meeting(city, plan))
        await refused(late, 409, "FORUM_HAS_BEGUN")
    with at(city, 12, 29):
        await refused(await send(city, "supervisor", "POST", f"{path}/holding", 1), 409, "FORUM_NOT_BEGUN")
    with at(city, 16, 1):
        await refused(await send(city, "staff", "POST", f"{path}/check-in"), 409, "FORUM_OVER")


async def test_whoever_is_invited_twice_at_a_time_is_flagged(city: City) -> None:
    plan = await staffs_plan(city)
    first = await called(city, plan, "colleague")
    second = await called(city, plan, starts_at=f"{TODAY}T14:59:00+07:00", ends_at=f"{TODAY}T16:00:00+07:00")
    third = await called(city, plan, starts_at=f"{TODAY}T16:00:00+07:00", ends_at=f"{TODAY}T17:00:00+07:00")

    async def clashes(who: str, forum: Json) -> dict[str, bool | None]:
        shown = await done(city, who, "GET", f"/forums/{forum['id']}")
        return {each["employee"]["name"]: each["clashes"] for each in shown["participants"]}

    assert await clashes("supervisor", first) == {"COLLEAGUE": False, "STAFF": True, "SUPERVISOR": True}
    assert await clashes("staff", first) == {"COLLEAGUE": None, "STAFF": True, "SUPERVISOR": None}
    assert await clashes("supervisor", third) == {"STAFF": False, "SUPERVISOR": False}
    rows = (await done(city, "staff", "GET", "/forums"))["data"]
    assert [each["clashes"] for each in rows] == [False, True, True]
    await done(city, "supervisor", "POST", f"/forums/{second['id']}/cancellation", 1, json={"reason": "-"})
    assert await clashes("staff", first) == {"COLLEAGUE": None, "STAFF": False, "SUPERVISOR": None}


async def test_comments_are_by_those_invited_about_the_agenda_with_the_name(city: City) -> None:
    plan = await staffs_plan(city)
    forum = await called(city, plan, "colleague")
    said = {"forum_id": forum["id"]}
    early = await give(city, "colleague", "staff", **said)
    await refused(early, 409, "FORUM_NOT_BEGUN")
    with at(city, 13):
        await refused(await give(city, "other_staff", "staff", **said), 404, "NOT_FOUND")
        await refused(await give(city, "head", "staff", **said), 409, "FORUM_NOT_INVITED")
        about_else = await give(city, "staff", "colleague", **said)
        assert await faults(about_else, "INVALID_FEEDBACK") == [("/employee_id", "FORUM_NOT_ON_AGENDA")]
        wrong = await give(city, "colleague", "staff", core_value=None, work_result_id=str(uuid7()), **said)
        assert await faults(wrong, "INVALID_FEEDBACK") == [("/work_result_id", "FORUM_NOT_ON_AGENDA")]
        for _ in range(6):
            await given(city, "colleague", "staff", **said)


async def test_a_subordinate_in_a_forum_says_that_his_name_is_shown(city: City) -> None:
    plan = await staffs_plan(city)
    result = (await done(city, "chief", "GET", "/plans", params={"employee_id": str(city.id("supervisor"))}))[
        "data"
    ]
    supervisors = await done(city, "chief", "GET", f"/plans/{result[0]['id']}")
    forum = await called(city, supervisors, "staff", who="chief")
    assert plan["id"]
    with at(city, 13):
        silent = await give(city, "staff", "supervisor", forum_id=forum["id"])
        assert ("/named", "FEEDBACK_TEAM_TOO_SMALL") in await faults(silent, "INVALID_FEEDBACK")
        assert (await given(city, "staff", "supervisor", forum_id=forum["id"], named=True))["named"] is True


async def test_two_check_ins_at_once_are_one(city: City) -> None:
    plan = await staffs_plan(city)
    forum = await called(city, plan)
    path = f"/forums/{forum['id']}/check-in"
    held = select(Forum.id).where(Forum.id == UUID(forum["id"]))
    with at(city, 13):
        async with city.database.sessions() as db, db.begin():
            await db.execute(held.with_for_update())
            answers = [send(city, "staff", "POST", path) for _ in range(3)]
            tasks = [asyncio.ensure_future(each) for each in answers]
            finished, _ = await asyncio.wait(tasks, timeout=0.5)
            assert not finished
        shown = [task.result() for task in (await asyncio.wait(tasks))[0]]
    assert {answer.status_code for answer in shown} == {200}
    async with city.database.sessions() as db:
        entries = await db.scalars(
            select(JournalEntry.employee_id).where(
                JournalEntry.entity_id == UUID(forum["id"]), JournalEntry.action == "CHECK_IN"
            )
        )
        assert list(entries) == [city.id("staff")]


async def test_a_comment_and_the_minutes_at_once_do_not_pass_each_other(city: City) -> None:
    plan = await staffs_plan(city)
    forum = await called(city, plan, "colleague")
    with at(city, 14):
        await done(city, "supervisor", "POST", f"/forums/{forum['id']}/holding", 1)
        held = select(Forum.id).where(Forum.id == UUID(forum["id"]))
        publishing, commenting = await at_once(
            city,
            send(city, "supervisor", "POST", f"/forums/{forum['id']}/minutes", 2, json=MINUTES),
            give(city, "colleague", "staff", forum_id=forum["id"]),
            held=held,
        )
    assert publishing.status_code == 200
    async with city.database.sessions() as db:
        said = await db.scalar(select(Feedback.created_at).where(Feedback.forum_id == UUID(forum["id"])))
    if commenting.status_code == 201:
        assert said is not None
    else:
        await refused(commenting, 409, "FORUM_WRONG_STATUS")
        assert said is None


async def test_the_etag_tells_of_attendance_too(city: City) -> None:
    plan = await staffs_plan(city)
    forum = await called(city, plan)
    with at(city, 13):
        before = (await send(city, "supervisor", "GET", f"/forums/{forum['id']}")).headers["etag"]
        await done(city, "staff", "POST", f"/forums/{forum['id']}/check-in")
        async with city.call_as("supervisor", **{"If-None-Match": before}) as client:
            answer = await client.get(f"/v1/forums/{forum['id']}")
        assert answer.status_code == 200
        held = await send(city, "supervisor", "POST", f"/forums/{forum['id']}/holding")
        await refused(held, 428, "IF_MATCH_REQUIRED")
        async with city.call_as("supervisor", **{"If-Match": before}) as client:
            assert (await client.post(f"/v1/forums/{forum['id']}/holding")).status_code == 200


async def test_those_invited_are_reminded_once(city: City) -> None:
    plan = await staffs_plan(city)
    await called(city, plan, "colleague")

    async def run(day: int, hour: int) -> list[str]:
        now = datetime(2026, 11, day, hour - 7, tzinfo=UTC)
        means = Means(city.database, city.app.state.keyring, clock=lambda: now)
        await remind(means, str(city.region.id))
        return [who for who, _ in await told(city, NoticeKind.FORUM_SOON)]

    assert await run(19, 12) == []
    assert await run(19, 13) == ["colleague", "staff", "supervisor"]
    assert await run(19, 14) == ["colleague", "staff", "supervisor"]


async def test_follow_ups_are_given_to_those_invited(city: City) -> None:
    plan = await staffs_plan(city)
    forum = await called(city, plan)
    path = f"/forums/{forum['id']}"
    with at(city, 14):
        await done(city, "supervisor", "POST", f"{path}/holding", 1)
        strange = MINUTES | {"follow_ups": [{"text": "Menyusun", "employee_id": str(city.id("colleague"))}]}
        answer = await send(city, "supervisor", "POST", f"{path}/minutes", 2, json=strange)
        assert await faults(answer) == [("/follow_ups/0/employee_id", "FORUM_PARTICIPANT_UNKNOWN")]
        body = {"items": [{"employee_id": str(city.id("colleague")), "attendance": "PRESENT"}]}
        answer = await send(city, "supervisor", "POST", f"{path}/attendance", 2, json=body)
        assert await faults(answer) == [("/items/0/employee_id", "FORUM_PARTICIPANT_UNKNOWN")]
        own = MINUTES | {"follow_ups": [{"text": "Menyusun", "employee_id": str(city.id("staff"))}]}
        minuted = await done(city, "supervisor", "POST", f"{path}/minutes", 2, json=own)
    assert minuted["minutes"]["follow_ups"][0]["employee_id"] == str(city.id("staff"))
    assert await told(city, NoticeKind.FORUM_MINUTES) == [("staff", None)]


async def test_a_repetition_is_harmless_and_the_journal_keeps_no_words(city: City) -> None:
    plan = await staffs_plan(city)
    id = str(uuid7())
    first, again = await call(city, plan, id=id), await call(city, plan, id=id)
    assert (first.status_code, again.status_code) == (201, 200)
    await refused(await call(city, plan, id=id, title="Lain"), 409, "FORUM_ID_TAKEN")
    with at(city, 14):
        await done(city, "supervisor", "POST", f"/forums/{id}/holding", 1)
        await done(city, "supervisor", "POST", f"/forums/{id}/minutes", 2, json=MINUTES)
    async with city.database.sessions() as db:
        entries = list(
            await db.scalars(
                select(JournalEntry).where(JournalEntry.entity_id == UUID(id)).order_by(JournalEntry.seq)
            )
        )
    assert [each.action for each in entries] == ["CALL", "HOLD", "PUBLISH"]
    assert "tercapai" not in str([each.changes for each in entries])


async def test_lists_are_filtered_and_written_as_files(city: City) -> None:
    plan = await staffs_plan(city)
    forum = await called(city, plan, "colleague", title="=Forum")
    for params, count in (
        ({"status": "SCHEDULED"}, 1),
        ({"status": "HELD"}, 0),
        ({"employee_id": str(city.id("staff"))}, 1),
        ({"employee_id": str(city.id("colleague"))}, 0),
        ({"plan_id": plan["id"]}, 1),
        ({"invited": "true"}, 1),
        ({"invited": "false"}, 0),
        ({"starts_at[gte]": "2026-11-20T06:00:00Z"}, 1),
        ({"starts_at[lt]": "2026-11-20T06:00:00Z"}, 0),
    ):
        rows = (await done(city, "colleague", "GET", "/forums", params=params))["data"]
        assert len(rows) == count, params
    assert (await done(city, "head", "GET", "/forums", params={"invited": "false"}))["data"][0][
        "id"
    ] == forum["id"]
    async with city.call_as("colleague", Accept="text/csv") as client:
        assert "'=Forum" in (await client.get("/v1/forums")).text


@pytest.mark.parametrize("field", ["participant_ids", "agenda"])
async def test_lists_in_a_forum_are_bounded(city: City, field: str) -> None:
    plan = {"employee": {"id": str(uuid7())}, "id": str(uuid7()), "work_results": [{"id": str(uuid7())}]}
    body = meeting(city, plan)
    body[field] = [str(uuid7())] * 201 if field == "participant_ids" else body["agenda"] * 51
    await refused(await send(city, "supervisor", "POST", "/forums", json=body), 422, "REQUEST_INVALID")
