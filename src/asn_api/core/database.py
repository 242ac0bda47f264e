"""Two doors to one PostgreSQL: sessions for ordinary work, single prepared statements for the hot paths."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any

import asyncpg
import orjson
from sqlalchemy import Executable
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from asn_api.core.settings import Settings, libpq

_DIALECT = asyncpg_dialect()  # type: ignore[no-untyped-call]
_COMMON = {"application_name": "asn-api", "jit": "off", "search_path": "public, jobs"}
_PLANNED_ONCE = {"plan_cache_mode": "force_generic_plan", "enable_seqscan": "off"}
"""The hot statements have one good plan each; making it anew took a third of a push's time in the database.

It goes by an index, whatever the tables hold when it is made: the plan of a table of one page is kept while it grows.
"""
_PLANNED_EACH_TIME = {"plan_cache_mode": "force_custom_plan"}
"""Ordinary statements vary with filters, reach and page: one plan for all values reads whole histories."""
POOL_SECONDS = 10
"""What a request waits for a free connection, through either door."""
_IDLE_FACTOR = 4
_CLIENT_GRACE_SECONDS = 5


def limits(settings: Settings) -> dict[str, str]:
    """What every connection may take at most, for PostgreSQL to enforce; without a statement's limit nothing is.

    A transaction that its process has forgotten ends too, with its locks, and so does the statement of a
    process that is gone.
    """
    statement = settings.statement_timeout_ms
    return {
        "statement_timeout": str(statement),
        "lock_timeout": "10s",
        "idle_in_transaction_session_timeout": str(_IDLE_FACTOR * statement),
        "client_connection_check_interval": "10s",
    }


def patience(settings: Settings) -> float | None:
    """Seconds after which this side gives a statement up: a server that vanished enforces nothing."""
    statement = settings.statement_timeout_ms
    return statement / 1000 + _CLIENT_GRACE_SECONDS if statement else None


class Prepared:
    """A Core statement compiled once, to be run on the driver itself: one round trip, no BEGIN.

    Rows come as asyncpg records; values of JSON columns stay text, ready to be put into an answer.
    """

    def __init__(self, statement: Executable) -> None:
        self.statement: Any = statement

    @cached_property
    def _compiled(self) -> tuple[str, Sequence[str], Mapping[str, Any]]:
        """Text, names of the parameters in their order, values of the constants."""
        compiled = self.statement.compile(dialect=_DIALECT)
        left_open = {bound.key: None for bound in compiled.binds.values() if bound.required}
        # With the values of IN (...) written out as parameters of their own.
        expanded = compiled.construct_expanded_state(left_open)
        constants = {name: value for name, value in expanded.parameters.items() if value is not None}
        return expanded.statement, expanded.positiontup or (), constants

    @property
    def sql(self) -> str:
        return self._compiled[0]

    def arguments(self, params: Mapping[str, Any]) -> list[Any]:
        _, names, constants = self._compiled
        return [params[name] if name in params else constants[name] for name in names]


class Database:
    """The pools of one process. `start` must run in the event loop that uses them."""

    def __init__(self, settings: Settings) -> None:
        self.limits = limits(settings)
        self._libpq = libpq(settings.database)
        self._server_settings = _COMMON | self.limits
        self._patience = patience(settings)
        self._size = settings.pool_size
        self.engine: AsyncEngine = create_async_engine(
            settings.database,
            pool_size=settings.pool_size,
            max_overflow=0,
            pool_timeout=POOL_SECONDS,
            json_serializer=lambda value: orjson.dumps(value, default=str).decode(),
            json_deserializer=orjson.loads,
            connect_args={
                "server_settings": self._server_settings | _PLANNED_EACH_TIME,
                "command_timeout": self._patience,
            },
        )
        self.sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None

    async def start(self) -> None:
        self._pool = await asyncpg.create_pool(
            self._libpq,
            min_size=1,
            max_size=self._size,
            server_settings=self._server_settings | _PLANNED_ONCE,
            command_timeout=self._patience,
            reset=_nothing_to_reset,
        )

    async def stop(self) -> None:
        if self._pool is not None:
            await self._pool.close()
        await self.engine.dispose()

    @property
    def pool(self) -> "asyncpg.Pool[asyncpg.Record]":
        if self._pool is None:
            raise RuntimeError("the database has not been started")
        return self._pool

    def acquire(self) -> "asyncpg.pool.PoolAcquireContext[asyncpg.Record]":
        pool = self.pool
        # A deadline costs a task of its own: only where there is something to wait for.
        is_free = pool.get_idle_size() > 0 or pool.get_size() < self._size
        return pool.acquire(timeout=None if is_free else POOL_SECONDS)

    async def fetch(self, statement: Prepared, params: Mapping[str, Any]) -> list[asyncpg.Record]:
        async with self.acquire() as connection:
            rows: list[asyncpg.Record] = await connection.fetch(statement.sql, *statement.arguments(params))
            return rows

    async def fetch_row(self, statement: Prepared, params: Mapping[str, Any]) -> asyncpg.Record | None:
        async with self.acquire() as connection:
            return await connection.fetchrow(statement.sql, *statement.arguments(params))

    async def connect(self) -> asyncpg.Connection:
        """A connection of its own, outside the pools, for listening."""
        settings = self.limits | {"application_name": "asn-api listen"}
        return await asyncpg.connect(self._libpq, server_settings=settings)


async def _nothing_to_reset(_: asyncpg.Connection) -> None:
    """asyncpg's own reset is a round trip of its own; this door never changes a connection's state."""


class Work:
    """One request's transaction: opened by the first use of `session` or `driver`, ended by the route."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._session: AsyncSession | None = None
        self._connection: asyncpg.Connection | None = None
        self._transaction: asyncpg.transaction.Transaction | None = None
        self.dry = False

    @property
    def session(self) -> AsyncSession:
        if self._connection is not None:
            raise RuntimeError("this request works on the driver: its transaction has no session")
        if self._session is None:
            self._session = self.database.sessions()
        return self._session

    async def driver(self) -> asyncpg.Connection:
        """The driver's connection inside the transaction; without a session where none was needed before."""
        if self._session is not None:
            return await driver_of(self._session)
        if self._connection is None:
            self._connection = await self.database.acquire()
            self._transaction = self._connection.transaction()
            await self._transaction.start()
        return self._connection

    async def commit(self) -> None:
        if self._transaction is not None:
            await (self._transaction.rollback() if self.dry else self._transaction.commit())
            self._transaction = None
        elif self._session is not None:
            if self.dry:
                await self._session.flush()
                await self._session.rollback()
            else:
                await self._session.commit()

    async def close(self) -> None:
        with suppress(OSError, asyncpg.InterfaceError):
            if self._session is not None:
                await self._session.close()
            if self._transaction is not None:
                await self._transaction.rollback()
        if self._connection is not None:
            await self.database.pool.release(self._connection)


async def driver_of(session: AsyncSession) -> asyncpg.Connection:
    """The driver's connection of a session that has run a statement: only then its transaction has begun."""
    raw = await (await session.connection()).get_raw_connection()
    driver: asyncpg.Connection = raw.driver_connection
    return driver
