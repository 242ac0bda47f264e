"""The SQL of what was done for the results of a plan in a period, by the daily log."""

from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text

from asn_api.access.actor import Access
from asn_api.tables.evaluations import Evaluation

_LINKED = """
with linked as (
    select a.id, a.day, a.description, a.evidence, a.verified_minutes, link.result_id, link.share
    from activities a
    cross join lateral (
        select a.work_result_id as result_id, a.share
        union all
        select (l ->> 'work_result_id')::uuid, (l ->> 'share')::numeric
        from jsonb_array_elements(a.further_links) as l) as link
    where a.region_id = :region and a.employee_id = :employee and a.day >= :first and a.day < :after
        and a.status = 'VERIFIED' and link.result_id is not null)
"""

_SUMS = text(
    _LINKED
    + """
select result_id, count(*) as activities, round(sum(verified_minutes * share))::int as verified_minutes
from linked group by result_id
"""
)

_LINKS = text(
    _LINKED  # noqa: S608 (text of this module only)
    + """
select result_id, id, description, evidence from (
    select *, row_number() over (partition by result_id order by day desc, id desc) as place
    from linked where jsonb_array_length(evidence) > 0) as ranked
where place <= 10 order by result_id, place
"""
)


def sums(access: Access, evaluation: Evaluation) -> tuple[TextClause, dict[str, Any]]:
    """By result: verified activities and their minutes, by shares, rounded once."""
    return _SUMS, _asked(access, evaluation)


def evidence(access: Access, evaluation: Evaluation) -> tuple[TextClause, dict[str, Any]]:
    """By result: the latest ten verified activities that have links."""
    return _LINKS, _asked(access, evaluation)


def _asked(access: Access, evaluation: Evaluation) -> dict[str, UUID | Any]:
    return {
        "region": access.region_id,
        "employee": evaluation.employee_id,
        "first": evaluation.period.lower,
        "after": evaluation.period.upper,
    }
