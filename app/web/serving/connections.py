"""Connections of clients, with a deadline for each phase and bounds for each address.

uvicorn reads requests in its event loop, where a client that is slow takes no thread; but it would wait as long as
the client likes. `Connection` is uvicorn's own protocol with a clock on it; it uses nothing but asyncio's interface.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Collection
from enum import Enum, auto
from math import inf
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.services.core import addresses
from app.services.core.addresses import Network

#: From the first byte of a request, or from the connection when nothing is said, to the end of its head.
HEAD_S = 10.0
#: An answer that waits to be read may take so long, and a second more for each `SLOWEST_BYTES_S`. Of a body so many
#: bytes have to come in each such time.
PATIENCE_S = 30.0
SLOWEST_BYTES_S = 8 * 1024
#: A whole body. The largest, 111 MB, takes 15 minutes at 1 Mbit/s.
LONGEST_BODY_S = 20 * 60.0
#: Of a head that has not ended. What came with the last packet may be more: fields are counted when it has ended.
_HEAD_BYTES = 64 * 1024
#: From one address, of one process. A whole office may be behind one: 200 browsers of 5.
MOST_FROM_ONE = 1_000
_LOOK_S = 1.0
_REFUSED = b"HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
_BUSY, _LARGE = b"503 Service Unavailable", b"431 Request Header Fields Too Large"

Peer = tuple[str, int]


class _Phase(Enum):
    REFUSED = auto()
    HEAD = auto()
    ANSWER = auto()
    IDLE = auto()


class Connections:
    """What is open in this process, and until when each may be silent."""

    def __init__(self, trusted: Collection[Network] = (), most: int = 4_000) -> None:
        """``trusted``: proxies, whose connections are many people's."""
        self._trusted, self._most = trusted, most
        self._open: dict[Peer, Connection] = {}
        self._from: Counter[str] = Counter()
        #: Those on which no request has been read to the end of its head; who has been silent longest is first.
        self._silent: dict[Connection, None] = {}

    def protocol(self, **given: Any) -> "Connection":
        """A protocol for a new connection; uvicorn's setting ``http``."""
        return Connection(self, HttpToolsProtocol(**given))

    def count(self) -> int:
        """How many are open."""
        return len(self._open)

    def at(self, peer: Peer | None) -> "Connection | None":
        """The connection that comes from there."""
        return self._open.get(peer) if peer else None

    def admit(self, connection: "Connection") -> bool:
        """Whether there is room for one more; where there is none, who has been silent longest makes it."""
        one = connection.subscriber
        if self._from[one] >= MOST_FROM_ONE and not addresses.is_trusted(connection.peer[0], self._trusted):
            return False
        if len(self._open) >= self._most and not self._make_room():
            return False
        self._open[connection.peer] = connection
        self._from[one] += 1
        return True

    def forget(self, connection: "Connection") -> None:
        """It is closed."""
        self.note_request(connection)
        if self._open.get(connection.peer) is connection:
            del self._open[connection.peer]
            self._from[connection.subscriber] -= 1
            if not self._from[connection.subscriber]:
                del self._from[connection.subscriber]

    def note_silence(self, connection: "Connection") -> None:
        """A request is waited for."""
        self._silent.setdefault(connection)

    def note_request(self, connection: "Connection") -> None:
        """One is being answered."""
        self._silent.pop(connection, None)

    async def watch(self) -> None:
        """Close what is too late, as long as the server runs."""
        while True:
            await asyncio.sleep(_LOOK_S)
            now = time.monotonic()
            for connection in list(self._open.values()):
                connection.look(now)

    def _make_room(self) -> bool:
        connection = next(iter(self._silent), None)
        if connection is None:
            return False
        connection.hang_up()
        self.forget(connection)
        return True


class Connection(asyncio.Protocol):
    """One connection; what it does not watch it passes on."""

    def __init__(self, connections: Connections, inner: asyncio.Protocol) -> None:
        self._connections, self._inner = connections, inner
        self._transport: asyncio.Transport | None = None
        self._phase = _Phase.REFUSED
        self._head_until = self._unread_until = inf
        self._head_bytes = 0
        self.is_lost = False
        self.peer: Peer = ("", 0)
        self.subscriber = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let it in, or say that there is no room."""
        self._transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        if peer is None:  # who reset it before it was taken comes from nowhere
            self._transport.abort()
            return
        self.peer = peer[:2]
        self.subscriber = addresses.subscriber(self.peer[0])
        if not self._connections.admit(self):
            self._refuse(_BUSY)
            return
        self._begin_head()
        self._inner.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Read on, unless the head has become too long."""
        if self._phase is _Phase.REFUSED:
            return
        if self._phase is _Phase.IDLE:
            self._begin_head()
        if self._phase is _Phase.HEAD:
            if self._head_bytes > _HEAD_BYTES:
                self.shut(_LARGE)
                return
            self._head_bytes += len(data)
        self._inner.data_received(data)

    def begin_request(self) -> None:
        """The head has ended: from now on whoever answers keeps the time of the body."""
        self._phase = _Phase.ANSWER
        self._head_until = self._unread_until = inf
        self._connections.note_request(self)

    def end_request(self) -> None:
        """It was answered. For how long nothing may be said before the next one uvicorn counts."""
        if not self.is_lost:
            self._phase = _Phase.IDLE
            self._connections.note_silence(self)

    def look(self, now: float) -> None:
        """Hang up when the time for a head is over, or for reading what waits to be read."""
        waiting = self._transport.get_write_buffer_size() if self._transport else 0
        if not waiting:
            self._unread_until = inf
        elif self._unread_until == inf:
            self._unread_until = now + longest_s(waiting)
        if now > min(self._head_until, self._unread_until):
            self.hang_up()

    def hang_up(self) -> None:
        """Close it, whatever was to be said or read."""
        if self._transport is not None and self._transport.get_write_buffer_size():
            self._transport.abort()
        elif self._transport is not None:
            self._transport.close()

    def shut(self, status: bytes) -> None:
        """Refuse what was read so far, and close."""
        self._inner.connection_lost(None)
        self._refuse(status)

    def eof_received(self) -> bool | None:
        """Nothing more will come."""
        return None if self._phase is _Phase.REFUSED else self._inner.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is closed."""
        self.is_lost = True
        self._connections.forget(self)
        if self._phase is not _Phase.REFUSED:
            self._inner.connection_lost(exc)

    def pause_writing(self) -> None:
        """The client reads slowly."""
        if self._phase is not _Phase.REFUSED:
            self._inner.pause_writing()

    def resume_writing(self) -> None:
        """It has read."""
        self._unread_until = inf
        if self._phase is not _Phase.REFUSED:
            self._inner.resume_writing()

    def _begin_head(self) -> None:
        self._phase, self._head_bytes = _Phase.HEAD, 0
        self._head_until = time.monotonic() + HEAD_S
        self._connections.note_silence(self)

    def _refuse(self, status: bytes) -> None:
        self._phase = _Phase.REFUSED
        if self._transport is not None:
            self._transport.write(_REFUSED % status)
            self._transport.close()


class Pace:
    """How fast a body has to come: so much in each `PATIENCE_S`, whatever came before, and the whole in time."""

    def __init__(self) -> None:
        now = time.monotonic()
        self._end = now + LONGEST_BODY_S
        self._begin(now)

    @property
    def until(self) -> float:
        """When the next part is too late; the time is `time.monotonic`, which is asyncio's too."""
        return min(self._end, self._until)

    def note(self, size_bytes: int) -> None:
        """So much has come. When it is enough for one `PATIENCE_S`, the next one begins."""
        self._bytes += size_bytes
        if self._bytes >= PATIENCE_S * SLOWEST_BYTES_S:
            self._begin(time.monotonic())

    def _begin(self, now: float) -> None:
        self._until, self._bytes = now + PATIENCE_S, 0


def longest_s(size_bytes: int) -> float:
    """How long so many bytes may take, in seconds."""
    return PATIENCE_S + size_bytes / SLOWEST_BYTES_S
