"""The catalogue of competencies and what positions ask for, over HTTP."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from asn_api.core.mapping import uuid7
from asn_api.rules.competencies import PositionTier
from asn_api.tables.competencies import CompetencyStandard
from asn_api.tables.organization import Position
from tests.areas.qualifying import NINE, ONE, Json, becomes, line, position, post, profile, result, standard
from tests.areas.races import at_once
from tests.factories import City, stand_at
from tests.matrix import add
from tests.matrix.competencies import technical


async def test_the_nine_national_competencies_are_there_and_read_only(city: City) -> None:
    async with city.call_as("staff") as staff:
        listed = (await staff.get("/v1/competencies?count=exact")).json()
        one = (await staff.get("/v1/competencies/NATION_UNIFIER", headers={"Accept-Language": "id"})).json()
    assert [each["code"] for each in listed["data"]] == sorted(NINE)
    assert listed["page"]["total"] == 9
    assert (one["name"], one["group"], one["national"]) == ("Perekat Bangsa", "SOCIO_CULTURAL", True)
    made = await post(city, "/v1/competencies", {"code": "INTEGRITY", "name": "Integritas kami"})
    assert (made.status_code, made.json()["code"]) == (409, "COMPETENCY_NATIONAL")
    async with city.call_as("admin", **ONE) as admin:
        changed = await admin.patch("/v1/competencies/INTEGRITY", json={"name": "Lain"})
    assert (changed.status_code, changed.json()["code"]) == (409, "COMPETENCY_NATIONAL")


async def test_a_technical_competency_is_made_renamed_and_closed(city: City) -> None:
    body = {"code": "TEKNIS_GIS", "name": "Pemetaan digital"}
    first, again = [await post(city, "/v1/competencies", body) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = await post(city, "/v1/competencies", {**body, "name": "Lain"})
    assert (other.status_code, other.json()["code"]) == (409, "COMPETENCY_CODE_TAKEN")
    async with city.call_as("admin") as admin:
        found = (await admin.get("/v1/competencies", params={"q": "pemeta", "group": "TECHNICAL"})).json()
        assert [each["code"] for each in found["data"]] == ["TEKNIS_GIS"]
        url = "/v1/competencies/TEKNIS_GIS"
        renamed = await admin.patch(url, json={"name": "SIG"}, headers=ONE)
        assert (renamed.json()["name"], renamed.json()["version"]) == ("SIG", 2)
        stale = await admin.patch(url, json={"closed_on": "2026-12-01"}, headers=ONE)
        assert (stale.status_code, stale.json()["current"]["name"]) == (412, "SIG")
        closed = await admin.patch(url, json={"closed_on": "2026-11-01"}, headers={"If-Match": '"2"'})
        assert closed.json()["closed_on"] == "2026-11-01"
        for day, count in (("2026-10-31", 1), ("2026-11-01", 0)):
            on = (await admin.get("/v1/competencies", params={"on": day, "group": "TECHNICAL"})).json()
            assert len(on["data"]) == count
    named = await post(city, "/v1/competency-evidence", result(city, competency_code="TEKNIS_GIS"))
    assert (named.status_code, named.json()["errors"][0]["code"]) == (422, "COMPETENCY_UNKNOWN")


async def test_what_is_asked_for_is_not_closed(city: City) -> None:
    code = await technical(city)
    await standard(city, position_id=position(city), competency_code=code, valid_until="2026-12-31")
    async with city.call_as("admin", **ONE) as admin:
        refused = await admin.patch(f"/v1/competencies/{code}", json={"closed_on": "2026-12-31"})
        assert (refused.status_code, refused.json()["code"]) == (409, "COMPETENCY_IN_USE")
        closed = await admin.patch(f"/v1/competencies/{code}", json={"closed_on": "2027-01-01"})
        assert closed.status_code == 200, closed.text


async def test_an_admin_of_one_agency_sets_standards_of_its_positions_only(city: City) -> None:
    await stand_at(city, "health")
    made = await post(city, "/v1/competencies", {"code": "TEKNIS_X", "name": "X"})
    assert (made.status_code, made.json()["code"]) == (403, "COMPETENCY_NEEDS_WHOLE_REGION")
    wanted = {"competency_code": "INTEGRITY", "level": 3, "valid_from": "2026-01-01"}
    of_tier = await post(city, "/v1/competency-standards", {**wanted, "tier": "PELAKSANA"})
    assert (of_tier.status_code, of_tier.json()["code"]) == (403, "COMPETENCY_NEEDS_WHOLE_REGION")
    elsewhere = await post(
        city, "/v1/competency-standards", {**wanted, "position_id": position(city, "other_staff")}
    )
    assert elsewhere.status_code == 404
    assert (await standard(city, position_id=position(city)))["level"] == 3


async def test_the_national_default_follows_the_level_of_the_position(city: City) -> None:
    shown = await profile(city)
    assert shown["position"]["tier"] == "PELAKSANA"
    assert [each["competency_code"] for each in shown["competencies"]] == [
        *sorted(NINE[:8]),
        "NATION_UNIFIER",
    ]
    assert {(each["required"], each["origin"], each["status"]) for each in shown["competencies"]} == {
        (1, "POLICY", "NOT_ASSESSED")
    }
    for echelon, required in (("42", 2), ("31", 3), ("22", 4), ("11", 5)):
        await becomes(city, "supervisor", echelon=echelon)
        assert line(await profile(city, "supervisor"), "INTEGRITY")["required"] == required


async def test_a_position_goes_before_its_level_and_that_before_the_default(city: City) -> None:
    await standard(city, tier="PELAKSANA", level=2, criticality=2)
    assert line(await profile(city), "INTEGRITY") | {"name": ""} == {
        "competency_code": "INTEGRITY",
        "name": "",
        "group": "MANAGERIAL",
        "required": 2,
        "criticality": 2,
        "origin": "TIER",
        "held": None,
        "source": None,
        "assessed_on": None,
        "valid_until": None,
        "raised": False,
        "gap": None,
        "status": "NOT_ASSESSED",
        "urgency": 0,
    }
    await standard(city, position_id=position(city), level=4, criticality=5)
    mine, other = line(await profile(city), "INTEGRITY"), line(await profile(city, "colleague"), "INTEGRITY")
    assert (mine["required"], mine["criticality"], mine["origin"]) == (4, 5, "POSITION")
    assert (other["required"], other["origin"]) == (2, "TIER")
    assert line(await profile(city, as_of="2025-12-31"), "INTEGRITY")["origin"] == "POLICY"


async def test_technical_competencies_are_asked_for_by_position_or_level(city: City) -> None:
    mapping, driving = await technical(city), await technical(city)
    await standard(city, tier="PELAKSANA", competency_code=driving, level=2)
    await standard(city, position_id=position(city), competency_code=mapping, level=3)
    await standard(city, position_id=position(city), competency_code=driving, level=5)
    shown = await profile(city)
    assert len(shown["competencies"]) == 11, "each competency once"
    assert [line(shown, code)["required"] for code in (mapping, driving)] == [3, 5]
    assert shown["competencies"][-1]["group"] == "TECHNICAL"
    assert len((await profile(city, "colleague"))["competencies"]) == 10


async def test_a_new_standard_ends_the_open_one_the_day_before(city: City) -> None:
    old = await standard(city, position_id=position(city), level=2)
    new = await standard(city, position_id=position(city), level=4, valid_from="2026-07-01")
    async with city.call_as("staff") as staff:
        first = (await staff.get(f"/v1/competency-standards/{old['id']}")).json()
        listed = (
            await staff.get(
                "/v1/competency-standards", params={"position_id": position(city), "on": "2026-07-01"}
            )
        ).json()
    assert (first["valid_until"], first["version"]) == ("2026-06-30", 2)
    assert [each["id"] for each in listed["data"]] == [new["id"]]
    levels = [
        line(await profile(city, as_of=day), "INTEGRITY")["required"] for day in ("2026-06-30", "2026-07-01")
    ]
    assert levels == [2, 4]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "COMPETENCY_STANDARD_SUBJECT"),
        ({"tier": "PELAKSANA", "position_id": "mine"}, "COMPETENCY_STANDARD_SUBJECT"),
        ({"tier": "PELAKSANA", "valid_until": "2025-12-31"}, "COMPETENCY_STANDARD_REVERSED"),
        ({"tier": "PELAKSANA", "competency_code": "TEKNIS_TIDAK_ADA"}, "COMPETENCY_UNKNOWN"),
        ({"tier": "PELAKSANA", "level": 6}, "NUMBER_TOO_LARGE"),
        ({"tier": "PELAKSANA", "criticality": 0}, "NUMBER_TOO_SMALL"),
        ({"tier": "CAMAT"}, "VALUE_NOT_ALLOWED"),
    ],
)
async def test_a_wrong_standard_is_refused_by_its_field(city: City, given: Json, code: str) -> None:
    if given.get("position_id") == "mine":
        given = {**given, "position_id": position(city)}
    body = {"competency_code": "INTEGRITY", "level": 3, "valid_from": "2026-01-01", **given}
    answer = await post(city, "/v1/competency-standards", body)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)


async def test_a_standard_in_force_is_ended_not_rewritten(city: City) -> None:
    held = await standard(city, position_id=position(city))
    coming = await standard(city, position_id=position(city, "colleague"), valid_from="2027-01-01")
    async with city.call_as("admin", **ONE) as admin:
        url = f"/v1/competency-standards/{held['id']}"
        for body, code in (
            ({"level": 5}, "COMPETENCY_STANDARD_IN_FORCE"),
            ({"valid_until": "2026-11-19"}, "COMPETENCY_STANDARD_ENDS_IN_PAST"),
        ):
            refused = await admin.patch(url, json=body)
            found = refused.json()
            assert code in (found["code"], found.get("errors", [{}])[0].get("code"))
        ended = await admin.patch(url, json={"valid_until": "2026-11-20"})
        assert (ended.status_code, ended.json()["valid_until"]) == (200, "2026-11-20")
        corrected = await admin.patch(f"/v1/competency-standards/{coming['id']}", json={"level": 5})
        assert corrected.json()["level"] == 5


async def test_two_standards_at_once_never_overlap(city: City) -> None:
    body = {"position_id": position(city), "competency_code": "INTEGRITY", "valid_from": "2026-01-01"}
    held = select(Position).where(
        Position.region_id == city.region.id, Position.id == city.posts["staff"].position_id
    )
    answers = await at_once(
        city,
        *[post(city, "/v1/competency-standards", {**body, "level": level}) for level in (2, 3)],
        held=held,
    )
    assert sorted(each.status_code for each in answers) == [201, 409]
    assert {each.json().get("code") for each in answers} >= {"COMPETENCY_STANDARD_OVERLAPS"}


async def test_the_database_refuses_standards_that_overlap(city: City) -> None:
    def row(**subject: Any) -> CompetencyStandard:
        return CompetencyStandard(
            region_id=city.region.id,
            id=uuid7(),
            competency_code="INTEGRITY",
            level=3,
            criticality=1,
            valid=Range(date(2026, 1, 1), None),
            **subject,
        )

    for subject in ({"tier": PositionTier.PELAKSANA}, {"position_id": city.posts["staff"].position_id}):
        await add(city, row(**subject))
        with pytest.raises(IntegrityError, match="ex_competency_standards"):
            await add(city, row(**subject))
    with pytest.raises(IntegrityError, match="one_subject"):
        await add(city, row())
