"""The restricted fields of one person as one sealed value, and the index that finds a NIK."""

from uuid import UUID

import orjson

from asn_api.areas.employees.portal_rows import Restricted
from asn_api.core.crypto import Keyring

NOTHING = Restricted(None, None, None, None, None, None)


def seal(keyring: Keyring, region_id: UUID, employee_id: UUID, restricted: Restricted) -> bytes | None:
    """The value of `employees.restricted`, bound to this person; None when there is nothing to keep."""
    if restricted == NOTHING:
        return None
    return keyring.seal(orjson.dumps(restricted), context(region_id, employee_id))


def unseal(keyring: Keyring, region_id: UUID, employee_id: UUID, sealed: bytes | None) -> Restricted:
    if sealed is None:
        return NOTHING
    return Restricted(**orjson.loads(keyring.open(sealed, context(region_id, employee_id))))


def nik_index(keyring: Keyring, nik: str | None) -> bytes | None:
    """The value of `employees.nik_index`: equal for equal numbers."""
    return keyring.blind_index(nik, "employees.nik") if nik else None


def context(region_id: UUID, employee_id: UUID) -> str:
    """What `employees.restricted` is bound to."""
    return f"employees.restricted:{region_id}/{employee_id}"
