"""Continuous feedback, coaching and counselling, evaluation forums."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from asn_api.core.mapping import Regional, Versioned, within_region
from asn_api.rules.coaching import CoachingKind, CoachingStatus
from asn_api.rules.feedback import FeedbackPolarity, FeedbackRequestStatus, Relation, Visibility
from asn_api.rules.forums import Attendance, ForumStatus
from asn_api.rules.ratings import CoreValue


class Forum(Versioned):
    """A meeting in which people present results. `unit_id` is the convener's, as of the day it was called.

    `follow_ups` hold a text, who does it and by when. Attendance changes without the version (decision 0028).
    """

    __tablename__ = "forums"
    __table_args__ = (
        within_region("convener_id", "employees"),
        within_region("unit_id", "units"),
        CheckConstraint("ends_at > starts_at", "ends_after_start"),
        CheckConstraint("(status = 'MINUTES') = (published_at is not null)", "published"),
        CheckConstraint("(status = 'MINUTES') = (summary is not null)", "minutes"),
        Index("ix_forums_convener", "region_id", "convener_id", "starts_at"),
        Index("ix_forums_unit", "region_id", "unit_id", "starts_at"),
        Index("ix_forums_scheduled", "region_id", "starts_at", postgresql_where=text("status = 'SCHEDULED'")),
    )

    convener_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    title: Mapped[str]
    purpose: Mapped[str | None]
    place: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    status: Mapped[ForumStatus]
    created_at: Mapped[datetime]
    cancellation_reason: Mapped[str | None]
    held_at: Mapped[datetime | None]
    summary: Mapped[str | None]
    decisions: Mapped[list[str]] = mapped_column(default=list)
    follow_ups: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    published_at: Mapped[datetime | None]


class ForumTopic(Regional):
    """One result that its owner presents."""

    __tablename__ = "forum_topics"
    __table_args__ = (
        within_region("forum_id", "forums"),
        within_region("employee_id", "employees"),
        within_region("plan_id", "plans"),
        within_region("work_result_id", "work_results"),
        UniqueConstraint("region_id", "forum_id", "work_result_id", name="uq_forum_topics_result"),
        Index("ix_forum_topics_employee", "region_id", "employee_id"),
        Index("ix_forum_topics_result", "region_id", "work_result_id"),
    )

    forum_id: Mapped[UUID]
    order_no: Mapped[int]
    employee_id: Mapped[UUID]
    plan_id: Mapped[UUID]
    work_result_id: Mapped[UUID]


class ForumParticipant(Regional):
    """Who is invited, presenters and convener included; `attendance` is null while nothing is known."""

    __tablename__ = "forum_participants"
    __table_args__ = (
        within_region("forum_id", "forums"),
        within_region("employee_id", "employees"),
        within_region("attendance_by", "employees"),
        UniqueConstraint("region_id", "forum_id", "employee_id", name="uq_forum_participants_employee"),
        CheckConstraint("(attendance is null) = (attendance_at is null)", "attendance_dated"),
        Index("ix_forum_participants_employee", "region_id", "employee_id"),
    )

    forum_id: Mapped[UUID]
    employee_id: Mapped[UUID]
    attendance: Mapped[Attendance | None]
    attendance_at: Mapped[datetime | None]
    attendance_by: Mapped[UUID | None]


class ForumCorrection(Regional):
    """What is added to published minutes; nothing else changes them."""

    __tablename__ = "forum_corrections"
    __table_args__ = (
        within_region("forum_id", "forums"),
        within_region("made_by", "employees"),
        Index("ix_forum_corrections_forum", "region_id", "forum_id"),
    )

    forum_id: Mapped[UUID]
    text: Mapped[str]
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]


class FeedbackRequest(Versioned):
    """Somebody asks another for feedback about a result or a core value of his own."""

    __tablename__ = "feedback_requests"
    __table_args__ = (
        within_region("employee_id", "employees"),
        within_region("asked_id", "employees"),
        within_region("work_result_id", "work_results"),
        CheckConstraint("asked_id <> employee_id", "not_oneself"),
        CheckConstraint("num_nonnulls(work_result_id, core_value) = 1", "about_one_thing"),
        Index("ix_feedback_requests_employee", "region_id", "employee_id", "id"),
        Index("ix_feedback_requests_asked", "region_id", "asked_id", "id"),
        Index("ix_feedback_requests_result", "region_id", "work_result_id"),
    )

    employee_id: Mapped[UUID]
    asked_id: Mapped[UUID]
    work_result_id: Mapped[UUID | None]
    core_value: Mapped[CoreValue | None]
    note: Mapped[str | None]
    status: Mapped[FeedbackRequestStatus]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Feedback(Versioned):
    """What somebody told a person about a result or a core value. Its text never changes.

    `unit_id` is the person's on the day, `plan_id` the plan of the result or of the day. `named`: whether the
    giver's name is shown (decision 0028). `used_at`: an evaluation was made with it.
    """

    __tablename__ = "feedback"
    __table_args__ = (
        within_region("employee_id", "employees"),
        within_region("giver_id", "employees"),
        within_region("unit_id", "units"),
        within_region("plan_id", "plans"),
        within_region("work_result_id", "work_results"),
        within_region("forum_id", "forums"),
        within_region("request_id", "feedback_requests"),
        CheckConstraint("giver_id <> employee_id", "not_on_oneself"),
        CheckConstraint("num_nonnulls(work_result_id, core_value) = 1", "about_one_thing"),
        CheckConstraint("num_nonnulls(file_id, url) <= 1", "file_or_url"),
        CheckConstraint("named or relation = 'SUBORDINATE'", "unnamed_subordinates"),
        CheckConstraint(
            "named or num_nonnulls(file_id, url, forum_id, request_id) = 0", "unnamed_tells_nothing"
        ),
        CheckConstraint("(response is null) = (responded_at is null)", "response"),
        CheckConstraint("used_at is null or visibility = 'SUBJECT_AND_SUPERIOR'", "used_is_seen"),
        Index("ix_feedback_employee", "region_id", "employee_id", "id"),
        Index("ix_feedback_giver", "region_id", "giver_id", "id"),
        Index("ix_feedback_unit", "region_id", "unit_id", "id"),
        Index("ix_feedback_plan", "region_id", "plan_id", "day"),
        Index(
            "ix_feedback_day",
            "region_id",
            "day",
            postgresql_include=["unit_id", "plan_id", "employee_id", "visibility"],
            postgresql_where=text("withdrawn_at is null"),
        ),
        Index("ix_feedback_result", "region_id", "work_result_id"),
        Index("ix_feedback_forum", "region_id", "forum_id", postgresql_where=text("forum_id is not null")),
        Index("ix_feedback_file", "region_id", "file_id", postgresql_where=text("file_id is not null")),
    )

    employee_id: Mapped[UUID]
    giver_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    plan_id: Mapped[UUID | None]
    work_result_id: Mapped[UUID | None]
    core_value: Mapped[CoreValue | None]
    forum_id: Mapped[UUID | None]
    request_id: Mapped[UUID | None]
    day: Mapped[date]
    relation: Mapped[Relation]
    polarity: Mapped[FeedbackPolarity]
    visibility: Mapped[Visibility]
    named: Mapped[bool]
    text: Mapped[str]
    file_id: Mapped[UUID | None]
    url: Mapped[str | None]
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    response: Mapped[str | None]
    responded_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class CoachingSession(Versioned):
    """A talk of a superior with one of his people. `competencies` hold a name, a rating and a note (B.1.9);
    `answers` are the employee's by the code of the question (B.1.8), null while not given.
    """

    __tablename__ = "coaching_sessions"
    __table_args__ = (
        within_region("employee_id", "employees"),
        within_region("coach_id", "employees"),
        within_region("unit_id", "units"),
        CheckConstraint("coach_id <> employee_id", "not_oneself"),
        CheckConstraint("(status = 'ACKNOWLEDGED') = (acknowledged_at is not null)", "acknowledged"),
        CheckConstraint("(answers is null) = (assessed_at is null)", "assessed"),
        Index("ix_coaching_sessions_employee", "region_id", "employee_id", "day", "id"),
        Index("ix_coaching_sessions_coach", "region_id", "coach_id", "day", "id"),
        Index("ix_coaching_sessions_unit", "region_id", "unit_id", "day"),
    )

    kind: Mapped[CoachingKind]
    employee_id: Mapped[UUID]
    coach_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    day: Mapped[date]
    topic: Mapped[str]
    notes: Mapped[str]
    development_note: Mapped[str | None]
    competencies: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    status: Mapped[CoachingStatus]
    created_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    remark: Mapped[str | None]
    answers: Mapped[dict[str, Any] | None]
    answer_note: Mapped[str | None]
    assessed_at: Mapped[datetime | None]


class AgreedAction(Regional):
    """What both agreed that one of them does by a day."""

    __tablename__ = "agreed_actions"
    __table_args__ = (
        within_region("session_id", "coaching_sessions"),
        within_region("completed_by", "employees"),
        CheckConstraint("(completed_at is null) = (completed_by is null)", "completed"),
        Index("ix_agreed_actions_session", "region_id", "session_id", "order_no"),
        Index("ix_agreed_actions_due", "region_id", "due", postgresql_where=text("completed_at is null")),
    )

    session_id: Mapped[UUID]
    order_no: Mapped[int]
    text: Mapped[str]
    due: Mapped[date]
    completed_at: Mapped[datetime | None]
    completed_by: Mapped[UUID | None]
    completion_note: Mapped[str | None]
