"""Tells those who handle a complaint that something waits for them."""

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.complaints import ENTITY
from asn_api.areas.complaints import telling_queries as queries
from asn_api.areas.complaints.codes import shown_code
from asn_api.areas.notifications.writing import Notice, notify
from asn_api.core.database import driver_of
from asn_api.rules.complaints import WITH_AGENCY
from asn_api.rules.notifications import NoticeKind
from asn_api.tables.complaints import Complaint


async def tell_agency(
    access: Access, db: AsyncSession, complaint: Complaint, kind: NoticeKind = NoticeKind.COMPLAINT_REPLIED
) -> None:
    """The officer; where there is none the agency's head and contacts; nobody while it is with the coordinator."""
    if complaint.status not in WITH_AGENCY:
        return
    parts = {queries.OFFICER} if complaint.officer_id else {queries.HEAD, queries.CONTACT}
    params = {"code": shown_code(complaint.code)}
    rows = await db.execute(queries.people(access, [complaint.id]))
    told = {row.employee_id for row in rows if row.part in parts and row.employee_id != access.employee_id}
    notices = [Notice(each, kind, ENTITY, complaint.id, params=params) for each in sorted(told)]
    await notify(await driver_of(db), access, notices)
