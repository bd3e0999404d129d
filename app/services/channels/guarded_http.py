"""One HTTP request to an address that somebody typed in: it reaches no machine inside of the network by accident.

The name is resolved once; every address is checked, and the connection goes to the one that was checked. No redirect
is followed, no proxy used, and nothing but the status of the answer is kept.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from app.services.core.addresses import Network

_CONNECT_S = 10.0
#: All of it: a machine that sends a byte now and then must not hold a thread.
_TOTAL_S = 20.0
_PORTS = {"https": 443, "http": 80}
#: IPv6 that stands for IPv4 behind a translator (RFC 6052, RFC 8215): it may lead inside.
_TRANSLATED = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))


class Unreachable(Exception):
    """The request was not answered. ``why``: a word of ours, without anything that the other side said.

    ``may_have_arrived``: whether it was sent before that.
    """

    def __init__(self, why: str, may_have_arrived: bool = False) -> None:
        super().__init__(why)
        self.why, self.may_have_arrived = why, may_have_arrived


@dataclass(frozen=True)
class Guard:
    """Where requests may go. ``hosts``: names, with a port where it is not 443; None: what the settings name."""

    hosts: Collection[str] | None = None
    networks: Collection[Network] = ()

    def names(self, url: str) -> bool:
        """Whether the address is whole, and its host one of ``hosts``."""
        try:
            parts = urlsplit(url)
            port = parts.port or _PORTS.get(parts.scheme, 0)
        except ValueError:
            return False
        host = (parts.hostname or "").lower()
        known = parts.scheme in _PORTS and bool(host) and parts.username is None and not parts.fragment
        if not known or not url.isascii() or any(letter <= " " or letter == "\x7f" for letter in url):
            return False
        return self.hosts is None or f"{host}:{port}" in self.hosts or (port == 443 and host in self.hosts)

    def lets_through(self, address: str) -> bool:
        """Whether a connection may go to this address: a public one, or of a network that the settings name."""
        found = ip_address(address.partition("%")[0])
        return self.is_named(address) or _is_public(found)

    def is_named(self, address: str) -> bool:
        """Whether the address lies in a network that the settings name."""
        found = ip_address(address.partition("%")[0])
        found = getattr(found, "ipv4_mapped", None) or found
        return any(found in network for network in self.networks if network.version == found.version)


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inside is not None:
            return _is_public(inside)
        if any(address in network for network in _TRANSLATED) or address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def post(url: str, body: bytes, headers: Mapping[str, str], guard: Guard) -> int:
    """Send ``body``; return the status of the answer, whatever it is.

    Raises:
        Unreachable: it was not let through, or nobody answered.
    """
    if not guard.names(url):
        raise Unreachable("host_refused")
    parts = urlsplit(url)
    address = _resolve(parts, guard)
    if parts.scheme == "http" and not guard.is_named(address):
        raise Unreachable("not_encrypted")
    connection = _Connection(parts, address)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    over = threading.Timer(_TOTAL_S, connection.hang_up)
    over.daemon = True
    over.start()
    arrived = False
    try:
        connection.connect()
        arrived = True
        connection.request("POST", target, body, {"User-Agent": "Alur", "Connection": "close", **headers})
        status = connection.getresponse().status
    except ssl.SSLError as error:
        raise Unreachable("certificate" if "CERTIFICATE" in str(error) else "tls", arrived) from error
    except TimeoutError as error:
        raise Unreachable("too_slow", arrived) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreachable("too_slow" if connection.is_over else "no_answer", arrived) from error
    finally:
        over.cancel()
        connection.close()
    if connection.is_over:  # its headings ended because we hung up
        raise Unreachable("too_slow", arrived)
    return status


def _resolve(parts: SplitResult, guard: Guard) -> str:
    """The address to connect to: the first of the name's. All of them have to be let through."""
    try:
        found = socket.getaddrinfo(
            parts.hostname, parts.port or _PORTS[parts.scheme], type=socket.SOCK_STREAM
        )
    except (OSError, UnicodeError) as error:
        raise Unreachable("unknown_host") from error
    addresses = [str(one[4][0]) for one in found]
    if not addresses or not all(guard.lets_through(address) for address in addresses):
        raise Unreachable("address_refused")
    return addresses[0]


class _Connection(http.client.HTTPConnection):
    """A connection to ``address`` that speaks to the host of ``parts``."""

    def __init__(self, parts: SplitResult, address: str) -> None:
        super().__init__(parts.hostname or "", parts.port or _PORTS[parts.scheme], timeout=_CONNECT_S)
        self.default_port = _PORTS[parts.scheme]
        self._address, self._encrypted = address, parts.scheme == "https"
        self.is_over = False

    def connect(self) -> None:
        """Connect, by TLS to whoever has a certificate of the host."""
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._encrypted:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)

    def hang_up(self) -> None:
        """End it from another thread."""
        self.is_over = True
        sock = self.sock
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
