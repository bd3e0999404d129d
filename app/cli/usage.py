"""How click explains commands: its own words in Indonesian, as all that the commands say."""

import re
from collections.abc import Iterable
from typing import Any

import click

_HEADINGS = {"Options": "Pilihan", "Commands": "Perintah", "Positional arguments": "Argumen"}
_WORDS = (
    (r"\[OPTIONS\]", "[PILIHAN]"),
    (r"\bCOMMAND \[ARGS\]\.\.\.", "PERINTAH [ARGUMEN]..."),
    (r" TEXT\b", " TEKS"),
    (r" INTEGER\b", " BILANGAN"),
    (r"^Show this message and exit\.$", "Tampilkan bantuan ini."),
    (r"\[required\]$", "[wajib]"),
    (r"\[default: (.+)\]$", r"[bawaan: \1]"),
)


class _Formatter(click.HelpFormatter):
    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, _said(args), "Pemakaian: " if prefix is None else prefix)

    def write_heading(self, heading: str) -> None:
        super().write_heading(_HEADINGS.get(heading, heading))

    def write_dl(self, rows: Iterable[tuple[str, str]], *args: Any, **options: Any) -> None:
        super().write_dl([(_said(term), _said(words)) for term, words in rows], *args, **options)


class _Context(click.Context):
    formatter_class = _Formatter


def translate(command: click.Command) -> None:
    """Let a command, and all below it, explain itself in Indonesian."""
    command.context_class = _Context
    for inner in command.commands.values() if isinstance(command, click.Group) else ():
        translate(inner)


def _said(text: str) -> str:
    for pattern, words in _WORDS:
        text = re.sub(pattern, words, text)
    return text
