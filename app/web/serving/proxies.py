"""Where a request comes from, behind proxies: what they say of it counts only where they are trusted."""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from app.services.core import addresses
from app.services.core.addresses import Network

_SCHEMES = frozenset({"http", "https"})
_Wsgi = Callable[[Any, Any], Iterable[bytes]]


def behind_proxies(served: _Wsgi, trusted: Collection[Network]) -> Any:
    """Serve with the address, scheme and host that trusted proxies tell; from others these headers mean nothing."""

    def serve(environ: Any, start_response: Any) -> Iterable[bytes]:
        peer = environ.get("REMOTE_ADDR", "")
        environ["REMOTE_ADDR"] = addresses.unmapped(peer)
        if addresses.is_trusted(peer, trusted):
            _believe(environ, peer, trusted)
        return served(environ, start_response)

    return serve


def _believe(environ: Any, peer: str, trusted: Collection[Network]) -> None:
    forwarded = environ.get("HTTP_X_FORWARDED_FOR", "")
    environ["REMOTE_ADDR"] = addresses.client_behind(peer, [forwarded] if forwarded else [], trusted)
    scheme, host = (_last(environ, f"HTTP_X_FORWARDED_{name}") for name in ("PROTO", "HOST"))
    if scheme in _SCHEMES:
        environ["wsgi.url_scheme"] = scheme
    if host:
        environ["HTTP_HOST"] = host


def _last(environ: Any, name: str) -> str:
    """What the proxy nearest to us said."""
    text: str = environ.get(name, "").rpartition(",")[2]
    return text.strip()
