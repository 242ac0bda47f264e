"""Where the public comes to: its region, what it may do there, and the brake on guessing codes and PINs."""

from dataclasses import replace
from uuid import UUID

from asn_api.access.actor import Access, system
from asn_api.access.authority import identity_policy
from asn_api.access.grants import Permission
from asn_api.areas.complaints import queries
from asn_api.areas.complaints.codes import is_pin, plain_code
from asn_api.areas.identity.desk import Desk, acquit, charge, region_named
from asn_api.errors import Problem
from asn_api.rules.complaints import ComplaintStatus
from asn_api.tables.complaints import Complaint
from asn_api.tables.organization import Region


def public_access(desk: Desk, region: Region) -> Access:
    """Nobody's, in this region: what the public may see is said by each of its queries."""
    access = system(region.id, Permission.COMPLAINTS_READ, desk.now, region.zone)
    return replace(access, request_id=desk.request_id)


async def tracked(desk: Desk, region_code: str | None, code: str, pin: str | None) -> tuple[Access, UUID]:
    """The complaint behind a code, with its PIN where one is given; COMPLAINT_UNKNOWN for all that does not fit.

    Attempts are counted for the code and the address before they are judged, wherever they come from. Those with a
    PIN are counted apart: else reading with the code alone would forgive wrong PINs.
    """
    plain = plain_code(code)
    what = f"complaint/{plain}" if pin is None else f"complaint-pin/{plain}"
    async with desk.database.sessions.begin() as own:
        region = await region_named(own, region_code, desk.settings)
        access = public_access(desk, region)
        policy = await identity_policy(own, region.id, access.today)
        await charge(own, desk.brakes(region.id, what), policy, desk.now)
    async with desk.database.sessions.begin() as own:
        found = await own.scalar(queries.by_code(access, plain))
        if found is None or not _opens(desk, found, pin):
            raise Problem("COMPLAINT_UNKNOWN")
        await acquit(desk, own, region.id, what)
        return access, found.id


def _opens(desk: Desk, complaint: Complaint, pin: str | None) -> bool:
    if pin is not None:
        return is_pin(desk.keyring, complaint.region_id, complaint.id, pin, complaint.pin_digest)
    return not complaint.is_secret


def followed(complaint: Complaint) -> UUID:
    """Whose status and answers are shown: a merged one follows the other."""
    if complaint.status is ComplaintStatus.MERGED and complaint.parent_id is not None:
        return complaint.parent_id
    return complaint.id
