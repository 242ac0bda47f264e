"""Training needs that people state, surveys that ask for them, and the yearly plans that answer."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

import asn_api.tables.training  # noqa: F401  items name courses
from asn_api.core.mapping import Versioned, within_region
from asn_api.rules.development import LearningForm, NotePriority
from asn_api.rules.needs import DevelopmentPlanStatus, NeedSource, NeedStatus, Omission


class TrainingSurvey(Versioned):
    """The people of a branch are asked what they need, from one day to another."""

    __tablename__ = "training_surveys"
    __table_args__ = (
        within_region("unit_id", "units"),
        CheckConstraint("opens_on <= closes_on", "days"),
        Index("ix_training_surveys_unit", "region_id", "unit_id", "id"),
    )

    unit_id: Mapped[UUID]
    year: Mapped[int]
    title: Mapped[str]
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    created_at: Mapped[datetime]


class TrainingSurveyAnswer(Versioned):
    """That somebody answered, also with nothing needed; what is needed are rows of `training_needs`."""

    __tablename__ = "training_survey_answers"
    __table_args__ = (
        within_region("survey_id", "training_surveys"),
        within_region("employee_id", "employees"),
        UniqueConstraint("region_id", "survey_id", "employee_id", name="uq_training_survey_answers_once"),
    )

    survey_id: Mapped[UUID]
    employee_id: Mapped[UUID]
    answered_at: Mapped[datetime]


class TrainingNeed(Versioned):
    """What somebody says he, or one of his reports, should learn in a year; `unit_id` is that person's then."""

    __tablename__ = "training_needs"
    __table_args__ = (
        within_region("employee_id", "employees"),
        within_region("unit_id", "units"),
        within_region("author_id", "employees"),
        within_region("answer_id", "training_survey_answers"),
        CheckConstraint("source in ('REQUEST', 'PROPOSAL', 'SURVEY')", "said"),
        CheckConstraint("(source = 'PROPOSAL') = (author_id <> employee_id)", "author"),
        CheckConstraint("(source = 'SURVEY') = (answer_id is not null)", "answer"),
        CheckConstraint("(status = 'OPEN') = (closed_at is null)", "closed"),
        Index("ix_training_needs_employee", "region_id", "employee_id", "id"),
        Index("ix_training_needs_unit", "region_id", "unit_id", "id"),
        Index("ix_training_needs_answer", "region_id", "answer_id"),
        Index(
            "ix_training_needs_open",
            "region_id",
            "year",
            "employee_id",
            postgresql_where=text("status = 'OPEN'"),
        ),
    )

    employee_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    author_id: Mapped[UUID]
    source: Mapped[NeedSource]
    answer_id: Mapped[UUID | None]
    year: Mapped[int]
    competency_code: Mapped[str | None]
    subject: Mapped[str]
    reason: Mapped[str]
    urgency: Mapped[NotePriority]
    form: Mapped[LearningForm | None]
    status: Mapped[NeedStatus]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class DevelopmentPlan(Versioned):
    """What an agency's people learn in a year. `budget` and costs are whole rupiah; without it there is no ceiling."""

    __tablename__ = "development_plans"
    __table_args__ = (
        within_region("unit_id", "units"),
        within_region("policy_id", "policies"),
        within_region("submitted_by", "employees"),
        within_region("decided_by", "employees"),
        UniqueConstraint("region_id", "unit_id", "year", name="uq_development_plans_year"),
        CheckConstraint("budget >= 0", "budget"),
        CheckConstraint("(status = 'DRAFT') = (submitted_at is null)", "submitted"),
        CheckConstraint("(status = 'APPROVED') = (num_nonnulls(decided_by, decided_at) = 2)", "decided"),
    )

    unit_id: Mapped[UUID]
    year: Mapped[int]
    status: Mapped[DevelopmentPlanStatus]
    budget: Mapped[int | None] = mapped_column(BigInteger)
    policy_id: Mapped[UUID]
    drawn_on: Mapped[date]
    created_at: Mapped[datetime]
    submitted_by: Mapped[UUID | None]
    submitted_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    remark: Mapped[str | None]


class DevelopmentPlanItem(Versioned):
    """One person, one topic. `causes` are kept as they stood when the plan was drawn; `edited` survives the next
    drawing.
    """

    __tablename__ = "development_plan_items"
    __table_args__ = (
        within_region("plan_id", "development_plans"),
        within_region("employee_id", "employees"),
        within_region("unit_id", "units"),
        within_region("course_id", "courses"),
        UniqueConstraint(
            "region_id", "plan_id", "employee_id", "topic", name="uq_development_plan_items_topic"
        ),
        CheckConstraint("included = (omission is null)", "left_out"),
        CheckConstraint("cost >= 0", "cost"),
        Index("ix_development_plan_items_plan", "region_id", "plan_id", "score", "id"),
        Index("ix_development_plan_items_employee", "region_id", "employee_id", "id"),
    )

    plan_id: Mapped[UUID]
    employee_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    topic: Mapped[str]
    competency_code: Mapped[str | None]
    subject: Mapped[str]
    score: Mapped[int]
    priority: Mapped[NotePriority]
    causes: Mapped[list[dict[str, Any]]]
    form: Mapped[LearningForm]
    course_id: Mapped[UUID | None]
    cost: Mapped[int] = mapped_column(BigInteger)
    included: Mapped[bool]
    omission: Mapped[Omission | None]
    edited: Mapped[bool]
    remark: Mapped[str | None]
