"""Suggests to the coordinator where a complaint belongs, with the reasons."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.complaints import queries, routing_queries
from asn_api.areas.complaints.handling import row_of
from asn_api.areas.complaints.similar import stems_of
from asn_api.areas.policies.current import policy_on
from asn_api.errors import Problem
from asn_api.rules.complaint_policy import ComplaintPolicy
from asn_api.rules.complaint_routing import Taken, suggestions
from asn_api.rules.similarity import telling, two_in_common


async def suggested(access: Access, db: AsyncSession, id: UUID) -> dict[str, Any]:
    row = await row_of(access, db, id)
    if row is None:
        raise Problem("NOT_FOUND")
    policy = await policy_on(db, access.region_id, ComplaintPolicy, access.today)
    stems = telling(await stems_of(db, row.subject))
    pairs = two_in_common(stems)
    found = (await db.execute(routing_queries.taken_on(access, row, policy, pairs))).all() if pairs else []
    past = [Taken(each.agency_id, [stem for stem in stems if stem in each.stems]) for each in found]
    route = (await db.execute(queries.route_of(access, row.category_id))).one_or_none()
    of_category = route.id if route else None
    ids = {each.agency_id for each in past} | ({of_category} if of_category else set())
    names = {each.id: each.name for each in await db.execute(routing_queries.fit_agencies(access, id, ids))}
    best = suggestions(
        of_category if of_category in names else None,
        policy.routing_category_points,
        [each for each in past if each.agency_id in names],
        policy.routing_shown,
    )
    return {
        "words": stems,
        "compared": len(past),
        "category_points": policy.routing_category_points,
        "data": [
            {
                "agency": {"id": each.agency_id, "name": names[each.agency_id]},
                "points": each.points,
                "complaints": each.complaints,
                "words": each.words,
                "of_category": each.of_category,
            }
            for each in best
        ],
    }
