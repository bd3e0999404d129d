"""What a sixth-grader reads: the length of sentences and words in all that the reporter's pages say."""

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file

from app.services.deployment.bundle_builder import collect

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = [
    *sorted((ROOT / "app/web/templates/reporter").glob("*.html")),
    *(ROOT / f"app/web/templates/components/{name}.html" for name in ("public", "steps")),
]
CODE = [ROOT / "app/web/reporter/tracking.py", ROOT / "app/services/reporter/ratings.py"]
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}
#: Bounds of a text for pupils of twelve: see docs/decisions/0068.
MOST_WORDS, MEAN_WORDS, MEAN_LETTERS, LONG, MOST_LONG = 14, 7, 6, 5, 0.04


def messages() -> list[str]:
    """Every text of ours that a reporter may read."""
    found = [
        message
        for kind, paths in (("jinja2", TEMPLATES), ("python", CODE))
        for path in paths
        for _line, message, _comments, _context in extract_from_file(kind, path, keywords=KEYWORDS)
    ]
    return [one if isinstance(one, str) else one[0] for one in found]


def drawn() -> list[str]:
    """What the shipped SOP tells him, and asks him."""
    files = {p.name: p.read_bytes() for name in ("processes", "forms") for p in (ROOT / name).iterdir()}
    [bundle] = collect(None, files).bundles
    told = [node.properties.get("penjelasan publik", "") for node in bundle.diagram.nodes.values()]
    form = bundle.forms["pelapor"]
    return [
        *filter(None, told),
        *(part.description or "" for part in form.fields),
        *(p.name for p in form.fields),
    ]


def sentences(texts: list[str]) -> list[list[str]]:
    """Their words; what stands in braces, a number or a name, is one."""
    parts = [part for text in texts for part in re.split(r"(?<=[.!?])\s+", text)]
    found = [re.findall(r"\{\w+\}|[^\W\d_]+(?:-[^\W\d_]+)*", part) for part in parts]
    return [one for one in found if one]


def syllables(word: str) -> int:
    return len(re.findall(r"ai|au|oi|[aeiou]", word.casefold()))


@pytest.mark.parametrize("texts", [messages(), drawn()], ids=["pages", "SOP"])
def test_sentences_and_words_are_short(texts: list[str]) -> None:
    found = sentences(texts)
    words = [word for sentence in found for word in sentence if not word.startswith("{")]
    assert len(words) > 50
    assert [" ".join(one) for one in found if len(one) > MOST_WORDS] == []
    assert sum(map(len, found)) / len(found) <= MEAN_WORDS
    assert sum(map(len, words)) / len(words) <= MEAN_LETTERS
    long = [word for word in words if syllables(word) >= LONG]
    assert len(long) / len(words) <= MOST_LONG, sorted(set(long))


def test_each_public_status_of_the_sop_is_explained() -> None:
    [bundle] = collect(
        None, {p.name: p.read_bytes() for name in ("processes", "forms") for p in (ROOT / name).iterdir()}
    ).bundles
    told = [node.properties for node in bundle.diagram.nodes.values() if "status publik" in node.properties]
    assert told
    assert all(one.get("penjelasan publik", "").endswith(".") for one in told)
