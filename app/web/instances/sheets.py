"""The start form as it lies on the table: the one in force, and the one that a page showed."""

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from app.forms import Form
from app.services.core import ids
from app.services.definitions import outlines
from app.services.definitions.definitions import Version
from app.services.instances import instances
from app.services.tasks import draft_compatibility
from app.web import context, lists


@dataclass(frozen=True)
class Sheet:
    """A start form as it lies on the table. ``about`` is what the start event's documentation says."""

    key: str
    version: Version
    form: Form | None
    about: str

    @property
    def reported(self) -> bool:
        """Whether the case is somebody's report, who gets a code; else officers begin it for themselves."""
        return outlines.has_reporter(self.version)


def draft_scope(key: str) -> str:
    """Under which the draft of a start of process ``key`` is kept."""
    return f"start:{key}"


def current_sheet(session: Session, key: str) -> Sheet:
    """The form that starts process ``key`` now.

    Raises:
        NotFound: no such process, or nobody starts it. NotAllowed: the actor does not work in that lane.
    """
    version, node = instances.opening(session, key, actor=context.actor())
    return Sheet(key, version, version.form_of(node.form_key), node.documentation)


def sheet_of_page(session: Session) -> Sheet:
    """The form that the page showed that was sent: what was typed is read as it was asked.

    Raises:
        What `current_sheet` raises.
    """
    sheet, told = current_sheet(session, lists.argument("key")), lists.argument("version")
    known = ids.parse_id(told)  # a page of before does not tell
    version = draft_compatibility.of_page(session, sheet.key, known) if known is not None else None
    return replace(sheet, version=version, form=draft_compatibility.start_form(version)) if version else sheet
