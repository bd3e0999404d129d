"""Network addresses: who a client is behind proxies, and whom a limit counts as one.

A proxy appends to ``X-Forwarded-For`` the address that it was called from, so the list is believed from its end, as
far as trusted proxies wrote it (RFC 7239, section 7.4; the header is older than its standard).
"""

from collections.abc import Collection, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
#: What one subscriber gets of IPv6 (RFC 6177): he may use another address for each request.
_SUBSCRIBER = 64


def unmapped(text: str) -> str:
    """An address in its usual form: IPv4 inside IPv6 (``::ffff:a.b.c.d``) as IPv4, no zone; what is none as it is."""
    address = _address(text)
    return str(address) if address is not None else text


def subscriber(text: str) -> str:
    """Whom a limit counts as one: an IPv4 address, or the IPv6 network of /64 that an address lies in."""
    address = _address(text)
    if isinstance(address, IPv6Address):
        return str(ip_network((int(address), _SUBSCRIBER), strict=False))
    return str(address) if address is not None else text


def is_trusted(text: str, trusted: Collection[Network]) -> bool:
    """Whether an address lies in one of the networks of trusted proxies."""
    address = _address(text)
    return address is not None and any(
        address in network for network in trusted if network.version == address.version
    )


def client_behind(peer: str, forwarded: Sequence[str], trusted: Collection[Network]) -> str:
    """The address of whoever sent a request: the last one of the way that no trusted proxy has.

    ``peer``: where the connection comes from. ``forwarded``: each ``X-Forwarded-For``, in the order of the request.
    What is no address ends the way: the proxy that wrote it is the last that is known. Where all are trusted, the
    first of the way sent it.
    """
    way = [part.strip() for line in forwarded for part in line.split(",")]
    client = unmapped(peer)
    while is_trusted(client, trusted) and way:
        address = _address(_bare(way.pop()))
        if address is None:
            break
        client = str(address)
    return client


def _bare(text: str) -> str:
    """An address without the port that some proxies write: ``192.0.2.7:4711``, ``[2001:db8::7]:4711``."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
