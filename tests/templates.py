"""Compiled templates kept from test to test, as a server keeps them from request to request.

Each application has an environment of Jinja's own, and nearly every test of a page makes an application.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache


class _Kept(BytecodeCache):
    """In memory, by what a template is called and what it says."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        code = self._codes.get((bucket.key, bucket.checksum))
        if code is not None:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


@contextmanager
def templates_compiled_once() -> Iterator[None]:
    """Let all applications share what was compiled for one of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {**Flask.jinja_options, "bytecode_cache": _Kept()})
        yield
