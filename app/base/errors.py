"""The errors this application raises on purpose. ``str(error)`` is a sentence a person can act on."""

from collections.abc import Mapping
from typing import Any, ClassVar


class AppError(Exception):
    """Base of every expected error. The message is already in the reader's language.

    ``code`` is for programs: one for each kind, the same in every language and version.
    """

    code: ClassVar[str] = "refused"

    @property
    def said(self) -> str:
        """The message as it was put into words: other than ``str(error)`` it can be kept for other readers."""
        message: str = self.args[0] if self.args else ""
        return message


class NotFound(AppError):
    """The thing asked for does not exist, or this person may not see it."""

    code = "not_found"


class NotAllowed(AppError):
    """The person may see the thing, but not do this to it."""

    code = "not_allowed"


class Conflict(AppError):
    """Somebody else changed the same thing first."""

    code = "conflict"


class TaskTaken(Conflict):
    """A colleague works on the task."""

    code = "task_taken"


class TaskHandedOn(Conflict):
    """The task was given to somebody else: nobody was faster, somebody decided it."""

    code = "task_handed_on"


class TaskCompleted(Conflict):
    """The task is done."""

    code = "task_completed"


class TaskClosed(Conflict):
    """The case went past the task, or was cancelled; nobody completed it."""

    code = "task_closed"


class EndsCase(Conflict):
    """An answer would end the case, and who gives it has not said that he means it. ``end``: the id of the end event,
    ``name``: what it is called."""

    code = "ends_case"

    def __init__(self, message: str, end: str, name: str) -> None:
        super().__init__(message)
        self.end = end
        self.name = name


class NumberTaken(Conflict):
    """Another case of the process has this number."""

    code = "number_taken"

    def __init__(self, message: str, number: str) -> None:
        super().__init__(message)
        self.number = number


class InvalidForm(AppError):
    """Submitted values break the form's rules.

    ``errors`` maps a field key to its message; ``values`` holds everything that was typed, to show it again.
    """

    code = "invalid_form"

    def __init__(
        self, message: str, errors: Mapping[str, str], values: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.errors = dict(errors)
        self.values = dict(values or {})


class KeyReused(InvalidForm):
    """An idempotency key was used before, with another body."""

    code = "idempotency_key_reused"


class InvalidDiagram(AppError):
    """A deployment cannot run. ``findings`` holds `app.findings.Finding` records, at least one an error."""

    code = "invalid_diagram"

    def __init__(self, message: str, findings: tuple[Any, ...]) -> None:
        super().__init__(message)
        self.findings = findings


class ExecutionFailed(AppError):
    """The diagram could not go on: no matching flow, an expression or a table that failed.

    ``activity_id`` says where; ``detail`` is for the process owner, the message for the officer. ``limit``: which
    limit it ran into, for programs alone: it is shown to nobody.
    """

    code = "execution_failed"

    def __init__(
        self, message: str, *, activity_id: str | None = None, detail: str = "", limit: str = ""
    ) -> None:
        super().__init__(message)
        self.activity_id = activity_id
        self.detail = detail
        self.limit = limit


class ExpressionFailed(AppError):
    """A FEEL expression has a syntax error or ran into a limit. Other problems are null with a warning."""

    code = "expression_failed"


class TooManyAttempts(AppError):
    """A limit on attempts was reached. ``retry_after_s`` says how long to wait."""

    code = "too_many_attempts"

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class NotReady(AppError):
    """The machine lacks something the application needs: a port, a module, the network."""

    code = "not_ready"


class WrongKey(NotReady):
    """What was sealed cannot be opened: it was sealed with another key, or is damaged. All else works."""

    code = "wrong_key"


class Crowded(AppError):
    """So many wait that this request is not taken; nothing of it was begun."""

    code = "crowded"


class TooCostly(AppError):
    """Answering took too much memory, or too long, and was ended."""

    code = "too_costly"
