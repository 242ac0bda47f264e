"""The SQL of the audit trail."""

from typing import Any

from sqlalchemy import Select, and_, func, select

from asn_api.access.actor import Access
from asn_api.access.complaints import entries_not_kept
from asn_api.access.scope import entries_within
from asn_api.areas.journal.schemas import JournalFilter
from asn_api.core.http.paging import Key
from asn_api.core.journal import JournalEntry
from asn_api.tables.employees import Employee
from asn_api.tables.identity import Account, Client

NEWEST_FIRST = [Key(JournalEntry.__table__.c.seq, "seq", int, True)]


def entries(access: Access, wanted: JournalFilter) -> Select[Any]:
    """Entries about units and employees within reach, each with the name of who made it."""
    statement = (
        select(
            JournalEntry.seq,
            JournalEntry.at,
            JournalEntry.entity,
            JournalEntry.entity_id,
            JournalEntry.version,
            JournalEntry.action,
            JournalEntry.changes,
            JournalEntry.account_id,
            JournalEntry.actor_id,
            JournalEntry.client_id,
            JournalEntry.on_behalf_of,
            JournalEntry.request_id,
            JournalEntry.unit_id,
            JournalEntry.employee_id,
            func.coalesce(Employee.name, Account.login, Client.name).label("author_name"),
        )
        .outerjoin(
            Employee, and_(Employee.region_id == JournalEntry.region_id, Employee.id == JournalEntry.actor_id)
        )
        .outerjoin(
            Account, and_(Account.region_id == JournalEntry.region_id, Account.id == JournalEntry.account_id)
        )
        .outerjoin(
            Client, and_(Client.region_id == JournalEntry.region_id, Client.id == JournalEntry.client_id)
        )
        .where(
            JournalEntry.region_id == access.region_id,
            entries_within(access, JournalEntry.employee_id, JournalEntry.unit_id),
            entries_not_kept(access, JournalEntry.entity, JournalEntry.entity_id),
        )
    )
    for column, value in (
        (JournalEntry.entity, wanted.entity),
        (JournalEntry.entity_id, wanted.entity_id),
        (JournalEntry.employee_id, wanted.employee_id),
        (JournalEntry.account_id, wanted.account_id),
        (JournalEntry.action, wanted.action),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if wanted.since:
        statement = statement.where(JournalEntry.at >= wanted.since)
    if wanted.before:
        statement = statement.where(JournalEntry.at < wanted.before)
    return statement
