"""A run is its steps: plain data, from which everything else is played anew."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, get_args

import orjson

from app.base.errors import InvalidForm
from app.base.i18n import _

#: What a run may hold: a case of the SOP takes about fifteen.
MOST_STEPS, MOST_BYTES = 200, 400_000
Deed = Literal["start", "complete", "reporter", "message", "wait"]
_DEEDS = frozenset(get_args(Deed))
#: Neither names nor numbers in a run are longer.
_LONGEST = 255
_MOST_CASES = 10_000
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def is_playable(at: datetime) -> bool:
    """Whether a run can be at this time: calendars, and sums with years, end somewhere."""
    return _EARLIEST <= at < _LATEST


@dataclass(frozen=True)
class Step:
    """One thing that somebody does in a run, or a wait of the clock.

    ``start`` begins a case of ``process``; ``complete`` a task of ``case`` at ``element``, the ``occurrence``-th of
    those open there; ``reporter`` hands in the form for which the case waits at ``element``; ``message`` sends the
    message ``name`` as an officer of ``lane`` to ``case`` (0: it begins one); ``wait`` lets the clock run ``until``.
    """

    do: Deed
    process: str = ""
    case: int = 1
    element: str = ""
    occurrence: int = 1
    name: str = ""
    lane: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    until: datetime | None = None

    def as_dict(self) -> dict[str, Any]:
        """As it is kept: what says nothing is left out."""
        told = {
            "process": self.process,
            "case": self.case if self.case != 1 else None,
            "element": self.element,
            "occurrence": self.occurrence if self.occurrence != 1 else None,
            "name": self.name,
            "lane": self.lane,
            "until": self.until.isoformat() if self.until else None,
            "answers": dict(self.answers),
            "values": dict(self.values),
        }
        return {"do": self.do, **{key: value for key, value in told.items() if value not in ("", None, {})}}


def steps_of(raw: object) -> tuple[Step, ...]:
    """Read steps as `Step.as_dict` gives them, or as somebody wrote them.

    Raises:
        InvalidForm: something else; it is said which step, and what is wrong with it.
    """
    if not isinstance(raw, Sequence) or isinstance(raw, str | bytes):
        raise _refusal(_("langkah-langkahnya bukan daftar"))
    if len(raw) > MOST_STEPS:
        raise _refusal(_("paling banyak {most} langkah", most=MOST_STEPS))
    return tuple(step_of(one, number) for number, one in enumerate(raw, 1))


def step_of(raw: object, number: int = 1) -> Step:
    """Read one step; ``number``: its place, to be told.

    Raises:
        InvalidForm: it is none.
    """
    if not isinstance(raw, Mapping) or not isinstance(raw.get("do"), str) or raw["do"] not in _DEEDS:
        raise _refusal(_("langkah {n}: “do” bukan salah satu dari {deeds}", n=number, deeds=_deeds()))
    texts = {name: raw.get(name, "") for name in ("process", "element", "name", "lane")}
    counts = {name: raw.get(name, 1) for name in ("case", "occurrence")}
    given = {name: raw.get(name, {}) for name in ("values", "answers")}
    for name, text in texts.items():
        if not isinstance(text, str) or len(text) > _LONGEST:
            raise _refusal(_("langkah {n}: “{name}” bukan sepotong teks", n=number, name=name))
    for name, count in counts.items():
        if type(count) is not int or not 0 <= count <= _MOST_CASES:
            raise _refusal(_("langkah {n}: “{name}” bukan bilangan", n=number, name=name))
    for name, held in given.items():
        if not isinstance(held, Mapping):
            raise _refusal(_("langkah {n}: “{name}” bukan nama dengan nilainya", n=number, name=name))
    until = _moment(raw.get("until"), number) if raw["do"] == "wait" else None
    return Step(
        do=raw["do"],
        process=texts["process"],
        case=counts["case"],
        element=texts["element"],
        occurrence=counts["occurrence"],
        name=texts["name"],
        lane=texts["lane"],
        values=given["values"],
        answers=given["answers"],
        until=until,
    )


def require_small(steps: Iterable[Step]) -> None:
    """Refuse a run that is too long to be played at each look at it.

    Raises:
        InvalidForm: too many steps, or too much typed into their forms.
    """
    held = [step.as_dict() for step in steps]
    if len(held) > MOST_STEPS:
        raise InvalidForm(_("Paling banyak {most} langkah dalam satu percobaan.", most=MOST_STEPS), {})
    if len(orjson.dumps(held)) > MOST_BYTES:
        raise InvalidForm(
            _("Isian percobaan ini terlalu besar seluruhnya; persingkat teks-teks panjangnya."), {}
        )


def _moment(raw: object, number: int) -> datetime:
    try:
        at = datetime.fromisoformat(str(raw))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not is_playable(at):
        message = _("langkah {n}: “until” bukan waktu seperti 2026-12-01T09:00+07:00", n=number)
        raise _refusal(message)
    return at.astimezone(UTC)


def _deeds() -> str:
    return ", ".join(get_args(Deed))


def _refusal(message: str) -> InvalidForm:
    return InvalidForm(message, {})
