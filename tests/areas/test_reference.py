"""Vocabularies and error codes: public, cacheable, whole."""

import httpx

from asn_api.errors import catalogue
from asn_api.rules.labels import LABELS


async def test_vocabularies_hold_every_enumeration_and_the_national_tables(
    anonymous: httpx.AsyncClient,
) -> None:
    answer = await anonymous.get("/v1/vocabularies")
    assert answer.headers["cache-control"] == "public, max-age=3600"
    vocabularies = {each["name"]: each for each in answer.json()["data"]}
    assert len([each for each in vocabularies.values() if each["source"] == "API"]) == len(LABELS)
    assert {"religions", "grades", "legal_standings", "activity_status", "sex"} <= vocabularies.keys()
    (male, _) = vocabularies["sex"]["terms"]
    assert male == {
        "value": "MALE",
        "label_id": "Laki-laki",
        "label_en": "Male",
        "national_code": "M",
        "attributes": {},
    }


async def test_one_vocabulary_has_what_the_national_table_says(anonymous: httpx.AsyncClient) -> None:
    grades = (await anonymous.get("/v1/vocabularies/grades")).json()
    (first, *_) = grades["terms"]
    assert first["value"] == "11"
    assert first["label_id"] == "I/a"
    assert first["label_en"] is None
    assert first["attributes"] == {"rank": "Juru Muda", "pppk_label": "I", "ordinal": 1}
    assert (await anonymous.get("/v1/vocabularies/planets")).status_code == 404


async def test_what_has_not_changed_is_not_sent_again(anonymous: httpx.AsyncClient) -> None:
    for url in (
        "/v1/vocabularies",
        "/v1/vocabularies/sex",
        "/v1/problems",
        "/openapi.json",
        "/docs/problems",
    ):
        first = await anonymous.get(url)
        again = await anonymous.get(url, headers={"If-None-Match": first.headers["etag"]})
        assert (first.status_code, again.status_code, again.content) == (200, 304, b""), url


async def test_every_error_code_is_told_in_both_languages(anonymous: httpx.AsyncClient) -> None:
    kinds = {each["code"]: each for each in (await anonymous.get("/v1/problems")).json()["data"]}
    assert kinds.keys() == catalogue().keys()
    assert kinds["NOT_FOUND"]["status"] == 404
    assert kinds["NOT_FOUND"]["type"].endswith("/docs/problems#NOT_FOUND")
    assert kinds["NOT_FOUND"]["title"] == {"id": "Tidak ditemukan", "en": "Not found"}


async def test_pages_for_people_keep_a_strict_content_policy(anonymous: httpx.AsyncClient) -> None:
    for url in ("/docs", "/docs/problems", "/docs/init.js", "/docs/swagger-ui-bundle.js"):
        answer = await anonymous.get(url)
        assert answer.status_code == 200
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert "http" not in answer.text[:200] or url.endswith(".js")
