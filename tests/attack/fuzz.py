"""Fuzzing led by coverage: ``python -m tests.attack.fuzz TARGET [--runs N]``.

atheris changes examples byte by byte and keeps what reaches new lines of `app`. What it kept lies in
``.fuzz/TARGET`` and is where the next run begins; an input that failed lies there as ``crash-…``. To try it again:
``python -m tests.attack.fuzz TARGET --again FILE``.

atheris is no part of the tests' requirements: ``pip install -r requirements-fuzz.txt``.
"""

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

try:
    import atheris
except ModuleNotFoundError:
    sys.exit("atheris is not installed: pip install -r requirements-fuzz.txt")

ROOT = Path(__file__).resolve().parents[2]
#: Rooms of the application that are watched, and those that only requests reach.
ROOMS = (
    "app.engine",
    "app.forms",
    "app.findings",
    "app.bpmnio",
    "app.base.calendar",
    "app.services.deployment.triage_driver",
)
BEHIND_REQUESTS = ("app.services", "app.web")
#: Files are long; what is written in one place is short, and V8 is slow on what is not.
MOST_BYTES = {"reader": 60_000, "table": 60_000, "form": 60_000, "submission": 6_000, "request": 20_000}
MOST_IN_A_TEXT = 300
SECONDS = 25
WORDS = (
    *(
        "<userTask id='",
        "<sequenceFlow ",
        "sourceRef='",
        "<boundaryEvent ",
        "<timerEventDefinition>",
        "<timeDuration>",
    ),
    *(
        "<subProcess ",
        "<multiInstanceLoopCharacteristics ",
        "<!DOCTYPE ",
        "<![CDATA[",
        "&#x",
        "<decision id='",
    ),
    *(
        "<decisionTable hitPolicy='",
        "<rule>",
        "<inputEntry><text>",
        '"type":"',
        '"components":[',
        '"conditional":{',
    ),
    *(
        '"validate":{"pattern":"',
        '"dynamiclist"',
        '"path":"',
        "=for i in ",
        "{{#loop ",
        "hari kerja",
        "setiap ",
        "R3/P",
    ),
)


def main() -> None:
    """Fuzz one target."""
    given = _arguments()
    _watch((*ROOMS, *BEHIND_REQUESTS) if given.target == "request" else ROOMS)
    from tests.attack.targets import TARGETS

    target = TARGETS[given.target]
    if given.again:
        print(target.judge(given.again.read_bytes()))
        return
    folder = ROOT / ".fuzz" / given.target
    atheris.Setup(_options(folder, given.runs, target.examples()), target.judge)
    atheris.Fuzz()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = ("reader", "timer", "drawn_time", "feel", "table", "form", "submission", "request")
    parser.add_argument("target", choices=names)
    parser.add_argument("--runs", type=int, default=100_000, help="how many inputs (100,000)")
    parser.add_argument("--again", type=Path, help="try one input that failed")
    return parser.parse_args()


def _watch(rooms: Sequence[str]) -> None:
    """Import what is watched with atheris' counters in it."""
    with atheris.instrument_imports(include=list(rooms)):
        for room in rooms:
            module = importlib.import_module(room)
            for inner in pkgutil.walk_packages(getattr(module, "__path__", ()), f"{room}."):
                importlib.import_module(inner.name)


def _options(folder: Path, runs: int, examples: Sequence[bytes]) -> list[str]:
    """libFuzzer's options; the examples are laid into the corpus, by their digests."""
    folder.mkdir(parents=True, exist_ok=True)
    for example in examples:
        (folder / sha256(example).hexdigest()[:40]).write_bytes(example)
    longest = MOST_BYTES.get(folder.name, MOST_IN_A_TEXT)
    words = folder.parent / f"{folder.name}.words"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in WORDS))
    options = (
        f"-runs={runs}",
        f"-max_len={longest}",
        f"-timeout={SECONDS}",
        "-rss_limit_mb=2048",
        "-len_control=0",
    )
    return [sys.argv[0], str(folder), f"-dict={words}", f"-artifact_prefix={folder}/", *options]


def _escaped(word: str) -> str:
    return "".join(f"\\x{ord(c):02x}" if c in '"\\' else c for c in word)


if __name__ == "__main__":
    main()
