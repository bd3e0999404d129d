"""Why a case went the way it went: gateways, answers, tables."""

from collections.abc import Mapping
from typing import Any

from app.i18n import N_, _
from app.models import HistoryEvent
from app.web.sentences import Sentence, changes, here, say
from app.web.vocabulary import Vocabulary, plain


def answered(event: HistoryEvent, words: Vocabulary) -> Sentence:
    """What an officer answered to a gateway's question."""
    given = event.data.get("answers") or []
    chosen = [given] if isinstance(given, str) else given
    answer = ", ".join(words.flow(flow_id) for flow_id in chosen)
    return Sentence("decision", say(N_("{name} dijawab {answer}"), name=here(event, words), answer=answer))


def decided(event: HistoryEvent, words: Vocabulary) -> Sentence:
    """Which way a gateway let the case go, by which condition, and what that condition read."""
    data = event.data
    taken = words.flow(str(data.get("flow"))) or str(data.get("text") or "")
    title = say(N_("{name} → {answer}"), name=here(event, words), answer=taken)
    if data.get("answered"):
        return Sentence("decision", title, reason=_("Dijawab petugas."))
    values: Mapping[str, Any] = data.get("values") or {}
    condition = str(data.get("condition") or "")
    read = "; ".join(f"{words.label(key)}: {words.value(key, value)}" for key, value in values.items())
    if not condition and values:
        read = _("Tidak ada syarat lain yang terpenuhi ({values}).", values=read)
    lines = ((_("Syarat"), f"= {condition}"),) if condition else ()
    return Sentence("decision", title, reason=read, lines=lines + _warnings(data))


def table(event: HistoryEvent, words: Vocabulary) -> Sentence:
    """What a decision gave: by which of its rows, for which input; and what it needed to be decided before."""
    data = event.data
    lines: list[tuple[str, str]] = []
    for needed in data.get("needed") or ():
        lines += _how(needed, words, named=True)
        lines.append((_("Hasil"), words.value(_name(words, needed), needed.get("value"))))
    lines += _how(data, words, named=bool(lines))
    title = say(N_("Tabel {name} memutuskan"), name=here(event, words))
    outputs = "; ".join(
        f"{words.label(k)}: {words.value(k, v)}" for k, v in (data.get("values") or {}).items()
    )
    return Sentence(
        "decision",
        title,
        reason=outputs,
        lines=(*lines, *_warnings(data)),
        changes=changes(event, words),
    )


def _how(data: Mapping[str, Any], words: Vocabulary, *, named: bool) -> list[tuple[str, str]]:
    """How one decision came about, with its name where there are several."""
    inputs = "; ".join(
        f"{name}: {words.value(name, value)}" for name, value in (data.get("inputs") or {}).items()
    )
    decision = words.version.program.tables.get(str(data.get("decision")))
    head = [(_("Keputusan"), _name(words, data))] if named else []
    rules = [] if decision and decision.table is None else _rule_words(decision, data.get("rules") or ())
    return [*head, (_("Masukan"), inputs or plain(None)), *rules]


def _name(words: Vocabulary, data: Mapping[str, Any]) -> str:
    id = str(data.get("decision"))
    found = words.version.program.tables.get(id)
    return found.name if found else id


def _rule_words(decision: Any, rule_ids: Any) -> list[tuple[str, str]]:
    if decision is None or not rule_ids:
        return [(_("Aturan"), _("Tidak ada baris yang cocok."))]
    rows = {rule.id: (n, rule) for n, rule in enumerate(decision.table.rules, 1)}
    found = [rows[id] for id in rule_ids if id in rows]
    return [(_("Aturan baris {n}", n=n), _tests(decision.table, rule)) for n, rule in found]


def _tests(table: Any, rule: Any) -> str:
    cells = [
        f"{column.heading}: {cell}"
        for column, cell in zip(table.inputs, rule.inputs, strict=True)
        if cell.strip() not in ("", "-")
    ]
    tests = "; ".join(cells) or _("untuk semua masukan")
    return f"{tests} ({rule.note})" if rule.note else tests


def _warnings(data: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((_("Peringatan"), str(text)) for text in data.get("warnings") or ())
