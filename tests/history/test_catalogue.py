"""The catalogue of events and their words belong together, and no stored row is beyond reading."""

import gzip
import json
import random
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zipfile import ZipFile

import pytest

from app.base.i18n import LANGUAGES, speaking
from app.history import origin, removals, standing, words
from app.history.codec import decode, encode
from app.history.events import CATALOGUE, Event, Unknown
from app.history.events.base import event as catalogued
from app.history.sentences import one_line, plain
from app.history.vocabulary import Ids, Vocabulary
from app.history.words.telling import tells
from app.models import HistoryEvent
from app.services.casefile import vocabulary
from tests.history.entries import stored

ROOT = Path(__file__).resolve().parent.parent.parent
SAMPLES = sorted((ROOT / "tests" / "samples").glob("backup-*.zip"))
#: What a key of a row may hold by mistake, or held in a version that nobody remembers.
ODD: list[Any] = [
    None, True, -1, 0.5, "", "x", "{to}", "9999-12-31T23:59:59-12:00", [], [None], [[]], [{}], ["x"], {}, {"x": None},
    {"x": [None, {}]}, [{"decision": [], "rules": {}, "inputs": []}],
]  # fmt: skip


def vocabularies() -> list[Vocabulary]:
    """One that knows no diagram, and that of a version in which there is nothing of what an event names."""
    diagram = SimpleNamespace(nodes={}, questions={}, flows=(), properties={})
    version: Any = SimpleNamespace(
        program=SimpleNamespace(tables={}), forms={}, diagram=diagram, key="uji", number=1
    )
    return [Ids(UTC), vocabulary.Vocabulary(version)]


def every_way(type_: str, data: Any) -> Iterator[str]:
    """A row on one line: in both languages, in a case and outside of one, with and without its element."""
    for language in LANGUAGES:
        for names in vocabularies():
            for place in ({}, {"activity_id": "langkah"}, {"instance_id": None}):
                entry = stored(type_, data, **place)
                with speaking(language):
                    yield one_line(words.describe(entry, names), words.who(entry))


def test_every_event_has_words_and_all_words_are_of_an_event() -> None:
    assert set(words.TELLERS) == set(CATALOGUE.values())


def test_types_fit_their_column_and_are_a_subject_and_a_past_verb() -> None:
    longest = HistoryEvent.__table__.c.type.type.length
    assert {type_ for type_ in CATALOGUE if len(type_) > longest or "_" not in type_} == set()
    assert all(kind.type == type_ for type_, kind in CATALOGUE.items())


def test_a_type_or_its_words_cannot_be_taken_twice() -> None:
    class Another(Event):
        """Something else."""

    with pytest.raises(ValueError, match="task_claimed"):
        catalogued("task_claimed")(Another)
    with pytest.raises(ValueError, match="TaskClaimed"):
        tells(CATALOGUE["task_claimed"])(lambda entry, words: words.nothing)


@pytest.mark.parametrize("type_", sorted(CATALOGUE))
def test_a_row_without_any_data_is_told(type_: str) -> None:
    for line in every_way(type_, {}):
        assert line.strip()
        assert type_ not in line


@pytest.mark.parametrize("type_", sorted(CATALOGUE))
def test_a_row_that_holds_what_it_may_not_is_told(type_: str) -> None:
    names = [field.name for field in fields(CATALOGUE[type_])]
    for odd in ODD:
        for data in (odd, dict.fromkeys(names, odd), *({name: odd} for name in names)):
            assert all(every_way(type_, data))


@pytest.mark.parametrize("type_", sorted(CATALOGUE))
def test_what_is_written_is_what_is_read(type_: str) -> None:
    dice = random.Random(type_)
    for _round in range(50):
        data = {field.name: dice.choice(ODD) for field in fields(CATALOGUE[type_])}
        event = decode(type_, data)
        again = json.loads(json.dumps(encode(event)))
        assert encode(decode(type_, again)) == again


def test_a_type_that_nobody_knows_is_told_by_its_name() -> None:
    assert isinstance(decode("moon_landed", {"by": "x"}), Unknown)
    assert all("moon_landed" in line for line in every_way("moon_landed", {"by": "x"}))


def test_keys_that_nobody_knows_are_passed_over_and_stay_in_the_row() -> None:
    entry = stored("task_claimed", {"task": "1", "mood": "good"})
    assert (entry.event, entry.data["mood"]) == (CATALOGUE["task_claimed"](task="1"), "good")


#: What stands beside what an event tells.
BESIDE = {origin.KEY, removals.KEY, standing.KEY}


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_rows_of_old_backups_are_told_and_written_as_they_were(path: Path) -> None:
    with ZipFile(path) as archive:
        content = gzip.decompress(archive.read("tables/history_event.jsonl.gz"))
    rows = [json.loads(line) for line in content.splitlines()]
    assert rows
    for row in rows:
        data = {name: value for name, value in row["data"].items() if name not in BESIDE}
        assert encode(decode(row["type"], data)) == data
        entry = stored(row["type"], data, activity_id=row["activity_id"], instance_id=row["instance_id"])
        assert row["type"] not in plain(words.describe(entry, Ids(UTC)).title)
