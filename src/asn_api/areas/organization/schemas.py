"""Units, positions, appointments and reporting lines on the wire."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field

from asn_api.core.http.paging import Paging
from asn_api.core.wire import In, Line, Out, left_out
from asn_api.rules.calendar import Zone
from asn_api.rules.organization import AppointmentKind, PositionKind, UnitKind

Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]
DaysPerWeek = Annotated[int, Field(ge=5, le=6)]
Code = Annotated[Line, Field(max_length=40)]
OWN_ID = "Made by the client, so that a repetition is harmless."


def nodes_above(path: str | list[UUID]) -> list[UUID]:
    return [UUID(hex=node) for node in path.split(".")[:-2]] if isinstance(path, str) else path


class UnitOut(Out):
    id: UUID
    parent_id: UUID | None
    agency_id: UUID | None
    ancestors: Annotated[list[UUID], BeforeValidator(nodes_above)] = Field(
        validation_alias="path", description="From the root to the parent."
    )
    kind: UnitKind
    name: str
    head_title: str
    echelon: str | None
    zone: Zone
    days_per_week: int
    siasn_id: str | None
    closed_on: date | None
    version: int = Field(description="For `If-Match`.")


class HeadOut(Out):
    employee_id: UUID
    name: str
    appointment_id: UUID
    kind: AppointmentKind
    position_id: UUID
    position_title: str
    valid_from: date
    valid_to: date | None = Field(description="The last day; null while open.")


class UnitDetailOut(Out):
    unit: UnitOut
    as_of: date
    head: HeadOut | None
    headcount: int = Field(description="Definitive posts held in this very unit.")
    headcount_branch: int = Field(description="The same, with all units below.")


class ActingSuperiorOut(Out):
    unit_id: UUID
    unit_name: str
    head: HeadOut


class UnitHeadOut(Out):
    unit_id: UUID
    as_of: date
    head: HeadOut | None = Field(
        description="Who heads the unit on the day: PLH before PLT, PJ and the holder."
    )
    acts_for: HeadOut | None = Field(description="The holder whom an acting head stands in for.")
    acting_superior: ActingSuperiorOut | None = Field(
        description="Only for a vacant seat: the nearest head above, who acts instead."
    )


class UnitFilter(Paging):
    parent_id: UUID | None = None
    agency_id: UUID | None = None
    kind: UnitKind | None = None
    q: Line | None = Field(default=None, description="Part of the name.")
    as_of: date | None = Field(default=None, description="Without the units closed by this day; today.")


class BranchFilter(Paging):
    as_of: date | None = Field(default=None, description="Without the units closed by this day; today.")


class UnitIn(In):
    id: UUID | None = Field(default=None, description=OWN_ID)
    parent_id: UUID
    kind: UnitKind
    name: Line
    head_title: Line
    echelon: Code | None = None
    zone: Zone | None = Field(default=None, description="The parent's when left out.")
    days_per_week: DaysPerWeek | None = Field(default=None, description="The parent's when left out.")
    siasn_id: Code | None = None


class UnitPatch(In):
    """Left out means unchanged."""

    parent_id: UUID = Field(default_factory=left_out, description="Moves the unit with all below it.")
    kind: UnitKind = Field(default_factory=left_out)
    name: Line = Field(default_factory=left_out)
    head_title: Line = Field(default_factory=left_out)
    echelon: Code | None = None
    zone: Zone = Field(default_factory=left_out, description="Units below with the same zone follow.")
    days_per_week: DaysPerWeek = Field(
        default_factory=left_out, description="Units below with the same week follow."
    )
    siasn_id: Code | None = None
    closed_on: Day | None = Field(
        default=None, description="The first day it no longer exists; null reopens it."
    )


class PositionOut(Out):
    id: UUID
    unit_id: UUID
    kind: PositionKind
    title: str
    is_head: bool
    position_class: int | None
    echelon: str | None
    siasn_id: str | None
    version: int


class PositionFilter(Paging):
    unit_id: UUID | None = None
    kind: PositionKind | None = None
    is_head: bool | None = None
    q: Line | None = Field(default=None, description="Part of the title.")


class PositionIn(In):
    id: UUID | None = Field(default=None, description=OWN_ID)
    unit_id: UUID
    kind: PositionKind
    title: Line
    is_head: bool = False
    position_class: Annotated[int, Field(ge=1, le=17)] | None = None
    echelon: Code | None = None
    siasn_id: Code | None = None


class PositionPatch(In):
    """Left out means unchanged."""

    kind: PositionKind = Field(default_factory=left_out)
    title: Line = Field(default_factory=left_out)
    position_class: Annotated[int, Field(ge=1, le=17)] | None = None
    echelon: Code | None = None
    siasn_id: Code | None = None


class AppointmentOut(Out):
    id: UUID
    employee_id: UUID
    employee_name: str
    unit_id: UUID
    unit_name: str
    position_id: UUID
    position_title: str
    is_head: bool
    kind: AppointmentKind
    valid_from: date
    valid_to: date | None = Field(description="The last day; null while open.")
    decree_number: str | None
    decree_date: date | None
    version: int


class AppointmentFilter(Paging):
    employee_id: UUID | None = None
    unit_id: UUID | None = None
    as_of: date | None = Field(default=None, description="Those that hold on this day; today.")
    history: bool = Field(default=False, description="All of them, whatever the day.")


class AppointmentIn(In):
    id: UUID | None = Field(default=None, description=OWN_ID)
    employee_id: UUID
    position_id: UUID
    kind: AppointmentKind
    valid_from: Day
    valid_to: Day | None = Field(default=None, description="The last day; open when left out.")
    decree_number: Line | None = None
    decree_date: Day | None = None
    ends_current: bool = Field(
        default=False,
        description="For a definitive appointment: the person's present one ends the day before.",
    )


class AppointmentPatch(In):
    """Left out means unchanged."""

    valid_to: Day | None = Field(default=None, description="The last day; null leaves it open.")
    decree_number: Line | None = None
    decree_date: Day | None = None


class ReportingLineOut(Out):
    employee_id: UUID
    employee_name: str
    superior_id: UUID
    superior_name: str
    valid_from: date
    valid_to: date | None = Field(description="The last day; null while open.")


class ReportingLineFilter(Paging):
    employee_id: UUID | None = None
    superior_id: UUID | None = None
    as_of: date | None = Field(default=None, description="Today when left out.")


class SuperiorOut(Out):
    employee_id: UUID
    as_of: date
    line: ReportingLineOut | None = Field(description="Null for whoever has no superior among the employees.")
