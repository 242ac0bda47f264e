"""Makes the results of a closed round, and forgets who said what."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.assessments import queries
from asn_api.areas.assessments.answering import sealed_in
from asn_api.areas.assessments.opening import ENTITY
from asn_api.areas.assessments.rounds import journal
from asn_api.core.crypto import Keyring
from asn_api.core.journal import Change, record
from asn_api.rules.assessment_policy import AssessmentPolicy
from asn_api.rules.assessments import Answer, Outcome, RaterGroup, RoundStatus, Rule, TaskStatus, outcome
from asn_api.rules.ratings import CoreValue
from asn_api.tables.assessments import Assessment, AssessmentRound, AssessmentTask

BATCH = 500


async def compute(access: Access, db: AsyncSession, keyring: Keyring, row: AssessmentRound) -> None:
    """Everybody's result in one transaction. The round is locked by the caller and takes no more answers.

    The answers are deleted with the tasks: from then on nobody can be told what one rater said, or who they were.
    """
    rule = await _rule(access, db, row)
    progress = dict((await db.execute(queries.progress(access, row.id))).mappings().one())
    assert row.seed is not None
    last: UUID | None = None
    while batch := (await db.scalars(queries.batch_of_assessments(access, row.id, last, BATCH))).all():
        last = batch[-1].id
        await _compute(access, db, keyring, batch, rule, row.seed)
    await db.execute(
        delete(AssessmentTask).where(
            AssessmentTask.region_id == row.region_id, AssessmentTask.round_id == row.id
        )
    )
    results = await db.scalar(queries.scored(access, row.id))
    row.status, row.closed_at = RoundStatus.CLOSED, row.closed_at or access.now
    row.progress, row.seed = {**progress, "results": results}, None
    await db.flush()
    await journal(access, db, row, "RESULTS", {"results": results})


async def _rule(access: Access, db: AsyncSession, row: AssessmentRound) -> Rule:
    """The policy of the day on which the round opened: nobody changes the rules under way."""
    policy = (await db.scalars(queries.policy(access, row.policy_id))).one()
    return AssessmentPolicy.from_mapping(policy.content).rule


async def _compute(
    access: Access,
    db: AsyncSession,
    keyring: Keyring,
    batch: Sequence[Assessment],
    rule: Rule,
    seed: bytes,
) -> None:
    asked: dict[UUID, dict[RaterGroup, int]] = defaultdict(lambda: dict.fromkeys(RaterGroup, 0))
    answers: dict[UUID, list[Answer]] = defaultdict(list)
    for task in await db.execute(queries.tasks_of(access, [each.id for each in batch])):
        if task.status is not TaskStatus.CONFLICT:
            asked[task.assessment_id][task.rater_group] += 1
        if task.content is not None:
            plain = keyring.open(task.content, sealed_in(access.region_id, task.id))
            answers[task.assessment_id].append(_answer(task.rater_group, orjson.loads(plain)))
    for each in batch:
        found = outcome(each.form, asked[each.id], answers[each.id], rule, seed)
        each.category, each.score, each.result = found.category, found.score, _stored(found)
    await db.flush()
    made = [
        Change(
            ENTITY, each.id, each.version, "RESULT", {}, unit_id=each.unit_id, employee_id=each.employee_id
        )
        for each in batch
    ]
    await record(db, access.author, access.now, *made)
    for each in batch:
        db.expunge(each)


def _answer(group: RaterGroup, items: Sequence[Mapping[str, Any]]) -> Answer:
    scores = {CoreValue(each["core_value"]): each["score"] for each in items if each["score"] is not None}
    comments = {CoreValue(each["core_value"]): each["comment"] for each in items if each["comment"]}
    return Answer(group, scores, comments)


def _stored(found: Outcome) -> dict[str, Any]:
    """What may be shown, and nothing else."""
    return {
        "groups": [
            {
                "group": each.group,
                "weight": str(each.weight),
                "counted_weight": None if each.counted_weight is None else str(each.counted_weight),
                "asked": each.asked,
                "answered": each.answered,
                "score": None if each.score is None else str(each.score),
            }
            for each in found.groups
        ],
        "values": None
        if found.values is None
        else [{"core_value": value, "score": str(score)} for value, score in found.values.items()],
        "comments": None
        if found.comments is None
        else [{"core_value": value, "comment": comment} for value, comment in found.comments],
        "reasons": [
            {"code": each.code, "group": each.group, "have": each.have, "need": each.need}
            for each in found.reasons
        ],
    }
