"""Suggests what a report may repeat, with the reasons: words in common, and how near it is."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.complaints import similar_queries as queries
from asn_api.areas.complaints.intake import category_of
from asn_api.areas.complaints.public_schemas import SimilarIn
from asn_api.areas.complaints.queries import LANGUAGE
from asn_api.areas.policies.current import policy_on
from asn_api.rules.complaint_policy import ComplaintPolicy
from asn_api.rules.similarity import Likeness, box_around, metres_between, telling, two_in_common


async def similar(access: Access, db: AsyncSession, given: SimilarIn) -> list[dict[str, Any]]:
    policy = await policy_on(db, access.region_id, ComplaintPolicy, access.today)
    category_id = await category_of(access, db, given.category)
    stems = telling(await stems_of(db, given.subject))
    pairs = two_in_common(stems)
    here = (given.place.latitude, given.place.longitude) if given.place else None
    box = box_around(*here, policy.similar_metres) if here else None
    if pairs is None and box is None:
        return []
    rows = (await db.execute(queries.candidates(access, policy, pairs, box, category_id))).mappings()
    found = []
    for row in rows:
        there = (row["latitude"], row["longitude"])
        metres = metres_between(here, there) if here and row["latitude"] is not None else None
        likeness = Likeness(tuple(stem for stem in stems if stem in row["stems"]), metres)
        found.append((likeness.weight(policy.similar_metres), row, likeness))
    # Sorting is stable: of equals the newest stays first.
    found.sort(key=lambda each: -each[0])
    return [
        {
            **{name: row[name] for name in ("id", "subject", "status", "received_at", "joined")},
            "distance_m": likeness.metres,
            "words": list(likeness.words),
        }
        for _, row, likeness in found[: policy.similar_shown]
    ]


async def stems_of(db: AsyncSession, words: str) -> list[str]:
    """As the index has them: the database's own stems of Indonesian."""
    found: list[str] | None = await db.scalar(
        select(func.tsvector_to_array(func.to_tsvector(LANGUAGE, words)))
    )
    return found or []
