"""What Ctrl+C does at the moment. A job in the background, which is deaf to it from the start, stays so."""

import signal
import threading
from collections.abc import Callable
from queue import SimpleQueue
from types import FrameType


def end_at_once() -> None:
    """Let Ctrl+C end the program without a word: the system does it, whatever Python is about."""
    _become(signal.SIG_DFL)


def tidy_up_first() -> None:
    """Let Ctrl+C raise KeyboardInterrupt, so that a command can leave things in order."""
    _become(signal.default_int_handler)


def stop_when_told() -> threading.Event:
    """Return what is set once Ctrl+C or SIGTERM came.

    A thread sets it, as setting takes the lock that waiting takes: a handler that ran while the main thread held it
    would wait for itself for ever. Putting into a `SimpleQueue` is safe in a handler.
    """
    stop = threading.Event()
    heard: SimpleQueue[int] = SimpleQueue()

    def hear(number: int, _frame: FrameType | None) -> None:
        heard.put(number)

    def tell() -> None:
        heard.get()
        stop.set()

    threading.Thread(target=tell, daemon=True).start()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, hear)
    return stop


def _become(handler: "Callable[[int, FrameType | None], object] | signal.Handlers") -> None:
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, handler)


def wait() -> None:
    """Keep Ctrl+C waiting, also in programs that are started from now on, until `heed`."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


def heed() -> None:
    """Let a Ctrl+C that has been waiting happen."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
