"""Whom verified work served, in sums that every decision adds to (decision 0030)."""

from datetime import date
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from asn_api.core.mapping import Table, within_region


class Contribution(Table):
    """What one person did in a month, in one unit, under one chain: minutes that count, and what to look at."""

    __tablename__ = "contributions"
    __table_args__ = (
        within_region("employee_id", "employees"),
        within_region("unit_id", "units"),
        within_region("chain_id", "result_chains"),
        within_region("goal_id", "agency_goals"),
        Index("ix_contributions_goal", "region_id", "goal_id", "month"),
        Index("ix_contributions_unit", "region_id", "unit_id", "month"),
    )

    region_id: Mapped[UUID] = mapped_column(primary_key=True)
    employee_id: Mapped[UUID] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    unit_id: Mapped[UUID] = mapped_column(primary_key=True)
    chain_id: Mapped[UUID] = mapped_column(primary_key=True)
    goal_id: Mapped[UUID | None]
    minutes: Mapped[int]
    non_task_minutes: Mapped[int]
    copied_texts: Mapped[int]
    same_evidence: Mapped[int]


class UnitContribution(Table):
    """A unit's month: minutes that count, those for results of plans, and those of them that reach a goal."""

    __tablename__ = "unit_contributions"
    __table_args__ = (within_region("unit_id", "units"),)

    region_id: Mapped[UUID] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    unit_id: Mapped[UUID] = mapped_column(primary_key=True)
    minutes: Mapped[int]
    plan_minutes: Mapped[int]
    goal_minutes: Mapped[int]
    non_task_minutes: Mapped[int]
    copied_texts: Mapped[int]
    same_evidence: Mapped[int]


class GoalContribution(Table):
    """A unit's month for one goal, by the work result that serves the goal: where the chains end."""

    __tablename__ = "goal_contributions"
    __table_args__ = (
        within_region("unit_id", "units"),
        within_region("goal_id", "agency_goals"),
        within_region("result_id", "work_results"),
        Index("ix_goal_contributions_goal", "region_id", "goal_id", "month"),
    )

    region_id: Mapped[UUID] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    unit_id: Mapped[UUID] = mapped_column(primary_key=True)
    goal_id: Mapped[UUID] = mapped_column(primary_key=True)
    result_id: Mapped[UUID] = mapped_column(primary_key=True)
    minutes: Mapped[int]
