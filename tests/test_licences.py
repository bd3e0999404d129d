"""What Alur is licensed under, and the notices of all that is shipped or installed with it."""

import json
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "frontend"
BUILT = (ROOT / "app/web/static/dist", ROOT / "app/bpmnio/dist")
LOCK = json.loads((FRONTEND / "package-lock.json").read_text("utf-8"))["packages"]
#: Packages whose package.json only points to their LICENSE.
_OF_BPMN_IO = (
    "bpmn-js",
    *("dmn-js", "dmn-js-decision-table", "dmn-js-drd", "dmn-js-literal-expression", "dmn-js-shared"),
)
NAMED_IN_FULL = dict.fromkeys(_OF_BPMN_IO, "bpmn.io licence")


def notices(heading: str) -> list[str]:
    """The list under a heading of NOTICE, an entry a line."""
    section = (ROOT / "NOTICE").read_text("utf-8").split(f"\n{heading}\n", 1)[1]
    return re.findall(r"^- (.+)$", section.split("\n== ", 1)[0], re.MULTILINE)


def bundled() -> set[str]:
    """The names of the packages whose code is in what was built for browsers and for V8."""
    texts = "\n".join((folder / "LICENSES.txt").read_text("utf-8") for folder in BUILT)
    return set(re.findall(r"^==== (\S+) \S+ \(.+\) ====$", texts, re.MULTILINE))


def python_licence(name: str) -> str:
    """What an installed package says of itself: an SPDX expression, classifiers, or words of its own."""
    about = metadata.metadata(name)
    classifiers = [
        line.rsplit(" :: ", 1)[1]
        for line in about.get_all("Classifier") or []
        if line.startswith("License :: ") and line != "License :: OSI Approved"
    ]
    said = (
        about.get("License-Expression") or " or ".join(classifiers) or about.get("License") or _of_file(name)
    )
    assert said, f"{name} says nothing of its licence"
    return said


def _of_file(name: str) -> str:
    """The heading of the licence that it brings."""
    files = [path for path in metadata.files(name) or () if path.name == "LICENSE"]
    return files[0].read_text("utf-8").splitlines()[0].strip() if files else ""


def test_alur_is_licensed_under_apache_2() -> None:
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert text.split()[:4] == ["Apache", "License", "Version", "2.0,"]
    assert "END OF TERMS AND CONDITIONS" in text
    assert json.loads((FRONTEND / "package.json").read_text("utf-8"))["license"] == "Apache-2.0"


def test_the_notices_name_each_package_in_the_bundles_with_the_licence_of_the_lock() -> None:
    packages = {name: LOCK[f"node_modules/{name}"] for name in bundled()}
    assert not [name for name, package in packages.items() if package.get("dev")]
    assert notices("== In the modules for browsers and for V8 ==") == [
        f"{name}: {NAMED_IN_FULL.get(name, package['license'])}" for name, package in sorted(packages.items())
    ]


def test_the_notices_name_each_required_python_package_with_its_licence() -> None:
    pinned = re.findall(
        r"^([\w.-]+)(?:\[\w+\])?==(\S+)$", (ROOT / "requirements.txt").read_text("utf-8"), re.MULTILINE
    )
    told = dict(line.split(": ", 1) for line in notices("== Python packages =="))
    assert list(told) == sorted((name for name, _version in pinned), key=str.lower)
    installed = [
        name for name, version in pinned if metadata.version(name) == version
    ]  # others: `make install-dev`
    assert len(installed) > len(pinned) / 2
    assert {name: told[name] for name in installed} == {name: python_licence(name) for name in installed}


def test_the_terms_of_bpmn_io_stand_in_the_notices_and_beside_its_code() -> None:
    terms = "the watermark must stay fully visible and not visually overlapped by other elements."
    for path in (ROOT / "NOTICE", BUILT[0] / "LICENSES.txt"):
        assert terms in " ".join(path.read_text("utf-8").split())


@pytest.mark.slow
def test_a_bundle_keeps_the_licence_comments_of_its_sources() -> None:
    subprocess.run([sys.executable, FRONTEND / "build.py", "--test"], check=True)
    script = (FRONTEND / "test-dist/form-js.js").read_text("utf-8")
    [comments] = re.findall(r"/\*! For license information please see (\S+) \*/", script)
    assert "@license" in (FRONTEND / "test-dist" / comments).read_text("utf-8")
