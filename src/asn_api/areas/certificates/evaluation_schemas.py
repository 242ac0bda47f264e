"""Evaluation of training on the wire. Means are decimals as text, from 1 to 5."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field

from asn_api.core.wire import In, Out, Paragraph
from asn_api.rules.training_evaluation import (
    TrainingAnswerStatus,
    TrainingLevel,
    TrainingQuestion,
    TrainingRespondent,
)


class TrainingTaskOut(Out):
    """What one is asked about a training; what one answered is never shown again, not even to oneself."""

    id: UUID
    version: int
    level: TrainingLevel
    respondent: TrainingRespondent
    employee_name: str = Field(description="Whose training it was.")
    course_title: str
    class_name: str
    ended_on: date
    opens_on: date
    closes_on: date
    questions: list[TrainingQuestion]
    status: TrainingAnswerStatus


class TrainingTasksOut(Out):
    data: list[TrainingTaskOut]


class ScoreIn(In):
    question: TrainingQuestion
    score: Annotated[int, Field(ge=1, le=5)]


class TrainingAnswerIn(In):
    scores: list[ScoreIn] = Field(min_length=1, max_length=20)
    comment: Paragraph | None = Field(
        default=None, description="Shown in no order and without a name, once enough people wrote one."
    )


class ResultNoteIn(In):
    note: Paragraph = Field(description="What came of the training for the work of one's unit.")


class ResultNoteOut(Out):
    id: UUID
    version: int
    class_id: UUID
    unit_id: UUID
    note: str
    written_at: datetime


class QuestionMeanOut(Out):
    question: TrainingQuestion
    mean: Decimal


class AnsweredOut(Out):
    """Of classes in which enough people answered."""

    respondent: TrainingRespondent
    classes: int
    answered: int
    means: list[QuestionMeanOut]
    comments: list[str]


class LearnedOut(Out):
    """Of classes with enough people whose scores before and after are known."""

    classes: int
    people: int
    pre: Decimal | None
    post: Decimal | None
    gain: Decimal | None = Field(description="(post − pre) / (100 − pre), the mean of people; advisory.")


class RecordNoteOut(Out):
    class_name: str
    unit_name: str
    note: str
    written_at: datetime


class CourseRecordOut(Out):
    """How a course has done so far, for whoever thinks of taking it. No number stands for fewer than a few people."""

    course_id: UUID
    title: str
    classes: int = Field(description="That are finished.")
    participants: int | None
    completed_percent: Decimal | None
    reaction: AnsweredOut
    learning: LearnedOut
    behaviour: list[AnsweredOut]
    results: list[RecordNoteOut] = Field(description="The newest notes of heads.")
