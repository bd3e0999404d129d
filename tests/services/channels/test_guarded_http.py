"""Requests to addresses that somebody typed in: nothing inside of the network, nobody who pretends, nobody slow."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from app.services.channels import guarded_http
from app.services.channels.guarded_http import Guard, Unreachable, post
from tests.services.channels.certificates import TlsServer, write_certificate
from tests.services.channels.receiver import Receiver

HERE = Guard(networks=(ip_network("127.0.0.0/8"),))
OK = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"


INSIDE = """127.0.0.1 10.1.1.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 255.255.255.255
192.0.2.1 198.18.0.1 ::1 :: fe80::1 fe80::1%eth0 fd00::1 fec0::1 ff02::1 2001:db8::1 ::ffff:10.0.0.1 ::7f00:1
::ffff:127.0.0.1 64:ff9b::a00:1 64:ff9b:1::1 2002:a00:1:: 2001:0:0:0:0:0:f5ff:fffe"""


@pytest.mark.parametrize("address", INSIDE.split())
def test_addresses_that_are_not_public_are_refused(address: str) -> None:
    assert not Guard().lets_through(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "103.10.66.1", "2001:4860:4860::8888", "::ffff:8.8.8.8"])
def test_public_ones_are_let_through(address: str) -> None:
    assert Guard().lets_through(address)


def test_a_network_that_the_settings_name_is_let_through() -> None:
    assert HERE.lets_through("127.0.0.1")
    assert HERE.lets_through("::ffff:127.0.0.1")
    assert not HERE.lets_through("10.0.0.1")


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("https://a.id/x?y", True),
        ("https://A.ID/", True),
        ("https://a.id:443", True),
        ("https://b.id:8443/", True),
        ("https://b.id/", False),
        ("https://a.id:8443/", False),
        ("https://a.id.evil.id/", False),
        ("https://evil.id/a.id", False),
        ("https://a.id@evil.id/", False),
        ("https://u:p@a.id/", False),
        ("https://a.id\\@evil.id/", False),
        ("https://a.id/\r\nX: y", False),
        ("https://a.id/ x", False),
        ("https://a.id/#x", False),
        ("https://[::1", False),
        ("https://a.id:x/", False),
        ("http://a.id/", False),
        ("file:///etc/passwd", False),
        ("gopher://a.id/", False),
        ("", False),
    ],
)
def test_hosts_are_named_exactly(url: str, named: bool) -> None:
    assert Guard(("a.id", "b.id:8443")).names(url) is named


def resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[Any]:
    asked: list[Any] = []

    def resolve(host: str, port: int, **_options: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(guarded_http.socket, "getaddrinfo", resolve)
    return asked


def test_a_name_with_one_address_inside_is_refused_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, "8.8.8.8", "10.0.0.1")
    with pytest.raises(Unreachable) as refused:
        post("https://a.id/", b"", {}, Guard())
    assert (refused.value.why, refused.value.may_have_arrived) == ("address_refused", False)


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads elsewhere when it is asked again changes nothing: it is asked once."""
    asked = resolving(monkeypatch, "8.8.8.8")
    tried: list[Any] = []

    def connect(address: Any, *_arguments: Any) -> Any:
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(guarded_http.socket, "create_connection", connect)
    with pytest.raises(Unreachable, match="no_answer"):
        post("https://a.id/", b"", {}, Guard())
    assert (asked, tried) == (["a.id"], [("8.8.8.8", 443)])


def test_a_public_address_wants_https(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, "8.8.8.8")
    with pytest.raises(Unreachable, match="not_encrypted"):
        post("http://a.id/", b"", {}, Guard())


def test_a_proxy_of_the_environment_is_not_used(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/")
    assert post(receiver.url, b"{}", {}, HERE) == 200
    [(path, headers, body)] = receiver.requests
    assert (path, headers["Host"], body) == ("/alur?x=1", receiver.host, b"{}")


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    server = TlsServer(write_certificate(tmp_path / "own.pem"), OK)
    with pytest.raises(Unreachable) as refused:
        post(f"https://127.0.0.1:{server.port}/", b"rahasia", {}, HERE)
    server.stop()
    assert (refused.value.why, refused.value.may_have_arrived, server.heard) == ("certificate", False, b"")


def test_one_that_the_machine_trusts_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_certificate(tmp_path / "own.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    server = TlsServer(path, OK)
    assert post(f"https://127.0.0.1:{server.port}/", b"", {}, HERE) == 204
    server.stop()


@pytest.fixture
def dripping() -> Iterator[int]:
    """The port of a server that sends a byte of its answer now and then, without end."""
    listener, over = socket.create_server(("127.0.0.1", 0)), threading.Event()

    def drip() -> None:
        connection, _peer = listener.accept()
        with connection, suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
            while not over.wait(0.02):
                connection.sendall(b"x")

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    over.set()
    thread.join(5)
    listener.close()


def test_one_that_sends_a_byte_now_and_then_is_left(dripping: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded_http, "_TOTAL_S", 0.2)
    with pytest.raises(Unreachable) as left:
        post(f"http://127.0.0.1:{dripping}/", b"", {}, HERE)
    assert (left.value.why, left.value.may_have_arrived) == ("too_slow", True)
