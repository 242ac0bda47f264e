"""Forgets what proved something once and no longer does."""

from datetime import timedelta

from sqlalchemy import delete

from asn_api.core.idempotency import IdempotencyKey
from asn_api.core.jobs import Job, Means
from asn_api.tables.identity import OneTimeCode, Session, SignInFailure

ANSWERS_KEPT = timedelta(days=7)
FAILURES_KEPT = timedelta(days=1)
PROOFS_KEPT = timedelta(days=30)
"""After their end: an admin may still ask which device or code it was."""


async def forget_expired(means: Means) -> None:
    now = means.clock()
    for statement in (
        delete(IdempotencyKey).where(IdempotencyKey.created_at < now - ANSWERS_KEPT),
        delete(OneTimeCode).where(OneTimeCode.expires_at < now - PROOFS_KEPT),
        delete(Session).where(Session.expires_at < now - PROOFS_KEPT),
        delete(SignInFailure).where(
            SignInFailure.last_at < now - FAILURES_KEPT, SignInFailure.blocked_until < now
        ),
    ):
        async with means.database.sessions() as db, db.begin():
            await db.execute(statement)


FORGET_EXPIRED = Job("identity.forget_expired", forget_expired, every="41 * * * *")
