"""Complaints on the wire as officials see and move them."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from asn_api.areas.complaints.public_schemas import ComplaintFileOut, DueOut, ReceiptOut, ReportIn
from asn_api.areas.monitoring.schemas import Id
from asn_api.areas.performance.schemas import PersonOut
from asn_api.core.http.paging import Paging
from asn_api.core.wire import In, Line, Out, Paragraph
from asn_api.rules.complaint_clocks import ClockStage, ClockState
from asn_api.rules.complaints import (
    ComplaintAction,
    ComplaintActor,
    ComplaintKind,
    ComplaintStatus,
    MessageKind,
)

Refused = Annotated[
    str | None, Field(description="The code of what stands in the way; null when it may be done.")
]


class ComplaintFilter(Paging):
    q: Line | None = Field(default=None, description="Words that occur in subject or text, in any form.")
    status: ComplaintStatus | None = None
    kind: ComplaintKind | None = None
    category_id: UUID | None = None
    agency_id: UUID | None = Field(default=None, description="This unit and all below it.")
    officer_id: UUID | None = None
    code: Line | None = Field(default=None, description="The tracking code, as the reporter says it.")
    is_open: bool | None = None
    due_to: date | None = Field(default=None, alias="due_on[lte]", description="Overdue: up to yesterday.")
    received_from: datetime | None = Field(default=None, alias="received_at[gte]")
    received_to: datetime | None = Field(default=None, alias="received_at[lt]")


class AgencyOut(Out):
    id: UUID
    name: str


class ComplaintSummary(Out):
    id: UUID
    version: int
    code: str
    kind: ComplaintKind
    status: ComplaintStatus
    is_secret: bool
    is_anonymous: bool
    category_id: UUID | None
    category_name: str | None
    subject: str
    received_at: datetime
    changed_at: datetime
    agency: AgencyOut | None
    officer: PersonOut | None
    joined: int
    bounces: int
    reopenings: int
    due: DueOut | None


class MessageOut(Out):
    id: UUID
    kind: MessageKind
    author: ComplaintActor
    employee: PersonOut | None
    text: str
    created_at: datetime


class TransitionOut(Out):
    at: datetime
    action: ComplaintAction | None
    status: ComplaintStatus
    actor: ComplaintActor
    agency_id: UUID | None


class SubjectOut(Out):
    unit_id: UUID
    unit_name: str
    employee: PersonOut | None


class ComplaintAllowedOut(Out):
    action: ComplaintAction
    refused: Refused


class ComplaintOut(ComplaintSummary):
    text: str
    latitude: float | None
    longitude: float | None
    address: str | None
    occurred_on: date | None
    parent_id: UUID | None
    suggested_agency: AgencyOut | None = Field(description="Where its category goes as a rule.")
    subjects: list[SubjectOut] = Field(description="From whom it is kept.")
    messages: list[MessageOut]
    files: list[ComplaintFileOut]
    history: list[TransitionOut]
    rating: int | None
    rating_comment: str | None
    allowed_actions: list[ComplaintAllowedOut]


class AgencySuggestionOut(Out):
    agency: AgencyOut
    points: int = Field(description="One for each word of each complaint, and those of the category.")
    complaints: int = Field(description="How many with two of the words it took on.")
    words: list[str] = Field(description="The words in common, the most frequent first.")
    of_category: bool = Field(description="Where its category goes as a rule.")


class AgencySuggestionsOut(Out):
    words: list[str] = Field(description="The stems of the subject that were looked for.")
    compared: int = Field(description="Past complaints that were counted: of those you may read, the newest.")
    category_points: int
    data: list[AgencySuggestionOut] = Field(description="The best first; never who it is about.")


class ClockOut(Out):
    stage: ClockStage
    state: ClockState
    start: date
    limit: int = Field(description="Working days.")
    due: date | None = Field(description="Null while the reporter has been asked.")
    left: int | None
    provisional: bool
    ended: date | None
    article: str
    steps: list[str]


class ClocksOut(Out):
    clocks: list[ClockOut]
    inputs: list[dict[str, Any]] = Field(description="Each with the version of the record it comes from.")
    rule: str


class VerificationIn(In):
    kind: ComplaintKind | None = Field(default=None, description="Where the reporter chose the wrong one.")
    category_id: UUID | None = None
    secret: bool | None = Field(default=None, description="May make it secret, never public again.")
    text: Paragraph | None = Field(default=None, description="For officials only.")


class SaidIn(In):
    text: Paragraph


class RejectionIn(In):
    action: Literal["NOT_AUTHORITY", "ARCHIVE"]
    text: Paragraph = Field(description="The reporter reads it: why, and where to turn to.")


class MergingIn(In):
    parent_id: UUID = Field(description="The complaint that this one repeats and whose answers it follows.")


class NamedIn(In):
    unit_id: UUID
    employee_id: UUID | None = Field(default=None, description="The official; none: the whole unit.")


class SubjectsIn(In):
    subjects: list[NamedIn] = Field(max_length=20, description="All of them; replaces those of before.")


class DispositionIn(In):
    agency_id: UUID = Field(description="The agency or unit that has to answer.")
    officer_id: UUID | None = Field(default=None, description="Somebody of it, where that is known already.")
    text: Paragraph | None = Field(default=None, description="For officials only.")


class AssignmentIn(In):
    officer_id: UUID | None = Field(description="Somebody with a post in the agency; none: nobody in person.")


class AnswerIn(In):
    text: Paragraph = Field(description="The reporter reads it, and unless it is secret the public.")


class NoteIn(In):
    id: Id
    text: Paragraph


class RevealIn(In):
    reason: Paragraph = Field(description="Why the reporter has to be known. It is kept in the journal.")


class RevealedOut(Out):
    """Who reported; null for whom nothing was given."""

    name: str | None
    phone: str | None
    email: str | None
    contact_verified: bool | None = Field(
        description="Whether a code sent to the e-mail address was typed in."
    )


class CategoryChangeIn(In):
    name: Line
    description: Paragraph | None = None
    agency_id: UUID | None = Field(default=None, description="The agency that is suggested.")
    closed_on: date | None = Field(default=None, description="From this day on it cannot be chosen.")


class CategoryIn(CategoryChangeIn):
    id: Id
    code: Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9_-]{0,39}$")]


class GatheredIn(ReportIn):
    key: UUID = Field(
        description="Made at random for each complaint when it is written down, and kept until its receipt is there: "
        "sent again with it, it is the same one, with the same code and PIN."
    )


class Unreadable:
    """An item that cannot be read; it must not cost the others."""

    def __init__(self, given: Any, error: ValidationError) -> None:
        self.given = given
        self.errors = error.errors(include_url=False, include_input=False)


def _leniently(given: Any, read: ValidatorFunctionWrapHandler) -> Any:
    try:
        return read(given)
    except ValidationError as error:
        return Unreadable(given, error)


class GatheredBatchIn(In):
    items: list[Annotated[GatheredIn, WrapValidator(_leniently)]] = Field(min_length=1, max_length=200)


class GatheredFaultOut(Out):
    pointer: str
    code: str
    message: str


class GatheredResultOut(Out):
    index: int
    key: UUID | None
    done: bool
    receipt: ReceiptOut | None = Field(description="Code and PIN are for the citizen; hand them to him.")
    code: str | None = Field(description="Why it was refused.")
    detail: str | None
    errors: list[GatheredFaultOut]


class GatheredResultsOut(Out):
    done: int
    refused: int
    results: list[GatheredResultOut] = Field(description="One per item, in their order.")


class TemplateChangeIn(In):
    name: Line
    content: Paragraph = Field(description="With {code}, {subject} and {agency}, which are filled in.")
    category_id: UUID | None = Field(default=None, description="Only for complaints of this category.")
    agency_id: UUID | None = Field(default=None, description="Only for this unit and all below it.")


class TemplateIn(TemplateChangeIn):
    id: Id


class TemplateOut(Out):
    id: UUID
    version: int
    name: str
    content: str
    category_id: UUID | None
    agency_id: UUID | None


class ReadyAnswerOut(Out):
    id: UUID
    name: str
    text: str = Field(description="Filled in, to be edited and then sent as an answer.")


class ReadyAnswersOut(Out):
    data: list[ReadyAnswerOut]


class CategoryOut(Out):
    id: UUID
    version: int
    code: str
    name: str
    description: str | None
    agency_id: UUID | None
    closed_on: date | None
