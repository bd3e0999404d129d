"""Why a case went the way it went: gateways, answers, tables."""

from collections.abc import Mapping
from typing import Any

from app.i18n import N_, _
from app.models import HistoryEvent
from app.web.sentences import Sentence, changes, here, say
from app.web.vocabulary import Vocabulary


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
    """What a table decided: which of its rows, for which input."""
    data = event.data
    inputs = "; ".join(
        f"{name}: {words.value(name, value)}" for name, value in (data.get("inputs") or {}).items()
    )
    rows = _rule_words(words, str(data.get("decision")), data.get("rules") or ())
    lines = ((_("Masukan"), inputs), *rows, *_warnings(data))
    title = say(N_("Tabel {name} memutuskan"), name=here(event, words))
    outputs = "; ".join(
        f"{words.label(k)}: {words.value(k, v)}" for k, v in (data.get("values") or {}).items()
    )
    return Sentence("decision", title, reason=outputs, lines=lines, changes=changes(event, words))


def _rule_words(words: Vocabulary, table_id: str, rule_ids: Any) -> tuple[tuple[str, str], ...]:
    table = words.version.program.tables.get(table_id)
    if table is None or not rule_ids:
        return ((_("Aturan"), _("Tidak ada baris yang cocok.")),)
    found = [(n, rule) for n, rule in enumerate(table.rules, 1) if rule.id in rule_ids]
    return tuple((_("Aturan baris {n}", n=n), _tests(table, rule)) for n, rule in found)


def _tests(table: Any, rule: Any) -> str:
    cells = [
        f"{column.label or column.expression}: {cell}"
        for column, cell in zip(table.inputs, rule.inputs, strict=True)
        if cell.strip() not in ("", "-")
    ]
    tests = "; ".join(cells) or _("untuk semua masukan")
    return f"{tests} ({rule.note})" if rule.note else tests


def _warnings(data: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((_("Peringatan"), str(text)) for text in data.get("warnings") or ())
