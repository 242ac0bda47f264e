"""Samples of feedback, coaching and forums about `staff`; what is between two people is hidden from all others."""

from collections.abc import Mapping
from datetime import date, datetime
from itertools import count
from typing import Any

from asn_api.core.mapping import Table, uuid7
from asn_api.rules.coaching import CoachingKind, CoachingStatus
from asn_api.rules.feedback import FeedbackPolarity, FeedbackRequestStatus, Relation, Visibility
from asn_api.rules.forums import ForumStatus
from asn_api.rules.plans import PlanStatus, ResultKind
from asn_api.rules.ratings import CoreValue
from asn_api.tables.monitoring import (
    AgreedAction,
    CoachingSession,
    Feedback,
    FeedbackRequest,
    Forum,
    ForumParticipant,
    ForumTopic,
)
from asn_api.tables.performance import WorkResult
from tests.factories import City
from tests.matrix import CALLERS, ON_STAGE, Build, Sample, add, made
from tests.matrix.performance import plan

DAY = date(2026, 11, 20)
_years = count(2100)


def others(*between: str) -> Mapping[str, tuple[int, str]]:
    """404 for every signed-in employee who is not one of these."""
    employees = {*CALLERS, *ON_STAGE} - {"anonymous", "partner", *between}
    return dict.fromkeys(employees, (404, "it is between two people"))


async def told(city: City, about: str = "staff", giver: str = "colleague", **changes: Any) -> Feedback:
    row = Feedback(
        region_id=city.region.id,
        id=uuid7(),
        employee_id=city.id(about),
        giver_id=city.id(giver),
        unit_id=city.posts[about].unit_id,
        core_value=CoreValue.ADAPTIVE,
        day=DAY,
        polarity=FeedbackPolarity.POSITIVE,
        text="Cepat menyesuaikan diri",
        created_at=city.now,
        **{"relation": Relation.PEER, "visibility": Visibility.SUBJECT_AND_SUPERIOR, "named": True} | changes,
    )
    await add(city, row)
    return row


READERS = {"other_head": (200, "he gave it")}


async def one(city: City) -> Sample:
    return Sample({"id": (await told(city, giver="other_head")).id}, refused=READERS)


def acted(**body: Any) -> Build:
    """The giver may see it, and is refused or served by the rule, not by the policy."""

    async def build(city: City) -> Sample:
        row = await told(city, giver="other_head")
        return Sample({"id": row.id}, body=body or None, refused={"other_head": (409, "he gave it")})

    return build


async def note(city: City) -> Sample:
    """A superior's own note: hidden from the person and all others."""
    changes = {"relation": Relation.SUPERIOR, "visibility": Visibility.SUPERIOR_ONLY}
    row = await told(city, giver="supervisor", **changes)
    return Sample({"id": row.id}, refused=others("supervisor"))


async def listed(city: City) -> Sample:
    rows = {}
    for about, giver in (("staff", "head"), ("other_staff", "admin"), ("supervisor", "head")):
        rows[(await told(city, about, giver)).id] = about
    # Each reads what he gave, wherever the person works.
    return Sample(query={"view": "RECEIVED"}, rows=rows)


async def request(city: City) -> FeedbackRequest:
    row = FeedbackRequest(
        region_id=city.region.id,
        id=uuid7(),
        employee_id=city.id("staff"),
        asked_id=city.id("colleague"),
        core_value=CoreValue.LOYAL,
        status=FeedbackRequestStatus.OPEN,
        created_at=city.now,
    )
    await add(city, row)
    return row


async def asked(city: City) -> Sample:
    return Sample({"id": (await request(city)).id}, refused=others("staff", "colleague"))


async def requests(city: City) -> Sample:
    mine = await request(city)
    return Sample(query={"role": "MADE"}, about="caller", rows={mine.id: "staff"})


def giving(city: City) -> Sample:
    body = {
        "employee_id": str(city.id("staff")),
        "core_value": "LOYAL",
        "polarity": "POSITIVE",
        "text": "Menjaga rahasia jabatan",
    }
    return Sample(body=body)


async def giving_in_answer(city: City) -> Sample:
    body = giving(city).body | {"request_id": str((await request(city)).id)}
    refused = {**others("staff", "colleague")}
    return Sample(body=body, refused=refused)


async def giving_in_forum(city: City) -> Sample:
    row = await forum(city)
    return Sample(
        body=giving(city).body | {"forum_id": str(row.id)}, refused=others(*INVOLVED), succeeds=False
    )


async def session(city: City, **changes: Any) -> CoachingSession:
    usual = {
        "coach_id": city.id("supervisor"),
        "kind": CoachingKind.COACHING,
        "status": CoachingStatus.RECORDED,
    }
    row = CoachingSession(
        region_id=city.region.id,
        id=uuid7(),
        employee_id=city.id("staff"),
        unit_id=city.posts["staff"].unit_id,
        day=DAY,
        topic="Mutu laporan",
        notes="Data ditelusuri",
        competencies=[],
        created_at=city.now,
        **usual | changes,
    )
    await add(city, row)
    return row


def talk(**body: Any) -> Build:
    async def build(city: City) -> Sample:
        return Sample({"id": (await session(city)).id}, body=body or None)

    return build


WRITTEN = {"day": "2026-11-20", "topic": "Mutu laporan", "notes": "Data ditelusuri"}


async def counselled(city: City) -> Sample:
    row = await session(city, kind=CoachingKind.COUNSELLING, coach_id=city.id("colleague"))
    return Sample({"id": row.id}, refused={**others("staff"), "colleague": (200, "he was the superior then")})


async def sessions(city: City) -> Sample:
    counselling = await session(city, kind=CoachingKind.COUNSELLING)
    return Sample(rows={(await session(city)).id: "staff", counselling.id: "staff"})


async def acknowledged(city: City) -> CoachingSession:
    return await session(city, status=CoachingStatus.ACKNOWLEDGED, acknowledged_at=city.now)


async def assessed(city: City) -> Sample:
    row = await acknowledged(city)
    shown = await made(city, "staff", "GET", f"/v1/coaching-sessions/{row.id}")
    return Sample({"id": row.id}, body={"answers": {each["code"]: 5 for each in shown["questions"]}})


async def agreed(city: City) -> Sample:
    row = await acknowledged(city)
    action = AgreedAction(
        region_id=city.region.id, id=uuid7(), session_id=row.id, order_no=0, text="Menyusun", due=DAY
    )
    await add(city, action)
    return Sample({"id": row.id, "action_id": action.id}, body={})


def recording(city: City) -> Sample:
    return Sample(body={**WRITTEN, "kind": "COACHING", "employee_id": str(city.id("staff"))})


INVOLVED = ("staff", "supervisor", "head")
"""Presents, called it, heads the agency."""


async def result(city: City) -> WorkResult:
    row = WorkResult(
        region_id=city.region.id,
        id=uuid7(),
        plan_id=await plan(city, "staff", PlanStatus.APPROVED, next(_years)),
        kind=ResultKind.PRIMARY,
        statement="Laporan tersusun",
        order_no=1,
    )
    await add(city, row)
    return row


async def forum(city: City, status: ForumStatus = ForumStatus.SCHEDULED, hour: int = 9) -> Forum:
    presented = await result(city)
    row = Forum(
        region_id=city.region.id,
        id=uuid7(),
        convener_id=city.id("supervisor"),
        unit_id=city.posts["supervisor"].unit_id,
        title="Forum evaluasi",
        place="Ruang rapat",
        starts_at=datetime.fromisoformat(f"2026-11-20T{hour:02}:00:00+07:00"),
        ends_at=datetime.fromisoformat(f"2026-11-20T{hour + 2:02}:00:00+07:00"),
        status=status,
        created_at=city.now,
        decisions=[],
        follow_ups=[],
        **({"summary": "Selesai", "published_at": city.now} if status is ForumStatus.MINUTES else {}),
    )
    await add(city, row)
    belongings: list[Table] = [
        ForumParticipant(region_id=city.region.id, id=uuid7(), forum_id=row.id, employee_id=city.id(each))
        for each in ("staff", "supervisor")
    ]
    topic = ForumTopic(
        region_id=city.region.id,
        id=uuid7(),
        forum_id=row.id,
        order_no=0,
        employee_id=city.id("staff"),
        plan_id=presented.plan_id,
        work_result_id=presented.id,
    )
    await add(city, *belongings, topic)
    return row


def meeting(status: ForumStatus = ForumStatus.SCHEDULED, hour: int = 9, **body: Any) -> Build:
    """The window is open from 08:30 to 12:00; it is 10:00."""

    async def build(city: City) -> Sample:
        return Sample({"id": (await forum(city, status, hour)).id}, body=body or None)

    return build


async def forums(city: City) -> Sample:
    return Sample(rows={(await forum(city)).id: "staff"})


async def planned(city: City) -> dict[str, Any]:
    presented = await result(city)
    item = {
        "employee_id": str(city.id("staff")),
        "plan_id": str(presented.plan_id),
        "work_result_ids": [str(presented.id)],
    }
    return {
        "title": "Forum evaluasi",
        "place": "Ruang rapat",
        "starts_at": "2026-11-24T09:00:00+07:00",
        "ends_at": "2026-11-24T11:00:00+07:00",
        "agenda": [item],
    }


async def calling(city: City) -> Sample:
    return Sample(body=await planned(city))


async def changing(city: City) -> Sample:
    row = await forum(city, hour=20)
    return Sample({"id": row.id}, body=await planned(city))


async def attending(city: City) -> Sample:
    items = [{"employee_id": str(city.id("staff")), "attendance": "PRESENT"}]
    return Sample({"id": (await forum(city)).id}, body={"items": items})


def outlook(city: City) -> Sample:
    return Sample(query={"employee_id": city.id("staff")})


SAMPLES: dict[str, Build] = {
    "list_feedback": listed,
    "get_feedback": one,
    "get_feedback:a superior's own note": note,
    "get_feedback_outlook": outlook,
    "give_feedback": giving,
    "give_feedback:in answer to a request": giving_in_answer,
    "give_feedback:in a forum": giving_in_forum,
    "read_feedback": acted(),
    "respond_to_feedback": acted(text="Terima kasih"),
    "withdraw_feedback": one,
    "share_feedback": note,
    "list_colleagues": lambda city: Sample(about="caller"),
    "list_feedback_requests": requests,
    "request_feedback": lambda city: Sample(body={"asked_id": str(city.id("staff")), "core_value": "LOYAL"}),
    "get_feedback_request": asked,
    "decline_feedback_request": asked,
    "withdraw_feedback_request": asked,
    "list_coaching_sessions": sessions,
    "record_coaching_session": recording,
    "get_coaching_session": talk(),
    "get_coaching_session:counselling": counselled,
    "change_coaching_session": talk(**WRITTEN),
    "remove_coaching_session": talk(),
    "acknowledge_coaching_session": talk(remark="Setuju"),
    "assess_coaching_session": assessed,
    "complete_agreed_action": agreed,
    "list_coaching_counts": lambda city: Sample(rows={}),
    "list_forums": forums,
    "call_forum": calling,
    "get_forum": meeting(),
    "change_forum": changing,
    "cancel_forum": meeting(reason="Sakit"),
    "hold_forum": meeting(),
    "check_in_to_forum": meeting(),
    "record_forum_attendance": attending,
    "publish_forum_minutes": meeting(ForumStatus.HELD, summary="Selesai"),
    "correct_forum_minutes": meeting(ForumStatus.MINUTES, text="Tenggat 2 Desember"),
}
