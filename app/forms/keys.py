"""Which keys a field may have."""

import re

#: A FEEL name that needs no quoting and an HTML name that cannot clash with the page's own (they start with
#: ``_``); a dot would be a path.
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")

_FEEL = """
and between else every external false for function if in instance not null now of or return satisfies some then
today true
"""
_PAGE = """
addEventListener closest constructor csrf_token dataset elements hasOwnProperty idempotency_key next prototype
querySelector querySelectorAll requestSubmit reset submit toString valueOf
"""
#: Words of FEEL, which no condition could read as a variable, and names by which the page and its scripts reach the
#: form element, its own hidden fields and the objects behind: a field of that name would stand in front of them.
RESERVED = frozenset(_FEEL.split() + _PAGE.split())


def is_identifier(key: str) -> bool:
    """Whether ``key`` is letters, digits and underscores, a letter first, at most 64."""
    return _IDENTIFIER.fullmatch(key) is not None


def is_reserved(key: str) -> bool:
    """Whether ``key`` belongs to FEEL or to the page's scripts."""
    return key in RESERVED
