"""No expression gets out of V8, and none keeps it: each ends within a second, and the next one works."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from py_mini_racer import JSTimeoutException

from app.base.errors import ExpressionFailed, NotReady
from app.bpmnio import budget, feel
from app.bpmnio import isolate as isolates
from app.bpmnio.feel import Memo
from app.bpmnio.isolate import FairLock, Isolate, LimitReached, _Clocks

NOW = datetime(2026, 7, 5, 6, 30, tzinfo=ZoneInfo("Asia/Jakarta"))
ROOT = Path(__file__).resolve().parents[2]
BUNDLE = ROOT / "app" / "bpmnio" / "dist" / "feel.js"
MANY = list(range(1000))

ESCAPES = [
    'this.constructor.constructor("return process")()',
    "globalThis",
    'count.constructor("return 1")()',
    "count.prototype.constructor.constructor",
    "count.caller",
    "now.constructor",
    "kosong.constructor",
    "kosong.__proto__",
    '"x".constructor',
    'get value({}, "constructor")',
    '(function(a) a).fn.constructor("return 1")()',
    'date("2026-01-01").zone.constructor',
    "import",
]
RUNAWAYS: list[tuple[str, dict[str, Any]]] = [
    ("for i in 1..100000000 return i", {}),
    ("every x in l, y in l, z in l satisfies x + y + z > -1", {"l": MANY}),
    ("for x in l return for y in l return for z in l return 1", {"l": MANY}),
    ('matches("' + "a" * 40 + '!", "^(a+)+$")', {}),
    ('replace(s, "(a*)*b", "x")', {"s": "a" * 50}),
    ('split(s, "(x+x+)+y")', {"s": "x" * 50}),
    ('replace(s, "x", s)', {"s": "x" * 20_000}),
    ("{w: function(g) g(g), x: w(w)}", {}),
    ('for i in 1..40 return if count(partial) = 0 then "x" else partial[-1] + partial[-1]', {}),
    ('string join(for i in 1..3000000 return "xxxxxxxxxx")', {}),
    ("sort(for i in 1..300000 return 300000 - i, function(a, b) a < b)", {}),
    ("s", {"s": "x" * 2_000_000}),
    ("(" * 100_000 + "1" + ")" * 100_000, {}),
    ("[" * 1_900 + "]" * 1_900, {}),
]


def value(expression: str, **context: Any) -> Any:
    return feel.evaluate(expression, context, now=NOW).value


def nested(levels: int) -> Any:
    inner: Any = 1
    for _level in range(levels):
        inner = [inner]
    return inner


@pytest.mark.parametrize("expression", ESCAPES)
def test_no_expression_reaches_javascript(expression: str) -> None:
    try:
        result = value(expression, kosong={})
    except ExpressionFailed:
        return
    assert result is None


def test_v8_makes_no_code_from_text() -> None:
    isolate = feel.feelin.isolate

    with pytest.raises(LimitReached, match="EvalError"):
        isolate.call("(text => String(Function(text)()))", '"return 1"', seconds=1)


@pytest.mark.parametrize("name", ["__proto__", "constructor", "toString", "hasOwnProperty"])
def test_variable_named_like_an_inner_part_is_only_a_variable(name: str) -> None:
    assert value(name, **{name: 5}) == 5
    assert value("isi." + name, isi={name: {"x": 1}}) in ({"x": 1}, None)
    assert value("x", **{name: {"x": 7}}) is None
    assert value("{a: {}}.a.x") is None


def test_expression_cannot_change_what_the_next_one_sees() -> None:
    for expression in (
        'context put({}, ["__proto__", "kotor"], 1)',
        'context merge({}, {"__proto__": {kotor: 1}})',
        'context([{key: "__proto__", value: {kotor: 1}}])',
    ):
        feel.evaluate(expression, {}, now=NOW)

    assert value("kotor") is None
    assert value("{}.kotor") is None


@pytest.mark.parametrize(("expression", "context"), RUNAWAYS, ids=lambda part: str(part)[:30])
def test_runaway_is_stopped_and_the_next_call_works(expression: str, context: dict[str, Any]) -> None:
    started = time.monotonic()
    with pytest.raises(ExpressionFailed):
        feel.evaluate(expression, context, now=NOW)
    took = time.monotonic() - started

    assert value("a + 1", a=time.time_ns() % 1_000_000) > 0
    assert took < 20, "250 ms were allowed; the rest is room for a busy machine"


def test_many_expressions_share_the_time_of_one_undertaking() -> None:
    def evaluate_many() -> None:
        for n in range(1000):
            value(f"count(for a in 1..2000 return a + {n})")

    with budget.sharing(0.3), pytest.raises(ExpressionFailed, match="terlalu lama"):
        evaluate_many()
    assert value("1 + 1") == 2


def test_who_is_inside_spends_of_the_time_around_him_too() -> None:
    with budget.sharing(0.3):
        for n in range(1000):
            with budget.sharing(60), suppress(ExpressionFailed):
                value(f"count(for a in 1..2000 return a - {n})")
        with pytest.raises(ExpressionFailed, match="terlalu lama"):
            value("2 + 1")
    assert budget.seconds_allowed(7) == 7


class Slow:
    """An isolate that does not answer in time."""

    def eval(self, _code: str, timeout_sec: float) -> str:
        raise JSTimeoutException

    def close(self) -> None:
        """Nothing to free."""


@pytest.mark.parametrize(("slow", "said"), [(1, "[1]"), (2, "stopped")])
def test_a_call_that_met_a_limit_is_tried_once_more(
    slow: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    isolate = Isolate(BUNDLE)
    begin, made = isolate._start, [Slow() for _n in range(slow)]
    monkeypatch.setattr(isolate, "_start", lambda: made.pop() if made else begin())
    try:
        found = isolate.call("JSON.stringify", "[1]", seconds=5)
    except LimitReached:
        found = "stopped"
    assert found == said


class KeptWaiting:
    """An isolate that gets no processor for longer than a command has."""

    def eval(self, _code: str, timeout_sec: float) -> str:
        threading.Event().wait(timeout_sec)
        return "[1]"

    def close(self) -> None:
        """Nothing to free."""


def test_a_call_that_others_keep_waiting_costs_its_command_only_what_it_worked() -> None:
    isolate = Isolate(BUNDLE)
    isolate._engine = KeptWaiting()  # type: ignore[assignment]
    with budget.sharing(0.2):
        isolate.call("JSON.stringify", "[1]", seconds=1)
        assert budget.seconds_allowed(1) > 0


class Starved:
    """An isolate that is stopped for its time without having had a processor."""

    def __init__(self) -> None:
        self.given: list[float] = []

    def eval(self, _code: str, timeout_sec: float) -> str:
        self.given.append(timeout_sec)
        threading.Event().wait(timeout_sec)
        raise JSTimeoutException

    def close(self) -> None:
        """Nothing to free."""


def test_a_good_call_is_not_refused_because_others_had_the_processor() -> None:
    isolate = Isolate(BUNDLE)
    begin, made = isolate._start, [Starved(), Starved()]
    isolate._start = lambda: made.pop() if made else begin()  # type: ignore[method-assign,assignment,return-value]
    assert isolate.call("JSON.stringify", "[1]", seconds=0.02) == "[1]"


def test_who_never_gets_a_processor_is_given_up_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolates, "_LONGEST_SECONDS", 0.1)
    isolate, starved = Isolate(BUNDLE), Starved()
    isolate._start = lambda: starved  # type: ignore[method-assign,assignment,return-value]
    with pytest.raises(LimitReached):
        isolate.call("JSON.stringify", "[1]", seconds=0.02)
    assert len([seconds for seconds in starved.given if seconds <= 0.1]) == 3


def tries_of(isolate: Isolate, monkeypatch: pytest.MonkeyPatch, *, works: bool) -> list[float]:
    """The time that each try of a call is given from now on; none answers, and V8 has a processor or not."""
    made = Starved()
    monkeypatch.setattr(isolate, "_start", lambda: made)
    monkeypatch.setattr(isolate, "_processor_seconds", time.monotonic if works else lambda: 0.0)
    monkeypatch.setattr(isolates, "_retire", lambda _engine: None)
    return made.given


@pytest.mark.parametrize(("works", "tries"), [(True, [2, 1, 1]), (False, [3, 3, 3])])
def test_a_text_that_used_up_its_time_is_given_one_try_when_it_does_so_again(
    works: bool, tries: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only where it had the processor for it: who was kept waiting is tried as before."""
    monkeypatch.setattr(isolates, "_LONGEST_SECONDS", 0.02)
    isolate = Isolate(BUNDLE)
    given, found = tries_of(isolate, monkeypatch, works=works), []
    for _call in range(3):
        with pytest.raises(LimitReached):
            isolate.call("JSON.stringify", "[1]", seconds=0.01, text="lama")
        found.append(len(given))
        given.clear()
    assert found == tries
    with pytest.raises(LimitReached):
        isolate.call("JSON.stringify", "[1]", seconds=0.01, text="lain")
    assert len(given) == tries[0]


def test_a_text_that_had_less_than_its_time_is_not_to_blame(monkeypatch: pytest.MonkeyPatch) -> None:
    isolate = Isolate(BUNDLE)
    given = tries_of(isolate, monkeypatch, works=True)
    with budget.sharing(0.01), pytest.raises(LimitReached):
        isolate.call("JSON.stringify", "[1]", seconds=0.02, text="baik")
    given.clear()
    with pytest.raises(LimitReached):
        isolate.call("JSON.stringify", "[1]", seconds=0.02, text="baik")
    assert len(given) == 2


def test_a_text_that_was_answered_again_is_given_all_its_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    isolate = Isolate(BUNDLE)
    with monkeypatch.context() as patched:
        tries_of(isolate, patched, works=True)
        with pytest.raises(LimitReached):
            isolate.call("JSON.stringify", "[1]", seconds=0.01, text="lama")
    assert isolate.call("JSON.stringify", "[1]", seconds=5, text="lama") == "[1]"
    given = tries_of(isolate, monkeypatch, works=True)
    isolate._engine = None
    with pytest.raises(LimitReached):
        isolate.call("JSON.stringify", "[1]", seconds=0.01, text="lama")
    assert len(given) == 2


def test_who_has_waited_longest_is_next_at_the_lock() -> None:
    lock, order = FairLock(), []

    def take(name: str) -> None:
        with lock:
            order.append(name)

    with ThreadPoolExecutor(2) as pool:
        with lock:
            for number, name in enumerate(("first", "second"), start=1):
                pool.submit(take, name)
                while len(lock._waiting) < number:
                    os.sched_yield()
        take("the one who had it")
    assert order == ["first", "second", "the one who had it"]


WORK = "(n => { let sum = 0; for (let i = 0; i < n; i++) sum += i % 7; return String(sum) })"
BUSY = """
import time
print("begun", flush=True)
end = time.monotonic() + 20
while time.monotonic() < end:
    pass
"""


@pytest.fixture
def one_processor() -> Iterator[None]:
    """This thread, and all that it starts, on one processor, beside eight programs that want it too."""
    usual = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(usual)})
    busy = [subprocess.Popen([sys.executable, "-c", BUSY], stdout=subprocess.PIPE) for _n in range(8)]
    try:
        for one in busy:
            assert one.stdout is not None
            one.stdout.readline()
        yield
    finally:
        for one in busy:
            one.kill()
            one.communicate()
        os.sched_setaffinity(0, usual)


def rounds_of(seconds: float) -> int:
    """How many rounds of `WORK` keep V8 at work for so long, to twice as long."""
    isolate, rounds, worked = Isolate(BUNDLE), 50_000, 0.0
    isolate.call(WORK, "1", seconds=20)
    while worked < seconds:
        rounds *= 2
        before = time.process_time()
        isolate.call(WORK, str(rounds), seconds=20)
        worked = time.process_time() - before
    isolate.drop()
    return rounds


def test_a_good_call_is_answered_beside_many_who_want_the_processor(request: pytest.FixtureRequest) -> None:
    rounds = rounds_of(0.06)
    request.getfixturevalue("one_processor")
    assert Isolate(BUNDLE).call(WORK, str(rounds), seconds=0.25)


def test_a_runaway_is_stopped_beside_many_who_want_the_processor(one_processor: None) -> None:
    began = time.monotonic()
    with pytest.raises(LimitReached):
        Isolate(BUNDLE).call(WORK, "1e15", seconds=0.25)
    assert time.monotonic() - began < 20


def test_waiting_for_a_processor_costs_a_part_of_the_time_not_nothing() -> None:
    clocks = _Clocks()
    clocks._began -= 60.0
    assert 15.0 <= clocks.spent() < 60.0


def test_deep_variables_are_refused() -> None:
    with pytest.raises(ExpressionFailed, match="terlalu dalam"):
        value("x", x=nested(50_000))
    with pytest.raises(ExpressionFailed):
        value("x", x=nested(600))
    assert value("x", x=nested(100)) == nested(100)


def test_half_a_surrogate_pair_does_no_harm() -> None:
    assert value("s", s="\ud800") == "?"
    assert isinstance(value('"\\uD800"'), str)
    with pytest.raises(ExpressionFailed) as caught:
        value("\ud800 +")
    str(caught.value).encode()


def test_one_bad_cell_in_a_batch_is_named() -> None:
    with pytest.raises(ExpressionFailed, match="“1 ! 2”"):
        feel.evaluate_all(["1", "1 ! 2", "3"], {}, now=NOW)


def test_eight_threads_get_their_own_answers() -> None:
    def squares(seed: int) -> list[Any]:
        return [value("n * n + tambah", n=n, tambah=seed) for n in range(60)]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(squares, range(8)))

    assert answers == [[n * n + seed for n in range(60)] for seed in range(8)]


def test_waiting_for_another_threads_call_does_not_use_up_the_time() -> None:
    def runaway(_n: int) -> str:
        try:
            feel.evaluate("for i in 1..100000000 return i", {}, now=NOW)
        except ExpressionFailed:
            return "stopped"
        return "ran"

    with ThreadPoolExecutor(8) as pool:
        slow = [pool.submit(runaway, n) for n in range(3)]
        quick = [pool.submit(value, "a + b", a=n, b=time.time_ns() % 1000) for n in range(5)]

        assert [call.result() for call in slow] == ["stopped"] * 3
        assert all(isinstance(call.result(), int) for call in quick)


RUNS_AWAY_AND_ENDS = """
from datetime import datetime, timezone
from app.bpmnio import budget, feel
from app.base.errors import ExpressionFailed

def check(number):
    now = datetime.now(timezone.utc)
    assert feel.evaluate("a + 1", {"a": number}, now=now).value == number + 1
    try:
        feel.evaluate("for i in 1..100000000 return i", {}, now=now)
    except ExpressionFailed:
        assert feel.evaluate("a + 2", {"a": number}, now=now).value == number + 2
    else:
        raise AssertionError("was not stopped")
"""
FORKS = """
import os, sys
feel.evaluate("1 + 1", {}, now=datetime.now(timezone.utc))
child = os.fork()
check(os.getpid())
if child:
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def python(script: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr


def test_child_of_a_fork_has_a_working_v8_with_its_limits_and_both_end() -> None:
    python(RUNS_AWAY_AND_ENDS + FORKS)


def test_process_ends_by_itself_after_runaways() -> None:
    for _time in range(3):
        python(RUNS_AWAY_AND_ENDS + "for number in range(2): check(number)")


def test_importing_feel_does_not_start_v8() -> None:
    script = "import app.bpmnio.feel as f; assert f.feelin.isolate._engine is None"

    python(script)


def test_garbage_of_ordinary_calls_never_fills_the_memory() -> None:
    isolate = Isolate(BUNDLE)

    for n in range(12_000):
        isolate.call("String", f'"{n}" + "{"x" * 500}"', seconds=1)
    assert isolate._engine is not None
    used = isolate._engine.heap_stats()["used_heap_size"]
    isolate.drop()

    assert used < 8 * 1024 * 1024


def test_missing_bundle_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="make install"):
        Isolate(tmp_path / "feel.js").call("f", "1", seconds=1)


def test_memo_is_bounded_by_number_and_size() -> None:
    memo = Memo(entries=3, size_bytes=800)
    for n in range(5):
        memo.put(b"%d" % n, "x")
    assert [memo.get(b"%d" % n) for n in range(5)] == [None, None, "x", "x", "x"]

    memo.put(b"besar", "x" * 200)
    assert memo.get(b"besar") is None
    for n in range(3):
        memo.put(b"%d" % n, "x" * 90)
    memo.get(b"0")
    memo.put(b"baru", "x")
    assert memo.get(b"0") is not None
    assert memo.get(b"1") is None
    assert len(memo) == 3
