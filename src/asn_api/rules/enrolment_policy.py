"""The numbers of classes and enrolments that a region may change."""

from dataclasses import dataclass
from typing import Annotated

from asn_api.rules.policy_values import PolicyArea, whole


@dataclass(frozen=True)
class EnrolmentPolicy(PolicyArea, area="enrolments"):
    """Hours in which an offered seat is taken up (0: it is given without asking), least attendance in per cent
    of the sessions, people in one nomination.
    """

    offer_hours: Annotated[int, whole(0, 336)]
    least_attendance_percent: Annotated[int, whole(0, 100)]
    nomination_items: Annotated[int, whole(1, 500)]
