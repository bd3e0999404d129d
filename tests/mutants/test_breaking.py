"""Breaks are other programs that still compile, each is one change, and the tests that pass it are found."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutants.__main__ import ROOT, drawn
from tests.mutants.breaking import breaks
from tests.mutants.covering import Covering

EACH = {
    "x = a < b": {"x = (a <= b)"},
    "x = a < b == c": {"x = (a <= b == c)", "x = (a < b != c)"},
    "x = a in b": {"x = (a not in b)"},
    "x = a is None": {"x = (a is not None)"},
    "x = a and b": {"x = (a or b)"},
    "x = not a": {"x = (a)"},
    "x = a + b": {"x = (a - b)"},
    "x = a % b": {"x = (a * b)"},
    "x = True": {"x = False"},
    "x: int = 3": {"x: int = 4"},
    "x = 'é', 3": {"x = 'é', 4"},
    "x = 'a' + b": set(),
    "x = '%s' % b": set(),
    "x = f'{a < b}'": set(),
    "x: Literal[3]": set(),
    "def f(x: Literal[3] = 3) -> Literal[3]: pass": {"def f(x: Literal[3] = 4) -> Literal[3]: pass"},
    "def f(): return x": {"def f(): return None"},
    "def f(): return None": set(),
    "def f(): return not x": {"def f(): return (x)", "def f(): return None"},
    "if TYPE_CHECKING:\n    x = 1": set(),
    '"""One 1."""': set(),
}


@pytest.mark.parametrize("source", EACH)
def test_a_line_is_broken_in_these_ways(source: str) -> None:
    assert {way.of(source.encode()).decode() for way in breaks(source.encode())} == EACH[source]


def test_what_is_drawn_of_app_compiles_and_says_something_else() -> None:
    for one, _n in zip(drawn(7), range(80), strict=False):
        source = (ROOT / one.path).read_bytes()
        broken = one.way.of(source)
        assert ast.dump(ast.parse(broken)) != ast.dump(ast.parse(source)), one


def test_the_same_seed_draws_the_same_lines_of_all_rooms() -> None:
    first = [one.key for one, _n in zip(drawn(3), range(60), strict=False)]
    assert first == [one.key for one, _n in zip(drawn(3), range(60), strict=False)]
    assert first != [one.key for one, _n in zip(drawn(4), range(60), strict=False)]
    assert len({Path(key.split(":")[0]).parent for key in first}) > 40


def test_tests_near_to_a_module_import_it_or_are_of_its_noun(tmp_path: Path) -> None:
    for name, content in {
        "app/services/kites/lines.py": "",
        "app/services/winds/gusts.py": "from app.services.kites import lines",
        "tests/services/kites/test_tails.py": "",
        "tests/services/kites/helper.py": "from app.services.kites import lines",
        "tests/services/winds/test_gusts.py": "",
        "tests/test_lines.py": "",
        "tests/web/test_pages.py": "def test_it():\n    import app.services.kites.lines",
        "tests/web/test_others.py": "from app.services.kites import tails",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    covering = Covering(tmp_path)
    near = ["tests/test_lines.py", "tests/web/test_pages.py", "tests/services/kites/test_tails.py"]
    assert covering.near(Path("app/services/kites/lines.py")) == near
    assert covering.further(Path("app/services/kites/lines.py")) == ["tests/services/winds/test_gusts.py"]


def test_tests_that_were_recorded_to_pass_a_function_are_run_the_quickest_first(tmp_path: Path) -> None:
    for name, content in {
        "app/__init__.py": "",
        "app/kites.py": "def fly():\n    return 1\n\n\ndef fall():\n    return 2\n",
        "tests/test_a.py": "import time\nfrom app import kites\ndef test_a():\n    time.sleep(0.1)\n    kites.fly()",
        "tests/test_b.py": "from app import kites\ndef test_b():\n    kites.fly()",
        "tests/test_kites.py": "",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    line = [sys.executable, "-m", "pytest", "-q", "-p", "tests.mutants.recording", "-p", "no:cacheprovider"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*line, "--rootdir", ".", "tests"], cwd=tmp_path, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    covering, kites = Covering(tmp_path), Path("app/kites.py")
    assert covering.tests(kites, 2) == [["tests/test_b.py", "tests/test_a.py"]]
    assert covering.tests(kites, 6)[0] == covering.near(kites)
