"""Who judges whom: roles and reasons of dated assignments beside the reporting lines (PermenPANRB 6/2022)."""

from enum import StrEnum


class EvaluatorRole(StrEnum):
    """EVALUATOR decides and rates; an ADVISOR, such as the leader of a work team, gives considerations."""

    EVALUATOR = "EVALUATOR"
    ADVISOR = "ADVISOR"


class EvaluatorReason(StrEnum):
    STRUCTURAL = "STRUCTURAL"
    PLT = "PLT"
    PLH = "PLH"
    TEAM = "TEAM"
    DELEGATION = "DELEGATION"
