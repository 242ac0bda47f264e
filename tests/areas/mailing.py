"""A real SMTP server on the loopback that keeps what it is given."""

import asyncio
import email
import email.policy
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP


@dataclass
class Inbox:
    """`refusal` is what it answers to every recipient instead of taking the mail."""

    port: int = 0
    refusal: str | None = None
    silent: bool = False
    envelopes: list[tuple[str, list[str], EmailMessage]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def code(self) -> str:
        """The one of the newest mail."""
        text = self.envelopes[-1][2].get_content()
        found = re.search(r"Kode Anda: ([0-9]{6})\b", text)
        assert found is not None, text
        return found[1]

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, _: Any) -> str:
        if self.silent:
            await asyncio.sleep(60)
        if self.refusal is not None:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message = email.message_from_bytes(envelope.content, _class=EmailMessage, policy=email.policy.default)
        self.envelopes.append((envelope.mail_from, list(envelope.rcpt_tos), message))
        return "250 OK"


@asynccontextmanager
async def inbox() -> AsyncIterator[Inbox]:
    kept = Inbox()
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(kept, hostname="localhost", enable_SMTPUTF8=True), "127.0.0.1", 0
    )
    kept.port = server.sockets[0].getsockname()[1]
    try:
        yield kept
    finally:
        server.close()
