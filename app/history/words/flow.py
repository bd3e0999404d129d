"""Why a case went the way it went, in sentences: gateways, tables, data mappings, timers, signals."""

from collections.abc import Sequence

from app.history import events
from app.history.codec import decode_as
from app.history.entry import Entry
from app.history.events.flow import Ruling
from app.history.sentences import NOTHING, Sentence, say
from app.history.vocabulary import Decision, Rule, Vocabulary
from app.history.words.telling import changes, here, tells, tells_by_name, values, warnings
from app.i18n import N_, _

tells_by_name(events.SignalThrown, "message", N_("{name}: sinyal dikirim"))
tells_by_name(events.SignalCaught, "message", N_("{name}: sinyal diterima"))
tells_by_name(events.ErrorThrown, "overdue", N_("{name}: galat terjadi"))
tells_by_name(events.EscalationThrown, "overdue", N_("{name}: eskalasi terjadi"))
tells_by_name(events.RoundsEnded, "done", N_("{name}: semua pengulangan selesai"))
tells_by_name(events.NotificationQueued, "message", N_("Pemberitahuan dikirim: {name}"))


@tells(events.GatewayDecided)
def _decided(entry: Entry[events.GatewayDecided], vocabulary: Vocabulary) -> Sentence:
    """Which way a gateway let the case go, by which condition, and what that condition read."""
    event = entry.event
    taken = vocabulary.flow(event.flow) or event.text
    title = say(N_("{name} → {answer}"), name=here(entry, vocabulary), answer=taken)
    if event.answered:
        return Sentence("decision", title, reason=_("Dijawab petugas."))
    read = values(event.values or {}, vocabulary)
    if not event.condition and event.values:
        read = _("Tidak ada syarat lain yang terpenuhi ({values}).", values=read)
    lines = ((_("Syarat"), f"= {event.condition}"),) if event.condition else ()
    return Sentence("decision", title, reason=read, lines=lines + warnings(event.warnings))


@tells(events.TableDecided)
def _table(entry: Entry[events.TableDecided], vocabulary: Vocabulary) -> Sentence:
    """What a decision gave: by which of its rows, for which input; and what it needed to be decided before."""
    event = entry.event
    lines: list[tuple[str, str]] = []
    for needed in (decode_as(Ruling, each) for each in event.needed):
        name = _name(needed.decision, vocabulary)
        lines += _how(needed, vocabulary, named=True)
        lines.append((_("Hasil"), vocabulary.value(name, needed.value)))
    own = Ruling(decision=event.decision, rules=event.rules, inputs=event.inputs)
    lines += _how(own, vocabulary, named=bool(lines))
    return Sentence(
        "decision",
        say(N_("Tabel {name} memutuskan"), name=here(entry, vocabulary)),
        reason=values(event.values, vocabulary),
        lines=(*lines, *warnings(event.warnings)),
        changes=changes(event, vocabulary),
    )


def _how(ruling: Ruling, vocabulary: Vocabulary, *, named: bool) -> list[tuple[str, str]]:
    """How one decision came about, with its name where there are several."""
    inputs = "; ".join(f"{name}: {vocabulary.value(name, value)}" for name, value in ruling.inputs.items())
    head = [(_("Keputusan"), _name(ruling.decision, vocabulary))] if named else []
    decision = vocabulary.decision(ruling.decision)
    rules = [] if decision and decision.rules is None else _rules(decision, ruling.rules)
    return [*head, (_("Masukan"), inputs or NOTHING), *rules]


def _name(decision_id: str, vocabulary: Vocabulary) -> str:
    found = vocabulary.decision(decision_id)
    return found.name if found else decision_id


def _rules(decision: Decision | None, rule_ids: Sequence[str]) -> list[tuple[str, str]]:
    if decision is None or not rule_ids:
        return [(_("Aturan"), _("Tidak ada baris yang cocok."))]
    known = decision.rules or {}
    found = [known[rule_id] for rule_id in rule_ids if rule_id in known]
    return [(_("Aturan baris {n}", n=rule.number), _tests(rule)) for rule in found]


def _tests(rule: Rule) -> str:
    tests = "; ".join(f"{heading}: {cell}" for heading, cell in rule.tests) or _("untuk semua masukan")
    return f"{tests} ({rule.note})" if rule.note else tests


@tells(events.InputsMapped)
def _carried_in(entry: Entry[events.InputsMapped], vocabulary: Vocabulary) -> Sentence:
    """What an activity began with; it holds there alone."""
    event = entry.event
    title = say(N_("Data dibawa ke {name}"), name=here(entry, vocabulary))
    found = tuple(
        (vocabulary.label(key), None, vocabulary.value(key, value)) for key, value in event.given.items()
    )
    return Sentence("note", title, lines=warnings(event.warnings), changes=found)


@tells(events.OutputsMapped)
def _carried_out(entry: Entry[events.OutputsMapped], vocabulary: Vocabulary) -> Sentence:
    """What came out of an activity."""
    title, event = say(N_("Data dibawa dari {name}"), name=here(entry, vocabulary)), entry.event
    return Sentence("note", title, lines=warnings(event.warnings), changes=changes(event, vocabulary))


@tells(events.TimerFired)
def _fired(entry: Entry[events.TimerFired], vocabulary: Vocabulary) -> Sentence:
    text = entry.event.text or here(entry, vocabulary)
    if host := vocabulary.host(entry.activity_id):
        return Sentence("waiting", say(N_("Waktu {text} pada {name} tiba"), text=text, name=host))
    return Sentence("waiting", say(N_("Waktu {text} habis"), text=text))
