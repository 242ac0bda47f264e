"""The words of an import: what a file's state is and what happens to one of its lines."""

from enum import StrEnum


class ImportStatus(StrEnum):
    WAITING = "WAITING"
    CHECKING = "CHECKING"
    CHECKED = "CHECKED"
    COMMITTING = "COMMITTING"
    COMMITTED = "COMMITTED"
    FAILED = "FAILED"


class ImportAction(StrEnum):
    COMMIT = "COMMIT"
    DISCARD = "DISCARD"


class RowAction(StrEnum):
    CREATE = "CREATE"
    CHANGE = "CHANGE"
    UNCHANGED = "UNCHANGED"
    REFUSE = "REFUSE"


def refusal(status: ImportStatus, action: ImportAction) -> str | None:
    """Why an import in this state cannot be committed or discarded; None when it can."""
    match status, action:
        case (ImportStatus.CHECKED, _) | (ImportStatus.FAILED, ImportAction.DISCARD):
            return None
        case ImportStatus.WAITING | ImportStatus.CHECKING, ImportAction.DISCARD:
            return None
        case ImportStatus.WAITING | ImportStatus.CHECKING, _:
            return "IMPORT_NOT_CHECKED"
        case ImportStatus.COMMITTING, _:
            return "IMPORT_BUSY"
        case ImportStatus.FAILED, _:
            return "IMPORT_FAILED"
        case _:
            return "IMPORT_DONE"
