"""What cases send each other, in sentences; the other case is a link for who may open it."""

from collections.abc import Mapping
from typing import Any

from flask import url_for
from markupsafe import Markup

from app.i18n import N_, _
from app.models import HistoryEvent
from app.web.sentences import Sentence, say
from app.web.vocabulary import Vocabulary

#: Why a message has not arrived, and what to do.
_REASONS: Mapping[str, str] = {
    "not_waiting": N_("Perkara penerimanya belum menunggu pesan ini; ia menerimanya begitu menunggu."),
    "nobody": N_(
        "Tidak ada perkara penerima: tidak ada yang dimulai dari atau oleh perkara ini, atau bernomor sama. Mulai "
        "perkara itu dengan nomor yang sama, atau kirim isinya lewat API pesan."
    ),
    "several": N_(
        "Lebih dari satu perkara menunggu pesan ini, dan tidak dapat diketahui yang mana. Kirim isinya lewat API "
        "pesan ke perkara yang dimaksud; pesan ini disampaikan bila tinggal satu yang menunggu."
    ),
    "no_target": N_(
        "Langkah yang menerimanya tidak ada lagi pada diagram penerima. Terapkan diagram yang memuatnya, atau "
        "kirim isinya lewat API pesan."
    ),
}


def reason(code: str | None) -> str:
    """Why a message is kept, and what to do."""
    return _(_REASONS.get(code or "", ""))


def number(event: HistoryEvent, words: Vocabulary) -> str:
    """The number of the other case that an event names."""
    return case_link(event.data.get("case"), str(event.data.get("case_number") or ""), words)


def case_link(case_id: Any, text: str, words: Vocabulary) -> str:
    """A case's number, as a link when the reader may see the case."""
    if case_id not in words.cases:
        return text
    return Markup('<a href="{}">{}</a>').format(url_for("cases.show", instance_id=case_id), text)


def begun(event: HistoryEvent, words: Vocabulary) -> Markup:
    """That a message of another case began this one."""
    text = N_("Perkara dimulai oleh pesan {message} dari perkara {case}")
    return say(text, message=_name(event), case=number(event, words))


def sender(event: HistoryEvent, words: Vocabulary) -> str:
    """From which case a message came; empty when it came from outside."""
    if "case" not in event.data:
        return ""
    return Markup("{}").format(say(N_("dari perkara {case}"), case=number(event, words)))


def sent(event: HistoryEvent, words: Vocabulary) -> Sentence:
    """That a message was sent, to which process, and what it carries."""
    title = say(
        N_("Pesan {message} dikirim ke {to}"), message=_name(event), to=str(event.data.get("to") or "")
    )
    fields = ", ".join(words.label(str(key)) for key in event.data.get("fields") or ())
    return Sentence("message", title, lines=((_("Isi"), fields),) if fields else ())


def delivered(event: HistoryEvent, words: Vocabulary) -> Sentence:
    """Which case received it, and which identity went along."""
    title = say(
        N_("Pesan {message} diterima perkara {case}"), message=_name(event), case=number(event, words)
    )
    fields = ", ".join(words.label(str(key)) for key in event.data.get("identity") or ())
    lines = ((_("Identitas yang ikut"), fields),) if fields else ()
    return Sentence("message", title, reason=matched(event), lines=lines)


def matched(event: HistoryEvent) -> str:
    """What brought two cases together that had not been in touch; else empty."""
    if event.data.get("by_number"):
        return _("Kedua perkara dipertemukan oleh nomornya yang sama; sejak itu keduanya berhubungan.")
    if event.data.get("by_partner"):
        return _("Kedua perkara dipertemukan oleh perkara di antaranya; sejak itu keduanya berhubungan.")
    return ""


def kept(event: HistoryEvent, _words: Vocabulary) -> Sentence:
    """That nobody has received it yet, and what to do."""
    title = say(N_("Pesan {message} belum diterima"), message=_name(event))
    return Sentence("waiting", title, reason=reason(str(event.data.get("reason"))))


def unheard(event: HistoryEvent, words: Vocabulary) -> Sentence:
    """That it came after the case was over; told on both sides."""
    case = number(event, words)
    if event.activity_id is None:  # the receiver's side
        title = say(
            N_("Pesan {message} dari perkara {case} datang terlambat"), message=_name(event), case=case
        )
        return Sentence("overdue", title, reason=_("Perkara ini sudah berakhir sebelum menerimanya."))
    title = say(
        N_("Pesan {message} tidak diterima lagi oleh perkara {case}"), message=_name(event), case=case
    )
    return Sentence(
        "overdue", title, reason=_("Perkara itu sudah berakhir; beri tahu petugasnya bila perlu.")
    )


def partner_ended(event: HistoryEvent, words: Vocabulary) -> Sentence:
    """That a partner is over without having sent what is waited for here."""
    title = say(
        N_("Perkara {case} berakhir tanpa mengirim pesan {message}"),
        case=number(event, words),
        message=_name(event),
    )
    return Sentence(
        "overdue",
        title,
        reason=_("Perkara ini masih menunggunya: kirim isinya lewat API pesan, atau batalkan perkara ini."),
    )


def _name(event: HistoryEvent) -> str:
    return str(event.data.get("message") or "")
