"""Ids as they come in from outside: a number that neither database can hold is the id of nothing."""

#: The largest id that either database holds.
MAX_ID = 2**31 - 1
_DIGITS = len(str(MAX_ID))


def parse_id(text: str) -> int | None:
    """The id that a text names; None when it can be none."""
    if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS):
        return None
    return number if (number := int(text)) <= MAX_ID else None
