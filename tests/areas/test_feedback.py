"""Feedback over HTTP: who gives what to whom, who reads it with which name, and what becomes of it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range

from asn_api.access.actor import Access, Actor, Held
from asn_api.access.grants import Permission, Role
from asn_api.areas.monitoring.feedback import mark_used
from asn_api.areas.monitoring.queries import feedback_of
from asn_api.core.journal import JournalEntry
from asn_api.core.mapping import uuid7
from asn_api.rules.evaluators import EvaluatorReason, EvaluatorRole
from asn_api.rules.notifications import NoticeKind
from asn_api.tables.employees import Employee
from asn_api.tables.monitoring import Feedback
from asn_api.tables.organization import ReportingLine
from asn_api.tables.performance import EvaluatorAssignment
from tests.areas.races import at_once
from tests.areas.sending import pdf, sent
from tests.areas.test_notifications import told
from tests.areas.test_performance import approved, done, refused, send, supervisors_plan
from tests.factories import City, add_person
from tests.matrix import add

Json = dict[str, Any]
YEAR = Range(date(2026, 1, 1), date(2027, 1, 1))


def words(city: City, about: str, **changes: Any) -> Json:
    given = {
        "employee_id": str(city.id(about)),
        "core_value": "COLLABORATIVE",
        "polarity": "POSITIVE",
        "text": "Selalu membantu rekan yang kesulitan",
    }
    return {name: value for name, value in (given | changes).items() if value is not None}


async def give(city: City, who: str, about: str, **changes: Any) -> httpx.Response:
    return await send(city, who, "POST", "/feedback", json=words(city, about, **changes))


async def given(city: City, who: str, about: str, **changes: Any) -> Json:
    answer = await give(city, who, about, **changes)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def listed(city: City, who: str, **params: Any) -> list[Json]:
    return (await done(city, who, "GET", "/feedback", params=params))["data"]


async def faults(answer: httpx.Response) -> list[tuple[str, str]]:
    problem = await refused(answer, 422, "INVALID_FEEDBACK")
    return [(each["pointer"], each["code"]) for each in problem["errors"]]


async def staffs_plan(city: City) -> Json:
    return await approved(city, "staff", "supervisor", await supervisors_plan(city))


def access(city: City, person: str, now: datetime | None = None) -> Access:
    """As the evaluation of this person's people reads."""
    actor = Actor(
        city.region.id,
        city.accounts[person].id,
        (Held(Role.EMPLOYEE, ""),),
        city.region.zone,
        account_id=city.accounts[person].id,
        employee_id=city.id(person),
    )
    permission = Permission.EVALUATIONS_READ
    return Access(actor, permission, actor.permissions[permission], now or city.now)


@pytest.mark.parametrize(
    ("who", "about", "relation"),
    [
        ("supervisor", "staff", "SUPERIOR"),
        ("chief", "staff", "SUPERIOR"),
        ("head", "staff", "SUPERIOR"),
        ("colleague", "staff", "PEER"),
        ("other_staff", "staff", "OTHER"),
        ("other_staff", "admin", "PEER"),
        ("staff", "supervisor", "SUBORDINATE"),
        ("staff", "head", "SUBORDINATE"),
    ],
)
async def test_the_relation_is_derived_on_the_day(city: City, who: str, about: str, relation: str) -> None:
    outlook = await done(city, who, "GET", "/feedback-outlook", params={"employee_id": city.id(about)})
    assert outlook["relation"] == relation
    shown = await given(city, who, about, named=True)
    assert (shown["relation"], shown["day"]) == (relation, "2026-11-20")


async def test_an_evaluator_by_letter_counts_as_a_superior_and_the_other_way_round(city: City) -> None:
    letter = EvaluatorAssignment(
        region_id=city.region.id,
        id=uuid7(),
        employee_id=city.id("staff"),
        evaluator_id=city.id("other_staff"),
        role=EvaluatorRole.ADVISOR,
        reason=EvaluatorReason.TEAM,
        valid=Range(date(2026, 1, 1), None),
        letter_number="800/1",
        letter_date=date(2026, 1, 2),
        created_at=city.now,
    )
    await add(city, letter)
    assert (await given(city, "other_staff", "staff"))["relation"] == "SUPERIOR"
    assert (await given(city, "staff", "other_staff", named=True))["relation"] == "SUBORDINATE"
    assert len(await listed(city, "other_staff", view="TEAM", employee_id=str(city.id("staff")))) == 0
    await given(city, "colleague", "staff")
    assert len(await listed(city, "other_staff", view="TEAM")) == 1


async def test_who_reads_what_was_given(city: City) -> None:
    plan = await staffs_plan(city)
    result = plan["work_results"][0]
    shown = await given(
        city, "supervisor", "staff", core_value=None, work_result_id=result["id"], polarity="CONSTRUCTIVE"
    )
    assert (shown["work_result"], shown["plan_id"]) == (result["statement"], plan["id"])
    assert shown["giver"]["name"] == "SUPERVISOR"
    for reader in ("staff", "supervisor", "head"):
        assert (await send(city, reader, "GET", f"/feedback/{shown['id']}")).status_code == 200
        assert [each["id"] for each in await listed(city, reader)] == [shown["id"]]
    for stranger in ("colleague", "chief", "other_head", "other_staff"):
        await refused(await send(city, stranger, "GET", f"/feedback/{shown['id']}"), 404, "NOT_FOUND")
        assert await listed(city, stranger) == []
    await refused(await send(city, "admin", "GET", f"/feedback/{shown['id']}"), 404, "NOT_FOUND")
    assert await told(city, NoticeKind.FEEDBACK_RECEIVED) == [("staff", None)]


async def test_lists_are_filtered_and_written_as_files(city: City) -> None:
    plan = await staffs_plan(city)
    mine = await given(city, "colleague", "staff", core_value="ADAPTIVE")
    other = await given(
        city,
        "supervisor",
        "staff",
        core_value=None,
        work_result_id=plan["work_results"][0]["id"],
        polarity="CONSTRUCTIVE",
        text="=Perbaiki tata letak",
    )
    await given(city, "staff", "colleague")
    for params, wanted in (
        ({"view": "RECEIVED"}, [other, mine]),
        ({"core_value": "ADAPTIVE"}, [mine]),
        ({"work_result_id": plan["work_results"][0]["id"]}, [other]),
        ({"plan_id": plan["id"], "view": "RECEIVED"}, [other, mine]),
        ({"polarity": "CONSTRUCTIVE"}, [other]),
        ({"relation": "PEER", "view": "RECEIVED"}, [mine]),
        ({"day[gte]": "2026-11-21"}, []),
        ({"day[lte]": "2026-11-20", "view": "RECEIVED", "unread": "true"}, [other, mine]),
    ):
        assert [each["id"] for each in await listed(city, "staff", **params)] == [
            each["id"] for each in wanted
        ]
    assert len(await listed(city, "staff", view="GIVEN")) == 1
    assert len(await listed(city, "supervisor", view="TEAM")) == 2
    first = await done(city, "staff", "GET", "/feedback", params={"limit": 2})
    second = await done(
        city, "staff", "GET", "/feedback", params={"limit": 2, "cursor": first["page"]["next"]}
    )
    assert len({each["id"] for each in [*first["data"], *second["data"]]}) == 3
    async with city.call_as("staff", Accept="text/csv") as client:
        text = (await client.get("/v1/feedback", params={"view": "RECEIVED"})).text
    assert "SUPERVISOR,Superior,Constructive" in text
    assert "'=Perbaiki" in text
    async with city.call_as("staff", Accept="application/x-ndjson") as client:
        lines = (await client.get("/v1/feedback")).text.splitlines()
    assert len(lines) == 3


async def test_nobody_gives_feedback_on_himself(city: City) -> None:
    await refused(await give(city, "staff", "staff"), 409, "FEEDBACK_ON_ONESELF")
    own = {"employee_id": city.id("staff")}
    await refused(
        await send(city, "staff", "GET", "/feedback-outlook", params=own), 409, "FEEDBACK_ON_ONESELF"
    )


async def test_of_a_plan_one_names_only_what_one_may_know(city: City) -> None:
    plan = await staffs_plan(city)
    result = plan["work_results"][0]["id"]
    named = {"core_value": None, "work_result_id": result}
    wrong = [("/work_result_id", "FEEDBACK_RESULT_UNKNOWN")]
    assert await faults(await give(city, "colleague", "staff", **named)) == wrong
    assert await faults(await give(city, "head", "supervisor", **named)) == wrong
    about = {"employee_id": str(city.id("staff"))}
    outlook = await done(city, "colleague", "GET", "/feedback-outlook", params=about)
    assert outlook["work_results"] == []
    asked = {"asked_id": str(city.id("colleague")), "work_result_id": result}
    await done(city, "staff", "POST", "/feedback-requests", json=asked)
    outlook = await done(city, "colleague", "GET", "/feedback-outlook", params=about)
    assert [each["id"] for each in outlook["work_results"]] == [result]
    assert (await given(city, "colleague", "staff", **named))["plan_id"] == plan["id"]
    # His superior's results are the ones that his own lean on.
    supervisors = await done(
        city, "staff", "GET", "/feedback-outlook", params={"employee_id": city.id("supervisor")}
    )
    assert len(supervisors["work_results"]) == 1


async def test_what_is_not_about_one_thing_or_not_ones_own_is_refused(city: City) -> None:
    assert await faults(await give(city, "colleague", "staff", core_value=None)) == [
        ("/work_result_id", "FEEDBACK_ABOUT_ONE_THING")
    ]
    link, file = "https://example.go.id/a", str(uuid7())
    assert await faults(await give(city, "colleague", "staff", url=link, file_id=file)) == [
        ("/file_id", "FEEDBACK_FILE_OR_URL"),
        ("/file_id", "FEEDBACK_FILE_UNKNOWN"),
    ]
    assert await faults(await give(city, "colleague", "staff", url="http://example.go.id")) == [
        ("/url", "ACTIVITY_EVIDENCE_NOT_HTTPS")
    ]
    await refused(
        await send(
            city, "staff", "POST", "/feedback", json=words(city, "chief") | {"employee_id": str(uuid7())}
        ),
        404,
        "NOT_FOUND",
    )


async def test_evidence_is_a_file_of_the_giver_and_read_by_those_who_read_the_feedback(city: City) -> None:
    async with city.call_as("colleague") as client:
        file = await sent(client, pdf())
    assert await faults(await give(city, "supervisor", "staff", file_id=file)) == [
        ("/file_id", "FEEDBACK_FILE_UNKNOWN")
    ]
    shown = await given(city, "colleague", "staff", file_id=file)
    assert (shown["file"]["id"], shown["file"]["state"]) == (file, "RECEIVED")
    for reader, status in (
        ("staff", 200),
        ("supervisor", 200),
        ("head", 200),
        ("chief", 404),
        ("admin", 404),
        ("other_staff", 404),
    ):
        assert (await send(city, reader, "GET", f"/files/{file}")).status_code == status, reader
    async with city.call_as("colleague") as client:
        answer = await client.delete(f"/v1/files/{file}", headers={"Tus-Resumable": "1.0.0"})
    await refused(answer, 409, "FILE_NAMED_BY_FEEDBACK")


async def test_a_subordinates_name_is_hidden_where_his_team_hides_him(city: City) -> None:
    about = {"employee_id": str(city.id("chief"))}
    outlook = await done(city, "staff", "GET", "/feedback-outlook", params=about)
    assert (outlook["named"], outlook["may_be_unnamed"]) == (False, True)
    assert outlook["readers"] == {"SUBJECT_AND_SUPERIOR": ["GIVER", "SUBJECT", "SUPERIORS"]}
    shown = await given(city, "staff", "chief")
    assert shown["giver"]["name"] == "STAFF"
    for reader in ("chief", "head"):
        seen = await done(city, reader, "GET", f"/feedback/{shown['id']}")
        assert (seen["giver"], seen["named"]) == (None, False)
        assert str(city.id("staff")) not in str(await listed(city, reader))
        async with city.call_as(reader, Accept="text/csv") as client:
            assert "STAFF" not in (await client.get("/v1/feedback")).text
    by_name = await given(city, "staff", "chief", named=True)
    assert (await done(city, "chief", "GET", f"/feedback/{by_name['id']}"))["giver"]["name"] == "STAFF"


async def test_no_name_is_shown_against_the_givers_will_nor_hidden_in_vain(city: City) -> None:
    about = {"employee_id": str(city.id("supervisor"))}
    outlook = await done(city, "staff", "GET", "/feedback-outlook", params=about)
    assert (outlook["named"], outlook["may_be_unnamed"]) == (False, False)
    answer = await give(city, "staff", "supervisor")
    assert await faults(answer) == [("/named", "FEEDBACK_TEAM_TOO_SMALL")]
    assert "3" in answer.json()["errors"][0]["message"]
    assert await faults(await give(city, "colleague", "staff", named=False)) == [
        ("/named", "FEEDBACK_UNNAMED_BY_SUBORDINATES")
    ]
    telling = await give(city, "staff", "chief", url="https://example.go.id/a")
    assert await faults(telling) == [("/named", "FEEDBACK_NAME_TELLS_ITSELF")]
    async with city.database.sessions() as db, db.begin():
        await add_person(db, city, "third", "ward")
    assert (await given(city, "staff", "supervisor"))["named"] is False
    async with city.database.sessions() as db, db.begin():
        await db.execute(update(Employee).where(Employee.id == city.id("third")).values(active=False))
    assert await faults(await give(city, "staff", "supervisor")) == [("/named", "FEEDBACK_TEAM_TOO_SMALL")]


async def test_a_superiors_note_is_his_own_until_he_shares_it(city: City) -> None:
    hidden = {"visibility": "SUPERIOR_ONLY", "polarity": "CONSTRUCTIVE"}
    assert await faults(await give(city, "colleague", "staff", **hidden)) == [
        ("/visibility", "FEEDBACK_NOTE_BY_SUPERIORS")
    ]
    note = await given(city, "supervisor", "staff", **hidden)
    for other in ("staff", "head", "chief"):
        await refused(await send(city, other, "GET", f"/feedback/{note['id']}"), 404, "NOT_FOUND")
        assert await listed(city, other) == []
    async with city.database.sessions() as db:
        entry = await db.scalar(select(JournalEntry).where(JournalEntry.entity_id == UUID(note["id"])))
        assert entry is not None
        assert (entry.employee_id, entry.unit_id) == (city.id("supervisor"), None)
    assert await told(city, NoticeKind.FEEDBACK_RECEIVED) == []
    shared = await done(city, "supervisor", "POST", f"/feedback/{note['id']}/sharing", 1)
    assert shared["visibility"] == "SUBJECT_AND_SUPERIOR"
    assert (await done(city, "staff", "GET", f"/feedback/{note['id']}"))["giver"]["name"] == "SUPERVISOR"
    again = await send(city, "supervisor", "POST", f"/feedback/{note['id']}/sharing", 2)
    await refused(again, 409, "FEEDBACK_SHARED")


async def test_a_note_is_shared_only_while_one_is_a_superior(city: City) -> None:
    note = await given(city, "supervisor", "staff", visibility="SUPERIOR_ONLY")
    async with city.database.sessions() as db, db.begin():
        letter = update(ReportingLine).where(ReportingLine.superior_id == city.id("supervisor"))
        await db.execute(letter.values(valid=Range(date(2020, 1, 1), date(2026, 11, 20))))
        await db.execute(
            update(type(city.posts["supervisor"]))
            .where(type(city.posts["supervisor"]).id == city.posts["supervisor"].id)
            .values(valid=Range(date(2020, 1, 1), date(2026, 11, 20)))
        )
    answer = await send(city, "supervisor", "POST", f"/feedback/{note['id']}/sharing", 1)
    await refused(answer, 409, "FEEDBACK_NOTE_BY_SUPERIORS")


async def test_it_is_read_and_answered_once_by_the_person_it_is_about(city: City) -> None:
    shown = await given(city, "colleague", "staff")
    path = f"/feedback/{shown['id']}"
    for other in ("supervisor", "colleague"):
        await refused(await send(city, other, "POST", f"{path}/reading"), 409, "FEEDBACK_WRONG_ACTOR")
        body = {"text": "Terima kasih"}
        await refused(
            await send(city, other, "POST", f"{path}/response", 1, json=body), 409, "FEEDBACK_WRONG_ACTOR"
        )
    read = await done(city, "staff", "POST", f"{path}/reading")
    assert (read["read"], read["version"]) == (True, 2)
    assert (await done(city, "staff", "POST", f"{path}/reading"))["version"] == 2
    stale = await send(city, "staff", "POST", f"{path}/response", 1, json={"text": "Terima kasih"})
    assert (await refused(stale, 412, "VERSION_STALE"))["current"]["read"] is True
    answered = await done(city, "staff", "POST", f"{path}/response", 2, json={"text": "Terima kasih"})
    assert answered["response"] == "Terima kasih"
    again = await send(city, "staff", "POST", f"{path}/response", 3, json={"text": "Lagi"})
    await refused(again, 409, "FEEDBACK_ANSWERED")
    assert await told(city, NoticeKind.FEEDBACK_ANSWERED) == [("colleague", None)]
    seen = await done(city, "supervisor", "GET", path)
    assert seen["response"] == "Terima kasih"
    assert {each["action"]: each["refused"] for each in seen["allowed_actions"]} == dict.fromkeys(
        ("READ", "RESPOND", "WITHDRAW", "SHARE"), "FEEDBACK_WRONG_ACTOR"
    )


async def test_what_is_withdrawn_is_gone_for_all_but_the_giver(city: City) -> None:
    shown = await given(city, "colleague", "staff")
    path = f"/feedback/{shown['id']}"
    assert shown["withdrawable_until"] == "2026-11-27"
    refusal = await send(city, "staff", "POST", f"{path}/withdrawal", 1)
    await refused(refusal, 409, "FEEDBACK_WRONG_ACTOR")
    gone = await done(city, "colleague", "POST", f"{path}/withdrawal", 1)
    assert gone["withdrawn"] is True
    for reader in ("staff", "supervisor", "head"):
        await refused(await send(city, reader, "GET", path), 404, "NOT_FOUND")
    assert len(await listed(city, "colleague", view="GIVEN")) == 1
    again = await send(city, "colleague", "POST", f"{path}/withdrawal", 2)
    await refused(again, 409, "FEEDBACK_WITHDRAWN")


@pytest.mark.parametrize(("day", "status"), [("2026-11-13", 200), ("2026-11-12", 409)])
async def test_withdrawing_ends_with_the_days_of_the_policy(city: City, day: str, status: int) -> None:
    shown = await given(city, "colleague", "staff")
    async with city.database.sessions() as db, db.begin():
        await db.execute(
            update(Feedback).where(Feedback.id == UUID(shown["id"])).values(day=date.fromisoformat(day))
        )
    answer = await send(city, "colleague", "POST", f"/feedback/{shown['id']}/withdrawal", 1)
    assert answer.status_code == status


async def test_an_evaluation_reads_what_counts_and_what_it_used_stays(city: City) -> None:
    plan = await staffs_plan(city)
    kept = await given(city, "colleague", "staff")
    gone = await given(city, "supervisor", "staff")
    await done(city, "supervisor", "POST", f"/feedback/{gone['id']}/withdrawal", 1)
    await given(city, "supervisor", "staff", visibility="SUPERIOR_ONLY")
    plan_id = UUID(plan["id"])

    async def ids(person: str, span: Range[date] = YEAR) -> list[str]:
        async with city.database.sessions() as db:
            return [str(each["id"]) for each in await feedback_of(access(city, person), db, plan_id, span)]

    for reader in ("staff", "supervisor", "chief", "head"):
        assert await ids(reader) == [kept["id"]], reader
    for stranger in ("colleague", "other_head", "admin"):
        # Who gave it reads his own elsewhere, not as part of an evaluation of a colleague.
        assert await ids(stranger) == [], stranger
    assert await ids("staff", Range(date(2026, 1, 1), date(2026, 11, 20))) == []
    async with city.database.sessions() as db, db.begin():
        await mark_used(access(city, "supervisor"), db, plan_id, YEAR)
    async with city.database.sessions() as db, db.begin():
        await mark_used(access(city, "supervisor"), db, plan_id, YEAR)
    late = await send(city, "colleague", "POST", f"/feedback/{kept['id']}/withdrawal", 2)
    await refused(late, 409, "FEEDBACK_USED")
    assert (await done(city, "staff", "GET", f"/feedback/{kept['id']}"))["used"] is True


async def test_the_journal_keeps_no_words(city: City) -> None:
    shown = await given(city, "staff", "chief", text="Kata rahasia")
    await done(
        city, "chief", "POST", f"/feedback/{shown['id']}/response", 1, json={"text": "Balasan rahasia"}
    )
    async with city.database.sessions() as db:
        entries = list(
            await db.scalars(
                select(JournalEntry)
                .where(JournalEntry.entity_id == UUID(shown["id"]))
                .order_by(JournalEntry.seq)
            )
        )
    assert [each.action for each in entries] == ["GIVE", "RESPOND"]
    assert "rahasia" not in str([each.changes for each in entries])
    assert entries[0].actor_id == city.id("staff")


async def test_so_much_a_day_and_person_and_no_more(city: City) -> None:
    for _ in range(4):
        await given(city, "colleague", "staff")
    held = select(Employee.id).where(
        Employee.region_id == city.region.id, Employee.id == city.id("colleague")
    )
    answers = await at_once(
        city, give(city, "colleague", "staff"), give(city, "colleague", "staff"), held=held
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    last = await give(city, "colleague", "staff")
    assert (await refused(last, 409, "FEEDBACK_ENOUGH_FOR_TODAY"))["params"] == {"max": 5}
    assert (await give(city, "colleague", "supervisor", named=True)).status_code == 201


async def test_a_repetition_is_harmless(city: City) -> None:
    id = str(uuid7())
    first = await give(city, "colleague", "staff", id=id)
    again = await give(city, "colleague", "staff", id=id)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    await refused(await give(city, "colleague", "staff", id=id, text="Lain"), 409, "FEEDBACK_ID_TAKEN")
    await refused(await give(city, "supervisor", "staff", id=id), 409, "FEEDBACK_ID_TAKEN")


async def test_a_request_is_answered_by_feedback_on_the_same_thing(city: City) -> None:
    plan = await staffs_plan(city)
    result = plan["work_results"][0]["id"]
    body = {"asked_id": str(city.id("colleague")), "work_result_id": result, "note": "Mohon masukan"}
    asked = await done(city, "staff", "POST", "/feedback-requests", json=body)
    assert await told(city, NoticeKind.FEEDBACK_REQUESTED) == [("colleague", None)]
    for stranger in ("supervisor", "head", "other_staff", "admin"):
        path = f"/feedback-requests/{asked['id']}"
        await refused(await send(city, stranger, "GET", path), 404, "NOT_FOUND")
    received = (await done(city, "colleague", "GET", "/feedback-requests", params={"role": "RECEIVED"}))[
        "data"
    ]
    assert [each["work_result"] for each in received] == [plan["work_results"][0]["statement"]]
    assert await faults(await give(city, "colleague", "staff", request_id=asked["id"])) == [
        ("/request_id", "FEEDBACK_REQUEST_ABOUT_ELSE")
    ]
    named = {"core_value": None, "work_result_id": result, "request_id": asked["id"]}
    await refused(await give(city, "supervisor", "staff", **named), 404, "NOT_FOUND")
    shown = await given(city, "colleague", "staff", **named)
    assert shown["request_id"] == asked["id"]
    closed = await done(city, "staff", "GET", f"/feedback-requests/{asked['id']}")
    assert (closed["status"], closed["version"]) == ("ANSWERED", 2)
    await refused(await give(city, "colleague", "staff", **named), 409, "FEEDBACK_REQUEST_CLOSED")


async def test_a_request_is_declined_or_withdrawn_by_the_right_one(city: City) -> None:
    body = {"asked_id": str(city.id("supervisor")), "core_value": "ADAPTIVE"}
    first = await done(city, "staff", "POST", "/feedback-requests", json=body)
    path = f"/feedback-requests/{first['id']}"
    await refused(
        await send(city, "staff", "POST", f"{path}/declining", 1), 409, "FEEDBACK_REQUEST_WRONG_ACTOR"
    )
    await refused(
        await send(city, "supervisor", "POST", f"{path}/withdrawal", 1), 409, "FEEDBACK_REQUEST_WRONG_ACTOR"
    )
    assert (await done(city, "supervisor", "POST", f"{path}/declining", 1))["status"] == "DECLINED"
    await refused(await send(city, "staff", "POST", f"{path}/withdrawal", 2), 409, "FEEDBACK_REQUEST_CLOSED")
    second = await done(city, "staff", "POST", "/feedback-requests", json=body)
    withdrawn = await done(city, "staff", "POST", f"/feedback-requests/{second['id']}/withdrawal", 1)
    assert withdrawn["status"] == "WITHDRAWN"


async def test_what_a_request_may_be_about(city: City) -> None:
    plan = await staffs_plan(city)
    asked = {"asked_id": str(city.id("colleague"))}
    both = asked | {"core_value": "ADAPTIVE", "work_result_id": plan["work_results"][0]["id"]}
    for body in (asked, both):
        answer = await send(city, "staff", "POST", "/feedback-requests", json=body)
        assert await faults(answer) == [("/work_result_id", "FEEDBACK_ABOUT_ONE_THING")]
    foreign = asked | {"work_result_id": plan["work_results"][0]["id"]}
    answer = await send(city, "supervisor", "POST", "/feedback-requests", json=foreign)
    assert await faults(answer) == [("/work_result_id", "FEEDBACK_RESULT_UNKNOWN")]
    own = {"asked_id": str(city.id("staff")), "core_value": "ADAPTIVE"}
    answer = await send(city, "staff", "POST", "/feedback-requests", json=own)
    await refused(answer, 409, "FEEDBACK_ON_ONESELF")
    for _ in range(10):
        await done(city, "staff", "POST", "/feedback-requests", json=asked | {"core_value": "LOYAL"})
    more = await send(city, "staff", "POST", "/feedback-requests", json=asked | {"core_value": "LOYAL"})
    await refused(more, 409, "FEEDBACK_REQUESTS_ENOUGH")


async def test_one_finds_the_people_around_oneself(city: City) -> None:
    async def names(who: str) -> dict[str, str]:
        rows = (await done(city, who, "GET", "/colleagues"))["data"]
        return {each["name"]: each["relation"] for each in rows}

    assert await names("staff") == {"COLLEAGUE": "PEER", "SUPERVISOR": "SUBORDINATE"}
    assert await names("supervisor") == {
        "CHIEF": "SUBORDINATE",
        "COLLEAGUE": "SUPERIOR",
        "STAFF": "SUPERIOR",
    }
    assert await names("other_staff") == {"ADMIN": "PEER", "OTHER HEAD": "SUBORDINATE"}


async def test_a_result_that_was_spoken_of_is_withdrawn_not_deleted(city: City) -> None:
    plan = await staffs_plan(city)
    result = plan["work_results"][0]["id"]
    await given(city, "supervisor", "staff", core_value=None, work_result_id=result)
    asked = await done(
        city,
        "staff",
        "POST",
        f"/plans/{plan['id']}/revision-request",
        plan["version"],
        json={"reason": "Target"},
    )
    draft = await done(city, "supervisor", "POST", f"/plans/{plan['id']}/reopening", asked["version"])
    content = {"work_results": []}
    emptied = await done(city, "staff", "PUT", f"/plans/{plan['id']}/content", draft["version"], json=content)
    assert emptied["work_results"] == []
    assert [each["work_result_id"] for each in await listed(city, "staff")] == [result]
