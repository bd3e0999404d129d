"""Documents come back from packing as they went in, and what was packed once can be read for ever."""

import hashlib
import random
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from app.base import packing

#: SHA-256 of each dictionary. One that is released never changes: what was packed with it could not be read any more.
RELEASED = {
    1: "13211f8ee0c454f8ff2732ac7edaa28bf0f415f33847174542288c0f493c584c",
    2: "3c3d3e10f04fb8392a353ef2ca058b8d66c6d90798235ecb6c52adb8342e7eed",
    packing.VISITS: "7b379facaf56f3a17e6f87f700ae3893ef403bdab090842d3f9ce63e2c19ef38",
    4: "d144019c1f89313e2d24767fdfc4203e16158794695dd6da7b0f4ab42fcda2d6",
    packing.RESULT: "7f3aaa24a8eeef51d2920345b3f4fc23e03315fe63ae03deead21fc88c06de28",
    packing.VALUES: "555c9c59fe91c623bbfd8826e00d89b55c12410f3cda721b3770d6e43f099469",
    packing.DEADLINE: "32933a051cc022768398d656e81908af99115e68dff767e7a86d989736ed5ee7",
}
EVENT = {
    "values": {"hasil": "selesai", "catatan": "Sudah dijawab."},
    "task": "ebe06c7e5748458ba3147703015492e3",
}
LETTERS = 'abcde "\\{}[]:,0129_–é漢😀\n\x1f'


def of_chance(dice: random.Random) -> tuple[str, ...]:
    """An id, a short one, and a time, some of them not quite."""
    at = datetime.fromtimestamp(dice.uniform(-1e8, 1e11), UTC).isoformat(timespec="microseconds")
    odd = dice.choice(("", "", " ", '"', "\\", "é"))
    return (dice.randbytes(16).hex() + odd, odd + dice.randbytes(6).hex(), at + odd)


def invented(dice: random.Random, depth: int = 3) -> object:
    if depth == 0 or dice.random() < 0.3:
        text = "".join(dice.choices(LETTERS, k=dice.randrange(40)))
        return dice.choice((text, *of_chance(dice), dice.randrange(10**9), dice.random(), True, None, [], {}))
    if dice.random() < 0.5:
        return [invented(dice, depth - 1) for _n in range(dice.randrange(5))]
    return {f"isian_{n}": invented(dice, depth - 1) for n in range(dice.randrange(8))}


def test_no_dictionary_that_is_released_has_changed() -> None:
    kept = {number: hashlib.sha256(one).hexdigest() for number, one in packing._DICTIONARIES.items()}
    assert kept == RELEASED


@pytest.mark.parametrize("dictionary", RELEASED)
def test_what_is_packed_comes_back_byte_by_byte(dictionary: int) -> None:
    dice, packed = random.Random(dictionary), 0
    for _n in range(300):
        plain = orjson.dumps(invented(dice))
        stored = packing.pack(plain, dictionary)
        assert packing.unpack(stored or plain) == plain
        packed += stored is not None
    assert packed > 100


def test_a_short_event_takes_less_than_two_thirds_and_a_text_of_chance_stays_as_it_is() -> None:
    plain = orjson.dumps(EVENT)
    assert len(packing.pack(plain, packing.VALUES) or plain) < len(plain) * 0.66
    assert packing.pack(b'"q7\xc3\xbf"', packing.VALUES) is None


@pytest.mark.parametrize("time", ["2026-02-30T09:00:00.000000+00:00", "2026-01-01T24:00:00.000000+00:00"])
def test_a_time_that_is_none_comes_back_as_it_was_written(time: str) -> None:
    for at in (time, "1969-12-31T23:59:59.999999+00:00", "9999-12-31T23:59:59.999999+00:00"):
        plain = orjson.dumps({"due_at": at, "task": EVENT["task"], "values": EVENT["values"]})
        assert packing.unpack(packing.pack(plain, packing.VALUES) or b"") == plain


def test_ids_and_times_take_as_many_bytes_as_they_have() -> None:
    at, dice = datetime(2026, 11, 3, 4, 5, 6, 7, tzinfo=UTC), random.Random(1)
    plain = orjson.dumps([dice.randbytes(16).hex() for _n in range(50)])
    assert len(packing.pack(plain, packing.VALUES) or plain) < 50 * 20
    times = [(at + timedelta(seconds=dice.uniform(0, 1e8))).isoformat() for _n in range(50)]
    assert len(packing.pack(orjson.dumps(times), packing.VALUES) or b"") < 50 * 11


def test_a_long_document_comes_back_as_well() -> None:
    plain = orjson.dumps({f"isian_{n}": f"Baris ke-{n} dari laporan" for n in range(5_000)})
    stored = packing.pack(plain, packing.VALUES)
    assert stored is not None
    assert len(stored) < len(plain) / 4
    assert packing.unpack(stored) == plain


def test_json_text_is_never_taken_for_something_packed() -> None:
    for value in ({}, [], "", "x", -1, 0, True, False, None):
        assert packing.unpack(orjson.dumps(value)) == orjson.dumps(value)
    assert max(packing._DICTIONARIES) < min(b'{["-0123456789tfn')


def test_what_cannot_be_unpacked_is_an_error_and_never_half_a_document() -> None:
    stored = packing.pack(orjson.dumps(EVENT), packing.VALUES)
    assert stored is not None
    for broken in (stored[:-3], stored[:1], b"\x1f" + stored[1:], stored[:1] + b"\xff" * 9):
        with pytest.raises(ValueError, match="packed"):
            packing.unpack(broken)
