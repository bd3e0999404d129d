"""Pages with a form on them, drawn by the template alone."""

from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app import forms
from app.base.i18n import _, ngettext
from app.services.files.uploads import MAX_BYTES
from tests.built import built
from tests.forms.schemas import NOW

APP = Path(__file__).resolve().parents[2] / "app"
environment = Environment(
    loader=FileSystemLoader(APP / "web" / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
)
environment.globals.update(_=_, ngettext=ngettext, most_file_bytes=MAX_BYTES, built=built)

_PAGE = environment.from_string("""
{% from "components/form.html" import form_errors, form_fields, form_context %}
<!doctype html>
<html lang="id"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Formulir</title>
<link rel="stylesheet" href="/static/dist/{{ built("alur.css") }}">
<link rel="stylesheet" href="/static/dist/{{ built("form.css") }}">
<script type="module" src="/static/dist/{{ built("app.js") }}"></script>
<script type="module" src="/static/dist/{{ built("conditions.js") }}"></script>
</head><body><main><h1>Telaahan Lanjutan</h1>
{{ form_errors(components) }}
<form method="post" enctype="multipart/form-data" novalidate data-module="form"
  data-conditions data-zone="Asia/Jakarta">
{{ form_fields(components, file_url, everything) }}
{{ form_context(variables) }}
<button type="submit" class="button">Selesaikan</button>
</form></main></body></html>
""")


def html(form: forms.Form, values: Mapping[str, Any] | None = None, **more: Any) -> str:
    """The page of ``form`` with ``values`` typed; ``errors``, ``context``, ``files`` as `forms.view` takes them."""
    context = more.get("context", {})
    components = forms.view(
        form, values or {}, more.get("errors"), context=context, now=NOW, files=more.get("files")
    )
    variables = forms.condition_context(form, context, now=NOW)
    return _PAGE.render(
        components=components,
        variables=variables,
        file_url=lambda file_id: f"/lampiran/{file_id}",
        everything=more.get("everything", False),
    )


def draw(made: forms.Form, typed: dict[str, Any] | None = None, **more: Any) -> dict[str, forms.Component]:
    found: dict[str, forms.Component] = {}

    def note(parts: Any) -> None:
        for part in parts:
            found[part.id] = part
            note(part.components)

    note(forms.view(made, typed or {}, more.get("errors"), context=more.get("context", {}), now=NOW))
    return found


class _Controls(HTMLParser):
    """Collects controls as a browser does, buttons left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.sent: dict[str, list[str]] = {}
        self._area = self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "disabled" in given and tag != "option":
            return
        if tag == "input" and given.get("name") and given["type"] != "file":
            if given["type"] not in ("checkbox", "radio") or "checked" in given:
                self.sent.setdefault(given["name"], []).append(given.get("value", ""))
        elif tag == "textarea":
            self._area = given["name"]
            self.sent[self._area] = [""]
        elif tag == "select":
            self._select = given["name"]
            self.sent[self._select] = [""]
        elif tag == "option" and self._select and "selected" in given:
            self.sent[self._select] = [given["value"]]

    def handle_endtag(self, tag: str) -> None:
        self._area = "" if tag == "textarea" else self._area
        self._select = "" if tag == "select" else self._select

    def handle_data(self, data: str) -> None:
        if self._area:
            self.sent[self._area][0] += data


def sent_by(page: str) -> dict[str, list[str]]:
    """What a browser sends for a page that nobody touches: names of controls and their texts."""
    reader = _Controls()
    reader.feed(page)
    return reader.sent
