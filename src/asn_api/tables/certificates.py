"""Certificates of training with the hours that count, and what is asked about a training afterwards."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

import asn_api.tables.files
import asn_api.tables.training  # noqa: F401  certificates point there
from asn_api.core.mapping import Regional, Versioned, within_region
from asn_api.rules.certificates import CertificateOrigin, CertificateStatus
from asn_api.rules.courses import CourseKind
from asn_api.rules.training_evaluation import TrainingAnswerStatus, TrainingLevel, TrainingRespondent


class TrainingCertificate(Versioned):
    """That somebody completed a training of so many lesson hours (`jp`), issued here or claimed with a file.

    All hours count in `year`, that of the last day of the training. The keys are number, issuer and title without
    what people write differently; `code` is what anybody may ask the public verification about.
    """

    __tablename__ = "training_certificates"
    __table_args__ = (
        within_region("employee_id", "employees"),
        within_region("course_id", "courses"),
        within_region("enrolment_id", "enrolments"),
        within_region("file_id", "files"),
        within_region("decided_by", "employees"),
        UniqueConstraint("region_id", "enrolment_id", name="uq_training_certificates_enrolment"),
        CheckConstraint(
            "(origin = 'ISSUED') = (enrolment_id is not null and course_id is not null and code is not null "
            "and file_id is null and status in ('ISSUED', 'REVOKED'))",
            "issued",
        ),
        CheckConstraint(
            "(origin = 'EXTERNAL') = (enrolment_id is null and code is null and file_id is not null "
            "and status <> 'ISSUED')",
            "external",
        ),
        CheckConstraint("jp >= 0", "jp"),
        CheckConstraint("starts_on <= ends_on and ends_on <= issued_on", "days"),
        CheckConstraint("year = extract(year from ends_on)", "year"),
        CheckConstraint(
            "(status in ('VERIFIED', 'REJECTED', 'REVOKED')) = (decided_at is not null)", "decided"
        ),
        CheckConstraint("decided_by <> employee_id", "not_oneself"),
        CheckConstraint("status not in ('REJECTED', 'REVOKED') or reason is not null", "reason"),
        Index(
            "uq_training_certificates_number",
            "region_id",
            "employee_id",
            "number_key",
            "issuer_key",
            unique=True,
            # Not those issued here: somebody's claim of the next number must not stop a class from getting its own.
            postgresql_where=text("origin = 'EXTERNAL' and status in ('CLAIMED', 'VERIFIED')"),
        ),
        Index(
            "uq_training_certificates_issued",
            "region_id",
            "number",
            unique=True,
            postgresql_where=text("origin = 'ISSUED'"),
        ),
        Index(
            "uq_training_certificates_code",
            "region_id",
            "code",
            unique=True,
            postgresql_where=text("code is not null"),
        ),
        Index("ix_training_certificates_employee", "region_id", "employee_id", "id"),
        Index(
            "ix_training_certificates_hours",
            "region_id",
            "employee_id",
            "year",
            postgresql_include=["jp", "kind"],
            postgresql_where=text("status in ('ISSUED', 'VERIFIED')"),
        ),
        Index(
            "ix_training_certificates_claims",
            "region_id",
            "id",
            postgresql_where=text("status = 'CLAIMED'"),
        ),
        Index("ix_training_certificates_number", "region_id", "number_key", "issuer_key"),
        Index("ix_training_certificates_course", "region_id", "course_id"),
        Index(
            "ix_training_certificates_file",
            "region_id",
            "file_id",
            postgresql_where=text("file_id is not null"),
        ),
    )

    employee_id: Mapped[UUID]
    course_id: Mapped[UUID | None]
    enrolment_id: Mapped[UUID | None]
    origin: Mapped[CertificateOrigin]
    status: Mapped[CertificateStatus]
    number: Mapped[str]
    number_key: Mapped[str]
    issuer: Mapped[str]
    issuer_key: Mapped[str]
    title: Mapped[str]
    title_key: Mapped[str]
    kind: Mapped[CourseKind]
    jp: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    issued_on: Mapped[date]
    year: Mapped[int]
    file_id: Mapped[UUID | None]
    code: Mapped[str | None]
    created_at: Mapped[datetime]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]


class CertificateSeries(Regional):
    """The numbers of one class: which of the year's classes it is, and how many certificates it has given."""

    __tablename__ = "certificate_series"
    __table_args__ = (
        within_region("class_id", "course_classes"),
        UniqueConstraint("region_id", "class_id", name="uq_certificate_series_class"),
        UniqueConstraint("region_id", "year", "series", name="uq_certificate_series_number"),
        CheckConstraint("series > 0 and last >= 0", "numbers"),
    )

    class_id: Mapped[UUID]
    year: Mapped[int]
    series: Mapped[int]
    last: Mapped[int]


class TrainingEvaluation(Versioned):
    """One level of the evaluation of a class, from one day to another.

    `result` is made once, when it closes, and holds what may be shown; the single answers are deleted then.
    """

    __tablename__ = "training_evaluations"
    __table_args__ = (
        within_region("class_id", "course_classes"),
        within_region("course_id", "courses"),
        UniqueConstraint("region_id", "class_id", "level", name="uq_training_evaluations_level"),
        CheckConstraint("opens_on <= closes_on", "days"),
        CheckConstraint("(closed_at is null) = (result is null)", "closed"),
        Index("ix_training_evaluations_course", "region_id", "course_id", "level"),
        Index(
            "ix_training_evaluations_open",
            "region_id",
            "closes_on",
            postgresql_where=text("closed_at is null"),
        ),
    )

    class_id: Mapped[UUID]
    course_id: Mapped[UUID]
    level: Mapped[TrainingLevel]
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    closed_at: Mapped[datetime | None]
    result: Mapped[dict[str, Any] | None]


class TrainingEvaluationTask(Versioned):
    """One person who is asked about a training of his own, of a report or of a colleague.

    `content` is sealed: neither a query nor a copy of the database shows an answer.
    """

    __tablename__ = "training_evaluation_tasks"
    __table_args__ = (
        within_region("evaluation_id", "training_evaluations"),
        within_region("enrolment_id", "enrolments"),
        within_region("employee_id", "employees"),
        within_region("rater_id", "employees"),
        UniqueConstraint(
            "region_id",
            "evaluation_id",
            "enrolment_id",
            "rater_id",
            name="uq_training_evaluation_tasks_rater",
        ),
        CheckConstraint("(status = 'ANSWERED') = (content is not null)", "content_with_status"),
        CheckConstraint("(respondent = 'PARTICIPANT') = (rater_id = employee_id)", "oneself"),
        Index("ix_training_evaluation_tasks_rater", "region_id", "rater_id", "id"),
    )

    evaluation_id: Mapped[UUID]
    enrolment_id: Mapped[UUID]
    employee_id: Mapped[UUID]
    rater_id: Mapped[UUID]
    respondent: Mapped[TrainingRespondent]
    status: Mapped[TrainingAnswerStatus]
    content: Mapped[bytes | None] = mapped_column(LargeBinary)


class TrainingResultNote(Versioned):
    """What came of a class for the work, as a head of participants puts it down: the fourth level."""

    __tablename__ = "training_result_notes"
    __table_args__ = (
        within_region("class_id", "course_classes"),
        within_region("author_id", "employees"),
        within_region("unit_id", "units"),
        UniqueConstraint("region_id", "class_id", "author_id", name="uq_training_result_notes_author"),
    )

    class_id: Mapped[UUID]
    author_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    note: Mapped[str]
    written_at: Mapped[datetime]
