"""Endpoints of identity."""

import hashlib
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Form, Header, Query, Request, Response

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import client_address, public, require
from asn_api.areas.identity import accounts, clients, codes, grants, keys, me, queries, sessions, signing_in
from asn_api.areas.identity.desk import Desk
from asn_api.areas.identity.schemas import (
    AccountFilter,
    AccountOut,
    ActivationIn,
    ClientIn,
    ClientOut,
    ClientTokenOut,
    ClientWithSecretOut,
    CodesIn,
    CodesOut,
    GrantFilter,
    GrantIn,
    GrantOut,
    MeOut,
    PasswordChangeIn,
    RecoveryCodesOut,
    RefreshIn,
    ServerMetadataOut,
    SessionOut,
    SignedInOut,
    SignInIn,
    TotpConfirmationIn,
    TotpOut,
    TotpRemovalIn,
)
from asn_api.core import tokens
from asn_api.core.http.paging import Key, Page, PagingQuery, page
from asn_api.core.http.problems import language_of
from asn_api.core.http.route import Db, IfMatch, Now, Route, Tx, tagged
from asn_api.tables.identity import Account, Client, RoleGrant, Session

router = APIRouter(tags=["identity"], route_class=Route)

CanMe = Annotated[Access, require(Permission.ME)]
CanManageAccounts = Annotated[Access, require(Permission.ACCOUNTS_MANAGE)]
CanManageClients = Annotated[Access, require(Permission.CLIENTS_MANAGE)]


FIVE_MINUTES = "public, max-age=300"
CSV: dict[int | str, dict[str, Any]] = {201: {"content": {"text/csv": {"schema": {"type": "string"}}}}}


async def _desk(request: Request, now: Now) -> Desk:
    request_id = request.scope.get("asn_request_id")
    return Desk.at(request.app.state, now, client_address(request), request_id)


AtDesk = Annotated[Desk, Depends(_desk)]


@router.post("/v1/sessions", status_code=201, dependencies=[public])
async def sign_in(db: Tx, desk: AtDesk, given: SignInIn) -> SignedInOut:
    """Sign in with NIP and password; `otp` too once the account has a second factor.

    Failed attempts make the next ones wait longer (429 with `Retry-After`), never for good.
    """
    return await signing_in.sign_in(db, desk, given)


@router.post("/v1/sessions/refresh", dependencies=[public])
async def refresh_session(db: Tx, desk: AtDesk, given: RefreshIn) -> SignedInOut:
    """New tokens for a refresh token, which is used up by this.

    When the answer got lost, ask again with the same token within ten minutes: you get the same answer's
    tokens. Showing an older token ends the session.
    """
    return await sessions.refreshed(db, desk, given.refresh_token)


@router.get("/v1/sessions", response_model=Page[SessionOut])
async def list_sessions(
    access: CanMe, db: Db, request: Request, response: Response, wanted: PagingQuery
) -> dict[str, Any]:
    """Where you are signed in, the newest first."""
    order = [Key(Session.__table__.c.id, "id", UUID, descending=True)]
    return await page(db, request, response, queries.own_sessions(access), order, wanted, dict)


@router.delete("/v1/sessions", status_code=204)
async def end_other_sessions(access: CanMe, db: Tx, desk: AtDesk) -> None:
    """Sign out everywhere but here."""
    await sessions.end_others(access, db, desk)


@router.delete("/v1/sessions/{id}", status_code=204)
async def end_session(access: CanMe, db: Tx, desk: AtDesk, id: UUID) -> None:
    """Sign out one of your sessions, with the id of the current one yourself."""
    await sessions.end(access, db, desk, id)


@router.post("/v1/activations", status_code=201, dependencies=[public])
async def activate_account(db: Tx, desk: AtDesk, given: ActivationIn) -> SignedInOut:
    """Set a password with the one-time code from your admin, and sign in.

    A code dies after five wrong attempts. After a reset all other sessions are signed out.
    """
    return await signing_in.activate(db, desk, given)


@router.get("/v1/me")
async def get_me(access: CanMe, db: Db, response: Response) -> MeOut:
    """Your account, post, roles and what they permit."""
    return tagged(response, await me.profile(access, db))


@router.post("/v1/me/password", status_code=204)
async def change_password(access: CanMe, db: Tx, desk: AtDesk, given: PasswordChangeIn) -> None:
    """Choose a new password; all other sessions are signed out."""
    await me.change_password(access, db, desk, given)


@router.post("/v1/me/totp", status_code=201)
async def begin_totp(access: CanMe, db: Tx, desk: AtDesk) -> TotpOut:
    """A secret for your authenticator app. It counts once its first code is confirmed."""
    return await me.begin_totp(access, db, desk)


@router.post("/v1/me/totp/confirmation")
async def confirm_totp(access: CanMe, db: Tx, desk: AtDesk, given: TotpConfirmationIn) -> RecoveryCodesOut:
    """Prove with a first code that the app holds the secret; the answer has the recovery codes."""
    return await me.confirm_totp(access, db, desk, given.code)


@router.post("/v1/me/totp/removal", status_code=204)
async def remove_totp(access: CanMe, db: Tx, desk: AtDesk, given: TotpRemovalIn) -> None:
    """Give the second factor up, with your password and a code; all other sessions are signed out."""
    await me.remove_totp(access, db, desk, given)


@router.post("/v1/activation-codes", status_code=201, responses=CSV)
async def issue_codes(access: CanManageAccounts, db: Tx, request: Request, given: CodesIn) -> CodesOut:
    """One-time codes for employees, shown only now, as JSON or with `Accept: text/csv` for handing out.

    A new code replaces the earlier ones. Those who cannot get one are named with the reason.
    """
    issued = await codes.issue(access, db, request.app.state.keyring, given, language_of(request))
    if "text/csv" in request.headers.get("accept", ""):
        disposition = {"Content-Disposition": 'attachment; filename="codes.csv"'}
        return Response(codes.table(issued), 201, disposition, "text/csv; charset=utf-8")  # type: ignore[return-value]
    return issued


@router.get("/v1/accounts", response_model=Page[AccountOut])
async def list_accounts(
    access: CanManageAccounts,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[AccountFilter, Query()],
) -> dict[str, Any]:
    """Accounts within your reach by login."""
    order = [Key(Account.__table__.c.login, "login", str), Key(Account.__table__.c.id, "id", UUID)]
    statement = queries.accounts(access, wanted)
    return await page(
        db, request, response, statement, order, wanted, lambda row: accounts.shown(access, row)
    )


@router.get("/v1/accounts/{id}")
async def get_account(access: CanManageAccounts, db: Db, id: UUID, response: Response) -> AccountOut:
    """One account with what you may do with it."""
    return tagged(response, await accounts.one(access, db, id))


@router.post("/v1/accounts/{id}/disablement")
async def disable_account(
    access: CanManageAccounts, db: Tx, desk: AtDesk, id: UUID, expected: IfMatch, response: Response
) -> AccountOut:
    """Stop an account; all its sessions end within a second."""
    return tagged(response, await accounts.disable(access, db, desk, id, expected))


@router.post("/v1/accounts/{id}/enablement")
async def enable_account(
    access: CanManageAccounts, db: Tx, id: UUID, expected: IfMatch, response: Response
) -> AccountOut:
    """Let a disabled account work again."""
    return tagged(response, await accounts.enable(access, db, id, expected))


@router.post("/v1/accounts/{id}/totp-removal")
async def remove_totp_of_account(
    access: CanManageAccounts, db: Tx, desk: AtDesk, id: UUID, expected: IfMatch, response: Response
) -> AccountOut:
    """Take the second factor off the account of someone who lost phone and recovery codes."""
    return tagged(response, await accounts.free_of_totp(access, db, desk, id, expected))


@router.get("/v1/role-grants", response_model=Page[GrantOut])
async def list_role_grants(
    access: CanManageAccounts,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[GrantFilter, Query()],
) -> dict[str, Any]:
    """Roles granted at the nodes within your reach, the newest first."""
    order = [Key(RoleGrant.__table__.c.id, "id", UUID, descending=True)]
    return await page(db, request, response, queries.grants(access, wanted), order, wanted, grants.shown)


@router.get("/v1/role-grants/{id}")
async def get_role_grant(access: CanManageAccounts, db: Db, id: UUID, response: Response) -> GrantOut:
    """One granted role."""
    return tagged(response, await grants.one(access, db, id))


@router.post("/v1/role-grants", status_code=201)
async def grant_role(access: CanManageAccounts, db: Tx, given: GrantIn, response: Response) -> GrantOut:
    """Grant a role at a node within your reach; not to yourself, and from today on at the earliest."""
    return tagged(response, await grants.grant(access, db, given))


@router.delete("/v1/role-grants/{id}", status_code=204)
async def end_role_grant(access: CanManageAccounts, db: Tx, id: UUID, expected: IfMatch) -> None:
    """Take a role away with immediate effect."""
    await grants.end(access, db, id, expected)


@router.get("/v1/clients", response_model=Page[ClientOut])
async def list_clients(
    access: CanManageClients, db: Db, request: Request, response: Response, wanted: PagingQuery
) -> dict[str, Any]:
    """Third parties registered at the nodes within your reach, the newest first."""
    order = [Key(Client.__table__.c.id, "id", UUID, descending=True)]
    return await page(db, request, response, queries.clients(access), order, wanted, dict)


@router.get("/v1/clients/{id}")
async def get_client(access: CanManageClients, db: Db, id: UUID, response: Response) -> ClientOut:
    """One third party."""
    return tagged(response, await clients.one(access, db, id))


@router.post("/v1/clients", status_code=201)
async def register_client(
    access: CanManageClients, db: Tx, given: ClientIn, response: Response
) -> ClientWithSecretOut:
    """Register a third party at a node of the tree; the answer has its secret, once."""
    return tagged(response, await clients.register(access, db, given))


@router.post("/v1/clients/{id}/secret")
async def rotate_client_secret(
    access: CanManageClients, db: Tx, id: UUID, expected: IfMatch, response: Response
) -> ClientWithSecretOut:
    """Give a third party another secret; the present one stops working."""
    return tagged(response, await clients.new_secret(access, db, id, expected))


@router.delete("/v1/clients/{id}", status_code=204)
async def remove_client(access: CanManageClients, db: Tx, id: UUID, expected: IfMatch) -> None:
    """Revoke a third party; its tokens stop working within a second."""
    await clients.remove(access, db, id, expected)


@router.post("/v1/oauth/token", dependencies=[public])
async def issue_client_token(
    db: Db,
    desk: AtDesk,
    grant_type: Annotated[str | None, Form()] = None,
    scope: Annotated[str | None, Form()] = None,
    client_id: Annotated[str | None, Form()] = None,
    client_secret: Annotated[str | None, Form()] = None,
    authorization: Annotated[str | None, Header(description="HTTP Basic, instead of the two fields.")] = None,
) -> ClientTokenOut:
    """For third parties: an access token by `client_credentials` (RFC 6749 §4.4)."""
    asked = clients.TokenRequest(grant_type, scope, client_id, client_secret, authorization)
    return await clients.token(db, desk, asked)


@router.get("/.well-known/jwks.json", dependencies=[public])
async def get_public_keys(db: Db, now: Now, response: Response) -> dict[str, list[dict[str, str]]]:
    """The keys that access tokens are signed with (RFC 7517)."""
    found = tokens.jwks(await keys.published(db, now))
    response.headers["ETag"] = f'"{hashlib.sha256(orjson.dumps(found)).hexdigest()[:32]}"'
    response.headers["Cache-Control"] = FIVE_MINUTES
    return found


@router.get("/.well-known/oauth-authorization-server", dependencies=[public])
async def get_server_metadata(desk: AtDesk, response: Response) -> ServerMetadataOut:
    """Where tokens come from and how (RFC 8414)."""
    response.headers["Cache-Control"] = FIVE_MINUTES
    here = desk.settings.public_url
    return ServerMetadataOut(
        issuer=desk.settings.issuer,
        token_endpoint=f"{here}/v1/oauth/token",
        jwks_uri=f"{here}/.well-known/jwks.json",
        scopes_supported=clients.allowed_scopes(),
        response_types_supported=[],
        grant_types_supported=["client_credentials"],
        token_endpoint_auth_methods_supported=["client_secret_basic", "client_secret_post"],
        service_documentation=f"{here}/docs",
    )
