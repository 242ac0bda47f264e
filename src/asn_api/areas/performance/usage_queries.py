"""The SQL of what may no longer be dropped: others point at it. Apart, since it knows tables of later areas."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, cast, exists, func, or_, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.tables.activities import Activity, ResultChain
from asn_api.tables.monitoring import Feedback, FeedbackRequest, ForumTopic
from asn_api.tables.performance import EvaluatorAssignment, Indicator, ProgressReport, WorkResult


def goal_is_used(access: Access, goal_id: UUID) -> Select[bool]:
    """By a result of now, or by verified work when it was verified."""
    return select(
        exists().where(WorkResult.region_id == access.region_id, WorkResult.goal_id == goal_id)
        | exists().where(ResultChain.region_id == access.region_id, ResultChain.goal_id == goal_id)
    )


def _split_work(access: Access, name: str, row: type[WorkResult] | type[Indicator]) -> ColumnElement[bool]:
    """Whether the caller's own work names it beside another result; nobody else's can."""
    link = func.jsonb_build_array(func.jsonb_build_object(name, cast(row.id, Text)))
    return exists().where(
        Activity.region_id == row.region_id,
        Activity.employee_id == access.employee_id,
        Activity.further_links.contains(link),
    )


def used_results(access: Access, ids: Collection[UUID]) -> Select[UUID]:
    """Those that work, another plan's results, a kept indicator or chain, or what was said of them point at."""
    child = aliased(WorkResult)
    return select(WorkResult.id).where(
        WorkResult.region_id == access.region_id,
        WorkResult.id.in_(ids),
        exists().where(Activity.region_id == WorkResult.region_id, Activity.work_result_id == WorkResult.id)
        | _split_work(access, "work_result_id", WorkResult)
        | exists().where(child.region_id == WorkResult.region_id, child.parent_id == WorkResult.id)
        | exists().where(
            Indicator.region_id == WorkResult.region_id, Indicator.work_result_id == WorkResult.id
        )
        | exists().where(
            ResultChain.region_id == WorkResult.region_id, ResultChain.path.contains(array([WorkResult.id]))
        )
        | or_(
            *(
                exists().where(
                    spoken.region_id == WorkResult.region_id, spoken.work_result_id == WorkResult.id
                )
                for spoken in (Feedback, FeedbackRequest, ForumTopic)
            )
        ),
    )


def used_indicators(access: Access, ids: Collection[UUID]) -> Select[UUID]:
    """Those that work or reported progress points at."""
    return select(Indicator.id).where(
        Indicator.region_id == access.region_id,
        Indicator.id.in_(ids),
        exists().where(Activity.region_id == Indicator.region_id, Activity.indicator_id == Indicator.id)
        | _split_work(access, "indicator_id", Indicator)
        | exists().where(
            ProgressReport.region_id == Indicator.region_id, ProgressReport.indicator_id == Indicator.id
        ),
    )


def plan_is_used(access: Access, plan_id: UUID) -> Select[bool]:
    """Whether work or a letter that names the plan's evaluator points at it."""
    return select(
        exists().where(Activity.region_id == access.region_id, Activity.plan_id == plan_id)
        | exists().where(
            EvaluatorAssignment.region_id == access.region_id, EvaluatorAssignment.plan_id == plan_id
        )
    )
