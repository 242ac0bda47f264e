"""The gate in front of every operation: a valid token, a permission, a limit of requests."""

from typing import Any

from fastapi import Depends, Request

from asn_api.access.actor import Access, Actor
from asn_api.access.authority import Authority
from asn_api.access.grants import Permission
from asn_api.core.http.limits import Limiter
from asn_api.core.http.route import PUBLIC, Principal
from asn_api.errors import Problem

PERMISSION = "__asn_permission__"
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="asn-api"'}


async def actor_of(request: Request) -> Actor | None:
    """The actor behind the request's token, None without a token; 401 when the token does not hold."""
    if "asn_actor" in request.scope:
        remembered: Actor | None = request.scope["asn_actor"]
        return remembered
    header = request.headers.get("authorization")
    actor = None
    if header is not None:
        token = _bearer(header)
        authority: Authority = request.app.state.authority
        if token:
            actor = await authority.actor(token, request.app.state.clock())
        if actor is None:
            _limit_address(request)
            raise Problem(
                "TOKEN_INVALID", headers={"WWW-Authenticate": 'Bearer realm="asn-api", error="invalid_token"'}
            )
        request.scope["asn_account"] = str(actor.principal_id)
    request.scope["asn_actor"] = actor
    return actor


def token_of(request: Request) -> str:
    """The bearer token as it was sent, or nothing."""
    return _bearer(request.headers.get("authorization", ""))


def _bearer(header: str) -> str:
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def identify(request: Request) -> Principal | None:
    actor = await actor_of(request)
    return None if actor is None else Principal(actor.region_id, actor.principal_id)


def require(permission: Permission) -> Any:
    """A dependency that yields the caller's Access: 401 without a token, 403 without the permission."""

    async def allowed(request: Request) -> Access:
        actor = await actor_of(request)
        if actor is None:
            _limit_address(request)
            raise Problem("TOKEN_MISSING", headers=_CHALLENGE)
        limiter: Limiter = request.app.state.limiter
        limiter.admit(request, f"p:{actor.principal_id}")
        if actor.must_enrol_otp and permission is not Permission.ME:
            raise Problem("OTP_ENROLMENT_REQUIRED")
        scopes = actor.permissions.get(permission)
        if scopes is None:
            raise Problem("PERMISSION_MISSING", permission=permission.value)
        return Access(
            actor, permission, scopes, request.app.state.clock(), request.scope.get("asn_request_id")
        )

    setattr(allowed, PERMISSION, permission)
    return Depends(allowed)


def _limit_address(request: Request) -> None:
    """Whoever has no valid token, or needs none, is limited by address."""
    limiter: Limiter = request.app.state.limiter
    limiter.admit(request, f"a:{client_address(request)}")


async def _public(request: Request) -> None:
    _limit_address(request)


setattr(_public, PUBLIC, True)

public = Depends(_public)
"""For the few operations that need no token: limited by address."""


def client_address(request: Request) -> str:
    """The caller's address; uvicorn has already resolved trusted proxies."""
    return request.client.host if request.client else "unknown"
