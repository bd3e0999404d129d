"""The door into V8: one isolate for the process, one call at a time, thrown away when a limit was hit."""

import atexit
import ctypes
import os
import threading
import time
from contextlib import suppress
from pathlib import Path

from py_mini_racer import (
    DEFAULT_V8_FLAGS,
    JSEvalException,
    MiniRacer,
    init_mini_racer,
)

from app.bpmnio import budget
from app.errors import NotReady
from app.i18n import _

MEMORY_BYTES = 64 * 1024 * 1024
_START_SECONDS = 20.0
_RETIRE_SECONDS = 10.0
_ALONE_SECONDS = 1.0
_STRETCH = 4
# V8 counts garbage against the limit of memory and is in no hurry to collect it: a call leaves about 1 KB, and more
# the longer its text is. Left alone, the limit is reached after 100,000 small calls.
_GARBAGE_BYTES = 16 * 1024 * 1024
_GARBAGE_PER_CALL, _GARBAGE_PER_CHAR = 2_000, 16
# Should a bug in the bundle ever let an expression make code from text, V8 does not run it. Without its last compiler
# our short expressions are as fast, and V8 is 5 MB smaller.
_FLAGS = (*DEFAULT_V8_FLAGS, "--disallow-code-generation-from-strings", "--no-opt")


class LimitReached(Exception):
    """The call took too long or too much memory, or V8 failed. The next call gets a new isolate."""


class Isolate:
    """Functions of a JavaScript bundle, text in and text out; safe for threads and across a fork.

    V8 is made on the first call, never before: an isolate made before a fork is dead in the child.
    """

    def __init__(self, bundle: Path) -> None:
        self._bundle = bundle
        self._lock = threading.Lock()
        self._engine: MiniRacer | None = None
        self._garbage = 0
        self._retiring: threading.Thread | None = None
        os.register_at_fork(after_in_child=self._forget)
        atexit.register(self._finish)

    def call(self, function: str, argument: str, *, seconds: float) -> str:
        """Return what ``function`` gives for ``argument``, a JavaScript expression.

        ``seconds`` count from the moment this call has V8 for itself, and are cut to what `budget` has left. Who
        meets a limit is tried once more in a new isolate: what calls before left in memory, one of them that is still
        being stopped, or a busy machine may be to blame, and from outside none of that can be told apart.

        Raises:
            LimitReached: see the class.
            NotReady: the bundle was not built.
        """
        code = f"{function}({argument})"
        with self._lock:
            began, seconds = _Clocks(), budget.left(seconds)
            if seconds <= 0:
                raise LimitReached("no time left")
            try:
                return self._attempt(code, seconds)
            except LimitReached:
                self._be_alone()
                return self._attempt(code, seconds)
            finally:
                budget.spend(began.spent())

    def drop(self) -> None:
        """Throw the isolate away; the next call makes a new one."""
        with self._lock:
            self._drop()

    def _attempt(self, code: str, seconds: float) -> str:
        engine = self._engine or self._start()
        try:
            answer = engine.eval(code, timeout_sec=seconds)
        except JSEvalException as error:
            self._drop()
            raise LimitReached(_reason(error)) from None
        self._count_garbage(engine, code)
        return str(answer)

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
        engine = MiniRacer()
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
        self._lock = threading.Lock()


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
