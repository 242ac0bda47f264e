"""Counts of a period of the performance cycle, by the smallest subjects that add up."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKeyConstraint, Integer
from sqlalchemy.orm import Mapped, mapped_column

from asn_api.core.mapping import Table, of_region, within_region
from asn_api.rules.evaluations import EvaluationKind

_KEY = ("region_id", "year", "kind", "number")


def _of_period() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(_KEY, [f"cycle_periods.{name}" for name in _KEY], ondelete="CASCADE")


class CyclePeriod(Table):
    """A period that is counted. Its figures are those of `counted_at`, with what is late as of `day`.

    `epoch` and `seen`, a snapshot of PostgreSQL, say which entries of the journal they include.
    """

    __tablename__ = "cycle_periods"
    __table_args__ = (of_region(),)

    region_id: Mapped[UUID] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[EvaluationKind] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    first_day: Mapped[date]
    last_day: Mapped[date]
    day: Mapped[date]
    counted_at: Mapped[datetime]
    epoch: Mapped[int]
    seen: Mapped[str]


class CycleUnit(Table):
    """A unit's figures that are not zero; of an agency also its people by predicate, each once."""

    __tablename__ = "cycle_units"
    __table_args__ = (_of_period(), within_region("unit_id", "units"))

    region_id: Mapped[UUID] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[EvaluationKind] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit_id: Mapped[UUID] = mapped_column(primary_key=True)
    figures: Mapped[dict[str, Any]]
    people: Mapped[dict[str, Any] | None]


class CycleDuty(Table):
    """What an evaluator owes and has done about the people of a unit; `…_oldest` are the earliest days due."""

    __tablename__ = "cycle_duties"
    __table_args__ = (
        _of_period(),
        within_region("evaluator_id", "employees"),
        within_region("unit_id", "units"),
    )

    region_id: Mapped[UUID] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[EvaluationKind] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    evaluator_id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[UUID] = mapped_column(primary_key=True)
    ratings_waiting: Mapped[int]
    ratings_late: Mapped[int]
    ratings_oldest: Mapped[date | None]
    statements_waiting: Mapped[int]
    statements_late: Mapped[int]
    statements_oldest: Mapped[date | None]
    plans_waiting: Mapped[int]
    plans_late: Mapped[int]
    plans_oldest: Mapped[date | None]
    done: Mapped[int]
    days_late: Mapped[list[int]] = mapped_column(ARRAY(Integer))
