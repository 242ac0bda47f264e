"""One JSON line per event on standard output, without personal data."""

import logging
import re
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, TextIO

import orjson
import structlog
from structlog.typing import EventDict, WrappedLogger

OURS = ("asn_api", "uvicorn", "procrastinate")
ACCESS = "asn_api.access"

_NUMBER = re.compile(r"(?<!\d)\d{16,18}(?!\d)")
"""NIP have 18 digits, NIK and family card numbers 16."""
_FRAMES = 25


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


def install(level: str) -> None:
    """For our loggers and the server's; those of other libraries stay as they are. Harmless when repeated."""
    for name in (*OURS, ACCESS):
        logger = logging.getLogger(name)
        logger.setLevel(level.upper())
        if not any(isinstance(handler, Output) for handler in logger.handlers):
            output = Output()
            output.setFormatter(AccessLine() if name == ACCESS else _formatter())
            logger.addHandler(output)
    logging.getLogger(ACCESS).propagate = False
    # The edge's line takes its place.
    logging.getLogger("uvicorn.access").disabled = True


def _formatter() -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(),
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _uncoloured,
            _failures,
            _without_numbers,
            structlog.processors.JSONRenderer(serializer=_dumps),
        ],
    )


def _dumps(event: EventDict, **_: Any) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def _uncoloured(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Without uvicorn's second text of the same message, meant for a terminal."""
    event.pop("color_message", None)
    return event


def _failures(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """What was raised and where. Not the messages: those of drivers and validators quote the values."""
    given = event.pop("exc_info", None)
    if given:
        error = (
            given[1]
            if isinstance(given, tuple)
            else given
            if isinstance(given, BaseException)
            else sys.exc_info()[1]
        )
        event["failures"] = [_failure(each) for each in _chain(error)]
    return event


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


def _without_numbers(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return {key: _NUMBER.sub("…", value) if isinstance(value, str) else value for key, value in event.items()}
