"""Certificates of training on the wire."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from asn_api.areas.performance.schemas import PersonOut
from asn_api.core.http.paging import Paging
from asn_api.core.wire import In, Line, Out, Paragraph
from asn_api.rules.certificates import (
    CertificateAction,
    CertificateOrigin,
    CertificatePublicState,
    CertificateStatus,
    Resemblance,
)
from asn_api.rules.courses import CourseKind

Day = Annotated[date, Field(ge=date(1970, 1, 1), le=date(2999, 12, 31))]
Year = Annotated[int, Field(ge=2000, le=2999)]
Hours = Annotated[int, Field(ge=0, le=5000)]
Version = Annotated[int, Field(ge=1)]


class CertificateChangeIn(In):
    """What the certificate says. Exactly one of `jp` and `minutes`."""

    number: Line
    issuer: Line
    title: Line
    kind: CourseKind
    jp: Hours | None = Field(default=None, description="Lesson hours (JP).")
    minutes: Annotated[int, Field(ge=0, le=300_000)] | None = Field(
        default=None, description="Where the certificate gives no JP; parts of one are dropped."
    )
    starts_on: Day
    ends_on: Day = Field(description="All hours count in the year of this day.")
    issued_on: Day
    file_id: UUID = Field(description="The certificate itself: a finished upload of one's own.")


class CertificateIn(CertificateChangeIn):
    id: UUID | None = Field(default=None, description="Made by the client, so that repeating is safe.")


class CertificateFilter(Paging):
    employee_id: UUID | None = None
    unit_id: UUID | None = Field(default=None, description="This unit and all below it, by today's posts.")
    status: CertificateStatus | None = None
    origin: CertificateOrigin | None = None
    kind: CourseKind | None = None
    year: Year | None = Field(default=None, description="In which the hours count.")
    course_id: UUID | None = None


class VerificationIn(In):
    jp: Hours | None = Field(default=None, description="The hours, where the claim has them wrong.")
    comment: Paragraph | None = Field(
        default=None, description="Required where another certificate resembles this one."
    )
    course_id: UUID | None = Field(
        default=None,
        description="The course of the catalogue that was completed elsewhere: its competencies become evidence, and "
        "courses that build on it are open.",
    )


class CertificateReasonIn(In):
    reason: Paragraph


class CertificateDecisionIn(In):
    id: UUID
    version: Version
    decision: Literal["VERIFY", "REJECT"]
    jp: Hours | None = Field(default=None, description="The hours, where the claim has them wrong.")
    comment: Paragraph | None = Field(
        default=None, description="The reason; a rejection needs one, and a claim that resembles another one."
    )
    course_id: UUID | None = Field(
        default=None,
        description="The course of the catalogue that was completed elsewhere: its competencies become evidence, and "
        "courses that build on it are open.",
    )


class CertificateDecisionsIn(In):
    items: list[CertificateDecisionIn] = Field(min_length=1, max_length=200)
    atomic: Literal["each", "all"] = Field(
        default="each", description="`all`: one refused item refuses all of them."
    )


class CertificateAllowedOut(Out):
    action: CertificateAction
    refused: str | None = Field(description="The code of what stands in the way; null when it may be done.")


class ResemblingOut(Out):
    """Another certificate at which a person should look before verifying this one."""

    certificate_id: UUID
    number: str
    status: CertificateStatus
    of_same_person: bool
    reasons: list[Resemblance]


class CertificateSummary(Out):
    id: UUID
    version: int
    employee: PersonOut
    origin: CertificateOrigin
    status: CertificateStatus
    number: str
    issuer: str
    title: str
    kind: CourseKind
    jp: int
    starts_on: date
    ends_on: date
    issued_on: date
    year: int = Field(description="In which all hours count, if they count.")
    course_id: UUID | None
    enrolment_id: UUID | None
    file_id: UUID | None
    created_at: datetime
    decided_at: datetime | None


class CertificateOut(CertificateSummary):
    decided_by: UUID | None
    reason: str | None
    verification_path: str | None = Field(
        description="Where anybody may check a certificate issued here; the QR code on it leads there."
    )
    resembling: list[ResemblingOut] = Field(description="For whoever verifies; empty for everybody else.")
    allowed_actions: list[CertificateAllowedOut]


class CertificateRefusedFieldOut(Out):
    pointer: str
    code: str
    message: str


class CertificateDecisionOut(Out):
    id: UUID
    done: bool
    status: CertificateStatus | None
    version: int | None
    code: str | None = Field(description="Why it was refused.")
    detail: str | None
    errors: list[CertificateRefusedFieldOut]


class CertificateDecisionsOut(Out):
    done: int
    refused: int
    results: list[CertificateDecisionOut]


class PublicCertificateOut(Out):
    """What a certificate says to whoever holds its code, and nothing else about anybody."""

    number: str
    name: str
    course: str
    issuer: str
    jp: int
    starts_on: date
    ends_on: date
    issued_on: date
    state: CertificatePublicState
