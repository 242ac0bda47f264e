"""Open311 GeoReport v2: its shapes in both formats, what comes in by it, and what it never shows."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy import func, select, update

from asn_api.areas.open311.formats import written
from asn_api.areas.open311.requests import SPAN, _submission, window
from asn_api.areas.open311.schemas import Open311RequestIn
from asn_api.core.mapping import uuid7
from asn_api.errors import Problem
from asn_api.tables.complaints import Complaint, ComplaintReporter
from tests.areas.complaining import (
    act,
    answered,
    coordinator,
    forwarded,
    known,
    ok,
    photo_bytes,
    received,
    reply,
    sent,
    track,
)
from tests.factories import City

Json = dict[str, Any]
NAMELESS: Json = {"reporter": None, "anonymous": True}
LAMP = {
    "service_code": "JALAN",
    "address_string": "Pasar Lama",
    "description": "Lampu jalan mati\nsejak Senin.",
}
BUDI = {"first_name": "Budi", "last_name": "Contoh", "email": "budi@contoh.id"}
REQUEST = [
    "service_request_id",
    "status",
    "status_notes",
    "service_name",
    "service_code",
    "description",
    "agency_responsible",
    "service_notice",
    "requested_datetime",
    "updated_datetime",
    "expected_datetime",
    "address",
    "address_id",
    "zipcode",
    "lat",
    "long",
    "media_url",
]


async def add_service(city: City, code: str = "JALAN", **given: Any) -> None:
    body = {"code": code, "name": code.title(), "agency_id": str(city.units["works"].id), **given}
    async with city.call_as("coordinator") as client:
        assert (await client.post("/v1/complaint-categories", json=body)).status_code == 201


async def get(city: City, path: str, **query: Any) -> httpx.Response:
    async with city.call_as("anonymous") as client:
        return await client.get(f"/open311/v2/{path}", params={"jurisdiction_id": city.region.code, **query})


async def listed(city: City, **query: Any) -> list[str]:
    found = await get(city, "requests.json", **query)
    assert found.status_code == 200, found.text
    return [each["service_request_id"] for each in found.json()]


async def post(city: City, form: str = "json", files: Any = None, **given: Any) -> httpx.Response:
    data = {"jurisdiction_id": city.region.code, **LAMP, **given}
    async with city.call_as("anonymous") as client:
        return await client.post(
            f"/open311/v2/requests.{form}",
            data={name: value for name, value in data.items() if value is not None},
            files=files,
        )


async def posted(city: City, **given: Any) -> tuple[str, Json]:
    """The id, and code and PIN as the notice tells them."""
    answer = await post(city, **given)
    assert answer.status_code in (200, 201), answer.text
    (receipt,) = answer.json()
    code = re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", receipt["service_notice"])
    pin = re.search(r"PIN (\d{4}-\d{4})", receipt["service_notice"])
    assert code is not None
    assert pin is not None
    return receipt["service_request_id"], {"code": code[0], "pin": pin[1]}


async def set_columns(city: City, id: str, **values: Any) -> None:
    async with city.database.sessions.begin() as db:
        await db.execute(
            update(Complaint)
            .where(Complaint.region_id == city.region.id, Complaint.id == id)
            .values(**values)
        )


def leaves(element: ElementTree.Element) -> dict[str, str | None]:
    return {each.tag: each.text for each in element}


# Shapes


@pytest.mark.parametrize("form", ["json", "xml"])
async def test_discovery_names_the_endpoint_and_its_formats(city: City, form: str) -> None:
    found = await get(city, f"discovery.{form}")
    assert found.status_code == 200
    if form == "json":
        (endpoint,) = found.json()["endpoints"]
        assert endpoint["formats"] == ["text/xml", "application/json"]
        assert found.json().keys() == {"changeset", "contact", "key_service", "endpoints"}
    else:
        tree = ElementTree.fromstring(found.content)
        assert tree.tag == "discovery"
        assert [each.text for each in tree.iterfind("endpoints/endpoint/formats/format")] == [
            "text/xml",
            "application/json",
        ]
        endpoint = leaves(tree.find("endpoints/endpoint"))  # type: ignore[arg-type]
    assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
    assert endpoint["url"].endswith("/open311/v2")  # type: ignore[union-attr]
    assert endpoint["type"] == "test"


async def test_services_are_the_open_categories(city: City) -> None:
    await coordinator(city)
    await add_service(city, description="Jalan dan trotoar")
    await add_service(city, "LAMA", closed_on="2026-01-01")
    found = await get(city, "services.json")
    assert found.headers["content-type"] == "application/json; charset=utf-8"
    assert found.json() == [
        {
            "service_code": "JALAN",
            "service_name": "Jalan",
            "description": "Jalan dan trotoar",
            "metadata": False,
            "type": "realtime",
            "keywords": None,
            "group": "Works",
        }
    ]
    xml = await get(city, "services.xml")
    assert xml.headers["content-type"] == "text/xml; charset=utf-8"
    assert xml.content.startswith(b"<?xml version='1.0' encoding='utf-8'?>")
    tree = ElementTree.fromstring(xml.content)
    assert (tree.tag, [each.tag for each in tree]) == ("services", ["service"])
    assert leaves(tree[0])["metadata"] == "false"
    assert leaves(tree[0])["keywords"] is None


async def test_a_service_without_an_agency_is_a_service(city: City) -> None:
    await coordinator(city)
    await add_service(city, agency_id=None)
    assert (await get(city, "services.json")).json()[0]["group"] is None


async def test_a_definition_has_no_attributes_and_a_closed_one_is_unknown(city: City) -> None:
    await coordinator(city)
    await add_service(city)
    await add_service(city, "LAMA", closed_on="2026-01-01")
    assert (await get(city, "services/JALAN.json")).json() == {"service_code": "JALAN", "attributes": []}
    tree = ElementTree.fromstring((await get(city, "services/JALAN.xml")).content)
    assert (tree.tag, [each.tag for each in tree]) == ("service_definition", ["service_code", "attributes"])
    for code in ("LAMA", "TIDAK-ADA"):
        unknown = await get(city, f"services/{code}.json")
        assert unknown.status_code == 404
        assert unknown.json()[0]["code"] == 404
        assert "[OPEN311_SERVICE_UNKNOWN]" in unknown.json()[0]["description"]


async def test_a_request_has_all_fields_in_both_formats(city: City) -> None:
    await coordinator(city)
    await add_service(city)
    id, _ = await answered(
        city, category="JALAN", place={"latitude": -6.2, "longitude": 106.8}, address="Pasar Lama"
    )
    (found,) = (await get(city, f"requests/{id}.json")).json()
    assert list(found) == REQUEST
    assert found == dict.fromkeys(REQUEST) | {
        "service_request_id": id,
        "status": "open",
        "status_notes": "Answered: Lubang ditutup hari ini.",
        "service_name": "Jalan",
        "service_code": "JALAN",
        "description": "Jalan berlubang di depan pasar\n\n"
        "Lubangnya besar dan sudah ada pengendara motor yang jatuh.",
        "agency_responsible": "Health",
        "requested_datetime": "2026-11-20T10:00:00+07:00",
        "updated_datetime": "2026-11-20T10:00:00+07:00",
        "expected_datetime": "2026-12-04T23:59:59+07:00",
        "address": "Pasar Lama",
        "lat": -6.2,
        "long": 106.8,
    }
    for path in (f"requests/{id}.xml", "requests.xml"):
        tree = ElementTree.fromstring((await get(city, path)).content)
        assert (tree.tag, [each.tag for each in tree]) == ("service_requests", ["request"])
        assert leaves(tree[0]) == {
            name: None if value is None else str(value) for name, value in found.items()
        }


async def test_status_notes_speak_the_callers_language(city: City) -> None:
    await coordinator(city)
    id, _ = await received(city)
    async with city.call_as("anonymous", **{"Accept-Language": "id"}) as client:
        found = await client.get(
            f"/open311/v2/requests/{id}.json", params={"jurisdiction_id": city.region.code}
        )
    assert found.json()[0]["status_notes"] == "Diterima"


# What comes in


async def test_what_is_posted_goes_through_the_intake_of_all_complaints(city: City) -> None:
    await coordinator(city)
    await add_service(city)
    id, receipt = await posted(
        city,
        **BUDI,
        phone="(0812) 0000.1234",
        lat="-6.2",
        long="106.8",
        media_url="https://foto.contoh.id/1.jpg",
        api_key="xyz",
        device_id="tt222111",
        account_id="5",
        **{"attribute[WARNA]": "merah"},
    )
    async with city.call_as("coordinator") as client:
        shown = ok(await client.get(f"/v1/complaints/{id}"))
    assert shown["code"] == receipt["code"]
    assert (shown["subject"], shown["address"]) == ("Lampu jalan mati", "Pasar Lama")
    assert shown["text"] == "Lampu jalan mati\nsejak Senin.\n\nMedia: https://foto.contoh.id/1.jpg"
    assert (shown["latitude"], shown["longitude"]) == (-6.2, 106.8)
    assert (shown["category_name"], shown["kind"]) == ("Jalan", "COMPLAINT_NON_SUPERVISORY")
    assert (shown["is_anonymous"], shown["due"]["stage"]) == (False, "VERIFY")
    revealed = await act(city, "coordinator", id, "reporter", reason="Perlu mediasi")
    assert revealed == {
        "name": "Budi Contoh",
        "phone": "0812 0000 1234",
        "email": "budi@contoh.id",
        "contact_verified": False,
    }
    assert ok(await track(city, receipt))["text"] == shown["text"]


async def test_with_code_and_pin_of_the_notice_the_reporter_answers(city: City) -> None:
    await coordinator(city)
    await add_service(city)
    id, receipt = await posted(city)
    await act(city, "coordinator", id, "hold", text="Di tiang nomor berapa?")
    assert (await reply(city, receipt, "messages", text="Nomor 7"))["status"] == "RECEIVED"
    # What he was asked is between the two.
    shown = await get(city, f"requests/{id}.json")
    assert "tiang" not in shown.text
    assert "Nomor 7" not in shown.text


async def test_a_receipt_in_xml(city: City) -> None:
    await coordinator(city)
    await add_service(city)
    tree = ElementTree.fromstring((await post(city, "xml")).content)
    assert (tree.tag, tree[0].tag) == ("service_requests", "request")
    assert list(leaves(tree[0])) == ["service_request_id", "service_notice", "account_id"]


async def test_without_a_contact_it_is_anonymous_and_nothing_of_a_name_is_kept(city: City) -> None:
    await coordinator(city)
    await add_service(city)
    id, _ = await posted(city, first_name="Budi")
    async with city.call_as("coordinator") as client:
        assert ok(await client.get(f"/v1/complaints/{id}"))["is_anonymous"] is True
    async with city.database.sessions() as db:
        assert await db.scalar(select(func.count()).where(ComplaintReporter.region_id == city.region.id)) == 0


async def test_a_contact_needs_no_name_and_a_report_no_words(city: City) -> None:
    await coordinator(city)
    await add_service(city)
    id, _ = await posted(
        city, email="ani@contoh.id", description="  ", address_string=None, address_id="A-17"
    )
    async with city.call_as("coordinator") as client:
        shown = ok(await client.get(f"/v1/complaints/{id}"))
    assert (shown["subject"], shown["text"], shown["address"]) == ("Jalan", "Jalan", "A-17")
    assert (await act(city, "coordinator", id, "reporter", reason="Perlu"))["name"] == "Tanpa nama"


async def test_a_long_first_line_is_cut_for_the_subject_and_shown_once(city: City) -> None:
    await coordinator(city)
    await add_service(city)
    words = "kata " * 50 + "akhir"
    id, _ = await posted(city, description=words)
    await act(city, "coordinator", id, "verification")
    async with city.call_as("coordinator") as client:
        subject = ok(await client.get(f"/v1/complaints/{id}"))["subject"]
    assert subject == "kata " * 19 + "kata…"
    assert (await get(city, f"requests/{id}.json")).json()[0]["description"] == words


async def test_photos_may_come_as_parts_of_a_form(city: City) -> None:
    await coordinator(city)
    await add_service(city)
    files = [("media", ("a.jpg", photo_bytes(side), "image/jpeg")) for side in (40, 50)]
    files.append(("media[]", ("b", photo_bytes(60), "x/y")))
    answer = await post(city, files=files)
    assert answer.status_code == 201, answer.text
    async with city.call_as("coordinator") as client:
        shown = ok(await client.get(f"/v1/complaints/{answer.json()[0]['service_request_id']}"))
    assert [each["kind"] for each in shown["files"]] == ["JPEG"] * 3
    for photos, code in (
        ([bytes(12_000_000)], "COMPLAINT_MEDIUM_LARGE"),
        ([photo_bytes()] * 11, "COMPLAINT_MEDIA_MANY"),
    ):
        refused = await post(city, files=[("media", ("a.jpg", each, "image/jpeg")) for each in photos])
        assert refused.status_code == 400
        assert f"[{code}]" in refused.text
    refused = await post(city, files=[("media", ("a.exe", b"MZ program", "image/jpeg"))])
    assert refused.status_code == 400
    assert refused.json()[0]["description"].startswith("media/0: ")
    assert refused.json()[0]["description"].endswith("[FILE_KIND_NOT_ALLOWED]")


async def test_what_one_contact_sends_twice_is_one_until_somebody_has_looked_at_it(city: City) -> None:
    await coordinator(city)
    await add_service(city)
    first = await post(city, **BUDI)
    again = await post(city, **BUDI)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    other = await post(city, **{**BUDI, "email": "ani@contoh.id"})
    assert other.json()[0]["service_request_id"] != first.json()[0]["service_request_id"]
    id = first.json()[0]["service_request_id"]
    await act(city, "coordinator", id, "verification")
    # Its words are public now: whoever posts them gets a complaint of his own, and no PIN of another's.
    third = await post(city, **BUDI)
    assert third.status_code == 201
    assert third.json()[0]["service_request_id"] != id


async def test_strangers_without_a_contact_are_never_taken_for_each_other(city: City) -> None:
    await coordinator(city)
    await add_service(city)
    one, other = await posted(city, device_id="app"), await posted(city, device_id="app")
    assert one[0] != other[0]
    assert one[1]["pin"] != other[1]["pin"]


async def test_a_contact_has_only_so_many_a_day_by_any_way(city: City) -> None:
    await coordinator(city)
    await add_service(city)
    for n in range(9):
        assert (await post(city, phone="0812-0000-1234", description=f"Lampu {n}")).status_code == 201
    await sent(city)
    refused = await post(city, phone="+62 812 0000 1234", description="Lampu lagi")
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == str(14 * 3600 + 1)
    assert refused.json()[0]["code"] == 429
    assert "[COMPLAINTS_OF_DAY_USED_UP]" in refused.json()[0]["description"]


async def test_checking_only_keeps_nothing(city: City) -> None:
    await coordinator(city)
    await add_service(city)
    async with city.call_as("anonymous") as client:
        answer = await client.post(
            "/open311/v2/requests.json?validate_only=true",
            data={"jurisdiction_id": city.region.code, **LAMP},
        )
    assert answer.status_code == 201
    assert (await get(city, f"requests/{answer.json()[0]['service_request_id']}.json")).status_code == 404


@pytest.mark.parametrize("form", ["json", "xml"])
@pytest.mark.parametrize(
    ("given", "status", "told"),
    [
        ({"service_code": None}, 400, "service_code: "),
        ({"service_code": "TIDAK-ADA"}, 404, "OPEN311_SERVICE_UNKNOWN"),
        ({"jurisdiction_id": "negeri-dongeng"}, 404, "REGION_UNKNOWN"),
        ({"jurisdiction_id": None}, 400, "REGION_REQUIRED"),
        ({"address_string": None}, 400, "OPEN311_PLACE_REQUIRED"),
        ({"lat": "-6.2"}, 400, "OPEN311_PLACE_REQUIRED"),
        ({"lat": "-96", "long": "106"}, 400, "NUMBER_TOO_SMALL"),
        ({"lat": "nan", "long": "inf"}, 400, "lat: "),
        ({"lat": "enam", "long": "106"}, 400, "NUMBER_INVALID"),
        ({"email": "bukan alamat"}, 400, "email: "),
        ({"phone": "0812-TELEPON"}, 400, "phone: "),
        ({"description": "a" * 4001}, 400, "TEXT_TOO_LONG"),
        ({"description": "a\x00b"}, 400, "TEXT_HAS_CONTROL_CHARACTERS"),
        ({"media_url": "h" * 3990}, 400, "TEXT_TOO_LONG"),
        ({"media_url": "https://a\x01"}, 400, "media_url: "),
    ],
)
async def test_what_is_wrong_is_told_in_the_standards_shape(
    city: City, form: str, given: Json, status: int, told: str
) -> None:
    await coordinator(city)
    await add_service(city)
    answer = await post(city, form, **given)
    assert answer.status_code == status, answer.text
    if form == "json":
        errors = answer.json()
    else:
        tree = ElementTree.fromstring(answer.content)
        assert (tree.tag, tree[0].tag) == ("errors", "error")
        errors = [leaves(each) for each in tree]
    assert answer.headers["content-type"].startswith("application/json" if form == "json" else "text/xml")
    assert {str(each["code"]) for each in errors} == {str(status)}
    assert any(told in each["description"] for each in errors), errors


async def test_other_bodies_addresses_and_methods_are_refused_in_the_same_shape(city: City) -> None:
    async with city.call_as("anonymous") as client:
        answers = [
            await client.post("/open311/v2/requests.json", json={"service_code": "JALAN"}),
            await client.post(
                "/open311/v2/requests.json", content=b"\xff\xfe", headers={"Content-Type": "x"}
            ),
            await client.post(
                "/open311/v2/requests.json",
                content=b"--x\r\nbroken",
                headers={"Content-Type": "multipart/form-data; boundary=x"},
            ),
            await client.get("/open311/v2/services.html"),
            await client.get("/open311/v2/nothing"),
            await client.delete("/open311/v2/requests.json"),
        ]
    assert [each.status_code for each in answers] == [400, 400, 400, 400, 404, 405]
    for each in answers:
        assert each.json()[0]["code"] == each.status_code
    assert answers[-1].headers["allow"] == "GET, POST"


TEXT = (
    st.none()
    | st.text(max_size=60)
    | st.sampled_from(["\u2028", "\x85a", "a" * 4000, "-6.2", "a@b.c", "081234567"])
)


@given(
    st.fixed_dictionaries(dict.fromkeys(Open311RequestIn.model_fields, TEXT) | {"service_code": st.just("X")})
)
def test_whatever_passes_the_standards_fields_passes_the_intakes(made: Json) -> None:
    try:
        given = Open311RequestIn.model_validate(
            {name: each for name, each in made.items() if each is not None}
        )
    except ValidationError:
        return
    submission = _submission(given, "Jalan", [], None)
    assert 1 <= len(submission.subject) <= 101
    assert submission.anonymous is (submission.reporter is None)


# Filters


async def test_what_is_listed_can_be_narrowed(city: City) -> None:
    await coordinator(city)
    for code in ("JALAN", "LAMPU"):
        await add_service(city, code)
    road, _ = await forwarded(city, category="JALAN", **NAMELESS)
    lamp, receipt = await answered(city, category="LAMPU", **NAMELESS)
    await reply(city, receipt, "satisfaction")
    fresh, _ = await received(city, **NAMELESS)
    assert await listed(city) == [lamp, road]
    assert await listed(city, status="open") == [road]
    assert await listed(city, status="closed") == [lamp]
    assert await listed(city, status="open, closed") == [lamp, road]
    assert await listed(city, service_code="JALAN") == [road]
    assert await listed(city, service_code="JALAN,LAMPU") == [lamp, road]
    assert await listed(city, service_code="TIDAK-ADA") == []
    # Ids override the rest, for whoever has them.
    assert await listed(city, service_request_id=f"{road}, {fresh},bukan,{uuid7()}", status="closed") == [
        fresh,
        road,
    ]
    assert await listed(city, service_request_id="bukan") == []
    # What is not known here is let pass, as other servers do.
    assert await listed(city, extensions="true", api_key="x") == [lamp, road]
    assert (await get(city, f"requests/{lamp}.json")).json()[0]["status"] == "closed"
    for query in ({"status": "gone"}, {"start_date": "kemarin"}, {"page": "0"}, {"page_size": "1001"}):
        refused = await get(city, "requests.json", **query)
        assert refused.status_code == 400, query
        assert refused.json()[0]["description"].startswith(f"{next(iter(query))}: ")
    assert (await get(city, "requests.json", service_code="a\x00b")).status_code == 400
    naive = await get(city, "requests.xml", start_date="2026-11-01T00:00:00")
    assert "[TIMESTAMP_WITHOUT_OFFSET]" in naive.text


async def test_pages_follow_each_other_without_gap(city: City) -> None:
    await coordinator(city)
    ids = [(await forwarded(city, **NAMELESS))[0] for _ in range(5)]
    pages = [await listed(city, page=n, page_size=2) for n in (1, 2, 3, 4)]
    assert [len(each) for each in pages] == [2, 2, 1, 0]
    assert sorted(id for each in pages for id in each) == sorted(ids)


async def test_the_last_ninety_days_unless_said_otherwise(city: City) -> None:
    await coordinator(city)
    recent, old, older = [(await forwarded(city, **NAMELESS))[0] for _ in range(3)]
    await set_columns(city, old, received_at=city.now - timedelta(days=91))
    await set_columns(city, older, received_at=city.now - timedelta(days=150))
    assert await listed(city) == [recent]
    assert await listed(city, end_date="2026-11-01T00:00:00Z") == [old]
    assert await listed(city, start_date="2026-06-20T00:00:00Z") == [old, older]
    assert await listed(
        city, start_date="2026-06-01T00:00:00+07:00", end_date="2026-07-01T00:00:00+07:00"
    ) == [older]
    assert await listed(city, start_date="2026-11-01T00:00:00Z", end_date="2026-10-01T00:00:00Z") == []
    long = await get(
        city, "requests.json", start_date="2026-01-01T00:00:00Z", end_date="2026-11-01T00:00:00Z"
    )
    assert long.status_code == 400
    assert "90" in long.json()[0]["description"]
    for moment in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"):
        for name in ("start_date", "end_date"):
            assert (await get(city, "requests.json", **{name: moment})).status_code == 200, (name, moment)
    for moment in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"):
        assert (await get(city, "requests.json", start_date=moment)).status_code in (200, 400)


MOMENTS = st.none() | st.datetimes(timezones=st.just(UTC))


@given(start=MOMENTS, end=MOMENTS)
def test_a_window_is_never_longer_than_ninety_days(start: datetime | None, end: datetime | None) -> None:
    try:
        first, last = window(datetime(2026, 11, 20, tzinfo=UTC), start, end)
    except Problem:
        assert start is not None
        assert end is not None
        assert end - start > SPAN
    else:
        assert last - first <= SPAN
        assert start in (None, first)
        assert end in (None, last)


# What is never shown


async def test_words_and_place_are_public_only_after_the_coordinator_has_looked(city: City) -> None:
    await coordinator(city)
    await add_service(city)
    id, receipt = await posted(city, lat="-6.2", long="106.8")
    for path in (f"requests/{id}.json", f"requests.json?service_request_id={id}"):
        async with city.call_as("anonymous") as client:
            mark = "&" if "?" in path else "?"
            found = await client.get(f"/open311/v2/{path}{mark}jurisdiction_id={city.region.code}")
        (mine,) = found.json()
        assert (mine["status"], mine["status_notes"], mine["service_code"]) == ("open", "Received", "JALAN")
        assert [mine[name] for name in ("description", "address", "lat", "long")] == [None] * 4
        assert "Lampu" not in found.text
        assert receipt["code"] not in found.text
    assert await listed(city) == []
    await act(city, "coordinator", id, "verification")
    (seen,) = (await get(city, "requests.json")).json()
    assert (seen["description"], seen["address"]) == (LAMP["description"], LAMP["address_string"])


@pytest.mark.parametrize(
    ("action", "status"), [("NOT_AUTHORITY", "Not our authority"), ("ARCHIVE", "Archived")]
)
async def test_what_was_turned_away_is_closed_for_its_sender_alone_with_the_reason(
    city: City, action: str, status: str
) -> None:
    await coordinator(city)
    await add_service(city)
    id, _ = await posted(city)
    await act(city, "coordinator", id, "rejection", action=action, text="Itu jalan nasional.")
    (mine,) = (await get(city, f"requests/{id}.json")).json()
    assert (mine["status"], mine["status_notes"]) == ("closed", f"{status}: Itu jalan nasional.")
    assert mine["description"] is None
    assert await listed(city) == []


async def test_who_reported_and_how_to_reach_him_is_in_no_answer(city: City) -> None:
    await coordinator(city)
    await add_service(city)
    words = (
        "Hubungi saya di 0812-0000-1234 atau budi@contoh.id, foto https://foto.contoh.id/budi, "
        "NIK 3171234567890001. Pungutan Rp 25.000 sejak 20-11-2026."
    )
    id, receipt = await posted(
        city, **BUDI, phone="0812-0000-1234", description=words, address_string="RT 3 (0812 0000 1234)"
    )
    await act(city, "coordinator", id, "verification")
    await act(city, "coordinator", id, "disposition", agency_id=str(city.units["works"].id))
    await act(city, "other_head", id, "answer", text="Telepon 0813-1111-2222 untuk jadwal.")
    for form in ("json", "xml"):
        for path in (f"requests/{id}.{form}", f"requests.{form}"):
            told = (await get(city, path)).text
            for hidden in ("0812", "0813", "contoh.id", "3171", "Contoh", receipt["code"], receipt["pin"]):
                assert hidden not in told, (path, hidden)
            assert "Rp 25.000 sejak 20-11-2026" in told


async def test_the_coordinator_takes_back_what_tells_too_much(city: City) -> None:
    await coordinator(city)
    await add_service(city)
    id, receipt = await posted(city)
    await act(city, "coordinator", id, "verification")
    assert await listed(city) == [id]
    for _ in range(2):
        assert (await act(city, "coordinator", id, "secrecy"))["is_secret"] is True
    assert await listed(city) == []
    for path in (f"requests/{id}.json", f"tokens/{receipt['code']}.json"):
        assert (await get(city, path)).status_code == 404
    assert (await track(city, receipt, pin=None)).status_code == 404
    assert ok(await track(city, receipt))["secret"] is True
    async with city.call_as("admin") as client:
        entries = ok(await client.get("/v1/journal", params={"entity": "complaint"}))["data"]
    assert [each["action"] for each in entries].count("HIDE") == 1


async def test_a_merged_one_follows_the_other_but_never_one_that_is_secret(city: City) -> None:
    await coordinator(city)
    await add_service(city)
    parent, _ = await forwarded(city)
    child, _ = await posted(city)
    secret, _ = await received(city, secret=True)
    hidden, receipt = await posted(city, description="Lain")
    await act(city, "coordinator", child, "merging", parent_id=parent)
    await act(city, "coordinator", hidden, "merging", parent_id=secret)
    await act(city, "staff", parent, "answer", text="Lubang ditutup.")
    (mine,) = (await get(city, f"requests/{child}.json")).json()
    assert (mine["status"], mine["status_notes"]) == ("open", "Answered: Lubang ditutup.")
    assert (mine["agency_responsible"], mine["description"]) == ("Health", None)
    assert await listed(city) == [parent]
    assert (await get(city, f"requests/{hidden}.json")).status_code == 404
    assert (await get(city, f"tokens/{receipt['code']}.json")).status_code == 404


async def test_a_token_is_the_tracking_code_and_guessing_is_slowed(city: City) -> None:
    await coordinator(city)
    id, receipt = await received(city)
    found = await get(city, f"tokens/{receipt['code']}.json")
    assert found.json() == [{"service_request_id": id, "token": receipt["code"]}]
    tree = ElementTree.fromstring((await get(city, f"tokens/{receipt['code'].lower()}.xml")).content)
    assert leaves(tree[0])["service_request_id"] == id
    statuses = [(await get(city, "tokens/AAAA-AAAA-AAAA-AAAA.json")).status_code for _ in range(6)]
    assert statuses[0] == 404
    assert statuses[-1] == 429


async def test_another_region_knows_nothing_of_it(city: City) -> None:
    await coordinator(city)
    id, receipt = await forwarded(city)
    for path in ("requests.json", f"requests/{id}.json", "services.xml", f"tokens/{receipt['code']}.json"):
        async with city.call_as("anonymous") as client:
            found = await client.get(f"/open311/v2/{path}", params={"jurisdiction_id": "negeri-dongeng"})
            none = await client.get(f"/open311/v2/{path}")
        assert (found.status_code, none.status_code) == (404, 400), path
        assert "REGION_REQUIRED" in none.text


# Text that no XML can hold


async def test_hostile_text_stays_text(city: City) -> None:
    await coordinator(city)
    await add_service(city)
    words = "</description><status>closed</status>&lolz; ]]> <!-- \ufffe \uffff \x85 é 😀"
    id, _ = await posted(city, description=words)
    await act(city, "coordinator", id, "verification")
    tree = ElementTree.fromstring((await get(city, f"requests/{id}.xml")).content)
    assert [each.tag for each in tree[0]] == REQUEST
    assert leaves(tree[0])["description"] == re.sub("[\ufffe\uffff]", "\ufffd", words)
    assert leaves(tree[0])["status"] == "open"
    assert (await get(city, f"requests/{id}.json")).json()[0]["description"] == words
    echoed = await get(city, f"requests/{uuid4()}%00%01%EF%BF%BF.xml")
    assert echoed.status_code == 404
    ElementTree.fromstring(echoed.content)


@given(st.text())
def test_any_text_makes_whole_xml(words: str) -> None:
    found = ElementTree.fromstring(written("xml", "errors", [{"code": 400, "description": words}]))
    text = found[0][1].text or ""
    assert len(text) <= len(words)
    if words.isprintable():
        assert text == words


async def test_ids_of_the_list_open_nothing_more(city: City) -> None:
    """The id is public; code and PIN are not."""
    await coordinator(city)
    id, receipt = await forwarded(city)
    async with city.call_as("anonymous") as client:
        tracked = await client.get(f"/v1/public/complaints/{id}", params={"region": city.region.code})
    assert tracked.status_code == 404
    assert (await get(city, f"tokens/{id}.json")).status_code == 404
    assert await known(city, receipt) == id
