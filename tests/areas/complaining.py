"""Complaints as the public sends them, and the people who handle them."""

import base64
from io import BytesIO
from typing import Any

import httpx
from PIL import Image
from sqlalchemy.dialects.postgresql import Range

from asn_api.core.mapping import uuid7
from asn_api.rules.identity import GrantedRole
from asn_api.rules.organization import UnitKind
from asn_api.tables.identity import RoleGrant
from tests.factories import LONG_AGO, City, add_person, add_unit, sign_in

Json = dict[str, Any]
SUPERVISORY = "COMPLAINT_SUPERVISORY"
REPORTER = {"name": "Budi Contoh", "phone": "0812-0000-1234"}
HOLE = {
    "subject": "Jalan berlubang di depan pasar",
    "text": "Lubangnya besar dan sudah ada pengendara motor yang jatuh.",
    "reporter": REPORTER,
}


def ok(answer: httpx.Response) -> Json:
    assert answer.is_success, answer.text
    found: Json = answer.json()
    return found


async def coordinator(city: City, name: str = "coordinator", at: str = "root") -> str:
    """Somebody of an agency of his own who coordinates the complaints of the region, or of a branch."""
    async with city.database.sessions() as db, db.begin():
        if "secretariat" not in city.units:
            await add_unit(db, city, "secretariat", city.units["root"], UnitKind.AGENCY)
        await add_person(db, city, name, "secretariat")
        await add_grant(db, city, name, GrantedRole.COMPLAINT_COORDINATOR, at)
        await sign_in(db, city, name)
    return name


async def contact(city: City, name: str, at: str) -> str:
    async with city.database.sessions() as db, db.begin():
        await add_person(db, city, name, at)
        await add_grant(db, city, name, GrantedRole.COMPLAINT_CONTACT, at)
        await sign_in(db, city, name)
    return name


async def add_grant(db: Any, city: City, name: str, role: GrantedRole, at: str) -> None:
    db.add(
        RoleGrant(
            region_id=city.region.id,
            id=uuid7(),
            account_id=city.accounts[name].id,
            role=role,
            unit_id=city.units[at].id,
            valid=Range(LONG_AGO, None),
        )
    )
    await db.flush()


async def sent(city: City, **given: Any) -> Json:
    """The receipt, with the complaint's own id as the coordinator finds it."""
    body = {**HOLE, "region": city.region.code, **given}
    async with city.call_as("anonymous") as client:
        answer = await client.post("/v1/public/complaints", json=body)
    assert answer.status_code in (200, 201), answer.text
    receipt: Json = answer.json()
    return receipt


async def known(city: City, receipt: Json, by: str = "coordinator") -> str:
    """The id of the complaint behind a receipt."""
    async with city.call_as(by) as client:
        found = ok(await client.get("/v1/complaints", params={"code": receipt["code"]}))
    return str(found["data"][0]["id"])


async def received(city: City, **given: Any) -> tuple[str, Json]:
    """The id and the receipt of a new complaint."""
    receipt = await sent(city, **given)
    return await known(city, receipt), receipt


async def act(city: City, who: str, id: str, what: str, status: int = 200, **body: Any) -> Json:
    """A step with the version as it is now."""
    async with city.call_as(who) as client:
        version = ok(await client.get(f"/v1/complaints/{id}"))["version"]
        method = "PUT" if what == "subjects" else "POST"
        answer = await client.request(
            method,
            f"/v1/complaints/{id}/{what}",
            json=body if body or what == "verification" else None,
            headers={"If-Match": f'"{version}"'},
        )
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else {}


async def forwarded(
    city: City, agency: str = "health", officer: str | None = "staff", **given: Any
) -> tuple[str, Json]:
    id, receipt = await received(city, **given)
    await act(city, "coordinator", id, "verification")
    body: Json = {"agency_id": str(city.units[agency].id)}
    if officer is not None:
        body["officer_id"] = str(city.id(officer))
    await act(city, "coordinator", id, "disposition", **body)
    return id, receipt


async def answered(city: City, **given: Any) -> tuple[str, Json]:
    id, receipt = await forwarded(city, **given)
    await act(city, "staff", id, "answer", text="Lubang ditutup hari ini.")
    return id, receipt


def named(city: City, person: str | None = None, unit: str = "ward") -> list[Json]:
    return [{"unit_id": str(city.units[unit].id), "employee_id": str(city.id(person)) if person else None}]


async def supervisory(city: City, **about: Any) -> str:
    """Verified, about `staff` of the ward unless said otherwise."""
    id, _ = await received(city, kind=SUPERVISORY, subject="Pungutan liar di loket pelayanan")
    await act(city, "coordinator", id, "subjects", 204, subjects=named(city, **{"person": "staff"} | about))
    await act(city, "coordinator", id, "verification")
    return id


async def track(city: City, receipt: Json, pin: str | None = "right", **headers: str) -> httpx.Response:
    given = receipt["pin"] if pin == "right" else pin
    async with city.call_as("anonymous", **headers) as client:
        return await client.get(
            f"/v1/public/complaints/{receipt['code']}",
            params={"region": city.region.code},
            headers={"Complaint-Pin": given} if given else {},
        )


async def reply(city: City, receipt: Json, what: str, status: int = 200, **body: Any) -> Json:
    """A step of the reporter, with code and PIN."""
    async with city.call_as("anonymous") as client:
        answer = await client.post(
            f"/v1/public/complaints/{receipt['code']}/{what}",
            params={"region": city.region.code},
            json=body,
            headers={"Complaint-Pin": receipt["pin"]},
        )
    assert answer.status_code == status, answer.text
    found: Json = answer.json()
    return found


def photo_bytes(side: int = 40) -> bytes:
    """A JPEG that says where it was taken."""
    output = BytesIO()
    image = Image.new("RGB", (side, side), "green")
    exif = image.getexif()
    exif[0x010F] = "Kamera rahasia"
    image.save(output, "JPEG", exif=exif)
    return output.getvalue()


def photo(side: int = 40) -> Json:
    return {"name": "foto.jpg", "content": base64.b64encode(photo_bytes(side)).decode()}


def ids(found: Json) -> set[str]:
    return {each["id"] for each in found["data"]}
