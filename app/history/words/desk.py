"""Who signed in, what lanes share, what was downloaded, and what was done with a case beside its procedure."""

from app.base.i18n import N_, _
from app.history import events
from app.history.entry import Entry
from app.history.sentences import Sentence, moment, say
from app.history.vocabulary import Vocabulary
from app.history.words.telling import here, tells, tells_by_name

tells_by_name(events.TaskWoken, "person", N_("{name} tidak ditunda lagi"))

_WAYS = {"password": N_("kata sandi"), "passkey": N_("kunci sandi"), "provider": N_("penyedia")}
_ENDS = {
    "own": N_("Sesi {user} diakhiri olehnya sendiri"),
    "administrator": N_("Sesi {user} diakhiri administrator"),
}
_VIEWS = {
    "saved": N_("Tampilan {name} dibagikan ke lajur {group}"),
    "renamed": N_("Tampilan bersama lajur {group} diganti namanya menjadi {name}"),
    "removed": N_("Tampilan {name} milik bersama lajur {group} dihapus"),
    "restored": N_("Tampilan {name} milik bersama lajur {group} dikembalikan"),
}


@tells(events.SessionBegun)
def _session_begun(entry: Entry[events.SessionBegun], _vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    way = _(_WAYS.get(event.way, event.way))
    return Sentence("identity", say(N_("{user} masuk dengan {way}"), user=event.user, way=way))


@tells(events.SessionEnded)
def _session_ended(entry: Entry[events.SessionEnded], _vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    return Sentence("identity", say(_ENDS.get(event.why, N_("{user} keluar")), user=event.user))


@tells(events.TemplateSaved)
def _template_saved(entry: Entry[events.TemplateSaved], _vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    title = say(N_("Templat jawaban {name} lajur {group} disimpan"), name=event.name, group=event.group)
    return Sentence("note", title, changes=((_("Teks"), event.before or None, event.text),))


@tells(events.TemplateRemoved)
def _template_removed(entry: Entry[events.TemplateRemoved], _vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    title = say(N_("Templat jawaban {name} lajur {group} dihapus"), name=event.name, group=event.group)
    return Sentence("cancelled", title, lines=((_("Teks"), event.before),))


@tells(events.ViewChanged)
def _view_changed(entry: Entry[events.ViewChanged], _vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    text = _VIEWS.get(event.change, _VIEWS["saved"])
    return Sentence("note", say(text, name=event.name, group=event.group))


@tells(events.ListTaken)
def _list_taken(entry: Entry[events.ListTaken], _vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    name = f"{event.list}.{event.format}" if event.list else ""
    return Sentence("note", say(N_("Daftar diunduh: {name}"), name=name))


@tells(events.ReportTaken)
def _report_taken(entry: Entry[events.ReportTaken], _vocabulary: Vocabulary) -> Sentence:
    event = entry.event
    text = N_("Laporan bulanan {key} bulan {month} diambil")
    return Sentence("note", say(text, key=event.key, month=event.month))


@tells(events.CaseFollowed)
def _case_followed(_entry: Entry[events.CaseFollowed], _vocabulary: Vocabulary) -> Sentence:
    return Sentence("person", say(N_("Perkara ini diikuti")))


@tells(events.CaseUnfollowed)
def _case_unfollowed(_entry: Entry[events.CaseUnfollowed], _vocabulary: Vocabulary) -> Sentence:
    return Sentence("person", say(N_("Perkara ini tidak diikuti lagi")))


@tells(events.TaskSnoozed)
def _task_snoozed(entry: Entry[events.TaskSnoozed], vocabulary: Vocabulary) -> Sentence:
    event, name = entry.event, here(entry, vocabulary)
    until = moment(event.until, vocabulary.zone)
    text = N_("{name} ditunda sampai {until}")
    if event.moved:
        text = N_("{name} ditunda sampai perkara bergerak, paling lama sampai {until}")
    return Sentence("person", say(text, name=name, until=until))


@tells(events.NoticeRepeated)
def _notice_repeated(_entry: Entry[events.NoticeRepeated], _vocabulary: Vocabulary) -> Sentence:
    return Sentence("note", say(N_("Pesan kepada pelapor dikirim sekali lagi")))
