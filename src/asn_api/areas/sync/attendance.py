"""Attendance that organisers record on their phones."""

from typing import Any
from uuid import UUID

from asn_api.areas.activities.recording import Device
from asn_api.areas.classes import attendance
from asn_api.areas.classes.attendance_queries import recorded
from asn_api.areas.classes.attendance_wire import AttendanceOut, AttendanceValues
from asn_api.areas.sync.resources import OfSession


class AttendanceRecords(OfSession):
    entity = attendance.ENTITY
    values = AttendanceValues

    async def _read(self, id: UUID) -> None:
        found = (await self._db.execute(recorded(self._access, id))).mappings().one_or_none()
        self._rows.pop(id, None)
        if found is not None:
            self._rows[id] = dict(found)

    async def _put(self, id: UUID, values: AttendanceValues, base: int | None, device: Device) -> int:
        return await attendance.put(self._access, self._db, id, values, device.at, device.operation_id)

    async def shown(self, id: UUID) -> dict[str, Any] | None:
        row = self._rows.get(id)
        return AttendanceOut.model_validate(row).model_dump() if row is not None else None
