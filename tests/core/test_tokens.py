"""What a token carries, and every way known to forge one."""

import base64
import hashlib
import hmac
import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from hypothesis import given
from hypothesis import strategies as st
from jose import jwk

from asn_api.core import tokens
from asn_api.core.tokens import Claims, Held, InvalidToken, SigningKey

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
ISSUER, AUDIENCE = "https://asn.example.go.id", "asn-api"
KEY = tokens.new_signing_key()
KEYS = tokens.public_keys([KEY.public_jwk])
CLAIMS = Claims(
    subject=str(uuid.UUID(int=1)),
    token_id=str(uuid.UUID(int=2)),
    session=str(uuid.UUID(int=3)),
    region="3273",
    roles=(Held("EMPLOYEE", "u1"), Held("HEAD_OF_AGENCY", "u2")),
    scope=frozenset({"activities:read", "activities:write"}),
    issued_at=NOW,
    expires_at=NOW + timedelta(minutes=15),
)


def issued(claims: Claims = CLAIMS) -> str:
    return tokens.issue(KEY, claims, issuer=ISSUER, audience=AUDIENCE)


def verified(token: str, now: datetime = NOW) -> Claims:
    return tokens.verify(token, KEYS, issuer=ISSUER, audience=AUDIENCE, now=now)


def refusal(token: str, now: datetime = NOW) -> str:
    with pytest.raises(InvalidToken) as refused:
        verified(token, now)
    return refused.value.reason


def encoded(part: object) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(part: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


HEADER = decoded(issued().split(".")[0])
BODY = decoded(issued().split(".")[1])


def signed(header: object = HEADER, body: object = BODY, key: SigningKey = KEY) -> str:
    """A token with a good signature over whatever header and body."""
    text = f"{encoded(header)}.{encoded(body)}"
    return f"{text}.{encoded(key.jose_key.sign(text.encode()))}"


def without(claim: str) -> dict[str, object]:
    return {name: value for name, value in BODY.items() if name != claim}


def public_bytes(encoding: Encoding) -> bytes:
    private = load_pem_private_key(KEY.private_pem.encode(), None)
    return private.public_key().public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)


def test_a_token_says_what_it_was_given() -> None:
    assert verified(issued()) == CLAIMS
    third_party = replace(CLAIMS, client="dashboard", roles=())
    assert verified(issued(third_party)) == third_party


words = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=12)


@given(words, st.lists(st.builds(Held, words, words), max_size=5), st.frozensets(words, max_size=20))
def test_any_roles_and_scopes_come_back(subject: str, roles: list[Held], scope: frozenset[str]) -> None:
    claims = replace(CLAIMS, subject=subject, roles=tuple(roles), scope=scope)
    assert verified(issued(claims)) == claims


def test_the_wire_form_follows_rfc_9068() -> None:
    assert {"alg": "ES256", "typ": "at+jwt", "kid": KEY.kid} == HEADER
    assert BODY["iss"] == ISSUER
    assert BODY["aud"] == AUDIENCE
    assert BODY["scope"] == "activities:read activities:write"
    assert BODY["roles"][0] == {"role": "EMPLOYEE", "unit": "u1"}
    assert BODY["exp"] - BODY["iat"] == 900
    assert "client_id" not in BODY


def test_a_token_is_good_until_it_expires_with_little_leeway() -> None:
    assert verified(issued(), CLAIMS.expires_at + timedelta(seconds=9))
    assert refusal(issued(), CLAIMS.expires_at + timedelta(seconds=10)) == "expired"


def test_a_token_from_the_future_is_refused_with_little_leeway() -> None:
    assert verified(issued(), NOW - timedelta(seconds=10))
    assert refusal(issued(), NOW - timedelta(seconds=11)) == "not yet valid"
    assert refusal(signed(body=BODY | {"nbf": BODY["iat"] + 60})) == "not yet valid"


@pytest.mark.parametrize("secret", [Encoding.PEM, Encoding.DER])
@pytest.mark.parametrize("claimed", ["HS256", "ES256"])
def test_a_public_key_is_no_hmac_secret(secret: Encoding, claimed: str) -> None:
    text = f"{encoded(HEADER | {'alg': claimed})}.{encoded(BODY)}"
    forged = hmac.digest(public_bytes(secret), text.encode(), "sha256")
    assert refusal(f"{text}.{encoded(forged)}") == ("header" if claimed == "HS256" else "signature")


@pytest.mark.parametrize("alg", ["none", "None", "HS256", "ES384", "RS256", "es256", "", None, ["ES256"], {}])
def test_no_other_algorithm_is_taken(alg: object) -> None:
    assert refusal(signed(HEADER | {"alg": alg})) == "header"


def test_a_token_without_signature_is_refused() -> None:
    text = f"{encoded({'alg': 'none', 'typ': 'at+jwt', 'kid': KEY.kid})}.{encoded(BODY)}"
    assert refusal(f"{text}.") == "malformed"
    assert refusal(f"{text}.AA") == "header"


@pytest.mark.parametrize("name", ["jwk", "jku", "x5u", "x5c", "x5t", "crit", "zip", "b64", "cty"])
def test_a_header_that_brings_its_own_rules_is_refused(name: str) -> None:
    assert refusal(signed(HEADER | {name: KEY.public_jwk})) == "header"


@pytest.mark.parametrize("name", ["alg", "typ", "kid"])
def test_a_header_lacks_nothing(name: str) -> None:
    assert refusal(signed({key: value for key, value in HEADER.items() if key != name})) == "header"


@pytest.mark.parametrize("typ", ["JWT", "jwt", "at+JWT", "application/at+jwt", "dpop+jwt", None, 1])
def test_no_other_type_is_taken(typ: object) -> None:
    assert refusal(signed(HEADER | {"typ": typ})) == "header"


def test_a_foreign_key_is_refused_whatever_it_is_called() -> None:
    foreign = tokens.new_signing_key()
    assert refusal(tokens.issue(foreign, CLAIMS, issuer=ISSUER, audience=AUDIENCE)) == "unknown key"
    assert refusal(signed(HEADER, key=foreign)) == "signature"
    assert refusal(signed(HEADER | {"kid": ["a"]})) == "header"


def test_a_changed_payload_or_signature_is_refused() -> None:
    header, _, signature = issued().split(".")
    promoted = BODY | {"roles": [{"role": "REGIONAL_ADMIN", "unit": "u1"}]}
    assert refusal(f"{header}.{encoded(promoted)}.{signature}") == "signature"
    assert refusal(f"{header}.{encoded(BODY)}.{encoded(bytes(64))}") == "signature"
    assert refusal(f"{header}.{encoded(BODY)}.{signature[:-4]}") == "signature"


@pytest.mark.parametrize("claim", sorted(BODY))
def test_no_claim_may_be_missing(claim: str) -> None:
    assert refusal(signed(body=without(claim))) == "claims"


@pytest.mark.parametrize(
    "claim",
    [
        {"iss": "https://evil.example"},
        {"aud": "another-api"},
        {"aud": [AUDIENCE, "another-api"]},
        {"sub": 1},
        {"sub": ""},
        {"sub": None},
        {"jti": None},
        {"exp": str(BODY["exp"])},
        {"exp": None},
        {"exp": True},
        {"exp": 10**20},
        {"exp": 10**400},
        {"iat": 1.5},
        {"nbf": "0"},
        {"roles": None},
        {"roles": ["ADMIN"]},
        {"roles": [{"role": "ADMIN"}]},
        {"scope": ["a"]},
        {"scope": None},
        {"client_id": None},
    ],
)
def test_a_wrong_claim_is_refused(claim: dict[str, object]) -> None:
    assert refusal(signed(body=BODY | claim)) == "claims"


@pytest.mark.parametrize("body", [b"", b"x", b"\xff", [], "text", None])
def test_a_payload_that_is_no_object_is_refused(body: object) -> None:
    assert refusal(signed(body=body)) in ("claims", "malformed")


@pytest.mark.parametrize("header", [b"x", b"\xff", [], None, b"[" * 4000, b"1" * 5000])
def test_a_header_that_is_no_object_is_refused(header: object) -> None:
    assert refusal(signed(header)) in ("header", "malformed")


@pytest.mark.parametrize(
    "token", ["", ".", "..", "a.b", "a.b.c.d", "a.b.c\n", " a.b.c", "é.b.c", "a.b.c.d.e"]
)
def test_what_is_no_compact_token_is_refused(token: str) -> None:
    assert refusal(token) == "malformed"


@pytest.mark.parametrize("tail", ["\n", "=", "==", "!", " ", ".e30"])
def test_nothing_may_follow_a_good_token(tail: str) -> None:
    assert refusal(issued() + tail) == "malformed"


@given(st.text(max_size=60) | st.from_regex(r"[A-Za-z0-9_-]{1,40}(\.[A-Za-z0-9_-]{1,40}){2}", fullmatch=True))
def test_no_text_gets_anything_but_a_refusal(token: str) -> None:
    refusal(token)


def test_a_token_over_eight_kilobytes_is_neither_taken_nor_made() -> None:
    assert refusal(signed(body=BODY | {"scope": "x" * 8192})) == "too large"
    with pytest.raises(ValueError, match="characters"):
        issued(replace(CLAIMS, scope=frozenset({"x" * 8192})))


def test_the_thumbprint_is_that_of_rfc_7638() -> None:
    public = KEY.public_jwk
    text = f'{{"crv":"P-256","kty":"EC","x":"{public["x"]}","y":"{public["y"]}"}}'
    assert encoded(hashlib.sha256(text.encode()).digest()) == KEY.kid == public["kid"]


def test_the_published_keys_verify_and_hold_nothing_private() -> None:
    published = tokens.jwks([KEY.public_jwk, dict(KEY.jose_key.to_dict(), kid="x", use="sig")])["keys"]
    assert all(set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"} for key in published)
    keys = tokens.public_keys(json.loads(json.dumps(published)))
    assert tokens.verify(issued(), keys, issuer=ISSUER, audience=AUDIENCE, now=NOW) == CLAIMS


def test_a_key_read_back_from_its_pem_is_the_same_and_does_not_show_it() -> None:
    again = SigningKey(KEY.private_pem)
    assert again == KEY
    assert "PRIVATE" not in repr(again)


def pem(private: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def test_only_p_256_keys_sign() -> None:
    with pytest.raises(ValueError, match="P-384"):
        SigningKey(pem(ec.generate_private_key(ec.SECP384R1())))
    p384 = jwk.construct(pem(ec.generate_private_key(ec.SECP384R1())), "ES384").to_dict()
    with pytest.raises(ValueError, match="P-384"):
        tokens.public_keys([p384])


def test_the_cryptography_backend_does_the_arithmetic() -> None:
    for key in (KEY.jose_key, *KEYS.values()):
        assert type(key).__module__ == "jose.backends.cryptography_backend"


def test_keys_are_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def parsed_again(*_: object) -> NoReturn:
        raise AssertionError("a key was parsed")

    monkeypatch.setattr("jose.jwk.construct", parsed_again)
    assert verified(issued()) == CLAIMS
