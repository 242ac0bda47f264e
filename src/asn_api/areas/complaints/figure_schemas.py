"""Figures of complaints on the wire."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import Field, PlainSerializer

from asn_api.areas.complaints.schemas import AgencyOut
from asn_api.core.wire import Out
from asn_api.rules.complaint_clocks import ClockStage

Number = Annotated[Decimal, PlainSerializer(float, return_type=float)]


class ComplaintFiguresOut(Out):
    """Null is not told, because it would rest on too few complaints, or because there is nothing."""

    answered: int | None = Field(
        description="With an answer that stands: what was replied to is not answered until the next answer."
    )
    on_time_percent: Number | None = Field(
        description="Of the answered: within the working days of their kind."
    )
    closed: int | None
    reopened: int | None
    rated: int | None
    rating_mean: Number | None = Field(description="1 to 5.")
    median_days: dict[ClockStage, Number | None] = Field(
        description="Working days that a stage took, up to a reopening; the half is the middle between two. Days on "
        "which the reporter was asked do not count."
    )


class ReceivedFiguresOut(ComplaintFiguresOut):
    received: int | None


class AgencyFiguresOut(ReceivedFiguresOut):
    agency: AgencyOut


class ComplaintStatisticsOut(Out):
    """Of the complaints received in the whole months of a year, without supervisory ones."""

    year: int
    until: date | None = Field(description="The last day of which complaints are counted; null: nothing yet.")
    as_of: datetime | None = Field(description="What had become of them by then.")
    least: int = Field(description="What rests on fewer complaints is not told.")
    received: int | None = Field(description="By the whole region.")
    others_received: int | None = Field(
        description="By agencies with too few to be told, or of no agency: being verified, merged, not the region's."
    )
    region: ComplaintFiguresOut = Field(description="Sums of what is told of the agencies, nothing else.")
    agencies: list[AgencyFiguresOut]


class ComplaintResultsOut(ReceivedFiguresOut):
    """Of the complaints that were received in these months and that the unit, or one below it, has."""

    unit: AgencyOut
    start: str
    end: str
    as_of: datetime | None = Field(description="Counted each night; null: nothing yet.")
    withheld: bool = Field(description="The caller reads no complaints: he gets what is public.")
