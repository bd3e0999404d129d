"""A cache keeps what was asked for last, up to so many bytes."""

import pytest

from app.base.lru import ByteBoundCache


def cache() -> ByteBoundCache[str, str]:
    return ByteBoundCache(10, len)


def test_what_was_not_asked_for_longest_goes_first() -> None:
    kept = cache()
    kept["a"], kept["b"], kept["c"] = "xxxx", "xxxx", "xx"
    assert kept["a"]
    kept["d"] = "xxx"
    assert list(kept) == ["c", "a", "d"]
    with pytest.raises(KeyError):
        kept["b"]


def test_so_many_small_values_fit_as_there_is_room_for() -> None:
    kept = ByteBoundCache[int, str](1_000, len)
    for number in range(900):
        kept[number] = "x"
    assert all(number in kept for number in range(900))  # and none misses, in whichever order they come


def test_the_newest_stays_even_if_it_is_larger_than_the_bound() -> None:
    kept = cache()
    kept["a"] = "x"
    kept["b"] = "x" * 50
    assert dict(kept) == {"b": "x" * 50}
    kept["b"] = "y"
    kept["c"] = "z"
    del kept["b"]
    assert dict(kept) == {"c": "z"}
