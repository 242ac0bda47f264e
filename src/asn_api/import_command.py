"""`asn-api import`: the national portal's files, judged and applied in this process, without a worker."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from asn_api.core.settings import StartupError
from asn_api.errors import Language, Problem

if TYPE_CHECKING:
    from rich.console import Console
    from sqlalchemy.ext.asyncio import AsyncSession

    from asn_api.access.actor import Access

CsvFile = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="“Export Data ASN”, CSV.")]
TreeFile = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="ref-unor, JSON.")]


def import_files(
    region: Annotated[str, typer.Option(help="Code of the region.")],
    employees: CsvFile = None,
    units: TreeFile = None,
    commit: Annotated[bool, typer.Option("--commit", help="Apply what the dry run shows.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write all messages to this CSV file.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 when a row is refused.")] = False,
    english: Annotated[bool, typer.Option("--english", help="Messages in English.")] = False,
) -> None:
    """Take in the national portal's export of employees and its unit tree; without --commit only look."""
    given = (employees, units)
    language: Language = "en" if english else "id"
    try:
        summary = asyncio.run(_run(region, given, commit, report, language))
    except Problem as problem:
        faults = [f"\n- {fault.pointer}: {fault.message(language)}" for fault in problem.faults]
        raise StartupError(problem.detail(language) + "".join(faults)) from None
    except OSError as error:
        raise StartupError(f"{error.filename or 'The database'} does not answer: {error.strerror}.") from None
    raise typer.Exit(strict and summary["refused"] > 0)


async def _run(
    region: str, given: tuple[Path | None, Path | None], commit: bool, report: Path | None, language: Language
) -> dict[str, Any]:
    from rich.console import Console
    from rich.progress import Progress

    from asn_api.areas.employees import imports
    from asn_api.areas.employees.import_apply import apply
    from asn_api.areas.employees.import_check import check
    from asn_api.areas.employees.import_queries import one, remarked
    from asn_api.areas.employees.import_views import report_lines
    from asn_api.core.crypto import Keyring
    from asn_api.core.database import Database
    from asn_api.core.settings import settings

    chosen = settings()
    database, keyring, console = Database(chosen), Keyring(chosen.keys), Console()
    employees, units = (file.read_bytes() if file else None for file in given)
    name = next((file.name for file in given if file), "")
    try:
        async with database.sessions.begin() as db:
            access = await _access(db, region)
            received = await imports.receive(access, db, keyring, imports.Given(name, employees, units))
        try:
            with Progress(console=console) as bar:
                task = bar.add_task("Checking", total=None)
                await check(
                    access,
                    database,
                    keyring,
                    received.id,
                    lambda done, total: bar.update(task, completed=done, total=total),
                )
            async with database.sessions() as db:
                rows = (await db.execute(remarked(access, received.id))).mappings().all()
                received = (await db.scalars(one(access, received.id))).one()
            if report is not None:
                _write(report, "".join(report_lines(rows, language)))
            _show(console, received.summary, rows, language)
            if commit:
                async with database.sessions.begin() as db:
                    await imports.mark_committing(access, db, received.id)
                with console.status("Applying"):
                    await apply(access, database, keyring, received.id)
                console.print("Applied." if not received.summary["changes_nothing"] else "Nothing to apply.")
        finally:
            async with database.sessions.begin() as db:
                await imports.discard_unfinished(access, db, received.id)
        return received.summary
    finally:
        await database.stop()


def _write(report: Path, text: str) -> None:
    report.write_text(text, "utf-8")


async def _access(db: "AsyncSession", code: str) -> "Access":
    from sqlalchemy import select

    from asn_api.access.actor import system
    from asn_api.access.grants import Permission
    from asn_api.core.clock import utc_now
    from asn_api.tables.organization import Region

    region = await db.scalar(select(Region).where(Region.code == code))
    if region is None:
        raise StartupError(f"There is no region {code}: make it with `asn-api region create`.")
    return system(region.id, Permission.EMPLOYEES_MANAGE, utc_now(), region.zone)


def _show(console: "Console", summary: dict[str, Any], rows: Any, language: Language) -> None:
    from rich.table import Table

    from asn_api.errors import catalogue

    units = summary["units"]
    console.print(
        f"Units: {units['created']} new, {units['changed']} changed, {units['unchanged']} unchanged.",
        "Employees: {CREATE} new, {CHANGE} changed, {UNCHANGED} unchanged, {REFUSE} refused.".format(
            **summary["actions"]
        ),
        sep="\n",
    )
    if not summary["codes"]:
        return
    table = Table("Code", "Rows", "First lines", "Meaning")
    for code, number in sorted(summary["codes"].items(), key=lambda each: -each[1]):
        lines = [str(row["line"]) for row in rows if any(each["code"] == code for each in row["messages"])]
        table.add_row(code, str(number), ", ".join(lines[:5]), catalogue()[code].title[language])
    console.print(table)
