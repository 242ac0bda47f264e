"""Certificates: numbers without gaps, codes that prove, claims that count once, decisions one by one and in bulk."""

import asyncio
import io
import re
from datetime import date
from typing import Any

import pytest
from httpx import AsyncClient
from pypdf import PdfReader
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from asn_api.core.journal import JournalEntry
from asn_api.core.mapping import uuid7
from asn_api.rules.competencies import EvidenceSource
from asn_api.rules.enrolments import ClassStatus, EnrolmentStatus
from asn_api.tables.certificates import CertificateSeries, TrainingCertificate
from asn_api.tables.competencies import CompetencyEvidence
from asn_api.tables.employees import Employee
from asn_api.tables.training import CourseCompetency
from tests.areas.learning import (
    ONE,
    certificate,
    claim,
    claimed,
    completed,
    course,
    course_class,
    employee_becomes,
    enrolled,
    got,
    issue,
    proof,
    rows,
    verified,
    verify,
)
from tests.areas.races import at_once
from tests.factories import City
from tests.factories.jobs import work_off
from tests.matrix import add

PEOPLE = ("staff", "colleague", "supervisor", "chief", "other_staff")


async def path_of(city: City, id: str, person: str = "admin") -> str:
    shown = await got(city, person, f"/v1/certificates/{id}")
    path: str = shown["verification_path"]
    return path


async def test_everybody_who_completed_a_class_gets_a_certificate(city: City) -> None:
    class_id = await course_class(city)
    await enrolled(city, class_id, "staff", "colleague")
    await enrolled(city, class_id, "chief", status=EnrolmentStatus.FAILED)
    await issue(city)
    found = await rows(city)
    assert [each.number for each in found] == ["SERT/2026/00001/0001", "SERT/2026/00001/0002"]
    assert [each.employee_id for each in found] == [city.id("colleague"), city.id("staff")], "by name"
    assert {(each.jp, each.year, each.status, each.issuer) for each in found} == {
        (20, 2026, "ISSUED", f"Health, {city.region.name}")
    }
    notices = await got(city, "staff", "/v1/me/notifications")
    assert [each["kind"] for each in notices["data"]] == ["CERTIFICATE_ISSUED"]
    await issue(city)
    assert len(await rows(city)) == 2, "once"


async def test_numbers_have_no_gap_whatever_fails_between(city: City) -> None:
    first, second = await course_class(city), await course_class(city, last=date(2026, 11, 2))
    await enrolled(city, first, "staff")
    await enrolled(city, second, "staff", "colleague")
    await issue(city, second)
    await issue(city, first)
    await enrolled(city, second, "chief")
    async with city.database.sessions() as db, db.begin():
        await db.execute(
            select(CertificateSeries).where(CertificateSeries.region_id == city.region.id).with_for_update()
        )
        await db.execute(
            update(CertificateSeries)
            .where(CertificateSeries.region_id == city.region.id)
            .values(last=CertificateSeries.last + 1)
        )
        await db.rollback()
    await issue(city, second)
    assert [each.number for each in await rows(city)] == [
        "SERT/2026/00001/0001",
        "SERT/2026/00001/0002",
        "SERT/2026/00001/0003",
        "SERT/2026/00002/0001",
    ]


async def test_issuing_at_once_gives_every_number_and_every_person_once(city: City) -> None:
    classes = [await course_class(city) for _ in range(3)]
    for each in classes:
        await enrolled(city, each, *PEOPLE[:2])
    await asyncio.gather(*(issue(city, each) for each in classes * 3), issue(city))
    for each in classes:
        await enrolled(city, each, *PEOPLE[2:])
    numbers = select(CertificateSeries).where(CertificateSeries.region_id == city.region.id)
    async with city.database.sessions() as db, db.begin():
        await db.execute(numbers.with_for_update())
        jobs = [asyncio.ensure_future(issue(city, each)) for each in classes * 2]
        done, _ = await asyncio.wait(jobs, timeout=0.5)
        assert not done, "all wait for the numbers of their class"
    await asyncio.gather(*jobs)
    found = await rows(city)
    assert len(found) == 15
    assert {each.number for each in found} == {
        f"SERT/2026/{series:05d}/{place:04d}" for series in (1, 2, 3) for place in range(1, 6)
    }
    assert len({each.code for each in found}) == 15


async def test_anybody_may_check_a_code_and_learns_nothing_else(city: City) -> None:
    await employee_becomes(city, "staff", front_title="Dr.", back_title="M.Si.")
    [shown] = await completed(city, "staff")
    path = await path_of(city, shown["id"], "staff")
    async with city.call_as("anonymous") as anybody:
        answer = await anybody.get(path)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "number": "SERT/2026/00001/0001",
        "name": "Dr. STAFF, M.Si.",
        "course": "Pelayanan Prima",
        "issuer": f"Health, {city.region.name}",
        "jp": 20,
        "starts_on": "2026-10-05",
        "ends_on": "2026-10-07",
        "issued_on": "2026-10-07",
        "state": "VALID",
    }


async def level_of(city: City, person: str = "staff") -> int | None:
    shown = await got(city, "admin", f"/v1/employees/{city.id(person)}/competencies")
    held = {each["competency_code"]: each["held"] for each in shown["competencies"]}
    level: int | None = held["INTEGRITY"]
    return level


async def test_a_verified_course_elsewhere_says_what_it_teaches_until_it_is_revoked(city: City) -> None:
    id = await course(city)
    taught = CourseCompetency(
        region_id=city.region.id, id=uuid7(), course_id=id, competency_code="INTEGRITY", level=3
    )
    await add(city, taught)
    shown = await claimed(city)
    assert await level_of(city) is None, "a claim is no evidence"
    unknown = await verify(city, shown, course_id=str(uuid7()))
    assert unknown.json()["errors"][0]["pointer"] == "/course_id"
    assert (await verify(city, shown, course_id=str(id))).status_code == 200
    assert await level_of(city) == 3
    [said] = (await got(city, "admin", "/v1/competency-evidence", employee_id=city.id("staff")))["data"]
    assert (said["source"], said["assessor"], said["assessed_on"]) == (
        "TRAINING",
        "Pusdiklat Contoh",
        "2026-03-04",
    )
    assert said["reference"] == shown["id"]
    async with city.call_as("admin") as admin:
        answer = await admin.post(
            f"/v1/certificates/{shown['id']}/revocation",
            json={"reason": "Dokumen palsu."},
            headers={"If-Match": '"2"'},
        )
    assert answer.status_code == 200, answer.text
    assert await level_of(city) is None


async def test_a_revoked_certificate_of_ours_takes_its_levels_along(city: City) -> None:
    [shown] = await completed(city, "staff")
    for reference, code in ((shown["enrolment_id"], "INTEGRITY"), (str(uuid7()), "COMMUNICATION")):
        await add(
            city,
            CompetencyEvidence(
                region_id=city.region.id,
                id=uuid7(),
                employee_id=city.id("staff"),
                competency_code=code,
                level=2,
                source=EvidenceSource.TRAINING,
                assessed_on=date(2026, 10, 7),
                assessor="Health",
                reference=reference,
                created_at=city.now,
            ),
        )
    async with city.call_as("admin") as admin:
        url = f"/v1/certificates/{shown['id']}/revocation"
        answer = await admin.post(url, json={"reason": "Tidak hadir."}, headers=ONE)
    assert answer.status_code == 200, answer.text
    found = (await got(city, "admin", "/v1/competency-evidence", employee_id=city.id("staff")))["data"]
    assert {each["competency_code"]: each["withdrawal_reason"] for each in found} == {
        "INTEGRITY": "Tidak hadir.",
        "COMMUNICATION": None,
    }


async def test_a_code_is_read_whatever_the_hand_that_typed_it(city: City) -> None:
    [shown] = await completed(city, "staff")
    start, _, code = (await path_of(city, shown["id"])).rpartition(".")
    async with city.call_as("anonymous") as anybody:
        for typed in (code.upper(), code.replace("-", ""), code.replace("0", "O").replace("1", "l")):
            assert (await anybody.get(f"{start}.{typed}")).status_code == 200, typed


async def test_unknown_codes_are_all_refused_alike(city: City) -> None:
    [shown] = await completed(city, "staff")
    path = await path_of(city, shown["id"])
    start, _, code = path.rpartition(".")
    other = ("1" if code[0] != "1" else "2") + code[1:]
    async with city.call_as("anonymous") as anybody:
        answers = [
            await anybody.get(asked)
            for asked in (
                f"{start}.{other}",
                f"/v1/certificate-verifications/elsewhere.{code}",
                f"/v1/certificate-verifications/{code}",
                f"{start}.",
                f"/v1/certificate-verifications/{shown['id']}",
                f"/v1/certificate-verifications/%20.{code}",
            )
        ]
    assert {each.status_code for each in answers} == {404}
    assert {each.json()["code"] for each in answers} == {"NOT_FOUND"}
    async with city.call_as("anonymous") as anybody:
        assert (await anybody.get(f"{start}%00.{code}")).status_code == 422


async def test_the_certificate_is_a_page_with_its_code(city: City) -> None:
    [shown] = await completed(city, "staff")
    path = await path_of(city, shown["id"])
    async with city.call_as("staff") as staff:
        first = await staff.get(f"/v1/certificates/{shown['id']}/document")
        again = await staff.get(f"/v1/certificates/{shown['id']}/document")
        same = await staff.get(
            f"/v1/certificates/{shown['id']}/document", headers={"If-None-Match": first.headers["etag"]}
        )
    assert first.status_code == 200, first.text
    assert first.content == again.content
    assert same.status_code == 304
    assert first.headers["content-disposition"].endswith('"sertifikat-sert-2026-00001-0001.pdf"')
    [page] = PdfReader(io.BytesIO(first.content)).pages
    words = page.extract_text()
    squeezed = re.sub(r"\s", "", words)
    for word in ("SERT/2026/00001/0001", "PelayananPrima", "STAFF", "20jampelajaran", path):
        assert word in squeezed, words
    assert "DICABUT" not in words


async def test_a_revoked_certificate_says_so_everywhere(city: City) -> None:
    [shown] = await completed(city, "staff")
    path = await path_of(city, shown["id"])
    async with city.call_as("admin") as admin:
        url = f"/v1/certificates/{shown['id']}"
        answer = await admin.post(f"{url}/revocation", json={"reason": "Tidak hadir."}, headers=ONE)
        again = await admin.post(
            f"{url}/revocation", json={"reason": "Tidak hadir."}, headers={"If-Match": '"2"'}
        )
        document = await admin.get(f"{url}/document")
    assert (answer.status_code, answer.json()["status"], answer.json()["version"]) == (200, "REVOKED", 2)
    assert (again.status_code, again.json()["code"]) == (409, "CERTIFICATE_WRONG_STATUS")
    assert "DICABUT" in PdfReader(io.BytesIO(document.content)).pages[0].extract_text()
    async with city.call_as("anonymous") as anybody:
        assert (await anybody.get(path)).json()["state"] == "REVOKED"
    await issue(city)
    assert len(await rows(city)) == 1, "it is not issued again"


async def test_an_external_certificate_counts_once_it_is_verified(city: City) -> None:
    shown = await claimed(city)
    assert (shown["status"], shown["origin"], shown["jp"], shown["year"]) == ("CLAIMED", "EXTERNAL", 16, 2026)
    hours = f"/v1/employees/{city.id('staff')}/learning-hours"
    before = await got(city, "staff", hours, year=2026)
    assert (before["total"], before["certificates"][0]["excluded"]) == (0, "NOT_VERIFIED")
    answer = await verify(city, shown, jp=15)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["status"], answer.json()["jp"]) == ("VERIFIED", 15)
    after = await got(city, "staff", hours, year=2026)
    assert (after["total"], after["shortfall"], after["status"]) == (15, 5, "SHORT")
    kinds = [each["kind"] for each in (await got(city, "staff", "/v1/me/notifications"))["data"]]
    assert kinds == ["CERTIFICATE_VERIFIED"]
    async with city.database.sessions() as db:
        entries = list(
            await db.scalars(
                select(JournalEntry)
                .where(JournalEntry.region_id == city.region.id, JournalEntry.entity == "certificate")
                .order_by(JournalEntry.seq)
            )
        )
    assert [each.action for each in entries] == ["CREATE", "VERIFY"]
    assert entries[1].changes == {"status": ["CLAIMED", "VERIFIED"], "jp": [16, 15]}
    assert {(each.employee_id, each.unit_id) for each in entries} == {
        (city.id("staff"), city.units["ward"].id)
    }


async def test_minutes_become_whole_hours(city: City) -> None:
    shown = await claimed(city, jp=None, minutes=899)
    assert shown["jp"] == 19
    assert (await claimed(city, number="2", jp=None, minutes=44))["jp"] == 0


@pytest.mark.parametrize("number", ["123/DIKLAT/2026", "no. 123 / diklat / 2026", "123-DIKLAT-2026"])
async def test_one_certificate_is_not_claimed_twice(city: City, number: str) -> None:
    first = await claimed(city)
    answer = await claim(city, number=number, issuer="PUSDIKLAT  contoh", title="Lain", jp=40)
    assert (answer.status_code, answer.json()["code"]) == (409, "CERTIFICATE_DUPLICATE")
    assert first["id"] in answer.json()["detail"]
    assert (await claim(city, "colleague", number=number)).status_code == 201, "somebody else's"
    assert (await claim(city, number=number, issuer="Lembaga Lain")).status_code == 201


async def test_a_claim_of_the_next_number_stops_no_class_and_counts_nothing(city: City) -> None:
    guessed = await claimed(city, number="SERT/2026/00001/0001", issuer=f"Health, {city.region.name}")
    await completed(city, "staff")
    assert [each.number for each in await rows(city)] == ["SERT/2026/00001/0001"] * 2
    answer = await verify(city, guessed, comment="Tampak benar.")
    assert (answer.status_code, answer.json()["code"]) == (409, "CERTIFICATE_DUPLICATE")
    again = await claim(city, number="sert 2026 00001 0001", issuer=f"health {city.region.name}")
    assert again.json()["code"] == "CERTIFICATE_DUPLICATE"


async def test_after_a_rejection_it_may_be_claimed_again(city: City) -> None:
    first = await claimed(city)
    async with city.call_as("admin") as admin:
        url = f"/v1/certificates/{first['id']}/rejection"
        answer = await admin.post(url, json={"reason": "Berkas tidak terbaca."}, headers=ONE)
    assert (answer.status_code, answer.json()["status"]) == (200, "REJECTED")
    assert answer.json()["reason"] == "Berkas tidak terbaca."
    assert (await claim(city)).status_code == 201


async def test_of_two_claims_at_once_one_is_kept(city: City) -> None:
    files = [await proof(city) for _ in range(4)]
    mine = select(Employee.id).where(Employee.region_id == city.region.id, Employee.id == city.id("staff"))
    async with city.call_as("staff") as staff:
        answers = await at_once(
            city, *(staff.post("/v1/certificates", json=certificate(each)) for each in files), held=mine
        )
    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409]
    assert len(await rows(city)) == 1


async def test_the_database_itself_refuses_a_second_one(city: City) -> None:
    shown = await claimed(city)
    await claimed(city, number="other")
    with pytest.raises(IntegrityError, match="uq_training_certificates_number"):
        async with city.database.sessions() as db, db.begin():
            await db.execute(
                update(TrainingCertificate)
                .where(TrainingCertificate.region_id == city.region.id)
                .values(number_key="123/diklat/2026")
            )
    with pytest.raises(IntegrityError, match="ck_training_certificates_year"):
        async with city.database.sessions() as db, db.begin():
            await db.execute(
                update(TrainingCertificate)
                .where(TrainingCertificate.region_id == city.region.id, TrainingCertificate.id == shown["id"])
                .values(year=2025)
            )


async def test_the_same_claim_again_gives_what_was_stored(city: City) -> None:
    id, file_id = "0192f3a0-0000-7000-8000-000000000001", await proof(city)
    assert (await claim(city, id=id, file_id=file_id)).status_code == 201
    again = await claim(city, id=id, file_id=file_id)
    assert (again.status_code, again.json()["version"]) == (200, 1)
    other = await claim(city, id=id, file_id=file_id, jp=17)
    assert (other.status_code, other.json()["code"]) == (409, "CERTIFICATE_ID_TAKEN")


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"jp": None}, "/jp", "CERTIFICATE_HOURS_OR_MINUTES"),
        ({"minutes": 90}, "/jp", "CERTIFICATE_HOURS_OR_MINUTES"),
        ({"number": "///"}, "/number", "CERTIFICATE_NUMBER_EMPTY"),
        ({"issuer": "—"}, "/issuer", "CERTIFICATE_NUMBER_EMPTY"),
        ({"ends_on": "2026-03-01"}, "/ends_on", "CERTIFICATE_DAYS_REVERSED"),
        ({"issued_on": "2026-03-03"}, "/issued_on", "CERTIFICATE_BEFORE_ITS_TRAINING"),
        ({"issued_on": "2026-11-21"}, "/issued_on", "CERTIFICATE_DAY_IN_FUTURE"),
        ({"file_id": "0192f3a0-0000-7000-8000-00000000000f"}, "/file_id", "CERTIFICATE_FILE_UNUSABLE"),
    ],
)
async def test_a_claim_that_makes_no_sense_is_refused(
    city: City, changes: dict[str, Any], pointer: str, code: str
) -> None:
    answer = await claim(city, **changes)
    assert answer.status_code == 422, answer.text
    assert (pointer, code) in [(each["pointer"], each["code"]) for each in answer.json()["errors"]]


async def test_somebody_elses_file_proves_nothing(city: City) -> None:
    answer = await claim(city, file_id=await proof(city, "colleague"))
    assert answer.json()["errors"][0]["code"] == "CERTIFICATE_FILE_UNUSABLE"


async def test_the_holder_corrects_and_withdraws_until_it_is_decided(city: City) -> None:
    shown = await claimed(city)
    body = certificate(shown["file_id"], jp=12)
    async with city.call_as("staff") as staff:
        url = f"/v1/certificates/{shown['id']}"
        changed = await staff.put(url, json=body, headers=ONE)
        stale = await staff.put(url, json=body, headers=ONE)
        assert (changed.status_code, changed.json()["jp"], changed.json()["version"]) == (200, 12, 2)
        assert (stale.status_code, stale.json()["code"]) == (412, "VERSION_STALE")
        assert (await staff.delete(url, headers={"If-Match": '"2"'})).status_code == 204
        assert (await staff.get(url)).status_code == 404
    kept = await verified(city)
    async with city.call_as("staff") as staff:
        late = await staff.delete(f"/v1/certificates/{kept['id']}", headers={"If-Match": '"2"'})
        assert (late.status_code, late.json()["code"]) == (409, "CERTIFICATE_WRONG_STATUS")
        assert {each["action"]: each["refused"] for each in kept["allowed_actions"]}["REVOKE"] is None
    async with city.call_as("colleague") as colleague:
        url = f"/v1/certificates/{kept['id']}"
        assert (await colleague.put(url, json=body, headers=ONE)).status_code == 404


async def test_an_admin_decides_about_others_only(city: City) -> None:
    shown = await claimed(city, "admin")
    answer = await verify(city, shown)
    assert (answer.status_code, answer.json()["code"]) == (409, "CERTIFICATE_OF_ONESELF")
    assert {each["action"]: each["refused"] for each in shown["allowed_actions"]}["VERIFY"] == (
        "CERTIFICATE_OF_ONESELF"
    )


async def test_what_resembles_another_one_is_shown_and_needs_a_word(city: City) -> None:
    content = b"the same scan"
    await verified(city, number="A-1", file_id=await proof(city, "staff", content))
    await claimed(city, "colleague", number="B-2")
    shown = await claimed(
        city, number="b-2", title="manajemen  ARSIP", file_id=await proof(city, "staff", content)
    )
    assert shown["resembling"] == [], "for whoever verifies"
    seen = await got(city, "admin", f"/v1/certificates/{shown['id']}")
    assert {(each["number"], each["of_same_person"], *each["reasons"]) for each in seen["resembling"]} == {
        ("A-1", True, "SAME_TRAINING", "SAME_FILE"),
        ("B-2", False, "SAME_NUMBER_ELSEWHERE"),
    }
    refused = await verify(city, shown)
    assert (refused.status_code, refused.json()["code"]) == (409, "CERTIFICATE_RESEMBLES")
    assert (await verify(city, shown, comment="Dua angkatan yang berbeda.")).status_code == 200


async def test_many_are_decided_at_once_and_each_has_its_result(city: City) -> None:
    good = await claimed(city, number="1", title="Satu")
    bad = await claimed(city, "colleague", number="2", title="Dua")
    stale = await claimed(city, "supervisor", number="3", title="Tiga")
    own = await claimed(city, "admin", number="4", title="Empat")
    items = [
        {"id": good["id"], "version": 1, "decision": "VERIFY"},
        {"id": bad["id"], "version": 1, "decision": "REJECT"},
        {"id": stale["id"], "version": 7, "decision": "VERIFY"},
        {"id": own["id"], "version": 1, "decision": "VERIFY"},
        {"id": "0192f3a0-0000-7000-8000-00000000000f", "version": 1, "decision": "VERIFY"},
        {"id": good["id"], "version": 2, "decision": "REJECT", "comment": "Sekali lagi."},
    ]
    async with city.call_as("admin") as admin:
        whole = await admin.post("/v1/certificates/decisions", json={"items": items, "atomic": "all"})
        assert whole.json()["done"] == 0
        assert whole.json()["results"][0]["code"] == "NOT_DONE_ATOMIC"
        answer = await admin.post("/v1/certificates/decisions", json={"items": items})
    assert (answer.status_code, answer.json()["done"], answer.json()["refused"]) == (200, 1, 5)
    results = answer.json()["results"]
    assert (results[0]["status"], results[0]["version"]) == ("VERIFIED", 2)
    assert [each["code"] for each in results[1:]] == [
        "REQUEST_INVALID",
        "VERSION_STALE",
        "CERTIFICATE_OF_ONESELF",
        "NOT_FOUND",
        "CERTIFICATE_WRONG_STATUS",
    ]
    assert results[1]["errors"][0]["code"] == "CERTIFICATE_REASON_REQUIRED"


async def test_the_file_goes_to_whoever_verifies_and_stays(city: City, anonymous: AsyncClient) -> None:
    shown = await claimed(city)
    for person, status in (("admin", 200), ("supervisor", 200), ("head", 200), ("other_staff", 404)):
        async with city.call_as(person) as client:
            answer = await client.get(f"/v1/files/{shown['file_id']}/content")
        assert answer.status_code == status, person
    async with city.call_as("staff") as staff:
        answer = await staff.delete(f"/v1/files/{shown['file_id']}", headers={"Tus-Resumable": "1.0.0"})
    assert answer.json()["code"] == "FILE_NAMED_BY_CERTIFICATE"
    async with city.call_as("staff") as staff:
        document = await staff.get(f"/v1/certificates/{shown['id']}/document")
    assert (document.status_code, document.json()["code"]) == (409, "CERTIFICATE_NOT_ISSUED_HERE")


async def test_certificates_are_listed_by_reach_and_filter(city: City) -> None:
    await completed(city, "staff", "other_staff")
    await claimed(city, "colleague")
    mine = await got(city, "staff", "/v1/certificates")
    assert [each["employee"]["id"] for each in mine["data"]] == [str(city.id("staff"))]
    team = await got(city, "head", "/v1/certificates", status="CLAIMED", unit_id=str(city.units["health"].id))
    assert [each["employee"]["id"] for each in team["data"]] == [str(city.id("colleague"))]
    assert len((await got(city, "admin", "/v1/certificates", year=2026))["data"]) == 3
    assert (await got(city, "admin", "/v1/certificates", year=2025))["data"] == []
    async with city.call_as("admin") as admin:
        csv = await admin.get("/v1/certificates", headers={"Accept": "text/csv"})
    assert csv.text.count("\n") == 4


async def test_finishing_a_class_issues_by_itself(city: City) -> None:
    class_id = await course_class(city, status=ClassStatus.RUNNING)
    await enrolled(city, class_id, "staff", status=EnrolmentStatus.ATTENDING)
    await enrolled(city, class_id, "colleague", status=EnrolmentStatus.ATTENDING)
    async with city.call_as("chief") as chief:
        items = [
            {"enrolment_id": each["id"], "passed": each["employee"]["id"] == str(city.id("staff"))}
            for each in (await got(city, "admin", "/v1/enrolments", class_id=str(class_id)))["data"]
        ]
        results = await chief.put(f"/v1/classes/{class_id}/results", json={"items": items})
        assert results.status_code == 200, results.text
        finished = await chief.post(f"/v1/classes/{class_id}/completion", headers=ONE)
        assert finished.status_code == 200, finished.text
    await work_off(city.app)
    assert [each.employee_id for each in await rows(city)] == [city.id("staff")]
