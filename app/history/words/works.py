"""What the worker was asked to do with many at once, in sentences."""

from collections.abc import Callable

from app.base.i18n import N_, _
from app.history import events
from app.history.entry import Entry
from app.history.sentences import Sentence, say
from app.history.vocabulary import Vocabulary
from app.history.words.telling import because, tells


def _number(*message: str, kind: str = "note") -> Callable[[Entry[events.Event], Vocabulary], Sentence]:
    """Words with the number of a piece of work, and nothing else; two: without anybody who did it, and with."""

    def tell(entry: Entry[events.Event], _vocabulary: Vocabulary) -> Sentence:
        event = entry.event
        number = getattr(event, "work", None) or getattr(event, "roster", "")
        text = message[0] if entry.actor is None else message[-1]
        return Sentence(kind, say(text, n=str(number)))

    return tell


_RIGHTS = N_("Pemindahan {n} berhenti: yang memulainya tidak lagi boleh memindahkan perkara")
tells(events.MigrationStopped)(_number(_RIGHTS, N_("Pemindahan {n} dihentikan")))
tells(events.MigrationResumed)(_number(N_("Pemindahan {n} diteruskan")))
tells(events.ImportBegun)(_number(N_("Impor {n} dijalankan")))
_NOBODY = N_("Impor {n} berhenti: yang memulainya tidak lagi boleh memulai perkara")
tells(events.ImportStopped)(_number(_NOBODY, N_("Impor {n} dihentikan")))
tells(events.ImportResumed)(_number(N_("Impor {n} diteruskan")))
tells(events.RosterPutAway)(_number(N_("Kata sandi dari berkas {n} tidak ditampilkan lagi"), kind="identity"))


@tells(events.MigrationBegun)
def _migration_begun(entry: Entry[events.MigrationBegun], _vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    text = N_("Pemindahan {work} dimulai: {n} perkara {key} ke versi {version}")
    given = {"work": str(event.work), "n": str(event.cases), "version": str(event.version)}
    return Sentence("open", say(text, key=event.key, **given), lines=because(event.reason))


@tells(events.MigrationReversed)
def _migration_reversed(entry: Entry[events.MigrationReversed], _vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    text = N_("Pemindahan {work} ditarik kembali")
    if event.instance is not None:
        text = N_("Satu perkara dari pemindahan {work} ditarik kembali: {id}")
    title = say(text, work=str(event.work), id=str(event.instance or ""))
    return Sentence("cancelled", title, lines=because(event.reason))


@tells(events.ImportAdded)
def _import_added(entry: Entry[events.ImportAdded], _vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    text = N_("Berkas impor {work} untuk {key} dikirim: {n} baris")
    return Sentence("note", say(text, work=str(event.work), key=event.key, n=str(event.lines)))


@tells(events.ImportValuesChosen)
def _values_chosen(entry: Entry[events.ImportValuesChosen], _vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    lines = ((_("Isian yang ikut masuk"), ", ".join(event.wanted)),) if event.wanted else ()
    text = N_("Pilihan untuk impor {work} ditetapkan")
    return Sentence("note", say(text, work=str(event.work)), lines=lines)


_KINDS = {
    "users": N_("Berkas pengguna {n} dikirim: {lines} baris"),
    "units": N_("Berkas unit {n} dikirim: {lines} baris"),
}


@tells(events.RosterAdded)
def _roster_added(entry: Entry[events.RosterAdded], _vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    text = _KINDS.get(event.kind, _KINDS["users"])
    return Sentence("note", say(text, n=str(event.roster), lines=str(event.lines)))


@tells(events.RosterBegun)
def _roster_begun(entry: Entry[events.RosterBegun], _vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    added, changed = (str(event.actions.get(name, 0)) for name in ("add", "change"))
    text = N_("Berkas {n} dijalankan: {added} ditambah, {changed} diubah")
    return Sentence("person", say(text, n=str(event.roster), added=added, changed=changed))


@tells(events.RecountBegun)
def _recount_begun(entry: Entry[events.RecountBegun], _vocabulary: Vocabulary) -> Sentence:
    text = N_("Tenggat {n} perkara dihitung ulang menurut hari libur sekarang")
    return Sentence("open", say(text, n=str(entry.event.cases)))


@tells(events.DestructionEnded)
def _destruction_ended(entry: Entry[events.DestructionEnded], _vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    text = N_("Pemusnahan {destruction} diakhiri sesudah {n} perkara")
    return Sentence("cancelled", say(text, destruction=str(event.destruction), n=str(event.cases)))


@tells(events.DeliveryRepeated)
def _delivery_repeated(entry: Entry[events.DeliveryRepeated], _vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    text = N_("Pengiriman {n} ke webhook {name} diulang")
    return Sentence("note", say(text, n=str(event.delivery), name=event.name))


@tells(events.MailLaidAside)
def _mail_laid_aside(entry: Entry[events.MailLaidAside], _vocabulary: Vocabulary) -> Sentence:
    title = say(N_("Surat masuk {n} dikesampingkan"), n=str(entry.event.mail))
    return Sentence("cancelled", title, lines=because(entry.event.reason))


@tells(events.DraftPublished)
def _draft_published(entry: Entry[events.DraftPublished], _vocabulary: Vocabulary) -> Sentence:
    title = say(N_("Draf {name} diterbitkan"), name=entry.event.name)
    return Sentence("note", title, lines=because(entry.event.reason))
