"""What a unit, a position and an appointment can be."""

from enum import StrEnum


class UnitKind(StrEnum):
    REGION = "REGION"
    AGENCY = "AGENCY"
    UNIT = "UNIT"
    SCHOOL = "SCHOOL"
    HEALTH_CENTRE = "HEALTH_CENTRE"


class PositionKind(StrEnum):
    """EXECUTIVE is the general staff position (pelaksana, also JFU)."""

    STRUCTURAL = "STRUCTURAL"
    FUNCTIONAL = "FUNCTIONAL"
    EXECUTIVE = "EXECUTIVE"


class AppointmentKind(StrEnum):
    """PLT stands in for a vacant post, PLH for an absent holder, PJ holds a post for an interim term."""

    DEFINITIVE = "DEFINITIVE"
    PLT = "PLT"
    PLH = "PLH"
    PJ = "PJ"
