"""Text for terminals and logs, where what a stranger wrote may steer nothing and begin no line of its own."""

import logging
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


def log_to_stderr() -> None:
    """Let this process write its warnings and errors to stderr."""
    handler = logging.StreamHandler()
    handler.setFormatter(Lines(_FORMAT))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
