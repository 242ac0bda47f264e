"""The SQL of files: one's own uploads, files within reach, what may be forgotten."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, delete, exists, func, literal, or_, select, update
from sqlalchemy.sql.dml import ReturningDelete, ReturningUpdate

from asn_api.access.actor import Access
from asn_api.access.certificates import certificates_within
from asn_api.access.grants import Permission
from asn_api.access.monitoring import by, feedback_within
from asn_api.access.scope import records_within
from asn_api.rules.files import FileState
from asn_api.tables.certificates import TrainingCertificate
from asn_api.tables.employees import Employee
from asn_api.tables.files import Evidence, File
from asn_api.tables.monitoring import Feedback


def own(access: Access, id: UUID) -> Select[File]:
    """The caller's own upload."""
    return select(File).where(
        File.region_id == access.region_id, File.id == id, File.employee_id == access.employee_id
    )


def by_id(access: Access, id: UUID) -> Select[File]:
    """Whoever owns it: to know that an id is taken. Its content goes to nobody by this."""
    return select(File).where(File.region_id == access.region_id, File.id == id)


def lock_owner(access: Access) -> Select[UUID]:
    """The caller's row, which orders what he makes at once."""
    return (
        select(Employee.id)
        .where(Employee.region_id == access.region_id, Employee.id == access.employee_id)
        .with_for_update(key_share=True)
    )


def since(access: Access, moment: datetime) -> Select[int, int]:
    """How many files, and of how many bytes, the caller has begun since then."""
    return select(func.count(), func.coalesce(func.sum(File.length), 0)).where(
        File.region_id == access.region_id,
        File.employee_id == access.employee_id,
        File.created_at >= moment,
    )


def readable(access: Access, id: UUID) -> Select[File]:
    """The caller's own file, or one that evidence, feedback or a certificate within reach names."""
    named = exists().where(
        _names(),
        records_within(access, Evidence.employee_id, Evidence.unit_id),
    )
    # Who may read feedback is another question than who may read files: an admin reads no feedback.
    told = exists().where(_is_told(), feedback_within(by(access, Permission.FEEDBACK_READ)))
    claimed = exists().where(_is_claimed(), certificates_within(by(access, Permission.CERTIFICATES_READ)))
    mine = File.employee_id == access.employee_id
    return select(File).where(
        File.region_id == access.region_id, File.id == id, or_(mine, named, told, claimed)
    )


def naming(access: Access, file: File) -> Select[UUID, int, UUID, UUID]:
    """The evidence that names a file: for the journal."""
    return select(Evidence.id, Evidence.version, Evidence.employee_id, Evidence.unit_id).where(
        Evidence.region_id == access.region_id,
        Evidence.file_id == file.id,
        Evidence.employee_id == file.employee_id,
    )


def told(access: Access, file: File) -> Select[UUID]:
    """Feedback of its owner that names a file."""
    return select(Feedback.id).where(
        Feedback.region_id == access.region_id,
        Feedback.file_id == file.id,
        Feedback.giver_id == file.employee_id,
    )


def claimed(access: Access, file: File) -> Select[UUID]:
    """Certificates of its owner that it is the proof of."""
    return select(TrainingCertificate.id).where(
        TrainingCertificate.region_id == access.region_id,
        TrainingCertificate.file_id == file.id,
        TrainingCertificate.employee_id == file.employee_id,
    )


def kept_piece(
    access: Access, file: File, offset: int, pieces: Sequence[str], size: int, *, expires_at: datetime
) -> ReturningUpdate[int]:
    """Pieces join the upload only where it still ends at `offset`: of two at once exactly one does."""
    return (
        update(File)
        .where(
            File.region_id == access.region_id,
            File.id == file.id,
            File.state == FileState.PENDING,
            File.received == offset,
        )
        .values(
            received=offset + size,
            pieces=func.array_cat(File.pieces, literal(list(pieces), File.pieces.type)),
            touched_at=access.now,
            expires_at=expires_at,
        )
        .returning(File.received)
    )


def settled(access: Access, file: File, **values: Any) -> ReturningUpdate[UUID]:
    """An upload that is no longer pending; nothing when another request was first."""
    return (
        update(File)
        .where(File.region_id == access.region_id, File.id == file.id, File.state == FileState.PENDING)
        .values(completed_at=access.now, pieces=[], **values)
        .returning(File.id)
    )


def complete_but_pending(access: Access, before: datetime, rows: int) -> Select[File]:
    """All bytes are there, but whoever should have looked at them was stopped."""
    return (
        select(File)
        .where(
            File.region_id == access.region_id,
            File.state == FileState.PENDING,
            File.received == File.length,
            File.touched_at < before,
        )
        .limit(rows)
    )


def forgettable(access: Access, now: datetime, unnamed_before: datetime, rows: int) -> Select[File]:
    """Locked: unfinished uploads past their time, refused ones, and files that no evidence names."""
    return (
        select(File)
        .where(
            File.region_id == access.region_id,
            or_(
                and_(File.state == FileState.PENDING, File.expires_at < now),
                and_(File.completed_at < unnamed_before, or_(File.state == FileState.REFUSED, ~_is_named())),
            ),
        )
        .limit(rows)
        .with_for_update(skip_locked=True)
    )


def forgotten(access: Access, ids: Sequence[UUID]) -> ReturningDelete[UUID]:
    """Looked at again after locking: evidence may have come in between."""
    return (
        delete(File)
        .where(
            File.region_id == access.region_id,
            File.id.in_(ids),
            or_(File.state != FileState.RECEIVED, ~_is_named()),
        )
        .returning(File.id)
    )


def known(access: Access, ids: Sequence[UUID]) -> Select[UUID, FileState, list[str]]:
    return select(File.id, File.state, File.pieces).where(
        File.region_id == access.region_id, File.id.in_(ids)
    )


def _names() -> Any:
    """Only a file of the same person counts: else naming somebody's id would open his file."""
    return and_(
        Evidence.region_id == File.region_id,
        Evidence.file_id == File.id,
        Evidence.employee_id == File.employee_id,
    )


def _is_told() -> Any:
    """Named by feedback of its owner."""
    return and_(
        Feedback.region_id == File.region_id,
        Feedback.file_id == File.id,
        Feedback.giver_id == File.employee_id,
    )


def _is_claimed() -> Any:
    """The proof of a certificate of its owner."""
    return and_(
        TrainingCertificate.region_id == File.region_id,
        TrainingCertificate.file_id == File.id,
        TrainingCertificate.employee_id == File.employee_id,
    )


def _is_named() -> Any:
    """By evidence, feedback or a certificate here, or by evidence that an archive holds."""
    return or_(
        File.archived_at.is_not(None),
        exists().where(_names()),
        exists().where(_is_told()),
        exists().where(_is_claimed()),
    )
