"""Rounds of 360° assessments, the person assessed in each, and, until the round is closed, who is asked."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, Numeric, UniqueConstraint
from sqlalchemy.dialects.postgresql import ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from asn_api.core.mapping import Versioned, of_region, within_region
from asn_api.rules.assessments import (
    AssessmentCategory,
    AssessmentForm,
    ConflictKind,
    RaterGroup,
    RoundStatus,
    TaskStatus,
)


class AssessmentRound(Versioned):
    """The people of a branch are assessed for a period, from one day to another.

    `seed` decides by lot who is asked and never leaves the server: who knew it could tell the raters. It is
    forgotten with them at the end. `progress` counts from then on, because nothing is left to be counted.
    """

    __tablename__ = "assessment_rounds"
    __table_args__ = (
        of_region(),
        within_region("unit_id", "units"),
        within_region("policy_id", "policies"),
        CheckConstraint("opens_on <= closes_on", "days"),
        CheckConstraint("not isempty(period) and not lower_inf(period) and not upper_inf(period)", "period"),
        CheckConstraint("(status = 'CLOSED') = (seed is null)", "seed_until_closed"),
        Index("ix_assessment_rounds_unit", "region_id", "unit_id"),
    )

    unit_id: Mapped[UUID]
    title: Mapped[str]
    year: Mapped[int]
    period: Mapped[Range[date]]
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    status: Mapped[RoundStatus]
    seed: Mapped[bytes | None] = mapped_column(LargeBinary)
    policy_id: Mapped[UUID | None]
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    progress: Mapped[dict[str, Any] | None]


class Assessment(Versioned):
    """One person in one round. Until the round is closed there is nothing in it to be read.

    Nobody is assessed twice for the same time: two results from nearly the same raters would tell the answers
    in which they differ.
    """

    __tablename__ = "assessments"
    __table_args__ = (
        within_region("round_id", "assessment_rounds"),
        within_region("employee_id", "employees"),
        within_region("unit_id", "units"),
        ExcludeConstraint(
            ("region_id", "="), ("employee_id", "="), ("period", "&&"), name="ex_assessments_once_a_period"
        ),
        CheckConstraint("(category = 'PENDING') = (score is null)", "score_with_category"),
        Index("ix_assessments_round", "region_id", "round_id", "id"),
        Index("ix_assessments_employee", "region_id", "employee_id", "id"),
        Index("ix_assessments_unit", "region_id", "unit_id", "year"),
    )

    round_id: Mapped[UUID]
    employee_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    year: Mapped[int]
    period: Mapped[Range[date]]
    form: Mapped[AssessmentForm]
    category: Mapped[AssessmentCategory]
    score: Mapped[Decimal | None] = mapped_column(Numeric(4, 1))
    result: Mapped[dict[str, Any] | None]


class AssessmentTask(Versioned):
    """One rater who is asked about one person; deleted with what he said when the round is closed.

    `content` is sealed: neither a query nor a copy of the database shows an answer.
    """

    __tablename__ = "assessment_tasks"
    __table_args__ = (
        within_region("round_id", "assessment_rounds"),
        within_region("assessment_id", "assessments"),
        within_region("employee_id", "employees"),
        within_region("rater_id", "employees"),
        UniqueConstraint("region_id", "assessment_id", "rater_id", name="uq_assessment_tasks_rater"),
        CheckConstraint("rater_id <> employee_id", "not_oneself"),
        CheckConstraint("(status = 'ANSWERED') = (content is not null)", "content_with_status"),
        CheckConstraint("(status = 'CONFLICT') = (conflict is not null)", "conflict_with_status"),
        Index("ix_assessment_tasks_rater", "region_id", "rater_id", "id"),
        Index("ix_assessment_tasks_round", "region_id", "round_id", "status"),
    )

    round_id: Mapped[UUID]
    assessment_id: Mapped[UUID]
    employee_id: Mapped[UUID]
    rater_id: Mapped[UUID]
    rater_group: Mapped[RaterGroup]
    status: Mapped[TaskStatus]
    conflict: Mapped[ConflictKind | None]
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
