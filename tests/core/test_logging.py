"""What reaches the log, and what must not."""

import json
import logging

import pytest

from asn_api.core import logging as ours


@pytest.fixture(autouse=True)
def installed() -> None:
    ours.install("info")
    ours.install("info")


def line(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    (written,) = capsys.readouterr().out.splitlines()
    shown: dict[str, object] = json.loads(written)
    return shown


def test_an_event_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("asn_api.areas.employees").warning("imported %d rows", 3, extra={"region": "kota"})
    shown = line(capsys)
    assert shown["event"] == "imported 3 rows"
    assert shown["level"] == "warning"
    assert shown["logger"] == "asn_api.areas.employees"
    assert shown["region"] == "kota"
    assert "T" in str(shown["at"])


def test_the_server_s_text_for_terminals_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("uvicorn.error").info("Started", extra={"color_message": "Started \x1b[36m1"})
    shown = line(capsys)
    assert shown["event"] == "Started"
    assert "color_message" not in shown


def test_numbers_of_people_are_hidden(capsys: pytest.CaptureFixture[str]) -> None:
    log = logging.getLogger("asn_api.x")
    log.error("employee 198501012010011001 with 3273010101850001", extra={"nip": "198501012010011001"})
    shown = line(capsys)
    assert shown["event"] == "employee … with …"
    assert shown["nip"] == "…"


def test_a_failure_tells_its_kind_and_place_but_not_its_values(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        try:
            raise ValueError("Budi Santoso")
        except ValueError as cause:
            raise KeyError("Siti Aminah") from cause
    except KeyError:
        logging.getLogger("asn_api.x").exception("unexpected")
    written = capsys.readouterr().out
    assert "Budi" not in written
    assert "Siti" not in written
    failures = json.loads(written)["failures"]
    assert [each["type"] for each in failures] == ["builtins.KeyError", "builtins.ValueError"]
    assert "test_logging.py" in failures[0]["at"][-1]


def test_the_line_of_a_request_stays_as_the_edge_wrote_it(capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger(ours.ACCESS).info('{"event":"request","status":200}')
    shown = line(capsys)
    assert (shown["event"], shown["status"], shown["logger"]) == ("request", 200, "asn_api.access")


def test_the_level_comes_from_the_settings(capsys: pytest.CaptureFixture[str]) -> None:
    ours.install("warning")
    logging.getLogger("asn_api.x").info("silent")
    ours.install("info")
    assert capsys.readouterr().out == ""
