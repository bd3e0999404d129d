"""Findings: every code has words of its own, in both languages, and every word its parameters."""

import re
from pathlib import Path
from string import Formatter

from app.base import i18n
from app.findings import (
    TEXTS,
    Finding,
    deployments,
    diagram_drawn,
    diagram_flow,
    diagrams,
    errors_first,
    forms,
    has_errors,
    paths,
    scenarios,
    tables,
)

ENGINE = Path(__file__).parent.parent / "app" / "engine"
_NOTED = re.compile(r"""(?:\.error|\.warning|refusal)\(\s*"([a-z_]+)"(?:,\s*([^)]*))?""")


def _parameters(text: str) -> set[str]:
    return {name for _text, name, _format, _conversion in Formatter().parse(text) if name}


def test_no_two_rooms_use_one_code() -> None:
    rooms = [diagrams.TEXTS, forms.TEXTS, tables.TEXTS, deployments.TEXTS, paths.TEXTS, scenarios.TEXTS]
    assert sum(len(room) for room in rooms) == len(TEXTS)
    parts = [diagram_flow.TEXTS, diagram_drawn.TEXTS]
    assert sum(len(part) for part in parts) == len({code for part in parts for code in part})
    assert all(diagrams.TEXTS[code] == words for part in parts for code, words in part.items())


def test_every_word_about_diagrams_is_translated_with_the_same_parameters() -> None:
    with i18n.speaking("en"):
        for code, words in diagrams.TEXTS.items():
            for word in words:
                english = i18n._(word)
                assert english != word, code
                assert _parameters(english) == _parameters(word), code


def test_what_cannot_run_yet_says_so() -> None:
    for code, (what, _todo) in diagrams.TEXTS.items():
        if code.startswith("not_yet"):
            assert "belum dapat dijalankan" in what, code


def test_every_code_the_reader_notes_has_words() -> None:
    noted = {code for path in ENGINE.rglob("*.py") for code, _rest in _NOTED.findall(path.read_text("utf-8"))}
    assert len(noted) > 60
    assert noted - TEXTS.keys() == set()


def test_findings_are_shown_by_how_grave_they_are() -> None:
    found = [Finding("file_empty", severity) for severity in ("info", "warning", "error", "warning")]
    shown = errors_first(found)
    assert [one.severity for one in shown] == ["error", "warning", "warning", "info"]
    assert [one.text.split()[0] for one in shown] == ["Galat", "Peringatan", "Peringatan", "Catatan"]
    assert not has_errors(found[:2])


def test_a_finding_is_put_into_the_language_of_the_moment() -> None:
    finding = Finding(
        "timer_not_understood", "error", "lewat", "Lewat {x}", 3, "a.bpmn", {"text": "nanti {y}"}
    )
    assert finding.what == "Waktu “nanti {y}” pada “Lewat {x}” tidak dimengerti."
    with i18n.speaking("en"):
        assert finding.what == "The time “nanti {y}” at “Lewat {x}” is not understood."
    assert finding.as_dict()["messages"]["en"]["what"].startswith("The time")
