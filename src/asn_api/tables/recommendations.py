"""Which class was recommended to whom by the last nightly run."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

import asn_api.tables.training  # noqa: F401  recommendations name classes
from asn_api.core.mapping import Regional, Table, of_region, within_region


class RecommendationRun(Table):
    """The last run for a region: of which day, over how many people, with how many recommendations."""

    __tablename__ = "recommendation_runs"
    __table_args__ = (of_region(),)

    region_id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date]
    ran_at: Mapped[datetime]
    people: Mapped[int]
    recommended: Mapped[int]


class KeptRecommendation(Regional):
    """One class for one person, as the last run found it; `unit_id` is the person's on that day.

    `rank` 1 is the best. `closes` are the gaps that the course makes smaller; `hours` the JP that the year lacks.
    """

    __tablename__ = "recommendations"
    __table_args__ = (
        within_region("employee_id", "employees"),
        within_region("unit_id", "units"),
        within_region("class_id", "course_classes"),
        UniqueConstraint("region_id", "employee_id", "rank", name="uq_recommendations_rank"),
        CheckConstraint("rank > 0 and points >= 0 and hours >= 0", "figures"),
        Index("ix_recommendations_best", "region_id", "points", "id"),
        Index("ix_recommendations_unit", "region_id", "unit_id"),
        Index("ix_recommendations_class", "region_id", "class_id", "points", "id"),
    )

    employee_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    class_id: Mapped[UUID]
    rank: Mapped[int]
    points: Mapped[int]
    mandatory: Mapped[bool]
    hours: Mapped[int]
    closes: Mapped[list[dict[str, Any]]]
