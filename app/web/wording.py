"""What marshmallow says about a request, by field and in the reader's language."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.i18n import N_, _

_WORDS = {
    "Unknown field.": N_("Isian ini tidak dikenal."),
    "Missing data for required field.": N_("Isian ini wajib."),
    "Field may not be null.": N_("Isian ini tidak boleh kosong."),
    "Not a valid string.": N_("Kirim teks."),
    "Not a valid integer.": N_("Kirim bilangan bulat."),
    "Not a valid boolean.": N_("Kirim true atau false."),
    "Not a valid mapping type.": N_("Kirim objek JSON."),
    "Not a valid list.": N_("Kirim daftar."),
    "Invalid input type.": N_("Kirim objek JSON."),
    "Invalid JSON body.": N_("Isi permintaan ini bukan JSON yang dapat dibaca."),
}


def field_errors(messages: Mapping[str, Any]) -> dict[str, str]:
    """Field → message, from messages by place (``json``, ``query``, ``files``) and field; "" is the whole body."""
    found: dict[str, str] = {}
    for place in messages.values():
        for name, text in _flat(place, ()):
            found.setdefault(name, _said(text))
    return found


def _flat(node: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _flat(value, path if key == "_schema" else (*path, str(key)))
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _flat(value, path)
    else:
        yield ".".join(path), str(node)


def _said(text: str) -> str:
    return _(_WORDS.get(text, text))
