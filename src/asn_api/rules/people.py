"""Who a civil servant is: the enumerations of a person's record."""

from enum import StrEnum


class Sex(StrEnum):
    MALE = "MALE"
    FEMALE = "FEMALE"


class Employment(StrEnum):
    """PNS and CPNS are career civil servants (the latter on probation), PPPK serve under a contract."""

    PNS = "PNS"
    CPNS = "CPNS"
    PPPK = "PPPK"
