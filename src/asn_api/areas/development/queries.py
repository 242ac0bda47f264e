"""The SQL of needs that people state, and of surveys."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.access.scope import records_within, units_within
from asn_api.areas.development.schemas import (
    SurveyFilter,
    TrainingNeedFilter,
)
from asn_api.areas.evaluations.queries import branch
from asn_api.areas.performance.queries import matches
from asn_api.core.http.paging import Key
from asn_api.rules.development import NotePriority
from asn_api.rules.needs import NeedStatus
from asn_api.rules.notifications import NoticeKind
from asn_api.rules.organization import AppointmentKind
from asn_api.tables.development import (
    TrainingNeed,
    TrainingSurvey,
    TrainingSurveyAnswer,
)
from asn_api.tables.employees import Employee
from asn_api.tables.notifications import Notification
from asn_api.tables.organization import Appointment, Unit

NEEDS_NEWEST_FIRST = (Key(TrainingNeed.__table__.c.id, "id", UUID, descending=True),)
SURVEYS_NEWEST_FIRST = (Key(TrainingSurvey.__table__.c.id, "id", UUID, descending=True),)

_PERSON = (
    Employee.nip.label("employee_nip"),
    Employee.name.label("employee_name"),
)


def needs(access: Access, wanted: TrainingNeedFilter) -> Select[Any]:
    """What was said by or about those within reach."""
    row, place = TrainingNeed, aliased(Unit)
    conditions = [row.region_id == access.region_id, records_within(access, row.employee_id, row.unit_id)]
    for name in ("employee_id", "year", "source", "status", "competency_code"):
        value = getattr(wanted, name)
        if value is not None:
            conditions.append(getattr(row, name) == value)
    if wanted.unit_id is not None:
        conditions.append(row.unit_id.in_(branch(access, wanted.unit_id)))
    return (
        select(*row.__table__.c, *_PERSON, place.name.label("unit_name"))
        .join(Employee, matches(Employee, row.employee_id, row))
        .join(place, matches(place, row.unit_id, row))
        .where(*conditions)
    )


def need(access: Access, id: UUID) -> Select[Any]:
    return needs(access, TrainingNeedFilter()).where(TrainingNeed.id == id)


def need_in_region(access: Access, id: UUID) -> Select[TrainingNeed]:
    """For a client-made id that is sent again; compared, never shown."""
    return select(TrainingNeed).where(TrainingNeed.region_id == access.region_id, TrainingNeed.id == id)


def need_locked(access: Access, id: UUID) -> Select[TrainingNeed]:
    row = TrainingNeed
    return (
        select(row)
        .where(
            row.region_id == access.region_id,
            row.id == id,
            records_within(access, row.employee_id, row.unit_id),
        )
        .with_for_update(of=row)
        .execution_options(populate_existing=True)
    )


def unit_of(access: Access, employee_id: UUID) -> Select[UUID]:
    """Where the definitive post of somebody within reach is today."""
    row = Appointment
    return select(row.unit_id).where(
        row.region_id == access.region_id,
        row.employee_id == employee_id,
        row.kind == AppointmentKind.DEFINITIVE,
        row.valid.contains(access.today),
        records_within(access, row.employee_id, row.unit_id),
    )


def _asks_me(access: Access, survey_unit: Any) -> ColumnElement[bool]:
    """Whether the caller's definitive post of today lies in the branch."""
    if access.employee_id is None:
        return false()
    top, mine, post = aliased(Unit), aliased(Unit), aliased(Appointment)
    return exists().where(
        post.region_id == access.region_id,
        post.employee_id == access.employee_id,
        post.kind == AppointmentKind.DEFINITIVE,
        post.valid.contains(access.today),
        mine.region_id == post.region_id,
        mine.id == post.unit_id,
        top.region_id == access.region_id,
        top.id == survey_unit,
        mine.path.startswith(top.path),
    )


def surveys(access: Access, wanted: SurveyFilter) -> Select[Any]:
    """Those of the branches within reach, and those that ask the caller."""
    row = TrainingSurvey
    conditions = [
        row.region_id == access.region_id,
        or_(
            row.unit_id.in_(select(Unit.id).where(units_within(access)).correlate(None)),
            _asks_me(access, row.unit_id),
        ),
    ]
    if wanted.unit_id is not None:
        conditions.append(row.unit_id.in_(branch(access, wanted.unit_id)))
    if wanted.year is not None:
        conditions.append(row.year == wanted.year)
    if wanted.open is not None:
        is_open = and_(row.opens_on <= access.today, row.closes_on >= access.today)
        conditions.append(is_open if wanted.open else ~is_open)
    place = aliased(Unit)
    answered = exists().where(
        TrainingSurveyAnswer.region_id == row.region_id,
        TrainingSurveyAnswer.survey_id == row.id,
        TrainingSurveyAnswer.employee_id == access.employee_id,
    )
    return (
        select(
            *row.__table__.c,
            place.name.label("unit_name"),
            answered.label("answered"),
        )
        .join(place, matches(place, row.unit_id, row))
        .where(*conditions)
    )


def survey(access: Access, id: UUID) -> Select[Any]:
    return surveys(access, SurveyFilter()).where(TrainingSurvey.id == id)


def survey_in_region(access: Access, id: UUID) -> Select[TrainingSurvey]:
    return select(TrainingSurvey).where(TrainingSurvey.region_id == access.region_id, TrainingSurvey.id == id)


def survey_managed(access: Access, id: UUID) -> Select[TrainingSurvey]:
    """One of the branches within reach."""
    row = TrainingSurvey
    return select(row).where(
        row.region_id == access.region_id,
        row.id == id,
        row.unit_id.in_(select(Unit.id).where(units_within(access)).correlate(None)),
    )


def unit_within(access: Access, id: UUID) -> Select[Unit]:
    return select(Unit).where(Unit.region_id == access.region_id, Unit.id == id, units_within(access))


def own_answer(access: Access, survey_id: UUID) -> Select[TrainingSurveyAnswer]:
    row = TrainingSurveyAnswer
    return select(row).where(
        row.region_id == access.region_id,
        row.survey_id == survey_id,
        row.employee_id == access.employee_id,
    )


def me_locked(access: Access) -> Select[UUID]:
    """The caller himself: what he answers twice at once is answered in turn."""
    return (
        select(Employee.id)
        .where(Employee.region_id == access.region_id, Employee.id == access.employee_id)
        .with_for_update(key_share=True)
    )


def needs_of_answer(access: Access, answer_id: UUID) -> Select[TrainingNeed]:
    row = TrainingNeed
    return (
        select(row)
        .where(row.region_id == access.region_id, row.answer_id == answer_id, row.status == NeedStatus.OPEN)
        .order_by(row.id)
        .with_for_update()
    )


def survey_counts(access: Access, survey: TrainingSurvey) -> Select[int, int]:
    """How many are asked and have answered, of those who are in the branch today."""
    post, place = Appointment, aliased(Unit)
    answered = exists().where(
        TrainingSurveyAnswer.region_id == post.region_id,
        TrainingSurveyAnswer.survey_id == survey.id,
        TrainingSurveyAnswer.employee_id == post.employee_id,
    )
    return (
        select(func.count(), func.count().filter(answered))
        .select_from(post)
        .join(place, matches(place, post.unit_id, post))
        .join(Employee, matches(Employee, post.employee_id, post))
        .where(
            post.region_id == access.region_id,
            post.kind == AppointmentKind.DEFINITIVE,
            post.valid.contains(access.today),
            Employee.active,
            place.id.in_(branch(access, survey.unit_id)),
        )
    )


def unasked(access: Access) -> Select[UUID, date, UUID]:
    """Open surveys with everybody whom they ask, who has not answered and was not told."""
    row, post, top, place = TrainingSurvey, Appointment, aliased(Unit), aliased(Unit)
    answered = exists().where(
        TrainingSurveyAnswer.region_id == row.region_id,
        TrainingSurveyAnswer.survey_id == row.id,
        TrainingSurveyAnswer.employee_id == post.employee_id,
    )
    told = exists().where(
        Notification.region_id == row.region_id,
        Notification.employee_id == post.employee_id,
        Notification.kind == NoticeKind.TRAINING_SURVEY_OPEN,
        Notification.subject_id == row.id,
    )
    return (
        select(row.id, row.closes_on, post.employee_id)
        .join(top, matches(top, row.unit_id, row))
        .join(place, and_(place.region_id == row.region_id, place.path.startswith(top.path)))
        .join(post, and_(post.region_id == row.region_id, post.unit_id == place.id))
        .join(Employee, matches(Employee, post.employee_id, post))
        .where(
            row.region_id == access.region_id,
            row.opens_on <= access.today,
            row.closes_on >= access.today,
            post.kind == AppointmentKind.DEFINITIVE,
            post.valid.contains(access.today),
            Employee.active,
            ~answered,
            ~told,
        )
    )


def survey_topics(access: Access, survey: TrainingSurvey) -> Select[*tuple[Any, ...]]:
    row = TrainingNeed
    words = func.coalesce(row.competency_code, func.lower(row.subject))
    people = func.count(row.employee_id.distinct())
    return (
        select(
            func.min(row.competency_code).label("competency_code"),
            func.min(row.subject).label("subject"),
            people.label("people"),
            people.filter(row.urgency == NotePriority.HIGH).label("high"),
        )
        .join(
            TrainingSurveyAnswer,
            and_(TrainingSurveyAnswer.region_id == row.region_id, TrainingSurveyAnswer.id == row.answer_id),
        )
        .where(
            row.region_id == access.region_id,
            TrainingSurveyAnswer.survey_id == survey.id,
            row.status != NeedStatus.WITHDRAWN,
        )
        .group_by(words)
        .order_by(people.desc(), words)
        .limit(100)
    )
