"""Complaints that an officer gathered on paper or without a line: each taken in for itself, like any other."""

from collections.abc import Sequence

from asn_api.access.actor import Access
from asn_api.areas.complaints import intake, media, queries
from asn_api.areas.complaints.media import Medium
from asn_api.areas.complaints.public_schemas import ReceiptOut
from asn_api.areas.complaints.schemas import GatheredIn
from asn_api.areas.policies.current import policy_on
from asn_api.core.crypto import Keyring
from asn_api.core.database import Work
from asn_api.core.objects import Objects
from asn_api.errors import Problem
from asn_api.rules.complaint_policy import ComplaintPolicy
from asn_api.rules.policy import FilePolicy

Result = tuple[ReceiptOut, bool] | Problem


async def take_in(
    access: Access,
    work: Work,
    keyring: Keyring,
    objects: Objects | None,
    items: Sequence[GatheredIn | Problem],
) -> list[Result]:
    """Each one's receipt, and whether it is new, or why it was refused; one never costs the others."""
    results: dict[int, Result] = {}
    ready: list[tuple[int, GatheredIn, list[Medium]]] = []
    async with work.database.sessions() as own:
        policy = await policy_on(own, access.region_id, ComplaintPolicy, access.today)
        files = await policy_on(own, access.region_id, FilePolicy, access.today)
    if len(items) > policy.intake_items:
        raise Problem("COMPLAINTS_TOO_MANY", limit=policy.intake_items)
    # Before the transaction: no connection is held while photos are looked at.
    for number, item in enumerate(items):
        try:
            if isinstance(item, Problem):
                raise item
            ready.append((number, item, await media.looked_at(item.media, policy, files, objects)))
        except Problem as problem:
            results[number] = problem
    # Locked in one order, and taken by their keys: two batches never wait for each other in a circle.
    joined = {item.joins for _, item, _ in ready if item.joins}
    if joined:
        await work.session.execute(queries.both_locked(access, joined))
    for number, item, kept in sorted(ready, key=lambda each: each[1].key):
        try:
            async with work.session.begin_nested():
                results[number] = await intake.submit(
                    access, work.session, keyring, objects, item, kept, dry=work.dry
                )
        except Problem as problem:
            results[number] = problem
    return [results[number] for number in range(len(items))]
