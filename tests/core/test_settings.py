"""Settings: what is accepted, what production refuses, where values come from."""

import base64
import os
from pathlib import Path

import pytest

from asn_api.core.settings import Settings, StartupError, load, new_key, parse_keys

URL = "postgresql://asn:secret@db/asn"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("ASN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ASN_SECRETS_DIR", str(tmp_path))


def test_production_is_the_default_and_starts_with_a_database_and_a_key() -> None:
    assert load(database_url=URL, encryption_keys=new_key()).environment == "production"


@pytest.mark.parametrize("missing", ["database_url", "encryption_keys"])
def test_production_names_what_is_missing(missing: str) -> None:
    given = {"database_url": URL, "encryption_keys": new_key()}
    del given[missing]
    with pytest.raises(StartupError, match=f"ASN_{missing.upper()} is not set"):
        load(**given)


def test_production_refuses_a_demo_key_even_as_an_old_one() -> None:
    with pytest.raises(StartupError, match="demo key"):
        load(database_url=URL, encryption_keys=f"{new_key(2)},{new_key(1, demo=True)}")


def test_the_demo_accepts_a_demo_key() -> None:
    assert list(load(environment="demo", encryption_keys=new_key(demo=True)).keys) == [1]


def test_the_first_key_is_the_current_one() -> None:
    assert list(parse_keys(f"2:{_encoded(b'b')}, 1:{_encoded(b'a')}").items()) == [
        (2, b"b" * 32),
        (1, b"a" * 32),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "1:short",
        "x:" + "A" * 43 + "=",
        "1:!!!",
        ",",
        "²:" + "A" * 43 + "=",
        "1:" + "A" * 43 + "=,1:" + "A" * 43 + "=",
    ],
)
def test_malformed_keys_are_refused_without_being_shown(text: str) -> None:
    with pytest.raises(StartupError, match="must look like") as refusal:
        parse_keys(text)
    assert len(text) < 5 or text not in str(refusal.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg", "postgresql+psycopg"])
def test_every_usual_database_address_is_understood(scheme: str) -> None:
    chosen = load(database_url=f"{scheme}://asn:secret@db/asn?sslmode=require", encryption_keys=new_key())
    assert chosen.database == "postgresql+asyncpg://asn:secret@db/asn?ssl=require"
    assert chosen.libpq == "postgresql://asn:secret@db/asn?sslmode=require"


@pytest.mark.parametrize("url", ["mysql://db/asn", "db", "sqlite:///asn"])
def test_another_database_is_refused(url: str) -> None:
    with pytest.raises(StartupError, match="ASN_DATABASE_URL"):
        load(environment="demo", database_url=url)


def test_values_come_from_the_environment_before_the_secrets_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "asn_database_url").write_text(URL + "\n")
    (tmp_path / "asn_encryption_keys").write_text(new_key() + "\n")
    (tmp_path / "asn_port").write_text("9000")
    monkeypatch.setenv("ASN_PORT", "9001")
    chosen = load()
    assert (chosen.libpq, chosen.port, len(chosen.keys)) == (URL, 9001, 1)


def test_a_missing_secrets_folder_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASN_SECRETS_DIR", "/nowhere")
    with pytest.raises(StartupError, match="ASN_SECRETS_DIR"):
        load()


def test_a_wrong_value_is_named_as_the_operator_wrote_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASN_PORT", "99999")
    with pytest.raises(StartupError, match="ASN_PORT is not valid"):
        load()


def test_lists_are_separated_by_commas_or_spaces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASN_CORS_ORIGINS", "https://a.example, https://b.example")
    assert load(environment="demo").cors_origins == ("https://a.example", "https://b.example")


def test_the_issuer_follows_the_public_address() -> None:
    assert load(environment="demo", public_url="https://asn.example/").issuer == "https://asn.example"
    assert load(environment="demo", port=9000).issuer == "http://127.0.0.1:9000"


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    key = new_key()
    shown = repr(load(database_url=URL, encryption_keys=key))
    assert "secret@" not in shown
    assert key not in shown


def test_settings_cannot_be_changed_after_the_start() -> None:
    chosen: Settings = load(environment="demo")
    with pytest.raises(ValueError, match="frozen"):
        chosen.port = 1  # type: ignore[misc]


def _encoded(letter: bytes) -> str:
    return base64.b64encode(letter * 32).decode()
