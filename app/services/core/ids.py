"""Ids as they come in from outside: a number that neither database can hold is the id of nothing."""

#: The largest id that either database holds; of an event, which there are more of.
MAX_ID, MAX_EVENT_ID = 2**31 - 1, 2**63 - 1


def parse_id(text: str) -> int | None:
    """The id that a text names; None when it can be none."""
    return parse_number(text, MAX_ID)


def parse_number(text: str, most: int) -> int | None:
    """The whole number that a text names, from 0 to ``most``; None when it names none."""
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(most))):
        return None
    return number if (number := int(text)) <= most else None
