"""Receipts: a short text that proves that an operation was accepted, even if a restore should lose the change."""

import base64
import binascii
from uuid import UUID

import asyncpg

from asn_api.access.actor import Access
from asn_api.areas.sync import queries
from asn_api.areas.sync.schemas import ReceiptIn, ReceiptOut
from asn_api.core.crypto import Keyring
from asn_api.errors import Problem

_TAG = 18


def receipt(keyring: Keyring, access: Access, op_id: UUID, version: int) -> str:
    """`version.tag`: the tag binds the version to the region, the person and the operation."""
    tag = keyring.mac(_signed(access, op_id, version), "receipts")[:_TAG]
    return f"{version}.{base64.urlsafe_b64encode(tag).decode()}"


def is_genuine(keyring: Keyring, access: Access, op_id: UUID, given: str) -> bool:
    version, _, encoded = given.partition(".")
    try:
        tag = base64.urlsafe_b64decode(encoded)
    except (binascii.Error, ValueError):
        return False
    if not version.isascii() or not version.isdigit():
        return False
    macs = keyring.macs(_signed(access, op_id, int(version)), "receipts")
    return any(mac[:_TAG] == tag for mac in macs)


def _signed(access: Access, op_id: UUID, version: int) -> bytes:
    person = access.employee_id
    assert person is not None
    return access.region_id.bytes + person.bytes + op_id.bytes + str(version).encode()


async def confirmed(
    driver: asyncpg.Connection, access: Access, keyring: Keyring, items: list[ReceiptIn]
) -> list[ReceiptOut]:
    """For each operation whether its change is stored, and whether its receipt is ours."""
    if access.employee_id is None:
        raise Problem("NOT_AN_EMPLOYEE")
    found = await queries.receipts(driver, access, [each.op_id for each in items])
    results = []
    for each in items:
        row = found.get(each.op_id)
        if row is not None and row["actor_id"] != access.employee_id:
            row = None
        results.append(
            ReceiptOut(
                op_id=each.op_id,
                stored=row is not None,
                genuine=is_genuine(keyring, access, each.op_id, each.receipt) if each.receipt else None,
                type=row["entity"] if row else None,
                id=row["entity_id"] if row else None,
                version=row["version"] if row else None,
                at=row["at"] if row else None,
            )
        )
    return results
