"""Events that say that something is gone: what was redacted, a case that was destroyed, files of identity, what was
done and taken back.

They let `checking` pass over what else would be a fault. So each is signed by the installation, with the key of its
checkpoints: who writes to the database past the application cannot make one. What is signed is what the event tells,
not where it stands: told again it says nothing new.
"""

from collections.abc import Callable, Mapping
from typing import Any

from app.history.canonical import OUTSIDE, canonical

#: Under this name the data of such an event holds its signature, in hex.
KEY = "signature"
TYPES = frozenset({"case_destroyed", "completion_taken_back", "history_redacted", "identity_erased"})
#: What stands beside what an event tells, and what may be redacted later in such an event itself.
_BESIDE = (KEY, "from", "standing", "reason", "values", "old")
#: Whether the installation signed this line, by the signature in hex.
Signed = Callable[[bytes, str], bool]


def signed_line(chain: int, type_: str, data: Mapping[str, Any]) -> bytes:
    """The line that is signed: canonical JSON, none that a checkpoint could be."""
    tells = {name: value for name, value in data.items() if name not in _BESIDE}
    return canonical({"chain": chain or OUTSIDE, "tells": tells, "type": type_, "v": 1})


def is_bound(type_: str, name: str) -> bool:
    """Whether what such an event holds by this name is signed, or the signature: ids, keys, numbers and hashes, in
    which no words are that somebody wrote."""
    return type_ in TYPES and (name == KEY or name not in _BESIDE)


def bound(type_: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """What of such an event is signed, and the signature."""
    return {name: value for name, value in data.items() if is_bound(type_, name)}


def is_signed(chain: int, type_: str, data: Mapping[str, Any], signed: Signed) -> bool:
    """Whether such an event is the installation's own."""
    signature = data.get(KEY)
    return isinstance(signature, str) and signed(signed_line(chain, type_, data), signature)
