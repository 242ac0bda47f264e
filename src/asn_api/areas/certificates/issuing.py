"""Certificates of those who completed a class: numbers without gaps, codes that nobody guesses."""

import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.certificates import queries
from asn_api.areas.certificates.claiming import ENTITY
from asn_api.areas.notifications.writing import Notice, notify
from asn_api.core.database import driver_of
from asn_api.core.journal import Change, record
from asn_api.core.mapping import uuid7
from asn_api.rules.certificates import (
    CODE_ALPHABET,
    CODE_LENGTH,
    CertificateOrigin,
    CertificateStatus,
    issuer_key,
    number_key,
    number_of,
    title_key,
)
from asn_api.rules.learning_hours import year_of
from asn_api.rules.notifications import NoticeKind
from asn_api.tables.certificates import CertificateSeries, TrainingCertificate

ISSUE = "certificates.issue"
"""The job, deferred with the region and the class when a class is finished; every hour it looks itself."""


async def issue(access: Access, db: AsyncSession, class_id: UUID) -> int:
    """For everybody who completed the class and has none yet, in the order of names; gives how many.

    Whoever issues in the class holds its series until the end of the transaction, so a number that is not
    kept is given again: there are neither gaps nor two of one number.
    """
    taught = (await db.execute(queries.taught(access, class_id))).mappings().one()
    finished = access.actor.today(taught["finished_at"] or access.now)
    numbers = await _series(access, db, class_id, year_of(taught["ends_on"]))
    waiting = (await db.execute(queries.waiting_enrolments(access, class_id))).all()
    units = {
        row.employee_id: row.unit_id
        for row in await db.execute(queries.units_of(access, [each.employee_id for each in waiting]))
    }
    made = []
    for each in waiting:
        numbers.last += 1
        made.append(
            TrainingCertificate(
                region_id=access.region_id,
                id=uuid7(),
                employee_id=each.employee_id,
                enrolment_id=each.id,
                code=code(),
                created_at=access.now,
                **content(taught, numbers.series, numbers.last, finished),
            )
        )
    db.add_all(made)
    await db.flush()
    changes = [
        Change(
            ENTITY,
            row.id,
            row.version,
            "ISSUE",
            {"number": [None, row.number], "jp": [None, row.jp], "status": [None, row.status]},
            units.get(row.employee_id),
            row.employee_id,
        )
        for row in made
    ]
    await record(db, access.author, access.now, *changes)
    told = [
        Notice(
            row.employee_id,
            NoticeKind.CERTIFICATE_ISSUED,
            ENTITY,
            row.id,
            params={"jp": row.jp, "year": row.year},
        )
        for row in made
    ]
    await notify(await driver_of(db), access, told)
    return len(made)


def content(taught: Mapping[str, Any], series: int, place: int, finished: date) -> dict[str, Any]:
    """What a certificate of a class says."""
    year = year_of(taught["ends_on"])
    number, issuer = number_of(year, series, place), f"{taught['agency']}, {taught['region']}"
    return {
        "course_id": taught["course_id"],
        "origin": CertificateOrigin.ISSUED,
        "status": CertificateStatus.ISSUED,
        "number": number,
        "number_key": number_key(number),
        "issuer": issuer,
        "issuer_key": issuer_key(issuer),
        "title": taught["title"],
        "title_key": title_key(taught["title"]),
        "kind": taught["kind"],
        "jp": taught["jp"],
        "starts_on": taught["starts_on"],
        "ends_on": taught["ends_on"],
        "issued_on": max(finished, taught["ends_on"]),
        "year": year,
    }


def code() -> str:
    """What nobody guesses."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


async def _series(access: Access, db: AsyncSession, class_id: UUID, year: int) -> CertificateSeries:
    """The numbers of the class, locked; a class that has none gets the next of the year."""
    known = await db.scalar(queries.series(access, class_id))
    if known is not None:
        return known
    await db.execute(queries.lock_region(access))
    known = await db.scalar(queries.series(access, class_id))
    if known is None:
        last = await db.scalar(queries.last_series(access, year)) or 0
        known = CertificateSeries(
            region_id=access.region_id, id=uuid7(), class_id=class_id, year=year, series=last + 1, last=0
        )
        db.add(known)
        await db.flush()
    return known
