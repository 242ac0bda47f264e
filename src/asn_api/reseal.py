"""Moves what is sealed under an older key to the current one, while servers and workers run."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import LargeBinary, RowMapping, bindparam, func, literal, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import InstrumentedAttribute

from asn_api.areas.assessments import answering
from asn_api.areas.certificates import evaluating
from asn_api.areas.complaints import sealing as reporters
from asn_api.areas.employees import imports, sealing
from asn_api.areas.identity.keys import key_context
from asn_api.areas.identity.signing_in import secret_context
from asn_api.core.crypto import CannotOpen, Keyring, key_id
from asn_api.core.idempotency import IdempotencyKey, body_context
from asn_api.tables.assessments import AssessmentTask
from asn_api.tables.certificates import TrainingEvaluationTask
from asn_api.tables.complaints import ComplaintReporter
from asn_api.tables.employees import Employee, EmployeeImport, EmployeeImportRow
from asn_api.tables.identity import Account, SigningKey

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Sealed:
    """A column of sealed values. `context` says what a value is bound to, from the columns in `bound`."""

    column: InstrumentedAttribute[Any]
    bound: Sequence[str]
    context: Callable[..., str]
    batch: int = 200

    @property
    def name(self) -> str:
        return f"{self.column.class_.__tablename__}.{self.column.key}"


_ONE_FILE = 1
"""Uploaded files are megabytes each."""

SEALED = (
    Sealed(SigningKey.private_key, ["kid"], key_context),
    Sealed(Account.totp_secret, ["region_id", "id"], secret_context),
    Sealed(Employee.restricted, ["region_id", "id"], sealing.context),
    Sealed(EmployeeImport.content, ["region_id", "id"], imports.content_context, _ONE_FILE),
    Sealed(EmployeeImport.unit_content, ["region_id", "id"], imports.unit_context, _ONE_FILE),
    Sealed(EmployeeImportRow.values, ["region_id", "import_id", "line"], imports.row_context),
    Sealed(AssessmentTask.content, ["region_id", "id"], answering.sealed_in),
    Sealed(ComplaintReporter.identity, ["region_id", "id"], reporters.context),
    Sealed(TrainingEvaluationTask.content, ["region_id", "id"], evaluating.sealed_in),
    Sealed(IdempotencyKey.body, ["region_id", "principal_id", "key"], body_context),
)


@dataclass(frozen=True)
class Done:
    """`busy`: locked by somebody else the whole time; `lost`: no key of the ring opens them."""

    moved: int
    busy: int
    lost: int


async def older(db: AsyncSession, keyring: Keyring, sealed: Sealed) -> Counter[int]:
    """How many values of the column are under which older key."""
    first = func.substring(sealed.column, 1, 1, type_=LargeBinary())
    rows = await db.execute(
        select(first, func.count())
        .where(first != bytes([keyring.current]), func.length(sealed.column) > 0)
        .group_by(first)
    )
    return Counter({key_id(first): number for first, number in rows})


async def reseal(
    sessions: async_sessionmaker[AsyncSession], keyring: Keyring, sealed: Sealed, progress: Progress
) -> Done:
    """The whole column in small transactions.

    Rows that others hold are passed over, so this never waits with locks in hand; a second pass takes them.
    Neither version nor journal notices: the value is the same.
    """
    moved = lost = 0
    for _ in range(3):
        last: Sequence[Any] | None = None
        lost = 0
        while True:
            async with sessions.begin() as db:
                rows = await _locked(db, keyring, sealed, last)
                plain = _opened(keyring, sealed, rows)
                await _write(db, keyring, sealed, plain)
            if not rows:
                break
            last = [rows[-1][each.name] for each in sealed.column.class_.__table__.primary_key]
            moved += len(plain)
            lost += len(rows) - len(plain)
            progress(len(plain))
        async with sessions() as db:
            left = (await older(db, keyring, sealed)).total()
        if left == lost:
            break
    return Done(moved, left - lost, lost)


async def _locked(
    db: AsyncSession, keyring: Keyring, sealed: Sealed, last: Sequence[Any] | None
) -> Sequence[RowMapping]:
    table = sealed.column.class_.__table__
    key = list(table.primary_key)
    value = table.c[sealed.column.key]
    statement = (
        select(*key, *(table.c[each] for each in sealed.bound if not table.c[each].primary_key), value)
        .where(
            func.substring(value, 1, 1, type_=LargeBinary()) != bytes([keyring.current]),
            func.length(value) > 0,
        )
        .order_by(*key)
        .limit(sealed.batch)
        .with_for_update(key_share=True, skip_locked=True)
    )
    if last is not None:
        after = [literal(value, column.type) for value, column in zip(last, key, strict=True)]
        statement = statement.where(tuple_(*key) > tuple_(*after))
    return (await db.execute(statement)).mappings().all()


def _opened(
    keyring: Keyring, sealed: Sealed, rows: Sequence[RowMapping]
) -> list[tuple[RowMapping, str, bytes]]:
    found = []
    for row in rows:
        context = sealed.context(*(row[each] for each in sealed.bound))
        try:
            found.append((row, context, keyring.open(row[sealed.column.key], context)))
        except CannotOpen:
            continue
    return found


async def _write(
    db: AsyncSession, keyring: Keyring, sealed: Sealed, plain: Sequence[tuple[RowMapping, str, bytes]]
) -> None:
    if not plain:
        return
    table = sealed.column.class_.__table__
    key = list(table.primary_key)
    # Of the table, not of the class: the version stays.
    statement = (
        update(table)
        .where(*(each == bindparam(f"of_{each.name}") for each in key))
        .values({sealed.column.key: bindparam("resealed")})
    )
    connection = await db.connection()
    await connection.execute(
        statement,
        [
            {f"of_{each.name}": row[each.name] for each in key} | {"resealed": keyring.seal(value, context)}
            for row, context, value in plain
        ],
    )
