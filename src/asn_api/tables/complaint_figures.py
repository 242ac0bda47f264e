"""Figures of complaints as a job keeps them: nothing of any one complaint."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from asn_api.core.mapping import Table, of_region


class ComplaintMonth(Table):
    """What became of the complaints received in a month, by the unit that has them; "" is nobody's.

    Supervisory ones are not among them. `counted_at` is the instant as of which the figures hold.
    """

    __tablename__ = "complaint_months"
    __table_args__ = (of_region(),)

    region_id: Mapped[UUID] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    counted_at: Mapped[datetime]
    units: Mapped[dict[str, Any]]


class ComplaintYear(Table):
    """The whole months of a year up to the day `until`, summed by agency, for anybody's reading."""

    __tablename__ = "complaint_years"
    __table_args__ = (of_region(),)

    region_id: Mapped[UUID] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    until: Mapped[date]
    counted_at: Mapped[datetime]
    agencies: Mapped[dict[str, Any]]
