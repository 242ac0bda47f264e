"""Third parties: registered by admins at a node of the tree, with the permissions they need."""

import base64
import binascii
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import unquote_plus
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.authority import announce, identity_policy
from asn_api.access.grants import GRANTS, Role
from asn_api.areas.identity import queries
from asn_api.areas.identity.desk import Desk
from asn_api.areas.identity.schemas import ClientIn, ClientOut, ClientTokenOut, ClientWithSecretOut
from asn_api.areas.identity.sessions import signed
from asn_api.core import tokens
from asn_api.core.crypto import digest, random_token
from asn_api.core.http.route import check_version
from asn_api.core.journal import Change, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.tables.identity import Client
from asn_api.tables.organization import Region

SECRET_BYTES = 32


def allowed_scopes() -> list[str]:
    return sorted(permission.value for permission in GRANTS[Role.CLIENT])


async def one(access: Access, db: AsyncSession, id: UUID) -> ClientOut:
    row = (await db.execute(queries.clients(access).where(Client.id == id))).mappings().one_or_none()
    if row is None:
        raise Problem("NOT_FOUND")
    return ClientOut.model_validate(row)


async def register(access: Access, db: AsyncSession, given: ClientIn) -> ClientWithSecretOut:
    if await queries.unit(access, db, given.unit_id) is None:
        raise Problem("NOT_FOUND")
    allowed = allowed_scopes()
    faults = [
        Fault(f"/scopes/{index}", "SCOPE_NOT_FOR_CLIENTS", {"allowed": ", ".join(allowed)})
        for index, scope in enumerate(given.scopes)
        if scope not in allowed
    ]
    if faults:
        raise Problem("SCOPE_NOT_FOR_CLIENTS", faults=faults, allowed=", ".join(allowed))
    secret = random_token(SECRET_BYTES)
    client = Client(
        region_id=access.region_id,
        id=uuid7(),
        name=given.name,
        unit_id=given.unit_id,
        scopes=sorted(set(given.scopes)),
        secret_hash=digest(secret),
        created_at=access.now,
    )
    db.add(client)
    await db.flush()
    await _note(access, db, client, "CREATE", {"name": client.name, "scopes": client.scopes})
    return await _with_secret(access, db, client.id, secret)


async def new_secret(access: Access, db: AsyncSession, id: UUID, expected: int) -> ClientWithSecretOut:
    """Another secret; the present one gives no more tokens."""
    client = await _live(access, db, id, expected)
    secret = random_token(SECRET_BYTES)
    client.secret_hash = digest(secret)
    await db.flush()
    await _note(access, db, client, "ROTATE_SECRET", {})
    return await _with_secret(access, db, id, secret)


async def remove(access: Access, db: AsyncSession, id: UUID, expected: int) -> None:
    """The client and its tokens stop working everywhere at once."""
    client = await _live(access, db, id, expected)
    client.revoked_at = access.now
    await db.flush()
    await _note(access, db, client, "REVOKE", {})


async def _live(access: Access, db: AsyncSession, id: UUID, expected: int) -> Client:
    await one(access, db, id)
    client = await db.scalar(
        select(Client).where(Client.region_id == access.region_id, Client.id == id).with_for_update()
    )
    if client is None:
        raise Problem("NOT_FOUND")
    check_version(client.version, expected, await one(access, db, id))
    if client.revoked_at is not None:
        raise Problem("CLIENT_REVOKED")
    return client


async def _with_secret(access: Access, db: AsyncSession, id: UUID, secret: str) -> ClientWithSecretOut:
    present = await one(access, db, id)
    return ClientWithSecretOut(**present.model_dump(), client_secret=secret)


async def _note(
    access: Access, db: AsyncSession, client: Client, action: str, content: dict[str, Any]
) -> None:
    happened = Change("client", client.id, client.version, action, content, unit_id=client.unit_id)
    await record(db, access.author, access.now, happened)
    await announce(db, "client", client.id)


@dataclass(frozen=True)
class TokenRequest:
    """The form of RFC 6749 §4.4 as it came, with the Authorization header."""

    grant_type: str | None
    scope: str | None
    client_id: str | None
    client_secret: str | None
    authorization: str | None


async def token(db: AsyncSession, desk: Desk, asked: TokenRequest) -> ClientTokenOut:
    """An access token for a client's own credentials; `scope` may ask for less than is registered."""
    if asked.grant_type is None:
        raise Problem("OAUTH_INVALID_REQUEST", error="invalid_request")
    if asked.grant_type != "client_credentials":
        raise Problem("OAUTH_UNSUPPORTED_GRANT_TYPE", error="unsupported_grant_type")
    client, region = await _authenticated(db, *_credentials(asked))
    scopes = frozenset(asked.scope.split()) if asked.scope else frozenset(client.scopes)
    if not scopes.issubset(client.scopes):
        raise Problem("OAUTH_INVALID_SCOPE", error="invalid_scope", allowed=" ".join(client.scopes))
    policy = await identity_policy(db, region.id, desk.now.astimezone(region.zone.tz).date())
    life = timedelta(minutes=policy.access_token_minutes)
    claims = tokens.Claims(
        subject=str(client.id),
        token_id=str(uuid7()),
        session=str(client.id),
        region=str(region.id),
        roles=(tokens.Held(Role.CLIENT.value, str(client.unit_id)),),
        scope=scopes,
        issued_at=desk.now,
        expires_at=desk.now + life,
        client=str(client.id),
    )
    return ClientTokenOut(
        access_token=await signed(db, desk, claims),
        token_type="Bearer",  # noqa: S106
        expires_in=int(life.total_seconds()),
        scope=" ".join(sorted(scopes)),
    )


def _credentials(asked: TokenRequest) -> tuple[str, str]:
    scheme, _, encoded = (asked.authorization or "").partition(" ")
    basic = scheme.lower() == "basic"
    if basic == (asked.client_id is not None and asked.client_secret is not None):
        raise Problem("OAUTH_INVALID_REQUEST", error="invalid_request")
    if not basic:
        return str(asked.client_id), str(asked.client_secret)
    try:
        id, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise _not_recognised() from None
    if not colon:
        raise _not_recognised()
    return unquote_plus(id), unquote_plus(secret)


async def _authenticated(db: AsyncSession, client_id: str, secret: str) -> tuple[Client, Region]:
    code, _, number = client_id.rpartition(".")
    try:
        id = UUID(number)
    except ValueError:
        raise _not_recognised() from None
    if "\0" in code:
        raise _not_recognised()
    found = (
        await db.execute(
            select(Client, Region)
            .join(Region, Region.id == Client.region_id)
            .where(Region.code == code, Client.id == id, Client.revoked_at.is_(None))
        )
    ).one_or_none()
    if found is None or not secrets.compare_digest(found[0].secret_hash, digest(secret)):
        raise _not_recognised()
    return found[0], found[1]


def _not_recognised() -> Problem:
    return Problem(
        "OAUTH_INVALID_CLIENT",
        headers={"WWW-Authenticate": 'Basic realm="asn-api"'},
        error="invalid_client",
    )
