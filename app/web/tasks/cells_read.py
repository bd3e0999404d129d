"""Whose cells of the SOP somebody has read in this browser: they come folded from then on, until the SOP says more.

Kept in the browser, like the theme: it is no fact about the case, and nothing that others shall know.
"""

import hashlib
from collections.abc import Sequence

from flask import Response, after_this_request

from app.web import context, cookies

COOKIE = "sop"
#: Of so many activities; the one read longest ago is forgotten first.
_MOST = 40

Cells = Sequence[tuple[str, str]]


def are_known(cells: Cells) -> bool:
    """Whether these very words were read here before; from the next page on they were."""
    known = _known()
    if _print(cells) in known:
        return True
    kept = ".".join([*known, _print(cells)][-_MOST:])

    @after_this_request
    def keep(response: Response) -> Response:
        cookies.put(response, COOKIE, kept, max_age=cookies.A_YEAR)
        return response

    return False


def _print(cells: Cells) -> str:
    return hashlib.sha256("\0".join(text for _heading, text in cells).encode()).hexdigest()[:8]


def _known() -> list[str]:
    return [one for one in context.cookie(COOKIE).split(".") if len(one) == 8]
