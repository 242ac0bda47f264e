"""What follows an evaluation: development notes and nominations for recognition."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint, Range
from sqlalchemy.orm import Mapped

import asn_api.tables.assessments
import asn_api.tables.evaluations
import asn_api.tables.monitoring  # noqa: F401  development notes rest on these
from asn_api.core.mapping import Versioned, within_region
from asn_api.rules.development import LearningForm, NotePriority, NoteStatus
from asn_api.rules.evaluations import EvaluationKind
from asn_api.rules.recognition import NominationStatus, RecognitionKind


class DevelopmentNote(Versioned):
    """What somebody should learn, by when and in which form; training needs are made from these.

    It rests on exactly one record. `unit_id` is the person's on the day it was written.
    """

    __tablename__ = "development_notes"
    __table_args__ = (
        within_region("employee_id", "employees"),
        within_region("unit_id", "units"),
        within_region("author_id", "employees"),
        within_region("evaluation_id", "evaluations"),
        within_region("session_id", "coaching_sessions"),
        within_region("assessment_id", "assessments"),
        CheckConstraint("author_id <> employee_id", "not_oneself"),
        CheckConstraint("num_nonnulls(evaluation_id, session_id, assessment_id) = 1", "one_source"),
        CheckConstraint("period_start <= period_end", "period"),
        CheckConstraint("comment is null or acknowledged_at is not null", "comment"),
        CheckConstraint("(status in ('DONE', 'WITHDRAWN')) = (closed_at is not null)", "closed"),
        Index("ix_development_notes_employee", "region_id", "employee_id", "id"),
        Index("ix_development_notes_unit", "region_id", "unit_id", "id"),
        Index(
            "ix_development_notes_open",
            "region_id",
            "period_end",
            postgresql_where=text("status in ('OPEN', 'PLANNED')"),
        ),
    )

    employee_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    author_id: Mapped[UUID]
    evaluation_id: Mapped[UUID | None]
    session_id: Mapped[UUID | None]
    assessment_id: Mapped[UUID | None]
    subject: Mapped[str]
    competency_code: Mapped[str | None]
    observation: Mapped[str | None]
    form: Mapped[LearningForm]
    priority: Mapped[NotePriority]
    period_start: Mapped[date]
    period_end: Mapped[date]
    status: Mapped[NoteStatus]
    created_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    comment: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    remark: Mapped[str | None]


class Nomination(Versioned):
    """Somebody is proposed for recognition for a span. `criteria` are kept as they stood on that day.

    `unit_id` is the nominee's on that day. One that is open or endorsed leaves no place for a second of its
    kind and span.
    """

    __tablename__ = "nominations"
    __table_args__ = (
        within_region("employee_id", "employees"),
        within_region("unit_id", "units"),
        within_region("nominator_id", "employees"),
        within_region("decided_by", "employees"),
        ExcludeConstraint(
            ("region_id", "="),
            ("employee_id", "="),
            ("kind", "="),
            ("basis", "="),
            ("period", "&&"),
            name="ex_nominations_open",
            where=text("status in ('PROPOSED', 'ENDORSED')"),
        ),
        CheckConstraint("nominator_id <> employee_id", "not_oneself"),
        CheckConstraint("decided_by <> employee_id and decided_by <> nominator_id", "not_by_a_party"),
        CheckConstraint("(decided_by is null) = (decided_at is null)", "decided"),
        CheckConstraint("meets_criteria or justification is not null", "justified"),
        CheckConstraint("not isempty(period) and not lower_inf(period) and not upper_inf(period)", "period"),
        Index("ix_nominations_employee", "region_id", "employee_id", "id"),
        Index("ix_nominations_unit", "region_id", "unit_id", "id"),
        Index("ix_nominations_nominator", "region_id", "nominator_id", "id"),
    )

    employee_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    nominator_id: Mapped[UUID]
    kind: Mapped[RecognitionKind]
    basis: Mapped[EvaluationKind]
    year: Mapped[int]
    period: Mapped[Range[date]]
    citation: Mapped[str]
    justification: Mapped[str | None]
    meets_criteria: Mapped[bool]
    criteria: Mapped[list[dict[str, Any]]]
    status: Mapped[NominationStatus]
    created_at: Mapped[datetime]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    decision_note: Mapped[str | None]
    withdrawal_reason: Mapped[str | None]
