"""Nothing that differs between two versions goes unmentioned, whatever it is; and what is the same tells nothing.

``ALUR_CHANGES=20000`` makes that many random changes, ``ALUR_SEED=7`` begins with another (0 else). A failure names
its seed.
"""

import os
from random import Random

import pytest

from tests.services.comparison import models
from tests.services.comparison.contents import compared, told
from tests.services.comparison.mutations import Mutation, mutated, rewritten
from tests.sop_changes.editing import shipped

CHANGES = int(os.environ.get("ALUR_CHANGES", "150"))
SEED = int(os.environ.get("ALUR_SEED", "0"))
AT_ONCE = 100
SOP = shipped()


def files_for(random: Random) -> tuple[dict[str, bytes], str]:
    """Files of a process, and which of them is changed: the SOP's, or a diagram that nobody drew."""
    if random.random() < 0.3:
        return {"uji.bpmn": models.invented(random.randrange(10**6))}, "uji.bpmn"
    kind = random.choice([".bpmn", ".bpmn", ".form", ".dmn"])
    name = random.choice(sorted(name for name in SOP if name.endswith(kind)))
    return {"pengaduan.bpmn": SOP["pengaduan.bpmn"], name: SOP[name]}, name


def check(seed: int) -> None:
    random = Random(seed)
    files, name = files_for(random)
    made = mutated(name, files[name], random)
    found = compared(files, {name: made.content}, reads=False)
    about = f"seed {seed}: {made.does} of {name}: {told(found)}"
    assert found, about
    assert is_named(made, found), f"{about}; none of {sorted(made.names)}"
    said = " ".join(
        part
        for one in found.changes
        for part in (one.text, one.before or "", one.after or "", one.about.id, *one.details)
    )
    assert all(text in said for text in made.shown), f"{about}; nothing shows {made.shown}"


def is_named(made: Mutation, found: object) -> bool:
    if not made.names:
        return True
    for change in found.changes:  # type: ignore[attr-defined]
        about = change.about
        words = " ".join(
            (change.text, about.id, about.older_id, about.name, *change.details, *change.newer_ids)
        )
        if any(" ".join(name.split())[:100] in " ".join(words.split()) for name in made.names):
            return True
    return False


@pytest.mark.parametrize("first", range(SEED, SEED + CHANGES, AT_ONCE))
def test_whatever_is_changed_is_told_with_the_element_and_what_stands_there_now(first: int) -> None:
    for seed in range(first, first + AT_ONCE):
        check(seed)


@pytest.mark.parametrize("seed", range(SEED, SEED + max(3, CHANGES // 200)))
def test_the_same_said_otherwise_tells_nothing(seed: int) -> None:
    random = Random(seed)
    again = [(name, rewritten(name, content, random)) for name, content in SOP.items()]
    random.shuffle(again)
    found = compared(SOP, dict(again), reads=False)
    assert told(found) == []
    assert set(found.rewritten) <= set(SOP)
    assert "pengaduan.bpmn" in found.rewritten


@pytest.mark.parametrize("seed", range(SEED, SEED + max(20, CHANGES // 20)))
def test_an_invented_diagram_said_otherwise_tells_nothing(seed: int) -> None:
    content = models.invented(seed)
    again = rewritten("uji.bpmn", content, Random(seed))
    assert told(compared({"uji.bpmn": content}, {"uji.bpmn": again}, reads=False)) == []
