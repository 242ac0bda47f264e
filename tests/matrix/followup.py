"""Samples of findings, development notes and nominations about `staff`."""

from datetime import date, timedelta
from itertools import count
from typing import Any

from sqlalchemy.dialects.postgresql import Range

from asn_api.core.mapping import uuid7
from asn_api.rules.development import LearningForm, NotePriority, NoteStatus
from asn_api.rules.evaluations import EvaluationKind, EvaluationStatus
from asn_api.rules.recognition import NominationStatus, RecognitionKind
from asn_api.tables.followup import DevelopmentNote, Nomination
from tests.factories import City
from tests.matrix import Build, Sample, add
from tests.matrix.evaluations import evaluated

_weeks = count()
SPAN = {"year": 2026, "kind": "PERIODIC"}
ABOVE = {"chief": (200, "the superior of the one who nominated")}
WORDS = {
    "subject": "Pengolahan data",
    "form": "CLASSICAL",
    "priority": "HIGH",
    "period_start": "2027-01-01",
    "period_end": "2027-06-30",
}


async def written(city: City, person: str = "staff", **changes: Any) -> DevelopmentNote:
    evaluation_id, _ = await evaluated(city, EvaluationStatus.FINAL, person, "head")
    usual = {
        "status": NoteStatus.OPEN,
        "evaluation_id": evaluation_id,
        "author_id": city.id("head"),
        "priority": NotePriority.HIGH,
        "subject": "Pengolahan data",
    }
    row = DevelopmentNote(
        region_id=city.region.id,
        id=uuid7(),
        employee_id=city.id(person),
        unit_id=city.posts[person].unit_id,
        form=LearningForm.CLASSICAL,
        period_start=date(2027, 1, 1),
        period_end=date(2027, 6, 30),
        created_at=city.now,
        **usual | changes,
    )
    await add(city, row)
    return row


def note(**body: Any) -> Build:
    async def build(city: City) -> Sample:
        return Sample({"id": (await written(city)).id}, body=body)

    return build


async def notes(city: City) -> Sample:
    people = ("staff", "other_staff", "supervisor")
    return Sample(rows={(await written(city, person)).id: person for person in people})


async def writing(city: City) -> Sample:
    evaluation_id, _ = await evaluated(city, EvaluationStatus.FINAL)
    source = {"source": "EVALUATION", "source_id": str(evaluation_id)}
    return Sample(body={**WORDS, **source, "employee_id": str(city.id("staff"))})


async def nominated(city: City, person: str = "staff", by: str = "supervisor", **changes: Any) -> Nomination:
    """Each of a week of its own, so that they leave each other place."""
    first = date(2001, 1, 1) + timedelta(weeks=next(_weeks))
    row = Nomination(
        region_id=city.region.id,
        id=uuid7(),
        employee_id=city.id(person),
        unit_id=city.posts[person].unit_id,
        nominator_id=city.id(by),
        kind=RecognitionKind.INNOVATION,
        basis=EvaluationKind.PERIODIC,
        year=first.year,
        period=Range(first, first + timedelta(weeks=1)),
        citation="Menyederhanakan pelayanan",
        meets_criteria=True,
        criteria=[],
        created_at=city.now,
        **{"status": NominationStatus.PROPOSED} | changes,
    )
    await add(city, row)
    return row


def nomination(**body: Any) -> Build:
    async def build(city: City) -> Sample:
        return Sample({"id": (await nominated(city)).id}, body=body, refused=ABOVE)

    return build


async def withdrawal(city: City) -> Sample:
    """The one above sees it, but it is the nominator's to withdraw."""
    refused = {"chief": (409, "it is not his")}
    return Sample({"id": (await nominated(city)).id}, body={"reason": "Keliru"}, refused=refused)


async def nominations(city: City) -> Sample:
    rows = {(await nominated(city, person, "head")).id: person for person in ("staff", "supervisor")}
    return Sample(rows=rows | {(await nominated(city, "other_staff", "other_head")).id: "other_staff"})


async def decisions(city: City) -> Sample:
    item = {"id": str((await nominated(city, by="head")).id), "version": 1, "decision": "ENDORSE"}
    return Sample(body={"items": [item]}, batch=("NOT_FOUND",))


async def proposing(city: City) -> Sample:
    body = {
        "employee_id": str(city.id("staff")),
        "kind": "DEDICATION",
        "year": 2026,
        "basis": "YEARLY",
        "citation": "Mengabdi tanpa pamrih",
        "justification": "Belum dievaluasi tahun ini",
    }
    return Sample(body=body)


def found(city: City) -> Sample:
    people = ("staff", "colleague", "supervisor", "head", "other_staff")
    return Sample(query=SPAN, rows={city.id(person): person for person in people})


SAMPLES: dict[str, Build] = {
    "list_performance_findings": found,
    "explain_performance_finding": lambda city: Sample({"employee_id": city.id("staff")}, query=SPAN),
    "list_development_notes": notes,
    "write_development_note": writing,
    "get_development_note": note(),
    "change_development_note": note(**WORDS),
    "acknowledge_development_note": note(comment="Setuju"),
    "plan_development_note": note(),
    "complete_development_note": note(),
    "withdraw_development_note": note(reason="Keliru"),
    "list_nominations": nominations,
    "propose_nomination": proposing,
    "decide_nominations": decisions,
    "get_nomination": nomination(),
    "endorse_nomination": nomination(),
    "reject_nomination": nomination(reason="Belum cukup bukti"),
    "withdraw_nomination": withdrawal,
}
