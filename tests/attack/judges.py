"""What each target does with one input. A verdict is a word; an exception that is not ours is a defect."""

import json
from collections.abc import Sequence
from datetime import datetime
from random import Random
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

import orjson

from app import forms
from app.base.errors import AppError, ExpressionFailed, InvalidDiagram, InvalidForm
from app.bpmnio import feel
from app.engine import decisions, drawing, timers
from app.engine.diagram import Timer
from app.engine.reading import reader
from app.engine.reading.texts import timer_labels
from app.findings import Finding, has_errors
from app.forms import Form
from app.services.deployment import triage_driver
from tests.attack.harm import harms
from tests.attack.making import schemas
from tests.attack.making.feel import value
from tests.attack.making.schemas import without_rules
from tests.engine.drawn import CALENDAR, MONDAY
from tests.forms.every import EVERY, case
from tests.forms.pages import html

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Asia/Jakarta"))
CONTEXT: dict[str, Any] = {
    "a": {"b": 1, "c": None},
    "n": 7,
    "daftar": [1, "2", {"x": 3}, None],
    "isi": {"nama": "Ani", "__proto__": 1},
    "teks": 'a"b\\c',
    "kosong": None,
    "tanggal": "2026-11-24",
}
DRIVEN_ONE_IN = 8
#: Of the texts that no reader accepts, so that nothing evaluates them.
EVALUATED_ONE_IN = 8


def diagram(content: bytes) -> str:
    """A diagram file: read and its picture drawn; some that are accepted are driven by an officer who throws dice."""
    try:
        diagrams = reader.read_diagrams(content, file="x.bpmn")
    except InvalidDiagram as refusal:
        _drawn(content)
        return _refused(refusal)
    _drawn(content)
    for one in diagrams:
        _worded(one.findings)
        assert not has_errors(one.findings)
        assert {way.source for way in one.flows} | {way.target for way in one.flows} <= set(one.nodes)
        reader.expressions(one)
        reader.element_names(one)
        if crc32(content) % DRIVEN_ONE_IN == 0:
            triage_driver.drive_diagram(one, "0")
    return "accepted"


def _drawn(content: bytes) -> None:
    try:
        picture = drawing.draw_svg(content, {}, title="x")
        drawing.texts(content, {})
    except InvalidDiagram:
        return
    assert not harms(picture)


def _refused(refusal: InvalidDiagram) -> str:
    _worded(refusal.findings)
    assert has_errors(refusal.findings)
    return "refused"


def _worded(findings: Sequence[Finding]) -> None:
    for finding in findings:
        messages = finding.as_dict()["messages"]
        assert all(messages[language][part] for language in ("id", "en") for part in ("what", "todo"))
        assert len(repr(finding)) < 20_000
        orjson.dumps(finding.as_dict())


def timer(content: bytes) -> str:
    """A timer's text, in a timer of any kind: checked, counted, told, repeated."""
    text = content.decode("utf-8", "replace")
    kinds: tuple[tuple[Any, Any], ...] = (("duration", "kerja"), ("date", "kalender"), ("cycle", "kerja"))
    kind, unit = kinds[crc32(content) % len(kinds)]
    timers.is_relative(Timer("duration", text))
    drawn = Timer(kind, text)
    return "refused" if timers.timer_fault(drawn, unit) else _counted(drawn, unit, text)


def _counted(drawn: Timer, unit: Any, text: str) -> str:
    said = value(Random(crc32(text.encode())))
    deadline = timers.due(
        Timer("duration", "14 hari"),
        opened_at=MONDAY,
        day_unit=unit,
        calendar=CALENDAR,
        evaluate=lambda _t: None,
    )
    try:
        due = timers.due(
            drawn,
            opened_at=MONDAY,
            day_unit=unit,
            calendar=CALENDAR,
            evaluate=lambda _text: said,
            deadline=deadline,
        )
    except ExpressionFailed as failed:
        return _failed(failed, text)
    for _round in range(2):
        if due is None:
            break
        assert timers.Due.from_dict(json.loads(json.dumps(due.as_dict()))) == due
        timers.explain(due, CALENDAR.zone)
        try:
            due = timers.next_due(due, now=due.at, calendar=CALENDAR)
        except ExpressionFailed:
            break
    return "counted"


def _failed(failed: ExpressionFailed, text: str) -> str:
    """Only a formula may fail, and a date beyond the calendar."""
    assert text.lstrip().startswith("=") or "9999" in str(failed)
    return "failed"


def drawn_time(content: bytes) -> str:
    """The name of a timer without text: what it tells is a timer text, or nothing."""
    text = content.decode("utf-8", "replace")
    timer_labels.constant(text)
    timers.mentioned(text)
    try:
        understood = timers.read_sentence(text).text
    except timers.Unreadable:
        return "nothing"
    assert timers.timer_fault(Timer("duration", understood), "kerja") is None
    return "understood"


def expression(content: bytes) -> str:
    """FEEL: looked at, evaluated as an expression and as a cell; few of those that are refused in both are."""
    text, accepted = content.decode("utf-8", "replace"), 0
    for dialect in ("expression", "unary"):
        if feel.syntax_error(text, dialect=dialect) is None:  # type: ignore[arg-type]
            assert feel.variable_names(text, dialect=dialect) <= feel.mentions(text, dialect=dialect)  # type: ignore[arg-type]
            accepted += 1
    if not accepted and crc32(content) % EVALUATED_ONE_IN:
        return "refused"
    verdict = "evaluated"
    for ask in (lambda: feel.evaluate(text, CONTEXT, now=NOW), lambda: feel.unary(text, 7, CONTEXT, now=NOW)):
        try:
            result = ask()
        except ExpressionFailed as failed:
            str(failed).encode()
            verdict = "failed"
            continue
        orjson.dumps((result.value, result.warnings))
    return verdict


def table(content: bytes) -> str:
    """A model of decisions: read, and each decision made over variables of odd types."""
    try:
        found = decisions.read_decisions(content, file="x.dmn")
    except InvalidDiagram as refusal:
        return _refused(refusal)
    dice = Random(crc32(content))
    for one in found:
        assert decisions.variable_names(one) <= decisions.mentions(one)
        decisions.outputs(one)
        for variables in (CONTEXT, {"n": value(dice), "teks": value(dice), "kategori": value(dice)}):
            try:
                orjson.dumps(decisions.decide(one, variables, now=NOW).outputs)
            except AppError as failed:
                str(failed).encode()
    return "accepted"


def form(content: bytes) -> str:
    """A form file: checked, drawn empty and filled, and put to what a browser sends."""
    findings = forms.check_form(content, file="x.form")
    _worded(findings)
    if has_errors(findings):
        return "refused"
    made, dice = forms.load_form(content, file="x.form"), Random(crc32(content))
    _asked(made, schemas.submission(dice), CONTEXT)
    _asked(made, forms.read_html(made, schemas.typed(dice, sorted(made.by_key))), CONTEXT)
    return "accepted"


FORMS = tuple(
    forms.load_form(json.dumps(whole).encode(), file="x.form") for whole in (EVERY, without_rules(EVERY))
)


def submission(content: bytes) -> str:
    """Bytes as the JSON body of a form with every component: from outside through every check to what is kept."""
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        return "no json"
    dice = Random(crc32(content))
    made, context = dice.choice(FORMS), dice.choice((CONTEXT, {}, case(dice)))
    if dice.randint(0, 9) == 0:
        names = [part.key for part in made.fields if part.key]
        _asked(made, forms.read_html(made, schemas.typed(dice, names)), context)
    return _asked(made, body, context)


def _asked(made: Form, body: Any, context: dict[str, Any]) -> str:
    """Put one body to a form and show what came of it."""
    errors: dict[str, str] = {}
    verdict = "accepted"
    try:
        values = forms.from_json(made, body)
        clean = forms.validate(made, values, context=context, now=NOW, files={})
        orjson.dumps(clean)
        assert clean.keys() <= {part.key.partition(".")[0] for part in made.fields} | made.by_key.keys()
    except (InvalidForm, ExpressionFailed) as refused:
        verdict = "refused"
        errors = getattr(refused, "errors", {})
    if isinstance(body, dict) and Random(str(body)).randint(0, 9) == 0:
        try:
            assert not harms(html(made, body, context=context, errors=errors))
        except ExpressionFailed:
            return "stopped"
    return verdict
