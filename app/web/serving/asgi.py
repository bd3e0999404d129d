"""The application as uvicorn serves it: a thread is taken when a request was read whole and its turn has come, and
left with the answer.

Bodies wait on the disk for as long as their senders take, and so do answers for those who read slowly.
"""

import asyncio
import io
import os
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, nullcontext
from socket import socket
from typing import IO, Any, cast

import uvicorn

from app.base.errors import Crowded, TooCostly
from app.services.core import addresses
from app.services.core.addresses import Network
from app.services.files import pictures
from app.services.files.pictures import Batch
from app.web.context import PICTURES
from app.web.security import MAX_BODY_BYTES, MAX_FIELDS_BYTES, takes_files
from app.web.serving.byte_budgets import Budget, Full, Hold
from app.web.serving.callers import Callers
from app.web.serving.connections import Connection, Connections, Pace, longest_s
from app.web.serving.costly_program import IDLE_S, CostlyProgram
from app.web.serving.costs import BOUNDS, Kind
from app.web.serving.interpreter import Interpreter
from app.web.serving.listener import Listener
from app.web.serving.request_heads import Refused, environ_of, path_of, read_fields
from app.web.serving.turns import About, Bounds, Caller, Left, Turns

#: In memory of each body and answer; the rest lies in a file without a name.
_IN_MEMORY = 256 * 1024
#: Bodies up to this size have a budget of their own: whoever fills the room for files keeps no form or call out.
SMALL_BYTES = MAX_FIELDS_BYTES
#: Bytes of small bodies, and of other bodies and answers: of one client and in this process.
_SMALL = 32 * 1024 * 1024, 256 * 1024 * 1024
_LARGE = 256 * 1024 * 1024, 1024 * 1024 * 1024
#: Requests of one client that are read, wait or are answered.
_MOST_AT_ONCE = 400
_CHUNK = 64 * 1024
#: Of a body that is refused for its size.
_MOST_DISCARDED = 2 * MAX_BODY_BYTES
#: How long the pictures of a request may wait and be made anew, in seconds, and how many such requests wait.
_PICTURES_S, _MOST_WITH_PICTURES = 60.0, 64
#: When who is refused as too many wait may come again, in seconds. He is told after a moment: whoever asks again at
#: once would else be answered as often as he likes.
_RETRY_S, _REFUSED_AFTER_S = 5, 3.0
#: Of threads that compute passwords; pages have 0.
_DOOR_NICE = 5

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Application:
    """What uvicorn calls for each request."""

    def __init__(
        self,
        served: Wsgi,
        connections: Connections,
        trusted: Collection[Network] = (),
        turns: str = "",
        *,
        small: Budget | None = None,
        large: Budget | None = None,
        callers: Callers | None = None,
        programs: Mapping[Kind, CostlyProgram] | None = None,
        bounds: Mapping[Kind, Bounds] = BOUNDS,
        interpreter: Interpreter | None = None,
    ) -> None:
        """``served``: the application, which a thread calls. ``trusted``: proxies that tell whom they call for.
        ``turns``: a file by which all processes take turns with pictures. ``small``, ``large``: room for bodies up to
        `SMALL_BYTES`, and for others and answers. ``callers``: what tells who asks for what; without them each
        address is a caller. ``programs``: what answers costly requests, where threads of this process do not.
        ``interpreter``: by which threads answer usual requests one after the other; without it all at once."""
        self._served, self._connections, self._trusted, self._turns = served, connections, trusted, turns
        self._turn = asyncio.Lock()
        self._painter = ThreadPoolExecutor(1, thread_name_prefix="pictures")
        self._with_pictures = 0
        self._callers, self._programs = callers, programs or {}
        self._interpreter = interpreter
        about = About()
        self._lines = {kind: _Line(kind, bounds[kind], about) for kind in Kind}
        self._at_once: Counter[str] = Counter()
        self._small, self._large = small or Budget(*_SMALL), large or Budget(*_LARGE)

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer a request."""
        connection = self._connections.at(scope["client"])
        if connection is not None:
            connection.begin_request()
        client = self._client(scope)
        self._at_once[client] += 1
        try:
            with ExitStack() as kept:
                await self._answer(scope, receive, send, connection, client, kept)
        except (Refused, Full, Crowded, Left, TooCostly) as refused:
            await self._refuse(scope, send, refused)
        except TimeoutError:  # the answer is not read
            if connection is not None:
                connection.hang_up()
        finally:
            _lessen(self._at_once, client, 1)
            if connection is not None:
                connection.end_request()

    async def _answer(
        self,
        scope: Mapping[str, Any],
        receive: Receive,
        send: Send,
        connection: Connection | None,
        client: str,
        kept: ExitStack,
    ) -> None:
        fields = read_fields(scope)
        if self._at_once[client] > _MOST_AT_ONCE:
            raise Refused(503)
        body, size = await self._body(receive, fields, path_of(scope), client, kept)
        batch = kept.enter_context(closing(Batch()))
        environ = environ_of(scope, fields, body, size)
        caller, kind = Caller(client), Kind.USUAL
        if self._callers is not None:
            caller, kind = self._callers.caller(environ, client), self._callers.kind(environ)

        async def ask() -> _Answer:
            answer = _Answer(kept.enter_context(_spool()))
            async with self._lines[kind].turns.turn(caller, lambda: _is_lost(connection)):
                await self._work(kind, {**environ, PICTURES: batch}, answer)
            return answer

        answer = await ask()
        if batch.wanted:
            await self._make_anew(batch, connection)
            body.seek(0)
            answer = await ask()
        hold = kept.enter_context(self._large.hold(client))
        if answer.size > _IN_MEMORY:  # it may lie on the disk for as long as its reader takes
            hold.add(answer.size)
        async with asyncio.timeout(longest_s(answer.size)) as deadline:
            hold.yield_by(deadline if hold.size else None)
            await answer.send(send)

    async def _work(self, kind: Kind, environ: dict[str, Any], answer: "_Answer") -> None:
        """Let the application answer: in a thread, or by a program of its own that a thread waits for."""
        line, loop = self._lines[kind], asyncio.get_running_loop()
        program = self._programs.get(kind)
        if program is None:
            call = self._call_in_turn if kind is Kind.USUAL else self._call
            await loop.run_in_executor(line.threads, call, environ, answer)
            if self._callers is not None:
                self._callers.learn(environ)
            return
        try:
            await loop.run_in_executor(line.threads, _call_apart, program, environ, answer)
        finally:
            loop.call_later(IDLE_S, loop.run_in_executor, line.threads, program.rest)

    def _call_in_turn(self, environ: dict[str, Any], answer: "_Answer") -> None:
        with self._interpreter.turn() if self._interpreter else nullcontext():
            self._call(environ, answer)

    def _call(self, environ: dict[str, Any], answer: "_Answer") -> None:
        chunks = self._served(environ, answer.start)
        try:
            for chunk in chunks:
                answer.write(chunk)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()

    async def _refuse(self, scope: Mapping[str, Any], send: Send, why: Exception) -> None:
        """Say that the request is not answered, and why, in the words of who sent it."""
        status = 0 if isinstance(why, Left) else why.status if isinstance(why, Refused) else 503
        if status != 503 or self._callers is None:
            await _refuse(send, status)
            return
        if isinstance(why, Crowded):
            await asyncio.sleep(_REFUSED_AFTER_S)
        environ = environ_of(scope, read_fields(scope), io.BytesIO(), 0)
        refused = await self._callers.refusal(environ, TooCostly if isinstance(why, TooCostly) else Crowded)
        await _refuse(send, *refused)

    async def _make_anew(self, batch: Batch, connection: Connection | None) -> None:
        """Have the pictures of a request made anew: one at a time, and no thread of requests waits for it."""
        loop = asyncio.get_running_loop()
        until = loop.time() + (_PICTURES_S if self._with_pictures < _MOST_WITH_PICTURES else 0)
        self._with_pictures += 1
        try:
            for picture in batch.wanted:
                if _is_lost(connection):
                    raise Left
                try:
                    await asyncio.wait_for(self._turn.acquire(), until - loop.time())
                except TimeoutError:
                    picture.code = pictures.LATE
                    continue
                try:
                    await loop.run_in_executor(self._painter, picture.make_anew, self._turns)
                finally:
                    self._turn.release()
        finally:
            self._with_pictures -= 1

    async def _body(
        self, receive: Receive, fields: Mapping[str, str], path: str, client: str, kept: ExitStack
    ) -> tuple[IO[bytes], int]:
        """The body and its size. What is too large is left unread: the application refuses it by its size."""
        declared = fields.get("CONTENT_LENGTH", "")
        if not declared and "HTTP_TRANSFER_ENCODING" not in fields:
            return io.BytesIO(), 0
        length = int(declared or 0)
        most = _most_bytes(fields, path, length)
        if length > most:
            if "HTTP_EXPECT" not in fields:  # who asked first sends nothing
                await self._discard(receive, length)
            return io.BytesIO(), length
        body = kept.enter_context(_spool())
        hold = kept.enter_context((self._small if length <= SMALL_BYTES else self._large).hold(client))
        size = await self._read(receive, body, hold, most)
        body.seek(0)
        return body, size

    async def _read(self, receive: Receive, body: IO[bytes], hold: Hold, most: int) -> int:
        """Read a body into a file, a little more than ``most`` bytes of it at most; return how many there are."""
        pace, size, more = Pace(), 0, True
        while more and size <= most:
            message = await _received(receive, pace, hold)
            chunk = message.get("body", b"")
            body.write(chunk)
            size, more = size + len(chunk), message.get("more_body", False)
            if size > SMALL_BYTES:  # its sender did not say so before
                hold.move_to(self._large)
            hold.add(len(chunk))
        hold.yield_by(None)
        return size

    async def _discard(self, receive: Receive, declared: int) -> None:
        """Hear a body that is refused out, or a browser that still sends it may never read the refusal."""
        pace, more = Pace(), declared <= _MOST_DISCARDED
        while more:
            more = (await _received(receive, pace)).get("more_body", False)

    def _client(self, scope: Mapping[str, Any]) -> str:
        """Whom bounds count the request for."""
        peer = (scope["client"] or ("",))[0]
        forwarded = [
            value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"
        ]
        return addresses.subscriber(addresses.client_behind(peer, forwarded, self._trusted))


class Server(uvicorn.Server):
    """uvicorn, which serves an application until its worker says stop."""

    def __init__(
        self,
        served: Application,
        connections: Connections,
        *,
        keepalive_s: int,
        every_second: Callable[[], Awaitable[None]],
    ) -> None:
        config = uvicorn.Config(
            served,
            http=cast("type[asyncio.Protocol]", connections.protocol),  # called as the class would be
            loop="asyncio",
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            log_level="error",  # what a client sends wrong is no fault of ours
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=keepalive_s,
            timeout_notify=1,
            callback_notify=every_second,
        )
        super().__init__(config)
        self._connections = connections
        self._listeners: list[Listener] = []

    async def serve(self, sockets: list[socket] | None = None) -> None:
        """Serve, and keep the time of all who are connected."""
        watching = asyncio.create_task(self._connections.watch())
        await super().serve(sockets)
        watching.cancel()

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Take connections, each process its share."""
        await super().startup(sockets=[])

        def protocol() -> asyncio.Protocol:
            return self._connections.protocol(
                config=self.config, server_state=self.server_state, app_state=self.lifespan.state
            )

        self._listeners = [Listener(one, protocol, self._connections.count) for one in sockets or []]

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Take no more connections, and finish what is being answered."""
        for listener in self._listeners:
            listener.close()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the worker: a second one would interrupt the end."""
        yield


class _Line:
    """Where requests of a kind wait, and the threads that answer them."""

    def __init__(self, kind: Kind, bounds: Bounds, about: About) -> None:
        self.turns = Turns(bounds, about)
        begin = _stand_back if kind is Kind.DOOR else None
        self.threads = ThreadPoolExecutor(bounds.places, f"request-{kind.value}", begin)


def _stand_back() -> None:
    """Let this thread go after others in the processor's queue: passwords are computed without Python's lock."""
    if sys.platform == "linux":  # where a thread has a niceness of its own
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _DOOR_NICE)


class _Answer:
    """What the application answers, until all of it is there."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.size = file, 0
        self._status, self._headers = 500, list[tuple[bytes, bytes]]()

    def start(
        self, status: str, headers: list[tuple[str, str]], _exc_info: object = None
    ) -> Callable[[bytes], None]:
        """WSGI's ``start_response``."""
        self._status = int(status[:3])
        self._headers = [(name.lower().encode("latin-1"), text.encode("latin-1")) for name, text in headers]
        return self.write

    def write(self, chunk: bytes) -> None:
        """Keep a part of the answer."""
        self.file.write(chunk)
        self.size += len(chunk)

    async def send(self, send: Send) -> None:
        """Send it, as fast as it is read."""
        told = {name for name, _text in self._headers}
        bare = self._status in {204, 304}
        headers = [pair for pair in self._headers if not (bare and pair[0] == b"content-length")]
        if b"content-length" not in told and not bare:
            headers.append((b"content-length", str(self.size).encode()))
        await send({"type": "http.response.start", "status": self._status, "headers": headers})
        self.file.seek(0)
        left = self.size
        while left > _CHUNK:
            left -= _CHUNK
            await send({"type": "http.response.body", "body": self.file.read(_CHUNK), "more_body": True})
        await send({"type": "http.response.body", "body": self.file.read(left)})


def _most_bytes(fields: Mapping[str, str], path: str, length: int) -> int:
    """How large the body of a request may be.

    Raises:
        Refused: it is said to be larger, and to bring files where no form does: no browser waits for words.
    """
    if not fields.get("CONTENT_TYPE", "").lower().startswith("multipart/form-data"):
        return MAX_FIELDS_BYTES
    if takes_files(path):
        return MAX_BODY_BYTES
    if length > MAX_FIELDS_BYTES:
        raise Refused(413)
    return MAX_FIELDS_BYTES


async def _received(receive: Receive, pace: Pace, hold: Hold | None = None) -> Mapping[str, Any]:
    """The next part of a body.

    Raises:
        Refused: it does not come in time, its bytes had to give way to others', or the client has left.
    """
    late = False
    message: Mapping[str, Any] = {}
    try:
        async with asyncio.timeout_at(pace.until) as deadline:
            if hold is not None:
                hold.yield_by(deadline)
            message = await receive()
    except TimeoutError:
        late = True
    if hold is not None and hold.gave_way:
        raise Refused(503)
    if late:
        raise Refused(408)
    if message["type"] == "http.disconnect":
        raise Refused(0)
    pace.note(len(message.get("body", b"")))
    return message


def _spool() -> Any:
    return tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)


def _lessen(counter: Counter[str], whose: str, by: int) -> None:
    counter[whose] -= by
    if not counter[whose]:
        del counter[whose]


async def _refuse(send: Send, status: int, told: Iterable[tuple[str, str]] = (), body: bytes = b"") -> None:
    """Say that the request is not answered, and close the connection."""
    if not status:
        return
    headers = [(b"content-length", str(len(body)).encode()), (b"connection", b"close")]
    headers += [(name.lower().encode("latin-1"), text.encode("latin-1")) for name, text in told]
    if status == 503:
        headers.append((b"retry-after", str(_RETRY_S).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _is_lost(connection: Connection | None) -> bool:
    return connection is not None and connection.is_lost


def _call_apart(program: CostlyProgram, environ: dict[str, Any], answer: _Answer) -> None:
    body = environ["wsgi.input"]
    with tempfile.TemporaryFile() as empty:
        status, headers, answer.size = program.answer(
            environ, empty if isinstance(body, io.BytesIO) else body, answer.file
        )
    answer.start(status, headers)
