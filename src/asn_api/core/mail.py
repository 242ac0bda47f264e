"""Mail through the operator's SMTP server; without one there is no mail."""

import asyncio
import logging
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any
from urllib.parse import unquote, urlsplit

import aiosmtplib

from asn_api.core.settings import Settings
from asn_api.errors import Problem

log = logging.getLogger(__name__)

SECONDS = 10
"""For one message, the wait for its turn included."""
_turn = asyncio.Semaphore(4)


async def send(settings: Settings, to: str, subject: str, text: str) -> None:
    """Handed to the server, or MAIL_UNREACHABLE. That it refuses the recipient stays its secret and ours."""
    assert settings.smtp_url is not None
    assert settings.smtp_from is not None
    message = EmailMessage()
    message["From"] = settings.smtp_from
    message["To"] = to
    message["Subject"] = subject
    message["Message-ID"] = make_msgid(domain=settings.smtp_from.rpartition("@")[2].rstrip(">"))
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    try:
        async with asyncio.timeout(SECONDS), _turn:
            await aiosmtplib.send(message, timeout=SECONDS, **_server(settings.smtp_url.get_secret_value()))
    except aiosmtplib.SMTPRecipientsRefused:
        log.info("the mail server refused a recipient")
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        # Its text may hold the address.
        log.error("the mail server failed: %s", type(error).__name__)
        raise Problem("MAIL_UNREACHABLE", headers={"Retry-After": "60"}) from None


def _server(url: str) -> dict[str, Any]:
    """`smtps://` is TLS from the beginning; `smtp://` uses STARTTLS where it is offered, with a password always."""
    parts = urlsplit(url)
    is_tls = parts.scheme == "smtps"
    user = unquote(parts.username) if parts.username else None
    return {
        "hostname": parts.hostname,
        "port": parts.port or (465 if is_tls else 587),
        "username": user,
        "password": unquote(parts.password) if parts.password else None,
        "use_tls": is_tls,
        "start_tls": False if is_tls else (True if user else None),
    }
