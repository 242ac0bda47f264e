"""The SQL of partners and courses."""

import re
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, and_, case, cast, exists, func, or_, select
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.access.scope import stored, units_within
from asn_api.areas.courses.schemas import CatalogueFilter, CourseFilter, PartnerFilter
from asn_api.core.http.paging import Key
from asn_api.rules.calendar import Zone
from asn_api.rules.courses import CourseStatus
from asn_api.tables.organization import Region, Unit
from asn_api.tables.training import Course, CourseCompetency, CoursePrerequisite, Partner, PartnerAgreement

WORD = re.compile(r"\w+")
_RANKS = 1_000_000

PARTNERS_BY_NAME = (
    Key(Partner.__table__.c.name, "name", str),
    Key(Partner.__table__.c.id, "id", UUID),
)
BY_TITLE = (
    Key(Course.__table__.c.title, "title", str),
    Key(Course.__table__.c.id, "id", UUID),
)


def region_called(code: str) -> Select[UUID, Zone]:
    return select(Region.id, Region.zone).where(Region.code == code)


def is_valid(access: Access) -> ColumnElement[bool]:
    """Of `partners`: whether it may teach today."""
    agreed = exists().where(
        PartnerAgreement.region_id == Partner.region_id,
        PartnerAgreement.partner_id == Partner.id,
        PartnerAgreement.valid.contains(access.today),
    )
    return and_(or_(Partner.closed_on.is_(None), Partner.closed_on > access.today), agreed)


def partners(access: Access, wanted: PartnerFilter) -> Select[Any]:
    statement = select(
        Partner.id,
        Partner.version,
        Partner.name,
        Partner.kind,
        Partner.website,
        Partner.closed_on,
        is_valid(access).label("valid"),
        _agreements().label("agreements"),
    ).where(Partner.region_id == access.region_id)
    if wanted.kind is not None:
        statement = statement.where(Partner.kind == wanted.kind)
    if wanted.valid is not None:
        statement = statement.where(is_valid(access) if wanted.valid else ~is_valid(access))
    return statement


def partner(access: Access, id: UUID) -> Select[Any]:
    return partners(access, PartnerFilter()).where(Partner.id == id)


def stored_partner(access: Access, id: UUID) -> Select[Partner]:
    return select(Partner).where(Partner.region_id == access.region_id, Partner.id == id)


def agreements(access: Access, partner_id: UUID) -> Select[PartnerAgreement]:
    return select(PartnerAgreement).where(
        PartnerAgreement.region_id == access.region_id, PartnerAgreement.partner_id == partner_id
    )


def _agreements() -> ColumnElement[Any]:
    row = PartnerAgreement
    each = func.jsonb_build_object(
        "number",
        row.number,
        "valid_from",
        func.lower(row.valid),
        "valid_to",
        func.upper(row.valid) - 1,
    )
    listed = func.coalesce(
        func.jsonb_agg(each).filter(row.id.is_not(None)),
        func.jsonb_build_array(),
    )
    return (
        select(listed)
        .where(row.region_id == Partner.region_id, row.partner_id == Partner.id)
        .correlate(Partner)
        .scalar_subquery()
    )


def catalogue(access: Access, wanted: CatalogueFilter) -> Select[Any]:
    """What is published, for everybody."""
    return _filtered(access, wanted).where(Course.status == CourseStatus.PUBLISHED)


def catalogued(access: Access, id: UUID) -> Select[Any]:
    """Also one that was withdrawn: links to it stay good."""
    return _courses(access).where(Course.id == id, Course.status != CourseStatus.DRAFT)


def courses(access: Access, wanted: CourseFilter) -> Select[Any]:
    """Those that the units within reach keep, whatever their status."""
    statement = _filtered(access, wanted).where(kept(access))
    if wanted.status is not None:
        statement = statement.where(Course.status == wanted.status)
    if wanted.unit_id is not None:
        top, below = aliased(Unit), aliased(Unit)
        branch = (
            select(below.id)
            .join(top, and_(top.region_id == below.region_id, below.path.startswith(top.path)))
            .where(top.region_id == access.region_id, top.id == wanted.unit_id)
        )
        statement = statement.where(Course.unit_id.in_(branch))
    return statement


def course(access: Access, id: UUID) -> Select[Any]:
    return courses(access, CourseFilter()).where(Course.id == id)


def kept(access: Access) -> ColumnElement[bool]:
    return Course.unit_id.in_(select(Unit.id).where(units_within(access)))


def locked(access: Access, id: UUID) -> Select[Course]:
    return stored(access, Course, id).where(kept(access)).with_for_update(key_share=True)


def open_unit(access: Access, unit_id: UUID) -> Select[UUID]:
    return select(Unit.id).where(units_within(access), Unit.id == unit_id, Unit.closed_on.is_(None))


def may_open(access: Access, id: UUID) -> Select[bool]:
    """Whether new classes of the course may be opened today."""
    return select(_courses(access).where(Course.id == id).subquery().c.available)


def prerequisites(access: Access, course_id: UUID) -> Select[UUID, str, str]:
    """Id, code and title of what has to be completed before, by title."""
    return (
        select(Course.id, Course.code, Course.title)
        .join(
            CoursePrerequisite,
            and_(
                CoursePrerequisite.region_id == Course.region_id,
                CoursePrerequisite.prerequisite_id == Course.id,
            ),
        )
        .where(CoursePrerequisite.region_id == access.region_id, CoursePrerequisite.course_id == course_id)
        .order_by(Course.title, Course.id)
    )


def every_prerequisite(access: Access) -> Select[UUID, UUID]:
    """All pairs of the region: few, and a cycle may go through any of them."""
    return select(CoursePrerequisite.course_id, CoursePrerequisite.prerequisite_id).where(
        CoursePrerequisite.region_id == access.region_id
    )


def known(access: Access, ids: Collection[UUID]) -> Select[UUID]:
    return select(Course.id).where(Course.region_id == access.region_id, Course.id.in_(ids))


def order(wanted: CatalogueFilter) -> tuple[Key, ...]:
    """By title; with words the best matches first."""
    if wanted.q is None:
        return BY_TITLE
    return (Key(_rank(_words(wanted.q)), "rank", int, descending=True), *BY_TITLE)


def _words(q: str) -> ColumnElement[Any]:
    """Every word, each as it is written so far or in another form of it."""
    query: ColumnElement[Any] | None = None
    for word in WORD.findall(q)[:10]:
        stem = func.plainto_tsquery("indonesian", word)
        either = func.to_tsquery("simple", f"{word}:*").op("||")(stem)
        query = either if query is None else query.op("&&")(either)
    return query if query is not None else func.plainto_tsquery("simple", "")


def _rank(words: ColumnElement[Any]) -> ColumnElement[int]:
    return cast(func.ts_rank(_SEARCH, words) * _RANKS, Integer)


_SEARCH: ColumnElement[Any] = Course.__table__.c.search


def _filtered(access: Access, wanted: CatalogueFilter) -> Select[Any]:
    statement = _courses(access)
    if wanted.q is not None:
        words = _words(wanted.q)
        statement = statement.add_columns(_rank(words).label("rank")).where(
            cast(_SEARCH, TSVECTOR).op("@@")(words)
        )
    for name in ("form", "kind", "mode", "partner_id"):
        value = getattr(wanted, name)
        if value is not None:
            statement = statement.where(getattr(Course, name) == value)
    if wanted.competency_code is not None:
        statement = statement.where(
            exists().where(
                CourseCompetency.region_id == access.region_id,
                CourseCompetency.course_id == Course.id,
                CourseCompetency.competency_code == wanted.competency_code,
                CourseCompetency.level >= (wanted.level or 1),
            )
        )
    return statement


def _courses(access: Access) -> Select[Any]:
    columns = [each for each in Course.__table__.c if each.name not in ("region_id", "search")]
    taught = CourseCompetency
    each = func.jsonb_build_object("competency_code", taught.competency_code, "level", taught.level)
    competencies = (
        select(func.coalesce(func.jsonb_agg(each), func.jsonb_build_array()))
        .where(taught.region_id == Course.region_id, taught.course_id == Course.id)
        .correlate(Course)
        .scalar_subquery()
    )
    may_teach = case((Course.partner_id.is_(None), True), else_=is_valid(access))
    return (
        select(
            *columns,
            Partner.name.label("partner_name"),
            Partner.kind.label("partner_kind"),
            and_(Course.status == CourseStatus.PUBLISHED, may_teach).label("available"),
            competencies.label("competencies"),
        )
        .outerjoin(Partner, and_(Partner.region_id == Course.region_id, Partner.id == Course.partner_id))
        .where(Course.region_id == access.region_id)
    )
