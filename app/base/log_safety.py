"""Text for terminals and logs, where what a stranger wrote may steer nothing and begin no line of its own."""

import json
import logging
import secrets
from datetime import UTC, datetime
from traceback import extract_tb
from types import TracebackType

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_Error = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def plain(text: str) -> str:
    """The text in one line; control characters, marks of direction and half characters are written out."""
    return "".join(c if c.isprintable() or c == "\u00a0" else _written_out(c) for c in text)


def _written_out(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


class Lines(logging.Formatter):
    """One line for a record; those of a traceback stand indented under it."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 logging's own name
        """The line of a record."""
        return plain(super().formatMessage(record))

    def formatException(self, ei: _Error) -> str:  # noqa: N802 logging's own name
        """The traceback, each line of it behind a bar."""
        return "\n".join(f"  | {plain(line)}" for line in super().formatException(ei).splitlines())


class JsonLines(logging.Formatter):
    """A JSON object for a record, on one line, without personal data.

    What an exception says may quote anything: of one its class is told, and in which functions it was raised.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The object of a record."""
        made = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": plain(_without_errors(record)),
            **getattr(record, "told", {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            kind, _error, trace = record.exc_info
            made["error"] = kind.__name__
            made["trace"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in extract_tb(trace)]
        return json.dumps(made, ensure_ascii=False)


def _without_errors(record: logging.LogRecord) -> str:
    args = record.args if isinstance(record.args, tuple) else ()
    told = tuple(type(one).__name__ if isinstance(one, BaseException) else one for one in args)
    return str(record.msg) % told if told else str(record.msg)


def log_fault(logger: logging.Logger, where: str, *about: object) -> str:
    """Log the exception at hand with its traceback; return the reference that both the log and the reader are told.

    ``where``: in which work, with a ``%s`` for each of ``about``.
    """
    reference = secrets.token_hex(4)
    logger.exception(f"%s in {where}", reference, *about)
    return reference


#: The logger that tells of each request, where the log is JSON.
REQUESTS = "app.requests"


def log_to_stderr(*, as_json: bool = False) -> None:
    """Let this process write its warnings and errors to stderr; with JSON also a line for each request."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if as_json else Lines(_FORMAT))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    if as_json:
        logging.getLogger(REQUESTS).setLevel(logging.INFO)
