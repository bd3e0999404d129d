"""What a check of a diagram, form or table found: a code with parameters.

The words stand beside it, one table per room (`diagrams`, `forms`, `tables`, `deployments`, `paths`), and are
translated when shown.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from app.base.i18n import _, anew, moment, speaking
from app.findings import deployments, descriptions, diagrams, forms, paths, scenarios, tables

#: code → (what is wrong, what to do), Indonesian message ids with {names} for the parameters.
TEXTS: Mapping[str, tuple[str, str]] = {
    **diagrams.TEXTS,
    **forms.TEXTS,
    **tables.TEXTS,
    **deployments.TEXTS,
    **paths.TEXTS,
    **scenarios.TEXTS,
}

#: How grave a finding is: an ``error`` cannot run; a ``warning`` runs, but perhaps not as meant; an ``info`` is worth
#: knowing, and nothing may be wrong.
Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
_SAID: Mapping[Severity, str] = {"error": "Galat", "warning": "Peringatan", "info": "Catatan"}
#: A kind that the message names before the description does: "gerbang gerbang", "gateway exclusive gateway".
_TWICE = re.compile(r"\b(?:(\w+(?: \w+)?) (?=\0\1\b)|(\w+) (?=\0\w+ \2\b))\0", re.IGNORECASE)


@dataclass(frozen=True)
class Finding:
    """One thing found: where it is, what is wrong, what to do.

    ``caller``: the file whose call brought it up, where the place itself is in a called process's file. ``example``:
    when a timer would have opened, and when it would be due; both in the zone in which they are told.
    """

    code: str
    severity: Severity
    element_id: str | None = None
    element_name: str | None = None
    line: int | None = None
    file: str | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    caller: str | None = None
    example: tuple[datetime, datetime] | None = None

    @property
    def what(self) -> str:
        """What is wrong, in the language in use."""
        told = [self._filled(TEXTS[self.code][0])]
        if self.example:
            opened, due = (moment(at, at.tzinfo or UTC) for at in self.example)
            told.append(_("Misalnya: dibuka {opened}, jatuh tempo {due}.", opened=opened, due=due))
        if self.caller:
            told.append(_("Ini terjadi bila dipanggil dari {file}.", file=self.caller))
        return " ".join(told)

    @property
    def todo(self) -> str:
        """What to do about it, in the language in use."""
        return self._filled(TEXTS[self.code][1])

    @property
    def place(self) -> str:
        """The file, and the line in it as far as that is known."""
        return ":".join(str(part) for part in (self.file, self.line) if part)

    @property
    def text(self) -> str:
        """All of it in one line, as commands and the worker print it."""
        element = f" [{self.element_id}]" if self.element_id else ""
        return f"{_SAID[self.severity]} {self.place}{element} {self.what} {self.todo}"

    def _filled(self, message: str) -> str:
        """The message with its names. A description, as “gerbang sesudah “Telaah””, needs no quotation marks, nor its
        kind said twice."""
        text, names = _(message), self._names()
        described = [key for key, value in names.items() if descriptions.is_description(value)]
        for key in described:
            text = text.replace(f"“{{{key}}}”", f"\0{{{key}}}")
        said = _TWICE.sub("", text.format(**names)).replace("\0", "")
        return said[:1].upper() + said[1:] if described else said

    def _names(self) -> dict[str, str]:
        return {
            "id": self.element_id or "",
            "name": anew(self.element_name or self.element_id or ""),
            **{name: anew(value) for name, value in self.params.items()},
        }

    def as_dict(self) -> dict[str, Any]:
        """The finding as the API and the command line show it, in both languages."""
        words = {}
        for code in ("id", "en"):
            with speaking(code):
                words[code] = {"what": self.what, "todo": self.todo}
        return {
            "code": self.code,
            "severity": self.severity,
            "element_id": self.element_id,
            "element_name": anew(self.element_name) if self.element_name else None,
            "line": self.line,
            "file": self.file,
            "message": f"{self.what} {self.todo}".strip(),
            "messages": words,
        }


def errors_first(findings: Iterable[Finding]) -> list[Finding]:
    """Findings as they are shown: errors, warnings, notes, each in the order in which they were found."""
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))


def without_repeats(findings: Iterable[Finding]) -> list[Finding]:
    """Findings without those that say again what is said: of one place twice, or of a call what holds without it."""
    told, kept = list(findings), dict[object, Finding]()
    for finding in sorted(told, key=lambda one: one.caller is not None):
        key = (finding.code, finding.severity, finding.element_id, finding.line, finding.file)
        params = tuple(sorted(finding.params.items()))
        if (*key, params, None) not in kept:
            kept.setdefault((*key, params, finding.caller), finding)
    chosen = {id(finding) for finding in kept.values()}
    return [finding for finding in told if id(finding) in chosen]


def title(code: str) -> str:
    """What is wrong wherever this is found, in the language in use: its first sentence, with … for what differs."""
    text = re.sub(r"\{\w+\}", "…", _(TEXTS[code][0]))
    return re.split(r"(?<=\w)[.;] ", text)[0].rstrip(".")


def has_errors(findings: tuple[Finding, ...] | list[Finding]) -> bool:
    """Whether any finding stops a deployment."""
    return any(finding.severity == "error" for finding in findings)
