"""Who a client is behind proxies, and whom a limit counts as one."""

from ipaddress import ip_network

import pytest

from app.services.core import addresses

TRUSTED = [ip_network(one) for one in ("10.0.0.0/8", "2001:db8:1::/48", "::1")]


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.7", [], "192.0.2.7"),
        ("192.0.2.7", ["198.51.100.1"], "192.0.2.7"),  # who is no proxy says what it likes
        ("10.0.0.5", [], "10.0.0.5"),
        ("10.0.0.5", ["192.0.2.7"], "192.0.2.7"),
        ("::ffff:10.0.0.5", ["::ffff:192.0.2.7"], "192.0.2.7"),
        ("10.0.0.5", ["198.51.100.1, 192.0.2.7"], "192.0.2.7"),  # what the client itself wrote stands first
        ("10.0.0.5", ["198.51.100.1, 192.0.2.7, 10.0.0.6"], "192.0.2.7"),
        ("10.0.0.5", ["198.51.100.1", "192.0.2.7"], "192.0.2.7"),
        ("10.0.0.5", ["192.0.2.7:4711"], "192.0.2.7"),
        ("2001:db8:1::1", ["[2001:db8:2::7]:4711"], "2001:db8:2::7"),
        ("::1", ["10.0.0.5, 10.0.0.6"], "10.0.0.5"),
        ("10.0.0.5", ["192.0.2.7, unknown"], "10.0.0.5"),
        ("10.0.0.5", ["192.0.2.7, "], "10.0.0.5"),
        ("10.0.0.5", ["192.0.2.7, 1' OR 1=1, 10.0.0.6"], "10.0.0.6"),
        ("", ["192.0.2.7"], ""),
    ],
)
def test_the_client_is_the_last_one_on_the_way_that_is_no_trusted_proxy(
    peer: str, forwarded: list[str], client: str
) -> None:
    assert addresses.client_behind(peer, forwarded, TRUSTED) == client


@pytest.mark.parametrize(
    ("text", "usual", "one"),
    [
        ("192.0.2.7", "192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7", "192.0.2.7"),
        ("::FFFF:C000:0207", "192.0.2.7", "192.0.2.7"),
        ("2001:DB8::0001", "2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1", "2001:db8::ffff:1", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::1", "fe80::/64"),
        ("", "", ""),
        ("unix", "unix", "unix"),
    ],
)
def test_a_subscriber_is_an_ipv4_address_or_an_ipv6_network(text: str, usual: str, one: str) -> None:
    assert addresses.unmapped(text) == usual
    assert addresses.subscriber(text) == one
