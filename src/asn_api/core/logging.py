"""One JSON line per event on standard output, without personal data."""

import logging
import re
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, TextIO

import orjson

OURS = ("asn_api", "uvicorn", "procrastinate")
ACCESS = "asn_api.access"

_NUMBER = re.compile(r"(?<!\d)\d{16,18}(?!\d)")
"""NIP have 18 digits, NIK and family card numbers 16."""
_FRAMES = 25
_RECORD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
"""What every record has, and uvicorn's second text of the same message, meant for a terminal."""


class Output(logging.StreamHandler[TextIO]):
    """Whatever standard output is at the moment of writing."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:
        return sys.stdout

    @stream.setter
    def stream(self, _: TextIO) -> None:
        """Fixed."""


class AccessLine(logging.Formatter):
    """The edge writes a finished JSON object; only time and level are put in front."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return f'{{"at":"{at}","level":"info","logger":"{ACCESS}",{record.getMessage()[1:]}'


class Line(logging.Formatter):
    """Everything else: the message, what was passed as `extra`, and failures without their messages."""

    def format(self, record: logging.LogRecord) -> str:
        event: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **{name: value for name, value in vars(record).items() if name not in _RECORD},
        }
        if record.exc_info and record.exc_info[1] is not None:
            # Not the messages: those of drivers and validators quote the values.
            event["failures"] = [_failure(each) for each in _chain(record.exc_info[1])]
        shown = {name: _masked(value) for name, value in event.items()}
        return orjson.dumps(shown, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def _masked(value: Any) -> Any:
    return _NUMBER.sub("…", value) if isinstance(value, str) else value


def install(level: str) -> None:
    """For our loggers and the server's; those of other libraries stay as they are. Harmless when repeated."""
    # What no line of ours shows need not be found out for each of them.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    for name in (*OURS, ACCESS):
        logger = logging.getLogger(name)
        logger.setLevel(level.upper())
        if not any(isinstance(handler, Output) for handler in logger.handlers):
            output = Output()
            output.setFormatter(AccessLine() if name == ACCESS else Line())
            logger.addHandler(output)
    logging.getLogger(ACCESS).propagate = False
    # The edge's line takes its place.
    logging.getLogger("uvicorn.access").disabled = True


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _failure(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    shown: dict[str, Any] = {
        "type": f"{type(error).__module__}.{type(error).__qualname__}",
        "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    if isinstance(error, OSError):
        shown["reason"] = error.strerror
    if isinstance(sqlstate := getattr(error, "sqlstate", None), str):
        shown["sqlstate"] = sqlstate
    return shown
