"""What the people of Kota Demo are able to do: technical competencies, standards, results of assessments."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.policies.current import policy_on
from asn_api.core.bulk import copy_in
from asn_api.core.mapping import uuid7
from asn_api.demo.roster import Person
from asn_api.rules.competencies import EvidenceSource, NationalCompetency, last_day, tier
from asn_api.rules.competency_policy import CompetencyPolicy
from asn_api.rules.credits import level_in
from asn_api.tables.competencies import Competency, CompetencyEvidence, CompetencyStandard

TECHNICAL = {
    "TEKNIS_PEMBELAJARAN": ("Perancangan dan Asesmen Pembelajaran", ("guru",)),
    "TEKNIS_KEPERAWATAN": ("Asuhan Keperawatan", ("perawat",)),
    "TEKNIS_KEBIDANAN": ("Asuhan Kebidanan", ("bidan",)),
    "TEKNIS_KEUANGAN": ("Pengelolaan Keuangan Daerah", ("keuangan", "bendahara")),
    "TEKNIS_KEPEGAWAIAN": ("Manajemen ASN", ("kepegawaian", "sumber daya manusia")),
    "TEKNIS_ADMINISTRASI": ("Tata Naskah Dinas dan Kearsipan", ("administrasi", "arsip")),
    "TEKNIS_PEMETAAN": ("Pemetaan Digital", ("ruang", "teknik")),
}
"""Code → name and words of the titles of positions that ask for it."""
SINCE = date(2022, 1, 1)


async def store(db: AsyncSession, access: Access, people: Sequence[Person]) -> None:
    policy = await policy_on(db, access.region_id, CompetencyPolicy, access.today)
    await copy_in(db, Competency, [_competency(access, code) for code in TECHNICAL])
    asked = {person.position_id: code for person in people for code in _asked(person)}
    await copy_in(db, CompetencyStandard, [_standard(access, id, code) for id, code in sorted(asked.items())])
    rows = [row for person in people for row in _evidence(access, policy, person)]
    await copy_in(db, CompetencyEvidence, rows)


def _asked(person: Person) -> list[str]:
    title = person.post.title.lower()
    return [code for code, (_, words) in TECHNICAL.items() if any(word in title for word in words)][:1]


def _competency(access: Access, code: str) -> dict[str, Any]:
    return {
        "region_id": access.region_id,
        "id": uuid7(),
        "code": code,
        "name": TECHNICAL[code][0],
        "version": 1,
    }


def _standard(access: Access, position_id: Any, code: str) -> dict[str, Any]:
    return {
        "region_id": access.region_id,
        "id": uuid7(),
        "position_id": position_id,
        "competency_code": code,
        "level": 3,
        "criticality": 3,
        "valid": Range(SINCE, None),
        "version": 1,
    }


def _evidence(access: Access, policy: CompetencyPolicy, person: Person) -> Iterator[dict[str, Any]]:
    """Three of ten were at the assessment centre, one was seen by the superior, the others by nobody yet."""
    chance = Random(person.nip)  # noqa: S311 (made-up people, the same every time)
    drawn = chance.random()
    level = tier(person.post.kind, person.post.echelon, level_in(person.post.title))
    required = policy.required_levels[level] if level else 2
    day = access.today - timedelta(days=30 + chance.randrange(600))
    source = EvidenceSource.ASSESSMENT_CENTRE if drawn < 0.3 else EvidenceSource.SUPERIOR
    if drawn > 0.4 or (source is EvidenceSource.SUPERIOR and person.superior_id is None):
        return
    by_superior = source is EvidenceSource.SUPERIOR
    wanted = [
        *((each.value, required) for each in NationalCompetency),
        *((code, 3) for code in _asked(person)),
    ]
    for code, asked in wanted:
        yield {
            "region_id": access.region_id,
            "id": uuid7(),
            "employee_id": person.id,
            "competency_code": code,
            "level": min(5, max(1, asked + chance.choices((-1, 0, 1), (3, 5, 2))[0])),
            "source": source,
            "assessed_on": day,
            "valid_until": last_day(day, policy.valid_months[source]),
            "assessor_id": person.superior_id if by_superior else None,
            "assessor": None if by_superior else "Pusat Penilaian Kompetensi Kota Demo",
            "created_at": access.now,
            "version": 1,
        }
