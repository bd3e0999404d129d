"""The tests that are likely to run a module: those that import it, those of its noun, those of who imports it."""

import ast
from collections.abc import Iterable
from functools import cache
from pathlib import Path


class Covering:
    """Of the tree in ``root``."""

    def __init__(self, root: Path) -> None:
        """It reads all imports once, some seconds of work."""
        self._root = root
        self._tests = {
            path: _imports(root / path) for path in _modules(root, "tests") if path.stem.startswith("test_")
        }
        self._app = {path: _imports(root / path) for path in _modules(root, "app")}

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
            one for one in _listed(Path(t) for path in importing for t in self.near(path)) if one not in own
        ]


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
