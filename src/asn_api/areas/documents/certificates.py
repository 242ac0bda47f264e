"""What a certificate says on paper, and the QR code that leads to its public verification."""

import io
from typing import Any

import segno

from asn_api.areas.certificates.schemas import CertificateOut
from asn_api.areas.documents.forms import day_text, span_text
from asn_api.rules.certificates import CertificateStatus
from asn_api.rules.labels import label


def certificate_form(certificate: CertificateOut, name: str, address: str) -> dict[str, Any]:
    """One issued here. `address` is of the public verification; a revoked one says so across its face."""
    revoked = certificate.status is CertificateStatus.REVOKED
    return {
        "title": f"Sertifikat {certificate.number}",
        "issuer": certificate.issuer,
        "footer": f"{certificate.number} · versi {certificate.version}",
        "number": certificate.number,
        "draft": "DICABUT" if revoked else None,
        "name": name,
        "nip": certificate.employee.nip,
        "course": certificate.title,
        "kind": label(certificate.kind, "id"),
        "days": day_text(certificate.ends_on)
        if certificate.starts_on == certificate.ends_on
        else span_text(certificate.starts_on, certificate.ends_on),
        "jp": certificate.jp,
        "issued": day_text(certificate.issued_on),
        "address": address,
        "code": address.rpartition("/")[2],
        "qr": qr(address),
    }


def qr(text: str) -> str:
    """As SVG; level M reads through a fold or a stamp on a quarter of it."""
    written = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        written, kind="svg", border=2, xmldecl=False, svgns=True, nl=False
    )
    return written.getvalue().decode()
