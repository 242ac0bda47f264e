"""Partners and the catalogue over HTTP: what is kept, what everybody finds without a token."""

from datetime import date
from typing import Any

import httpx
import pytest

from asn_api.core.mapping import uuid7
from asn_api.rules.courses import CourseStatus
from tests.areas.races import at_once
from tests.areas.test_performance import done, refused, send
from tests.factories import City, stand_at
from tests.matrix.courses import WORDS, course, partner

Json = dict[str, Any]


async def public(city: City, path: str, **options: Any) -> httpx.Response:
    async with city.call_as("anonymous") as client:
        return await client.get(f"/v1/catalogue/{city.region.code}{path}", **options)


async def titles(city: City, **query: Any) -> list[str]:
    answer = await public(city, "/courses", params=query)
    assert answer.status_code == 200, answer.text
    return [each["title"] for each in answer.json()["data"]]


def body(city: City, **changes: Any) -> Json:
    return {**WORDS, "unit_id": str(city.units["ward"].id), **changes}


async def faults(answer: httpx.Response) -> list[tuple[str, str]]:
    problem = await refused(answer, 422, "REQUEST_INVALID")
    return [(each["pointer"], each["code"]) for each in problem["errors"]]


async def test_a_partner_is_one_document_with_its_agreements(city: City) -> None:
    given = {
        "id": str(uuid7()),
        "name": "Universitas Nusantara",
        "kind": "UNIVERSITY",
        "website": "https://kampus.example",
        "agreements": [{"number": "PKS/1", "valid_from": "2025-01-01", "valid_to": "2026-11-20"}],
    }
    made = await done(city, "admin", "POST", "/partners", json=given)
    assert (made["valid"], made["agreements"]) == (True, given["agreements"])
    again = await send(city, "admin", "POST", "/partners", json=given)
    assert (again.status_code, again.json()["version"]) == (200, 1)
    renewed = {"number": "PKS/2", "valid_from": "2026-12-01", "valid_to": None}
    values = {name: given[name] for name in ("name", "kind")} | {"agreements": [renewed]}
    changed = await done(city, "admin", "PUT", f"/partners/{made['id']}", 1, json=values)
    assert (changed["valid"], changed["website"], changed["version"]) == (False, None, 2)
    problem = await refused(
        await send(city, "admin", "PUT", f"/partners/{made['id']}", 1, json=values), 412, "VERSION_STALE"
    )
    assert problem["current"]["agreements"] == [renewed]
    await refused(
        await send(city, "admin", "POST", "/partners", json=given | {"id": str(uuid7())}),
        409,
        "PARTNER_NAME_TAKEN",
    )


async def test_only_an_admin_of_the_whole_region_changes_partners(city: City) -> None:
    await stand_at(city, "works")
    given = {"name": "Lembaga", "kind": "COMPANY"}
    await refused(
        await send(city, "admin", "POST", "/partners", json=given), 403, "PARTNER_NEEDS_WHOLE_REGION"
    )
    assert (await send(city, "admin", "GET", "/partners")).status_code == 200


async def test_a_course_is_drafted_published_and_withdrawn(city: City) -> None:
    before = await course(city)
    given = body(
        city,
        competencies=[{"competency_code": "COMMUNICATION", "level": 2}],
        prerequisites=[str(before.id)],
        mandatory_for=["EXECUTIVE"],
    )
    made = await done(city, "admin", "POST", "/courses", json=given)
    assert (made["status"], made["form"], made["national_code"]) == ("DRAFT", "CLASSICAL", "3")
    assert made["prerequisites"] == [{"id": str(before.id), "code": before.code, "title": before.title}]
    assert (made["available"], await titles(city, q="pengolahan")) == (False, [])
    assert (await public(city, f"/courses/{made['id']}")).status_code == 404
    path = f"/courses/{made['id']}"
    shown = await done(city, "admin", "POST", f"{path}/publication", 1)
    assert (shown["status"], shown["available"]) == ("PUBLISHED", True)
    assert await titles(city, q="pengolahan") == [WORDS["title"]]
    changed = await done(city, "admin", "PUT", path, 2, json=body(city, kind="E_LEARNING", jp=8))
    assert (changed["form"], changed["jp"], changed["competencies"], changed["prerequisites"]) == (
        "NON_CLASSICAL",
        8,
        [],
        [],
    )
    gone = await done(city, "admin", "POST", f"{path}/withdrawal", 3)
    assert (gone["status"], await titles(city, q="pengolahan")) == ("WITHDRAWN", [])
    assert (await public(city, f"/courses/{made['id']}")).json()["status"] == "WITHDRAWN"
    await refused(await send(city, "admin", "PUT", path, 4, json=body(city)), 409, "COURSE_WITHDRAWN")


async def test_what_a_course_names_exists(city: City) -> None:
    given = body(
        city,
        partner_id=str(uuid7()),
        competencies=[{"competency_code": "JUGGLING", "level": 1}],
        prerequisites=[str(uuid7())],
    )
    assert await faults(await send(city, "admin", "POST", "/courses", json=given)) == [
        ("/partner_id", "PARTNER_UNKNOWN"),
        ("/competencies/0/competency_code", "COMPETENCY_UNKNOWN"),
        ("/prerequisites/0", "COURSE_UNKNOWN"),
    ]
    twice = body(city, mandatory_for=["EXECUTIVE", "EXECUTIVE"])
    assert await faults(await send(city, "admin", "POST", "/courses", json=twice)) == [("", "LISTED_TWICE")]
    taken = await course(city)
    same = await send(city, "admin", "POST", "/courses", json=body(city, code=taken.code))
    await refused(same, 409, "COURSE_CODE_TAKEN")


async def test_prerequisites_never_close_a_circle_even_when_two_try_at_once(city: City) -> None:
    first, second = await course(city), await course(city)

    def change(of: Any, before: Any) -> Any:
        given = body(city, code=of.code, prerequisites=[str(before.id)])
        return send(city, "admin", "PUT", f"/courses/{of.id}", 1, json=given)

    answers = await at_once(city, change(first, second), change(second, first))
    assert sorted(each.status_code for each in answers) == [200, 422]
    (refusal,) = [each for each in answers if each.status_code == 422]
    assert await faults(refusal) == [("/prerequisites", "PREREQUISITES_IN_A_CIRCLE")]
    alone = await course(city)
    itself = body(city, code=alone.code, prerequisites=[str(alone.id)])
    answer = await send(city, "admin", "PUT", f"/courses/{alone.id}", 1, json=itself)
    assert await faults(answer) == [("/prerequisites", "PREREQUISITES_IN_A_CIRCLE")]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("pelayanan", ["Pelayanan Prima"]),
        ("melayani", ["Pelayanan Prima"]),  # another form of the same word
        ("kepemimp", ["Kepemimpinan Pengawas"]),  # still being typed
        ("PIM-4", ["Kepemimpinan Pengawas"]),
        ("anggaran berbasis", ["Penyusunan Anggaran"]),  # from the description
        ("anggaran pelayanan", []),  # every word
        ("'!&|:*", []),
    ],
)
async def test_words_are_found_in_any_form_and_while_they_are_typed(
    city: City, q: str, found: list[str]
) -> None:
    for code, title, words in (
        ("PIM-4", "Kepemimpinan Pengawas", "Memimpin unit kerja."),
        ("YAN-1", "Pelayanan Prima", "Menghadapi warga dengan ramah."),
        ("KEU-2", "Penyusunan Anggaran", "Menyusun anggaran yang berbasis kinerja."),
    ):
        await course(city, code=code, title=title, description=words)
    assert await titles(city, q=q) == found


async def test_the_best_matches_come_first_and_pages_go_on(city: City) -> None:
    await course(city, title="Arsip Digital", description="Tata kelola berkas.")
    await course(city, title="Zonasi Wilayah", description="Termasuk arsip peta.")
    await course(city, title="Arsip Arsip Arsip", description="Arsip.")
    everything = await titles(city, q="arsip")
    assert everything[-1] == "Zonasi Wilayah"
    first = (await public(city, "/courses", params={"q": "arsip", "limit": 2})).json()
    following = {"q": "arsip", "limit": 2, "cursor": first["page"]["next"]}
    rest = (await public(city, "/courses", params=following)).json()
    assert [each["title"] for each in [*first["data"], *rest["data"]]] == everything


async def test_filters_narrow_the_catalogue(city: City) -> None:
    campus = await partner(city)
    mine = await course(city, title="Dari kampus", partner_id=campus.id)
    await course(city, title="Sendiri")
    draft = await course(city, title="Konsep", status=CourseStatus.DRAFT, published_at=None)
    assert await titles(city) == ["Dari kampus", "Sendiri"]
    assert await titles(city, partner_id=str(campus.id)) == ["Dari kampus"]
    assert await titles(city, kind="SEMINAR") == []
    assert await titles(city, form="CLASSICAL", mode="ON_SITE") == ["Dari kampus", "Sendiri"]
    taught = body(city, code=mine.code, competencies=[{"competency_code": "INTEGRITY", "level": 3}])
    await done(city, "admin", "PUT", f"/courses/{mine.id}", 1, json=taught)
    assert await titles(city, competency_code="INTEGRITY", level=3) == [WORDS["title"]]
    assert await titles(city, competency_code="INTEGRITY", level=4) == []
    listed = await done(city, "admin", "GET", "/courses", params={"status": "DRAFT"})
    assert [each["id"] for each in listed["data"]] == [str(draft.id)]


async def test_the_public_catalogue_is_cached_by_its_content(city: City) -> None:
    await course(city)
    answer = await public(city, "/courses")
    assert answer.headers["cache-control"] == "public, max-age=300"
    known = {"If-None-Match": answer.headers["etag"]}
    assert (await public(city, "/courses", headers=known)).status_code == 304
    await course(city)
    assert (await public(city, "/courses", headers=known)).status_code == 200
    async with city.call_as("anonymous") as client:
        assert (await client.get("/v1/catalogue/nowhere/courses")).status_code == 404


async def test_a_course_of_a_former_partner_stays_readable_without_new_classes(city: City) -> None:
    former = await partner(city, until=date(2026, 11, 20))
    row = await course(city, title="Kerja sama lama", partner_id=former.id)
    (shown,) = (await public(city, "/courses")).json()["data"]
    assert (shown["id"], shown["available"]) == (str(row.id), False)
    assert shown["partner"]["name"] == former.name
    (listed,) = (await public(city, "/partners", params={"valid": "false"})).json()["data"]
    assert listed["id"] == str(former.id)


async def test_only_the_admins_of_its_unit_change_a_course(city: City) -> None:
    row = await course(city, unit="ward")
    await stand_at(city, "works")
    await refused(await send(city, "admin", "GET", f"/courses/{row.id}"), 404, "NOT_FOUND")
    elsewhere = await send(city, "admin", "POST", "/courses", json=body(city))
    await refused(elsewhere, 404, "NOT_FOUND")
