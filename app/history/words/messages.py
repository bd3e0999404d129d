"""What instances told each other, and what came from outside, in sentences."""

from app.base.i18n import N_, _
from app.history import events
from app.history.entry import Entry
from app.history.sentences import Part, Sentence, say
from app.history.vocabulary import Vocabulary
from app.history.words.telling import (
    changes,
    here,
    labels,
    other_instance,
    tells,
)


@tells(events.MessageReceived)
def _received(entry: Entry[events.MessageReceived], vocabulary: Vocabulary) -> Sentence:
    """What a waiting event received, and from which case; none when it came from outside."""
    event = entry.event
    case = other_instance(event.case, event.case_number, vocabulary)
    return Sentence(
        "message",
        (Part(here(entry, vocabulary), "name"),),
        reason=_matched(event),
        lines=_withheld(event, vocabulary),
        changes=changes(event, vocabulary),
        meta=() if event.case is None else say(N_("dari perkara {case}"), case=case),
    )


@tells(events.MessageSent)
def _sent(entry: Entry[events.MessageSent], vocabulary: Vocabulary) -> Sentence:
    """That a message was sent, to which process, and what it carries."""
    event = entry.event
    title = say(N_("Pesan {message} dikirim ke {to}"), message=event.message, to=event.to)
    fields = labels(event.fields, vocabulary)
    return Sentence("message", title, lines=((_("Isi"), fields),) if fields else ())


@tells(events.MessageDelivered)
def _delivered(entry: Entry[events.MessageDelivered], vocabulary: Vocabulary) -> Sentence:
    """Which case received it, and which identity went along."""
    event = entry.event
    case = other_instance(event.case, event.case_number, vocabulary)
    title = say(N_("Pesan {message} diterima perkara {case}"), message=event.message, case=case)
    fields = labels(event.identity, vocabulary)
    lines = ((_("Identitas yang ikut"), fields),) if fields else ()
    return Sentence("message", title, reason=_matched(event), lines=(*lines, *_withheld(event, vocabulary)))


def _withheld(
    event: events.MessageReceived | events.MessageDelivered, vocabulary: Vocabulary
) -> tuple[tuple[str, str], ...]:
    """Which identity did not go along, why, and how it would."""
    if not event.withheld:
        return ()
    why = _(
        "{fields}. Perkara penerima hanya dikenal dari nomornya, yang dapat salah ketik. Agar ikut terkirim, sebut "
        "kolom itu dalam properti “isi pesan” pada diagram pengirim.",
        fields=labels(event.withheld, vocabulary),
    )
    return ((_("Identitas yang tidak ikut"), why),)


def _matched(event: events.MessageReceived | events.MessageDelivered) -> str:
    """What brought two cases together that were not linked; else empty."""
    if event.by_number:
        return _("Kedua perkara dipertemukan oleh nomor perkara; sejak itu keduanya terhubung.")
    return ""


@tells(events.MessageKept)
def _kept(entry: Entry[events.MessageKept], _vocabulary: Vocabulary) -> Sentence:
    """That the case that it is for does not wait for it yet."""
    title = say(N_("Pesan {message} belum diterima"), message=entry.event.message)
    reason = _("Perkara penerimanya belum menunggu pesan ini; ia menerimanya begitu menunggu.")
    return Sentence("waiting", title, reason=reason)


@tells(events.MessageUnheard)
def _unheard(entry: Entry[events.MessageUnheard], vocabulary: Vocabulary) -> Sentence:
    """That it came after the case was over; told on both sides."""
    event = entry.event
    message, case = event.message, other_instance(event.case, event.case_number, vocabulary)
    if entry.activity_id is None:  # the receiver's side
        text, reason = (
            N_("Pesan {message} dari perkara {case} datang terlambat"),
            _("Perkara ini sudah berakhir sebelum menerimanya."),
        )
    else:
        text, reason = (
            N_("Pesan {message} tidak diterima lagi oleh perkara {case}"),
            _("Perkara itu sudah berakhir; beri tahu petugasnya bila perlu."),
        )
    return Sentence("overdue", say(text, message=message, case=case), reason=reason)
