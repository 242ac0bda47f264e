"""Samples of complaints: one that `staff` handles for the agency `health`, and what the coordinator does."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

from asn_api.core.mapping import uuid7
from tests.areas.complaining import HOLE, act, forwarded, known, named, ok, photo, received, sent
from tests.areas.complaining import answered as with_answer
from tests.factories import City
from tests.matrix import Build, Sample, made

SUPERVISORY = {"kind": "COMPLAINT_SUPERVISORY"}
NAMELESS: dict[str, Any] = {"reporter": None, "anonymous": True}
"""A contact has only so many reports a day."""


async def version(city: City, id: str) -> dict[str, str]:
    async with city.call_as("coordinator") as client:
        return {"If-Match": f'"{ok(await client.get(f"/v1/complaints/{id}"))["version"]}"'}


def handled(**body: Any) -> Build:
    async def build(city: City) -> Sample:
        id, _ = await forwarded(city, **NAMELESS)
        return Sample({"id": id}, body=body or None, headers=await version(city, id))

    return build


def coordinated(verified: bool = False, **body: Any) -> Build:
    """Before any agency has it."""

    async def build(city: City) -> Sample:
        id, _ = await received(city, **NAMELESS)
        if verified:
            await act(city, "coordinator", id, "verification")
        return Sample({"id": id}, body=body, headers=await version(city, id), about="region")

    return build


async def listed(city: City) -> Sample:
    id, _ = await forwarded(city, **NAMELESS)
    other, _ = await forwarded(city, "works", "other_staff", **NAMELESS)
    waiting, _ = await received(city, **NAMELESS)
    return Sample(rows={id: "staff", other: "other_staff", waiting: "region"})


async def with_photo(city: City) -> Sample:
    id, _ = await forwarded(city, media=[photo()], **NAMELESS)
    async with city.call_as("coordinator") as client:
        file = ok(await client.get(f"/v1/complaints/{id}"))["files"][0]["id"]
    return Sample({"id": id, "file_id": file})


async def merging(city: City) -> Sample:
    parent, _ = await forwarded(city, **NAMELESS)
    return await _coordinated(city, parent_id=parent)


async def naming(city: City) -> Sample:
    receipt = await sent(city, **NAMELESS, **SUPERVISORY)
    id = await known(city, receipt)
    return Sample({"id": id}, body={"subjects": named(city, "staff")}, about="region")


async def disposing(city: City) -> Sample:
    return await _coordinated(city, agency_id=str(city.units["health"].id))


async def _coordinated(city: City, **body: Any) -> Sample:
    built = coordinated(verified=True, **body)(city)
    assert not isinstance(built, Sample)
    return await built


async def recalling(city: City) -> Sample:
    id, _ = await forwarded(city, **NAMELESS)
    body = {"text": "Salah alamat"}
    return Sample({"id": id}, body=body, headers=await version(city, id), about="region")


async def revealing(city: City) -> Sample:
    id, _ = await forwarded(city, **NAMELESS)
    return Sample({"id": id}, body={"reason": "Perlu mediasi"}, about="region")


async def category(city: City) -> str:
    body = {"code": f"K{uuid7().hex[-12:].upper()}", "name": "Jalan"}
    return str((await made(city, "admin", "POST", "/v1/complaint-categories", json=body))["id"])


async def categories(city: City) -> Sample:
    return Sample(rows={await category(city): "region"})


async def changing(city: City) -> Sample:
    return Sample({"id": await category(city)}, body={"name": "Jalan Raya"}, about="region")


async def template(city: City, **given: Any) -> str:
    body = {"name": "Terima kasih", "content": "Laporan {code} diterima {agency}.", **given}
    return str((await made(city, "admin", "POST", "/v1/complaint-templates", json=body))["id"])


async def templates(city: City) -> Sample:
    return Sample(rows={await template(city): "region"})


async def changing_template(city: City) -> Sample:
    body = {"name": "Terima kasih", "content": "Sudah selesai."}
    return Sample({"id": await template(city)}, body=body, about="region")


async def withdrawing_template(city: City) -> Sample:
    return Sample({"id": await template(city)}, about="region")


def tracked(state: str = "forwarded", **body: Any) -> Build:
    """By the reporter, who has code and PIN."""

    async def build(city: City) -> Sample:
        _, receipt = await (
            with_answer(city, **NAMELESS) if state == "answered" else forwarded(city, **NAMELESS)
        )
        return Sample(
            {"code": receipt["code"]},
            query={"region": city.region.code},
            body=body or None,
            headers={"Complaint-Pin": receipt["pin"]},
        )

    return build


async def own_photo(city: City) -> Sample:
    _, receipt = await received(city, media=[photo()], **NAMELESS)
    sample = Sample(
        {"code": receipt["code"]}, {"region": city.region.code}, headers={"Complaint-Pin": receipt["pin"]}
    )
    async with city.call_as("anonymous") as client:
        url = f"/v1/public/complaints/{receipt['code']}"
        file = ok(await client.get(url, params=sample.query, headers=sample.headers))["files"][0]["id"]
    return replace(sample, path={**sample.path, "file_id": file})


async def reopening(city: City) -> Sample:
    sample = await tracked("answered", text="Terbuka lagi")(city)  # type: ignore[misc]
    async with city.call_as("anonymous") as client:
        url = f"/v1/public/complaints/{sample.path['code']}/satisfaction"
        ok(await client.post(url, params=sample.query, json={}, headers=sample.headers))
    return sample


SAMPLES: dict[str, Build] = {
    "list_complaints": listed,
    "get_complaint": handled(),
    "get_complaint:before any agency has it": coordinated(),
    "explain_complaint_deadlines": handled(),
    "take_complaints_in": lambda city: Sample(
        body={"items": [{**HOLE, **NAMELESS, "key": str(uuid4())}]}, about="caller"
    ),
    "suggest_agencies": coordinated(),
    "download_complaint_file": with_photo,
    "verify_complaint": coordinated(category_id=None),
    "hide_complaint": coordinated(verified=True),
    "hold_complaint": coordinated(text="Di jalan mana?"),
    "reject_complaint": coordinated(action="ARCHIVE", text="Tidak jelas"),
    "merge_complaint": merging,
    "name_complaint_subjects": naming,
    "dispose_complaint": disposing,
    "recall_complaint": recalling,
    "reveal_reporter": revealing,
    "assign_complaint": handled(officer_id=None),
    "start_complaint": handled(),
    "answer_complaint": handled(text="Sudah ditutup"),
    "give_complaint_back": handled(text="Bukan urusan kami"),
    "note_on_complaint": handled(text="Tunggu hasil uji"),
    "list_complaint_categories": categories,
    "add_complaint_category": lambda city: Sample(body={"code": "BARU", "name": "Baru"}, about="caller"),
    "change_complaint_category": changing,
    "list_ready_answers": handled(),
    "list_complaint_templates": templates,
    "add_complaint_template": lambda city: Sample(body={"name": "A", "content": "B"}, about="caller"),
    "change_complaint_template": changing_template,
    "withdraw_complaint_template": withdrawing_template,
    "list_public_complaint_categories": lambda city: Sample(query={"region": city.region.code}),
    "get_complaint_statistics": lambda city: Sample(query={"region": city.region.code}),
    "get_complaint_results": lambda city: Sample({"id": city.units["health"].id}, about="health"),
    "get_complaint_results:of a unit": lambda city: Sample(
        {"id": city.units["ward"].id}, {"from": "2026-01", "to": "2026-06"}, about="ward"
    ),
    "find_similar_complaints": lambda city: Sample(
        body={"region": city.region.code, "subject": "Jalan berlubang"}
    ),
    "send_contact_code": lambda city: Sample(
        body={"region": city.region.code, "email": "budi@contoh.id"}, succeeds=False
    ),
    "submit_complaint": lambda city: Sample(body={**HOLE, "region": city.region.code, **NAMELESS}),
    "track_complaint": tracked(),
    "download_own_complaint_file": own_photo,
    "write_to_complaint": tracked(text="Foto menyusul"),
    "accept_answer": tracked("answered", rating=4),
    "reopen_complaint": reopening,
}
