"""The words of an import: what a file's state is and what happens to one of its lines."""

from enum import StrEnum


class ImportStatus(StrEnum):
    WAITING = "WAITING"
    CHECKING = "CHECKING"
    CHECKED = "CHECKED"
    COMMITTING = "COMMITTING"
    COMMITTED = "COMMITTED"
    FAILED = "FAILED"


class RowAction(StrEnum):
    CREATE = "CREATE"
    CHANGE = "CHANGE"
    UNCHANGED = "UNCHANGED"
    REFUSE = "REFUSE"
