"""Commands of the operator on the data: the first region, the first admin, a new signing key."""

import asyncio
import re
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


def rotate() -> None:
    """Publish a new key for access tokens and print its id; it signs ten minutes from now."""
    from asn_api.areas.identity import keys

    typer.echo(_run(keys.rotate))


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
