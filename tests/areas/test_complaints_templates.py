"""Ready answers: kept for the region, offered where they fit, filled in, sent by people."""

from typing import Any

import pytest

from asn_api.core.mapping import uuid7
from tests.areas.complaining import act, contact, coordinator, forwarded, ok
from tests.factories import City

URL = "/v1/complaint-templates"


async def kept(city: City, name: str, content: str = "Terima kasih.", **given: Any) -> dict[str, Any]:
    async with city.call_as("coordinator") as client:
        return ok(await client.post(URL, json={"name": name, "content": content, **given}))


async def offered(city: City, who: str, id: str) -> list[dict[str, Any]]:
    async with city.call_as(who) as client:
        found: list[dict[str, Any]] = ok(await client.get(f"/v1/complaints/{id}/answer-templates"))["data"]
    return found


async def test_it_is_filled_and_the_officer_sends_what_he_made_of_it(city: City) -> None:
    await coordinator(city)
    await kept(city, "Umum", "Laporan {code} ({subject}) ditangani {agency}.")
    id, receipt = await forwarded(city, subject="Pohon {agency} tumbang")
    (ready,) = await offered(city, "staff", id)
    assert ready["text"] == f"Laporan {receipt['code']} (Pohon {{agency}} tumbang) ditangani Health."
    shown = await act(city, "staff", id, "answer", text=ready["text"] + " Selesai.")
    assert shown["messages"][-1]["text"].endswith("Health. Selesai.")


async def test_those_that_fit_are_offered_the_nearest_first(city: City) -> None:
    await coordinator(city)
    async with city.call_as("coordinator") as client:
        body = {"code": "POHON", "name": "Pohon"}
        category = ok(await client.post("/v1/complaint-categories", json=body))["id"]
        other = ok(await client.post("/v1/complaint-categories", json={**body, "code": "AIR"}))["id"]
    health, works = str(city.units["health"].id), str(city.units["works"].id)
    await kept(city, "semua")
    await kept(city, "dinas", agency_id=health)
    await kept(city, "kategori", category_id=category)
    await kept(city, "keduanya", category_id=category, agency_id=health)
    await kept(city, "dinas lain", agency_id=works)
    await kept(city, "kategori lain", category_id=other)
    # Disposed to a unit below the agency.
    id, _ = await forwarded(city, "ward", "staff", category="POHON")
    found = [each["name"] for each in await offered(city, "staff", id)]
    assert found == ["keduanya", "kategori", "dinas", "semua"]
    await contact(city, "desk", "health")
    assert len(await offered(city, "desk", id)) == 4
    async with city.call_as("other_head") as client:
        assert (await client.get(f"/v1/complaints/{id}/answer-templates")).status_code == 404


@pytest.mark.parametrize(
    "content", ["Halo {name}", "Halo {", "} Halo", "{}", "{code", "{{code}}", "{code!r}"]
)
async def test_braces_are_for_the_placeholders_alone(city: City, content: str) -> None:
    async with city.call_as("admin") as client:
        answer = await client.post(URL, json={"name": "Salah", "content": content})
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["code"] == "COMPLAINT_PLACEHOLDER_UNKNOWN"


async def test_it_is_changed_and_withdrawn_by_version_and_journalled(city: City) -> None:
    await coordinator(city)
    id = str(uuid7())
    first = await kept(city, "Umum", id=id)
    assert (await kept(city, "Umum", id=id)) == first
    async with city.call_as("coordinator") as client:
        taken = await client.post(URL, json={"id": id, "name": "Lain", "content": "Lain"})
        assert (taken.status_code, taken.json()["code"]) == (409, "COMPLAINT_TEMPLATE_ID_TAKEN")
        body = {"name": "Umum", "content": "Baru"}
        changed = ok(await client.put(f"{URL}/{id}", json=body, headers={"If-Match": '"1"'}))
        assert (changed["content"], changed["version"]) == ("Baru", 2)
        stale = await client.delete(f"{URL}/{id}", headers={"If-Match": '"1"'})
        assert (stale.status_code, stale.json()["current"]["content"]) == (412, "Baru")
        assert (await client.delete(f"{URL}/{id}", headers={"If-Match": '"2"'})).status_code == 204
        assert ok(await client.get(URL))["data"] == []
    async with city.call_as("admin") as client:
        told = ok(await client.get("/v1/journal", params={"entity": "complaint_template"}))["data"]
    assert [(each["action"], each["version"]) for each in told] == [
        ("DELETE", 3),
        ("CHANGE", 2),
        ("CREATE", 1),
    ]


async def test_what_it_names_exists_and_only_the_whole_regions_keepers_keep_it(city: City) -> None:
    await coordinator(city, "deputy", "health")
    body = {"name": "Umum", "content": "Terima kasih"}
    async with city.call_as("admin") as client:
        for name in ("category_id", "agency_id"):
            answer = await client.post(URL, json={**body, name: str(uuid7())})
            assert answer.json()["errors"][0]["pointer"] == f"/{name}"
        id = ok(await client.post(URL, json=body))["id"]
    async with city.call_as("deputy") as client:
        refused = await client.post(URL, json=body)
        assert (refused.status_code, refused.json()["code"]) == (403, "COMPLAINT_CATEGORY_OF_REGION")
        assert (await client.delete(f"{URL}/{id}", headers={"If-Match": '"1"'})).status_code == 404
