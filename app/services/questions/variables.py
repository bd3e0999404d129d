"""Conditions on process variables. Identity is in none of them, and none may be asked for by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.base.errors import InvalidForm
from app.base.i18n import _
from app.forms import moments
from app.services.definitions import definitions
from app.services.search import terms

#: Ways to compare: equal, contains, more, less, filled in, empty.
WAYS = ("sama", "memuat", "lebih", "kurang", "terisi", "kosong")
_WITHOUT_VALUE = ("terisi", "kosong")


@dataclass(frozen=True)
class Asked:
    """A variable that may be asked for: what its field is called, and where it offers a list, (value as text, label)
    each; ``closed``: it holds nothing else; ``where``: the activity that asks for it, or its form."""

    label: str
    options: tuple[tuple[str, str], ...] = ()
    closed: bool = False
    where: str = ""


def asked_fields(session: Session, key: str = "") -> dict[str, Asked]:
    """The variables that the processes in force (or one of them) know, with what their fields are called and offer.

    Fields marked ``pribadi`` of any of them are left out: another form may hold the same name in the open.
    """
    labels, offered, places = dict[str, str](), dict[str, dict[str, str]](), dict[str, str]()
    private, free = set[str](), set[str]()
    for row in definitions.live(session):
        if key and row.key != key:
            continue
        version = definitions.readable(session, row.id)
        if version is None:
            continue
        private |= version.private_keys
        named = {node.form_key: node.name for node in [*version.diagram.nodes.values()][::-1] if node.name}
        for form_key, part in ((key, part) for key, form in version.forms.items() for part in form.fields):
            if part.key and part.takes_input:
                labels[part.key] = part.name
                places[part.key] = named.get(form_key, form_key)
                given = offered.setdefault(part.key, {})
                given |= {option.text: option.label for option in part.options}
                if part.type == "checkbox":
                    given |= {"ya": _("Ya"), "tidak": _("Tidak")}
                elif not part.options:
                    free.add(part.key)
    return {
        name: Asked(label, tuple(offered[name].items()), name not in free, places[name])
        for name, label in labels.items()
        if name not in private
    }


def check_of(session: Session, values: Mapping[str, str]) -> Callable[[Mapping[str, Any]], bool]:
    """What tells from the variables of a case, as they are read, whether a condition holds. What a list offers may be
    written as its label or as its value.

    Raises:
        InvalidForm: the variable is identity or not known, or the condition says nothing, or what the list has not.
    """
    name, way, value = values.get("nama", ""), values.get("cara", "") or "sama", values.get("nilai", "")
    if not name:
        raise terms.refused(_("Pilih isiannya dulu."))
    asked = asked_fields(session).get(name)
    if asked is None:
        raise terms.refused(
            _("Isian {name} tidak dapat ditanyakan: tidak dikenal, atau identitas pelapor.", name=name)
        )
    if way not in WAYS:
        raise terms.refused(_("Pilih cara membandingkannya."))
    if not value and way not in _WITHOUT_VALUE:
        raise terms.refused(_("Pilih nilainya dulu.") if asked.options else _("Tulis nilainya dulu."))
    compare, meant = _COMPARE[way], _meant(asked, way, value)
    return lambda held: compare(held.get(name), value) or any(_same(held.get(name), one) for one in meant)


def _meant(asked: Asked, way: str, value: str) -> list[str]:
    """The values of a list that a text stands for: those whose labels it is, or is part of.

    Raises:
        InvalidForm: the list has neither such a value nor such a label.
    """
    if way not in ("sama", "memuat"):
        return []
    plain = value.casefold()
    labels = [(text, label.casefold()) for text, label in asked.options]
    found = [text for text, label in labels if plain == label or (way == "memuat" and plain in label)]
    if (
        way == "sama"
        and asked.closed
        and not found
        and plain not in (text.casefold() for text, _label in labels)
    ):
        raise terms.refused(
            _(
                "Isian {name} tidak punya pilihan “{value}”. Nilai dari versi lama dicari dengan “memuat”.",
                name=asked.label,
                value=value,
            )
        )
    return found


def _is_empty(held: Any) -> bool:
    return held in (None, "", [], {})


def _texts(held: Any) -> list[str]:
    if isinstance(held, list):
        return [text for one in held for text in _texts(one)]
    if isinstance(held, bool):
        return ["true", "ya"] if held else ["false", "tidak"]
    return [] if held is None or isinstance(held, dict) else [str(held).casefold()]


def _same(held: Any, value: str) -> bool:
    return value.casefold() in _texts(held) or (
        (number := _number(value)) is not None and number == _number(held)
    )


def _ordered(held: Any, value: str) -> int:
    """-1, 0 or 1: less, equal or not to be compared, more."""
    pairs = ((_number(held), _number(value)), (_day(held), _day(value)))
    for one, other in pairs:
        if one is not None and other is not None:
            return (one > other) - (one < other)  # type: ignore[operator]
    return 0


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(str(value).replace(",", "."))
    except ValueError:
        return None


def _day(value: Any) -> date | None:
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(str(moments.from_text(value[:10], "date")))
    except (ValueError, InvalidForm):
        return None


_COMPARE: Mapping[str, Callable[[Any, str], bool]] = {
    "sama": _same,
    "memuat": lambda held, value: any(value.casefold() in text for text in _texts(held)),
    "lebih": lambda held, value: _ordered(held, value) > 0,
    "kurang": lambda held, value: _ordered(held, value) < 0,
    "terisi": lambda held, _value: not _is_empty(held),
    "kosong": lambda held, _value: _is_empty(held),
}
