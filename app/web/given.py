"""What a person put into a request, told from what its page put there: to give it back in the answer to it."""

import re
from collections.abc import Iterable, Iterator

from flask import request
from sqlalchemy.orm import Session

from app import forms
from app.forms import Field, Form
from app.forms.model import INPUTS, LIST, TEXTS
from app.services.files import attachments

#: What pages of ours send beside what was typed, and what opens a report: never to be shown.
_NOT_TYPED = frozenset({"csrf_token", "idempotency_key", "next", "number", "code"})
_TYPED = TEXTS | {"number", "datetime"}
#: What hidden fields and boxes send: ids of files, marks of rows, ticks.
_FILE_ID = re.compile(r"[\w-]{43}", re.ASCII)
_MARK = re.compile(r"\d+:\d*|true")
_ROW = re.compile(r"\.\d+(?=\.)")
#: So many files are looked up for one request.
_MOST_IDS = 100


def typed(known: Iterable[Form] = ()) -> list[str]:
    """Every text of the request that a person may have written, in the order it was sent.

    ``known``: forms that it may have been written into. A field of theirs counts if one types into it; of any other
    name counts all that does not look like what a page sends by itself.
    """
    kinds: dict[str, bool] = {}
    for form in known:
        for name, is_typed in _kinds(form.components):
            kinds[name] = kinds.get(name, False) or is_typed
    return [
        text
        for name, texts in request.form.lists()
        for text in texts
        if text.strip() and kinds.get(_ROW.sub("", name), _may_be_typed(name, text))
    ]


def lost_files(session: Session) -> list[str]:
    """The names of a reporter's files that no case keeps when the request is refused: those of before as well."""
    removed = {text for name, texts in request.form.lists() if name.endswith(forms.REMOVE) for text in texts}
    held = (text for _name, texts in request.form.lists() for text in texts if _FILE_ID.fullmatch(text))
    ids = list(dict.fromkeys(one for one in held if one not in removed))[:_MOST_IDS]
    names = attachments.names(session, ids, actor=None) if ids else {}
    sent = (upload.filename for _name, uploads in request.files.lists() for upload in uploads)
    return [*names.values(), *filter(None, sent)]


def _kinds(parts: tuple[Field, ...], above: str = "") -> Iterator[tuple[str, bool]]:
    for part in parts:
        full = above + part.key
        if part.type in INPUTS or part.type == LIST:
            yield full, part.type in _TYPED and part.takes_input
        yield from _kinds(part.components, f"{full}." if part.type == LIST else above)


def _may_be_typed(name: str, text: str) -> bool:
    ours = name in _NOT_TYPED or name.startswith("_") or name.endswith(forms.REMOVE)
    return not (ours or _FILE_ID.fullmatch(text) or _MARK.fullmatch(text))
