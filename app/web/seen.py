"""What a page showed that a publication will rest on, carried in its forms: see `deployment.preconditions`."""

import json
from collections.abc import Iterable

from flask import request
from sqlalchemy.orm import Session

from app.models import ProcessDraftFile
from app.services.core import ids
from app.services.definitions import definitions
from app.services.deployment import preconditions

#: The fields of a form: ids of versions in force, and revisions of a draft's files by their names.
VERSIONS, FILES = "seen_versions", "seen_files"
#: So many versions are read from a form: no installation has as many processes.
_MOST = 100_000


def fields(
    session: Session, files: Iterable[ProcessDraftFile] = (), *, also: Iterable[int] = ()
) -> dict[str, str]:
    """The hidden fields of a form that publishes: of what is in force now, of versions shown ``also``, and of the
    ``files`` of a draft. 1 SQL."""
    versions = _ranges(sorted({*definitions.newest_ids(session).values(), *also}))
    return {VERSIONS: versions, FILES: json.dumps(preconditions.revisions(files), separators=(",", ":"))}


def sent_versions() -> frozenset[int]:
    """The ids of the versions in force that the page showed; none where they cannot be read."""
    found, left = set[int](), _MOST
    for part in request.form.get(VERSIONS, "").split(","):
        first, _dash, last = part.partition("-")
        begin, end = ids.parse_id(first), ids.parse_id(last or first)
        if begin is not None and end is not None and (left := left - max(end - begin + 1, 1)) >= 0:
            found.update(range(begin, end + 1))
    return frozenset(found)


def sent_files() -> dict[str, int]:
    """The revisions of a draft's files that the page showed; none where they cannot be read."""
    try:
        sent = json.loads(request.form.get(FILES, ""))
    except (ValueError, RecursionError):
        return {}
    return {name: one for name, one in sent.items() if isinstance(one, int)} if isinstance(sent, dict) else {}


def _ranges(numbers: list[int]) -> str:
    """1, 2, 3, 7 → 1-3,7: of a thousand processes it takes a few thousand letters at most."""
    parts = list[list[int]]()
    for one in numbers:
        if parts and parts[-1][1] == one - 1:
            parts[-1][1] = one
        else:
            parts.append([one, one])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in parts)
