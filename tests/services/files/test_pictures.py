"""Pictures are made anew by a program of its own: in turns, within bounds, and whatever becomes of it."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from app.base.config import ROOT
from app.base.errors import InvalidForm
from app.services.files import picture_program, pictures, uploads
from app.services.files.pictures import Batch, Picture, Wanted
from tests.services import samples
from tests.services.files.turns import turn_taken
from tests.terminal import wait_for

PNG = samples.picture("PNG")


@pytest.fixture
def batch() -> Iterator[Batch]:
    one = Batch()
    yield one
    one.close()


def test_the_program_takes_nothing_but_the_pixels(batch: Batch) -> None:
    with pytest.raises(Wanted):
        batch.take(PNG, "image/png")
    [picture] = batch.wanted
    picture.make_anew("")
    assert batch.wanted == []
    made = batch.take(PNG, "image/png")
    assert samples.SECRET in PNG
    assert samples.SECRET not in made
    assert made == picture_program.make_anew(PNG, "image/png") == uploads.clean_image(PNG, "image/png")


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"\x89PNG\r\n\x1a\nno picture", "rusak"), (samples.picture("JPEG"), "rusak"), (b"", "rusak")],
)
def test_what_is_no_picture_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(InvalidForm, match=words):
        uploads.clean_image(content, "image/png")


@pytest.mark.parametrize(("bound", "least"), [("MEMORY_BYTES", 100 * 1024 * 1024), ("CPU_S", 1)])
def test_a_picture_that_takes_more_than_it_may_ends_the_program_alone(bound: str, least: int) -> None:
    """The program as it is, but with a narrower bound."""
    content, size = BytesIO(), (3000, 3000)
    Image.frombytes("RGB", size, os.urandom(3 * 3000 * 3000)).save(content, "PNG", compress_level=0)
    narrow = (
        f"import sys; from app.services.files import picture_program as p; p.{bound} = {least};"
        "sys.exit(p.main('image/png', ''))"
    )
    done = subprocess.run(
        [sys.executable, "-c", narrow], input=content.getvalue(), capture_output=True, cwd=ROOT, check=False
    )
    assert done.returncode not in {0, picture_program.BROKEN, picture_program.TOO_LARGE}
    assert done.stdout == b""
    picture = Picture("image/png", BytesIO(), code=done.returncode)
    with pytest.raises(InvalidForm, match="tidak dapat diolah"):
        picture.content()


def test_what_takes_too_long_is_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pictures, "_LONGEST_S", 0.5)
    with turn_taken(tmp_path / "lock") as lock, tempfile.TemporaryFile() as sent:
        picture = Picture("image/png", sent)
        picture.make_anew(lock)
        with pytest.raises(InvalidForm, match="sebentar lagi"):
            picture.content()
        picture.close()


def test_one_picture_is_made_at_a_time_whoever_wants_it(tmp_path: Path) -> None:
    words = [sys.executable, "-m", picture_program.__name__, "image/png"]
    with turn_taken(tmp_path / "lock") as lock:
        waiting = subprocess.Popen([*words, lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
        wait_for(lambda: waits_for_lock(waiting.pid), every_s=0.01)
        assert waiting.poll() is None
    out, _err = waiting.communicate(PNG, timeout=30)
    assert waiting.returncode == 0
    assert Image.open(BytesIO(out)).size == (40, 20)


def waits_for_lock(pid: int) -> bool:
    """Whether a process waits for a lock on a file, as the system tells it."""
    return any(f" {pid} " in line and "->" in line for line in Path("/proc/locks").read_text().splitlines())
