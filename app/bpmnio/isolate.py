"""The door into V8: one isolate for the process, one call at a time, thrown away when a limit was hit."""

import atexit
import ctypes
import os
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Hashable
from contextlib import suppress
from pathlib import Path

from py_mini_racer import (
    DEFAULT_V8_FLAGS,
    JSEvalException,
    JSTimeoutException,
    MiniRacer,
    init_mini_racer,
)

from app.base import preparation
from app.base.errors import NotReady
from app.base.i18n import _
from app.bpmnio import budget

MEMORY_BYTES = 64 * 1024 * 1024
_START_SECONDS = 20.0
_RETIRE_SECONDS = 10.0
_ALONE_SECONDS = 1.0
_STRETCH = 4
# A call that ran out of time without having had the processor for it is given as much time as it would have needed,
# and half as much again, within limits: others wait for V8 meanwhile.
_TRIES = 3
_RESERVE = 1.5
_LONGEST_SECONDS = 5.0
#: How many texts are known that used up their time.
_MOST_RUNAWAYS = 1_000
# A thread's number with its bits turned round, moved by three, and this in the gap, is the number of its clock.
# Source: Linux, include/linux/posix-timers_types.h, CPUCLOCK_PERTHREAD and CPUCLOCK_SCHED.
_OF_A_THREAD = 6
# V8 counts garbage against the limit of memory and is in no hurry to collect it: a call leaves about 1 KB, and more
# the longer its text is. Left alone, the limit is reached after 100,000 small calls.
_GARBAGE_BYTES = 16 * 1024 * 1024
_GARBAGE_PER_CALL, _GARBAGE_PER_CHAR = 2_000, 16
# Should a bug in the bundle ever let an expression make code from text, V8 does not run it. Without its last compiler
# our short expressions are as fast, and V8 is 5 MB smaller. A regular expression that has tried too many ways goes on
# in the engine that tries all at once; the flag "l" of patterns.js tells which ones it takes.
_FLAGS = (
    *DEFAULT_V8_FLAGS,
    "--disallow-code-generation-from-strings",
    "--no-opt",
    "--enable-experimental-regexp-engine",
    "--enable-experimental-regexp-engine-on-excessive-backtracks",
    "--regexp-backtracks-before-fallback=10000",
)


class LimitReached(Exception):
    """The call took too long or too much memory, or V8 failed. The next call gets a new isolate.

    ``ran_out``: the call used up its time. ``share``: the part of it in which V8 had a processor; for others 1.
    """

    def __init__(self, reason: str, share: float = 1.0, *, ran_out: bool = False) -> None:
        super().__init__(reason)
        self.share, self.ran_out = share, ran_out


class FairLock:
    """A lock that goes to who has waited for it longest: who gives it back and wants it again is the last in line."""

    def __init__(self) -> None:
        self._state = threading.Lock()
        self._is_held = False
        self._waiting: deque[threading.Lock] = deque()

    def __enter__(self) -> None:
        with self._state:
            if not self._is_held:
                self._is_held = True
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        try:
            turn.acquire()
        except BaseException:  # interrupted: nobody would give back what comes to this turn
            self._leave(turn)
            raise

    def __exit__(self, *_raised: object) -> None:
        with self._state:
            self._pass_on()

    def _leave(self, turn: threading.Lock) -> None:
        with self._state:
            if turn in self._waiting:
                self._waiting.remove(turn)
            else:
                self._pass_on()

    def _pass_on(self) -> None:
        if self._waiting:
            self._waiting.popleft().release()
        else:
            self._is_held = False


class Isolate:
    """Functions of a JavaScript bundle, text in and text out; safe for threads and across a fork.

    V8 is made on the first call, never before: an isolate made before a fork is dead in the child.
    """

    def __init__(self, bundle: Path) -> None:
        self._bundle = bundle
        self._lock = FairLock()
        self._runaways: OrderedDict[Hashable, None] = OrderedDict()
        self._engine: MiniRacer | None = None
        self._garbage = 0
        self._threads: frozenset[int] = frozenset()  # V8's own, by the kernel's numbers
        self._retiring: threading.Thread | None = None
        os.register_at_fork(after_in_child=self._forget)
        atexit.register(self._finish)

    def call(self, function: str, argument: str, *, seconds: float, text: Hashable = None) -> str:
        """Return what ``function`` gives for ``argument``, a JavaScript expression.

        ``seconds`` count from the moment this call has V8 for itself, and are cut to what `budget` has left. Who
        meets a limit is tried once more in a new isolate: what calls before left in memory, or one of them that is
        still being stopped, may be to blame. Where V8 had no processor for most of its time, the next try is given
        more of it. A ``text`` that used up its time in a new isolate, whatever it was put to, is not tried once more
        when it does so again: others wait meanwhile.

        Raises:
            LimitReached: see the class.
            NotReady: the bundle was not built.
        """
        if self._engine is None:
            preparation.outcome("V8", lambda: None, outside=lambda _database: self._make())
        with self._lock:
            began, allowed = _Clocks(), budget.seconds_allowed(seconds)
            if allowed <= 0:
                raise LimitReached("no time left")
            known = text if allowed == seconds else None  # of less time than it needs a text is not to blame
            try:
                return self._tried(f"{function}({argument})", allowed, known)
            finally:
                budget.spend(began.spent())

    def _make(self) -> None:
        with self._lock:
            if self._engine is None:
                self._start()

    def drop(self) -> None:
        """Throw the isolate away; the next call makes a new one."""
        with self._lock:
            self._drop()

    def _tried(self, code: str, seconds: float, text: Hashable) -> str:
        """The answer within ``seconds`` of V8's own work, as far as that can be told from the share that it had."""
        given = seconds
        for number in range(1, _TRIES + 1):
            try:
                answer = self._attempt(code, given)
            except LimitReached as reached:
                starved = reached.share * given < seconds / _RESERVE
                own_fault = reached.ran_out and not starved
                if number == _TRIES or (number > 1 and not starved) or (own_fault and text in self._runaways):
                    if own_fault:
                        self._remember(text)
                    raise
                if starved:
                    longest = min(_LONGEST_SECONDS, budget.seconds_allowed(_LONGEST_SECONDS) * _STRETCH)
                    needed = seconds / max(reached.share, 0.01) * _RESERVE
                    given = max(seconds, min(needed, longest))
                self._be_alone()
            else:
                self._runaways.pop(text, None)
                return answer
        raise AssertionError

    def _remember(self, text: Hashable) -> None:
        if text is not None:
            self._runaways[text] = None
            self._runaways.move_to_end(text)
            if len(self._runaways) > _MOST_RUNAWAYS:
                self._runaways.popitem(last=False)

    def _attempt(self, code: str, seconds: float) -> str:
        engine = self._engine or self._start()
        began, worked = time.monotonic(), self._processor_seconds()
        try:
            answer = engine.eval(code, timeout_sec=seconds)
        except JSEvalException as error:
            passed, worked = time.monotonic() - began, self._processor_seconds() - worked
            ran_out = isinstance(error, JSTimeoutException) and passed >= seconds
            self._drop()
            raise LimitReached(_reason(error), worked / passed if ran_out else 1.0, ran_out=ran_out) from None
        self._count_garbage(engine, code)
        return str(answer)

    def _processor_seconds(self) -> float:
        """How long V8's thread has had a processor; the whole process, where the thread is not known."""
        with suppress(OSError):
            if self._threads:
                return sum(time.clock_gettime(~thread << 3 | _OF_A_THREAD) for thread in self._threads)
        return time.process_time()

    def _count_garbage(self, engine: MiniRacer, code: str) -> None:
        self._garbage += _GARBAGE_PER_CALL + _GARBAGE_PER_CHAR * len(code)
        if self._garbage > _GARBAGE_BYTES:
            engine.low_memory_notification()
            self._garbage = 0

    def _start(self) -> MiniRacer:
        try:
            source = self._bundle.read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise NotReady(_("Modul FEEL belum dibangun. Jalankan `make install`.")) from error
        init_mini_racer(flags=_FLAGS, ignore_duplicate_init=True)
        before = _threads()
        engine = MiniRacer()
        python = {thread.native_id for thread in threading.enumerate()}
        self._threads = frozenset(_threads() - before - python)
        engine.set_hard_memory_limit(MEMORY_BYTES)
        engine.eval(source, timeout_sec=_START_SECONDS)
        self._engine, self._garbage = engine, 0
        return engine

    def _drop(self) -> None:
        """Free the isolate beside the next calls; never more than one at a time, for the sake of memory."""
        engine, self._engine = self._engine, None
        if engine is None:
            return
        if self._retiring is not None:
            self._retiring.join(_RETIRE_SECONDS)
        self._retiring = threading.Thread(target=_retire, args=(engine,), daemon=True, name="v8-retire")
        self._retiring.start()

    def _be_alone(self) -> None:
        """Give the isolate that was just stopped a moment to end."""
        if self._retiring is not None:
            self._retiring.join(_ALONE_SECONDS)

    def _finish(self) -> None:
        """Free V8 while Python still runs: its threads die when they call into an interpreter that is ending,
        and who then waits for them waits for ever."""
        self._drop()
        if self._retiring is not None:
            self._retiring.join(_RETIRE_SECONDS)

    def _forget(self) -> None:
        """Run in a child after a fork. The parent's isolate is never freed here, because that would hang."""
        if self._engine is not None:
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._engine))
        self._engine = self._retiring = None
        self._lock = FairLock()


def _threads() -> set[int]:
    with suppress(OSError):
        return {int(name) for name in os.listdir("/proc/self/task")}
    return set()


class _Clocks:
    """What a call costs: its time, or this process's time on the processors where others kept it waiting.

    But a fourth of its time at least: others wait for the lock meanwhile, and for the database.
    """

    def __init__(self) -> None:
        self._began, self._worked = time.monotonic(), time.process_time()

    def spent(self) -> float:
        passed, worked = time.monotonic() - self._began, time.process_time() - self._worked
        return max(min(passed, worked), passed / _STRETCH)


def _retire(engine: MiniRacer) -> None:
    """Free ``engine`` once the stopped call has ended: inside some functions V8 notices a stop late."""
    with suppress(JSEvalException):
        engine.eval("0", timeout_sec=_RETIRE_SECONDS)
    with suppress(JSEvalException):
        engine.close()


def _reason(error: Exception) -> str:
    """Return one line: the error's own text quotes the whole bundle."""
    first_line = str(error).partition("\n")[0]
    return f"{type(error).__name__}: {first_line[:200]}"
