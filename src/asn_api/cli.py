"""The `asn-api` program. Imports sit inside the commands: `asn-api --help` should not wait for SQLAlchemy."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from asn_api import archive_command, commands, import_command
from asn_api.core.settings import StartupError, load, new_key, settings


class Sentences(TyperGroup):
    """What stops the program from starting is told in one sentence, without a traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except StartupError as error:
            typer.echo(f"asn-api: {error}", err=True)
            raise typer.Exit(1) from None


app = typer.Typer(
    cls=Sentences, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="asn_api"
)
database = typer.Typer(no_args_is_help=True, help="The database schema.")
keys = typer.Typer(no_args_is_help=True, help="Encryption keys.")

GROUPS = {"admin": commands.admin, "region": commands.region, "db": database, "keys": keys}
for name, group in GROUPS.items():
    app.add_typer(group, name=name)


@app.command()
def up() -> None:
    """Start everything here: PostgreSQL, migrations, demo city, server and worker (`make run`)."""
    os.environ.setdefault("ASN_ENVIRONMENT", "demo")
    from asn_api.up import run

    run()


@app.command()
def serve() -> None:
    """Serve the API."""
    from asn_api.serving import serve as run

    run()


@app.command()
def worker() -> None:
    """Run the background jobs."""
    from asn_api.start_checks import check

    check(settings())
    from asn_api.worker import run

    run()


@app.command()
def openapi(
    file: Annotated[Path, typer.Argument()] = Path("openapi/openapi.json"),
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail when the file is out of date.")
    ] = False,
) -> None:
    """Write the contract of the API."""
    from asn_api.main import create_app

    nowhere = load(
        environment="demo",
        database_url="postgresql://localhost/asn",
        encryption_keys=new_key(demo=True),
        public_url="http://127.0.0.1:8000",
    )
    contract = json.dumps(create_app(nowhere).openapi(), indent=2, ensure_ascii=False) + "\n"
    if not check:
        file.write_text(contract, "utf-8")
    elif not file.exists() or file.read_text("utf-8") != contract:
        raise StartupError(f"{file} is out of date: run `make openapi` and commit it.")


@database.command()
def upgrade() -> None:
    """Bring the schema up to this version of the program."""
    from asn_api.up import migrate

    migrate(settings())


@database.command()
def state() -> None:
    """Say whether the schema is empty, behind, current or ahead; anything but current exits with 1."""
    from asn_api.core.schema import check_database

    found = check_database(settings())
    typer.echo(found)
    raise typer.Exit(found != "current")


@database.command()
def revision(message: Annotated[str, typer.Argument(help="What changes.")]) -> None:
    """Write a migration from the tables, compared with a throwaway PostgreSQL at the last migration."""
    from tempfile import TemporaryDirectory

    from alembic import command

    from asn_api.core.embedded import EmbeddedPostgres
    from asn_api.core.migrate import configuration, upgrade

    with TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder), durable=False) as postgres:
        upgrade(postgres.url)
        name = "%(year)d%(month).2d%(day).2d_%(hour).2d%(minute).2d_%(slug)s".replace("%", "%%")
        chosen = configuration(postgres.url)
        chosen.set_main_option("file_template", name)
        command.revision(chosen, message, autogenerate=True)


@database.command()
def distribute() -> None:
    """Shard the tables by region on Citus; on plain PostgreSQL only show how it would be done."""
    import psycopg

    from asn_api.core.schema import check_database
    from asn_api.tables import every_table

    check_database(settings())
    with psycopg.connect(settings().libpq, autocommit=True) as connection:
        citus = connection.execute("SELECT 1 FROM pg_extension WHERE extname = 'citus'").fetchone()
        query = "SELECT table_name::text FROM citus_tables"
        done = {row[0] for row in connection.execute(query)} if citus else set()
        # Reference tables first: a distributed table may point to them, never the other way.
        for table in sorted(every_table().sorted_tables, key=lambda each: "region_id" in each.c):
            if table.name in done:
                continue
            statement = (
                f"SELECT create_distributed_table('{table.name}', 'region_id')"
                if "region_id" in table.c
                else f"SELECT create_reference_table('{table.name}')"
            )
            typer.echo(f"{statement};")
            if citus:
                connection.execute(statement)
    if not citus:
        typer.echo("The citus extension is not installed here: nothing was changed.", err=True)


database.command("archive")(archive_command.archive)
database.command("rebuild-rollups")(commands.rebuild_rollups)


@keys.command("new")
def new(number: Annotated[int, typer.Argument(min=1, help="Its number, unused so far.")] = 1) -> None:
    """Print a random key for ASN_ENCRYPTION_KEYS; put it before the older ones."""
    sys.stdout.write(new_key(number) + "\n")


database.command("restored")(commands.restored)
keys.command("rotate")(commands.rotate)
keys.command("reseal")(commands.reseal)
app.command("import")(import_command.import_files)
