"""What the form for publishing needs to know, and what was typed into it: at once, or at a date."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import request
from sqlalchemy.orm import Session

from app.base import stored_messages
from app.findings import Finding
from app.models import ProcessDraft, ProcessDraftFile, ProposedDeployment
from app.services.definitions import definitions
from app.services.deployment import proposals, same_process
from app.services.studio import publishing, renaming
from app.services.studio.renaming import Older
from app.web import context

#: What is chosen in the form: at once, or at a date.
NOW, AT_A_DATE = "sekarang", "tanggal"


@dataclass(frozen=True)
class Planning:
    """``when``, ``on`` and ``at`` as they stand in the form; ``zone``: what its times are told in. ``four_eyes``:
    somebody else has to approve each publication. ``latest``: what was published last from the draft and is not in
    force (yet), by whom and how it ended."""

    when: str
    on: str
    at: str
    zone: str
    four_eyes: bool
    latest: ProposedDeployment | None = None
    proposer: str = ""
    decider: str = ""
    ended: str = ""

    @property
    def waits(self) -> bool:
        """Whether an earlier state of the draft may still come in force."""
        return self.latest is not None and self.latest.state in proposals.PENDING


def planning(session: Session, draft: ProcessDraft) -> Planning:
    """What the macro ``publishing_form`` wants to know of a draft. 2 or 3 SQL."""
    latest = proposals.latest_of_draft(session, draft.id)
    if latest is not None and latest.state in ("approved", "live"):
        latest = None
    people = proposals.people(session, [latest]) if latest else {}
    proposed = publishing.proposed_moment(session)
    typed = request.form
    decided_by = (latest.ended_by_id or latest.decided_by_id) if latest else None
    return Planning(
        when=AT_A_DATE if typed.get("when") == AT_A_DATE else NOW,
        on=typed.get("on", proposed.strftime("%d-%m-%Y")),
        at=typed.get("at", proposed.strftime("%H.%M")),
        zone=proposed.tzname() or "",
        four_eyes=context.config().four_eyes == "all",
        latest=latest,
        proposer=people.get(latest.proposed_by_id or 0, "") if latest else "",
        decider=people.get(decided_by or 0, ""),
        ended=stored_messages.tell_stored(latest.end_reason) if latest else "",
    )


@dataclass(frozen=True)
class Alike:
    """A version in force of the process that a draft seems to be, which came under another id. ``older``: the draft's
    own diagram of that version, where it holds both."""

    old: str
    new: str
    name: str
    version: int
    older: Older | None


def alike(
    session: Session, draft: ProcessDraft, rows: Sequence[ProcessDraftFile], findings: Iterable[Finding]
) -> Alike | None:
    """What it is to be asked of: the process that the draft began from, or one that is like it.

    Where the draft, of the files ``rows``, holds that process too, the other one may be drawn beside it on purpose:
    it is asked of one of the same name.
    """
    if draft.state != "open" or not draft.key or definitions.latest(session, draft.key) is not None:
        return None
    found = next((one.params["other"] for one in findings if one.code == "process_like_another"), "")
    key = draft.base.key if draft.base is not None else found
    live = definitions.latest(session, key) if key else None
    if live is None:
        return None
    older = renaming.older_diagram(session, rows, live)
    if older is not None and not same_process.is_named_alike(draft.name, live.name):
        return None
    return Alike(draft.key, live.key, live.name, live.version, older)


def typed_moment() -> datetime | None:
    """The date that was chosen; None: at once.

    Raises:
        InvalidForm: it cannot be read.
    """
    if request.form.get("when") != AT_A_DATE:
        return None
    typed = request.form
    return publishing.moment_of(typed.get("on", ""), typed.get("at", ""), context.config().timezone)
