"""What three years of training left in Kota Demo: certificates, what participants thought, what heads wrote."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.certificates import queries
from asn_api.areas.certificates.issuing import code, content
from asn_api.areas.policies.current import policy_on
from asn_api.core.bulk import analyze, copy_in
from asn_api.core.mapping import uuid7
from asn_api.demo.cascade import SEED
from asn_api.demo.roster import Person
from asn_api.rules.learning_policy import LearningPolicy
from asn_api.rules.training_evaluation import (
    QUESTIONS,
    TrainingLevel,
    TrainingRespondent,
    Window,
    behaviour_window,
    reaction_window,
)
from asn_api.tables.certificates import (
    CertificateSeries,
    TrainingCertificate,
    TrainingEvaluation,
    TrainingResultNote,
)

Row = dict[str, Any]

NOTES = (
    "Waktu pelayanan di loket berkurang; peserta mengajari rekan satu tim setiap Jumat.",
    "Berkas kini tersusun menurut pedoman dan ditemukan dalam hitungan menit.",
    "Laporan bulanan selesai dua hari lebih cepat dari sebelumnya.",
    "Peserta menyusun prosedur baru yang sudah dipakai seluruh unit.",
)
COMMENTS = (
    "Latihannya langsung dapat dipakai.",
    "Waktunya terlalu singkat untuk praktik.",
    "Pengajar sabar dan jelas.",
    "Contoh kasusnya dekat dengan pekerjaan kami.",
)

_JOURNAL = text("""
insert into journal (region_id, at, entity, entity_id, version, action, changes, employee_id)
select region_id, created_at, 'certificate', id, version, 'ISSUE',
       jsonb_build_object('number', jsonb_build_array(null, number), 'jp', jsonb_build_array(null, jp)), employee_id
from training_certificates where region_id = :region_id
union all
select region_id, written_at, 'training_result_note', id, version, 'CREATE', '{}', author_id
from training_result_notes where region_id = :region_id
order by 2
""")


async def store(db: AsyncSession, access: Access, people: Sequence[Person]) -> None:
    """For whoever completed a class; classes have their numbers in the order in which they ended."""
    policy = await policy_on(db, access.region_id, LearningPolicy, access.today)
    above = {each.id: each.superior_id for each in people}
    places = {each.id: each.unit_id for each in people}
    rng = Random(f"{SEED}/certificates")  # noqa: S311
    certificates: list[Row] = []
    series: list[Row] = []
    evaluations: list[Row] = []
    notes: list[Row] = []
    found = (await db.execute(queries.completed(access))).mappings().all()
    for class_id, rows in groupby(found, key=lambda row: row["class_id"]):
        taught = list(rows)
        year = taught[0]["ends_on"].year
        numbers: Row = {"year": year, "series": 1 + sum(each["year"] == year for each in series)}
        certificates += [_certificate(access, each, numbers, place) for place, each in enumerate(taught, 1)]
        series.append(_keyed(access, class_id=class_id, **numbers, last=len(taught)))
        evaluations += _evaluated(access, policy, taught[0], len(taught), rng)
        author = above.get(taught[0]["employee_id"])
        if author is not None and rng.random() < 0.1:
            day = taught[0]["ends_on"] + timedelta(days=60)
            if day < access.today:
                notes.append(_note(access, class_id, author, places[author], day, rng))
    await copy_in(db, TrainingCertificate, certificates)
    await copy_in(db, CertificateSeries, series)
    await copy_in(db, TrainingEvaluation, evaluations)
    await copy_in(db, TrainingResultNote, notes)
    await db.execute(_JOURNAL, {"region_id": access.region_id})
    await analyze(db, TrainingCertificate, TrainingEvaluation)


def _keyed(access: Access, **values: Any) -> Row:
    return {"region_id": access.region_id, "id": uuid7(), **values}


def _certificate(access: Access, completed: Mapping[str, Any], numbers: Mapping[str, Any], place: int) -> Row:
    said = content(completed, numbers["series"], place, completed["ends_on"])
    return _keyed(
        access,
        version=1,
        employee_id=completed["employee_id"],
        enrolment_id=completed["enrolment_id"],
        code=code(),
        created_at=completed["finished_at"],
        **said,
    )


def _evaluated(
    access: Access, policy: LearningPolicy, taught: Mapping[str, Any], people: int, rng: Random
) -> Iterable[Row]:
    """What is left of evaluations whose time is over: sums of at least so many."""
    ended: date = taught["ends_on"]
    around = behaviour_window(ended, policy.behaviour_after_months, policy.behaviour_months)
    for level, window, respondents in (
        (
            TrainingLevel.REACTION,
            reaction_window(ended, policy.reaction_days),
            (TrainingRespondent.PARTICIPANT,),
        ),
        (TrainingLevel.BEHAVIOUR, around, (TrainingRespondent.SUPERIOR, TrainingRespondent.COLLEAGUE)),
    ):
        if window.closes_on < access.today:
            yield _keyed(
                access,
                version=2,
                class_id=taught["class_id"],
                course_id=taught["course_id"],
                level=level,
                opens_on=window.opens_on,
                closes_on=window.closes_on,
                closed_at=_morning_after(window),
                result={"groups": [_group(level, each, people, policy, rng) for each in respondents]},
            )


def _morning_after(window: Window) -> datetime:
    return datetime.combine(window.closes_on + timedelta(days=1), time(1), UTC)


def _group(
    level: TrainingLevel, respondent: TrainingRespondent, people: int, policy: LearningPolicy, rng: Random
) -> Row:
    answered = rng.randint(people // 2, people)
    enough = answered >= policy.least_answers
    written = level is TrainingLevel.REACTION and enough and rng.random() < 0.3
    return {
        "respondent": respondent,
        "asked": people,
        "answered": answered if enough else None,
        "scores": {
            each.value: sum(rng.choice((3, 4, 4, 5)) for _ in range(answered)) for each in QUESTIONS[level]
        }
        if enough
        else None,
        "comments": rng.sample(COMMENTS, policy.least_answers) if written else [],
    }


def _note(access: Access, class_id: UUID, author_id: UUID, unit_id: UUID, day: date, rng: Random) -> Row:
    return _keyed(
        access,
        version=1,
        class_id=class_id,
        author_id=author_id,
        unit_id=unit_id,
        note=rng.choice(NOTES),
        written_at=datetime.combine(day, time(2), UTC),
    )
