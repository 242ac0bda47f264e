"""Complaints of citizens, the conversation about them, and, apart from both, who sent them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    Double,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from asn_api.core.mapping import Regional, Versioned, of_region, within_region
from asn_api.rules.complaint_clocks import ClockStage
from asn_api.rules.complaints import (
    ComplaintAction,
    ComplaintActor,
    ComplaintKind,
    ComplaintStatus,
    MessageKind,
)
from asn_api.rules.files import FileKind


class ComplaintCategory(Versioned):
    """What a complaint can be about, and the agency that is suggested for it."""

    __tablename__ = "complaint_categories"
    __table_args__ = (
        of_region(),
        within_region("agency_id", "units"),
        UniqueConstraint("region_id", "code", name="uq_complaint_categories_code"),
    )

    code: Mapped[str]
    name: Mapped[str]
    description: Mapped[str | None]
    agency_id: Mapped[UUID | None]
    closed_on: Mapped[date | None]


class Complaint(Versioned):
    """What somebody reported and where it stands. Nothing here says who it was.

    `code` and the PIN, of which only a keyed digest is kept, are the reporter's way back. `submission_index` is the
    keyed digest of the sender's own key: a repetition on a bad line is known by it. `due_stage` and `due_on` are the
    nearest running clock, kept for lists and jobs; explanations compute it anew. A merged one follows `parent_id`.
    """

    __tablename__ = "complaints"
    __table_args__ = (
        of_region(),
        within_region("category_id", "complaint_categories"),
        within_region("agency_id", "units"),
        within_region("officer_id", "employees"),
        within_region("parent_id", "complaints"),
        UniqueConstraint("region_id", "code", name="uq_complaints_code"),
        Index(
            "uq_complaints_submission",
            "region_id",
            "submission_index",
            unique=True,
            postgresql_where=text("submission_index is not null"),
        ),
        CheckConstraint("num_nonnulls(latitude, longitude) in (0, 2)", "place"),
        CheckConstraint("(status = 'MERGED') = (parent_id is not null)", "merged"),
        CheckConstraint("parent_id <> id", "not_itself"),
        CheckConstraint(
            "agency_id is not null or status not in "
            "('FORWARDED', 'IN_PROGRESS', 'ANSWERED', 'CLOSED', 'REOPENED')",
            "agency",
        ),
        CheckConstraint("officer_id is null or agency_id is not null", "officer"),
        CheckConstraint("answered_at is not null or status not in ('ANSWERED', 'CLOSED')", "answered"),
        CheckConstraint("(status = 'CLOSED') = (closed_at is not null)", "closed"),
        CheckConstraint("rating between 1 and 5", "rating"),
        CheckConstraint("(rating is null) = (rated_at is null)", "rated"),
        CheckConstraint("(due_stage is null) = (due_on is null)", "due"),
        # Words that many have in common are met soon when the newest are read first.
        Index("ix_complaints_received", "region_id", "received_at", "id"),
        Index("ix_complaints_status", "region_id", "status", "id"),
        Index("ix_complaints_agency", "region_id", "agency_id", "id"),
        Index("ix_complaints_officer", "region_id", "officer_id", "id"),
        Index("ix_complaints_category", "region_id", "category_id", "id"),
        Index(
            "ix_complaints_parent", "region_id", "parent_id", postgresql_where=text("parent_id is not null")
        ),
        Index("ix_complaints_due", "region_id", "due_on", postgresql_where=text("due_on is not null")),
        Index(
            "ix_complaints_place",
            "region_id",
            "latitude",
            "longitude",
            postgresql_where=text("latitude is not null"),
        ),
        Index("ix_complaints_words", "region_id", "words", postgresql_using="gin"),
    )

    code: Mapped[str]
    pin_digest: Mapped[bytes] = mapped_column(LargeBinary)
    submission_index: Mapped[bytes | None] = mapped_column(LargeBinary)
    submission_digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    kind: Mapped[ComplaintKind]
    status: Mapped[ComplaintStatus]
    is_anonymous: Mapped[bool]
    is_secret: Mapped[bool]
    category_id: Mapped[UUID | None]
    subject: Mapped[str]
    content: Mapped[str]
    latitude: Mapped[float | None] = mapped_column(Double)
    longitude: Mapped[float | None] = mapped_column(Double)
    address: Mapped[str | None]
    occurred_on: Mapped[date | None]
    received_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    agency_id: Mapped[UUID | None]
    officer_id: Mapped[UUID | None]
    parent_id: Mapped[UUID | None]
    joined: Mapped[int] = mapped_column(default=0)
    bounces: Mapped[int] = mapped_column(default=0)
    reopenings: Mapped[int] = mapped_column(default=0)
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    due_stage: Mapped[ClockStage | None]
    due_on: Mapped[date | None]
    due_provisional: Mapped[bool] = mapped_column(default=False)
    rating: Mapped[int | None]
    rating_comment: Mapped[str | None]
    rated_at: Mapped[datetime | None]
    # Stored: computed for each row that a list looks at, it would take most of a search.
    words: Mapped[Any] = mapped_column(
        TSVECTOR,
        Computed("to_tsvector('indonesian'::regconfig, subject || ' ' || content)", persisted=True),
        deferred=True,
    )


class ComplaintReporter(Regional):
    """Who sent a complaint, sealed; the id is the complaint's. `contact_index` counts the reports of one contact."""

    __tablename__ = "complaint_reporters"
    __table_args__ = (
        within_region("id", "complaints"),
        Index(
            "ix_complaint_reporters_contact",
            "region_id",
            "contact_index",
            "created_at",
            postgresql_where=text("contact_index is not null"),
        ),
    )

    identity: Mapped[bytes] = mapped_column(LargeBinary)
    contact_index: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


class ComplaintSubject(Regional):
    """From whom a complaint is kept: an official with the unit of that day, or a whole unit."""

    __tablename__ = "complaint_subjects"
    __table_args__ = (
        within_region("complaint_id", "complaints"),
        within_region("unit_id", "units"),
        within_region("employee_id", "employees"),
        UniqueConstraint(
            "region_id",
            "complaint_id",
            "unit_id",
            "employee_id",
            name="uq_complaint_subjects_named",
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_complaint_subjects_unit", "region_id", "unit_id"),
        Index("ix_complaint_subjects_employee", "region_id", "employee_id"),
    )

    complaint_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    employee_id: Mapped[UUID | None]
    created_at: Mapped[datetime]


class ComplaintMessage(Regional):
    """One word of the conversation, or a note among officials. Never changed."""

    __tablename__ = "complaint_messages"
    __table_args__ = (
        within_region("complaint_id", "complaints"),
        within_region("employee_id", "employees"),
        Index("ix_complaint_messages_complaint", "region_id", "complaint_id", "id"),
    )

    complaint_id: Mapped[UUID]
    kind: Mapped[MessageKind]
    author: Mapped[ComplaintActor]
    employee_id: Mapped[UUID | None]
    content: Mapped[str]
    created_at: Mapped[datetime]


class ComplaintFile(Regional):
    """A photo or document of a complaint; the bytes lie in the object store. Images were written anew.

    `position` is its place in the request that brought it.
    """

    __tablename__ = "complaint_files"
    __table_args__ = (
        within_region("complaint_id", "complaints"),
        within_region("message_id", "complaint_messages"),
        CheckConstraint("size > 0", "size"),
        Index("ix_complaint_files_complaint", "region_id", "complaint_id", "id"),
    )

    complaint_id: Mapped[UUID]
    message_id: Mapped[UUID | None]
    position: Mapped[int]
    kind: Mapped[FileKind]
    name: Mapped[str | None]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    stored_sha256: Mapped[str]
    created_at: Mapped[datetime]


class ComplaintTransition(Regional):
    """That a complaint came into a state: what its clocks are computed from. `version` is the complaint's then.

    The receipt has no action. `day` is the region's calendar day.
    """

    __tablename__ = "complaint_transitions"
    __table_args__ = (
        within_region("complaint_id", "complaints"),
        within_region("message_id", "complaint_messages"),
        within_region("agency_id", "units"),
        within_region("employee_id", "employees"),
        UniqueConstraint("region_id", "complaint_id", "version", name="uq_complaint_transitions_version"),
    )

    complaint_id: Mapped[UUID]
    version: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    day: Mapped[date]
    action: Mapped[ComplaintAction | None]
    status: Mapped[ComplaintStatus]
    actor: Mapped[ComplaintActor]
    employee_id: Mapped[UUID | None]
    agency_id: Mapped[UUID | None]
    message_id: Mapped[UUID | None]
