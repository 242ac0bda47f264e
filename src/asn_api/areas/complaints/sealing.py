"""Who reported, as one sealed value bound to the complaint, and the index that counts a contact's reports."""

from uuid import UUID

import orjson

from asn_api.areas.complaints.public_schemas import ReporterIn
from asn_api.core.crypto import Keyring


def seal(keyring: Keyring, region_id: UUID, complaint_id: UUID, reporter: ReporterIn) -> bytes:
    return keyring.seal(orjson.dumps(reporter.model_dump()), context(region_id, complaint_id))


def unseal(keyring: Keyring, region_id: UUID, complaint_id: UUID, sealed: bytes) -> dict[str, str | None]:
    opened: dict[str, str | None] = orjson.loads(keyring.open(sealed, context(region_id, complaint_id)))
    return opened


def context(region_id: UUID, complaint_id: UUID) -> str:
    """What `complaint_reporters.identity` is bound to."""
    return f"complaint_reporters.identity:{region_id}/{complaint_id}"


def contact_index(keyring: Keyring, reporter: ReporterIn) -> bytes:
    """Equal for the same number, however it is written, or else the same address."""
    if reporter.phone is not None:
        digits = "".join(filter(str.isdigit, reporter.phone))
        contact = "62" + digits[1:] if digits.startswith("0") else digits
    else:
        contact = (reporter.email or "").casefold()
    return keyring.blind_index(contact, "complaint_reporters.contact")
