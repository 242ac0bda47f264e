"""Access tokens: JWT after RFC 9068 and RFC 8725, signed with ES256 and nothing else."""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jose import jwk, jws
from jose.backends.base import Key
from jose.exceptions import JOSEError

# One algorithm, always: python-jose accepts forged HS256 tokens where HMAC and DER public keys meet.
ALGORITHM = "ES256"
TYPE = "at+jwt"
MAX_CHARACTERS = 8192
LEEWAY = timedelta(seconds=10)
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")

Reason = Literal[
    "too large", "malformed", "header", "unknown key", "signature", "claims", "not yet valid", "expired"
]
PublicJwk = Mapping[str, str]


class InvalidToken(Exception):
    """A token that is not ours or not valid now; the reason is for logs."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class SigningKey:
    """A private key; `kid` is its RFC 7638 thumbprint."""

    private_pem: str = field(repr=False)
    kid: str = field(init=False)
    public_jwk: PublicJwk = field(init=False, repr=False)
    jose_key: Key = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        key = jwk.construct(self.private_pem, ALGORITHM)
        public = {name: value for name, value in key.to_dict().items() if name in ("kty", "crv", "x", "y")}
        if public["crv"] != "P-256":
            raise ValueError(f"{ALGORITHM} needs a P-256 key, not {public['crv']}")
        kid = thumbprint(public)
        object.__setattr__(self, "jose_key", key)
        object.__setattr__(self, "kid", kid)
        object.__setattr__(self, "public_jwk", public | {"kid": kid, "use": "sig", "alg": ALGORITHM})


@dataclass(frozen=True)
class Held:
    """A role and the unit of the tree where it is held."""

    role: str
    unit: str


@dataclass(frozen=True)
class Claims:
    """What a token says about its bearer. Times are whole seconds; `client` is set for third parties."""

    subject: str
    token_id: str
    session: str
    region: str
    roles: tuple[Held, ...]
    scope: frozenset[str]
    issued_at: datetime
    expires_at: datetime
    client: str | None = None


def new_signing_key() -> SigningKey:
    key = ec.generate_private_key(ec.SECP256R1())
    return SigningKey(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


def thumbprint(public: PublicJwk) -> str:
    """RFC 7638: SHA-256 of the required members in their canonical JSON."""
    members = {name: public[name] for name in ("crv", "kty", "x", "y")}
    canonical = json.dumps(members, separators=(",", ":"), sort_keys=True)
    return base64.urlsafe_b64encode(hashlib.sha256(canonical.encode()).digest()).rstrip(b"=").decode()


def jwks(public: Iterable[PublicJwk]) -> dict[str, list[dict[str, str]]]:
    """The document to publish; members other than the public ones never get into it."""
    shown = ("kty", "crv", "x", "y", "kid", "use", "alg")
    return {"keys": [{name: key[name] for name in shown} for key in public]}


def public_keys(public: Iterable[PublicJwk]) -> dict[str, Key]:
    """The keys for `verify` by their thumbprint; made once, because parsing costs more than verifying."""
    keys = {}
    for entry in public:
        if entry["crv"] != "P-256":
            raise ValueError(f"{ALGORITHM} needs a P-256 key, not {entry['crv']}")
        members = {name: entry[name] for name in ("kty", "crv", "x", "y")}
        keys[thumbprint(entry)] = jwk.construct(members, ALGORITHM)
    return keys


def issue(key: SigningKey, claims: Claims, *, issuer: str, audience: str) -> str:
    """A signed token; ValueError when it would be larger than `verify` accepts."""
    body: dict[str, object] = {
        "iss": issuer,
        "aud": audience,
        "sub": claims.subject,
        "jti": claims.token_id,
        "sid": claims.session,
        "iat": int(claims.issued_at.timestamp()),
        "exp": int(claims.expires_at.timestamp()),
        "region": claims.region,
        "roles": [{"role": held.role, "unit": held.unit} for held in claims.roles],
        "scope": " ".join(sorted(claims.scope)),
    }
    if claims.client is not None:
        body["client_id"] = claims.client
    token = jws.sign(body, key.jose_key, headers={"typ": TYPE, "kid": key.kid}, algorithm=ALGORITHM)
    if len(token) > MAX_CHARACTERS:
        raise ValueError(f"the token has {len(token)} characters, more than {MAX_CHARACTERS}")
    return token


def verify(token: str, keys: Mapping[str, Key], *, issuer: str, audience: str, now: datetime) -> Claims:
    """The claims of a valid token (`keys` from `public_keys`), else InvalidToken.

    Times are judged here against `now`, with LEEWAY for clocks that differ, since jose only knows its own clock.
    """
    if len(token) > MAX_CHARACTERS:
        raise InvalidToken("too large")
    if not _COMPACT.fullmatch(token):
        raise InvalidToken("malformed")
    key = _key(token, keys)
    try:
        payload = jws.verify(token, key, [ALGORITHM])
    except JOSEError:
        raise InvalidToken("signature") from None
    try:
        body = json.loads(payload)
        claims = _claims(body, issuer, audience)
        not_before = _moment(body.get("nbf", body["iat"]))
    except (KeyError, TypeError, ValueError, OverflowError, OSError, AttributeError):
        raise InvalidToken("claims") from None
    if max(claims.issued_at, not_before) > now + LEEWAY:
        raise InvalidToken("not yet valid")
    if claims.expires_at <= now - LEEWAY:
        raise InvalidToken("expired")
    return claims


def _key(token: str, keys: Mapping[str, Key]) -> Key:
    encoded = token.partition(".")[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    # RecursionError: thousands of brackets are cheap to send.
    except (ValueError, RecursionError):
        raise InvalidToken("malformed") from None
    # Naming what is allowed leaves no room for jku, x5u, jwk, x5c, crit, zip or whatever comes next.
    if not isinstance(header, dict) or header.keys() != {"alg", "kid", "typ"}:
        raise InvalidToken("header")
    if header["alg"] != ALGORITHM or header["typ"] != TYPE or not isinstance(header["kid"], str):
        raise InvalidToken("header")
    if header["kid"] not in keys:
        raise InvalidToken("unknown key")
    return keys[header["kid"]]


def _claims(body: dict[str, Any], issuer: str, audience: str) -> Claims:
    if body["iss"] != issuer or body["aud"] != audience:
        raise ValueError("another issuer or audience")
    return Claims(
        subject=_text(body["sub"]),
        token_id=_text(body["jti"]),
        session=_text(body["sid"]),
        region=_text(body["region"]),
        roles=tuple(Held(_text(held["role"]), _text(held["unit"])) for held in body["roles"]),
        scope=frozenset(str.split(body["scope"])),
        issued_at=_moment(body["iat"]),
        expires_at=_moment(body["exp"]),
        client=_text(body["client_id"]) if "client_id" in body else None,
    )


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("not a text")
    return value


def _moment(value: object) -> datetime:
    if type(value) is not int:
        raise ValueError("not whole seconds")
    return datetime.fromtimestamp(value, UTC)
