"""Open311 GeoReport v2 on the wire. The names of the fields are the standard's."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from asn_api.areas.complaints.public_schemas import Email, Phone
from asn_api.core.wire import Line, Out, Paragraph, Wire

Format = Literal["json", "xml"]
PAGE = 1000
"""The most that the standard lets one answer hold."""

TEXT = 4000
"""Of the description, with the link."""

_BRACKETS = re.compile(r"[().]+")


def _plain_number(phone: object) -> object:
    return " ".join(_BRACKETS.sub(" ", phone).split()) if isinstance(phone, str) else phone


Jurisdiction = Annotated[
    str | None, Field(max_length=200, description="The region's code, unless there is a default.")
]
Words = Annotated[str, StringConstraints(max_length=2000)]


class Open311RequestIn(Wire):
    """What a client posts. Clients send more than anybody reads (`api_key`, `account_id`, …): that is left alone."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    jurisdiction_id: Jurisdiction = None
    service_code: Line
    lat: float | None = Field(default=None, ge=-90, le=90)
    long: float | None = Field(default=None, ge=-180, le=180)
    address_string: Line | None = None
    address_id: Line | None = None
    description: Paragraph | None = Field(default=None, description="At most 4,000 characters.")
    first_name: Line | None = None
    last_name: Line | None = None
    email: Email | None = None
    phone: Annotated[Phone, BeforeValidator(_plain_number)] | None = None
    device_id: Line | None = None
    media_url: Paragraph | None = Field(
        default=None, description="Kept for those who handle it; never fetched, never published."
    )

    @property
    def words(self) -> str:
        """What is kept as the text, or nothing."""
        link = f"Media: {self.media_url}" if self.media_url else None
        return "\n\n".join(filter(None, [self.description, link]))

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, given: Any) -> Any:
        """An empty argument is no argument, says the standard."""
        if not isinstance(given, dict):
            return given
        return {name: value for name, value in given.items() if not isinstance(value, str) or value.strip()}

    @model_validator(mode="after")
    def _placed(self) -> Self:
        half = (self.lat is None) != (self.long is None)
        if half or (self.lat is None and self.address_string is None and self.address_id is None):
            raise PydanticCustomError("OPEN311_PLACE_REQUIRED", "a place is needed")
        if len(self.words) > TEXT:
            raise PydanticCustomError("TEXT_TOO_LONG", "text and link are too long", {"max_length": TEXT})
        return self


class Open311Filter(Wire):
    jurisdiction_id: Jurisdiction = None
    service_request_id: Words | None = Field(
        default=None, description="Ids, separated by commas; everything else is then ignored."
    )
    service_code: Words | None = Field(default=None, description="Codes, separated by commas.")
    start_date: AwareDatetime | None = Field(default=None, description="Of `requested_datetime`.")
    end_date: AwareDatetime | None = Field(default=None, description="At most 90 days after `start_date`.")
    status: Annotated[
        str | None,
        StringConstraints(pattern=r"^ *(open|closed) *(, *(open|closed) *)*$", max_length=200),
        Field(description="`open`, `closed`, or both with a comma."),
    ] = None
    page: int = Field(default=1, ge=1, le=10_000)
    page_size: int = Field(default=PAGE, ge=1, le=PAGE)


class Open311Endpoint(Out):
    specification: str
    url: str
    changeset: str = Field(description="Changes every day: load the services again then.")
    type: Literal["production", "test"]
    formats: list[str]


class Open311Discovery(Out):
    changeset: str
    contact: str
    key_service: str
    endpoints: list[Open311Endpoint]


class Open311Service(Out):
    service_code: str
    service_name: str
    description: str | None
    metadata: bool
    type: Literal["realtime"]
    keywords: str | None
    group: str | None = Field(description="The agency that answers as a rule.")


class Open311Definition(Out):
    service_code: str
    attributes: list[dict[str, Any]]


class Open311Receipt(Out):
    service_request_id: str
    service_notice: str = Field(description="With the tracking code and the PIN, for the reporter alone.")
    account_id: None


class Open311Token(Out):
    service_request_id: str
    token: str


class Open311Request(Out):
    """Words and place are null until the coordinator has looked at it."""

    service_request_id: str
    status: Literal["open", "closed"]
    status_notes: str
    service_name: str | None
    service_code: str | None
    description: str | None
    agency_responsible: str | None
    service_notice: None
    requested_datetime: datetime
    updated_datetime: datetime
    expected_datetime: datetime | None = Field(
        description="The end of the day by which the next step is due."
    )
    address: str | None
    address_id: None
    zipcode: None
    lat: float | None
    long: float | None
    media_url: None
