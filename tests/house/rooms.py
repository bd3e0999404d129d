"""The nouns of the house, and how many lines each has on each floor."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: Nouns are folders on some floors, files on others.
FLOORS = ("web", "templates", "commands", "services", "models", "history", "locale", "tests")
#: What the nouns of a floor share, and no noun itself.
_SHARED = {
    *(
        "",
        "base",
        "batches",
        "components",
        "errors",
        "failures",
        "kinds_of_work",
        "serving",
        "static",
        "templates",
    ),
    "transaction",
}


@dataclass(frozen=True)
class Floor:
    """Where a floor has its nouns; ``noun``: the one of a file there, by its path below; "" of what has none."""

    folder: str
    ending: str
    noun: Callable[[Path], str]


def _folder(path: Path) -> str:
    return path.parts[0] if len(path.parts) > 1 else ""


def _file(path: Path) -> str:
    return path.stem if len(path.parts) == 1 and path.stem != "__init__" else ""


_PLACES: dict[str, tuple[Floor, ...]] = {
    "web": (Floor("app/web", ".py", _folder),),
    "templates": (Floor("app/web/templates", ".html", _folder),),
    "commands": (Floor("app/commands", ".py", lambda path: _folder(path) or _file(path)),),
    "services": (Floor("app/services", ".py", lambda path: _folder(path) or _file(path)),),
    "models": (Floor("app/models", ".py", _file),),
    "history": (Floor("app/history/events", ".py", _file),),
    "locale": (Floor("app/locale/en", ".po", _file),),
    "tests": (Floor("tests/services", ".py", _folder), Floor("tests/web", ".py", _folder)),
}


def lines_of_nouns(root: Path = ROOT) -> dict[str, Counter[str]]:
    """Noun → floor → lines. Under "" what belongs to none: what serves a floor, and what its nouns share."""
    found: dict[str, Counter[str]] = {}
    for name, places in _PLACES.items():
        for place in places:
            for path in _files(root / place.folder, place.ending):
                noun = place.noun(path.relative_to(root / place.folder))
                found.setdefault("" if noun in _SHARED else noun, Counter())[name] += lines_in(path)
    return found


def noun_of(file: str) -> str:
    """The noun of a file below app, by its floor; of what its nouns share: web, or core. Of other rooms: the room."""
    for name, places in _PLACES.items():
        for place in places:
            folder = place.folder.removeprefix("app/") + "/"
            if file.startswith(folder) and file.endswith(place.ending):
                noun = place.noun(Path(file.removeprefix(folder)))
                return noun if noun not in _SHARED else "web" if name in {"web", "templates"} else "core"
    return file.split("/")[0].removesuffix(".py")


def lines_of_rooms(root: Path = ROOT) -> dict[str, Counter[str]]:
    """Room of app → ending → lines: folders of app, and "" for what lies beside them."""
    found: dict[str, Counter[str]] = {}
    for ending in (".py", ".html", ".css", ".js", ".po"):
        for path in _files(root / "app", ending):
            inside = path.relative_to(root / "app")
            found.setdefault(_folder(inside), Counter())[ending] += lines_in(path)
    return found


def lines_in(path: Path) -> int:
    """How many lines a file has."""
    return path.read_bytes().count(b"\n")


def _files(folder: Path, ending: str) -> Iterator[Path]:
    """Files of ours: what is built lies in a folder ``dist``."""
    return (path for path in folder.rglob(f"*{ending}") if "dist" not in path.relative_to(folder).parts)
