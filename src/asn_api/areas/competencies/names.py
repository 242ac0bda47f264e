"""What competencies are called, and which may be named."""

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.competencies import queries
from asn_api.errors import Language
from asn_api.rules.competencies import NationalCompetency
from asn_api.rules.labels import label

NATIONAL = frozenset(each.value for each in NationalCompetency)


async def names(
    access: Access, db: AsyncSession, codes: Collection[str], language: Language
) -> Mapping[str, str]:
    """By code; one that the region does not know is called by its code."""
    found = {code: label(NationalCompetency(code), language) for code in codes if code in NATIONAL}
    own = [code for code in codes if code not in NATIONAL]
    if own:
        for code, name in await db.execute(queries.technical_names(access, own)):
            found[code] = name
    return {code: found.get(code, code) for code in codes}


async def unknown(access: Access, db: AsyncSession, codes: Collection[str], day: date) -> set[str]:
    """Those among the codes that may not be named on the day: neither national nor open in the region."""
    own = set(codes) - NATIONAL
    if not own:
        return set()
    return own - set(await db.scalars(queries.open_codes(access, own, day)))
