"""The SQL of development notes and of the records that they may rest on."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.access.evaluation_scope import evaluations_within
from asn_api.access.followup import notes_within
from asn_api.access.grants import Permission
from asn_api.access.monitoring import by, coaching_within
from asn_api.access.scope import records_within
from asn_api.areas.evaluations.queries import branch
from asn_api.areas.followup.schemas import NoteFilter
from asn_api.areas.performance.queries import matches
from asn_api.core.http.paging import Key
from asn_api.rules.assessments import RoundStatus
from asn_api.rules.coaching import CoachingKind, CoachingStatus
from asn_api.rules.development import NoteSource
from asn_api.rules.evaluations import EvaluationStatus
from asn_api.tables.assessments import Assessment, AssessmentRound
from asn_api.tables.employees import Employee
from asn_api.tables.evaluations import Evaluation
from asn_api.tables.followup import DevelopmentNote
from asn_api.tables.monitoring import CoachingSession
from asn_api.tables.organization import Unit

NEWEST_FIRST = (Key(DevelopmentNote.__table__.c.id, "id", UUID, descending=True),)

SOURCES = {
    NoteSource.EVALUATION: "evaluation_id",
    NoteSource.COACHING: "session_id",
    NoteSource.ASSESSMENT: "assessment_id",
}


def notes(access: Access, wanted: NoteFilter) -> Select[Any]:
    row, person, author = DevelopmentNote, aliased(Employee), aliased(Employee)
    conditions = [notes_within(access)]
    for name in ("employee_id", "status", "priority", "competency_code"):
        value = getattr(wanted, name)
        if value is not None:
            conditions.append(getattr(row, name) == value)
    if wanted.source is not None:
        conditions.append(getattr(row, SOURCES[wanted.source]).is_not(None))
    if wanted.unit_id is not None:
        conditions.append(row.unit_id.in_(branch(access, wanted.unit_id)))
    if wanted.period_end_from is not None:
        conditions.append(row.period_end >= wanted.period_end_from)
    if wanted.period_end_to is not None:
        conditions.append(row.period_end <= wanted.period_end_to)
    return (
        select(
            *row.__table__.c,
            person.nip.label("employee_nip"),
            person.name.label("employee_name"),
            author.nip.label("author_nip"),
            author.name.label("author_name"),
            Unit.name.label("unit_name"),
            notes_within(by(access, Permission.FOLLOWUP_WRITE)).label("is_led"),
        )
        .join(person, matches(person, row.employee_id, row))
        .join(author, matches(author, row.author_id, row))
        .join(Unit, matches(Unit, row.unit_id, row))
        .where(*conditions)
    )


def note(access: Access, id: UUID) -> Select[Any]:
    return notes(access, NoteFilter()).where(DevelopmentNote.id == id)


def locked(access: Access, id: UUID) -> Select[DevelopmentNote]:
    within = select(DevelopmentNote).where(notes_within(access), DevelopmentNote.id == id)
    return within.with_for_update(of=DevelopmentNote, key_share=True)


def source(access: Access, kind: NoteSource, id: UUID, employee_id: UUID) -> Select[UUID]:
    """The record if it is about this employee, settled, and the caller may read it; never counselling."""
    match kind:
        case NoteSource.EVALUATION:
            reading = by(access, Permission.EVALUATIONS_READ)
            return select(Evaluation.id).where(
                Evaluation.region_id == access.region_id,
                Evaluation.id == id,
                Evaluation.employee_id == employee_id,
                Evaluation.status.in_((EvaluationStatus.ACKNOWLEDGED, EvaluationStatus.FINAL)),
                evaluations_within(reading),
            )
        case NoteSource.COACHING:
            return select(CoachingSession.id).where(
                coaching_within(by(access, Permission.COACHING_READ)),
                CoachingSession.id == id,
                CoachingSession.employee_id == employee_id,
                CoachingSession.kind == CoachingKind.COACHING,
                CoachingSession.status == CoachingStatus.ACKNOWLEDGED,
            )
        case NoteSource.ASSESSMENT:
            reading = by(access, Permission.ASSESSMENTS_READ)
            return (
                select(Assessment.id)
                .join(
                    AssessmentRound,
                    and_(
                        AssessmentRound.region_id == Assessment.region_id,
                        AssessmentRound.id == Assessment.round_id,
                    ),
                )
                .where(
                    Assessment.region_id == access.region_id,
                    Assessment.id == id,
                    Assessment.employee_id == employee_id,
                    AssessmentRound.status == RoundStatus.CLOSED,
                    records_within(reading, Assessment.employee_id, Assessment.unit_id),
                )
            )
