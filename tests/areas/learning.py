"""Finished classes and certificates, for tests of what comes after a training."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import select, update

from asn_api.areas.certificates.jobs import ISSUE_CERTIFICATES
from asn_api.core.jobs import Means
from asn_api.core.mapping import uuid7
from asn_api.rules.courses import CourseKind, CourseMode, CourseStatus, form_of
from asn_api.rules.enrolments import ClassStatus, EnrolmentOrigin, EnrolmentStatus
from asn_api.tables.certificates import TrainingCertificate
from asn_api.tables.employees import Employee
from asn_api.tables.training import Course, CourseClass, Enrolment
from tests.areas.sending import pdf, sent
from tests.factories import City
from tests.matrix import add

Json = dict[str, Any]
ONE = {"If-Match": '"1"'}
_codes = count(1)


async def course(city: City, kind: CourseKind = CourseKind.TECHNICAL, jp: int = 20, **values: Any) -> UUID:
    row = Course(
        region_id=city.region.id,
        id=uuid7(),
        **{
            "unit_id": city.units["health"].id,
            "code": f"K-{next(_codes):05d}",
            "title": "Pelayanan Prima",
            "description": "Melayani warga dengan ramah dan cepat.",
            "form": form_of(kind),
            "kind": kind,
            "mode": CourseMode.ON_SITE,
            "jp": jp,
            "cost": 0,
            "mandatory_for": [],
            "status": CourseStatus.PUBLISHED,
            "created_at": city.now,
            "published_at": city.now,
            **values,
        },
    )
    await add(city, row)
    return row.id


async def course_class(
    city: City,
    first: date = date(2026, 10, 5),
    last: date = date(2026, 10, 7),
    course_id: UUID | None = None,
    jp: int = 20,
    status: ClassStatus = ClassStatus.FINISHED,
) -> UUID:
    moment = datetime(first.year, first.month, first.day, 1, tzinfo=UTC)
    over = datetime(last.year, last.month, last.day, 10, tzinfo=UTC)
    row = CourseClass(
        region_id=city.region.id,
        id=uuid7(),
        course_id=course_id or await course(city, jp=jp),
        unit_id=city.units["clinic"].id,
        organiser_id=city.id("chief"),
        name="Angkatan I",
        mode=CourseMode.ON_SITE,
        jp=jp,
        place="Aula",
        starts_on=first,
        ends_on=last,
        begins_at=moment,
        registration_opens_at=moment - timedelta(days=30),
        registration_closes_at=moment - timedelta(days=3),
        needs_approval=False,
        seats=100,
        status=status,
        created_at=moment - timedelta(days=40),
        finished_at=over if status is ClassStatus.FINISHED else None,
    )
    await add(city, row)
    return row.id


async def enrolled(
    city: City,
    class_id: UUID,
    *people: str,
    status: EnrolmentStatus = EnrolmentStatus.COMPLETED,
    **values: Any,
) -> list[UUID]:
    rows = [
        Enrolment(
            region_id=city.region.id,
            id=uuid7(),
            class_id=class_id,
            employee_id=city.id(person),
            unit_id=city.posts[person].unit_id,
            origin=EnrolmentOrigin.REQUEST,
            status=status,
            requested_at=city.now,
            place=next(_codes),
            passed=True if status is EnrolmentStatus.COMPLETED else None,
            **values,
        )
        for person in people
    ]
    await add(city, *rows)
    return [row.id for row in rows]


def means(city: City, now: datetime | None = None) -> Means:
    return Means(city.database, city.app.state.keyring, clock=lambda: now or city.now)


async def issue(city: City, class_id: UUID | None = None) -> None:
    """As the job does it."""
    await ISSUE_CERTIFICATES.run(
        means(city), str(city.region.id), None if class_id is None else str(class_id)
    )


async def completed(city: City, *people: str, **of_class: Any) -> list[Json]:
    """A class that these people completed, with their certificates, by number."""
    class_id = await course_class(city, **of_class)
    await enrolled(city, class_id, *people)
    await issue(city, class_id)
    async with city.call_as("admin") as admin:
        found = (await admin.get("/v1/certificates", params={"origin": "ISSUED", "limit": 200})).json()[
            "data"
        ]
    names = {str(city.id(person)) for person in people}
    shown: list[Json] = sorted(
        (each for each in found if each["employee"]["id"] in names), key=lambda each: str(each["number"])
    )
    return shown


async def rows(city: City) -> list[TrainingCertificate]:
    async with city.database.sessions() as db:
        return list(
            await db.scalars(
                select(TrainingCertificate)
                .where(TrainingCertificate.region_id == city.region.id)
                .order_by(TrainingCertificate.number, TrainingCertificate.id)
            )
        )


async def proof(city: City, person: str = "staff", inside: bytes = b"") -> str:
    async with city.call_as(person) as client:
        return await sent(client, pdf(inside or str(uuid7()).encode()))


def certificate(file_id: str, **changes: Any) -> Json:
    return {
        "number": "123/DIKLAT/2026",
        "issuer": "Pusdiklat Contoh",
        "title": "Manajemen Arsip",
        "kind": "TECHNICAL",
        "jp": 16,
        "starts_on": "2026-03-02",
        "ends_on": "2026-03-04",
        "issued_on": "2026-03-05",
        "file_id": file_id,
        **changes,
    }


async def claim(city: City, person: str = "staff", **changes: Any) -> httpx.Response:
    body = certificate(changes.pop("file_id", None) or await proof(city, person), **changes)
    async with city.call_as(person) as client:
        return await client.post("/v1/certificates", json=body)


async def claimed(city: City, person: str = "staff", **changes: Any) -> Json:
    answer = await claim(city, person, **changes)
    assert answer.status_code == 201, answer.text
    shown: Json = answer.json()
    return shown


async def verify(city: City, shown: Json, **body: Any) -> httpx.Response:
    async with city.call_as("admin") as admin:
        return await admin.post(
            f"/v1/certificates/{shown['id']}/verification",
            json=body,
            headers={"If-Match": f'"{shown["version"]}"'},
        )


async def verified(city: City, person: str = "staff", **changes: Any) -> Json:
    answer = await verify(city, await claimed(city, person, **changes))
    assert answer.status_code == 200, answer.text
    shown: Json = answer.json()
    return shown


async def got(city: City, person: str, path: str, **params: Any) -> Json:
    async with city.call_as(person) as client:
        answer = await client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    shown: Json = answer.json()
    return shown


async def employee_becomes(city: City, person: str, **values: Any) -> None:
    async with city.database.sessions() as db, db.begin():
        await db.execute(
            update(Employee)
            .where(Employee.region_id == city.region.id, Employee.id == city.id(person))
            .values(**values)
        )


def points(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)
