"""Samples of sessions, accounts, roles and third parties."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from asn_api.core.crypto import digest
from asn_api.core.mapping import uuid7
from asn_api.rules.identity import AccountStatus, GrantedRole
from asn_api.tables.identity import Account, Client, RoleGrant, Session
from tests.factories import City
from tests.matrix import Build, Sample, add

PUBLIC = Sample(succeeds=False)


async def session(city: City) -> Sample:
    async with city.database.sessions() as db:
        query = select(Session.id).where(
            Session.region_id == city.region.id, Session.account_id == city.accounts["staff"].id
        )
        return Sample({"id": await db.scalar(query)})


async def grant(city: City) -> RoleGrant:
    row = RoleGrant(
        region_id=city.region.id,
        id=uuid7(),
        account_id=city.accounts["chief"].id,
        role=GrantedRole.REGIONAL_ADMIN,
        unit_id=city.units["ward"].id,
        valid=Range(date(2027, 1, 1), date(2027, 2, 1)),
    )
    async with city.database.sessions() as db:
        known = await db.scalar(
            select(RoleGrant).where(
                RoleGrant.region_id == city.region.id, RoleGrant.account_id == row.account_id
            )
        )
    if known is None:
        await add(city, row)
    return known or row


async def listed_grants(city: City) -> Sample:
    return Sample(rows={(await grant(city)).id: "ward"})


async def one_grant(city: City) -> Sample:
    return Sample({"id": (await grant(city)).id}, about="ward")


def granted(city: City) -> Sample:
    body = {
        "account_id": str(city.accounts["staff"].id),
        "role": "REGIONAL_ADMIN",
        "unit_id": str(city.units["ward"].id),
        "valid_from": "2026-12-01",
    }
    return Sample(body=body)


async def client(city: City) -> Client:
    row = Client(
        region_id=city.region.id,
        id=uuid7(),
        name="Another partner",
        unit_id=city.units["ward"].id,
        scopes=["units:read"],
        secret_hash=digest("secret"),
        created_at=city.now,
    )
    await add(city, row)
    return row


async def listed_clients(city: City) -> Sample:
    return Sample(rows={(await client(city)).id: "ward"})


async def one_client(city: City) -> Sample:
    return Sample({"id": (await client(city)).id}, about="ward")


def registered(city: City) -> Sample:
    body = {"name": "Partner", "unit_id": str(city.units["ward"].id), "scopes": ["units:read"]}
    return Sample(body=body, about="ward")


def account(city: City) -> Sample:
    return Sample({"id": city.accounts["staff"].id})


async def disabled(city: City) -> Sample:
    row = Account(
        region_id=city.region.id,
        id=uuid7(),
        login=f"disabled-{uuid7()}",
        status=AccountStatus.DISABLED,
        recovery_codes=[],
    )
    await add(city, row)
    return Sample({"id": row.id}, about="region", succeeds=False)


def codes(city: City) -> Sample:
    return Sample(
        body={"purpose": "PASSWORD_RESET", "employee_ids": [str(city.id("staff"))]}, batch=("NOT_FOUND",)
    )


SAMPLES: dict[str, Build] = {
    "sign_in": lambda city: PUBLIC,
    "refresh_session": lambda city: PUBLIC,
    "activate_account": lambda city: PUBLIC,
    "issue_client_token": lambda city: PUBLIC,
    "get_public_keys": lambda city: Sample(),
    "get_server_metadata": lambda city: Sample(),
    "list_sessions": lambda city: Sample(about="caller"),
    "end_other_sessions": lambda city: Sample(about="caller"),
    "end_session": session,
    "get_me": lambda city: Sample(about="caller"),
    "change_password": lambda city: Sample(about="caller", succeeds=False),
    "begin_totp": lambda city: Sample(about="caller"),
    "confirm_totp": lambda city: Sample(about="caller", succeeds=False),
    "remove_totp": lambda city: Sample(about="caller", succeeds=False),
    "issue_codes": codes,
    "list_accounts": lambda city: Sample(
        rows={city.accounts["staff"].id: "staff", city.accounts["other_staff"].id: "other_staff"}
    ),
    "get_account": account,
    "disable_account": account,
    "enable_account": disabled,
    "remove_totp_of_account": lambda city: Sample(account(city).path, succeeds=False),
    "list_role_grants": listed_grants,
    "get_role_grant": one_grant,
    "grant_role": granted,
    "end_role_grant": one_grant,
    "list_clients": listed_clients,
    "get_client": one_client,
    "register_client": registered,
    "rotate_client_secret": one_client,
    "remove_client": one_client,
}
