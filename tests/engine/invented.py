"""Diagrams that nobody drew: blocks in blocks, as `drawn.draw` reads them."""

from collections.abc import Callable
from random import Random

Block = tuple[str, str]  # where it begins and where it ends


class Inventor:
    """Makes one diagram. Conditions read ``c`` (0 to 2) and ``c0``, ``c1`` (0 or 1)."""

    def __init__(self, seed: int, *, beside: bool = True) -> None:
        """``beside``: whether there may be event sub-processes."""
        self.random, self.mapping = Random(seed), Random(-seed - 1)
        self.beside = Random(f"beside {seed}") if beside else None
        self.lines: list[str] = []
        self.tasks: list[str] = []
        self.scope = ""

    def diagram(self, depth: int = 3) -> str:
        start, end = self._node("start"), self._node("end")
        first, last = self._block(depth)
        self._flow(start, first)
        self._flow(last, end)
        self._handlers(depth)
        self._undoing()
        return "\n".join(sorted(self.lines, key=lambda line: "->" in line))

    def _node(self, kind: str, more: str = "") -> str:
        name = f"{kind}{len(self.lines)}"
        more += self._mappings() if kind in {"user", "sub", "send"} and self.mapping.random() < 0.25 else ""
        self.lines.append(f"{kind} {name} {more}" + (f" in={self.scope}" if self.scope else ""))
        return name

    def _mappings(self) -> str:
        """Inputs and outputs; what comes out is read by no condition, or it would matter who is faster."""
        names, random = ("c", "c0", "c1"), self.mapping
        words = [f"give:{name}={random.choice(names)}" for name in names if random.random() < 0.3]
        words += [f"take:o{len(self.lines)}{name}={name}" for name in names if random.random() < 0.3]
        words += [word for word in ("keeps", "sealed") if random.random() < 0.3]
        words += ["hands=new"] if "keeps" in words and random.random() < 0.5 else []
        return " " + " ".join(words)

    def _flow(self, source: str, target: str, sign: str = "") -> None:
        self.lines.append(f"{source} -> {target} {sign}")

    def _block(self, depth: int) -> Block:
        kinds: list[Callable[[int], Block]] = [
            self._task, self._send, self._row, self._either, self._all, self._some, self._twice, self._loop,
            self._events, self._race, self._sub, self._rounds,
        ]  # fmt: skip
        return self.random.choice(kinds)(depth - 1) if depth > 0 else self._task(0)

    def _task(self, _depth: int) -> Block:
        self.tasks.append(self._node("user"))
        return self.tasks[-1], self.tasks[-1]

    def _send(self, _depth: int) -> Block:
        name = self._node("send")
        return name, name

    def _row(self, depth: int) -> Block:
        (first, onward), (target, last) = self._block(depth), self._block(depth)
        self._flow(onward, target)
        return first, last

    def _either(self, depth: int) -> Block:
        return self._choice("xor", "c = {}", depth)

    def _some(self, depth: int) -> Block:
        return self._choice("or", "c{} = 1", depth)

    def _choice(self, kind: str, condition: str, depth: int) -> Block:
        """A gateway that decides, or asks, and where its ways come together again."""
        gateway, joint = self._node(kind), self._node(kind)
        count, asks = self.random.randint(2, 3), self.random.random() < 0.4
        for number in range(count):
            first, last = self._block(depth)
            sign = "*" if number == count - 1 else "? " + condition.format(number)
            self._flow(gateway, first, "" if asks else sign)
            self._flow(last, joint)
        return gateway, joint

    def _all(self, depth: int) -> Block:
        """Parallel ways; some fork again and join further out."""
        fork, joint = self._node("and"), self._node("and")
        for _number in range(self.random.randint(2, 3)):
            first, last = self._block(depth)
            self._flow(fork, first)
            if self.random.random() < 0.3:
                inner = self._node("and")
                self._flow(last, inner)
                for _branch in range(2):
                    first, last = self._block(depth - 1)
                    self._flow(inner, first)
                    self._flow(last, joint)
            else:
                self._flow(last, joint)
        return fork, joint

    def _twice(self, depth: int) -> Block:
        """Two ways that come together without a join: what follows happens twice."""
        fork, joint = self._node("and"), self._node("xor")
        for _number in range(2):
            first, last = self._block(depth)
            self._flow(fork, first)
            self._flow(last, joint)
        return fork, joint

    def _loop(self, depth: int) -> Block:
        entry, gateway, out = self._node("xor"), self._node("xor"), self._node("send")
        first, last = self._row(depth)
        self._flow(entry, first)
        self._flow(last, gateway)
        self._flow(gateway, entry, "? c = 1")
        self._flow(gateway, out, "*")
        return entry, out

    def _events(self, depth: int) -> Block:
        """A task with boundary events, whose ways end, go on, or lead to a task of before."""
        task = self._repeated() if self.random.random() < 0.3 else self._task(0)[0]
        onward = self._node("xor")
        self._flow(task, onward)
        for _number in range(self.random.randint(1, 2)):
            stays = "nonint" if self.random.random() < 0.6 else ""
            if self.random.random() < 0.5:
                event = self._node("timer", f'on={task} text="PT{self.random.randint(1, 99999)}M" {stays}')
            else:
                event = self._node("message", f"on={task} message=m{len(self.lines)} {stays}")
            first, last = self._block(depth)
            self._flow(event, first)
            self._flow(last, self.random.choice([self._node("end"), onward, onward, *self.tasks[:1]]))
        return task, onward

    def _race(self, depth: int) -> Block:
        gateway, joint = self._node("events"), self._node("xor")
        events = (f"message=m{len(self.lines)}", f'text="PT{self.random.randint(1, 99999)}M"')
        for event in (self._node("catch", more) for more in events):
            first, last = self._block(depth)
            self._flow(gateway, event)
            self._flow(event, first)
            self._flow(last, joint)
        return gateway, joint

    def _rounds(self, _depth: int) -> Block:
        """A task, or a sub-process, once for each of a list."""
        if self.random.random() < 0.5:
            return self._sub(self.random.randint(0, 2), self._loop_words())
        task = self._repeated()
        return task, task

    def _repeated(self) -> str:
        self.tasks.append(self._node("user", self._loop_words()))
        return self.tasks[-1]

    def _loop_words(self) -> str:
        if self.random.random() < 0.25:
            return f'while="c = 1" most=3 {self.random.choice(["", "before"])}'
        elements = ",".join(str(n) for n in range(self.random.randint(0, 3)))
        collect = f"collect=c into=m{len(self.lines)}" if self.random.random() < 0.5 else ""
        until = 'until="c = 1"' if self.random.random() < 0.3 else ""
        return f"each=[{elements}] as=u {collect} {until} {self.random.choice(['', 'seq'])}"

    def _sub(self, depth: int, loop: str = "") -> Block:
        """A sub-process; what is thrown inside it, or a timer, may end it."""
        name, onward = self._node("sub", loop), self._node("xor")
        self._flow(name, onward)
        caught = self.random.choice(["", "error", "escalation", "timer"])
        outside, self.scope, tasks, self.tasks = self.scope, name, self.tasks, []
        start, end = self._node("start"), self._node(self.random.choice(["end", "end", "terminate"]))
        first, last = self._block(depth)
        self._flow(start, first)
        if caught in {"error", "escalation"}:
            self._thrown(caught, last, end)
        else:
            self._flow(last, end)
        self._handlers(depth)
        self._undoing()
        self.scope, self.tasks = outside, tasks
        if caught:
            self._caught(name, caught, onward, depth)
        return name, onward

    def _handlers(self, depth: int) -> None:
        """Event sub-processes beside what is in the scope."""
        if self.beside is None:
            return
        outside, tasks = self.scope, self.tasks
        for _number in range(self.beside.choice([0, 0, 0, 1, 2, 3])):
            name = self._node("handler")
            stays = self.beside.choice(["nonint", ""])
            what = self.beside.choice(["message", "timer", "error", "escalation"])
            when = {
                "message": f"message=m{len(self.lines)}",
                "timer": f'text="PT{self.beside.randint(1, 99999)}M"',
                "error": f"error={self.beside.choice(['E1', 'E2'])}",
                "escalation": "escalation=E1",
            }
            self.scope, self.tasks = name, []
            start = self._node("start", f"{when[what]} {stays if what != 'error' else ''}")
            first, last = self._block(min(depth, 1))
            self._flow(start, first)
            self._flow(last, self._node(self.beside.choice(["end", "end", "terminate"])))
            self.scope, self.tasks = outside, tasks

    def _undoing(self) -> None:
        """What undoes tasks of the scope, and an event that asks for it on a flow in it."""
        if self.beside is None or self.beside.random() < 0.6:
            return
        scope = f" in={self.scope}" if self.scope else ""
        within = {line.split()[1] for line in self.lines if "->" not in line and _scope(line) == self.scope}
        plain = [t for t in self.tasks if t in within]
        flows = [n for n, line in enumerate(self.lines) if "->" in line and line.split()[0] in within]
        flows = [n for n in flows if not self.lines[n].startswith(("events", "start"))]
        if not plain or not flows:
            return
        for task in self.beside.sample(plain, min(len(plain), 2)):
            by = self._node("user")
            self.lines.append(f"compensate undo{len(self.lines)} on={task} by={by}{scope}")
        number = self.beside.choice(flows)
        source, _arrow, target, *sign = self.lines[number].split()
        event = self._node("throw", self.beside.choice(["undo=", "undo=", f"undo={plain[0]}"]))
        self.lines[number] = f"{source} -> {event} {' '.join(sign)}"
        self._flow(event, target)

    def _thrown(self, kind: str, last: str, end: str) -> None:
        gateway, thrown = self._node("xor"), self._node("end", f"{kind}=E{self.random.randint(1, 2)}")
        self._flow(last, gateway)
        self._flow(gateway, thrown, "? c = 1")
        self._flow(gateway, end, "*")

    def _caught(self, name: str, kind: str, onward: str, depth: int) -> None:
        stays = "nonint" if kind != "error" and self.random.random() < 0.5 else ""
        code = self.random.choice(["E1", "E1", '""'])
        what = f'text="PT{self.random.randint(1, 99999)}M"' if kind == "timer" else f"code={code}"
        event = self._node(kind, f"on={name} {what} {stays}")
        first, last = self._block(depth)
        self._flow(event, first)
        self._flow(last, self.random.choice([self._node("end"), onward]))


def _scope(line: str) -> str:
    return next((word[3:] for word in line.split() if word.startswith("in=")), "")
