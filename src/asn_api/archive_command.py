"""`asn-api db archive`: decided activities of old years into files, while the servers run."""

import asyncio
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from asn_api.core.settings import StartupError

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from asn_api.access.actor import Access


def archive(
    region: Annotated[str, typer.Option(help="Code of the region.")],
    before: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="Days before this one; a year's first day.")
    ],
    to: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="Folder of the files, by default archive/ in ASN_LOCAL_DIR."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count, month by month.")] = False,
) -> None:
    """Move decided activities of old years into compressed files; totals and the journal stay. Repeat after a stop."""
    from sqlalchemy.exc import SQLAlchemyError

    from asn_api.core.schema import check_database
    from asn_api.core.settings import settings

    check_database(settings())
    try:
        busy = asyncio.run(_run(region, before.date(), to or settings().local_dir / "archive", dry_run))
    except (OSError, SQLAlchemyError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise StartupError(f"Stopped ({reason}); what is done stays done, start it again.") from None
    raise typer.Exit(busy)


async def _run(region: str, before: date, folder: Path, dry_run: bool) -> bool:
    """Whether something was left because somebody was working on it."""
    from asn_api.areas.activities import archiving
    from asn_api.core.database import Database
    from asn_api.core.settings import settings
    from asn_api.rules.entries import oldest_day

    database = Database(settings())
    try:
        async with database.sessions() as db:
            access = await _access(db, region)
        latest = oldest_day(access.today)
        if before > latest:
            raise StartupError(f"This year and the one before stay: --before may be {latest} at the latest.")
        counted = await archiving.counted(database, access, before)
        for month, number in counted.items():
            typer.echo(f"{month:%Y-%m}: {number:,} activities")
        total = sum(counted.values())
        if dry_run or not total:
            typer.echo(
                f"{total:,} activities before {before} would move to {folder}."
                if total
                else "Nothing to move."
            )
            return False
        with typer.progressbar(length=total, label="Archiving", file=sys.stderr) as bar:
            moved = await archiving.archive(
                database, access, archiving.Folder(folder), region, before, list(counted), bar.update
            )
    finally:
        await database.stop()
    typer.echo(
        f"{moved.rows:,} rows are in {moved.parts:,} files ({moved.bytes / 1e6:,.1f} MB) under {folder}."
    )
    if moved.busy:
        typer.echo(
            f"Somebody worked on activities of {len(moved.busy)} people: repeat this for them.", err=True
        )
    return bool(moved.busy)


async def _access(db: "AsyncSession", code: str) -> "Access":
    from sqlalchemy import select

    from asn_api.access.actor import system
    from asn_api.access.grants import Permission
    from asn_api.core.clock import utc_now
    from asn_api.tables.organization import Region

    region = await db.scalar(select(Region).where(Region.code == code))
    if region is None:
        raise StartupError(f"There is no region {code}: make it with `asn-api region create`.")
    return system(region.id, Permission.ACTIVITIES_READ, utc_now(), region.zone)
