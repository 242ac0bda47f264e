"""Commands of the operator on the data: the first region, the first admin, a new signing key."""

import asyncio
import re
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, TypeVar

import typer

from asn_api.core.settings import StartupError
from asn_api.rules.calendar import Zone

T = TypeVar("T")

admin = typer.Typer(no_args_is_help=True, help="Administrators.")
region = typer.Typer(no_args_is_help=True, help="Regions.")

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,38}[a-z0-9]")


@admin.command("create")
def create_admin(
    region: Annotated[str, typer.Option(help="Code of the region.")],
    login: Annotated[str | None, typer.Option(help="Chosen name of an admin who is not an employee.")] = None,
    nip: Annotated[str | None, typer.Option(help="NIP of an employee who becomes admin.")] = None,
) -> None:
    """Make a regional admin and print the one-time code for his password (see /v1/activations)."""
    from asn_api.areas.identity.first_admin import first_admin

    typer.echo(_run(lambda db, keyring, now: first_admin(db, keyring, now, region, login, nip)))


@region.command("create")
def create_region(
    code: Annotated[str, typer.Option(help="What people type at sign-in, such as kota-contoh.")],
    name: Annotated[str, typer.Option(help="Official name.")],
    zone: Annotated[Zone, typer.Option(help="The zone in which its days begin.")] = Zone.WIB,
) -> None:
    """Make a region with the root of its tree and the default policies; prints its id."""
    from asn_api.areas.organization.founding import found

    if not _CODE.fullmatch(code):
        raise StartupError("A region's code has 2 to 40 small letters, digits and dashes.")
    made = _run(
        lambda db, _, now: found(db, code, name, zone, now), taken=f"The region {code} exists already."
    )
    typer.echo(made.id)


def restored() -> None:
    """After a restore into another server: let the order of changes go on after what phones have seen."""
    from asn_api.core.journal import begin_epoch

    epoch = _run(lambda db, _, now: begin_epoch(db, now))
    typer.echo(f"Changes are counted in epoch {epoch} now; start server and worker.")


def rotate() -> None:
    """Publish a new key for access tokens and print its id; it signs ten minutes from now."""
    from asn_api.areas.identity import keys

    typer.echo(_run(keys.rotate))


def rebuild_rollups(
    region: Annotated[str, typer.Option(help="Code of the region.")],
) -> None:
    """Count the sums of months, verifiers and contributions anew beside servers. Today's decisions stay."""
    import asyncpg
    from sqlalchemy.exc import SQLAlchemyError

    from asn_api.core.schema import check_database
    from asn_api.core.settings import settings

    check_database(settings())
    try:
        asyncio.run(_recount(region))
    except (OSError, SQLAlchemyError, asyncpg.PostgresError) as error:
        raise StartupError(f"The database failed ({type(error).__name__}); start it again.") from None


async def _recount(code: str) -> None:
    from sqlalchemy import func, select

    from asn_api.access.actor import system
    from asn_api.access.grants import Permission
    from asn_api.areas.contribution import recount as contributions
    from asn_api.areas.oversight.recount import recount
    from asn_api.core.clock import utc_now
    from asn_api.core.database import Database
    from asn_api.core.settings import settings
    from asn_api.tables.employees import Employee
    from asn_api.tables.organization import Region, Unit

    # A unit of many years takes longer than any request may.
    database = Database(settings().model_copy(update={"statement_timeout_ms": 0}))
    try:
        async with database.sessions() as db:
            found = (await db.scalars(select(Region).where(Region.code == code))).one_or_none()
            if found is None:
                raise StartupError(f"There is no region {code}.")
            units = await db.scalar(select(func.count()).where(Unit.region_id == found.id)) or 0
            people = await db.scalar(select(func.count()).where(Employee.region_id == found.id)) or 0
        access = system(found.id, Permission.DAYS_READ, utc_now(), found.zone)
        with typer.progressbar(length=units, label="units", file=sys.stderr) as bar:
            await recount(access, database, lambda: bar.update(1))
        with typer.progressbar(length=people + units, label="contributions", file=sys.stderr) as bar:
            await contributions.recount(access, database, bar.update)
    finally:
        await database.stop()


def reseal(
    check: Annotated[
        bool, typer.Option("--check", help="Only count; exit with 1 when something needs it.")
    ] = False,
) -> None:
    """Move everything that older encryption keys sealed to the first key; servers may run meanwhile."""
    import asyncpg
    from sqlalchemy.exc import SQLAlchemyError

    from asn_api.core.schema import check_database
    from asn_api.core.settings import settings

    check_database(settings())
    try:
        remaining = asyncio.run(_reseal(check))
    except (OSError, SQLAlchemyError, asyncpg.PostgresError) as error:
        raise StartupError(f"The database failed ({type(error).__name__}); start it again.") from None
    raise typer.Exit(remaining > 0)


async def _reseal(check: bool) -> int:
    """Tells what was done per column; how many values are not under the first key now."""
    from asn_api.core.crypto import Keyring
    from asn_api.core.database import Database
    from asn_api.core.settings import settings
    from asn_api.reseal import SEALED, older, reseal

    chosen = settings()
    database, keyring = Database(chosen), Keyring(chosen.keys)
    remaining = 0
    try:
        for sealed in SEALED:
            async with database.sessions() as db:
                found = await older(db, keyring, sealed)
            if check:
                keys = "".join(f", {number} under key {id}" for id, number in sorted(found.items()))
                typer.echo(f"{sealed.name}: {found.total()} to re-seal{keys}")
                remaining += found.total()
                continue
            with typer.progressbar(length=found.total(), label=sealed.name, file=sys.stderr) as bar:
                done = await reseal(database.sessions, keyring, sealed, bar.update)
            busy = f", {done.busy} in use (repeat)" if done.busy else ""
            lost = f", {done.lost} that no key opens" if done.lost else ""
            typer.echo(f"{sealed.name}: {done.moved} re-sealed{busy}{lost}")
            remaining += done.busy + done.lost
    finally:
        await database.stop()
    typer.echo(
        f"Key {keyring.lowest}, the lowest, must stay in ASN_ENCRYPTION_KEYS for good: the look-up of NIK, "
        "one-time and recovery codes are bound to it. Any other old key may leave when nothing needs it here "
        "and the sessions begun under it have run out."
    )
    return remaining


def _run(work: Callable[[Any, Any, datetime], Awaitable[T]], taken: str = "It exists already.") -> T:
    """One transaction on the installation's database; `taken` is said when a unique name is in use."""
    from sqlalchemy.exc import IntegrityError

    from asn_api.core.clock import utc_now
    from asn_api.core.crypto import Keyring
    from asn_api.core.database import Database
    from asn_api.core.settings import settings

    async def run() -> T:
        chosen = settings()
        database = Database(chosen)
        try:
            async with database.sessions.begin() as db:
                return await work(db, Keyring(chosen.keys), utc_now())
        finally:
            await database.stop()

    try:
        return asyncio.run(run())
    except IntegrityError:
        raise StartupError(taken) from None
    except OSError:
        raise StartupError("The database does not answer.") from None
