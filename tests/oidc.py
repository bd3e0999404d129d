"""A real provider for tests: oidc-provider-mock in a process of its own, and somebody who sits at its page."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import requests

from tests.serving import free_port


@dataclass(frozen=True)
class LocalProvider:
    """``issuer``: where it lies."""

    issuer: str

    def know(self, subject: str, **claims: object) -> None:
        """Let it say this of a subject from now on."""
        requests.put(f"{self.issuer}/users/{subject}", json=claims, timeout=10).raise_for_status()

    def answer(self, address: str, subject: str = "", **form: str) -> str:
        """Send the provider's form as ``subject``; return where the browser is sent back to."""
        sent = requests.post(address, data={"sub": subject, **form}, timeout=10, allow_redirects=False)
        assert sent.status_code == 302, sent.text
        return sent.headers["Location"]


@contextmanager
def local_provider() -> Iterator[LocalProvider]:
    """Runs till the block ends. A process: the library warns of itself when it is imported."""
    issuer = f"http://127.0.0.1:{(port := free_port())}"
    words = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    environment: Mapping[str, str] = {**os.environ, "NO_PROXY": "127.0.0.1", "PYTHONWARNINGS": "ignore"}
    with subprocess.Popen(words, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(issuer)
            yield LocalProvider(issuer)
        finally:
            process.terminate()


def _wait(issuer: str) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            requests.get(f"{issuer}/jwks", timeout=5)
        except requests.ConnectionError:
            assert time.monotonic() < end, "the provider does not start"
            time.sleep(0.05)
        else:
            return
