"""Certificates as they are read, and what the caller may do with each."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.monitoring import by
from asn_api.areas.certificates import queries
from asn_api.areas.certificates.schemas import CertificateOut, CertificateSummary, ResemblingOut
from asn_api.core.http.exports import Column
from asn_api.errors import Problem
from asn_api.rules.certificates import (
    CertificateAction,
    CertificateActor,
    CertificateStatus,
    Resemblance,
    certificate_refusal,
    grouped_code,
)

VERIFICATIONS = "/v1/certificate-verifications"

COLUMNS = (
    Column("NIP", "NIP", lambda row: row["employee_nip"]),
    Column("Nama", "Name", lambda row: row["employee_name"]),
    Column("Pelatihan", "Training", lambda row: row["title"]),
    Column("Jenis", "Kind", lambda row: row["kind"]),
    Column("Nomor", "Number", lambda row: row["number"]),
    Column("Penerbit", "Issuer", lambda row: row["issuer"]),
    Column("JP", "Hours", lambda row: row["jp"]),
    Column("Mulai", "From", lambda row: row["starts_on"]),
    Column("Selesai", "To", lambda row: row["ends_on"]),
    Column("Tahun", "Year", lambda row: row["year"]),
    Column("Asal", "Origin", lambda row: row["origin"]),
    Column("Status", "Status", lambda row: row["status"]),
)


async def shown(access: Access, db: AsyncSession, id: UUID) -> dict[str, Any]:
    row = (await db.execute(queries.certificate(access, id))).mappings().one_or_none()
    if row is None:
        raise Problem("NOT_FOUND")
    actors = await actors_of(access, db, row)
    looks = CertificateActor.VERIFIER in actors and row["status"] is CertificateStatus.CLAIMED
    alike = await resembling(access, db, [id]) if looks else {}
    return {
        **summary(row),
        "decided_by": row["decided_by"],
        "reason": row["reason"],
        "verification_path": None
        if row["code"] is None
        else f"{VERIFICATIONS}/{row['region_code']}.{grouped_code(row['code'])}",
        "resembling": alike.get(id, []),
        "allowed_actions": [
            {"action": action, "refused": certificate_refusal(row["status"], action, actors)}
            for action in CertificateAction
        ],
    }


async def wire(access: Access, db: AsyncSession, id: UUID) -> CertificateOut:
    return CertificateOut.model_validate(await shown(access, db, id))


def summary(row: Any) -> dict[str, Any]:
    kept = CertificateSummary.model_fields.keys() - {"employee"}
    return {
        **{name: row[name] for name in kept},
        "employee": {"id": row["employee_id"], "nip": row["employee_nip"], "name": row["employee_name"]},
    }


async def actors_of(access: Access, db: AsyncSession, row: Any) -> set[CertificateActor]:
    """Whose certificate it is, and whether the caller's right to verify reaches it."""
    actors = set()
    if row["employee_id"] == access.employee_id:
        actors.add(CertificateActor.HOLDER)
    verifying = by(access, Permission.CERTIFICATES_VERIFY)
    if verifying.scopes and await db.scalar(queries.reached(verifying, row["id"])):
        actors.add(CertificateActor.VERIFIER)
    return actors


async def resembling(
    access: Access, db: AsyncSession, ids: Iterable[UUID]
) -> dict[UUID, list[ResemblingOut]]:
    """By the claim that they resemble; each other certificate once, with all reasons."""
    found: dict[UUID, dict[UUID, ResemblingOut]] = {}
    for row in await db.execute(queries.resembling(access, list(ids))):
        each = found.setdefault(row.of, {}).setdefault(
            row.certificate_id,
            ResemblingOut(
                certificate_id=row.certificate_id,
                number=row.number,
                status=row.status,
                of_same_person=row.of_same_person,
                reasons=[],
            ),
        )
        each.reasons.append(Resemblance(row.reason))
    return {of: list(others.values()) for of, others in found.items()}
