"""The catalogue of training: partners, courses by form and national kind, what has to be learnt before."""

from collections.abc import Mapping, Set
from enum import StrEnum
from uuid import UUID


class PartnerKind(StrEnum):
    GOVERNMENT_ACADEMY = "GOVERNMENT_ACADEMY"
    UNIVERSITY = "UNIVERSITY"
    PROFESSIONAL_BODY = "PROFESSIONAL_BODY"
    COMPANY = "COMPANY"


class CourseForm(StrEnum):
    """Classical or not (PP 11/2017 art. 211 and 212)."""

    CLASSICAL = "CLASSICAL"
    NON_CLASSICAL = "NON_CLASSICAL"


class CourseKind(StrEnum):
    """SIASN's jenis diklat, in the order of its codes 1–25."""

    STRUCTURAL = "STRUCTURAL"
    FUNCTIONAL = "FUNCTIONAL"
    TECHNICAL = "TECHNICAL"
    WORKSHOP = "WORKSHOP"
    MANAGERIAL = "MANAGERIAL"
    SOCIO_CULTURAL = "SOCIO_CULTURAL"
    OUTREACH = "OUTREACH"
    TECHNICAL_GUIDANCE = "TECHNICAL_GUIDANCE"
    SEMINAR = "SEMINAR"
    INTERNSHIP = "INTERNSHIP"
    COURSE = "COURSE"
    UPGRADING = "UPGRADING"
    OTHER_CLASSICAL = "OTHER_CLASSICAL"
    COACHING = "COACHING"
    MENTORING = "MENTORING"
    E_LEARNING = "E_LEARNING"
    DISTANCE_LEARNING = "DISTANCE_LEARNING"
    SECONDMENT = "SECONDMENT"
    OUTBOUND = "OUTBOUND"
    BENCHMARKING = "BENCHMARKING"
    EXCHANGE = "EXCHANGE"
    SELF_STUDY = "SELF_STUDY"
    COMMUNITY_OF_PRACTICE = "COMMUNITY_OF_PRACTICE"
    ON_THE_JOB_GUIDANCE = "ON_THE_JOB_GUIDANCE"
    OTHER_NON_CLASSICAL = "OTHER_NON_CLASSICAL"


class CourseMode(StrEnum):
    ONLINE = "ONLINE"
    ON_SITE = "ON_SITE"
    BLENDED = "BLENDED"
    SELF_PACED = "SELF_PACED"


class CourseStatus(StrEnum):
    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    WITHDRAWN = "WITHDRAWN"


NON_CLASSICAL = frozenset(
    {
        CourseKind.INTERNSHIP,
        CourseKind.COACHING,
        CourseKind.MENTORING,
        CourseKind.E_LEARNING,
        CourseKind.DISTANCE_LEARNING,
        CourseKind.SECONDMENT,
        CourseKind.OUTBOUND,
        CourseKind.BENCHMARKING,
        CourseKind.EXCHANGE,
        CourseKind.SELF_STUDY,
        CourseKind.COMMUNITY_OF_PRACTICE,
        CourseKind.ON_THE_JOB_GUIDANCE,
        CourseKind.OTHER_NON_CLASSICAL,
    }
)


def form_of(kind: CourseKind) -> CourseForm:
    """The form follows from the kind (PP 11/2017 art. 211 and 212)."""
    return CourseForm.NON_CLASSICAL if kind in NON_CLASSICAL else CourseForm.CLASSICAL


def leads_back(course: UUID, wanted: Set[UUID], known: Mapping[UUID, Set[UUID]]) -> bool:
    """Whether the wanted prerequisites of a course lead back to it by those that are known of the others."""
    open_, seen = set(wanted), set[UUID]()
    while open_:
        each = open_.pop()
        if each == course:
            return True
        if each not in seen:
            seen.add(each)
            open_ |= known.get(each, frozenset())
    return False
