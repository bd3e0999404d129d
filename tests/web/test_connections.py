"""The server as clients meet it, over sockets: who is slow, who lies of a request's end, who comes often."""

import asyncio
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network
from types import SimpleNamespace
from typing import Any

import pytest

from app.web.security import MAX_BODY_BYTES, MAX_FIELDS_BYTES
from app.web.serving import asgi, connections
from app.web.serving.byte_budgets import Budget
from app.web.serving.connections import Connection, Connections
from app.web.serving.costs import THREADS
from tests.terminal import wait_for
from tests.web.server import serving

HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n"
FORM = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
FILES = b"POST /tugas/1 HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
SMALL = FORM + b"Connection: close\r\nContent-Length: 4\r\n\r\nuser"
LARGE = 8 * 1024 * 1024
MB = 1024 * 1024
PROXY = ip_network("127.0.0.9/32")


@dataclass
class Site:
    """A small application behind the server, and what reached it."""

    port: int = 0
    seen: list[tuple[str, str]] = field(default_factory=list)
    environs: list[dict[str, Any]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    def answer(self, environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        self.seen.append((environ["REQUEST_METHOD"], environ["PATH_INFO"]))
        self.environs.append(environ)
        self.bodies.append(environ["wsgi.input"].read())
        if environ["PATH_INFO"] == "/broken":
            raise RuntimeError("broken")
        if environ["PATH_INFO"] == "/304":
            start("304 NOT MODIFIED", [("Content-Length", "5")])
            return []
        start("200 OK", [("X-One", "1"), ("X-One", "2")])
        return [b"a" * LARGE] if environ["PATH_INFO"] == "/large" else [b"hel", b"lo"]

    def connect(self, sent: bytes = b"", source: str = "127.0.0.1", **options: int) -> socket.socket:
        link = socket.socket()
        for name, value in options.items():
            link.setsockopt(socket.SOL_SOCKET, getattr(socket, name), value)
        link.bind((source, 0))
        link.settimeout(20)
        link.connect(("127.0.0.1", self.port))
        link.sendall(sent)
        return link

    def ask(self, sent: bytes = HEAD + b"Connection: close\r\n\r\n", source: str = "127.0.0.1") -> bytes:
        """All that is answered until the server hangs up."""
        with self.connect(sent, source) as link:
            return rest_of(link)


def rest_of(link: socket.socket) -> bytes:
    said = b""
    try:
        while chunk := link.recv(65536):
            said += chunk
    except ConnectionResetError:
        pass
    return said


@contextmanager
def served(most: int = 500, **budgets: Budget) -> Iterator[Site]:
    site = Site()
    with serving(site.answer, trusted=(PROXY,), most=most, **budgets) as site.port:
        yield site


@pytest.fixture
def site() -> Iterator[Site]:
    with served() as one:
        yield one


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deadlines of a quarter of a second."""
    monkeypatch.setattr(connections, "HEAD_S", 0.25)
    monkeypatch.setattr(connections, "PATIENCE_S", 0.25)
    monkeypatch.setattr(connections, "SLOWEST_BYTES_S", 1e9)
    monkeypatch.setattr(connections, "_LOOK_S", 0.05)


def test_who_leaves_before_he_is_let_in_is_no_error(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(40):
        with site.connect() as link:  # closed by a reset, which takes the address away, too
            link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with site.connect(b"GET /after HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") as link:
        assert link.recv(100).startswith(b"HTTP/1.1 200")
    assert [record.getMessage() for record in caplog.records] == []


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        HEAD + b"X: ",
        FORM + b"Content-Length: 1000\r\n\r\nuser",
        b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
    ids=["silence", "head", "body", "answer"],
)
def test_clients_that_are_slow_take_no_thread(site: Site, begun: bytes) -> None:
    with ExitStack() as slow:
        for _one in range(2 * THREADS if b"large" in begun else 200):
            slow.enter_context(site.connect(begun, SO_RCVBUF=4096))
        assert site.ask().startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize(
    "begun", [b"", HEAD + b"X: ", HEAD + b"\r\n" + HEAD], ids=["silence", "head", "next"]
)
def test_who_does_not_end_a_head_in_time_is_hung_up_on(site: Site, begun: bytes) -> None:
    with site.connect(begun) as link:
        said = rest_of(link)
    assert said.count(b"HTTP/1.1") == begun.count(b"\r\n\r\n")


@pytest.mark.usefixtures("hasty")
def test_a_head_that_goes_on_byte_by_byte_has_no_longer(site: Site) -> None:
    with site.connect(HEAD + b"X: ") as link:
        link.settimeout(0.05)
        said: bytes | None = None

        def hung_up() -> bool:
            nonlocal said
            try:
                link.sendall(b"a")
                said = link.recv(100)
            except TimeoutError:
                return False
            except OSError:
                return True
            return said == b""

        wait_for(hung_up, every_s=0)
    assert site.seen == []


@pytest.mark.usefixtures("hasty")
def test_a_body_that_does_not_come_in_time_is_refused(site: Site) -> None:
    assert site.ask(FORM + b"Content-Length: 10\r\n\r\nuser").startswith(b"HTTP/1.1 408 ")
    assert site.seen == []


@pytest.mark.usefixtures("hasty")
def test_an_answer_that_nobody_reads_is_dropped(site: Site) -> None:
    with site.connect(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n", SO_RCVBUF=4096) as link:
        wait_for(lambda: bool(site.seen))
        wait_for(lambda: is_closed(site, link), every_s=0.05)
        assert len(rest_of(link)) < LARGE


def takes(link: socket.socket, more: bytes) -> bool:
    """Whether the server still listens to this client."""
    try:
        link.sendall(more)
    except OSError:
        return False
    return True


def is_closed(site: Site, link: socket.socket) -> bool:
    """Whether the server has no connection to this client any more, as Linux tells it."""
    mine = f":{link.getsockname()[1]:04X}"
    with open("/proc/net/tcp") as table:
        return not any(
            row.split()[1].endswith(f":{site.port:04X}")
            and row.split()[2].endswith(mine)
            and row.split()[3] == "01"
            for row in table.readlines()[1:]
        )


def test_one_address_opens_so_many_connections_and_leaves_room_for_others(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOST_FROM_ONE", 3)
    with ExitStack() as slow:
        for source in ("127.0.0.1", "127.0.0.9"):  # the second is a proxy's: many people's
            for _one in range(3):
                slow.enter_context(site.connect(HEAD, source))
        assert site.ask().startswith(b"HTTP/1.1 503 ")
        assert site.ask(source="127.0.0.2").startswith(b"HTTP/1.1 200 ")
        assert site.ask(source="127.0.0.9").startswith(b"HTTP/1.1 200 ")
    wait_for(lambda: site.ask().startswith(b"HTTP/1.1 200 "))


def test_where_all_room_is_taken_who_has_been_silent_longest_makes_some() -> None:
    with served(most=2) as site, site.connect() as first, site.connect(HEAD) as second:
        second.sendall(b"X: ")
        assert site.ask(source="127.0.0.2").startswith(b"HTTP/1.1 200 ")
        assert rest_of(first) == b""
        second.sendall(b"a\r\nConnection: close\r\n\r\n")
        assert rest_of(second).startswith(b"HTTP/1.1 200 ")


def test_requests_of_one_client_are_counted_behind_a_proxy_too(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asgi, "_MOST_AT_ONCE", 2)

    def named(address: str) -> bytes:
        return FORM + f"X-Forwarded-For: {address}\r\nContent-Length: 10\r\n\r\nuser".encode()

    with site.connect(named("192.0.2.1"), "127.0.0.9"), site.connect(named("192.0.2.1"), "127.0.0.9"):
        wait_for(lambda: site.ask(named("192.0.2.1") + b"name=a", "127.0.0.9").startswith(b"HTTP/1.1 503 "))
        with site.connect(named("192.0.2.2") + b"name=a", "127.0.0.9") as other:
            assert other.recv(100).startswith(b"HTTP/1.1 200 ")


def test_what_one_client_has_waiting_on_the_disk_is_bounded() -> None:
    with served(small=Budget(1000, 9000), large=Budget(1000, 9000)) as site:
        assert site.ask(FORM + b"Content-Length: 2000\r\n\r\n" + b"a" * 2000).startswith(b"HTTP/1.1 503 ")
        assert site.ask(FILES + b"Content-Length: %d\r\n\r\n" % (2 * MB) + b"a" * 2000).startswith(
            b"HTTP/1.1 503 "
        )
        assert site.ask(b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").startswith(
            b"HTTP/1.1 503 "
        )
        assert site.ask(SMALL).startswith(b"HTTP/1.1 200 ")


@contextmanager
def all_room_taken(site: Site, budget: Budget, head: bytes, most: int) -> Iterator[list[socket.socket]]:
    """Two addresses that hold a budget of ``most`` bytes between them, and send nothing more."""
    with ExitStack() as links:
        begun = [
            links.enter_context(site.connect(head + b"a" * (most // 2), source))
            for source in ("127.0.0.2", "127.0.0.3")
        ]
        wait_for(lambda: budget.held_bytes == most, every_s=0.01)
        yield begun


@pytest.mark.parametrize(
    "head",
    [FILES + b"Content-Length: %d\r\n\r\n" % (3 * MB), FILES + CHUNKED + b"\r\n%x\r\n" % (3 * MB)],
    ids=["told", "not told"],
)
def test_small_bodies_have_room_when_large_ones_take_all_of_theirs(head: bytes) -> None:
    large, small = Budget(2 * MB, 4 * MB), Budget(100, 200)
    if b"chunked" in head:
        small = Budget(2 * MB, 3 * MB)
    with served(large=large, small=small) as site, all_room_taken(site, large, head, 4 * MB):
        assert site.ask(SMALL).startswith(b"HTTP/1.1 200 ")
        assert large.held_bytes == 4 * MB
    wait_for(lambda: large.held_bytes == small.held_bytes == 0)


def test_no_address_takes_all_room_for_small_bodies() -> None:
    small = Budget(100, 200)
    head = FORM + b"Content-Length: 1000\r\n\r\n"
    with served(small=small) as site, all_room_taken(site, small, head, 200) as begun:
        assert site.ask(SMALL, "127.0.0.2").startswith(b"HTTP/1.1 503 ")
        assert site.ask(SMALL).startswith(b"HTTP/1.1 200 ")
        assert rest_of(begun[0]).startswith(b"HTTP/1.1 503 ")


def test_where_all_room_for_bytes_is_taken_who_holds_most_gives_way() -> None:
    large = Budget(2 * MB, 4 * MB)
    head = FILES + b"Connection: close\r\nContent-Length: %d\r\n\r\n"
    whole = head % (MB + 1) + b"a" * (MB + 1)
    with served(large=large) as site, all_room_taken(site, large, head % (3 * MB), 4 * MB) as begun:
        assert site.ask(whole).startswith(b"HTTP/1.1 200 ")
        assert rest_of(begun[0]).startswith(b"HTTP/1.1 503 ")
        assert site.ask(whole).startswith(b"HTTP/1.1 200 ")
        begun[1].sendall(b"a" * 10)
        assert rest_of(begun[1]).startswith(b"HTTP/1.1 503 ")  # its own bound
    wait_for(lambda: large.held_bytes == 0)


def test_an_answer_that_nobody_reads_gives_way_to_others() -> None:
    large = Budget(LARGE, LARGE + 100)
    with served(large=large) as site:
        with site.connect(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n", "127.0.0.2", SO_RCVBUF=4096) as slow:
            wait_for(lambda: large.held_bytes == LARGE, every_s=0.01)
            whole = FILES + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % (2 * MB) + b"a" * (2 * MB)
            assert site.ask(whole).startswith(b"HTTP/1.1 200 ")
            assert len(rest_of(slow)) < LARGE
        wait_for(lambda: large.held_bytes == 0)


def test_what_a_body_has_sent_already_gives_it_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "PATIENCE_S", 0.5)
    with served() as site, site.connect(FILES + b"Content-Length: %d\r\n\r\n" % (9 * MB)) as link:
        link.sendall(b"a" * (8 * MB))  # some 17 minutes' worth at the slowest rate
        link.settimeout(10)
        assert rest_of(link).startswith(b"HTTP/1.1 408 ")


def test_a_body_that_comes_steadily_has_an_end_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LONGEST_BODY_S", 0.5)
    with served() as site, site.connect(FILES + b"Content-Length: %d\r\n\r\n" % (100 * MB)) as link:
        wait_for(lambda: not takes(link, b"a" * 10_000), every_s=0.02)
    assert site.seen == []


def test_a_pace_asks_for_so_much_in_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(connections, "time", SimpleNamespace(monotonic=lambda: now))
    pace = connections.Pace()
    for second in range(15 * 60):  # 1 Mbit/s
        now = float(second)
        assert now < pace.until
        pace.note(MAX_BODY_BYTES // (15 * 60) + 1)
    assert pace.until <= now + 30
    now = pace.until - 1
    pace.note(1000)
    assert pace.until == now + 1


def test_files_where_no_form_brings_any_are_refused_at_once(site: Site) -> None:
    told = b"Content-Length: %d\r\n\r\n" % (MAX_FIELDS_BYTES + 1)
    for path in (b"/masuk", b"/keluar", b"/bahasa", b"/tema", b"/lacak", b"/api/v1/tasks/1/complete"):
        assert site.ask(FILES.replace(b"/tugas/1", path) + told).startswith(b"HTTP/1.1 413 ")
    assert site.seen == []


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (HEAD + b"X: " + b"a" * 9000 + b"\r\n\r\n", 431),
        (HEAD + b"".join(b"X-%d: a\r\n" % n for n in range(70)) + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (HEAD + b"Host: y\r\n\r\n", 400),
        (HEAD + b"Content-Length: 0\r\nContent-Length: 0\r\n\r\n", 400),
    ],
    ids=["target", "field", "fields", "no host", "two hosts", "two lengths"],
)
def test_a_head_beyond_its_bounds_is_refused(site: Site, head: bytes, status: int) -> None:
    assert site.ask(head).startswith(b"HTTP/1.1 %d " % status)
    assert site.seen == []


def test_a_head_without_end_is_refused(site: Site) -> None:
    with site.connect(HEAD) as link:
        wait_for(lambda: not takes(link, b"X: " + b"a" * 4000 + b"\r\n"), every_s=0)
    assert site.seen == []


#: Where one reader finds the end of a request and another one does not: each hides ``GET /hidden``.
HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n"
SMUGGLED = {
    "length and chunked": FORM + b"Content-Length: 5\r\n" + CHUNKED + b"\r\n0\r\n\r\n" + HIDDEN,
    "chunked and length": FORM + CHUNKED + b"Content-Length: 5\r\n\r\n0\r\n\r\n" + HIDDEN,
    "two lengths": FORM + b"Content-Length: 0\r\nContent-Length: 35\r\n\r\n" + HIDDEN,
    "a list of lengths": FORM + b"Content-Length: 0, 35\r\n\r\n" + HIDDEN,
    "a length with a sign": FORM + b"Content-Length: +0\r\n\r\n" + HIDDEN,
    "a length in hexadecimal": FORM + b"Content-Length: 0x0\r\n\r\n" + HIDDEN,
    "a length of nothing": FORM + b"Content-Length: \r\n\r\n" + HIDDEN,
    "an unknown coding": FORM + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "chunked is not last": FORM + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + HIDDEN,
    "chunked twice": FORM + CHUNKED + b"Transfer-Encoding: identity\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a space before the colon": FORM + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a control character": FORM + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a folded line": FORM + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a line that ends otherwise": FORM + b"X: a\nContent-Length: 35\r\n\r\n" + HIDDEN,
    "a NUL": FORM + b"X: a\0\r\nContent-Length: 0\r\n\r\n" + HIDDEN,
    "a size with a sign": FORM + CHUNKED + b"\r\n+0\r\n\r\n" + HIDDEN,
    "a size with a prefix": FORM + CHUNKED + b"\r\n0x0\r\n\r\n" + HIDDEN,
    "a size without end": FORM + CHUNKED + b"\r\n" + b"f" * 40 + b"\r\n\r\n" + HIDDEN,
    "a chunk that is longer": FORM + CHUNKED + b"\r\n1\r\naXX0\r\n\r\n" + HIDDEN,
    "a chunk's line ends otherwise": FORM + CHUNKED + b"\r\n1;\na\r\n0\r\n\r\n" + HIDDEN,
    "chunked in HTTP/1.0": FORM.replace(b"1.1", b"1.0") + CHUNKED + b"Content-Length: 35\r\n\r\n" + HIDDEN,
}  # fmt: skip


@pytest.mark.parametrize("sent", SMUGGLED.values(), ids=SMUGGLED.keys())
def test_no_request_hides_in_another(site: Site, sent: bytes) -> None:
    with site.connect(sent) as link:
        link.shutdown(socket.SHUT_WR)
        said = rest_of(link)
    assert ("GET", "/hidden") not in site.seen
    assert b" 200 OK" not in said


def test_a_name_with_an_underscore_passes_for_no_other(site: Site) -> None:
    site.ask(HEAD + b"X_Forwarded_For: 192.0.2.1\r\nCookie: a=1\r\nCookie: b=2\r\nConnection: close\r\n\r\n")
    [environ] = site.environs
    assert "HTTP_X_FORWARDED_FOR" not in environ
    assert environ["HTTP_COOKIE"] == "a=1; b=2"


def test_a_body_comes_whole_however_it_was_sent(site: Site) -> None:
    close = b"Connection: close\r\n"
    site.ask(FORM + close + b"Content-Length: 4\r\nExpect: 100-continue\r\n\r\nuser")
    site.ask(FORM + close + CHUNKED + b"\r\n2\r\nus\r\n2\r\ner\r\n0\r\n\r\n")
    assert site.bodies == [b"user", b"user"]
    assert [one["CONTENT_LENGTH"] for one in site.environs] == ["4", "4"]
    assert "HTTP_TRANSFER_ENCODING" not in site.environs[1]


@pytest.mark.parametrize("asks_first", [False, True])
def test_what_is_too_large_is_told_by_its_size_and_not_kept(site: Site, asks_first: bool) -> None:
    large = MAX_FIELDS_BYTES + 1
    head = FORM + b"Connection: close\r\nContent-Length: %d\r\n" % large
    said = site.ask(head + (b"Expect: 100-continue\r\n\r\n" if asks_first else b"\r\n" + b"a" * large))
    assert said.startswith(b"HTTP/1.1 200 ")  # the application refuses it: tests/web/test_security.py
    assert (site.bodies, site.environs[0]["CONTENT_LENGTH"]) == ([b""], str(large))


def test_an_answer_is_sent_as_the_application_gave_it(site: Site) -> None:
    head, _end, body = site.ask().partition(b"\r\n\r\n")
    assert body == b"hello"
    assert {b"x-one: 1", b"x-one: 2", b"content-length: 5"} <= set(head.split(b"\r\n"))
    assert b"server:" not in head
    assert (
        len(
            site.ask(b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").partition(b"\r\n\r\n")[2]
        )
        == LARGE
    )
    assert site.ask(b"HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").endswith(b"\r\n\r\n")
    said = site.ask(b"GET /304 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 304 ")
    assert b"content-length" not in said


def test_what_breaks_is_told_and_harms_nobody_else(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    said = site.ask(b"GET /broken HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 500 ")
    assert "127.0.0" not in caplog.text
    assert site.ask().startswith(b"HTTP/1.1 200 ")


class Unread(asyncio.Transport):
    """A connection whose client reads nothing; it tells how it was closed."""

    def __init__(self, waiting: int) -> None:
        super().__init__({"peername": ("192.0.2.7", 4711)})
        self.waiting, self.closed = waiting, ""

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def abort(self) -> None:
        self.closed = "aborted"

    def close(self) -> None:
        self.closed = "closed"


def test_the_rest_of_an_answer_waits_for_its_reader_so_long_and_no_longer() -> None:
    held = Connections()
    link, transport = Connection(held, asyncio.Protocol()), Unread(80 * 1024)
    link.connection_made(transport)
    link.begin_request()
    link.end_request()  # all of it was handed over
    link.look(100.0)
    link.look(139.0)  # 30 s, and a second for each 8 KB
    assert transport.closed == ""
    link.look(141.0)
    assert transport.closed == "aborted"


def test_who_reads_on_has_time_for_the_rest() -> None:
    held = Connections()
    link, transport = Connection(held, asyncio.Protocol()), Unread(80 * 1024)
    link.connection_made(transport)
    link.begin_request()
    link.look(100.0)
    link.resume_writing()
    link.look(141.0)
    transport.waiting = 0
    link.look(1000.0)
    assert transport.closed == ""
