"""The catalogue of events and their words belong together, and no stored row is beyond reading."""

import gzip
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zipfile import ZipFile

import pytest

from app.base.i18n import LANGUAGES, speaking
from app.history import origin, removals, standing
from app.history.catalogue import CASES, CATALOGUE, GROUPS, InstanceEvent, Unknown
from app.history.catalogue import event as catalogued
from app.history.codec import decode, encode
from app.history.sentences import one_line, plain
from app.history.vocabulary import Ids, Vocabulary
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
                    yield one_line(entry.describe(names), entry.who())


def test_every_event_stands_with_its_name_under_one_heading() -> None:
    assert sorted(kind.type for kinds in GROUPS.values() for kind in kinds) == sorted(CATALOGUE)
    assert all(GROUPS.values())
    assert all(kind.called for kind in CATALOGUE.values())


def test_types_fit_their_column_and_are_a_subject_and_a_past_verb() -> None:
    longest = HistoryEvent.__table__.c.type.type.length
    assert {type_ for type_ in CATALOGUE if len(type_) > longest or "_" not in type_} == set()
    assert all(kind.type == type_ for type_, kind in CATALOGUE.items())


def test_a_type_cannot_be_taken_twice_nor_without_a_sentence() -> None:
    class Another(InstanceEvent):
        """Something else."""

    with pytest.raises(ValueError, match="two events are stored as task_claimed"):
        catalogued("task_claimed", CASES, "Lain")(Another)
    with pytest.raises(ValueError, match="another_happened has no sentence"):
        catalogued("another_happened", CASES, "Lain")(Another)


def test_all_nouns_are_loaded_with_the_first_of_them() -> None:
    code = "from app.history.catalogue import CATALOGUE; print(len(CATALOGUE))"
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(told.stdout) == len(CATALOGUE)


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
        assert row["type"] not in plain(entry.describe(Ids(UTC)).title)
