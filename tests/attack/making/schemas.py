"""Forms of every component of form-js, right in most places; and what people or programs could send for them."""

import json
from random import Random
from typing import Any

from app.forms.model import CHOICES, INPUTS, LIST, SHOWN, Field
from tests.attack.making import feel
from tests.attack.making.texts import odd, storable
from tests.attack.payloads import ADDRESSES, HTML, NESTING, PATTERNS, TEMPLATES
from tests.forms.every import typed as typed_by_people

TYPES = (*sorted(INPUTS), *sorted(SHOWN), LIST)
_KEYS = ("a", "b", "isi.nama", "isi.umur", "daftar", "teks", "n")
_ODD_KEYS = ("tak ada", "__proto__", "constructor.x", "", "_", "if", "a.b.c", "é", "a" * 300)
_HOLDERS = frozenset({"group", LIST})


def content(dice: Random) -> bytes:
    """A ``*.form`` file."""
    whole: dict[str, Any] = {
        "type": "default",
        "id": "uji",
        "schemaVersion": 19,
        "components": [component(dice, 2) for _n in range(dice.randint(1, 6))],
    }
    if dice.randint(0, 15) == 0:
        whole[dice.choice(("type", "components", "id", "lain"))] = feel.value(dice)
    bytes_ = json.dumps(whole).encode()
    if dice.randint(0, 25) == 0:
        at = dice.randint(0, len(bytes_))
        return (
            bytes_[:at] + dice.choice((b"", b"\xff", b"}", b"1e999", b"NaN", b"[" * 3000)) + bytes_[at + 1 :]
        )
    return bytes_


def component(dice: Random, depth: int) -> dict[str, Any]:
    """One component; its parts are most often of the right type."""
    kind = dice.choice(TYPES) if dice.randint(0, 80) else dice.choice(("textarea ", "script", "", "Group"))
    part: dict[str, Any] = {"type": kind, "id": f"p{dice.randint(0, 10**6)}", "label": _text(dice)}
    if kind in INPUTS:
        part["key"] = dice.choice(_KEYS) if dice.randint(0, 30) else dice.choice(_ODD_KEYS)
    if kind in CHOICES:
        part["values"] = [{"label": _text(dice), "value": f"v{n}"} for n in range(dice.randint(1, 3))]
    if kind == "expression":
        part["expression"] = _feel(dice)
    if kind in _HOLDERS:
        part["components"] = [component(dice, depth - 1) for _n in range(dice.randint(0, 3))] if depth else []
        part["path"] = dice.choice(("isi", "baris", "baris.x", f"l{dice.randint(0, 99)}"))
    for _n in range(dice.randint(0, 5)):
        name = dice.choice(sorted(_PARTS))
        part[name] = _PARTS[name](dice) if dice.randint(0, 40) else feel.value(dice)
    return part


def _text(dice: Random) -> str:
    match dice.randint(0, 9):
        case 0:
            return storable(odd(dice)).replace("\0", "") if dice.randint(0, 9) else odd(dice)
        case 1:
            return dice.choice(HTML if dice.randint(0, 3) else TEMPLATES)
        case 2:
            return "{{" + (feel.sound(dice, 2) if dice.randint(0, 3) else feel.expression(dice, 2)) + "}}"
        case 3:
            return "=" + feel.sound(dice, 2)
        case _:
            return dice.choice(("Nama", "Umur anak", "## Judul\n- satu\n- dua", "<b>tebal</b>"))


def _feel(dice: Random) -> str:
    return "=" + (feel.expression(dice, 2).lstrip("=") if dice.randint(0, 3) == 0 else feel.sound(dice, 2))


def _limit(dice: Random) -> Any:
    return rarely(dice, (0, 1, 5, "3", "1.5", _feel(dice)), (-1, 10**30, 1e308, "1e999", ""))


def _rules(dice: Random) -> dict[str, Any]:
    made: dict[str, Any] = {"required": bool(dice.randint(0, 1))}
    made |= {
        name: _limit(dice) for name in ("min", "max", "minLength", "maxLength") if dice.randint(0, 3) == 0
    }
    if dice.randint(0, 2) == 0:
        made["pattern"] = dice.choice((*PATTERNS, "^[a-z]+$", "(a|b)*c", odd(dice)))
    if dice.randint(0, 3) == 0:
        made["validationType"] = dice.choice(("email", "phone", "custom", "nix"))
    return made


def rarely(dice: Random, usual: tuple[Any, ...], odd_ones: tuple[Any, ...]) -> Any:
    """Most often one of the usual ones: a form refused at once shows little."""
    return dice.choice(usual if dice.randint(0, 15) else odd_ones)


def _options(dice: Random) -> list[Any]:
    return [{"label": _text(dice), "value": feel.value(dice, 0)} for _n in range(dice.randint(1, 4))]


def _row(dice: Random) -> dict[str, Any]:
    return {"row": dice.choice(("r1", "r2", "")), "columns": rarely(dice, (None, 4, 16), (0, 99, "4"))}


_PARTS = {
    "validate": _rules,
    "conditional": lambda dice: {"hide": _feel(dice)},
    "values": _options,
    "valuesKey": lambda dice: dice.choice(("daftar", "tak_ada", "isi", "")),
    "valuesExpression": _feel,
    "defaultValue": lambda dice: rarely(dice, (None,), (feel.value(dice),)),
    "description": _text,
    "text": _text,
    "content": _text,
    "label": _text,
    "readonly": lambda dice: dice.choice((True, False, _feel(dice))),
    "disabled": lambda dice: bool(dice.randint(0, 1)),
    "multiple": lambda dice: dice.choice((True, _feel(dice))),
    "accept": lambda dice: dice.choice((".pdf", "image/*", _text(dice))),
    "subtype": lambda dice: rarely(dice, ("date", "time", "datetime"), ("bulan",)),
    "timeSerializingFormat": lambda dice: rarely(
        dice, ("utc_offset", "utc_normalized", "no_timezone"), ("x",)
    ),
    "timeInterval": lambda dice: rarely(dice, (1, 15), (0, -1, 10**9)),
    "decimalDigits": lambda dice: rarely(dice, (0, 2, 20), (21, -1)),
    "increment": lambda dice: rarely(dice, ("0.25", 5), (0, "1e-400", "x")),
    "serializeToString": lambda dice: bool(dice.randint(0, 1)),
    "expression": _feel,
    "computeOn": lambda dice: rarely(dice, ("change", "presubmit"), ("nix",)),
    "dataSource": _feel,
    "columns": lambda dice: [
        {"key": dice.choice(_KEYS), "label": _text(dice)} for _n in range(dice.randint(0, 3))
    ],
    "columnsExpression": _feel,
    "rowCount": lambda dice: dice.choice((0, 1, -5, 10**9)),
    "source": lambda dice: dice.choice((*ADDRESSES, _text(dice))),
    "url": lambda dice: dice.choice((*ADDRESSES, "https://contoh.id/{{a}}", _text(dice))),
    "alt": _text,
    "title": _text,
    "appearance": lambda dice: {"prefixAdorner": _text(dice), "suffixAdorner": _text(dice)},
    "layout": _row,
    "properties": lambda dice: {
        dice.choice(("pribadi", "tampil pelapor", "tanya ulang", "x")): dice.choice(("ya", "tidak", ""))
    },
    "isRepeating": lambda dice: bool(dice.randint(0, 1)),
    "defaultRepetitions": lambda dice: rarely(dice, (0, 1, 3, 50), (51, -1, 10**9)),
    "allowAddRemove": lambda dice: bool(dice.randint(0, 1)),
    "strict": lambda dice: bool(dice.randint(0, 1)),
    "action": lambda dice: rarely(dice, ("submit", "reset"), ("javascript:alert(1)",)),
    "use24h": lambda dice: bool(dice.randint(0, 1)),
}


def submission(dice: Random, depth: int = 3) -> Any:
    """A JSON body for a form: names that forms have, values of any type."""
    names = (
        "a",
        "b",
        "isi",
        "daftar",
        "teks",
        "n",
        "baris",
        "nama",
        "#",
        "barang",
        "jumlah",
        "kota",
        "__proto__",
    )
    made: dict[str, Any] = {}
    for _n in range(dice.randint(0, 6)):
        name = dice.choice(names) if dice.randint(0, 9) else odd(dice)
        if depth and dice.randint(0, 3) == 0:
            rows = [submission(dice, depth - 1) for _m in range(dice.randint(0, 3))]
            made[name] = rows if dice.randint(0, 1) else submission(dice, depth - 1)
        else:
            made[name] = feel.value(dice)
    return made


def without_rules(whole: Any) -> Any:
    """The form without rules and limits, so that what is sent is most often let through."""
    if isinstance(whole, list):
        return [without_rules(part) for part in whole]
    return (
        {key: without_rules(value) for key, value in whole.items() if key != "validate"}
        if isinstance(whole, dict)
        else whole
    )


def body(dice: Random, parts: tuple[Field, ...]) -> bytes:
    """A body as people would send it, with a few entries exchanged for odd ones; at times odd all through."""
    made: Any = typed_by_people(parts, dice)
    for _n in range(dice.randint(0, 3)):
        names = sorted(made)
        made[dice.choice(names)] = feel.value(dice)
    made = made if dice.randint(0, 4) else submission(dice)
    content = json.dumps(made).encode()
    at = dice.randint(0, len(content))
    return (
        content
        if dice.randint(0, 15)
        else content[:at] + dice.choice((b"", b"[" * 2000, b"NaN")) + content[at:]
    )


def typed(dice: Random, names: list[str]) -> dict[str, list[str]]:
    """What a browser could send: names of the form's fields and other ones, each with texts."""
    rows = ("0:", "1:0", "2:99999", "0:x", "٣:1", "-1:", "00000:", odd(dice))
    sent: dict[str, list[str]] = {}
    for name in names:
        texts = (
            odd(dice),
            dice.choice(NESTING),
            dice.choice(rows),
            str(feel.value(dice, 0)),
            "2026-11-24T10:00",
        )
        sent[name] = [dice.choice(texts) for _n in range(dice.randint(0, 3))]
    sent[odd(dice)] = [odd(dice)]
    return sent
