"""Evaluation of training in four levels (Kirkpatrick): reaction, learning, behaviour, results."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from uuid import UUID

from asn_api.errors import Fault, Problem

TWO_PLACES = Decimal("0.01")
FULL = Decimal(100)


class TrainingLevel(StrEnum):
    """The levels that are asked about; learning comes from scores, results are a note."""

    REACTION = "REACTION"
    BEHAVIOUR = "BEHAVIOUR"


class TrainingRespondent(StrEnum):
    PARTICIPANT = "PARTICIPANT"
    SUPERIOR = "SUPERIOR"
    COLLEAGUE = "COLLEAGUE"


class TrainingQuestion(StrEnum):
    """Each answered from 1 to 5."""

    CONTENT = "CONTENT"
    TEACHERS = "TEACHERS"
    MATERIALS = "MATERIALS"
    ORGANISATION = "ORGANISATION"
    USEFULNESS = "USEFULNESS"
    APPLIES_LEARNING = "APPLIES_LEARNING"
    WORK_IMPROVED = "WORK_IMPROVED"
    SHARES_KNOWLEDGE = "SHARES_KNOWLEDGE"


class TrainingAnswerStatus(StrEnum):
    WAITING = "WAITING"
    ANSWERED = "ANSWERED"


QUESTIONS: Mapping[TrainingLevel, tuple[TrainingQuestion, ...]] = {
    TrainingLevel.REACTION: (
        TrainingQuestion.CONTENT,
        TrainingQuestion.TEACHERS,
        TrainingQuestion.MATERIALS,
        TrainingQuestion.ORGANISATION,
        TrainingQuestion.USEFULNESS,
    ),
    TrainingLevel.BEHAVIOUR: (
        TrainingQuestion.APPLIES_LEARNING,
        TrainingQuestion.WORK_IMPROVED,
        TrainingQuestion.SHARES_KNOWLEDGE,
    ),
}


@dataclass(frozen=True)
class Window:
    """First and last day on which a level may be answered."""

    opens_on: date
    closes_on: date


@dataclass(frozen=True)
class Answer:
    """What one person said about one training."""

    rater_id: UUID
    scores: Mapping[TrainingQuestion, int]
    comment: str | None


@dataclass(frozen=True)
class Sums:
    """Answers of one group put together: how many, and the sum of each question's scores."""

    answered: int
    scores: Mapping[TrainingQuestion, int]


def reaction_window(ended_on: date, days: int) -> Window:
    """From the class's last day; both days included."""
    return Window(ended_on, ended_on + timedelta(days=days - 1))


def behaviour_window(ended_on: date, after_months: int, months: int) -> Window:
    """Three to six months after the class, as the policy says."""
    return Window(months_later(ended_on, after_months), months_later(ended_on, after_months + months))


def months_later(day: date, months: int) -> date:
    """The same day of the month, or the month's last one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (following - timedelta(days=1)).day))


def check_answer(level: TrainingLevel, asked: Sequence[TrainingQuestion]) -> None:
    """Exactly the level's questions, each once."""
    wanted = QUESTIONS[level]
    faults = [
        Fault(f"/scores/{at}/question", "TRAINING_QUESTION_UNKNOWN", {"allowed": ", ".join(wanted)})
        for at, question in enumerate(asked)
        if question not in wanted or question in asked[:at]
    ]
    missing = [question for question in wanted if question not in asked]
    if missing:
        faults.append(Fault("/scores", "TRAINING_QUESTION_MISSING", {"missing": ", ".join(missing)}))
    if faults:
        raise Problem("REQUEST_INVALID", faults=faults)


def summed(answers: Sequence[Answer], least: int) -> Sums | None:
    """The group's sums; None while fewer than `least` different people answered, who could be told apart."""
    if len({each.rater_id for each in answers}) < least:
        return None
    questions = sorted(
        {question for each in answers for question in each.scores}, key=list(TrainingQuestion).index
    )
    return Sums(len(answers), {each: sum(answer.scores[each] for answer in answers) for each in questions})


def comments_of(answers: Sequence[Answer], least: int) -> list[str]:
    """What people wrote, once so many different ones did; in their own order, which is to be lost."""
    written = [(each.rater_id, each.comment) for each in answers if each.comment]
    return [comment for _, comment in written] if len({rater for rater, _ in written}) >= least else []


def mean(total: int, answered: int) -> Decimal:
    """With two places, half up."""
    return (Decimal(total) / answered).quantize(TWO_PLACES, ROUND_HALF_UP)


def gain(pre: Decimal, post: Decimal) -> Decimal | None:
    """Normalised gain (post − pre) / (100 − pre), two places half up; advisory. None for a full score before."""
    if pre >= FULL:
        return None
    return ((post - pre) / (FULL - pre)).quantize(TWO_PLACES, ROUND_HALF_UP)


def mean_of(values: Iterable[Decimal], least: int) -> Decimal | None:
    """With two places, half up; None for fewer than `least` values."""
    known = list(values)
    if len(known) < least:
        return None
    return (sum(known, Decimal(0)) / len(known)).quantize(TWO_PLACES, ROUND_HALF_UP)
