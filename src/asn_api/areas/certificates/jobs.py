"""Certificates follow the results of classes; what is asked afterwards opens, reminds and closes by the clock."""

from datetime import date, timedelta
from functools import partial
from uuid import UUID

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.regions import each_region
from asn_api.areas.certificates import evaluation_queries, queries
from asn_api.areas.certificates.evaluating import close, open_evaluation, remind
from asn_api.areas.certificates.issuing import ISSUE, issue
from asn_api.areas.policies.current import policy_on
from asn_api.core.database import Database
from asn_api.core.jobs import Job, Means
from asn_api.rules.learning_policy import LearningPolicy
from asn_api.rules.training_evaluation import (
    TrainingLevel,
    Window,
    behaviour_window,
    months_later,
    reaction_window,
)
from asn_api.tables.training import CourseClass


async def issue_all(means: Means, region_id: str | None = None, class_id: str | None = None) -> None:
    """Of one class, or of all in which somebody waits."""
    one = UUID(class_id) if class_id is not None else None
    await each_region(means, Permission.CERTIFICATES_VERIFY, partial(_issue, means.database, one), region_id)


async def _issue(database: Database, class_id: UUID | None, access: Access) -> None:
    """Each class in a transaction of its own."""
    if class_id is not None:
        waiting = [class_id]
    else:
        async with database.sessions() as db:
            waiting = list(await db.scalars(queries.waiting_classes(access)))
    for each in waiting:
        async with database.sessions() as db, db.begin():
            await issue(access, db, each)


ISSUE_CERTIFICATES = Job(ISSUE, issue_all, every="19 * * * *")


async def evaluate(means: Means, region_id: str | None = None) -> None:
    """Asks after trainings, reminds, and puts the answers together when the time is over."""
    await each_region(means, Permission.TRAINING_EVALUATIONS_ANSWER, partial(_evaluate, means), region_id)


async def _evaluate(means: Means, access: Access) -> None:
    """Each class in a transaction of its own."""
    async with means.database.sessions() as db:
        policy = await policy_on(db, access.region_id, LearningPolicy, access.today)
        overdue = list(await db.scalars(evaluation_queries.due(access)))
        held = [
            (level, each)
            for level in TrainingLevel
            for each in await db.scalars(evaluation_queries.finished(access, level, _since(access, policy)))
        ]
    for id in overdue:
        async with means.database.sessions() as db, db.begin():
            row = await db.scalar(evaluation_queries.locked(access, id))
            if row is not None:
                await close(access, db, means.keyring, row, policy.least_answers)
    for level, each in held:
        window = _window(access, level, each, policy)
        if window.opens_on <= access.today <= window.closes_on:
            async with means.database.sessions() as db, db.begin():
                await open_evaluation(access, db, each, level, window, policy)
    async with means.database.sessions() as db, db.begin():
        closing = [access.today + timedelta(days=days) for days in policy.remind_days_before]
        waiting = (await db.execute(evaluation_queries.waiting(access, closing))).all()
        await remind(access, db, [(row.rater_id, row.id, row.closes_on, row.tasks) for row in waiting])


def _since(access: Access, policy: LearningPolicy) -> date:
    """Of classes that ended before, no evaluation can be open any more."""
    months = policy.behaviour_after_months + policy.behaviour_months
    return months_later(access.today, -months) - timedelta(days=policy.reaction_days)


def _window(access: Access, level: TrainingLevel, held: CourseClass, policy: LearningPolicy) -> Window:
    """The reaction is asked for once the organiser has finished the class; the months run from its last day."""
    if level is TrainingLevel.BEHAVIOUR:
        return behaviour_window(held.ends_on, policy.behaviour_after_months, policy.behaviour_months)
    finished = held.ends_on if held.finished_at is None else access.actor.today(held.finished_at)
    return reaction_window(max(held.ends_on, finished), policy.reaction_days)


EVALUATE_TRAINING = Job("certificates.evaluate_training", evaluate, every="41 * * * *")
