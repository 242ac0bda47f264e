"""What completed courses say about their people's levels, and what revoked papers no longer say."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.competencies import queries
from asn_api.areas.competencies.evidence import ENTITY, change
from asn_api.areas.policies.current import policy_on
from asn_api.core.journal import Change, record
from asn_api.core.mapping import uuid7
from asn_api.rules.competencies import EvidenceAction, EvidenceSource, last_day
from asn_api.rules.competency_policy import CompetencyPolicy
from asn_api.tables.competencies import CompetencyEvidence


@dataclass(frozen=True)
class Completion:
    """Somebody completed a course; `reference` is the enrolment, or the certificate from elsewhere."""

    employee_id: UUID
    course_id: UUID
    ends_on: date
    taught_by: str
    reference: UUID
    note: str


async def learn(access: Access, db: AsyncSession, completions: Sequence[Completion]) -> None:
    """Evidence of each level that the courses teach, as of their last days."""
    taught = defaultdict(list)
    for row in await db.scalars(queries.taught(access, {each.course_id for each in completions})):
        taught[row.course_id].append(row)
    if not taught:
        return
    policy = await policy_on(db, access.region_id, CompetencyPolicy, access.today)
    values = [
        {
            "region_id": access.region_id,
            "id": uuid7(),
            "version": 1,
            "employee_id": each.employee_id,
            "competency_code": one.competency_code,
            "level": one.level,
            "source": EvidenceSource.TRAINING,
            "assessed_on": each.ends_on,
            "valid_until": last_day(each.ends_on, policy.valid_months[EvidenceSource.TRAINING]),
            "assessor": each.taught_by,
            "reference": str(each.reference),
            "note": each.note,
            "created_at": access.now,
        }
        for each in completions
        for one in taught[each.course_id]
    ]
    # Another course that taught it on the same day has said so already.
    statement = insert(CompetencyEvidence).values(values).on_conflict_do_nothing()
    stored = await db.execute(statement.returning(CompetencyEvidence.id, CompetencyEvidence.employee_id))
    changes = [Change(ENTITY, each.id, 1, "CREATE", {}, employee_id=each.employee_id) for each in stored]
    await record(db, access.author, access.now, *changes)


async def unlearn(
    access: Access, db: AsyncSession, employee_id: UUID, references: Collection[UUID], reason: str
) -> None:
    """Withdraw what was learned there: it never counted."""
    rows = list(await db.scalars(queries.evidence_of_training(access, employee_id, references)))
    for row in rows:
        row.withdrawn_at, row.withdrawal_reason = access.now, reason
    await db.flush()
    await record(db, access.author, access.now, *[change(row, EvidenceAction.WITHDRAW) for row in rows])
