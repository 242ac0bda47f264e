"""What every table shares: naming of constraints, column types, region-scoped keys, versions."""

import os
import time
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Date,
    DateTime,
    Enum,
    ForeignKeyConstraint,
    MetaData,
    Numeric,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, JSONB, Range
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column


def uuid7() -> UUID:
    """A time-ordered key (RFC 9562, method 3: to the quarter of a microsecond), made before its row is."""
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    random = int.from_bytes(os.urandom(8)) >> 2
    return UUID(int=milliseconds << 80 | 0x7 << 76 | (rest << 12) // 1_000_000 << 64 | 0b10 << 62 | random)


def _values(enum: Iterable[Any]) -> list[str]:
    return [member.value for member in enum]


class Table(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[Mapping[Any, Any]] = {
        str: Text(),
        UUID: Uuid(),
        date: Date(),
        datetime: DateTime(timezone=True),
        Decimal: Numeric(),
        dict[str, Any]: JSONB(),
        list[dict[str, Any]]: JSONB(),
        list[str]: ARRAY(Text()),
        list[UUID]: ARRAY(Uuid()),
        Range[date]: DATERANGE(),
        StrEnum: Enum(StrEnum, native_enum=False, create_constraint=True, length=40, values_callable=_values),
    }


def choice(kind: type[StrEnum], name: str) -> Enum:
    """The type of a column whose table has another column of the same enum: its constraint needs a name."""
    return Enum(
        kind, native_enum=False, create_constraint=True, length=40, values_callable=_values, name=name
    )


class Regional(Table):
    """A row of a region's data: the key starts with the region, so no row points into another one."""

    __abstract__ = True

    region_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-2)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7, sort_order=-1)


class Versioned(Regional):
    """A row that may be edited: `version` stands in its ETag and guards against lost updates."""

    __abstract__ = True

    version: Mapped[int] = mapped_column(BigInteger, default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


def within_region(column: str, table: str) -> ForeignKeyConstraint:
    """A foreign key that cannot leave the region."""
    return ForeignKeyConstraint(["region_id", column], [f"{table}.region_id", f"{table}.id"])


def of_region() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["region_id"], ["regions.id"])
