"""The demo city: plausible, clean, and the same in every run."""

import csv
import hashlib
import io
import json
import os
import subprocess
import sys
from collections import Counter
from datetime import date, datetime, timedelta, timezone
from functools import cache

from asn_api.areas.employees import portal
from asn_api.areas.organization import unit_tree
from asn_api.demo import city
from asn_api.demo.careers import REFERENCE
from asn_api.demo.year import Activity, Member, Plans, activities, plans
from asn_api.rules.activities import ActivityStatus, Category, PlaceType
from asn_api.rules.nip import differences, parse
from asn_api.rules.people import Sex

WIB = timezone(timedelta(hours=7))
NOW = datetime(2026, 11, 20, 13, 40, tzinfo=WIB)
DAYS = [
    day for day in (date(2026, 8, 24) + timedelta(days=number) for number in range(89)) if day.weekday() < 5
]
COLUMNS = 65


@cache
def members() -> tuple[Member, ...]:
    units = {unit["Id"]: unit for unit in city.units()}
    people = list(city.employees())
    heads = {unit["PemimpinPnsId"]: unit["Id"] for unit in units.values() if unit["PemimpinPnsId"]}
    leads = {row["unor_id"]: row["nip_baru"] for row in people if row["pns_id"] in heads}

    def superior(row: dict[str, str]) -> str | None:
        unit = units[row["unor_id"]]["DiatasanId"] if row["pns_id"] in heads else row["unor_id"]
        while unit and unit not in leads:
            unit = units[unit]["DiatasanId"]
        return leads.get(unit)

    return tuple(
        Member(
            row["nip_baru"],
            row["jabatan_nama"],
            row["unor_id"],
            superior(row),
            units[row["unor_id"]]["IndukUnorId"],
            DAYS,
        )
        for row in people
    )


@cache
def year() -> tuple[Plans, tuple[Activity, ...]]:
    """A fifth of the employees is enough to see the proportions."""
    found = plans(members(), 2026)
    return found, tuple(activities(members()[::5], found.results, NOW))


def fingerprint() -> str:
    found = plans(members(), 2026)
    digest = hashlib.sha256()
    for part in (city.units(), list(city.employees()), found.goals, sorted(found.results.items())):
        digest.update(repr(part).encode())
    for activity in activities(members()[::40], found.results, NOW):
        digest.update(repr(activity).encode())
    return digest.hexdigest()


def test_the_city_is_the_same_in_another_process_with_other_hashes() -> None:
    program = "from tests.demo.test_city import fingerprint; print(fingerprint())"
    runs = {
        subprocess.run(
            [sys.executable, "-c", program],
            check=True,
            capture_output=True,
            text=True,
            env={
                **os.environ,
                "PYTHONHASHSEED": seed,
                "TZ": zone,
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            },
        ).stdout.strip()
        for seed, zone in (("1", "UTC"), ("2", "Asia/Jayapura"))
    }
    assert runs == {fingerprint()}


def test_the_tree_has_one_root_and_no_lost_unit() -> None:
    units = city.units()
    ids = [unit["Id"] for unit in units]
    assert len(set(ids)) == len(ids)
    assert [unit["NamaJabatan"] for unit in units if not unit["DiatasanId"]] == ["WALI KOTA"]
    assert {unit["DiatasanId"] for unit in units} - {""} <= set(ids)
    assert {unit["IndukUnorId"] for unit in units} - {""} <= set(ids)
    assert units[0]["PemimpinPnsId"] == ""
    seen = {""}
    for unit in units:
        assert unit["DiatasanId"] in seen
        seen.add(unit["Id"])


def test_the_tree_has_agencies_schools_and_health_centres() -> None:
    units = city.units()
    names = [unit["NamaUnor"] for unit in units]
    assert sum(unit["IsUnorSekolah"] == "1" for unit in units) == 90
    assert sum("PUSKESMAS" in name for name in names) == 20
    assert sum(name.startswith("KECAMATAN") for name in names) == 10
    assert sum(name.startswith(("DINAS", "BADAN", "SATUAN")) for name in names) == 23
    vacant = sum(not unit["PemimpinPnsId"] for unit in units[1:]) / len(units)
    assert 0.02 < vacant < 0.06


def test_at_least_three_thousand_employees_each_with_all_columns() -> None:
    people = list(city.employees())
    assert len(people) >= 3000
    assert {len(row) for row in people} == {COLUMNS}
    assert len({tuple(row) for row in people}) == 1
    for unique in ("pns_id", "nip_baru", "nik", "nomor_hp", "email", "npwp_nomor", "bpjs"):
        assert len({row[unique] for row in people}) == len(people), unique


def test_every_nip_is_valid_and_agrees_with_its_row() -> None:
    for row in city.employees():
        nip = parse(row["nip_baru"])
        born = _read(row["tanggal_lahir"])
        start = _read(row["tmt_cpns"])
        assert differences(nip, born, Sex.MALE if row["jenis_kelamin"] == "M" else Sex.FEMALE) == []
        assert nip.kind == ("PPPK" if row["kedudukan_hukum_id"] == "71" else "PNS")
        assert (nip.start_year, nip.start_month or start.month) == (start.year, start.month)
        assert int(nip.sequence) > 900


def test_dates_and_grades_of_every_employee_fit_together() -> None:
    for row in city.employees():
        born, start = _read(row["tanggal_lahir"]), _read(row["tmt_cpns"])
        assert (start - born).days / 365.25 >= 18
        assert (REFERENCE - born).days / 365.25 < 58
        assert start <= _read(row["tmt_golongan"]) < REFERENCE
        assert start <= _read(row["tmt_jabatan"]) < REFERENCE
        assert row["gol_awal_id"] <= row["gol_akhir_id"]
        assert int(row["tahun_lulus"]) <= start.year
        if row["kedudukan_hukum_id"] == "71":
            assert row["jenis_jabatan_id"] != "1"
            assert row["tmt_pns"] == ""


def test_heads_sit_in_the_unit_that_they_lead() -> None:
    people = {row["pns_id"]: row for row in city.employees()}
    for unit in city.units():
        if unit["PemimpinPnsId"]:
            head = people[unit["PemimpinPnsId"]]
            assert head["unor_id"] == unit["Id"]
            assert head["jenis_jabatan_id"] == ("1" if unit["EselonId"] else "2")
            if unit["EselonId"]:
                assert (head["jabatan_id"], head["jabatan_nama"]) == (unit["Id"], unit["NamaJabatan"])


def test_the_portal_import_has_nothing_to_say_about_the_city() -> None:
    tree = unit_tree.read(json.dumps({"code": 1, "data": city.units()}).encode())
    rows = list(city.employees())
    export = io.StringIO()
    writer = csv.DictWriter(export, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    file = portal.read(export.getvalue().encode(), {unit.siasn_id: unit.name for unit in tree.units})
    assert (len(tree.units), tree.faults) == (len(city.units()), ())
    assert len(file.rows) == len(rows)
    assert [message for row in file.rows for message in row.messages] == []


def test_nobody_can_be_reached_or_is_real() -> None:
    for row in city.employees():
        assert row["nik"].startswith("99")
        assert len(row["nik"]) == 16
        assert row["nomor_hp"].startswith("0840")
        assert row["email"].endswith("@example.invalid")


def test_the_mix_is_plausible() -> None:
    people = list(city.employees())
    share = {
        kind: count / len(people) for kind, count in Counter(r["jenis_jabatan_id"] for r in people).items()
    }
    assert 0.15 < sum(row["kedudukan_hukum_id"] == "71" for row in people) / len(people) < 0.35
    assert 0.45 < sum(row["jenis_kelamin"] == "F" for row in people) / len(people) < 0.6
    assert share["1"] < 0.12 < share["4"] < share["2"] < 0.7
    assert Counter(row["nama"] for row in people).most_common(1)[0][1] < 10


def test_the_demo_people_stand_in_the_named_relations() -> None:
    by_nip = {member.key: member for member in members()}
    units = {unit["Id"]: unit for unit in city.units()}
    demo = city.DEMO
    employee, supervisor, head = by_nip[demo.employee_nip], by_nip[demo.supervisor_nip], by_nip[demo.head_nip]
    assert employee.superior == supervisor.key
    assert employee.unit == supervisor.unit
    assert supervisor.title.startswith("KEPALA SUBBAGIAN")
    assert head.unit == employee.agency
    assert "KEPEGAWAIAN" in units[by_nip[demo.admin_nip].agency]["NamaUnor"]


def test_results_cascade_from_the_superior_or_stand_under_a_goal() -> None:
    found, _ = year()
    owners = {result.id: result for results in found.results.values() for result in results}
    agencies = {member.key: member.agency for member in members()}
    goals = {goal.id: goal for goal in found.goals}
    assert set(Counter(goal.agency for goal in found.goals).values()) <= {3, 4, 5}
    for member in members():
        results = found.results[member.key]
        primary = [result for result in results if result.kind == "PRIMARY"]
        assert 2 <= len(primary) <= 4
        assert len(results) - len(primary) <= 1
        for result in primary:
            assert (result.parent is None) != (result.goal is None)
            if result.goal:
                assert goals[result.goal].agency == member.agency
            if result.parent:
                parent = owners[result.parent]
                assert (parent.employee, parent.kind) == (member.superior, "PRIMARY")
                assert agencies[parent.employee] == member.agency
        assert all(1 <= len(result.indicators) <= 3 for result in results)


def test_every_activity_could_have_been_entered() -> None:
    found, history = year()
    owners = {result.id: key for key, results in found.results.items() for result in results}
    assert len({activity.id for activity in history}) == len(history)
    ends: dict[tuple[str, date], datetime] = {}
    for activity in history:
        assert activity.id.version == 7
        assert ends.get((activity.employee, activity.day), activity.start) <= activity.start < activity.end
        ends[activity.employee, activity.day] = activity.end
        assert 0 < activity.minutes <= (activity.end - activity.start).total_seconds() / 60
        assert activity.end < activity.entered_at <= NOW
        assert len(activity.description) >= 10
        assert activity.quantity > 0
        assert activity.category in set(Category)
        assert activity.place in set(PlaceType)
        assert (activity.result is None) == (activity.category == "NON_TASK")
        assert activity.result is None or owners[activity.result] == activity.employee


def test_decisions_are_complete_and_made_by_the_superior() -> None:
    superiors = {member.key: member.superior for member in members()}
    for activity in year()[1]:
        assert activity.status in set(ActivityStatus)
        decided = activity.status in {"VERIFIED", "REJECTED"}
        assert (activity.decided_at is not None) == decided
        assert (activity.verified_minutes is not None) == (activity.status == "VERIFIED")
        if activity.decided_at:
            assert activity.entered_at < activity.decided_at <= NOW
            assert activity.verifier == superiors[activity.employee]
        if (
            activity.status == "REJECTED"
            or (activity.verified_minutes or activity.minutes) < activity.minutes
        ):
            assert activity.comment


def test_the_quarter_has_gaps_rejections_and_late_entries() -> None:
    history = year()[1]
    minutes: Counter[tuple[str, date]] = Counter()
    for activity in history:
        minutes[activity.employee, activity.day] += activity.minutes
    status = Counter(activity.status for activity in history)
    late = {(activity.employee, activity.day) for activity in history if activity.late}
    complete = [spent for (_, day), spent in minutes.items() if day < NOW.date()]
    assert 0.9 < len(minutes) / (len(members()[::5]) * len(DAYS)) < 0.97
    assert sum(300 <= spent <= 420 for spent in complete) / len(complete) > 0.85
    assert 0.03 < len(late) / len(minutes) < 0.07
    assert 0.015 < status["REJECTED"] / len(history) < 0.025
    assert {activity.day for activity in history if activity.status == "DRAFT"} == {NOW.date()}
    assert any((a.verified_minutes or a.minutes) < a.minutes for a in history)


def test_a_share_keeps_whole_agencies_and_the_recent_days_of_the_others() -> None:
    found, agency = year()[0], members()[0].agency
    history = list(activities(members()[::20], found.results, NOW, share=0, always={agency}, recent=3))
    days = {whole: {a.day for a in history if (a.agency == agency) is whole} for whole in (True, False)}
    assert days[False] == set(DAYS[-3:])
    assert len(days[True]) > 60


def _read(text: str) -> date:
    day, month, of_year = text.split("-")
    return date(int(of_year), int(month), int(day))
