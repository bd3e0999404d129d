"""Set up Alur on a machine that has Python and nothing else: environment, requirements, browser modules.

Runs under the system's Python, so it imports only the standard library. Each step is named, and skipped when
what it made is still current.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"


def main() -> int:
    """Do what is missing; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="with everything that tests need")
    parser.add_argument("--browser", action="store_true", help="with Chromium, where it may be installed")
    options = parser.parse_args()
    if sys.version_info < (3, 11):
        return fail(f"Alur membutuhkan Python 3.11 atau lebih baru; ini {sys.version.split()[0]}.")
    steps = [make_environment, lambda: install("requirements-dev.txt" if options.dev else "requirements.txt")]
    steps += [build_modules]
    if options.browser:
        steps += [install_browser]
    return next((code for step in steps if (code := step())), 0)


def say(text: str) -> None:
    """Name a step."""
    print(f"==> {text}", flush=True)


def fail(text: str) -> int:
    """Say in one sentence what is wrong and what to do."""
    print(f"Berhenti: {text}", file=sys.stderr)
    return 1


def make_environment() -> int:
    """Make .venv with the Python that runs this."""
    if PYTHON.exists():
        return 0
    say("Menyiapkan lingkungan Python (.venv)")
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False
    )
    if made.returncode == 0:
        return 0
    shutil.rmtree(VENV, ignore_errors=True)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if "ensurepip" in made.stdout + made.stderr:
        return fail(f"modul venv tidak ada; jalankan: sudo apt-get install python{version}-venv")
    return fail(f"lingkungan Python tidak dapat dibuat: {made.stderr.strip().splitlines()[-1:]}")


def install(requirements: str) -> int:
    """Install the pinned requirements, unless exactly these are installed already."""
    stamp = VENV / f".{requirements}.sha256"
    digest = hashlib.sha256(
        b"".join((ROOT / name).read_bytes() for name in _read_by(requirements))
    ).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return 0
    say(f"Memasang paket ({requirements})")
    command = [
        str(PYTHON),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-r",
        requirements,
    ]
    done = subprocess.run(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        return fail(
            "paket tidak dapat dipasang; periksa sambungan jaringan, lalu jalankan perintah ini lagi."
        )
    for name in _read_by(requirements):
        (VENV / f".{name}.sha256").unlink(missing_ok=True)
    stamp.write_text(digest)
    if requirements == "requirements-dev.txt":
        plain = hashlib.sha256((ROOT / "requirements.txt").read_bytes()).hexdigest()
        (VENV / ".requirements.txt.sha256").write_text(plain)
    return 0


def _read_by(requirements: str) -> list[str]:
    return ["requirements.txt", requirements] if requirements != "requirements.txt" else [requirements]


def build_modules() -> int:
    """Build the browser modules and V8's, unless they are current."""
    return subprocess.run([str(PYTHON), "frontend/build.py"], cwd=ROOT, check=False).returncode


def install_browser() -> int:
    """Install Chromium for the browser journeys, where this machine lets us."""
    if any(map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"))):
        return 0
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return fail("Chromium tidak ada; pasang dengan: sudo apt-get install chromium")
    say("Memasang Chromium untuk uji peramban")
    # The first is half as large and works faster, but not every system has it, and its fonts are apart. The last is
    # tried again: a package may vanish from a shared cache while another apt runs.
    for names in (("chromium-headless-shell", "fonts-liberation"), ("chromium",), ("chromium",)):
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        install = ["apt-get", "install", "-y", "-qq", *names]
        if subprocess.run(install, stdout=subprocess.DEVNULL, check=False).returncode == 0:
            return 0
    return fail("Chromium tidak dapat dipasang; pasang sendiri, lalu jalankan make test lagi.")


if __name__ == "__main__":
    sys.exit(main())
