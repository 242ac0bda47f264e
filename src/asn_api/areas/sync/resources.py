"""What phones may change: each resource knows its records, how to read a version, and how to apply a change."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from importlib import import_module
from typing import Any, ClassVar, Protocol, Self
from uuid import UUID

import asyncpg
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.scope import hot_params
from asn_api.areas.activities import ledger_queries, queries, recording, shapes
from asn_api.areas.activities.ledger import ENTITY, Ledger
from asn_api.areas.activities.recording import Device
from asn_api.areas.activities.schemas import ActivityValues, LinkIn
from asn_api.areas.evidence import service as evidence
from asn_api.areas.evidence.queries import by_ids as evidence_by_ids
from asn_api.areas.evidence.schemas import EvidenceRecordIn
from asn_api.areas.performance import progress
from asn_api.areas.performance.progress_queries import progress_by_ids
from asn_api.areas.performance.schemas import ProgressValues
from asn_api.areas.sync.schemas import ActivityOperationIn, OperationIn
from asn_api.core.database import Work
from asn_api.errors import Fault, Problem
from asn_api.rules.activities import ActivityStatus
from asn_api.tables.files import Evidence
from asn_api.tables.performance import ProgressReport

Row = Mapping[str, Any]

ONE = Decimal(1)


class Resource(Protocol):
    """One type of record during one batch. `entity` is its name in the journal, `values` its wire."""

    entity: ClassVar[str]
    values: ClassVar[type[BaseModel]]

    @classmethod
    async def open(cls, work: Work, access: Access, operations: Sequence[Any]) -> Self:
        """Read what these operations need, for an owner who is locked already."""

    def row(self, id: UUID) -> Row | None:
        """The record as it stands after what was applied so far; with `employee_id` and `version`."""

    def may_merge(self, row: Row) -> bool:
        """Whether other people's decisions leave room for putting two changes together."""

    def given(self, row: Row, earlier: Mapping[str, Any]) -> BaseModel:
        """The values of the record, with those columns as they were `earlier`."""

    def fields(self, values: BaseModel) -> dict[str, Any]:
        """What is compared and merged field by field; equal values give equal fields."""

    def values_with(self, fields: Mapping[str, Any]) -> BaseModel:
        """The values that have these fields."""

    async def apply(
        self, operation: OperationIn, row: Row | None, values: BaseModel | None, device: Device
    ) -> int:
        """Do it; gives the version that the record has now. Refusals are raised."""

    async def flush(self) -> None:
        """Store what was applied, before a resource that may lean on it goes on."""

    async def shown(self, id: UUID) -> dict[str, Any] | None:
        """The stored record in the shape in which the caller reads it."""


class Activities:
    entity = ENTITY
    values = ActivityValues

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @classmethod
    async def open(cls, work: Work, access: Access, operations: Sequence[ActivityOperationIn]) -> Self:
        """The days of these operations, whose owner is locked already."""
        driver = await work.driver()
        me = access.employee_id
        assert me is not None
        known = [each.id for each in operations if each.base_version is not None or each.after]
        found = await ledger_queries.own_places(driver, access, known) if known else []
        days = {each.data.day for each in operations if each.data} | {each["day"] for each in found}
        results: set[UUID] = set()
        complaints: set[UUID] = set()
        for operation in operations:
            if operation.data:
                results |= recording.results_of(operation.data)
                complaints |= recording.complaints_of(operation.data)
        for each in found:
            results |= {each["work_result_id"], *each["further_results"]} - {None}
        pairs = [(me, day) for day in days or {access.today}]
        ids = {each.id for each in operations}
        return cls(await Ledger.read(driver, access, pairs, ids=ids, results=results, complaints=complaints))

    def row(self, id: UUID) -> Row | None:
        return self._ledger.rows.get(id)

    def may_merge(self, row: Row) -> bool:
        return row["status"] in (ActivityStatus.DRAFT, ActivityStatus.REJECTED)

    def given(self, row: Row, earlier: Mapping[str, Any]) -> ActivityValues:
        return recording.values_of({**row, **earlier})

    def fields(self, values: BaseModel) -> dict[str, Any]:
        """All links are one field: a link of one side and a share of the other make no sense together."""
        assert isinstance(values, ActivityValues)
        fields = dict(values)
        result, indicator = fields.pop("work_result_id"), fields.pop("indicator_id")
        if result is not None or indicator is not None:
            fields["links"] = [
                LinkIn.model_construct(work_result_id=result, indicator_id=indicator, share=ONE)
            ]
        return fields

    def values_with(self, fields: Mapping[str, Any]) -> ActivityValues:
        one = fields["links"][0] if len(fields["links"]) == 1 else None
        return ActivityValues.model_construct(
            **{**fields, "links": [] if one else fields["links"]},
            work_result_id=one.work_result_id if one else None,
            indicator_id=one.indicator_id if one else None,
        )

    async def apply(
        self, operation: OperationIn, row: Row | None, values: BaseModel | None, device: Device
    ) -> int:
        assert isinstance(operation, ActivityOperationIn)
        ledger = self._ledger
        kept = dict(row) if row is not None else None
        match operation.action, values, kept:
            case "put", None, _:
                raise Problem("REQUEST_INVALID", faults=[Fault("/data", "FIELD_MISSING")])
            case "put", ActivityValues() as data, None:
                stored = recording.add(ledger, operation.id, data, submit=operation.submit, device=device)
            case _, _, None:
                raise Problem("NOT_FOUND")
            case "put", ActivityValues() as data, kept:
                stored = recording.replace(ledger, kept, data, device)
            case "submit", _, kept:
                stored = recording.submit(ledger, kept, device)
            case "recall", _, kept:
                stored = recording.recall(ledger, kept, device)
            case _, _, kept:
                recording.remove(ledger, kept, device)
                stored = {"version": kept["version"] + 1}
        version: int = stored["version"]
        return version

    async def flush(self) -> None:
        await self._ledger.flush()

    async def shown(self, id: UUID) -> dict[str, Any] | None:
        access, driver = self._ledger.access, self._ledger.driver
        params = queries.one_params(access, id, hot_params(access))
        row: asyncpg.Record | None = await driver.fetchrow(queries.ONE.sql, *queries.ONE.arguments(params))
        return shapes.shown(row, access) if row is not None else None


class OfSession:
    """Records that their area changes one by one on a session, each in a savepoint of its own."""

    entity: ClassVar[str]
    values: ClassVar[type[BaseModel]]
    table: ClassVar[type[Any]]

    def __init__(self, db: AsyncSession, access: Access, rows: dict[UUID, Row]) -> None:
        self._db, self._access, self._rows = db, access, rows

    @classmethod
    async def open(cls, work: Work, access: Access, operations: Sequence[OperationIn]) -> Self:
        resource = cls(work.session, access, {})
        for id in {each.id for each in operations}:
            await resource._read(id)
        return resource

    async def _read(self, id: UUID) -> None:
        columns = self.table.__table__.columns
        found = await self._db.execute(
            select(*columns).where(self.table.region_id == self._access.region_id, self.table.id == id)
        )
        row = found.mappings().one_or_none()
        self._rows.pop(id, None)
        if row is not None:
            self._rows[id] = dict(row)

    def row(self, id: UUID) -> Row | None:
        return self._rows.get(id)

    def may_merge(self, row: Row) -> bool:
        return True

    def given(self, row: Row, earlier: Mapping[str, Any]) -> BaseModel:
        return self.values.model_validate(
            {name: earlier.get(name, row[name]) for name in self.values.model_fields}
        )

    def fields(self, values: BaseModel) -> dict[str, Any]:
        return dict(values)

    def values_with(self, fields: Mapping[str, Any]) -> BaseModel:
        return self.values.model_construct(**fields)

    async def apply(
        self, operation: OperationIn, row: Row | None, values: BaseModel | None, device: Device
    ) -> int:
        base = row["version"] if row is not None else None
        async with self._db.begin_nested():
            if operation.action == "delete":
                version = await self._remove(operation.id, base, device)
            elif values is None:
                raise Problem("REQUEST_INVALID", faults=[Fault("/data", "FIELD_MISSING")])
            else:
                version = await self._put(operation.id, values, base, device)
        await self._read(operation.id)
        return version

    async def _put(self, id: UUID, values: Any, base: int | None, device: Device) -> int:
        raise NotImplementedError

    async def _remove(self, id: UUID, base: int | None, device: Device) -> int:
        raise NotImplementedError

    async def flush(self) -> None:
        """Everything is stored as it is applied."""


class Progress(OfSession):
    entity = progress.ENTITY
    values = ProgressValues
    table = ProgressReport

    async def _put(self, id: UUID, values: ProgressValues, base: int | None, device: Device) -> int:
        phone = progress.Device(device.id, device.at)
        return await progress.put(self._db, self._access, id, values, base, phone, device.operation_id)

    async def _remove(self, id: UUID, base: int | None, device: Device) -> int:
        return await progress.remove(self._db, self._access, id, base, device.operation_id)

    async def shown(self, id: UUID) -> dict[str, Any] | None:
        return (await progress_by_ids(self._db, self._access, [id])).get(id)


class EvidenceRecords(OfSession):
    entity = evidence.ENTITY
    values = EvidenceRecordIn
    table = Evidence

    async def _put(self, id: UUID, values: EvidenceRecordIn, base: int | None, device: Device) -> int:
        return await evidence.put(self._db, self._access, id, values, base, device.operation_id)

    async def _remove(self, id: UUID, base: int | None, device: Device) -> int:
        return await evidence.remove(self._db, self._access, id, base or 0, device.operation_id)

    async def shown(self, id: UUID) -> dict[str, Any] | None:
        return (await evidence_by_ids(self._db, self._access, [id])).get(id)


RESOURCES: Mapping[str, type[Any]] = {
    "activity": Activities,
    "evidence": EvidenceRecords,
    "progress": Progress,
}
"""A new resource joins here, with its operation in the union of `schemas`."""


def resource_of(kind: str) -> type[Any]:
    """Attendance is imported when a phone first sends some: a start brings what all need (decision 0036)."""
    if kind == "attendance":
        later: type[Any] = import_module("asn_api.areas.sync.attendance").AttendanceRecords
        return later
    return RESOURCES[kind]


OF_A_SESSION: Collection[str] = frozenset({"attendance", "evidence", "progress"})
"""A batch without these never pays for a session."""
