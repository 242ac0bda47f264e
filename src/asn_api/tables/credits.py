"""Credit points of functional positions, and the level at which each person holds one."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Numeric, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

import asn_api.tables.evaluations  # noqa: F401  credits point there
from asn_api.core.mapping import Versioned, within_region
from asn_api.rules.credits import CreditKind, CreditLevel
from asn_api.rules.evaluations import EvaluationKind
from asn_api.rules.ratings import Predicate


class FunctionalTerm(Versioned):
    """The level (jenjang) of a person's functional position from when to when, as a decree says it."""

    __tablename__ = "functional_terms"
    __table_args__ = (
        within_region("employee_id", "employees"),
        ExcludeConstraint(
            ("region_id", "="), ("employee_id", "="), ("valid", "&&"), name="ex_functional_terms_one_level"
        ),
        CheckConstraint("not isempty(valid) and not lower_inf(valid)", "valid"),
        Index("ix_functional_terms_employee", "region_id", "employee_id", "id"),
    )

    employee_id: Mapped[UUID]
    level: Mapped[CreditLevel]
    valid: Mapped[Range[date]]
    decree_number: Mapped[str]
    decree_date: Mapped[date]


class Credit(Versioned):
    """Credit points: entered by decree (FIRST, INTEGRATION), or converted from an evaluation for whole months.

    The same months of a person are never converted twice, be it by the year or by a part of it. `amount` has
    SIASN's three decimals, `printed` the two of decrees.
    """

    __tablename__ = "credits"
    __table_args__ = (
        within_region("employee_id", "employees"),
        within_region("unit_id", "units"),
        within_region("evaluation_id", "evaluations"),
        within_region("policy_id", "policies"),
        ExcludeConstraint(
            ("region_id", "="), ("employee_id", "="), ("period", "&&"), name="ex_credits_months_once"
        ),
        CheckConstraint(
            "num_nonnulls(basis, period, months, evaluation_id, predicate, percentage, coefficient, policy_id) "
            "= case kind when 'CONVERSION' then 8 else 0 end",
            "conversion",
        ),
        CheckConstraint(
            "num_nonnulls(decree_number, decree_date) = case kind when 'CONVERSION' then 0 else 2 end",
            "decree",
        ),
        CheckConstraint("amount >= 0 and printed >= 0", "amount"),
        Index(
            "uq_credits_initial",
            "region_id",
            "employee_id",
            "kind",
            unique=True,
            postgresql_where=text("kind <> 'CONVERSION'"),
        ),
        Index("ix_credits_employee", "region_id", "employee_id", "id"),
        Index("ix_credits_unit", "region_id", "unit_id", "year"),
        Index("ix_credits_evaluation", "region_id", "evaluation_id"),
    )

    employee_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    kind: Mapped[CreditKind]
    level: Mapped[CreditLevel]
    year: Mapped[int]
    effective_on: Mapped[date]
    amount: Mapped[Decimal] = mapped_column(Numeric(8, 3))
    printed: Mapped[Decimal] = mapped_column(Numeric(8, 2))
    provisional: Mapped[bool]
    basis: Mapped[EvaluationKind | None]
    period: Mapped[Range[date] | None]
    months: Mapped[int | None]
    evaluation_id: Mapped[UUID | None]
    predicate: Mapped[Predicate | None]
    percentage: Mapped[Decimal | None]
    coefficient: Mapped[Decimal | None]
    policy_id: Mapped[UUID | None]
    decree_number: Mapped[str | None]
    decree_date: Mapped[date | None]
