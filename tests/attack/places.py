"""Every place of a diagram, form and table that holds words or expressions, and what becomes of a text put there.

A place takes a text and gives back what a browser would be given: page or picture. Words are put together too.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from xml.sax.saxutils import quoteattr

from app import forms
from app.base.errors import AppError, InvalidDiagram
from app.engine import decisions
from tests.attack.diagram_places import DIAGRAM, in_diagram, put_into_words
from tests.attack.judges import CONTEXT, NOW
from tests.attack.making.trees import xml_text
from tests.engine.decision_files import file, literal
from tests.forms.pages import html

FORM: dict[str, dict[str, Any]] = {
    "label": {"label": "%"},
    "description": {"description": "%"},
    "template": {"label": "{{%}}"},
    "formula in a label": {"label": "=%"},
    "condition": {"conditional": {"hide": "=%"}},
    "shortest": {"validate": {"minLength": "=%"}},
    "longest": {"validate": {"maxLength": "=%"}},
    "pattern": {"validate": {"pattern": "%"}},
    "words of a pattern": {"validate": {"pattern": "^x$", "patternErrorMessage": "%"}},
    "default": {"defaultValue": "%"},
    "prefix": {"appearance": {"prefixAdorner": "%", "suffixAdorner": "{{%}}"}},
    "readonly": {"readonly": "=%"},
    "property": {"properties": {"pribadi": "%", "kolom impor": "%"}},
    "key": {"key": "%"},
    "id": {"id": "%"},
    "row": {"layout": {"row": "%"}},
    "least": {"type": "number", "validate": {"min": "=%"}},
    "step": {"type": "number", "increment": "%"},
    "options": {"type": "select", "valuesExpression": "=%"},
    "list of options": {"type": "radio", "valuesKey": "%"},
    "option": {"type": "checklist", "values": [{"label": "%", "value": "%"}]},
    "kinds of files": {"type": "filepicker", "accept": "%"},
    "several files": {"type": "filepicker", "multiple": "=%"},
    "text": {"type": "text", "text": "%"},
    "template in a text": {"type": "text", "text": "{{#if %}}x{{/if}} {{#loop %}}y{{/loop}}"},
    "html": {"type": "html", "content": "%"},
    "picture": {"type": "image", "source": "%", "alt": "%"},
    "formula of a picture": {"type": "image", "source": "=%"},
    "frame": {"type": "iframe", "url": "%", "label": "x"},
    "frame of a template": {"type": "iframe", "url": "https://contoh.id/{{%}}"},
    "table": {"type": "table", "dataSource": "=%", "columns": [{"key": "a", "label": "%"}]},
    "columns": {"type": "table", "dataSource": "=daftar", "columnsExpression": "=%"},
    "document": {"type": "documentPreview", "dataSource": "=%", "title": "%"},
    "expression": {"type": "expression", "expression": "=%"},
    "button": {"type": "button", "action": "submit", "label": "%"},
    "date": {"type": "datetime", "subtype": "date", "dateLabel": "%"},
    "group": {"type": "group", "path": "%", "label": "%", "components": []},
    "list": {"type": "dynamiclist", "path": "baris", "label": "%", "components": []},
}


def in_form(place: str, text: str) -> str:
    """Check a form with ``text`` in its ``place``, submit it; give its page."""
    filled = json.loads(json.dumps(FORM[place]).replace("%", json.dumps(text)[1:-1]))
    part = {"type": "textfield", "id": "x", "key": "a", "label": "A", **filled}
    content = json.dumps({"type": "default", "id": "uji", "components": [part]}).encode()
    put_into_words(forms.check_form(content, file="x.form"))
    shown = ""
    with suppress(AppError):
        form = forms.load_form(content, file="x.form")
        shown = html(form, context=CONTEXT)
        forms.validate(form, {"a": "x" * 30}, context=CONTEXT, now=NOW)
    return shown


def in_value(text: str) -> str:
    """Give the page of a form whose variables and typed values hold ``text``, in every component."""
    parts: list[dict[str, Any]] = [
        {"type": "textfield", "id": "a", "key": "a", "label": "Nama {{v}}", "validate": {"maxLength": 1}},
        {"type": "textarea", "id": "b", "key": "b", "label": "=v"},
        {"type": "text", "id": "c", "text": "Untuk {{v}} dan [tautan]({{v}})"},
        {"type": "html", "id": "d", "content": "<a href='{{v}}'>x</a><b title=\"{{v}}\">{{v}}</b>"},
        {"type": "image", "id": "e", "source": "=v", "alt": "{{v}}"},
        {"type": "iframe", "id": "f", "url": "https://contoh.id/{{v}}", "label": "{{v}}"},
        {"type": "iframe", "id": "g", "url": "=v", "label": "x"},
        {"type": "select", "id": "h", "key": "h", "label": "H", "valuesKey": "daftar"},
        {"type": "table", "id": "i", "label": "I", "dataSource": "=tabel", "columnsExpression": "=kolom"},
        {"type": "documentPreview", "id": "j", "label": "J", "dataSource": "=dokumen"},
        {"type": "expression", "id": "k", "key": "k", "expression": "=v + v"},
        {"type": "textfield", "id": "l", "key": "v", "label": "L", "readonly": True},
    ]
    form = forms.load_form(json.dumps({"type": "default", "components": parts}).encode(), file="x.form")
    document = {"documentId": text, "endpoint": text, "metadata": {"fileName": text}}
    context = {
        "v": text,
        "daftar": [text, {"label": text, "value": text}],
        "tabel": [{"n": text, text: 1}],
        "kolom": [{"key": "n", "label": text}, {"key": text, "label": "x"}],
        "dokumen": [document],
    }
    typed = {"a": text, "b": text, "h": text}
    return html(form, typed, context=context, errors={"a": text}, files={text: text}, everything=True)


_ONE = literal("1")
_RULES = "<rule><inputEntry><text>-</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>"
_HEAD = "<inputExpression><text>n</text></inputExpression></input>"
_NEED = "<informationRequirement><requiredDecision href=%/></informationRequirement>"
_PLAIN = '<decision id="d" name="d">'
TABLE: dict[str, str] = {
    "decision name": f'<decision id="d" name=%>{_ONE}</decision>',
    "variable name": f"{_PLAIN}<variable name=%/>{_ONE}</decision>",
    "output name": f"{_PLAIN}<decisionTable><input>{_HEAD}<output name=%/>{_RULES}</decisionTable></decision>",
    "heading": f'{_PLAIN}<decisionTable><input label=%>{_HEAD}<output name="y"/>{_RULES}</decisionTable></decision>',
    "language": f"{_PLAIN}<literalExpression expressionLanguage=%><text>1</text></literalExpression></decision>",
    "reference": f"{_PLAIN}{_NEED}{_ONE}</decision>",
    "type name": f"<itemDefinition name=%><typeRef>number</typeRef></itemDefinition>{_PLAIN}{_ONE}</decision>",
}


def in_table(place: str, text: str) -> str:
    """Read a model with ``text`` in its ``place`` and decide it; cells: tests/engine/dmn/test_escapes.py."""
    content = file(TABLE[place].replace("%", quoteattr(xml_text(text))))
    try:
        for one in decisions.read_decisions(content, file="x.dmn"):
            decisions.decide(one, {"n": text}, now=NOW)
    except InvalidDiagram as refusal:
        put_into_words(refusal.findings)
    except AppError as failed:
        str(failed).encode()
    return ""


PLACES: dict[str, Callable[[str], str]] = {
    **{f"diagram: {name}": (lambda text, name=name: in_diagram(name, text)) for name in DIAGRAM},
    **{f"form: {name}": (lambda text, name=name: in_form(name, text)) for name in FORM},
    **{f"table: {name}": (lambda text, name=name: in_table(name, text)) for name in TABLE},
    "value": in_value,
}
