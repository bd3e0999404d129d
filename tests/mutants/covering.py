"""The tests that pass a line: those that were recorded, else those that are likely to.

Likely are those that import its module or are called after it, those of its noun, and those of who imports it.
"""

import ast
import json
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from tests.mutants.recording import FOLDER


class Covering:
    """Of the tree in ``root``; what was recorded of it lies in ``records``."""

    def __init__(self, root: Path, records: Path | None = None) -> None:
        """It reads all imports once, some seconds of work."""
        self._root, tests = root, _modules(root, "tests")
        self._tests = {path: _imports(root / path) for path in tests if path.stem.startswith("test_")}
        self._app = {path: _imports(root / path) for path in _modules(root, "app")}
        self._passed, self._seconds = _recorded((records or root) / FOLDER)

    def tests(self, module: Path, line: int) -> list[list[str]]:
        """Files to run, in the order of these lists, until a test fails."""
        lines = self._passed.get(module.as_posix(), {})
        # The innermost function around the line that was passed begins where a recorded one begins.
        files = [file for one in _functions(self._root / module, line)[:1] for file in lines.get(one, ())]
        if files:
            return [sorted(dict.fromkeys(files), key=lambda file: self._seconds[file])]
        return [self.near(module), self.further(module)]

    def near(self, module: Path) -> list[str]:
        """Test files that import the module or are called after it, then those of its noun."""
        name = _dotted(module)
        direct = [
            path for path, found in self._tests.items() if name in found or path.stem == f"test_{module.stem}"
        ]
        noun = module.parent.name if len(module.parts) > 3 else module.stem
        return _listed([*direct, *(path for path in self._tests if noun in path.parts)])

    def further(self, module: Path) -> list[str]:
        """Those near to the modules that import it, without its own."""
        name = _dotted(module)
        importing = [path for path, found in self._app.items() if name in found]
        own = set(self.near(module))
        return [
            one
            for one in _listed(Path(test) for path in importing for test in self.near(path))
            if one not in own
        ]


def _recorded(folder: Path) -> tuple[dict[str, dict[int, list[str]]], Counter[str]]:
    """File of app → first line of a function → test files that passed it; and how long each of those took."""
    passed: dict[str, dict[int, list[str]]] = {}
    seconds = Counter[str]()
    for path in sorted(folder.glob("passed-*.json")):
        record = json.loads(path.read_bytes())
        seconds.update(record["seconds"])
        for file, lines in record["passed"].items():
            for line, tests in lines.items():
                passed.setdefault(file, {}).setdefault(int(line), []).extend(tests)
    return passed, seconds


def _functions(path: Path, line: int) -> list[int]:
    """Where the functions around a line begin, the innermost first: at their first decorator."""
    found = [
        min([node.lineno, *(one.lineno for one in node.decorator_list)])
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body[0].lineno <= line <= (node.end_lineno or 0)
    ]
    return sorted(found, reverse=True)


def _listed(paths: Iterable[Path]) -> list[str]:
    return list(dict.fromkeys(path.as_posix() for path in paths))


def _modules(root: Path, folder: str) -> list[Path]:
    return sorted(path.relative_to(root) for path in (root / folder).rglob("*.py"))


def _dotted(module: Path) -> str:
    return ".".join(module.with_suffix("").parts).removesuffix(".__init__")


@cache
def _imports(path: Path) -> frozenset[str]:
    """The modules that a file imports, or may import from one."""
    found = set[str]()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    return frozenset(found)
