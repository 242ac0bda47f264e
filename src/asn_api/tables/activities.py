"""Daily activities, their corrections after the lock, and the totals of each person's day."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Double, Index, Integer, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

import asn_api.tables.complaints  # noqa: F401  activities name complaints
from asn_api.core.mapping import Regional, Table, Versioned, of_region, within_region
from asn_api.rules.activities import ActivityStatus, Category, PlaceType


class ResultChain(Regional):
    """Work results from one that was worked for up to the last one reached, and the goal it serves: never changed.

    The path is empty for work that names no result. A chain with the id of its own first result is that of work
    which was decided before chains were kept.
    """

    __tablename__ = "result_chains"
    __table_args__ = (
        of_region(),
        within_region("goal_id", "agency_goals"),
        CheckConstraint("goal_id is null or cardinality(path) > 0", "goal"),
        Index("ix_result_chains_goal", "region_id", "goal_id"),
        Index("ix_result_chains_path", "path", postgresql_using="gin"),
    )

    path: Mapped[list[UUID]]
    goal_id: Mapped[UUID | None]


class Activity(Versioned):
    """What an employee did on a day. Claimed values are the employee's, verified ones the superior's.

    Three times are kept: `device_at` (the phone's), `received_at` (ours), `decided_at` (the verifier's).
    Position and unit are those of the day of the work. The first link to a work result stands in columns with
    its share of the minutes, any others in `further_links`; all shares sum to 1. The chains are those under which
    the links count since they were decided (decision 0030); null while they do not count.
    """

    __tablename__ = "activities"
    __table_args__ = (
        within_region("employee_id", "employees"),
        within_region("unit_id", "units"),
        within_region("position_id", "positions"),
        within_region("plan_id", "plans"),
        within_region("work_result_id", "work_results"),
        within_region("indicator_id", "indicators"),
        within_region("verifier_id", "employees"),
        within_region("chain_id", "result_chains"),
        within_region("complaint_id", "complaints"),
        CheckConstraint("end_at > start_at", "ends_after_start"),
        CheckConstraint("minutes > 0", "minutes"),
        CheckConstraint("share > 0 and share <= 1", "share"),
        CheckConstraint("verified_minutes between 0 and minutes", "verified_minutes"),
        CheckConstraint("(status in ('VERIFIED', 'REJECTED')) = (decided_at is not null)", "decided"),
        Index("ix_activities_own", "region_id", "employee_id", "day", "id"),
        Index("ix_activities_unit", "region_id", "unit_id", "day", "id"),
        Index("ix_activities_day", "region_id", "day", "id"),
        Index(
            "ix_activities_waiting",
            "region_id",
            "employee_id",
            "day",
            "id",
            postgresql_where=text("status = 'SUBMITTED'"),
        ),
    )

    employee_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    position_id: Mapped[UUID]
    day: Mapped[date]
    start_at: Mapped[datetime]
    end_at: Mapped[datetime]
    minutes: Mapped[int]
    category: Mapped[Category]
    plan_id: Mapped[UUID | None]
    work_result_id: Mapped[UUID | None]
    indicator_id: Mapped[UUID | None]
    share: Mapped[Decimal] = mapped_column(default=Decimal(1), server_default=text("1"))
    further_links: Mapped[list[dict[str, Any]]] = mapped_column(
        default=list, server_default=text("'[]'::jsonb")
    )
    description: Mapped[str]
    output_quantity: Mapped[Decimal]
    output_unit: Mapped[str]
    place_type: Mapped[PlaceType]
    latitude: Mapped[float | None] = mapped_column(Double)
    longitude: Mapped[float | None] = mapped_column(Double)
    accuracy_m: Mapped[float | None] = mapped_column(Double)
    mock_location: Mapped[bool | None]
    location_provider: Mapped[str | None]
    evidence: Mapped[list[dict[str, Any]]]
    device_id: Mapped[str | None]
    device_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    status: Mapped[ActivityStatus]
    flags: Mapped[list[str]]
    verifier_id: Mapped[UUID | None]
    verified_minutes: Mapped[int | None]
    verified_quantity: Mapped[Decimal | None]
    comment: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    chain_id: Mapped[UUID | None]
    further_chain_ids: Mapped[list[UUID] | None]
    complaint_id: Mapped[UUID | None]


class DayTotal(Table):
    """One person's day in numbers, kept up to date by every transaction that touches its activities."""

    __tablename__ = "day_totals"
    __table_args__ = (
        within_region("employee_id", "employees"),
        Index("ix_day_totals_day", "region_id", "day", "employee_id"),
        Index(
            "ix_day_totals_waiting",
            "region_id",
            "employee_id",
            "day",
            postgresql_include=["waiting"],
            postgresql_where=text("waiting > 0"),
        ),
    )

    region_id: Mapped[UUID] = mapped_column(primary_key=True)
    employee_id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    drafts: Mapped[int] = mapped_column(default=0)
    waiting: Mapped[int] = mapped_column(default=0)
    verified: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    late: Mapped[int] = mapped_column(default=0)
    claimed_minutes: Mapped[int] = mapped_column(default=0)
    verified_minutes: Mapped[int] = mapped_column(default=0)
    verified_by_category: Mapped[dict[str, Any]] = mapped_column(default=dict)
    first_reported_at: Mapped[datetime | None]
    corrected_by_category: Mapped[dict[str, Any]] = mapped_column(
        default=dict, server_default=text("'{}'::jsonb")
    )
    text_keys: Mapped[list[int]] = mapped_column(
        ARRAY(Integer), default=list, server_default=text("'{}'::integer[]")
    )
    evidence_keys: Mapped[list[int]] = mapped_column(
        ARRAY(Integer), default=list, server_default=text("'{}'::integer[]")
    )


class UnitMonth(Table):
    """A unit's month in sums of the activities done in it; each write adds what it changes (decision 0020)."""

    __tablename__ = "unit_months"
    __table_args__ = (
        within_region("unit_id", "units"),
        Index("ix_unit_months_month", "region_id", "month"),
    )

    region_id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[UUID] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    drafts: Mapped[int]
    waiting: Mapped[int]
    verified: Mapped[int]
    rejected: Mapped[int]
    late: Mapped[int]
    flagged: Mapped[int]
    claimed_minutes: Mapped[int]
    verified_minutes: Mapped[int]
    primary_minutes: Mapped[int]
    additional_minutes: Mapped[int]
    special_additional_minutes: Mapped[int]
    team_minutes: Mapped[int]
    non_task_minutes: Mapped[int]


class VerificationDay(Table):
    """What a verifier decided on a day about the work of a unit; what is undone later stays counted.

    `day` is that of the decision in the region's zone; the last columns are the working days it took.
    """

    __tablename__ = "verification_days"
    __table_args__ = (
        within_region("verifier_id", "employees"),
        within_region("unit_id", "units"),
        Index("ix_verification_days_day", "region_id", "day"),
    )

    region_id: Mapped[UUID] = mapped_column(primary_key=True)
    verifier_id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    decided: Mapped[int]
    verified: Mapped[int]
    rejected: Mapped[int]
    granted_less: Mapped[int]
    in_time: Mapped[int]
    in_bulk: Mapped[int]
    untouched: Mapped[int]
    days_0: Mapped[int]
    days_1: Mapped[int]
    days_2: Mapped[int]
    days_3: Mapped[int]
    days_4_5: Mapped[int]
    days_6_10: Mapped[int]
    days_over_10: Mapped[int]


class ActivityCorrection(Regional):
    """What counts instead of the verified minutes once the month is locked; the activity itself stays.

    The newest row of an activity holds; rows are never changed.
    """

    __tablename__ = "activity_corrections"
    __table_args__ = (
        within_region("activity_id", "activities"),
        within_region("employee_id", "employees"),
        within_region("unit_id", "units"),
        within_region("made_by", "employees"),
        CheckConstraint("minutes_before >= 0 and minutes_after >= 0", "minutes"),
        CheckConstraint("made_by <> employee_id", "not_by_oneself"),
        Index("ix_activity_corrections_activity", "region_id", "activity_id"),
        Index("ix_activity_corrections_day", "region_id", "employee_id", "day"),
    )

    activity_id: Mapped[UUID]
    employee_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    day: Mapped[date]
    minutes_before: Mapped[int]
    minutes_after: Mapped[int]
    reason: Mapped[str]
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]


class VerificationDelegation(Versioned):
    """A superior's verification in somebody else's hands on the days of `valid`, until it is revoked."""

    __tablename__ = "verification_delegations"
    __table_args__ = (
        within_region("delegator_id", "employees"),
        within_region("delegate_id", "employees"),
        CheckConstraint("delegate_id <> delegator_id", "not_to_oneself"),
        CheckConstraint("not isempty(valid) and not lower_inf(valid) and not upper_inf(valid)", "valid"),
        ExcludeConstraint(
            ("region_id", "="),
            ("delegator_id", "="),
            ("valid", "&&"),
            where=text("revoked_at is null"),
            name="ex_verification_delegations_one_delegate",
        ),
        Index("ix_verification_delegations_delegate", "region_id", "delegate_id"),
        Index("ix_verification_delegations_delegator", "region_id", "delegator_id"),
    )

    delegator_id: Mapped[UUID]
    delegate_id: Mapped[UUID]
    valid: Mapped[Range[date]]
    reason: Mapped[str]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
