"""Complaints over HTTP for everybody: no account, no token; a code and a PIN afterwards."""

import hashlib
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Header, Query, Request, Response

from asn_api.access.guard import client_address, public
from asn_api.areas.complaints import contacts, figures, intake, media, queries, reporting
from asn_api.areas.complaints.desk import public_access, tracked
from asn_api.areas.complaints.figure_schemas import ComplaintStatisticsOut
from asn_api.areas.complaints.public_schemas import (
    ContactCodeIn,
    ContactCodeOut,
    OwnComplaintOut,
    PublicCategoriesOut,
    ReceiptOut,
    ReopeningIn,
    SatisfactionIn,
    SimilarIn,
    SimilarsOut,
    SubmissionIn,
    TrackedOut,
    WordsIn,
)
from asn_api.areas.complaints.similar import similar
from asn_api.areas.identity.desk import Desk, region_named
from asn_api.areas.policies.current import policy_on
from asn_api.core.http import downloads
from asn_api.core.http.route import Db, Now, Route, Store, Tx, Writing, in_turns
from asn_api.errors import Problem
from asn_api.rules.complaint_policy import ComplaintPolicy
from asn_api.rules.files import MEDIA_TYPES
from asn_api.rules.policy import FilePolicy

router = APIRouter(prefix="/v1/public", tags=["complaints"], route_class=Route)


async def _desk(request: Request, now: Now) -> Desk:
    request_id = request.scope.get("asn_request_id")
    return Desk.at(request.app.state, now, client_address(request), request_id)


AtDesk = Annotated[Desk, Depends(_desk)]
Region = Annotated[
    str | None, Query(max_length=200, description="The region's code, unless there is a default.")
]
Pin = Annotated[
    str, Header(alias="Complaint-Pin", max_length=20, description="The PIN that came with the code.")
]
MaybePin = Annotated[
    str | None, Header(alias="Complaint-Pin", max_length=20, description="To see all of one's own complaint.")
]


@router.get("/complaint-categories", dependencies=[public])
async def list_public_complaint_categories(
    desk: AtDesk, db: Db, region: Region = None
) -> PublicCategoriesOut:
    """What a complaint can be about, and which agency answers for it as a rule."""
    access = public_access(desk, await region_named(db, region, desk.settings))
    policy = await policy_on(db, access.region_id, ComplaintPolicy, access.today)
    rows = (await db.execute(queries.open_categories(access))).mappings()
    can_check = contacts.is_on(desk.settings)
    return PublicCategoriesOut.model_validate(
        {
            "contact_check": can_check,
            "contact_check_required": can_check and policy.contact_check_required,
            "data": [dict(row) for row in rows],
        }
    )


@router.post("/complaints/contact-codes", status_code=202, dependencies=[public])
async def send_contact_code(desk: AtDesk, work: Writing, given: ContactCodeIn) -> ContactCodeOut:
    """Have a six-digit code sent to an e-mail address, to be given as `contact_code` with the complaint.

    Only where the list of categories says `contact_check`. The answer is the same whether the address exists. A newer
    code takes the place of the one before; asking again and again has to wait (429).
    """
    minutes = await contacts.send_code(desk, given.region, given.email, dry=work.dry)
    return ContactCodeOut(minutes=minutes)


@router.get("/complaint-statistics", response_model=ComplaintStatisticsOut, dependencies=[public])
async def get_complaint_statistics(
    desk: AtDesk,
    db: Db,
    region: Region = None,
    year: Annotated[
        int | None, Query(ge=2000, le=2100, description="Of receipt; by default this year.")
    ] = None,
) -> Response:
    """How many complaints each agency received, answered in time, how long it took and how content reporters were.

    Counted each night. What rests on few complaints is not told and cannot be calculated from the rest.
    """
    access = public_access(desk, await region_named(db, region, desk.settings))
    found = await figures.of_year(access, db, access.today.year if year is None else year)
    body = orjson.dumps(ComplaintStatisticsOut.model_validate(found).model_dump(mode="json"))
    headers = {
        "ETag": f'"{hashlib.sha256(body).hexdigest()[:16]}"',
        "Cache-Control": "public, max-age=300",
    }
    return Response(body, headers=headers, media_type="application/json")


@router.post("/complaints/similar", dependencies=[public])
async def find_similar_complaints(desk: AtDesk, db: Db, given: SimilarIn) -> SimilarsOut:
    """What may be the same, before sending: by words in common and by nearness, each with its reasons.

    Only complaints that the coordinator has looked at and that are not secret. To join one, name it in `joins`.
    """
    access = public_access(desk, await region_named(db, given.region, desk.settings))
    return SimilarsOut.model_validate({"data": await similar(access, db, given)})


@router.post("/complaints", status_code=201, dependencies=[public])
@in_turns(2, waiting=60)
async def submit_complaint(
    desk: AtDesk, work: Writing, store: Store, given: SubmissionIn, response: Response
) -> ReceiptOut:
    """Report something in one request, with photos if you like. The answer has the code and the PIN, only here.

    Who sends it again with the same `key` and content gets the same receipt (200): harmless on a bad line. Photos lose
    place, time and owner. The name goes sealed to a place of its own.
    """
    async with desk.database.sessions() as own:
        access = public_access(desk, await region_named(own, given.region, desk.settings))
        policy = await policy_on(own, access.region_id, ComplaintPolicy, access.today)
        files = await policy_on(own, access.region_id, FilePolicy, access.today)
    kept = await media.looked_at(given.media, policy, files, store)
    verified = await contacts.is_checked(desk, access, policy, given)
    receipt, is_new = await intake.submit(
        access, work.session, desk.keyring, store, given, kept, dry=work.dry, contact_verified=verified
    )
    if not is_new:
        response.status_code = 200
    elif verified and given.reporter and given.reporter.email and not work.dry:
        await contacts.use_up(desk, work.session, access, given.reporter.email)
    return receipt


@router.get("/complaints/{code}", dependencies=[public])
async def track_complaint(
    desk: AtDesk, db: Db, code: str, pin: MaybePin = None, region: Region = None
) -> OwnComplaintOut | TrackedOut:
    """The status and the public answers; with the PIN everything that was written, and what one may do.

    A secret complaint needs the PIN. Wrong codes and PINs make the next attempts wait (429), never for good.
    """
    access, id = await tracked(desk, region, code, pin)
    found = await reporting.shown(access, db, id, own=pin is not None)
    return OwnComplaintOut.model_validate(found) if pin is not None else TrackedOut.model_validate(found)


@router.get(
    "/complaints/{code}/files/{file_id}",
    dependencies=[public],
    response_class=Response,
    responses=downloads.answers(*MEDIA_TYPES.values()),
)
async def download_own_complaint_file(
    desk: AtDesk,
    db: Db,
    store: Store,
    code: str,
    file_id: UUID,
    pin: Pin,
    part: downloads.Part,
    region: Region = None,
) -> Response:
    """A photo or document that one has sent oneself, as it was kept: photos without place, time and owner."""
    access, id = await tracked(desk, region, code, pin)
    stored = await media.stored(access, db, id, file_id)
    if stored is None or store is None:
        raise Problem("COMPLAINT_UNKNOWN")
    return await downloads.download(store, stored, part)


@router.post("/complaints/{code}/messages", dependencies=[public])
@in_turns(2, waiting=60)
async def write_to_complaint(
    desk: AtDesk,
    work: Writing,
    store: Store,
    code: str,
    pin: Pin,
    given: WordsIn,
    region: Region = None,
) -> OwnComplaintOut:
    """Give what was asked for, reply to an answer, or add something, with photos if you like.

    A reply to an answer takes the complaint back to the agency.
    """
    access, id = await tracked(desk, region, code, pin)
    async with desk.database.sessions() as own:
        policy = await policy_on(own, access.region_id, ComplaintPolicy, access.today)
        files = await policy_on(own, access.region_id, FilePolicy, access.today)
    kept = await media.looked_at(given.media, policy, files, store)
    await reporting.write(access, work.session, store, id, given, kept, dry=work.dry)
    return await _own(desk, work.session, access, id)


@router.post("/complaints/{code}/satisfaction", dependencies=[public])
async def accept_answer(
    desk: AtDesk, db: Tx, code: str, pin: Pin, given: SatisfactionIn, region: Region = None
) -> OwnComplaintOut:
    """Accept the answer, which closes the complaint, and say how content you are; or say so, once, after it closed."""
    access, id = await tracked(desk, region, code, pin)
    await reporting.content(access, db, id, given)
    return await _own(desk, db, access, id)


@router.post("/complaints/{code}/reopening", dependencies=[public])
async def reopen_complaint(
    desk: AtDesk, db: Tx, code: str, pin: Pin, given: ReopeningIn, region: Region = None
) -> OwnComplaintOut:
    """Open a closed complaint again within the region's days, with the reason: the agency is asked anew."""
    access, id = await tracked(desk, region, code, pin)
    await reporting.reopen(access, db, id, given.text)
    return await _own(desk, db, access, id)


async def _own(desk: Desk, db: Any, access: Any, id: Any) -> OwnComplaintOut:
    return OwnComplaintOut.model_validate(await reporting.shown(access, db, id, own=True))
