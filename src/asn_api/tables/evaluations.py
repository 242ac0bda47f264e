"""Evaluations of plans by period, objections to them, and what agencies achieved."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from asn_api.core.mapping import Regional, Versioned, choice, of_region, within_region
from asn_api.rules.evaluations import EvaluationKind, EvaluationStatus, ObjectionDecision
from asn_api.rules.ratings import NINE_CELLS, CoreValue, Expectation, OrganisationPredicate, Predicate

_CELLS = ", ".join(f"('{row}', '{column}', '{cell}')" for (row, column), cell in NINE_CELLS.items())


class Evaluation(Versioned):
    """One plan in one period, or in its whole year. `period` lies within the plan's.

    `self_…` is what the employee thinks of himself; null means not given, never zero. `evaluator` is a snapshot
    of whoever rated (as in plans); `predicate` follows from the two ratings and is never set otherwise.
    `suggestion` keeps what the rules suggested and why, as it was shown when the rating was made.
    That the predicate is the one of the nine cells is checked here too: no program can write another.
    """

    __tablename__ = "evaluations"
    __table_args__ = (
        within_region("plan_id", "plans"),
        within_region("employee_id", "employees"),
        within_region("unit_id", "units"),
        within_region("evaluator_id", "employees"),
        ExcludeConstraint(
            ("region_id", "="),
            ("plan_id", "="),
            ("kind", "="),
            ("period", "&&"),
            name="ex_evaluations_period",
        ),
        CheckConstraint("evaluator_id <> employee_id", "not_by_oneself"),
        CheckConstraint(
            "(predicate is null) = (work_result is null or behaviour is null)", "predicate_follows"
        ),
        CheckConstraint(f"(work_result, behaviour, predicate) in ({_CELLS})", "nine_cells"),
        CheckConstraint("(predicate is null) = (status in ('OPEN', 'REPORTED'))", "rated"),
        CheckConstraint("not isempty(period) and not lower_inf(period) and not upper_inf(period)", "period"),
        Index("ix_evaluations_employee", "region_id", "employee_id", "year"),
        Index("ix_evaluations_unit", "region_id", "unit_id", "year"),
        Index("ix_evaluations_evaluator", "region_id", "evaluator_id", "year"),
        # All that the sums of a period need: they never read a row.
        Index(
            "ix_evaluations_year",
            "region_id",
            "year",
            "kind",
            "unit_id",
            postgresql_include=[
                "period",
                "employee_id",
                "status",
                "work_result",
                "behaviour",
                "predicate",
                "self_report_missing",
                "reported_at",
            ],
        ),
        Index("ix_evaluations_running", "region_id", "status", postgresql_where=text("status <> 'FINAL'")),
    )

    plan_id: Mapped[UUID]
    employee_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    year: Mapped[int]
    kind: Mapped[EvaluationKind]
    period: Mapped[Range[date]]
    status: Mapped[EvaluationStatus]
    evaluator_id: Mapped[UUID | None]
    evaluator: Mapped[dict[str, Any] | None]
    self_report_missing: Mapped[bool] = mapped_column(default=False)
    self_work_result: Mapped[Expectation | None] = mapped_column(choice(Expectation, "self_work_result"))
    self_behaviour: Mapped[Expectation | None] = mapped_column(choice(Expectation, "self_behaviour"))
    self_note: Mapped[str | None]
    reported_at: Mapped[datetime | None]
    suggestion: Mapped[dict[str, Any] | None]
    work_result: Mapped[Expectation | None] = mapped_column(choice(Expectation, "work_result"))
    behaviour: Mapped[Expectation | None] = mapped_column(choice(Expectation, "behaviour"))
    predicate: Mapped[Predicate | None]
    departure_reason: Mapped[str | None]
    amendment_reason: Mapped[str | None]
    comment: Mapped[str | None]
    rated_at: Mapped[datetime | None]
    objection_until: Mapped[date | None]
    acknowledged_at: Mapped[datetime | None]
    finalised_at: Mapped[datetime | None]


class EvaluatedResult(Regional):
    """A work result in an evaluation: what was realised by the evidence, and how it is judged."""

    __tablename__ = "evaluated_results"
    __table_args__ = (
        within_region("evaluation_id", "evaluations"),
        within_region("work_result_id", "work_results"),
        UniqueConstraint("region_id", "evaluation_id", "work_result_id", name="uq_evaluated_results_result"),
    )

    evaluation_id: Mapped[UUID]
    work_result_id: Mapped[UUID]
    realisation: Mapped[str | None]
    evidence: Mapped[list[dict[str, Any]]]
    self_rating: Mapped[Expectation | None] = mapped_column(choice(Expectation, "self_rating"))
    rating: Mapped[Expectation | None] = mapped_column(choice(Expectation, "rating"))
    comment: Mapped[str | None]


class EvaluatedIndicator(Regional):
    """The realisation of an indicator by the end of the period. Attainment is advisory and computed when read."""

    __tablename__ = "evaluated_indicators"
    __table_args__ = (
        within_region("evaluation_id", "evaluations"),
        within_region("indicator_id", "indicators"),
        UniqueConstraint(
            "region_id", "evaluation_id", "indicator_id", name="uq_evaluated_indicators_indicator"
        ),
    )

    evaluation_id: Mapped[UUID]
    indicator_id: Mapped[UUID]
    value: Mapped[Decimal | None]
    note: Mapped[str | None]


class EvaluatedValue(Regional):
    """A core value in an evaluation. A value below expectations needs a note that names what was seen."""

    __tablename__ = "evaluated_values"
    __table_args__ = (
        within_region("evaluation_id", "evaluations"),
        UniqueConstraint("region_id", "evaluation_id", "core_value", name="uq_evaluated_values_value"),
    )

    evaluation_id: Mapped[UUID]
    core_value: Mapped[CoreValue]
    self_rating: Mapped[Expectation | None] = mapped_column(choice(Expectation, "self_rating"))
    self_note: Mapped[str | None]
    rating: Mapped[Expectation | None] = mapped_column(choice(Expectation, "rating"))
    comment: Mapped[str | None]
    evidence: Mapped[list[dict[str, Any]]]


class Objection(Versioned):
    """An objection to a rating: the evaluator's superior hears it and decides finally (PP 30/2019 art. 59)."""

    __tablename__ = "objections"
    __table_args__ = (
        within_region("evaluation_id", "evaluations"),
        within_region("employee_id", "employees"),
        within_region("unit_id", "units"),
        within_region("evaluator_id", "employees"),
        within_region("decided_by", "employees"),
        UniqueConstraint("region_id", "evaluation_id", name="uq_objections_evaluation"),
        CheckConstraint("decided_by <> employee_id and decided_by <> evaluator_id", "not_by_a_party"),
        Index("ix_objections_evaluator", "region_id", "evaluator_id"),
    )

    evaluation_id: Mapped[UUID]
    employee_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    evaluator_id: Mapped[UUID | None]
    grounds: Mapped[str]
    contested: Mapped[list[dict[str, Any]]]
    evidence: Mapped[list[dict[str, Any]]]
    filed_at: Mapped[datetime]
    evaluator_statement: Mapped[str | None]
    stated_at: Mapped[datetime | None]
    decision: Mapped[ObjectionDecision | None]
    decision_reason: Mapped[str | None]
    rating_before: Mapped[dict[str, Any]]
    decided_by: Mapped[UUID | None]
    decider: Mapped[dict[str, Any] | None]
    decided_at: Mapped[datetime | None]


class OrganisationRating(Versioned):
    """What an agency achieved in a period, set one level up; a superior who is no employee decides by letter.

    `justification` answers the warnings of the distribution check; it never blocks.
    """

    __tablename__ = "organisation_ratings"
    __table_args__ = (
        of_region(),
        within_region("unit_id", "units"),
        within_region("rated_by", "employees"),
        ExcludeConstraint(
            ("region_id", "="),
            ("unit_id", "="),
            ("kind", "="),
            ("period", "&&"),
            name="ex_organisation_ratings_period",
        ),
    )

    unit_id: Mapped[UUID]
    year: Mapped[int]
    kind: Mapped[EvaluationKind]
    period: Mapped[Range[date]]
    predicate: Mapped[OrganisationPredicate]
    basis: Mapped[str]
    rated_by: Mapped[UUID | None]
    rater: Mapped[dict[str, Any]]
    rated_at: Mapped[datetime]
    justification: Mapped[str | None]
