"""Complaints on the wire as the public sends and sees them."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Base64Bytes, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from asn_api.core.wire import In, Line, Out, Paragraph
from asn_api.rules.complaint_clocks import ClockStage
from asn_api.rules.complaints import (
    ComplaintAction,
    ComplaintActor,
    ComplaintKind,
    ComplaintStatus,
    MessageKind,
)
from asn_api.rules.files import FileKind

RegionCode = Annotated[
    Line | None, Field(description="The region's code; the installation may have a default.")
]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9][0-9 -]{6,18}[0-9]$")]
Email = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
]


class PlaceIn(In):
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class ReporterIn(In):
    """Kept apart from the complaint and sealed."""

    name: Line
    phone: Phone | None = None
    email: Email | None = None

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.phone is None and self.email is None:
            raise PydanticCustomError("COMPLAINT_CONTACT_REQUIRED", "a phone number or an address is needed")
        return self


class MediumIn(In):
    name: Line | None = None
    content: Base64Bytes = Field(min_length=1, max_length=11_000_000, description="The file in base64.")


class SimilarIn(In):
    region: RegionCode = None
    subject: Line
    category: Line | None = None
    place: PlaceIn | None = None


class ReportIn(In):
    """What somebody reports, whoever hands it in."""

    kind: ComplaintKind = ComplaintKind.COMPLAINT_NON_SUPERVISORY
    subject: Line
    text: Paragraph
    category: Line | None = Field(default=None, description="A code of the list of categories.")
    place: PlaceIn | None = None
    address: Line | None = None
    occurred_on: date | None = None
    anonymous: bool = Field(default=False, description="The name is shown to nobody who handles it.")
    secret: bool = Field(default=False, description="Nothing of it is shown to the public.")
    reporter: ReporterIn | None = Field(default=None, description="Needed unless it is anonymous.")
    about_unit_id: UUID | None = Field(
        default=None,
        description="For a supervisory complaint: whose officials it is about. They do not see it.",
    )
    joins: UUID | None = Field(default=None, description="A similar complaint that this one repeats.")
    media: list[MediumIn] = Field(default_factory=list, max_length=10)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.reporter is None and not self.anonymous:
            raise PydanticCustomError("COMPLAINT_REPORTER_REQUIRED", "a complaint with a name needs the name")
        if self.about_unit_id is not None and self.kind is not ComplaintKind.COMPLAINT_SUPERVISORY:
            raise PydanticCustomError("COMPLAINT_ABOUT_UNIT", "only for supervisory complaints")
        if self.joins is not None and self.kind is ComplaintKind.COMPLAINT_SUPERVISORY:
            raise PydanticCustomError("COMPLAINT_JOINS_SUPERVISORY", "a supervisory complaint joins no other")
        return self


class SubmissionIn(ReportIn):
    region: RegionCode = None
    key: UUID | None = Field(
        default=None,
        description="Made at random by the sender and kept to himself: sent again with it, a complaint is the same "
        "one, with the same code and PIN.",
    )

    contact_code: Annotated[str, Field(pattern=r"^[0-9]{6}$")] | None = Field(
        default=None,
        description="The code that was sent to the e-mail address; for categories' `contact_check`.",
    )


class ContactCodeIn(In):
    region: RegionCode = None
    email: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True,
            max_length=200,
            pattern=r"^[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$",
        ),
    ]


class ContactCodeOut(Out):
    minutes: int = Field(description="How long the code is valid, if the address exists.")


class WordsIn(In):
    id: UUID | None = Field(default=None, description="Made by the sender: a repetition is then harmless.")
    text: Paragraph
    media: list[MediumIn] = Field(default_factory=list, max_length=10)


class ReopeningIn(In):
    text: Paragraph


class SatisfactionIn(In):
    rating: int | None = Field(default=None, ge=1, le=5)
    comment: Paragraph | None = None


class SimilarOut(Out):
    id: UUID
    subject: str
    status: ComplaintStatus
    received_at: datetime
    joined: int = Field(description="How many others have reported the same.")
    distance_m: int | None
    words: list[str] = Field(description="The words in common by which it was found.")


class SimilarsOut(Out):
    data: list[SimilarOut]


class PublicCategoryOut(Out):
    code: str
    name: str
    description: str | None
    agency_name: str | None


class PublicCategoriesOut(Out):
    contact_check: bool = Field(description="Whether an e-mail address can be checked by a code.")
    contact_check_required: bool = Field(description="Whether who gives an e-mail address has to.")
    data: list[PublicCategoryOut]


class DueOut(Out):
    stage: ClockStage
    on: date
    provisional: bool = Field(description="The calendar of that time is not final yet.")


class ReceiptOut(Out):
    code: str = Field(description="To look the complaint up with.")
    pin: str = Field(description="To read everything, reply and close. Shown only here; keep it.")
    status: ComplaintStatus
    kind: ComplaintKind
    secret: bool
    received_at: datetime
    contact_verified: bool = Field(description="Whether the e-mail address was checked by a code.")
    due: DueOut | None


class PublicMessageOut(Out):
    id: UUID
    kind: MessageKind
    author: ComplaintActor
    text: str
    created_at: datetime


class TrackedOut(Out):
    """With the code alone: the status and what the government said in public."""

    code: str
    kind: ComplaintKind
    status: ComplaintStatus
    received_at: datetime
    changed_at: datetime
    agency_name: str | None
    due: DueOut | None
    messages: list[PublicMessageOut]


class ComplaintFileOut(Out):
    id: UUID
    kind: FileKind
    name: str | None
    size: int
    message_id: UUID | None


class OwnComplaintOut(TrackedOut):
    """With the PIN: what the reporter wrote, everything that was said to him, and what he may do."""

    version: int
    subject: str
    text: str
    files: list[ComplaintFileOut]
    secret: bool
    anonymous: bool
    rating: int | None
    reopen_until: date | None
    allowed_actions: list[ComplaintAction]
