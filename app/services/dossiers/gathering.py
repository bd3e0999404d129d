"""What the file of a case holds, in words and in order: pages, archive and tests read it from here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.base import i18n
from app.base.i18n import _, ngettext
from app.engine import drawing
from app.forms import masking
from app.history import reader
from app.history.catalogue import Entry, Event
from app.history.events.instances import GatewayDecided, TableDecided
from app.history.events.tasks import QuestionAnswered
from app.history.sentences import plain
from app.models import Attachment, DefinitionFile, ProcessDefinition
from app.services.casefile import casefile, queries, timeline
from app.services.casefile.casefile import CaseFile
from app.services.casefile.vocabulary import Vocabulary, vocabulary_of
from app.services.core import access, clock, office, settings
from app.services.core.access import Actor
from app.services.evidence import chains
from app.services.reporter import correspondence, joined_reports

#: So much of each is printed; what is left out is said, and where it is.
MOST_EVENTS, MOST_FORMS, MOST_TEXTS, MOST_FILES = 1_000, 200, 500, 500
#: Letters of a heading: the outline of a PDF holds no long ones.
_MOST_HEADING = 300
_MASKED = "••••••"
_STATES = {
    "active": "Berjalan",
    "ended": "Berakhir",
    "cancelled": "Dibatalkan",
    "joined": "Digabung",
    "incident": "Terkendala",
}
_HOUR, _DAY = 3_600, 86_400

Pair = tuple[str, str]


@dataclass(frozen=True)
class Dossier:
    """The file of a case: ``number``, ``title``; ``data`` for the template; ``svg``: its diagram with the path.

    ``files``: the attachments as rows, in their order.
    """

    number: str
    title: str
    data: Mapping[str, Any]
    svg: bytes
    files: Sequence[Attachment]


def gather(
    session: Session, instance_id: int, *, actor: Actor, shown: Mapping[str, Any] | None = None
) -> Dossier:
    """All that the file of a case holds. ``shown``: its identity, where it was opened for the actor; see `taking`.

    Raises:
        NotFound: the case is not the actor's to see.
    """
    instance = access.instance(session, actor, instance_id)
    file = casefile.casefile_of(session, instance, actor=actor)
    zone = settings.config(session).timezone
    named = vocabulary_of(file, zone)
    hidden = {key: text for key, text in (shown or {}).items() if masking.is_sign(key)}
    writer = _Writer(session, file, named, zone, actor)
    data = {
        "language": i18n.language(),
        "made": [*clock.now(session).astimezone(zone).timetuple()[:3]],
        "cover": writer.cover(),
        "identity": _identity(file, named, shown),
        "timeline": writer.days(),
        "forms": writer.forms(),
        "reasons": writer.reasons(),
        "letters": writer.letters(),
        "notes": writer.notes(),
        "joined": writer.joined(),
        "files": writer.files(),
        "sop": writer.sop(),
        "verify": writer.verify(),
        "words": _headings(),
    }
    opened: Mapping[str, Any] = masking.opened(data, hidden)
    return Dossier(
        instance.business_key,
        _("Berkas perkara {number}", number=instance.business_key),
        {**opened, "title": _("Berkas perkara {number}", number=instance.business_key)},
        writer.picture(),
        list(file.files[:MOST_FILES]),
    )


def _identity(file: CaseFile, named: Vocabulary, shown: Mapping[str, Any] | None) -> dict[str, Any]:
    keys = sorted(file.identity, key=named.place)
    rows = [
        (named.label(key), named.value(key, shown.get(key)) if shown is not None else _MASKED) for key in keys
    ]
    if not keys:
        note = _("Perkara ini tidak menyimpan identitas.")
    elif shown is None:
        note = _(
            "Disamarkan. Yang berhak dapat meminta berkas ini dengan identitas; permintaan itu tercatat."
        )
    else:
        note = _("Dibuka atas permintaan; pembukaannya tercatat dalam riwayat perkara beserta alasannya.")
    return {"rows": rows, "note": note}


class _Writer:
    """The parts of a file, each as the template wants it."""

    def __init__(
        self, session: Session, file: CaseFile, named: Vocabulary, zone: tzinfo, actor: Actor
    ) -> None:
        self.session, self.file, self.named, self.zone, self.actor = session, file, named, zone, actor

    def moment(self, at: datetime | None) -> str:
        """A time in words."""
        return i18n.moment(at, self.zone) if at is not None else ""

    def cover(self) -> dict[str, Any]:
        """What stands on the first page."""
        case, version = self.file.instance, self.file.version
        properties = version.diagram.properties
        facts = [
            (_("Perihal"), case.subject or ""),
            (_("Proses"), _("{name}, versi {n}", name=version.diagram.name, n=version.number)),
            (_("Nomor SOP"), properties.get("nomor sop", "")),
            (_("Diterima"), self.moment(case.started_at)),
            (_("Berakhir"), self.moment(case.ended_at)),
            (_("Keadaan"), _(_STATES.get(case.state, case.state))),
            (_("Hasil akhir"), case.end_name or ""),
            (_("Kategori"), case.category or ""),
            (_("Prioritas"), case.priority or ""),
            (_("Wilayah"), case.area or ""),
            (_("Unit"), self.file.unit),
        ]
        made = _(
            "Dibuat {at} oleh {name}.", at=self.moment(clock.now(self.session)), name=self.actor.full_name
        )
        return {
            "office": properties.get("instansi", "") or office.office(self.session).name,
            "number": case.business_key,
            "facts": [fact for fact in facts if fact[1]],
            "made": made,
        }

    def days(self) -> dict[str, Any]:
        """Days with what happened, oldest first."""
        told = timeline.folded(self.file.events[-MOST_EVENTS:])
        rows = [(one.entry.at.astimezone(self.zone).date(), self._event(one)) for one in told]
        days = [(i18n.weekday(on), [row for _on, row in some]) for on, some in groupby(rows, key=_first)]
        left = reader.count(self.session, self.file.instance.id) - min(len(self.file.events), MOST_EVENTS)
        note = (
            ngettext(
                "{count} kejadian yang lebih lama tidak dicetak; semuanya ada pada halaman perkara.",
                "{count} kejadian yang lebih lama tidak dicetak; semuanya ada pada halaman perkara.",
                left,
            )
            if left > 0
            else ""
        )
        return {"days": days, "note": note}

    def _event(self, told: timeline.Told) -> dict[str, Any]:
        entry = told.entry
        sentence = entry.describe(self.named)
        local = entry.at.astimezone(self.zone)
        return {
            "at": f"{local:{'%H.%M' if i18n.language() == 'id' else '%H:%M'}}",
            "what": plain(sentence.title),
            "who": entry.who() or _("Jam sistem"),
            "more": [text for text in (plain(sentence.meta), sentence.reason) if text]
            + [plain(one.describe(self.named).title) for one in told.beside],
            "since": _span(told),
        }

    def forms(self) -> dict[str, Any]:
        """The forms as they were submitted, oldest first."""
        found = queries.submissions(self.file.version, self.file.valid_events, self.file.file_names)
        shown = found[-MOST_FORMS:]
        return {
            "items": [
                {
                    "title": one.title[:_MOST_HEADING],
                    "about": _(
                        "{at}, diisi oleh {name}", at=self.moment(one.at), name=one.actor or _("Pelapor")
                    ),
                    "rows": list(one.rows),
                }
                for one in shown
            ],
            "note": _left_out(len(found) - len(shown)),
        }

    def reasons(self) -> dict[str, Any]:
        """Why the case went the way that it went."""
        kinds = (GatewayDecided, TableDecided, QuestionAnswered)
        decided = [entry for entry in self.file.valid_events if isinstance(entry.event, kinds)]
        shown = decided[-MOST_TEXTS:]
        return {
            "items": [self._reason(entry) for entry in shown],
            "note": _left_out(len(decided) - len(shown)),
        }

    def _reason(self, entry: Entry[Event]) -> dict[str, Any]:
        sentence = entry.describe(self.named)
        return {
            "at": self.moment(entry.at),
            "what": plain(sentence.title),
            "who": entry.who(),
            "why": [
                text
                for text in (sentence.reason, *(f"{head}: {text}" for head, text in sentence.lines))
                if text
            ],
        }

    def letters(self) -> dict[str, Any]:
        """What office and reporter wrote to each other."""
        found = correspondence.letters_of(self.session, self.file.instance.id, actor=self.actor)
        shown = found[-MOST_TEXTS:]
        return {
            "items": [
                {
                    "about": " · ".join(
                        part
                        for part in (
                            one.written_by.full_name if one.written_by else _("Pelapor"),
                            number,
                            self.moment(one.written_at),
                        )
                        if part
                    ),
                    "text": one.text,
                }
                for one, number in shown
            ],
            "note": _left_out(len(found) - len(shown)),
        }

    def notes(self) -> dict[str, Any]:
        """What officers noted."""
        shown = self.file.notes[-MOST_TEXTS:]
        return {
            "items": [
                {"about": f"{one.written_by.full_name} · {self.moment(one.written_at)}", "text": one.text}
                for one in shown
            ],
            "note": _left_out(len(self.file.notes) - len(shown)),
        }

    def joined(self) -> dict[str, Any]:
        """The case that does the work of this one, and those whose work this one does."""
        main, others = joined_reports.joins_of(self.session, self.file.instance.id, actor=self.actor)
        lines = (
            [
                _(
                    "Digabung ke perkara {number} sejak {at}.",
                    number=main.number,
                    at=self.moment(main.joined_at),
                )
            ]
            if main
            else []
        )
        lines += [
            _(
                "Laporan {number}, diterima {received}, digabung {joined}.",
                number=one.number,
                received=self.moment(one.received_at),
                joined=self.moment(one.joined_at),
            )
            for one in others[:MOST_TEXTS]
        ]
        return {"lines": lines, "note": _left_out(len(others) - MOST_TEXTS)}

    def files(self) -> dict[str, Any]:
        """Attachments with their hashes."""
        shown = self.file.files[:MOST_FILES]
        return {
            "items": [
                {
                    "name": one.name,
                    "about": " · ".join(
                        part
                        for part in (
                            self.named.label(one.field_key or ""),
                            _("{n} byte", n=one.size_bytes),
                            self.moment(one.uploaded_at),
                            _("memuat identitas: sidiknya memakai kunci") if one.is_private else "",
                        )
                        if part
                    ),
                    "sha256": one.sha256,
                }
                for one in shown
            ],
            "note": _left_out(len(self.file.files) - len(shown)),
        }

    def sop(self) -> list[dict[str, Any]]:
        """The versions of the process that the case ran in, the latest first, with the hashes of their files."""
        ids = [self.file.version.id, *(one.id for one in self.file.earlier)]
        query = select(ProcessDefinition).where(ProcessDefinition.id.in_(ids))
        found = {one.id: one for one in self.session.scalars(query)}
        files = self.session.scalars(
            select(DefinitionFile)
            .where(DefinitionFile.definition_id.in_(ids))
            .order_by(DefinitionFile.kind, DefinitionFile.name)
            .options(joinedload(DefinitionFile.resource, innerjoin=True).load_only())
        ).all()
        return [
            {
                "title": _("{name}, versi {n}", name=found[id_].name[:_MOST_HEADING], n=found[id_].version),
                "about": _("Berlaku sejak {at}.", at=self.moment(found[id_].deployed_at)),
                "files": [(one.name, one.sha256) for one in files if one.definition_id == id_],
            }
            for id_ in ids
            if id_ in found
        ]

    def verify(self) -> dict[str, Any]:
        """By what the record of the case is known, and how to check it."""
        facts = [(_("Kejadian dalam riwayat"), str(reader.count(self.session, self.file.instance.id)))]
        head = chains.head_of(self.session, self.file.instance.id)
        if head is not None:
            facts.append((_("Ujung rantai"), head.hash))
        if head is not None and head.checkpoint is not None:
            sealed = _("{count} kejadian, titik {n}", count=head.sealed, n=head.checkpoint)
            facts.append((_("Disegel"), f"{sealed}, {self.moment(head.checkpoint_at)}"))
        how = [
            _(
                "Setiap kejadian memuat sidik kejadian sebelumnya; ujung rantai berubah bila satu saja diubah."
            ),
            _("Periksa seluruh riwayat dengan perintah: python -m app verify"),
            _(
                "Untuk memeriksanya tanpa Alur, minta buktinya: python -m app export-evidence {number}",
                number=self.file.instance.business_key,
            ),
            _("Sidik lampiran dan berkas SOP adalah SHA-256 dari isinya: bandingkan dengan hasil sha256sum."),
        ]
        return {"facts": facts, "how": how}

    def picture(self) -> bytes:
        """The diagram with the path of the case, as an SVG file that stands alone."""
        states = casefile.picture_states(self.session, self.file)
        title = _("Jalan perkara {number}", number=self.file.instance.business_key)
        return drawing.draw_svg(self.file.version.xml, states, title=title, css=_css()).encode()


def _first(row: tuple[Any, Any]) -> Any:
    return row[0]


def _css() -> str:
    return Path(__file__).with_name("diagram.css").read_text("utf-8")


def _span(told: timeline.Told) -> str:
    """How long nothing had happened before, by the wall's clock; "" for less than an hour."""
    seconds = int(told.since.total_seconds()) if told.since is not None else 0
    days, hours = seconds // _DAY, seconds % _DAY // _HOUR
    parts = [
        ngettext("{count} hari", "{count} hari", days) if days else "",
        ngettext("{count} jam", "{count} jam", hours) if hours else "",
    ]
    return " ".join(part for part in parts if part)


def _left_out(count: int) -> str:
    if count <= 0:
        return ""
    return ngettext(
        "{count} yang lebih lama tidak dicetak; semuanya ada pada halaman perkara.",
        "{count} yang lebih lama tidak dicetak; semuanya ada pada halaman perkara.",
        count,
    )


def _headings() -> dict[str, str]:
    return {
        "identity": _("Identitas"),
        "diagram": _("Diagram dengan jalan yang ditempuh"),
        "path": _(
            "Yang sudah dilalui bertanda centang dan bergaris tebal, yang terbuka berbingkai tebal, "
            "yang lewat tenggat berbingkai putus-putus."
        ),
        "timeline": _("Riwayat"),
        "forms": _("Formulir yang dikirim"),
        "reasons": _("Alasan setiap cabang"),
        "letters": _("Pesan dengan pelapor"),
        "notes": _("Catatan petugas"),
        "joined": _("Laporan yang digabung"),
        "files": _("Lampiran"),
        "sop": _("SOP yang berlaku"),
        "verify": _("Cara memeriksa"),
        "none": _("Tidak ada."),
        "contents": _("Isi berkas"),
        "since": _("sesudahnya"),
    }
