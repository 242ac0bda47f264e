"""Uploaded files and the evidence records that name them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from asn_api.core.mapping import Regional, Versioned, within_region
from asn_api.rules.files import FileKind, FileState


class File(Regional):
    """One upload, and the file it became. The bytes lie in the object store, never here.

    `sha256` is of what was sent, `stored_sha256` of what is kept: images are written anew without metadata.
    `pieces` are the names of the stored pieces in their order; together they are `received` bytes.
    `archived_at`: evidence in the archive names it, so it is kept.
    """

    __tablename__ = "files"
    __table_args__ = (
        within_region("employee_id", "employees"),
        CheckConstraint("length > 0", "length"),
        CheckConstraint("received between 0 and length", "received"),
        CheckConstraint("(state = 'PENDING') = (completed_at is null)", "completed"),
        CheckConstraint("(state = 'REFUSED') = (refusal is not null)", "refused"),
        CheckConstraint("(state = 'RECEIVED') = (stored_sha256 is not null)", "stored"),
        Index("ix_files_owner", "region_id", "employee_id", "created_at"),
        Index("ix_files_sha256", "region_id", "sha256", postgresql_where=text("sha256 is not null")),
        Index("ix_files_pending", "expires_at", postgresql_where=text("state = 'PENDING'")),
        Index("ix_files_completed", "completed_at", postgresql_where=text("completed_at is not null")),
    )

    employee_id: Mapped[UUID]
    length: Mapped[int] = mapped_column(BigInteger)
    expected_sha256: Mapped[str | None]
    metadata_text: Mapped[str]
    name: Mapped[str | None]
    said_type: Mapped[str | None]
    state: Mapped[FileState]
    refusal: Mapped[str | None]
    received: Mapped[int] = mapped_column(BigInteger, default=0)
    pieces: Mapped[list[str]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    touched_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]
    kind: Mapped[FileKind | None]
    sha256: Mapped[str | None]
    size: Mapped[int | None] = mapped_column(BigInteger)
    stored_sha256: Mapped[str | None]


class Evidence(Versioned):
    """What an employee shows for an activity: a file or a link.

    `file_id` has no foreign key, because the record may arrive days before the last byte of its photo. Only a
    file of the same employee counts. `unit_id` and `day` are the activity's, and move with it.
    """

    __tablename__ = "evidence"
    __table_args__ = (
        within_region("activity_id", "activities"),
        within_region("employee_id", "employees"),
        within_region("unit_id", "units"),
        CheckConstraint("num_nonnulls(file_id, url) = 1", "file_or_url"),
        Index("ix_evidence_activity", "region_id", "activity_id"),
        Index("ix_evidence_employee", "region_id", "employee_id", "day"),
        Index("ix_evidence_unit", "region_id", "unit_id", "day"),
        Index("ix_evidence_file", "region_id", "file_id", postgresql_where=text("file_id is not null")),
        Index("ix_evidence_sha256", "region_id", "sha256", postgresql_where=text("sha256 is not null")),
    )

    activity_id: Mapped[UUID]
    employee_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    day: Mapped[date]
    file_id: Mapped[UUID | None]
    url: Mapped[str | None]
    title: Mapped[str | None]
    sha256: Mapped[str | None]
    taken_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
