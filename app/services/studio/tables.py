"""Tables of a draft: a new one, and trying one out as it stands in the editor."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

from sqlalchemy.orm import Session

from app.base.errors import Conflict, InvalidForm, NotFound
from app.base.i18n import _
from app.engine import decisions
from app.engine.decisions import Decision
from app.forms import Form
from app.services.core.access import Actor
from app.services.studio import draft_files, drafts, materials, titles

_LONGEST_NAME = 120
#: With words that begin with "@" for what `new_table` puts in.
_EMPTY = Path(__file__).with_name("empty.dmn").read_text()


def new_table(session: Session, draft_id: int, name: str, *, actor: Actor) -> tuple[str, bytes]:
    """The file name and content of a new table in a draft: one column to test, one result. Nothing is stored. 2 SQL.

    Raises:
        InvalidForm: the name is empty or too long. And what `drafts.get_open` raises.
    """
    name = " ".join(name.split())
    if not 0 < len(name) <= _LONGEST_NAME:
        message = _("Isi nama tabelnya, paling panjang {most} huruf.", most=_LONGEST_NAME)
        raise InvalidForm(message, {"table": message})
    drafts.get_open(session, draft_id, actor=actor)
    files = draft_files.contents(session, draft_id)
    used = {one.id for _file, one in materials.decisions_of(files)} | {
        file.rsplit(".", 1)[0] for file in files
    }
    key = _free(titles.key_of(name), used)
    words = {"name": name, "input": _("Masukan"), "output": _("Hasil")}
    text = _EMPTY.replace("@key", key)
    for word, said in words.items():
        text = text.replace(f'"@{word}"', quoteattr(said))
    return f"{key}.dmn", text.encode()


def decisions_in(content: bytes, name: str) -> Sequence[Decision]:
    """The decisions of a file as it stands in the editor, those with errors too.

    It parses XML: call it before a transaction begins.

    Raises:
        InvalidDiagram: it cannot be read at all.
    """
    return decisions.read_decisions(content, file=name, refuse=False)


def chosen(found: Sequence[Decision], decision_id: str) -> Decision:
    """The decision of this id, or the first one that has a table, or the first.

    Raises:
        NotFound: there is none at all.
    """
    wanted = (
        [one for one in found if one.id == decision_id] or [one for one in found if one.table] or list(found)
    )
    if not wanted:
        raise NotFound(_("Berkas ini belum memuat keputusan."))
    return wanted[0]


def forms_of(session: Session, draft_id: int, *, actor: Actor) -> Mapping[str, Form]:
    """The forms of a draft by key, as far as they can be read.

    Raises:
        What `drafts.get` raises.
    """
    drafts.get(session, draft_id, actor=actor)
    return {key: form for key, (_file, form) in materials.forms_of(draft_files.contents(session, draft_id))}


def _free(key: str, used: set[str]) -> str:
    """The key, with a number where it is in use.

    Raises:
        Conflict: it is, a hundred times.
    """
    for number in range(1, 100):
        one = key if number == 1 else f"{key}_{number}"
        if one not in used:
            return one
    raise Conflict(_("Nama ini sudah terlalu sering dipakai. Pilih nama lain."))
