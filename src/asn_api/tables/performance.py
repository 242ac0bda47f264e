"""Agency goals and yearly plans (SKP): work results, indicators, approved revisions, progress."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from asn_api.core.mapping import Regional, Versioned, within_region
from asn_api.rules.evaluators import EvaluatorReason, EvaluatorRole
from asn_api.rules.plans import (
    Approach,
    Aspect,
    Perspective,
    PlanStatus,
    PlanType,
    Polarity,
    ResultKind,
)


class AgencyGoal(Versioned):
    """A strategic goal of an agency's performance agreement for a year: where every cascade ends."""

    __tablename__ = "agency_goals"
    __table_args__ = (
        within_region("agency_id", "units"),
        UniqueConstraint("region_id", "agency_id", "year", "code", name="uq_agency_goals_code"),
    )

    agency_id: Mapped[UUID]
    year: Mapped[int]
    code: Mapped[str]
    statement: Mapped[str]
    target: Mapped[str]


class Plan(Versioned):
    """An employee's plan for a part of a year in one position. `revision` counts approved versions.

    The position and the evaluator are kept as they stood when the plan was submitted. `annexes` is a list of
    kinds and texts, `behaviour` maps a core value to the employee's `proposal` and the evaluator's `expectation`.
    `waiting_since` is when it last came to wait for a decision, null while it waits for none.
    `ended_on` is the first day of the situation that ended an ENDED plan; its period was cut before that day,
    unless it had not begun.
    """

    __tablename__ = "plans"
    __table_args__ = (
        within_region("employee_id", "employees"),
        within_region("unit_id", "units"),
        within_region("position_id", "positions"),
        within_region("evaluator_id", "employees"),
        ExcludeConstraint(
            ("region_id", "="),
            ("employee_id", "="),
            ("period", "&&"),
            where=text("status <> 'ENDED'"),
            name="ex_plans_one_at_a_time",
        ),
        Index("ix_plans_employee", "region_id", "employee_id", "year"),
        Index("ix_plans_unit", "region_id", "unit_id", "year"),
        Index(
            "ix_plans_year",
            "region_id",
            "year",
            "unit_id",
            postgresql_include=["period", "employee_id", "status", "revision", "ended_on"],
        ),
    )

    employee_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    position_id: Mapped[UUID]
    year: Mapped[int]
    period: Mapped[Range[date]]
    approach: Mapped[Approach]
    plan_type: Mapped[PlanType]
    status: Mapped[PlanStatus]
    revision: Mapped[int] = mapped_column(default=1)
    evaluator_id: Mapped[UUID | None]
    evaluator: Mapped[dict[str, Any] | None]
    position: Mapped[dict[str, Any]]
    annexes: Mapped[list[dict[str, Any]]] = mapped_column(server_default=text("'[]'::jsonb"))
    behaviour: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    note: Mapped[str | None]
    submitted_at: Mapped[datetime | None]
    waiting_since: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    ended_on: Mapped[date | None]


class WorkResult(Versioned):
    """What the employee will achieve (RHK). `parent_id` is the superior's result it supports.

    A result that work already points at is withdrawn by a revision, never deleted.
    """

    __tablename__ = "work_results"
    __table_args__ = (
        within_region("plan_id", "plans"),
        within_region("parent_id", "work_results"),
        within_region("goal_id", "agency_goals"),
        Index("ix_work_results_plan", "region_id", "plan_id"),
        Index("ix_work_results_parent", "region_id", "parent_id"),
    )

    plan_id: Mapped[UUID]
    kind: Mapped[ResultKind]
    parent_id: Mapped[UUID | None]
    goal_id: Mapped[UUID | None]
    perspective: Mapped[Perspective | None]
    statement: Mapped[str]
    assignment_letter: Mapped[str | None]
    order_no: Mapped[int]
    withdrawn: Mapped[bool] = mapped_column(default=False)


class Indicator(Versioned):
    """How a work result is measured (IKI): a number with a unit, a range, or a narrative target.

    `action_plan` says what is to be reached by the ends of periods (decision 0027).
    """

    __tablename__ = "indicators"
    __table_args__ = (
        within_region("work_result_id", "work_results"),
        Index("ix_indicators_work_result", "region_id", "work_result_id"),
    )

    work_result_id: Mapped[UUID]
    aspect: Mapped[Aspect]
    statement: Mapped[str]
    target_value: Mapped[Decimal | None]
    target_upper: Mapped[Decimal | None]
    target_unit: Mapped[str | None]
    target_text: Mapped[str | None]
    polarity: Mapped[Polarity]
    action_plan: Mapped[list[dict[str, Any]]] = mapped_column(server_default=text("'[]'::jsonb"))
    order_no: Mapped[int]
    withdrawn: Mapped[bool] = mapped_column(default=False)


class PlanRevision(Regional):
    """A plan as it was approved: kept whole when the plan is opened again.

    `approved_by` is null when the approval came on paper from a superior who is no employee.
    """

    __tablename__ = "plan_revisions"
    __table_args__ = (
        within_region("plan_id", "plans"),
        UniqueConstraint("region_id", "plan_id", "revision", name="uq_plan_revisions_revision"),
    )

    plan_id: Mapped[UUID]
    revision: Mapped[int]
    content: Mapped[dict[str, Any]]
    approved_at: Mapped[datetime]
    approved_by: Mapped[UUID | None]


class EvaluatorAssignment(Versioned):
    """Who evaluates an employee, or advises the evaluator, from when to when, other than the superior.

    Without `plan_id` it is for all plans of these days. Nobody has two evaluators on a day.
    """

    __tablename__ = "evaluator_assignments"
    __table_args__ = (
        within_region("employee_id", "employees"),
        within_region("evaluator_id", "employees"),
        within_region("plan_id", "plans"),
        ExcludeConstraint(
            ("region_id", "="),
            ("employee_id", "="),
            ("valid", "&&"),
            where=text("role = 'EVALUATOR'"),
            name="ex_evaluator_assignments_one_evaluator",
        ),
        ExcludeConstraint(
            ("region_id", "="),
            ("employee_id", "="),
            ("evaluator_id", "="),
            ("valid", "&&"),
            where=text("role = 'ADVISOR'"),
            name="ex_evaluator_assignments_once",
        ),
        CheckConstraint("evaluator_id <> employee_id", "not_oneself"),
        CheckConstraint("not isempty(valid) and not lower_inf(valid)", "valid"),
        Index("ix_evaluator_assignments_employee", "region_id", "employee_id"),
        Index("ix_evaluator_assignments_evaluator", "region_id", "evaluator_id"),
    )

    employee_id: Mapped[UUID]
    plan_id: Mapped[UUID | None]
    evaluator_id: Mapped[UUID]
    role: Mapped[EvaluatorRole]
    reason: Mapped[EvaluatorReason]
    valid: Mapped[Range[date]]
    letter_number: Mapped[str]
    letter_date: Mapped[date]
    created_at: Mapped[datetime]


class ProgressReport(Versioned):
    """How far the owner of a plan has come with an indicator by the end of a day (decision 0024).

    `value` is the realisation since the plan began, in the unit of the indicator's target.
    """

    __tablename__ = "progress_reports"
    __table_args__ = (
        within_region("employee_id", "employees"),
        within_region("unit_id", "units"),
        within_region("plan_id", "plans"),
        within_region("work_result_id", "work_results"),
        within_region("indicator_id", "indicators"),
        UniqueConstraint("region_id", "indicator_id", "day", name="uq_progress_reports_day"),
        CheckConstraint("value is not null or note is not null", "says_something"),
        Index("ix_progress_reports_plan", "region_id", "plan_id", "day", "id"),
        Index("ix_progress_reports_employee", "region_id", "employee_id", "day", "id"),
    )

    employee_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    plan_id: Mapped[UUID]
    work_result_id: Mapped[UUID]
    indicator_id: Mapped[UUID]
    day: Mapped[date]
    value: Mapped[Decimal | None]
    note: Mapped[str | None]
    device_id: Mapped[str | None]
    device_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
