"""The front-end build: what it ships, and what it says when it cannot."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
FRONTEND = ROOT / "frontend"
STATIC = ROOT / "app" / "web" / "static"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The sources of the front end and of the kit in a project of their own, nothing installed or built."""
    ignored = shutil.ignore_patterns("node_modules", "test-dist*", "build.log", ".build.lock", "__pycache__")
    project = tmp_path / "proyek baru"
    shutil.copytree(STATIC, project / STATIC.relative_to(ROOT), ignore=shutil.ignore_patterns("dist*"))
    return shutil.copytree(FRONTEND, project / "frontend", ignore=ignored)


def module_in(folder: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("frontend_build", folder / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(folder: Path, *options: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *options, str(folder / "build.py")],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_lock_names_no_place_to_download_from() -> None:
    lock = (FRONTEND / "package-lock.json").read_text()

    assert "resolved" not in lock
    assert "://" not in lock
    assert '"integrity"' in lock
    assert "omit-lockfile-registry-resolved=true" in (FRONTEND / ".npmrc").read_text()


def test_what_is_for_tests_alone_is_not_shipped() -> None:
    package = json.loads((FRONTEND / "package.json").read_text())
    shipped = "".join(
        path.read_text() for folder in module_in(FRONTEND).SHIPPED for path in folder.glob("LICENSES.txt")
    )

    assert list(package["devDependencies"]) == ["@bpmn-io/form-js-viewer", "@camunda/linting"]
    assert "==== bpmn-js " in shipped
    assert "form-js" not in shipped


def test_current_build_is_recognised_at_once_and_in_silence() -> None:
    started = time.monotonic()
    done = run(FRONTEND)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert time.monotonic() - started < 60  # it ends; how fast is a matter of the bench


@pytest.mark.parametrize(
    "source",
    ["frontend/src/conditions.js", "app/web/static/css/badges.css", "app/web/static/js/menu.js"],
)
def test_changed_source_makes_the_build_stale(copy: Path, source: str) -> None:
    build = module_in(copy)
    for folder in build.SHIPPED:
        folder.mkdir(parents=True)
        (folder / ".stamp").write_text(build.source_fingerprint())
    assert build.is_current(build.SHIPPED)

    with (copy.parent / source).open("a") as changed:
        changed.write("\n")

    assert not build.is_current(build.SHIPPED)


def test_without_network_one_sentence_says_what_to_do(copy: Path, tmp_path: Path) -> None:
    done = run(
        copy,
        npm_config_registry="http://127.0.0.1:9",
        npm_config_cache=str(tmp_path / "cache"),
        npm_config_fetch_retries="0",
    )

    assert done.returncode == 1
    assert done.stdout == "Membangun modul peramban …\n"
    assert done.stderr.count("\n") == 1
    assert "registri npm tidak terjangkau: sambungkan internet" in done.stderr
    assert not (copy.parent / "app" / "bpmnio" / "dist").exists()


def test_without_node_one_sentence_says_what_to_do(copy: Path) -> None:
    done = run(copy, "-S")

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "`make install`" in done.stderr


@pytest.mark.parametrize(
    ("output", "word"),
    [
        ("npm error code SELF_SIGNED_CERT_IN_CHAIN", "NODE_EXTRA_CA_CERTS"),
        ("npm error code ENOSPC", "disk penuh"),
        ("npm error network getaddrinfo ENOTFOUND", "sambungkan internet"),
        ("x is not a function", "frontend/build.log"),
    ],
)
def test_each_cause_has_its_sentence(output: str, word: str) -> None:
    assert word in module_in(FRONTEND).sentence_for(output)
