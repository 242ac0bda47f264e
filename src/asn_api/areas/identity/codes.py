"""One-time codes that an admin hands out: for the first password and for a forgotten one."""

import csv
import io
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.authority import identity_policy
from asn_api.areas.identity import queries
from asn_api.areas.identity.accounts import ensure_accounts
from asn_api.areas.identity.schemas import CodeOut, CodesIn, CodesOut, RefusedOut
from asn_api.areas.identity.traces import trace
from asn_api.core.cells import neutral
from asn_api.core.crypto import Keyring, one_time_code
from asn_api.core.journal import Change
from asn_api.core.mapping import uuid7
from asn_api.errors import Language, Problem, catalogue
from asn_api.rules.identity import AccountStatus, CodePurpose
from asn_api.tables.employees import Employee
from asn_api.tables.identity import Account, OneTimeCode
from asn_api.tables.organization import Unit


async def issue(
    access: Access, db: AsyncSession, keyring: Keyring, given: CodesIn, language: Language
) -> CodesOut:
    """A code for each account that fits the purpose; its earlier codes stop working."""
    fitting, refused = await _sorted_out(access, db, given)
    policy = await identity_policy(db, access.region_id, access.today)
    expires_at = access.now + timedelta(days=policy.code_valid_days)
    await db.execute(
        update(OneTimeCode)
        .where(
            OneTimeCode.region_id == access.region_id,
            OneTimeCode.account_id.in_([row.Account.id for row in fitting]),
            OneTimeCode.used_at.is_(None),
            OneTimeCode.expires_at > access.now,
        )
        .values(expires_at=access.now)
    )
    issued, rows, happened = [], [], []
    for row in fitting:
        code, id = one_time_code(), uuid7()
        issued.append(
            CodeOut(
                employee_id=row.id,
                nip=row.nip,
                name=row.name,
                unit_name=row.unit_name,
                code=code,
                expires_at=expires_at,
            )
        )
        rows.append(
            {
                "region_id": access.region_id,
                "id": id,
                "account_id": row.Account.id,
                "purpose": given.purpose,
                "code_hash": keyring.code_digest(code),
                "created_at": access.now,
                "created_by": access.actor.account_id,
                "expires_at": expires_at,
                "attempts": 0,
            }
        )
        what = {"purpose": given.purpose.value, "expires_at": expires_at.isoformat()}
        happened.append(
            Change("one_time_code", id, 1, "ISSUE", what, unit_id=row.unit_id, employee_id=row.id)
        )
    if rows:
        await db.execute(insert(OneTimeCode), rows)
        await trace(db, access.author, access.now, *happened)
    messages = catalogue()
    return CodesOut(
        data=issued,
        refused=[
            RefusedOut(employee_id=id, code=code, message=messages[code].detail[language])
            for id, code in refused
        ],
    )


async def _sorted_out(
    access: Access, db: AsyncSession, given: CodesIn
) -> tuple[list[Any], list[tuple[Any, str]]]:
    statement = queries.employees_for_codes(access, access.today)
    if given.unit_id is not None:
        unit = await queries.unit(access, db, given.unit_id)
        if unit is None:
            raise Problem("NOT_FOUND")
        chosen = statement.where(Employee.active, Unit.path.startswith(unit.path, autoescape=True))
    else:
        chosen = statement.where(Employee.id.in_(given.employee_ids or []))
    missing = [row.id for row in await db.execute(chosen) if row.Account is None]
    if missing:
        await ensure_accounts(db, access.region_id, missing, access.author, access.now)
    locked = chosen.with_for_update(of=Account, key_share=True).where(Account.id.is_not(None))
    rows = list(await db.execute(locked.execution_options(populate_existing=True)))
    judged = [(row, _refusal(access, given.purpose, row)) for row in rows]
    fitting = [row for row, code in judged if code is None]
    if given.unit_id is not None:
        return fitting, []
    refused = [(row.id, code) for row, code in judged if code is not None]
    seen = {row.id for row in rows}
    return fitting, refused + [(id, "NOT_FOUND") for id in given.employee_ids or [] if id not in seen]


def _refusal(access: Access, purpose: CodePurpose, row: Any) -> str | None:
    account: Account = row.Account
    if account.id == access.actor.account_id:
        return "SELF_ADMINISTRATION"
    if row.outranks:
        return "ACCOUNT_OUTRANKS"
    if purpose is CodePurpose.ACTIVATION and account.status is not AccountStatus.PENDING:
        return "ACCOUNT_NOT_PENDING"
    if purpose is CodePurpose.PASSWORD_RESET and account.status is not AccountStatus.ACTIVE:
        return "ACCOUNT_NOT_ACTIVE"
    return None


def table(codes: CodesOut) -> bytes:
    """The codes as CSV, to be printed and cut; the mark at the beginning makes Excel read UTF-8."""
    lines: list[Sequence[str]] = [("nip", "name", "unit", "code", "expires_at", "employee_id", "refused")]
    for each in codes.data:
        until = each.expires_at.isoformat()
        lines.append((each.nip, each.name, each.unit_name or "", each.code, until, str(each.employee_id), ""))
    for refusal in codes.refused:
        lines.append(("", "", "", "", "", str(refusal.employee_id), refusal.code))
    text = io.StringIO()
    csv.writer(text).writerows([neutral(cell) for cell in line] for line in lines)
    return b"\xef\xbb\xbf" + text.getvalue().encode()
