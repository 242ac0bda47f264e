"""A city's reporting day from end to end, against a running `make run`: what an integrator has to call.

`make tour` founds a region of its own, so it can be run again and again. It stops with exit code 1 and names
the difference where anything is not as expected. ASN_URL says where the server is, ASN_SECRETS_DIR where the
operator's commands find its database.
"""
# ruff: noqa: T201

import gzip
import json
import os
import secrets
import sys
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

import httpx

from examples.caller import ROOT, Caller, Difference, chapter, expect, operator, tell, uuid7

URL = os.environ.get("ASN_URL", "http://127.0.0.1:8000").rstrip("/")
CITY = ROOT / "examples" / "kota-contoh"
WIB = timezone(timedelta(hours=7))
REGION = f"kota-contoh-{secrets.token_hex(3)}"
PATIENCE_SECONDS = 120

# What `expected.json` calls an error of the file, and the code that the API reports for it.
CODES = {
    "nip_wrong_length": "NIP_LENGTH",
    "nip_birth_date_mismatch": "NIP_BIRTH_DATE_MISMATCH",
    "nip_sex_mismatch": "NIP_SEX_MISMATCH",
    "unreadable_date": "DATE_UNREADABLE",
    "unit_missing": "UNIT_MISSING",
    "unit_unknown": "UNIT_UNKNOWN",
    "grade_unknown": "GRADE_UNKNOWN",
    "email_invalid": "EMAIL_INVALID",
    "nik_wrong_length": "NIK_LENGTH",
    "duplicate_nip": "NIP_DUPLICATE",
}


def found_region(http: httpx.Client) -> Caller:
    chapter("1. The operator founds a region and names its first admin")
    operator("region", "create", "--code", REGION, "--name", "Kota Contoh")
    code = operator("admin", "create", "--region", REGION, "--login", "admin.kota")
    tell(f"region {REGION}; a one-time code for the admin, no default password")
    admin = Caller("admin", http, REGION, "admin.kota")
    admin.activate(code)
    return admin


def upload(admin: Caller) -> dict[str, Any]:
    """Upload both files and wait for the verdict on every row."""
    files = {
        "employees": ("export.csv", (CITY / "export-data-asn.csv").read_bytes(), "text/csv"),
        "units": ("ref-unor.json", (CITY / "ref-unor.json").read_bytes(), "application/json"),
    }
    answer = admin.call("POST", "/v1/employee-imports", 202, files=files)
    return wait_for(admin, answer.headers["location"], "CHECKED")


def wait_for(admin: Caller, path: str, status: str) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        answer = admin.http.get(path, headers={"Authorization": f"Bearer {admin.token}"})
        found: dict[str, Any] = answer.json()
        if found.get("status") in (status, "FAILED"):
            print(f"  admin: GET {path} -> {answer.status_code} (asked until it was {found['status']})")
            expect("The import's status", found["status"], status)
            return found
        time.sleep(0.2)
    raise Difference(f"{path} did not become {status} within {PATIENCE_SECONDS} seconds; is the worker up?")


def import_city(admin: Caller) -> int:
    """The number of people that came in."""
    chapter("2. The national portal's export comes in: first looked at, then applied")
    expected = json.loads((CITY / "expected.json").read_text("utf-8"))
    dry = upload(admin)
    summary = dry["summary"]
    for name in ("rows", "accepted", "refused", "with_warnings"):
        expect(f"The dry run's {name}", summary[name], expected[name])
    path = f"/v1/employee-imports/{dry['id']}"
    remarked: set[int] = set()
    for dirt, code in CODES.items():
        lines = [row["line"] for row in admin.all(f"{path}/rows", code=code)]
        expect(f"The lines with {code}", lines, expected["dirt"][dirt]["rows"])
        remarked.update(lines)
    expect("The codes in the report", sorted(summary["codes"]), sorted(CODES.values()))
    for dirt, each in expected["dirt"].items():
        if each["verdict"] == "accepted":
            expect(f"Lines of {dirt} that have messages", sorted(remarked.intersection(each["rows"])), [])
    tell(f"{summary['accepted']} of {summary['rows']} rows accepted; each of the {len(remarked)} bad or")
    tell("doubtful ones was reported with its line and code, exactly as expected.json says")
    admin.call("POST", f"{path}/commit", 202, version=dry["version"])
    wait_for(admin, path, "COMMITTED")
    again = upload(admin)
    expect("The same file again changes nothing", again["summary"]["changes_nothing"], True)
    tell(f"the same files again: {again['summary']['actions']}")
    admin.call("DELETE", f"/v1/employee-imports/{again['id']}", 204, version=again["version"])
    return int(summary["accepted"])


def working_day(admin: Caller) -> str:
    chapter("3. Which day is reported? The latest working day before today, by the city's calendar")
    day = datetime.now(WIB).date()
    for _ in range(20):
        day -= timedelta(days=1)
        found = admin.get(f"/v1/calendar/days/{day}")
        if found["working_day"]:
            tell(f"{day}: {found['target_minutes']} minutes are expected of everybody")
            return day.isoformat()
    raise Difference("The calendar knows no working day within the last 20 days.")


def lock_later(admin: Caller, day: str) -> None:
    """By the policy that comes with a region, the latest working day may lie in a month that is locked by now."""
    policy = admin.get("/v1/policies/activities", on=day)
    revised = {"valid_from": day, "content": policy["content"] | {"period_lock_day": 28}}
    revised |= {"source": "Keputusan Wali Kota Contoh", "reason": "Bulan baru dikunci pada tanggal 28"}
    changed = admin.post("/v1/policies/activities", revised)
    expect("The day on which a month is locked", changed["content"]["period_lock_day"], 28)
    tell(f"a month is locked on day 28 of the next one, not on day {policy['content']['period_lock_day']}")


Person = Mapping[str, Any]


def one_branch(admin: Caller, day: str) -> tuple[Person, Person, Person]:
    """An employee, his superior, and the head of their agency, who has nobody above him but the mayor."""
    chapter("4. An employee, his superior and the head of their agency get their accounts")
    for agency in admin.all("/v1/units", kind="AGENCY"):
        people = admin.all("/v1/employees", agency_id=agency["id"], active=True, as_of=day)
        leads = {each["unit"]["id"]: each for each in people if each["position"]["is_head"]}
        head = leads.pop(agency["id"], None)
        for employee in people:
            superior = leads.get(employee["unit"]["id"])
            if head is None or superior in (None, employee):
                continue
            chain = (employee, superior, head)
            lines = [admin.get(f"/v1/employees/{each['id']}/superior")["line"] for each in chain]
            if [line and line["superior_id"] for line in lines] == [superior["id"], head["id"], None]:
                tell(f"{employee['name']} reports to {superior['name']}, who reports to {head['name']}")
                return chain
            break
    raise Difference("No agency has a head, a unit with a head below, and somebody in it.")


def hand_out_codes(admin: Caller, people: tuple[Person, ...]) -> list[Caller]:
    issued = admin.post(
        "/v1/activation-codes", {"purpose": "ACTIVATION", "employee_ids": [each["id"] for each in people]}
    )
    codes = {each["employee_id"]: each["code"] for each in issued["data"]}
    callers = []
    for name, person in zip(("employee", "superior", "head"), people, strict=True):
        caller = Caller(name, admin.http, REGION, person["nip"])
        caller.activate(codes[person["id"]])
        callers.append(caller)
    return callers


def plan(author: Caller, year: int, kind: str, parent: str | None) -> tuple[str, Any]:
    """Draft and submit a plan (SKP) of one result and one indicator; gives the result's id and the plan."""
    result = uuid7()
    indicator = {
        "id": uuid7(),
        "aspect": "QUANTITY",
        "statement": "Jumlah laporan yang selesai",
        "target_value": "12",
        "target_unit": "laporan",
    }
    content = {
        "id": result,
        "kind": "PRIMARY",
        "parent_id": parent,
        "statement": "Laporan yang lengkap",
        "indicators": [indicator],
    }
    begun = author.post("/v1/plans", {"year": year, "approach": "QUANTITATIVE", "plan_type": kind})
    path, body = f"/v1/plans/{begun['id']}", {"work_results": [content]}
    drafted = author.call("PUT", f"{path}/content", json=body, version=begun["version"]).json()
    return result, author.post(f"{path}/submission", None, 200, drafted["version"])


def plans(employee: Caller, superior: Caller, head: Caller, admin: Caller, day: str) -> str:
    chapter("5. Plans cascade: the mayor's decision comes on paper, the others are approved one by one")
    year = date.fromisoformat(day).year
    result, submitted = plan(head, year, "JPT_OR_UNIT_HEAD", None)
    letter = {
        "action": "APPROVE",
        "decided_by_name": "Wali Kota Contoh",
        "decided_by_title": "Wali Kota",
        "letter_number": f"800/001/{year}",
        "letter_date": day,
    }
    path = f"/v1/plans/{submitted['id']}/recorded-decision"
    approved = admin.post(path, letter, 200, submitted["version"])
    expect("The head's plan", approved["status"], "APPROVED")
    for author, approver in ((superior, head), (employee, superior)):
        result, submitted = plan(author, year, "ADMIN_FUNCTIONAL", result)
        approved = approver.post(f"/v1/plans/{submitted['id']}/approval", None, 200, submitted["version"])
        expect(f"The plan of the {author.who}", approved["status"], "APPROVED")
    return result


def activity(day: str, start: int, minutes: int, result: str | None) -> dict[str, Any]:
    """`start` counts minutes after midnight."""
    begin = datetime.fromisoformat(f"{day}T00:00:00+07:00") + timedelta(minutes=start)
    return {
        "day": day,
        "start_at": begin.isoformat(),
        "end_at": (begin + timedelta(minutes=minutes)).isoformat(),
        "minutes": minutes,
        "category": "PRIMARY",
        "description": "Menyusun laporan bulanan bidang",
        "output_quantity": "1",
        "output_unit": "laporan",
        "place_type": "OFFICE",
        "work_result_id": result,
    }


def report(employee: Caller, day: str, result: str) -> None:
    chapter("6. The employee reports: one activity online, ten from a phone that was offline")
    single = employee.post("/v1/activities", {**activity(day, 450, 60, result), "id": uuid7()})
    expect("The single activity", (single["status"], single["flags"]), ("SUBMITTED", []))
    operations = [
        {
            "op_id": uuid7(),
            "type": "activity",
            "action": "put",
            "id": uuid7(),
            "device_at": datetime.now(UTC).isoformat(),
            # The last one names no result of the plan: it is taken all the same, and flagged.
            "data": activity(day, 510 + 30 * number, 30, result if number < 9 else None),
        }
        for number in range(10)
    ]
    phone = employee.post("/v1/devices", {"id": uuid7(), "name": "Phone of the tour", "platform": "ANDROID"})
    batch = gzip.compress(json.dumps({"device_id": phone["id"], "operations": operations}).encode())
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    for outcome in ("applied", "duplicate"):
        answer = employee.call("POST", "/v1/sync/push", content=batch, headers=headers).json()
        expect("The results of the batch", [each["status"] for each in answer["results"]], [outcome] * 10)
        tell(f"{len(batch)} bytes of gzip, ten results: {outcome}")
    unlinked = employee.get(f"/v1/activities/{operations[9]['id']}")
    expect("The flags of work without a result", unlinked["flags"], ["NOT_LINKED"])
    tell("the batch sent again changed nothing; the activity outside the plan is flagged NOT_LINKED")


def verify(superior: Caller, day: str) -> None:
    chapter("7. The superior decides about all of it at once, one activity is rejected")
    waiting = superior.all("/v1/activities", waiting_for_me=True, day=day)
    expect("What waits for the superior", len(waiting), 11)
    items = [{"id": each["id"], "version": each["version"], "decision": "VERIFY"} for each in waiting]
    unlinked = next(number for number, each in enumerate(waiting) if each["flags"])
    items[unlinked] |= {"decision": "REJECT", "comment": "Sebutkan hasil kerja dalam SKP."}
    done = superior.post("/v1/activities/verifications", {"items": items}, 200)
    expect("Decisions that were taken and refused", (done["done"], done["refused"]), (11, 0))
    again = superior.post("/v1/activities/verifications", {"items": items[:1]}, 200)
    expect("A decision on an old version", again["results"][0]["code"], "VERSION_STALE")
    tell("11 decided; deciding once more on the old version is refused with VERSION_STALE")


def boards(superior: Caller, head: Caller, admin: Caller, employee: Person, day: str) -> None:
    chapter("8. Three boards of the same day")
    rows = superior.all(f"/v1/days/{day}/board", team=True)
    for row in rows:
        tell(f"{row['employee']['name']:<30} {row['state']:<13} {row['totals']['verified_minutes']:>4} min")
    [own] = [row for row in rows if row["employee"]["id"] == employee["id"]]
    totals = {name: own["totals"][name] for name in ("waiting", "verified", "rejected", "verified_minutes")}
    expect(
        "The employee's day", totals, {"waiting": 0, "verified": 10, "rejected": 1, "verified_minutes": 330}
    )
    expect("The state of the day", own["state"], "REJECTED")
    sums = {}
    for caller in (head, admin):
        found = caller.get(f"/v1/days/{day}/summary")
        sums[caller.who] = total = found["total"]
        tell(
            f"{caller.who}: {total['reported']} of {total['employees']} reported, {len(found['units'])} units"
        )
        expect("Reported, verified minutes", (total["reported"], total["verified_minutes"]), (1, 330))
        parts = sum(each["sums"]["employees"] for each in found["units"])
        expect("The sum of the units", parts, total["employees"])
    if not len(rows) < sums["head"]["employees"] < sums["admin"]["employees"]:
        raise Difference("A team is smaller than a branch, and a branch smaller than the city.")
    month = superior.get(f"/v1/me/months/{day[:7]}")
    tell(f"the superior's own month so far: {month['score_percent']} % of {month['target_minutes']} minutes")


def edges(employee: Caller, head: Caller, head_person: Person, day: str) -> None:
    chapter("9. A lost answer, two closed doors, and a table for a spreadsheet")
    lost = {"refresh_token": employee.refresh_token}
    first = employee.post("/v1/sessions/refresh", lost, 200)
    second = employee.post("/v1/sessions/refresh", lost, 200)
    expect("The successor given again", second["refresh_token"], first["refresh_token"])
    employee.token = second["access_token"]
    tell("the answer got lost and the phone asked again: the same successor")
    refused = employee.call("GET", "/v1/accounts", 403).json()
    expect("No permission", refused["code"], "PERMISSION_MISSING")
    hidden = employee.call("GET", f"/v1/employees/{head_person['id']}", 404).json()
    expect("Out of reach", hidden["code"], "NOT_FOUND")
    tell(f"403: {refused['detail']}")
    tell(f"404: {hidden['detail']}")
    table = head.call("GET", f"/v1/days/{day}/board", headers={"Accept": "text/csv"}).text
    for line in table.lstrip("\ufeff").splitlines()[:3]:
        tell(line)


def complaint(http: httpx.Client, admin: Caller, head_person: Person) -> None:
    chapter("10. A citizen complains: no account, a bad line, a code and a PIN")
    of = {"id": uuid7(), "code": "JALAN", "name": "Jalan dan trotoar", "agency_id": head_person["unit"]["id"]}
    admin.post("/v1/complaint-categories", of)
    citizen = Caller("citizen", http, REGION, "")
    said = {
        "region": REGION,
        "key": str(uuid4()),
        "subject": "Lubang di depan pasar",
        "text": "Jalan berlubang sedalam lutut, pengendara sering jatuh pada malam hari.",
        "category": "JALAN",
        "place": {"latitude": -7.2575, "longitude": 112.7521},
        "anonymous": True,
    }
    receipt = citizen.post("/v1/public/complaints", said)
    again = citizen.post("/v1/public/complaints", said, 200)
    expect("The same complaint when it is sent again", again, receipt)
    tell(f"code {receipt['code']}, to be looked at by {receipt['due']['on']}; the PIN is shown only here")
    where = f"/v1/public/complaints/{receipt['code']}"
    strange = citizen.call(
        "GET", where, 404, params={"region": REGION}, headers={"Complaint-Pin": "0000-0000"}
    )
    tell(f"404: {strange.json()['detail']}")
    own = {"Complaint-Pin": receipt["pin"]}
    found = citizen.call("GET", where, params={"region": REGION}, headers=own).json()
    expect("Where it stands", (found["status"], found["text"]), ("RECEIVED", said["text"]))


def main() -> None:
    began = time.monotonic()
    with httpx.Client(base_url=URL, timeout=30) as http:
        admin = found_region(http)
        came_in = import_city(admin)
        day = working_day(admin)
        lock_later(admin, day)
        people = one_branch(admin, day)
        employee, superior, head = hand_out_codes(admin, people)
        report(employee, day, plans(employee, superior, head, admin, day))
        verify(superior, day)
        boards(superior, head, admin, people[0], day)
        edges(employee, head, people[2], day)
        complaint(http, admin, people[2])
    seconds = time.monotonic() - began
    print(f"\nAll as expected: {came_in} people, one reporting day, {seconds:.0f} seconds. Region: {REGION}")


if __name__ == "__main__":
    try:
        main()
    except Difference as difference:
        sys.exit(f"\nNot as expected: {difference}")
    except httpx.TransportError as error:
        sys.exit(f"\nNo answer from {URL} ({error}): start the server with `make run`, or set ASN_URL.")
