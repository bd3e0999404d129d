"""Changes that somebody might make to a drawing, by dice: on the text that `drawn.draw` reads."""

import re
from random import Random


class Mutator:
    """Changes one diagram again and again; what it made can always be drawn."""

    def __init__(self, text: str, random: Random) -> None:
        self.lines, self.random, self.count = text.splitlines(), random, 0

    def change(self, times: int) -> str:
        ways = [
            self._lane, self._name, self._rename, self._insert, self._remove, self._add_timer, self._drop_event,
            self._time,
        ]  # fmt: skip
        for _number in range(times):
            self.random.choice(ways)()
        return "\n".join(sorted(self.lines, key=lambda line: "->" in line))

    def _nodes(self, *kinds: str) -> list[int]:
        return [n for n, line in enumerate(self.lines) if line.split()[0] in kinds and "->" not in line]

    def _one(self, *kinds: str) -> int | None:
        found = self._nodes(*kinds)
        return self.random.choice(found) if found else None

    def _id(self, line: int) -> str:
        return self.lines[line].split()[1]

    def _fresh(self) -> str:
        self.count += 1
        return f"baru{self.count}"

    def _lane(self) -> None:
        if (line := self._one("user")) is not None:
            self.lines[line] = (
                re.sub(r" lane=\w+", "", self.lines[line]) + f" lane=l{self.random.randint(1, 3)}"
            )

    def _name(self) -> None:
        if (line := self._one("user")) is not None:
            self.lines[line] = re.sub(r" name=\w+", "", self.lines[line]) + f" name={self._fresh()}"

    def _rename(self) -> None:
        """Another id, under the old name."""
        if (line := self._one("user", "sub", "xor", "and", "timer")) is None:
            return
        old, new = self._id(line), self._fresh()
        if " name=" not in self.lines[line]:
            self.lines[line] += f" name={old}"
        self.lines = [re.sub(rf"(?<![\w.=]){old}(?!\w)|(?<= on=){old}(?!\w)|(?<= in={''}){old}(?!\w)", new, line)
                      if "name=" not in line else self._in_node(line, old, new) for line in self.lines]  # fmt: skip

    @staticmethod
    def _in_node(line: str, old: str, new: str) -> str:
        """The id, and references to it, but not the name."""
        words = line.split(" ")
        words = [new if n == 1 and word == old else word for n, word in enumerate(words)]
        return " ".join(
            {f"on={old}": f"on={new}", f"in={old}": f"in={new}"}.get(word, word) for word in words
        )

    def _insert(self) -> None:
        """A step on a flow."""
        flows = [n for n, line in enumerate(self.lines) if "->" in line]
        number = self.random.choice(flows)
        source, _, rest = self.lines[number].partition(" -> ")
        target, _, sign = rest.partition(" ")
        kind = next(line.split()[0] for line in self.lines if line.split()[1:2] == [source])
        if kind == "events":
            return
        at = next(line for line in self.lines if line.split()[1:2] == [source] and "->" not in line)
        scope = re.search(r" in=\w+", at)
        new = self._fresh()
        self.lines.append(f"{self.random.choice(['user', 'send'])} {new}" + (scope.group() if scope else ""))
        self.lines[number] = f"{source} -> {new} {sign}"
        self.lines.append(f"{new} -> {target} ")

    def _remove(self) -> None:
        """A step without events; what leads to it leads on."""
        if (line := self._one("user", "send")) is None:
            return
        node = self._id(line)
        out = [each for each in self.lines if each.startswith(f"{node} -> ")]
        if len(out) != 1 or any(f" on={node} " in f"{each} " for each in self.lines):
            return
        target = out[0].split()[2]
        into = [n for n, each in enumerate(self.lines) if re.search(rf" -> {node}( |$)", each)]
        sources = {self.lines[n].split()[0] for n in into}
        if target == node or any(
            f"{source} -> {target} " in f"{each} " for source in sources for each in self.lines
        ):
            return
        for n in into:
            self.lines[n] = re.sub(rf" -> {node}( |$)", f" -> {target} ", self.lines[n])
        gone = {self.lines[line], out[0]}
        self.lines = [each for each in self.lines if each not in gone]

    def _add_timer(self) -> None:
        if (line := self._one("user", "sub")) is None:
            return
        host, new, end = self._id(line), self._fresh(), self._fresh()
        scope = re.search(r" in=\w+", self.lines[line])
        inside = scope.group() if scope else ""
        stays = self.random.choice(["", "nonint"])
        self.lines += [
            f'timer {new} on={host} text="PT{self.random.randint(1, 99999)}M" {stays}{inside}',
            f"end {end}{inside}",
            f"{new} -> {end} ",
        ]

    def _drop_event(self) -> None:
        if (line := self._one("timer", "message")) is None:
            return
        node = self._id(line)
        self.lines = [
            each for n, each in enumerate(self.lines) if n != line and not each.startswith(f"{node} ->")
        ]

    def _time(self) -> None:
        if (line := self._one("timer")) is not None:
            self.lines[line] = re.sub(r"PT\d+M", f"PT{self.random.randint(1, 99999)}M", self.lines[line])
