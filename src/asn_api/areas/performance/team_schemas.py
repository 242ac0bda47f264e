"""The wire of what a superior sees of his people: who supports which result, and who has no plan."""

from datetime import date
from uuid import UUID

from pydantic import Field

from asn_api.areas.performance.schemas import PersonOut, Year
from asn_api.core.http.paging import Page, Paging
from asn_api.core.wire import Out
from asn_api.rules.plans import PlanStatus, ResultKind


class MatrixFilter(Paging):
    unlinked: bool = Field(default=False, description="Only those who support none of the results.")


class MatrixColumnOut(Out):
    id: UUID
    kind: ResultKind
    statement: str
    supporters: int = Field(description="How many people support it; 0 shows a result that nobody carries.")


class SupportOut(Out):
    id: UUID
    kind: ResultKind
    statement: str


class MatrixCellOut(Out):
    parent_id: UUID = Field(description="The result of the plan that is supported.")
    results: list[SupportOut]


class MatrixRowOut(Out):
    employee: PersonOut
    unit_name: str | None
    is_member: bool = Field(
        description="In the team of the plan's owner, by structure or letter; otherwise the results lean on the "
        "plan without that."
    )
    plan_id: UUID | None
    plan_status: PlanStatus | None = Field(description="Null: no plan yet.")
    linked: bool
    cells: list[MatrixCellOut] = Field(description="Only results that are supported.")


class RoleMatrixOut(Page[MatrixRowOut]):
    plan_id: UUID
    as_of: date = Field(description="The day of the team: today, or the nearest day of the plan.")
    results: list[MatrixColumnOut]


class MissingFilter(Paging):
    year: Year | None = Field(default=None, description="The year of today when left out.")
    unit_id: UUID | None = Field(default=None, description="This unit and all below it.")
    overdue: bool = Field(default=False, description="Only those whose day has passed.")


class SuperiorOut(Out):
    id: UUID
    name: str


class MissingOut(Out):
    employee: PersonOut
    unit_id: UUID
    unit_name: str
    in_post_since: date
    superior: SuperiorOut | None
    plan_id: UUID | None
    plan_status: PlanStatus | None = Field(description="DRAFT or RETURNED; null when nothing was begun.")
    due_on: date
    overdue: bool
