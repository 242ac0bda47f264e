"""Whether a reporter reads the address he gives: a code by mail, typed in when he sends."""

import hmac
import secrets
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.authority import identity_policy
from asn_api.areas.complaints import contact_queries, queries
from asn_api.areas.complaints.codes import submission_index
from asn_api.areas.complaints.desk import public_access
from asn_api.areas.complaints.public_schemas import SubmissionIn
from asn_api.areas.identity.desk import Desk, acquit, charge, region_named
from asn_api.areas.policies.current import policy_on
from asn_api.core import mail
from asn_api.core.crypto import Keyring
from asn_api.core.settings import Settings
from asn_api.errors import Fault, Problem
from asn_api.rules.complaint_policy import ComplaintPolicy

DIGITS = 6
SUBJECT = "Kode kontak laporan Anda"
TEXT = """Kode Anda: {code}

Masukkan kode ini saat mengirim laporan. Kode berlaku {minutes} menit.
Jika Anda tidak sedang mengirim laporan, abaikan surel ini.

Your code: {code}

Enter it when you send your report. It is valid for {minutes} minutes.
If you are not sending a report, ignore this message.
"""


def is_on(settings: Settings) -> bool:
    return settings.smtp_url is not None


async def send_code(desk: Desk, region_code: str | None, email: str, *, dry: bool) -> int:
    """Minutes for which the code is valid. A newer one takes the place of the one before.

    Requests are counted for the contact and the caller's address; one that was used is forgiven.
    """
    async with desk.database.sessions.begin() as own:
        access = public_access(desk, await region_named(own, region_code, desk.settings))
        policy = await policy_on(own, access.region_id, ComplaintPolicy, access.today)
        if not is_on(desk.settings):
            raise Problem("COMPLAINT_CONTACT_CHECK_OFF")
        if dry:
            return policy.contact_code_minutes
        await charge(
            own,
            desk.brakes(access.region_id, _what(email)),
            await identity_policy(own, access.region_id, access.today),
            desk.now,
        )
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    index = contact_index(desk.keyring, email)
    async with desk.database.sessions.begin() as own:
        until = desk.now + timedelta(minutes=policy.contact_code_minutes)
        digest = _digest(desk.keyring, access, index, code)
        await own.execute(contact_queries.put(access, index, digest, until))
    text = TEXT.format(code=code, minutes=policy.contact_code_minutes)
    try:
        await mail.send(desk.settings, email, SUBJECT, text)
    except Problem:
        # Not his fault: he may try again at once.
        async with desk.database.sessions.begin() as own:
            await acquit(desk, own, access.region_id, _what(email))
        raise
    return policy.contact_code_minutes


async def is_checked(desk: Desk, access: Access, policy: ComplaintPolicy, given: SubmissionIn) -> bool:
    """Whether the code that came along proves the address. A wrong one is refused, and so is none where one is needed.

    The code is still good afterwards: it is used up with the complaint, in its transaction. What is sent again has
    been checked the first time.
    """
    email = given.reporter.email if given.reporter else None
    if email is None or not is_on(desk.settings):
        return False
    async with desk.database.sessions.begin() as own:
        if given.contact_code is None:
            if policy.contact_check_required and not await _is_known(desk, own, access, given):
                raise _wrong("COMPLAINT_CONTACT_CODE_REQUIRED")
            return False
        index = contact_index(desk.keyring, email)
        row = await own.scalar(contact_queries.code_of(access, index).with_for_update())
        if row is not None and row.expires_at > desk.now and row.attempts < policy.contact_code_attempts:
            if hmac.compare_digest(row.digest, _digest(desk.keyring, access, index, given.contact_code)):
                return True
            row.attempts += 1
        is_known = await _is_known(desk, own, access, given)
    if not is_known:
        raise _wrong("COMPLAINT_CONTACT_CODE_WRONG")
    return False


async def use_up(desk: Desk, db: AsyncSession, access: Access, email: str) -> None:
    """With the complaint that it proved; the contact and the address get back what the request was charged."""
    await db.execute(contact_queries.without(access, contact_index(desk.keyring, email)))
    await acquit(desk, db, access.region_id, _what(email))


def contact_index(keyring: Keyring, email: str) -> bytes:
    return keyring.blind_index(email.casefold(), "complaint_contact_codes.contact")


async def _is_known(desk: Desk, db: AsyncSession, access: Access, given: SubmissionIn) -> bool:
    if given.key is None:
        return False
    index = submission_index(desk.keyring, access.region_id, given.key)
    return await db.scalar(queries.by_submission(access, index)) is not None


def _what(email: str) -> str:
    return f"complaint-contact/{email.casefold()}"


def _digest(keyring: Keyring, access: Access, index: bytes, code: str) -> bytes:
    return keyring.blind_index(f"{access.region_id}/{index.hex()}/{code}", "complaint_contact_codes.digest")


def _wrong(code: str) -> Problem:
    return Problem("REQUEST_INVALID", faults=[Fault("/contact_code", code)])
