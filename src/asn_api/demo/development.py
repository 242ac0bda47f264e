"""What the agency of the demo's head wants to learn next year: a survey, its answers, a plan in draft."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.development import plans
from asn_api.areas.development.schemas import DevelopmentPlanIn
from asn_api.core.bulk import copy_in
from asn_api.core.mapping import uuid7
from asn_api.demo.competencies import TECHNICAL
from asn_api.demo.roster import Person
from asn_api.rules.development import NotePriority
from asn_api.rules.needs import NeedSource, NeedStatus
from asn_api.tables.development import TrainingNeed, TrainingSurvey, TrainingSurveyAnswer

BUDGET = 250_000_000
SUBJECTS = ("Pengolahan data dengan lembar kerja", "Menulis naskah dinas", "Bahasa Inggris untuk pelayanan")


async def store(db: AsyncSession, access: Access, people: Sequence[Person], agency_id: UUID) -> None:
    survey = TrainingSurvey(
        region_id=access.region_id,
        id=uuid7(),
        unit_id=agency_id,
        year=access.today.year + 1,
        title=f"Kebutuhan pelatihan {access.today.year + 1}",
        opens_on=access.today - timedelta(days=14),
        closes_on=access.today + timedelta(days=30),
        created_at=access.now,
    )
    db.add(survey)
    await db.flush()
    answers, needs = [], []
    for person in people:
        chance = Random(f"survei-{person.nip}")  # noqa: S311 (made-up people, the same every time)
        if person.agency_id == agency_id and chance.random() < 0.4:
            answers.append(_answer(access, survey, person))
            needs.append(_need(access, survey, person, answers[-1]["id"], chance))
    await copy_in(db, TrainingSurveyAnswer, answers)
    await copy_in(db, TrainingNeed, needs)
    await plans.draw_up(
        access, db, DevelopmentPlanIn(id=None, unit_id=agency_id, year=survey.year, budget=BUDGET)
    )


def _answer(access: Access, survey: TrainingSurvey, person: Person) -> dict[str, Any]:
    return {
        "region_id": access.region_id,
        "id": uuid7(),
        "survey_id": survey.id,
        "employee_id": person.id,
        "answered_at": access.now,
        "version": 1,
    }


def _need(
    access: Access, survey: TrainingSurvey, person: Person, answer_id: UUID, chance: Random
) -> dict[str, Any]:
    code = chance.choice([None, "COMMUNICATION", "DECISION_MAKING", "TEKNIS_ADMINISTRASI"])
    named = {"COMMUNICATION": "Komunikasi", "DECISION_MAKING": "Pengambilan Keputusan"}
    subject = named.get(code) or TECHNICAL[code][0] if code else chance.choice(SUBJECTS)
    return {
        "region_id": access.region_id,
        "id": uuid7(),
        "employee_id": person.id,
        "unit_id": person.unit_id,
        "author_id": person.id,
        "source": NeedSource.SURVEY,
        "answer_id": answer_id,
        "year": survey.year,
        "competency_code": code,
        "subject": subject,
        "reason": "Diperlukan untuk tugas sehari-hari tahun depan",
        "urgency": chance.choice(list(NotePriority)),
        "status": NeedStatus.OPEN,
        "created_at": access.now,
        "version": 1,
    }
