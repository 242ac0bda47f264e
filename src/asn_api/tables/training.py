"""Training: partners, the catalogue of courses, their classes, who takes part and who came."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Computed, Index, Numeric, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TSTZMULTIRANGE, TSVECTOR, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from asn_api.core.mapping import Regional, Versioned, of_region, within_region
from asn_api.rules.courses import CourseForm, CourseKind, CourseMode, CourseStatus, PartnerKind
from asn_api.rules.enrolments import (
    AttendanceMark,
    CancellationCause,
    ClassStatus,
    EnrolmentOrigin,
    EnrolmentStatus,
)

SEARCH = (
    "setweight(to_tsvector('simple', translate(code, '-./_', '    ') || ' ' || title), 'A') "
    "|| setweight(to_tsvector('indonesian', title), 'B') "
    "|| setweight(to_tsvector('indonesian', description), 'C') "
    "|| setweight(to_tsvector('simple', description), 'D')"
)
"""Stems find other forms of a word, whole words what somebody is still typing."""


class Partner(Versioned):
    """Who teaches for the region: an academy, a university, a professional body or a company."""

    __tablename__ = "partners"
    __table_args__ = (of_region(), UniqueConstraint("region_id", "name", name="uq_partners_name"))

    kind: Mapped[PartnerKind]
    name: Mapped[str]
    website: Mapped[str | None]
    closed_on: Mapped[date | None]


class PartnerAgreement(Regional):
    """From when to when a partner teaches here; written together with the partner."""

    __tablename__ = "partner_agreements"
    __table_args__ = (
        within_region("partner_id", "partners"),
        UniqueConstraint("region_id", "partner_id", "number", name="uq_partner_agreements_number"),
        CheckConstraint("not isempty(valid) and not lower_inf(valid)", "valid"),
    )

    partner_id: Mapped[UUID]
    number: Mapped[str]
    valid: Mapped[Range[date]]


class Course(Versioned):
    """What is taught, whoever teaches it when. `unit_id` keeps it; `jp` are lesson hours, `cost` whole rupiah a
    person, `mandatory_for` kinds of positions. Without a partner the region teaches it itself.
    """

    __tablename__ = "courses"
    __table_args__ = (
        within_region("unit_id", "units"),
        within_region("partner_id", "partners"),
        UniqueConstraint("region_id", "code", name="uq_courses_code"),
        CheckConstraint("jp > 0 and cost >= 0", "amounts"),
        CheckConstraint("status <> 'PUBLISHED' or published_at is not null", "published"),
        Index("ix_courses_search", "region_id", "search", postgresql_using="gin"),
        Index(
            "ix_courses_published", "region_id", "title", "id", postgresql_where=text("status = 'PUBLISHED'")
        ),
        Index("ix_courses_title", "region_id", "title", "id"),
        Index("ix_courses_partner", "region_id", "partner_id"),
        Index("ix_courses_unit", "region_id", "unit_id"),
    )

    unit_id: Mapped[UUID]
    partner_id: Mapped[UUID | None]
    code: Mapped[str]
    title: Mapped[str]
    description: Mapped[str]
    form: Mapped[CourseForm]
    kind: Mapped[CourseKind]
    mode: Mapped[CourseMode]
    jp: Mapped[int]
    cost: Mapped[int] = mapped_column(BigInteger)
    mandatory_for: Mapped[list[str]]
    status: Mapped[CourseStatus]
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    search: Mapped[str] = mapped_column(TSVECTOR, Computed(SEARCH, persisted=True), deferred=True)


class CourseCompetency(Regional):
    """The level of a competency that a course leads to."""

    __tablename__ = "course_competencies"
    __table_args__ = (
        within_region("course_id", "courses"),
        UniqueConstraint("region_id", "course_id", "competency_code", name="uq_course_competencies_once"),
        CheckConstraint("level between 1 and 5", "level"),
        Index("ix_course_competencies_code", "region_id", "competency_code", "level"),
    )

    course_id: Mapped[UUID]
    competency_code: Mapped[str]
    level: Mapped[int]


class CoursePrerequisite(Regional):
    """What has to be completed before."""

    __tablename__ = "course_prerequisites"
    __table_args__ = (
        within_region("course_id", "courses"),
        within_region("prerequisite_id", "courses"),
        UniqueConstraint("region_id", "course_id", "prerequisite_id", name="uq_course_prerequisites_once"),
        CheckConstraint("course_id <> prerequisite_id", "not_itself"),
        Index("ix_course_prerequisites_prerequisite", "region_id", "prerequisite_id"),
    )

    course_id: Mapped[UUID]
    prerequisite_id: Mapped[UUID]


class CourseClass(Versioned):
    """A course at a time and a place. `unit_id` organises it; `jp` and `mode` are the course's on the day it was made.

    `seats_held` and `last_place` change under the lock of this row and without its version (decision 0039).
    """

    __tablename__ = "course_classes"
    __table_args__ = (
        within_region("course_id", "courses"),
        within_region("unit_id", "units"),
        within_region("organiser_id", "employees"),
        CheckConstraint("starts_on <= ends_on", "days"),
        CheckConstraint("registration_opens_at < registration_closes_at", "registration"),
        CheckConstraint("seats > 0 and seats_held between 0 and seats", "seats"),
        CheckConstraint("(status = 'CANCELLED') = (cancellation_reason is not null)", "cancelled"),
        CheckConstraint("(status = 'FINISHED') = (finished_at is not null)", "finished"),
        Index("ix_course_classes_starts", "region_id", "starts_on", "id"),
        Index("ix_course_classes_course", "region_id", "course_id", "starts_on"),
        Index("ix_course_classes_organiser", "region_id", "organiser_id", "starts_on"),
        Index("ix_course_classes_unit", "region_id", "unit_id", "starts_on"),
        Index("ix_course_classes_due", "region_id", "begins_at", postgresql_where=text("status = 'OPEN'")),
    )

    course_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    organiser_id: Mapped[UUID]
    name: Mapped[str]
    mode: Mapped[CourseMode]
    jp: Mapped[int]
    place: Mapped[str | None]
    link: Mapped[str | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    begins_at: Mapped[datetime]
    registration_opens_at: Mapped[datetime]
    registration_closes_at: Mapped[datetime]
    needs_approval: Mapped[bool]
    seats: Mapped[int]
    seats_held: Mapped[int] = mapped_column(default=0)
    last_place: Mapped[int] = mapped_column(BigInteger, default=0)
    status: Mapped[ClassStatus]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    cancellation_reason: Mapped[str | None]


class ClassSession(Regional):
    """One meeting of a class; written together with it."""

    __tablename__ = "class_sessions"
    __table_args__ = (
        within_region("class_id", "course_classes"),
        CheckConstraint("starts_at < ends_at", "ends_after_start"),
        CheckConstraint("jp >= 0", "jp"),
        Index("ix_class_sessions_class", "region_id", "class_id", "starts_at"),
    )

    class_id: Mapped[UUID]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    jp: Mapped[int]
    topic: Mapped[str | None]


class Enrolment(Versioned):
    """Somebody and a class. `unit_id` is the person's on the day it was made.

    `place` is the order in which seats are given, counted under the lock of the class; `busy` are the times of
    the class while a seat is held, so that nobody holds two seats at once.
    """

    __tablename__ = "enrolments"
    __table_args__ = (
        within_region("class_id", "course_classes"),
        within_region("employee_id", "employees"),
        within_region("unit_id", "units"),
        within_region("nominated_by", "employees"),
        within_region("decided_by", "employees"),
        CheckConstraint("(origin = 'NOMINATION') = (nominated_at is not null)", "nominated"),
        CheckConstraint("decided_by <> employee_id", "not_oneself"),
        CheckConstraint(
            "(place is null) = (status in ('REQUESTED', 'REJECTED')) or status = 'CANCELLED'", "place"
        ),
        CheckConstraint("(status = 'APPROVED') = (offer_expires_at is not null)", "offer"),
        CheckConstraint("(status = 'CANCELLED') = (cancellation is not null)", "cancelled"),
        CheckConstraint("status <> 'COMPLETED' or passed", "passed"),
        CheckConstraint("pre_score between 0 and 100 and post_score between 0 and 100", "scores"),
        Index(
            "uq_enrolments_live",
            "region_id",
            "class_id",
            "employee_id",
            unique=True,
            postgresql_where=text("status not in ('CANCELLED', 'REJECTED')"),
        ),
        Index(
            "uq_enrolments_place",
            "region_id",
            "class_id",
            "place",
            unique=True,
        ),
        Index(
            "ix_enrolments_offers",
            "region_id",
            "offer_expires_at",
            postgresql_where=text("status = 'APPROVED'"),
        ),
        Index("ix_enrolments_employee", "region_id", "employee_id", "id"),
        Index("ix_enrolments_unit", "region_id", "unit_id", "id"),
        ExcludeConstraint(
            ("region_id", "="),
            ("employee_id", "="),
            ("busy", "&&"),
            name="ex_enrolments_one_place_at_a_time",
            where=text("busy is not null"),
        ),
    )

    class_id: Mapped[UUID]
    employee_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    origin: Mapped[EnrolmentOrigin]
    status: Mapped[EnrolmentStatus]
    note: Mapped[str | None]
    requested_at: Mapped[datetime]
    nominated_by: Mapped[UUID | None]
    nominated_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    decision_note: Mapped[str | None]
    place: Mapped[int | None] = mapped_column(BigInteger)
    busy: Mapped[list[Range[datetime]] | None] = mapped_column(TSTZMULTIRANGE, deferred=True)
    offer_expires_at: Mapped[datetime | None]
    cancellation: Mapped[CancellationCause | None]
    cancellation_reason: Mapped[str | None]
    pre_score: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    post_score: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    passed: Mapped[bool | None]
    ended_at: Mapped[datetime | None]


class Attendance(Versioned):
    """Whether a participant came to a session; the word that was written down last counts.

    `recorded_at` is the time of the device that wrote it down, `received_at` ours.
    """

    __tablename__ = "attendances"
    __table_args__ = (
        within_region("session_id", "class_sessions"),
        within_region("enrolment_id", "enrolments"),
        within_region("recorded_by", "employees"),
        UniqueConstraint("region_id", "session_id", "enrolment_id", name="uq_attendances_once"),
        Index("ix_attendances_enrolment", "region_id", "enrolment_id"),
    )

    session_id: Mapped[UUID]
    enrolment_id: Mapped[UUID]
    mark: Mapped[AttendanceMark]
    note: Mapped[str | None]
    recorded_by: Mapped[UUID]
    recorded_at: Mapped[datetime]
    received_at: Mapped[datetime]
