"""Uploads in pieces, what may be uploaded, and downloads."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from io import BytesIO
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import select, update

from asn_api.areas.files.jobs import clean_up, forget_objects
from asn_api.areas.files.uploads import PIECE
from asn_api.core.jobs import Means
from asn_api.core.journal import JournalEntry
from asn_api.core.mapping import uuid7
from asn_api.rules.files import FileState
from asn_api.tables.files import File
from asn_api.tables.policies import Policy
from tests.areas.races import at_once
from tests.areas.sending import (
    BYTES,
    TUS,
    announce,
    append,
    hexdigest,
    located_photo,
    metadata,
    office,
    pdf,
    photo,
    send,
    sent,
)
from tests.factories import City


async def stored(city: City, id: str) -> File | None:
    async with city.database.sessions() as db:
        return await db.get(File, (city.region.id, UUID(id)))


async def paths(city: City) -> list[str]:
    prefix = f"regions/{city.region.id}/"
    return [path async for page in city.app.state.objects.listed(prefix) for path, _ in page]


async def policy_is(city: City, **changes: object) -> None:
    async with city.database.sessions() as db, db.begin():
        row = await db.scalar(
            select(Policy).where(Policy.region_id == city.region.id, Policy.area == "files")
        )
        assert row is not None
        row.content = {**row.content, **changes}


async def test_a_server_says_what_it_speaks(city: City) -> None:
    async with city.call_as("anonymous") as nobody, city.call_as("staff") as staff:
        open_to_all = await nobody.options("/v1/files")
        mine = await staff.options("/v1/files")
    assert open_to_all.status_code == 204
    assert open_to_all.headers["tus-version"] == "1.0.0"
    assert "termination" in open_to_all.headers["tus-extension"]
    assert open_to_all.headers["tus-checksum-algorithm"] == "sha256,sha1"
    assert mine.headers["tus-max-size"] == "20000000"


async def test_a_photo_arrives_in_pieces_and_loses_its_place_and_owner(city: City) -> None:
    content, id = located_photo(), str(uuid7())
    async with city.call_as("staff") as staff:
        begun = await announce(staff, content, id=id, filename='../kegiatan "1".jpg', filetype="image/jpeg")
        url = begun.headers["location"]
        first = await append(staff, url, 0, content[:1000])
        asked = await staff.head(url, headers=TUS)
        last = await append(staff, url, 1000, content[1000:])
        told = (await staff.get(url)).json()
        got = await staff.get(f"{url}/content")
    assert (begun.status_code, begun.headers["upload-offset"]) == (201, "0")
    assert begun.headers["upload-expires"].endswith("GMT")
    assert (first.status_code, first.headers["upload-offset"]) == (204, "1000")
    assert (asked.status_code, asked.headers["upload-offset"]) == (200, "1000")
    assert asked.headers["upload-length"] == str(len(content))
    assert asked.headers["cache-control"] == "no-store"
    assert "filename " in asked.headers["upload-metadata"]
    assert (last.status_code, last.headers["upload-offset"]) == (204, str(len(content)))
    assert last.headers["tus-resumable"] == "1.0.0"
    assert (told["state"], told["kind"], told["sha256"]) == ("RECEIVED", "JPEG", hexdigest(content))
    assert told["stored_sha256"] == hexdigest(got.content) != told["sha256"]
    assert got.headers["content-type"] == "image/jpeg"
    assert got.headers["content-disposition"].startswith('attachment; filename="kegiatan 1.jpg"')
    assert got.headers["x-content-type-options"] == "nosniff"
    for trace in (b"Exif", b"RAHASIA", b"GPS"):
        assert trace not in got.content
    with Image.open(BytesIO(got.content)) as picture:
        assert picture.size == (40, 60)
        assert dict(picture.getexif()) == {}
        red, green, _ = picture.convert("RGB").getpixel((20, 10))
        assert red > 200 and green < 60  # noqa: PT018
    assert await paths(city) == [f"regions/{city.region.id}/files/{id}/content"]


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
async def test_other_photos_keep_their_format_and_lose_the_rest(city: City, kind: str) -> None:
    async with city.call_as("staff") as staff:
        id = await sent(staff, located_photo(kind))
        got = await staff.get(f"/v1/files/{id}/content")
    with Image.open(BytesIO(got.content)) as picture:
        assert (picture.format, picture.size) == (kind, (40, 60))
        assert "icc_profile" not in picture.info
    assert b"RAHASIA" not in got.content


@pytest.mark.parametrize(
    "content", [pdf(), office(), office("word/document.xml")], ids=["pdf", "xlsx", "docx"]
)
async def test_documents_are_kept_as_they_are(city: City, content: bytes) -> None:
    async with city.call_as("staff") as staff:
        id = await sent(staff, content)
        assert (await staff.get(f"/v1/files/{id}/content")).content == content


def huge_png() -> bytes:
    """30,000 by 30,000 pixels in a few kB: 900 million when decoded."""
    output = BytesIO()
    Image.new("1", (30_000, 30_000)).save(output, "PNG")
    return output.getvalue()


REFUSED = {
    "a program": (b"MZ" + bytes(200), {}, "FILE_KIND_NOT_ALLOWED"),
    "a page": (b"<html><script>alert(1)</script></html>", {}, "FILE_KIND_NOT_ALLOWED"),
    "a HEIC photo": (b"\x00\x00\x00\x18ftypheic" + bytes(200), {}, "FILE_HEIC_UNSUPPORTED"),
    "a photo that claims to be a PDF": (photo(), {"filetype": "application/pdf"}, "FILE_TYPE_DIFFERS"),
    "half a photo": (photo(400, 400)[:4000], {}, "FILE_BROKEN"),
    "a decompression bomb": (huge_png(), {}, "FILE_TOO_MANY_PIXELS"),
    "a PDF that is also a ZIP": (pdf() + office() + b"%%EOF", {}, "FILE_AMBIGUOUS"),
    "a PDF cut off": (pdf()[:-7], {}, "FILE_BROKEN"),
    "any ZIP": (office("nested.zip"), {}, "FILE_KIND_NOT_ALLOWED"),
    "a workbook with macros": (office(**{"xl/vbaProject.bin": b"x"}), {}, "FILE_HAS_MACROS"),
    "a workbook and document in one": (office(**{"word/document.xml": b"x"}), {}, "FILE_AMBIGUOUS"),
    "other content than announced": (photo(), {"sha256": "0" * 64}, "FILE_SHA256_DIFFERS"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_must_not_be_kept_is_refused_for_good(city: City, name: str) -> None:
    content, told, code = REFUSED[name]
    id = str(uuid7())
    async with city.call_as("staff") as staff:
        answer = await send(staff, content, id=id, **told)
        again = await staff.head(f"/v1/files/{id}", headers=TUS)
        more = await append(staff, f"/v1/files/{id}", len(content), b"")
        repeated = await announce(staff, content, id=id, **told)
        shown = (await staff.get(f"/v1/files/{id}")).json()
        got = await staff.get(f"/v1/files/{id}/content")
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.headers["tus-resumable"] == "1.0.0"
    assert (again.status_code, more.status_code, repeated.status_code, got.status_code) == (410,) * 4
    assert repeated.json()["code"] == "FILE_REFUSED"
    assert (shown["state"], shown["refusal"]) == ("REFUSED", code)
    assert await paths(city) == []


async def test_a_document_that_unpacks_too_large_is_refused(city: City) -> None:
    await policy_is(city, max_unpacked_bytes=1000)
    async with city.call_as("staff") as staff:
        answer = await send(staff, office(**{"xl/big.xml": bytes(10_000)}))
    assert answer.json()["code"] == "FILE_UNPACKS_TOO_LARGE"


async def test_only_kinds_that_the_region_allows_are_kept(city: City) -> None:
    await policy_is(city, allowed_kinds=["PDF"])
    async with city.call_as("staff") as staff:
        answer = await send(staff, photo())
    assert (answer.json()["code"], answer.json()["params"]) == ("FILE_KIND_NOT_ALLOWED", {"allowed": "PDF"})


async def test_the_first_bytes_may_come_with_the_announcement(city: City) -> None:
    content = pdf()
    headers = {
        **BYTES,
        "Upload-Length": str(len(content)),
        "Upload-Metadata": metadata(sha256=hexdigest(content)),
    }
    async with city.call_as("staff") as staff:
        begun = await staff.post("/v1/files", headers=headers, content=content[:20])
        rest = await append(staff, begun.headers["location"], 20, content[20:])
        got = await staff.get(f"{begun.headers['location']}/content")
    assert (begun.status_code, begun.headers["upload-offset"]) == (201, "20")
    assert rest.status_code == 204
    assert got.content == content


async def test_the_same_announcement_is_the_same_upload_and_another_is_refused(city: City) -> None:
    content, id = pdf(), str(uuid7())
    async with city.call_as("staff") as staff, city.call_as("colleague") as colleague:
        await announce(staff, content, id=id)
        await append(staff, f"/v1/files/{id}", 0, content[:30])
        again = await announce(staff, content, id=id)
        other = await announce(staff, content + b" ", id=id)
        foreign = await announce(colleague, content, id=id)
        await append(staff, f"/v1/files/{id}", 30, content[30:])
        finished = await announce(staff, content, id=id)
    assert (again.status_code, again.headers["upload-offset"]) == (201, "30")
    assert again.headers["location"] == f"/v1/files/{id}"
    assert (other.status_code, other.json()["code"]) == (409, "FILE_ID_TAKEN")
    assert (foreign.status_code, foreign.json()["code"]) == (409, "FILE_ID_TAKEN")
    assert (finished.status_code, finished.headers["upload-offset"]) == (201, str(len(content)))


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Tus-Resumable": "0.2.2"}, 412, "UPLOAD_VERSION_UNSUPPORTED"),
        ({"Upload-Length": "x"}, 400, "UPLOAD_LENGTH_INVALID"),
        ({"Upload-Length": "0"}, 422, "FILE_EMPTY"),
        ({"Upload-Length": "20000001"}, 413, "FILE_TOO_LARGE"),
        ({"Upload-Metadata": "id !!"}, 400, "UPLOAD_METADATA_INVALID"),
        ({"Upload-Metadata": metadata(id="7")}, 400, "UPLOAD_METADATA_INVALID"),
        ({"Upload-Metadata": metadata(sha256="ab")}, 400, "UPLOAD_METADATA_INVALID"),
        ({"Upload-Checksum": "md5 AA=="}, 400, "UPLOAD_CHECKSUM_UNSUPPORTED"),
    ],
)
async def test_an_announcement_that_cannot_be_read_is_refused(
    city: City, headers: dict[str, str], status: int, code: str
) -> None:
    async with city.call_as("staff") as staff:
        answer = await staff.post("/v1/files", headers={**TUS, "Upload-Length": "100", **headers})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_bytes_that_do_not_continue_the_upload_are_refused(city: City) -> None:
    content, id = pdf(), str(uuid7())
    url = f"/v1/files/{id}"
    async with city.call_as("staff") as staff:
        await announce(staff, content, id=id)
        ahead = await append(staff, url, 10, content[10:])
        silent = await staff.patch(url, headers=BYTES, content=content)
        other_type = await staff.patch(url, headers={**TUS, "Upload-Offset": "0"}, json={})
        packed = await append(staff, url, 0, content, **{"Content-Encoding": "gzip"})
        too_long = await append(staff, url, 0, content + b"more")
        unknown = await append(staff, f"/v1/files/{uuid7()}", 0, content)
    assert (ahead.status_code, ahead.headers["upload-offset"]) == (409, "0")
    assert silent.json()["code"] == "UPLOAD_OFFSET_INVALID"
    assert other_type.status_code == 415
    assert packed.status_code == 415
    assert (too_long.status_code, too_long.json()["code"]) == (413, "UPLOAD_TOO_LONG")
    assert unknown.status_code == 404


@pytest.mark.parametrize("algorithm", ["sha256", "sha1"])
async def test_bytes_damaged_on_the_way_are_dropped(city: City, algorithm: str) -> None:
    content = pdf(bytes(3 * PIECE))
    good = base64.b64encode(hashlib.new(algorithm, content).digest()).decode()
    async with city.call_as("staff") as staff:
        url = (await announce(staff, content)).headers["location"]
        damaged = await append(
            staff, url, 0, b"?" + content[1:], **{"Upload-Checksum": f"{algorithm} {good}"}
        )
        kept = (await staff.head(url, headers=TUS)).headers["upload-offset"]
        left = await paths(city)
        right = await append(staff, url, 0, content, **{"Upload-Checksum": f"{algorithm} {good}"})
    assert (damaged.status_code, damaged.json()["code"], kept) == (460, "UPLOAD_CHECKSUM_DIFFERS", "0")
    assert left == []
    assert (right.status_code, right.headers["upload-offset"]) == (204, str(len(content)))


async def test_of_two_phones_with_one_upload_exactly_one_goes_on(city: City) -> None:
    content = pdf(bytes(2 * PIECE))
    async with city.call_as("staff") as one, city.call_as("staff") as two:
        url = (await announce(one, content)).headers["location"]
        row = select(File.id).where(File.id == UUID(url.rpartition("/")[2]))
        answers = await at_once(city, append(one, url, 0, content), append(two, url, 0, content), held=row)
        got = await one.get(f"{url}/content")
    assert sorted(each.status_code for each in answers) == [204, 409]
    assert got.content == content
    refused = next(each for each in answers if each.status_code == 409)
    assert int(refused.headers["upload-offset"]) >= PIECE
    assert len(await paths(city)) == 1


async def test_two_announcements_of_one_id_make_one_upload(city: City) -> None:
    content, id = pdf(), str(uuid7())
    async with city.call_as("staff") as one, city.call_as("staff") as two:
        answers = await asyncio.gather(announce(one, content, id=id), announce(two, content, id=id))
    assert [each.status_code for each in answers] == [201, 201]


async def test_a_file_may_be_larger_than_other_bodies(city: City) -> None:
    """It goes to the store as it comes, past the limit that guards the memory."""
    content = pdf(bytes(18_000_000))

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(content), 65_536):
            yield content[start : start + 65_536]

    async with city.call_as("staff") as staff:
        url = (await announce(staff, content)).headers["location"]
        answer = await append(staff, url, 0, chunks())
    assert answer.status_code == 204


async def test_the_day_has_an_end_also_for_files(city: City) -> None:
    await policy_is(city, files_per_day=2, bytes_per_day=10_000)
    async with city.call_as("staff") as staff:
        first = await announce(staff, bytes(9_000))
        too_many_bytes = await announce(staff, bytes(2_000))
        second = await announce(staff, bytes(900))
        third = await announce(staff, bytes(9))
    assert (first.status_code, second.status_code) == (201, 201)
    assert (too_many_bytes.status_code, too_many_bytes.json()["code"]) == (429, "FILES_OF_DAY_USED_UP")
    assert third.status_code == 429
    assert 0 < int(third.headers["retry-after"]) <= 86_400


async def test_an_upload_can_be_ended(city: City) -> None:
    content, id = pdf(), str(uuid7())
    async with city.call_as("staff") as staff:
        await announce(staff, content, id=id)
        await append(staff, f"/v1/files/{id}", 0, content[:10])
        tried = await staff.delete(f"/v1/files/{id}", headers=TUS, params={"validate_only": "true"})
        kept = await staff.head(f"/v1/files/{id}", headers=TUS)
        ended = await staff.delete(f"/v1/files/{id}", headers=TUS)
        gone = await staff.head(f"/v1/files/{id}", headers=TUS)
    assert (tried.status_code, kept.status_code, ended.status_code, gone.status_code) == (204, 200, 204, 404)
    await forget_objects(means(city), region_id=str(city.region.id), id=id)
    assert await paths(city) == []


async def test_a_trial_writes_nothing(city: City) -> None:
    content, id = pdf(), str(uuid7())
    trial = {"validate_only": "true"}
    headers = {**TUS, "Upload-Length": str(len(content)), "Upload-Metadata": metadata(id=id)}
    async with city.call_as("staff") as staff:
        tried = await staff.post("/v1/files", headers=headers, params=trial)
        absent = await staff.head(f"/v1/files/{id}", headers=TUS)
        await staff.post("/v1/files", headers=headers)
        patched = await staff.patch(
            f"/v1/files/{id}", params=trial, headers={**BYTES, "Upload-Offset": "0"}, content=content
        )
        still = await staff.head(f"/v1/files/{id}", headers=TUS)
    assert (tried.status_code, absent.status_code) == (201, 404)
    assert (patched.status_code, still.headers["upload-offset"]) == (204, "0")


async def test_a_poor_network_may_disguise_its_methods(city: City) -> None:
    content = pdf()
    async with city.call_as("staff") as staff:
        url = (await announce(staff, content)).headers["location"]
        headers = {**BYTES, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
        answer = await staff.post(url, headers=headers, content=content)
    assert (answer.status_code, answer.headers["upload-offset"]) == (204, str(len(content)))


@pytest.mark.parametrize(
    ("asked", "status", "start", "end"),
    [
        ("bytes=0-9", 206, 0, 10),
        ("bytes=10-", 206, 10, 80),
        ("bytes=-5", 206, 75, 80),
        ("bytes=70-500", 206, 70, 80),
        ("bytes=-500", 206, 0, 80),
        ("bytes=80-", 416, 0, 0),
        ("bytes=-0", 416, 0, 0),
        ("bytes=9-3", 200, 0, 80),
        ("bytes=0-1,4-5", 200, 0, 80),
        ("lines=1-2", 200, 0, 80),
    ],
)
async def test_downloads_go_on_where_they_were_cut(
    city: City, asked: str, status: int, start: int, end: int
) -> None:
    content = pdf(bytes(80 - len(pdf())))
    async with city.call_as("staff") as staff:
        id = await sent(staff, content)
        got = await staff.get(f"/v1/files/{id}/content", headers={"Range": asked})
    assert got.status_code == status
    if status == 416:
        assert (got.headers["content-range"], got.json()["code"]) == ("bytes */80", "RANGE_UNSATISFIABLE")
        return
    assert got.content == content[start:end]
    assert got.headers["content-length"] == str(end - start)
    if status == 206:
        assert got.headers["content-range"] == f"bytes {start}-{end - 1}/80"


async def test_a_download_is_told_apart_by_its_content(city: City) -> None:
    content = pdf()
    async with city.call_as("staff") as staff:
        url = f"/v1/files/{await sent(staff, content)}/content"
        etag = (await staff.get(url)).headers["etag"]
        same = await staff.get(url, headers={"If-None-Match": etag})
        part = await staff.get(url, headers={"Range": "bytes=0-3", "If-Range": etag})
        whole = await staff.get(url, headers={"Range": "bytes=0-3", "If-Range": '"other"'})
    assert etag == f'"{hexdigest(content)}"'
    assert same.status_code == 304
    assert (part.status_code, whole.status_code) == (206, 200)


async def test_what_has_not_arrived_cannot_be_downloaded(city: City) -> None:
    async with city.call_as("staff") as staff:
        url = (await announce(staff, pdf())).headers["location"]
        answer = await staff.get(f"{url}/content")
    assert (answer.status_code, answer.json()["code"]) == (409, "FILE_NOT_COMPLETE")


async def test_without_a_place_for_files_the_server_says_so(city: City) -> None:
    given, city.app.state.objects = city.app.state.objects, None
    async with city.call_as("staff") as staff:
        answer = await announce(staff, pdf())
    city.app.state.objects = given
    assert (answer.status_code, answer.json()["code"]) == (503, "FILES_NOT_SET_UP")


async def test_what_happens_to_files_is_journalled(city: City) -> None:
    async with city.call_as("staff") as staff:
        id = await sent(staff, pdf())
        await staff.delete(f"/v1/files/{id}", headers=TUS)
    async with city.database.sessions() as db:
        rows = await db.scalars(
            select(JournalEntry.action)
            .where(JournalEntry.region_id == city.region.id, JournalEntry.entity_id == UUID(id))
            .order_by(JournalEntry.seq)
        )
    assert list(rows) == ["CREATE", "RECEIVED", "DELETE"]


def means(city: City, days: float = 0) -> Means:
    later = city.now + timedelta(days=days)
    return Means(city.database, city.app.state.keyring, lambda: later, objects=city.app.state.objects)


async def test_an_upload_left_alone_expires_and_is_forgotten(city: City) -> None:
    content, id = pdf(), str(uuid7())
    async with city.call_as("staff") as staff:
        await announce(staff, content, id=id)
        await append(staff, f"/v1/files/{id}", 0, content[:10])
        async with city.database.sessions() as db, db.begin():
            past = city.now - timedelta(hours=1)
            await db.execute(update(File).where(File.id == UUID(id)).values(expires_at=past))
        expired = await staff.head(f"/v1/files/{id}", headers=TUS)
        renewed = await announce(staff, content, id=id)
        again = await staff.head(f"/v1/files/{id}", headers=TUS)
    assert (expired.status_code, renewed.headers["upload-offset"], again.status_code) == (410, "10", 200)
    await clean_up(means(city, days=13), str(city.region.id))
    assert await stored(city, id) is not None
    await clean_up(means(city, days=15), str(city.region.id))
    assert await stored(city, id) is None
    assert await paths(city) == []


async def test_a_file_that_no_evidence_names_is_forgotten_in_the_end(city: City) -> None:
    async with city.call_as("staff") as staff:
        id = await sent(staff, pdf())
    await clean_up(means(city, days=59), str(city.region.id))
    assert await stored(city, id) is not None
    await clean_up(means(city, days=61), str(city.region.id))
    assert await stored(city, id) is None
    assert await paths(city) == []


async def test_bytes_that_belong_to_nothing_are_removed_and_others_stay(city: City) -> None:
    objects = city.app.state.objects
    async with city.call_as("staff") as staff:
        whole = await sent(staff, pdf())
        half = (await announce(staff, pdf())).headers["location"].rpartition("/")[2]
        await append(staff, f"/v1/files/{half}", 0, pdf()[:10])
    base = f"regions/{city.region.id}/files"
    kept = set(await paths(city))
    await objects.put(f"{base}/{uuid7()}/content", b"nobody's")
    await objects.put(f"{base}/{half}/pieces/000000000010-left", b"of a server that died")
    await objects.put(f"{base}/{whole}/pieces/000000000000-left", b"of a server that died")
    await clean_up(means(city), str(city.region.id))
    assert len(await paths(city)) == len(kept) + 3, "younger than a day: their rows may be on their way"
    await clean_up(means(city, days=5), str(city.region.id))
    assert set(await paths(city)) == kept


async def test_a_whole_upload_whose_server_died_is_finished(city: City) -> None:
    content = pdf()
    async with city.call_as("staff") as staff:
        id = await sent(staff, content)
        async with city.database.sessions() as db, db.begin():
            pieces = [f"{0:012d}-{uuid7().hex}"]
            await city.app.state.objects.put(
                f"regions/{city.region.id}/files/{id}/pieces/{pieces[0]}", content
            )
            await db.execute(
                update(File)
                .where(File.id == UUID(id))
                .values(
                    state=FileState.PENDING, completed_at=None, stored_sha256=None, sha256=None, pieces=pieces
                )
            )
        await clean_up(means(city, days=0.1), str(city.region.id))
        got = await staff.get(f"/v1/files/{id}/content")
    assert (got.status_code, got.content) == (200, content)


async def test_an_upload_whose_pieces_the_store_lost_begins_anew(city: City) -> None:
    content, id = pdf(), str(uuid7())
    async with city.call_as("staff") as staff:
        await announce(staff, content, id=id)
        await append(staff, f"/v1/files/{id}", 0, content[:10])
        await city.app.state.objects.delete(await paths(city))
        lost = await append(staff, f"/v1/files/{id}", 10, content[10:])
        again = await append(staff, f"/v1/files/{id}", 0, content)
    assert (lost.status_code, lost.headers["upload-offset"]) == (409, "0")
    assert again.status_code == 204
