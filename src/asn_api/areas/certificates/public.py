"""What anybody may ask: whether a certificate with this code was issued here, and still holds."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import system
from asn_api.access.grants import Permission
from asn_api.access.regions import named
from asn_api.areas.certificates import queries
from asn_api.areas.certificates.schemas import PublicCertificateOut
from asn_api.areas.employees.shapes import full_name
from asn_api.errors import Problem
from asn_api.rules.certificates import CertificatePublicState, CertificateStatus, normalised_code


async def verified(db: AsyncSession, code: str, now: datetime) -> PublicCertificateOut:
    """`code` is the region's code, a dot, and the certificate's; unknown ones are all refused alike."""
    region_code, _, own = code.rpartition(".")
    region = await named(db, region_code.lower())
    if region is None:
        raise Problem("NOT_FOUND")
    access = system(region.id, Permission.CERTIFICATES_READ, now, region.zone)
    row = (await db.execute(queries.by_code(access, normalised_code(own)))).mappings().one_or_none()
    if row is None:
        raise Problem("NOT_FOUND")
    revoked = row["status"] is CertificateStatus.REVOKED
    return PublicCertificateOut(
        number=row["number"],
        name=full_name(dict(row)),
        course=row["course"],
        issuer=row["issuer"],
        jp=row["jp"],
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
        issued_on=row["issued_on"],
        state=CertificatePublicState.REVOKED if revoked else CertificatePublicState.VALID,
    )
