"""The official forms: the right words on paper, the same bytes each time, text that is never markup."""

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdf
import pytest

from asn_api.areas.documents import rendering
from tests.areas.evaluating import acted, objected, opened, rated, report_of, reported
from tests.areas.test_performance import (
    approved,
    begun,
    below,
    done,
    filled,
    heads_plan,
    result,
    step,
    supervisors_plan,
)
from tests.factories import City


def words(content: bytes) -> str:
    return " ".join(
        " ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(content)).pages
    )


async def document(city: City, person: str, path: str) -> bytes:
    async with city.call_as(person) as client:
        answer = await client.get(f"/v1/{path}/document")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    return answer.content


async def test_an_approved_plan_on_paper_names_both_parties_and_every_result(city: City) -> None:
    plan = await approved(city, "staff", "supervisor", await supervisors_plan(city))
    content = await document(city, "staff", f"plans/{plan['id']}")
    on_paper = words(content)
    assert "SASARAN KINERJA PEGAWAI PENDEKATAN HASIL KERJA KUANTITATIF" in on_paper
    assert plan["employee"]["name"] in on_paper
    assert plan["employee"]["nip"] in on_paper
    assert plan["evaluator"]["name"] in on_paper
    for each in plan["work_results"]:
        assert each["statement"] in on_paper
        assert each["parent_statement"] in on_paper
    assert "KONSEP" not in on_paper
    assert content == await document(city, "supervisor", f"plans/{plan['id']}")


async def test_a_draft_on_paper_says_that_it_is_one(city: City) -> None:
    plan = await below(city, "staff", await supervisors_plan(city))
    assert "KONSEP – BELUM DISETUJUI" in words(await document(city, "staff", f"plans/{plan['id']}"))


async def test_a_plan_decided_by_letter_names_the_letter(city: City) -> None:
    plan = await heads_plan(city)
    on_paper = words(await document(city, "head", f"plans/{plan['id']}"))
    assert plan["evaluator"]["letter_number"] in on_paper
    assert "Perspektif" in on_paper


async def test_text_on_paper_is_never_markup(city: City) -> None:
    nasty = '*tebal* $x$ #panic("x") \\ @ref <label> // komentar'
    plan = await begun(city, "head", plan_type="JPT_OR_UNIT_HEAD")
    plan = await filled(city, "head", plan, result(perspective="BUDGET", statement=nasty))
    plan = await step(city, "head", plan, "submission")
    assert nasty in words(await document(city, "head", f"plans/{plan['id']}"))


def test_a_missing_font_is_an_error_and_not_another_font(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "form.typ").write_text('#set text(font: "Nirgends Serif")\nteks')
    monkeypatch.setattr(rendering, "TEMPLATES", tmp_path)
    with pytest.raises(RuntimeError, match="unknown font family"):
        rendering.pdf("form", {}, datetime(2026, 1, 2, tzinfo=UTC))


@pytest.mark.parametrize("template", sorted(path.stem for path in rendering.TEMPLATES.glob("*.typ")))
def test_a_form_uses_fonts_that_are_shipped(template: str) -> None:
    named = (rendering.TEMPLATES / f"{template}.typ").read_text()
    shipped: Any = rendering._fonts().families()
    assert all(family in shipped for family in ["Libertinus Serif"] if family in named)


async def test_an_evaluation_on_paper_has_the_ratings_and_the_predicate(city: City) -> None:
    handed_in = await reported(city)
    path = f"evaluations/{handed_in['id']}"
    assert "BELUM FINAL" in words(await document(city, "staff", path))
    judged = await rated(city, handed_in, results="ABOVE", values="ABOVE")
    await acted(city, "staff", judged, "acknowledgement")
    on_paper = words(await document(city, "staff", path))
    assert "BELUM FINAL" not in on_paper
    assert "Rating hasil kerja: Di Atas Ekspektasi" in on_paper
    assert "Predikat kinerja pegawai: Sangat Baik" in on_paper
    assert "Selesai sesuai rencana" in on_paper
    assert "1 Juli s.d. 30 September 2026" in on_paper


async def test_a_report_that_is_only_drafted_is_not_on_the_superiors_paper(city: City) -> None:
    evaluation = await opened(city)
    path = f"evaluations/{evaluation['id']}"
    await done(city, "staff", "PUT", f"/{path}/report", evaluation["version"], json=report_of(evaluation))
    assert "Selesai sesuai rencana" not in words(await document(city, "supervisor", path))


async def test_the_decision_on_an_objection_on_paper_says_what_changed(city: City) -> None:
    contested = await objected(city)
    path = f"evaluations/{contested['id']}/objection"
    assert "BELUM DIPUTUSKAN" in words(await document(city, "staff", path))
    body = {"decision": "CHANGED", "reason": "Bukti cukup", "work_result": "ABOVE", "behaviour": "ABOVE"}
    stated = await acted(
        city, "supervisor", contested, "objection/statement", {"statement": "Belum tercapai"}
    )
    await acted(city, "chief", stated, "objection/decision", body)
    on_paper = words(await document(city, "staff", path))
    assert "Penilaian diubah" in on_paper
    assert "Predikat kinerja Baik Sangat Baik" in on_paper
    assert "CHIEF" in on_paper


async def test_without_an_objection_there_is_no_decision(city: City) -> None:
    evaluation = await opened(city)
    async with city.call_as("staff") as staff:
        answer = await staff.get(f"/v1/evaluations/{evaluation['id']}/objection/document")
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
