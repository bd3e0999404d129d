"""Addresses in a form: which a page may show, which it links to, which it leaves alone.

The pages' policy loads nothing from elsewhere. A picture may stand in the form itself (``data:``), all else is a
link.
"""

import re
from urllib.parse import urlsplit

#: Pictures that browsers draw; SVG in a picture runs nothing.
_DATA = re.compile(r"data:image/(?:png|jpeg|gif|webp|svg\+xml)[;,]", re.IGNORECASE)


def is_shown(address: str) -> bool:
    """Whether a page may show the picture at ``address`` itself."""
    return _DATA.match(address) is not None


def is_linked(address: str) -> bool:
    """Whether a page may link to ``address``: a web address with a host."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return False
    return parts.scheme.lower() in ("http", "https") and bool(parts.netloc)


def is_refused(address: str, kind: str) -> bool:
    """Whether a component of this kind can do nothing with ``address``: form-js shows frames by https alone."""
    if kind == "iframe":
        return not (is_linked(address) and address.lower().startswith("https:"))
    return not (is_shown(address) or is_linked(address))
