"""Letters that name an evaluator or an adviser, on the wire."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from asn_api.core.http.paging import Paging
from asn_api.core.wire import In, Line, Out
from asn_api.rules.evaluators import AssignmentAction, EvaluatorReason, EvaluatorRole

Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2999, 12, 31))]


class AssignmentIn(In):
    id: UUID | None = Field(default=None, description="Made by the client, so that repeating is safe.")
    employee_id: UUID
    plan_id: UUID | None = Field(
        default=None, description="Only for this plan of the employee; left out for all plans of these days."
    )
    evaluator_id: UUID = Field(description="Any active employee of the region who is not below the employee.")
    role: EvaluatorRole
    reason: EvaluatorReason
    start: Day
    end: Day | None = Field(default=None, description="The last day, included; left out while it is open.")
    letter_number: Line
    letter_date: Day


class EndIn(In):
    last_day: Day = Field(description="Still included; yesterday at the earliest.")


class AssignmentFilter(Paging):
    employee_id: UUID | None = None
    evaluator_id: UUID | None = None
    role: EvaluatorRole | None = None
    reason: EvaluatorReason | None = None
    on: date | None = Field(default=None, description="Only those that hold on this day.")


class AssignedOut(Out):
    id: UUID
    nip: str
    name: str


class AllowedAssignmentOut(Out):
    action: AssignmentAction
    refused: str | None = Field(description="The code of what stands in the way; null when it may be done.")


class AssignmentOut(Out):
    id: UUID
    version: int
    employee: AssignedOut
    plan_id: UUID | None
    evaluator: AssignedOut
    role: EvaluatorRole
    reason: EvaluatorReason
    start: date
    end: date | None = Field(description="The last day, included.")
    letter_number: str
    letter_date: date
    created_at: datetime
    allowed_actions: list[AllowedAssignmentOut]
