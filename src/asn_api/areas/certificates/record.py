"""The record of a course: what closed evaluations, scores and heads say about it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.certificates import evaluation_queries as queries
from asn_api.areas.certificates.evaluation_schemas import (
    AnsweredOut,
    CourseRecordOut,
    LearnedOut,
    QuestionMeanOut,
    RecordNoteOut,
)
from asn_api.areas.policies.current import policy_on
from asn_api.errors import Problem
from asn_api.rules.learning_policy import LearningPolicy
from asn_api.rules.training_evaluation import (
    TrainingLevel,
    TrainingQuestion,
    TrainingRespondent,
    gain,
    mean,
    mean_of,
)

COMMENTS = 50


async def of_course(access: Access, db: AsyncSession, course_id: UUID) -> CourseRecordOut:
    course = await db.scalar(queries.course(access, course_id))
    if course is None:
        raise Problem("NOT_FOUND")
    least = (await policy_on(db, access.region_id, LearningPolicy, access.today)).least_answers
    came = (await db.execute(queries.participation(access, course_id))).one()
    closed = (await db.execute(queries.results(access, course_id))).all()
    # A rest of one or two who did not complete it would be known by name.
    rest = came.participants - came.completed
    tells = came.participants >= least and (rest == 0 or rest >= least) and came.completed >= least
    return CourseRecordOut(
        course_id=course.id,
        title=course.title,
        classes=came.classes,
        participants=came.participants if came.participants >= least else None,
        completed_percent=_percent(came.completed, came.participants) if tells else None,
        reaction=_answered(closed, TrainingLevel.REACTION, TrainingRespondent.PARTICIPANT),
        learning=await _learned(access, db, course_id, least),
        behaviour=[
            _answered(closed, TrainingLevel.BEHAVIOUR, each)
            for each in (TrainingRespondent.SUPERIOR, TrainingRespondent.COLLEAGUE)
        ],
        results=[
            RecordNoteOut.model_validate(dict(row))
            for row in (await db.execute(queries.notes(access, course_id))).mappings()
        ],
    )


def _percent(part: int, whole: int) -> Decimal:
    return (Decimal(100 * part) / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _answered(closed: Sequence[Any], level: TrainingLevel, respondent: TrainingRespondent) -> AnsweredOut:
    """All classes of which something may be said, put together."""
    sums: Counter[str] = Counter()
    classes = answered = 0
    comments: list[str] = []
    for row in closed:
        for group in row.result["groups"] if row.level is level else ():
            if group["respondent"] == respondent and group["scores"] is not None:
                classes += 1
                answered += group["answered"]
                sums.update(group["scores"])
                comments += group["comments"]
    return AnsweredOut(
        respondent=respondent,
        classes=classes,
        answered=answered,
        means=[
            QuestionMeanOut(question=each, mean=mean(sums[each], answered))
            for each in TrainingQuestion
            if each in sums
        ],
        comments=comments[:COMMENTS],
    )


async def _learned(access: Access, db: AsyncSession, course_id: UUID, least: int) -> LearnedOut:
    by_class: dict[UUID, list[tuple[Decimal, Decimal]]] = defaultdict(list)
    for class_id, pre, post in await db.execute(queries.scores(access, course_id)):
        by_class[class_id].append((pre, post))
    told = [people for people in by_class.values() if len(people) >= least]
    people = [each for each_class in told for each in each_class]
    gains = [found for pre, post in people if (found := gain(pre, post)) is not None]
    return LearnedOut(
        classes=len(told),
        people=len(people),
        pre=mean_of([pre for pre, _ in people], least),
        post=mean_of([post for _, post in people], least),
        gain=mean_of(gains, least),
    )
