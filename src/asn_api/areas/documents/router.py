"""The official forms as PDF."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import require
from asn_api.areas.certificates import showing as certificates
from asn_api.areas.documents import evaluation_forms, forms, queries
from asn_api.areas.documents.certificates import certificate_form
from asn_api.areas.documents.rendering import rendered
from asn_api.areas.evaluations import showing as evaluations
from asn_api.areas.performance import showing
from asn_api.core.http.route import Db, Route, etag
from asn_api.errors import Problem

router = APIRouter(prefix="/v1", tags=["documents"], route_class=Route)

CanReadPlans = Annotated[Access, require(Permission.PLANS_READ)]
CanReadEvaluations = Annotated[Access, require(Permission.EVALUATIONS_READ)]
CanReadCertificates = Annotated[Access, require(Permission.CERTIFICATES_READ)]

MEDIA_TYPE = "application/pdf"
PDF: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The form, PDF/A-2a, the same bytes as long as the content is the same.",
        "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
        "headers": {name: {"schema": {"type": "string"}} for name in ("ETag", "Content-Disposition")},
    }
}


@router.get("/plans/{plan_id}/document", response_class=Response, responses=PDF)
async def get_plan_document(access: CanReadPlans, db: Db, plan_id: UUID) -> Response:
    """The plan (SKP) in the official layout, in Indonesian. One that is not approved says that it is a draft."""
    plan = await showing.shown(access, db, plan_id)
    issuer = (await db.execute(queries.issuer(access, plan.unit_id))).one()
    content = forms.plan_form(plan, forms.Issuer(*issuer))
    written = await rendered("plan", content, plan.decided_at or plan.submitted_at)
    return _pdf(written, f"skp-{plan.employee.nip}-{plan.year}", plan.version)


@router.get("/evaluations/{id}/document", response_class=Response, responses=PDF)
async def get_evaluation_document(access: CanReadEvaluations, db: Db, id: UUID) -> Response:
    """The evaluation in the official layout (D.1.1), in Indonesian. One that is not settled says so."""
    evaluation = await evaluations.shown(access, db, id)
    plan = await showing.shown(access, db, evaluation.plan_id)
    issuer = (await db.execute(queries.issuer(access, evaluation.unit_id))).one()
    content = evaluation_forms.evaluation_form(evaluation, plan, forms.Issuer(*issuer))
    written = await rendered("evaluation", content, evaluation.rated_at or evaluation.reported_at)
    name = f"evaluasi-{evaluation.employee.nip}-{evaluation.period_end}"
    return _pdf(written, name, evaluation.version)


@router.get("/evaluations/{id}/objection/document", response_class=Response, responses=PDF)
async def get_objection_document(access: CanReadEvaluations, db: Db, id: UUID) -> Response:
    """The decision on the objection to an evaluation, in Indonesian. One that is open says so."""
    evaluation = await evaluations.shown(access, db, id)
    if evaluation.objection is None:
        raise Problem("NOT_FOUND")
    plan = await showing.shown(access, db, evaluation.plan_id)
    issuer = (await db.execute(queries.issuer(access, evaluation.unit_id))).one()
    content = evaluation_forms.objection_form(evaluation, evaluation.objection, plan, forms.Issuer(*issuer))
    written = await rendered("objection", content, evaluation.objection.decided_at)
    name = f"keberatan-{evaluation.employee.nip}-{evaluation.period_end}"
    return _pdf(written, name, evaluation.objection.version)


@router.get("/certificates/{id}/document", response_class=Response, responses=PDF)
async def get_certificate_document(
    access: CanReadCertificates, db: Db, id: UUID, request: Request
) -> Response:
    """A certificate issued here, with the QR code of its public verification, in Indonesian. A revoked one says so.

    External certificates are not made here: their file is `/v1/files/{file_id}/content`.
    """
    certificate = await certificates.wire(access, db, id)
    if certificate.verification_path is None:
        raise Problem("CERTIFICATE_NOT_ISSUED_HERE")
    name = await db.scalar(queries.full_name(access, certificate.employee.id))
    address = f"{request.app.state.settings.public_url}{certificate.verification_path}"
    content = certificate_form(certificate, name or certificate.employee.name, address)
    written = await rendered("certificate", content, certificate.created_at)
    return _pdf(written, f"sertifikat-{certificate.number.replace('/', '-').lower()}", certificate.version)


def _pdf(written: bytes, name: str, version: int) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"', "ETag": etag(version)}
    return Response(written, headers=headers, media_type=MEDIA_TYPE)
