"""What the template draws: one `Component` per field, with everything a page has to say about it."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.forms import moments, numbers
from app.forms.choices import is_offered
from app.forms.conditions import Values
from app.forms.controls import attributes_of, example
from app.forms.model import CHOICES, MULTI_CHOICE, SINGLE_CHOICE, TEXTS, Field, Form, Option
from app.forms.opening import initial
from app.forms.rules import Files
from app.forms.situation import Situation, situation
from app.forms.wording import is_gone, is_settled, when
from app.i18n import _


@dataclass(frozen=True)
class Choice:
    """One option as drawn; ``data_value`` is JSON when the value is no text."""

    id: str
    value: str
    label: str
    chosen: bool
    data_value: str = ""


@dataclass(frozen=True)
class Component:
    """A field, text or group as drawn. Ids hang together: ``i-key`` the control, ``h-key`` hint, ``e-key`` message.

    ``hidden`` is what the conditions say now; the page shows the field all the same until the script hides it, unless
    it is ``settled``: nothing typed here can change that.
    ``files`` are the files a file field already holds: (id, name).
    """

    field: Field
    id: str
    hidden: bool
    settled: bool = False
    label: str = ""
    when: str = ""
    hint: str = ""
    error: str = ""
    optional: bool = False
    value: str = ""
    checked: bool = False
    choices: tuple[Choice, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    attributes: Mapping[str, str] = dataclasses.field(default_factory=dict)
    components: tuple["Component", ...] = ()

    @property
    def errors(self) -> tuple[tuple[str, str], ...]:
        """(id of the control, message) of this field and all inside it, for the summary on top."""
        if self.settled and self.hidden:
            return ()
        own = ((f"i-{self.id}", self.error),) if self.error else ()
        return own + tuple(error for part in self.components for error in part.errors)

    @property
    def described_by(self) -> str:
        """Ids for ``aria-describedby``: the condition, the hint, the message, as they stand on the page."""
        said = (
            ("w", self.when),
            ("h", self.hint),
            ("e", self.error),
            ("n", self.attributes.get("data-most")),
        )
        return " ".join(f"{letter}-{self.id}" for letter, text in said if text)


def view(
    form: Form,
    values: Values,
    errors: Mapping[str, str] | None = None,
    *,
    context: Values,
    now: datetime,
    files: Files | None = None,
) -> list[Component]:
    """Return what to draw for ``form`` with ``values`` typed (a draft, a refused submission, or nothing yet).

    Fields without an entry in ``values`` show the case's variable of that name, else their default. ``files`` maps
    ids of attached files to their names.
    """
    moment = situation(form, values, context, now=now)
    drawer = _Drawer(form, moment, context, dict(errors or {}), dict(files or {}))
    return [drawer.draw(part) for part in form.components]


def condition_context(form: Form, context: Values) -> dict[str, Any]:
    """Return the variables that the page's script needs for the conditions; no others leave the server.

    Of the form's own keys only those that nobody can type into; identity never.
    """
    own = initial(form, context)
    fixed = {key for key, part in form.by_key.items() if not part.takes_input}
    known = {
        **{key: value for key, value in context.items() if key not in form.by_key},
        **{k: own[k] for k in fixed},
    }
    return {key: known[key] for key in sorted(form.reads - form.private_keys) if key in known}


class _Drawer:
    def __init__(
        self, form: Form, moment: Situation, context: Values, errors: Mapping[str, str], files: Files
    ) -> None:
        self._form, self._moment, self._context = form, moment, context
        self._errors, self._files = errors, files

    def draw(self, part: Field, *, in_settled: bool = True) -> Component:
        """Draw a field and all that is inside it. ``in_settled``: so is every group around it."""
        condition = self._condition(part, in_settled)
        if not part.key:
            settled = condition["settled"]
            return Component(
                field=part,
                id=f"bagian-{part.id}",
                **condition,
                label=part.label,
                components=tuple(self.draw(child, in_settled=settled) for child in part.components),
            )
        value = self._moment.values[part.key]
        return Component(
            field=part,
            id=part.key,
            **condition,
            label=part.label or part.key,
            hint=" ".join(text for text in (part.description, example(part)) if text),
            error=self._errors.get(part.key, ""),
            optional=not part.required and part.takes_input and part.type != "checkbox",
            value=_shown(part, value),
            checked=part.type == "checkbox" and value is True,
            choices=self._choices(part, value),
            files=self._attached(part, value),
            attributes=attributes_of(part),
        )

    def _condition(self, part: Field, in_settled: bool) -> dict[str, Any]:
        settled = is_settled(part, self._form, self._context)
        if settled and not in_settled:  # it comes and goes with its group, unless it is gone for good
            settled = is_gone(part, self._form, self._context)
        worded = not settled and (part.key or part.type == "group")
        words = when(part, self._form, self._context) if worded else ""
        return {"hidden": part.id in self._moment.hidden, "settled": settled, "when": words}

    def _choices(self, part: Field, value: Any) -> tuple[Choice, ...]:
        if part.type not in CHOICES:
            return ()
        held = value if part.type in MULTI_CHOICE and isinstance(value, list) else [value]
        options = self._moment.options[part.key]
        ids = [f"i-{part.key}" if place == 0 else f"i-{part.key}.{place}" for place in range(len(options))]
        return tuple(_choice(dom_id, option, held) for dom_id, option in zip(ids, options, strict=True))

    def _attached(self, part: Field, value: Any) -> tuple[tuple[str, str], ...]:
        if part.type != "filepicker" or not isinstance(value, list):
            return ()
        return tuple((str(one), self._files.get(str(one), _("Berkas terlampir"))) for one in value)


def _choice(dom_id: str, option: Option, held: list[Any]) -> Choice:
    chosen = any(is_offered(one, (option,)) for one in held)
    data_value = "" if isinstance(option.value, str) else json.dumps(option.value)
    return Choice(dom_id, option.text, option.label, chosen, data_value)


def _shown(part: Field, value: Any) -> str:
    """Return the text in the control; what was not understood as it was typed."""
    if value is None or part.type not in TEXTS | SINGLE_CHOICE | {"number", "datetime"}:
        return ""
    if part.type == "number" and numbers.is_number(value, as_text=part.as_text):
        return numbers.to_text(value)
    return moments.to_text(str(value), part.subtype) if part.type == "datetime" else str(value)
