"""Who sees a certificate: whoever reaches its holder today, because it goes with the person."""

from sqlalchemy import ColumnElement, and_

from asn_api.access.actor import Access
from asn_api.access.scope import employees_within
from asn_api.tables.certificates import TrainingCertificate


def certificates_within(access: Access) -> ColumnElement[bool]:
    """One's own, those of one's team, and of those whose post of today lies in the branch."""
    return and_(
        TrainingCertificate.region_id == access.region_id,
        employees_within(access, TrainingCertificate.employee_id),
    )
