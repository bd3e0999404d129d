"""Documents come back from packing as they went in, and what was packed once can be read for ever."""

import hashlib
import random

import orjson
import pytest

from app.base import packing

#: SHA-256 of each dictionary. One that is released never changes: what was packed with it could not be read any more.
RELEASED = {
    packing.RESULT: "13211f8ee0c454f8ff2732ac7edaa28bf0f415f33847174542288c0f493c584c",
    packing.VALUES: "3c3d3e10f04fb8392a353ef2ca058b8d66c6d90798235ecb6c52adb8342e7eed",
    packing.VISITS: "7b379facaf56f3a17e6f87f700ae3893ef403bdab090842d3f9ce63e2c19ef38",
    packing.DEADLINE: "d144019c1f89313e2d24767fdfc4203e16158794695dd6da7b0f4ab42fcda2d6",
}
EVENT = {
    "values": {"hasil": "selesai", "catatan": "Sudah dijawab."},
    "task": "ebe06c7e5748458ba3147703015492e3",
}
LETTERS = 'abcde "\\{}[]:,0129_–é漢😀\n\x1f'


def invented(dice: random.Random, depth: int = 3) -> object:
    if depth == 0 or dice.random() < 0.3:
        text = "".join(dice.choices(LETTERS, k=dice.randrange(40)))
        return dice.choice((text, dice.randrange(10**9), dice.random(), True, None, [], {}))
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
