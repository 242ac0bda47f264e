"""Makes a new revision of an area's policy; what was there before stays."""

from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.authority import announce
from asn_api.access.grants import Reach
from asn_api.areas.policies.queries import in_force, revisions
from asn_api.areas.policies.schemas import PolicyIn
from asn_api.core.journal import Change, difference, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.rules.assessment_policy import AssessmentPolicy
from asn_api.rules.competency_policy import CompetencyPolicy
from asn_api.rules.complaint_policy import ComplaintPolicy
from asn_api.rules.contribution_policy import ContributionPolicy
from asn_api.rules.credit_policy import CreditPolicy
from asn_api.rules.development_policy import DevelopmentPolicy
from asn_api.rules.enrolment_policy import EnrolmentPolicy
from asn_api.rules.evaluation_policy import EvaluationPolicy
from asn_api.rules.followup_policy import FollowupPolicy
from asn_api.rules.learning_policy import LearningPolicy, ProfessionalismPolicy
from asn_api.rules.monitoring_policy import MonitoringPolicy
from asn_api.rules.plan_policy import PlanPolicy
from asn_api.rules.policy import ActivityPolicy, FilePolicy, IdentityPolicy, NotificationPolicy
from asn_api.rules.policy_values import PolicyArea
from asn_api.rules.recommendation_policy import RecommendationPolicy
from asn_api.tables.organization import Region
from asn_api.tables.policies import Policy

AREAS: dict[str, type[PolicyArea]] = {
    kind.area: kind
    for kind in (
        ActivityPolicy,
        AssessmentPolicy,
        CompetencyPolicy,
        ComplaintPolicy,
        ContributionPolicy,
        CreditPolicy,
        EnrolmentPolicy,
        DevelopmentPolicy,
        EvaluationPolicy,
        FilePolicy,
        FollowupPolicy,
        IdentityPolicy,
        LearningPolicy,
        MonitoringPolicy,
        NotificationPolicy,
        PlanPolicy,
        ProfessionalismPolicy,
        RecommendationPolicy,
    )
}


async def revise(access: Access, db: AsyncSession, area: str, given: PolicyIn) -> tuple[Policy, bool]:
    """The stored revision, and whether it is new; the same one sent again is given back."""
    if area not in AREAS:
        raise Problem("NOT_FOUND")
    if not access.reaches(Reach.REGION):
        raise Problem("POLICY_NEEDS_WHOLE_REGION")
    _check(access, area, given)
    # The region's row orders revisions: two at once would otherwise take the same number.
    region = select(Region.id).where(Region.id == access.region_id)
    await db.execute(region.with_for_update(key_share=True))
    if given.id is not None and (known := await db.get(Policy, (access.region_id, given.id))) is not None:
        stored = (known.area, known.valid_from, known.content, known.source)
        if stored != (area, given.valid_from, given.content, given.source):
            raise Problem("POLICY_ID_TAKEN")
        return known, False
    before = await db.scalar(in_force(access, area, given.valid_from))
    last = await db.scalar(revisions(access, area).with_only_columns(func.max(Policy.revision)))
    policy = Policy(
        region_id=access.region_id,
        id=given.id or uuid7(),
        area=area,
        valid_from=given.valid_from,
        revision=(last or 0) + 1,
        content=given.content,
        source=given.source,
        created_at=access.now,
    )
    db.add(policy)
    changed = difference(before.content if before is not None else {}, given.content)
    changes = {
        "area": area,
        "valid_from": given.valid_from.isoformat(),
        "source": given.source,
        "reason": given.reason,
        "content": changed,
    }
    change = Change("policy", policy.id, policy.revision, "REVISE", changes)
    await record(db, access.author, access.now, change)
    await announce(db, "region", access.region_id)
    return policy, True


def _check(access: Access, area: str, given: PolicyIn) -> None:
    try:
        AREAS[area].from_mapping(given.content)
    except Problem as problem:
        faults = [replace(fault, pointer=f"/content{fault.pointer}") for fault in problem.faults]
        raise Problem("POLICY_INVALID", faults=faults) from None
    if given.valid_from < access.today and given.reason is None:
        raise Problem("POLICY_REASON_REQUIRED", faults=[Fault("/reason", "POLICY_REASON_REQUIRED")])
