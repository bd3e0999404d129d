"""Decisions tried out, on the page of a table and in the studio."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import json, request, url_for
from markupsafe import Markup

from app.base.i18n import _
from app.forms import numbers
from app.services.definitions import table_trials
from app.services.definitions.table_trials import Asked

#: Fields of a trial are called "v." and the variable.
_PREFIX = "v."


def sent_texts() -> dict[str, str] | None:
    """What was filled in, by variable; None when the page was opened without trying anything."""
    if "coba" not in request.args:
        return None
    return {
        name.removeprefix(_PREFIX): value for name, value in request.args.items() if name.startswith(_PREFIX)
    }


def shown(value: Any) -> str:
    """A value (JSON) in words."""
    if value is None:
        return _("(kosong)")
    if isinstance(value, bool):
        return _("ya") if value else _("tidak")
    if isinstance(value, int | float):
        return numbers.to_text(value)
    if isinstance(value, list):
        return "; ".join(map(shown, value)) or _("(daftar kosong)")
    if isinstance(value, dict):
        return ", ".join(f"{name}: {shown(one)}" for name, one in value.items())
    return str(value)


def example_texts(region: Any, decision: Any, asked: Sequence[Asked]) -> dict[str, str]:
    """The example of a region as it is filled in; columns that read no variable of their own are left out."""
    kinds = {one.name: one.kind for one in asked}
    columns = decision.table.inputs if decision.table else ()
    return {
        name: table_trials.text_of(kinds[name], value)
        for column, value in zip(columns, region.example, strict=True)
        if (name := column.expression.strip()) in kinds
    }


def link_to(address: str, asked: Sequence[Asked]) -> Callable[[Any, Any], Markup]:
    """What makes a link that tries the example of a region on the page at ``address``."""

    def offer(region: Any, decision: Any) -> Markup:
        texts = example_texts(region, decision, asked)
        given: dict[str, Any] = {_PREFIX + name: text for name, text in texts.items()}
        link = url_for(address, **{**(request.view_args or {}), "coba": "1", **given}, _anchor="coba")
        return Markup('<a href="{}">{}</a>').format(link, _trial_title(texts, asked))

    return offer


def button_for(asked: Sequence[Asked]) -> Callable[[Any, Any], Markup]:
    """What makes a button with the example of a region, for the script of the editor."""

    def offer(region: Any, decision: Any) -> Markup:
        from_example = example_texts(region, decision, asked)
        said = _trial_title(from_example, asked)
        text = Markup('<button type="button" class="button button--small" data-try="{}">{}</button>')
        return text.format(json.dumps(from_example), said)

    return offer


def _trial_title(texts: Mapping[str, str], asked: Sequence[Asked]) -> str:
    labels = {one.name: one.label for one in asked}
    given = ", ".join(f"{labels[name]} = {text or _('(kosong)')}" for name, text in texts.items())
    return _("Coba: {inputs}", inputs=given) if given else _("Coba")
