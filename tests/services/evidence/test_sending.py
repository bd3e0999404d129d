"""Checkpoints leave the house to a folder, by mail and by the web, each place apart from the others."""

import smtplib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import orjson
import pytest

from app.base.config import Config
from app.commands import evidence
from app.models import Checkpoint
from app.services.evidence import checkpoint_checks, sending
from app.services.evidence.sending import Progress
from tests.services import working
from tests.services.channels.receiver import Receiver
from tests.services.evidence.attacks import config_of
from tests.services.mail_server import Server
from tests.services.office import Office
from tests.services.retention.cases import case_of, deploy

GONE = {"folder": "", "mail": "", "web": ""}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    yield server
    server.stop()


@pytest.fixture
def letters() -> Iterator[Server]:
    server = Server()
    yield server
    server.stop()


@pytest.fixture
def office(furnished: Office, receiver: Receiver, letters: Server, tmp_path: Path) -> Office:
    deploy(furnished, "2 tahun")
    change(
        furnished,
        checkpoint_dir=tmp_path / "luar",
        checkpoint_url=receiver.url,
        checkpoint_mail="saksi@example.test",
        smtp_url=f"smtp://127.0.0.1:{letters.server_address[1]}",
        mail_from="alur@example.test",
        webhook_hosts=(receiver.host,),
        private_networks=(ip_network("127.0.0.0/8"),),
    )
    return furnished


def change(office: Office, **changes: Any) -> Config:
    config = replace(config_of(office.database), **changes)
    office.database._info["config"] = config
    return config


def another(office: Office) -> int:
    """The number of a new checkpoint."""
    case_of(office)
    made = evidence.make_checkpoint(office.database, actor=None)
    assert made is not None
    return made.id


def arrived(office: Office, receiver: Receiver, letters: Server) -> dict[str, list[int]]:
    """The numbers of the checkpoints that came to each place, in their order."""
    folder = config_of(office.database).checkpoint_dir
    assert folder is not None
    return {
        "folder": [_number(path.read_bytes()) for path in sorted(folder.glob("*.json"))],
        "web": [_number(body) for _path, _headings, body in receiver.requests],
        "mail": [int(str(letter["Subject"]).rpartition(" ")[2]) for letter in letters.letters],
    }


def _number(content: bytes) -> int:
    number: int = orjson.loads(orjson.loads(content)["statement"])["number"]
    return number


def far(office: Office, kind: str) -> Progress:
    with office.database.reading() as session:
        [place] = [one for one in sending.places(config_of(office.database)) if one.kind == kind]
        return sending.progress(session, place)


def test_each_place_gets_each_checkpoint_once(
    office: Office, receiver: Receiver, letters: Server, tmp_path: Path
) -> None:
    for number in (1, 2):
        assert another(office) == number
        assert evidence.send_checkpoints(office.database) == GONE
        assert evidence.send_checkpoints(office.database) == GONE
    assert arrived(office, receiver, letters) == {"folder": [1, 2], "web": [1, 2], "mail": [1, 2]}
    for content in (
        (tmp_path / "luar" / "titik-periksa-00000002.json").read_bytes(),
        receiver.requests[-1][2],
        next(iter(letters.letters[-1].iter_attachments())).get_content(),  # type: ignore[attr-defined]
    ):
        kept = tmp_path / "kept.json"
        kept.write_bytes(content)
        with office.database.engine.connect() as connection:
            outside = checkpoint_checks.read_outside(kept)
            assert list(checkpoint_checks.against(connection, outside)) == []
    with office.database.reading() as session:
        assert session.get_one(Checkpoint, 2).sent_at is not None


@pytest.mark.parametrize("broken", ["folder", "mail", "web"])
def test_a_place_that_fails_keeps_no_other_waiting_and_catches_up(
    office: Office, receiver: Receiver, letters: Server, tmp_path: Path, broken: str
) -> None:
    mend = BREAK[broken](office, receiver, letters, tmp_path)
    others = {"folder", "mail", "web"} - {broken}
    for _number in (1, 2):
        another(office)
        told = evidence.send_checkpoints(office.database)
        assert told[broken]
        assert {kind for kind, why in told.items() if not why} == others
    mend()
    found = arrived(office, receiver, letters)
    assert all(found[kind] == [1, 2] for kind in others)
    with office.database.reading() as session:
        assert session.get_one(Checkpoint, 1).sent_at is None
    assert (far(office, broken).number, far(office, broken).failures) == (0, 2)
    assert evidence.send_checkpoints(office.database) == GONE
    before = far(office, broken)
    assert (before.number, before.failures, before.why) == (2, 0, "")
    numbers = arrived(office, receiver, letters)
    assert all(numbers[kind] == [1, 2] for kind in others)
    assert numbers[broken][-2:] == [1, 2]
    with office.database.reading() as session:
        assert session.get_one(Checkpoint, 1).sent_at is not None


def _break_folder(office: Office, _receiver: Receiver, _letters: Server, folder: Path) -> Callable[[], Any]:
    (folder / "luar").write_text("a file where the folder should be")
    return (folder / "luar").unlink


def _break_mail(office: Office, _receiver: Receiver, letters: Server, _folder: Path) -> Callable[[], Any]:
    def hang_up(word: str) -> None:
        if word == "RCPT":
            raise ConnectionResetError

    letters.handle_error = lambda *_given: None  # type: ignore[method-assign,assignment]
    letters.before = hang_up
    return lambda: setattr(letters, "before", lambda _word: None)


def _break_web(office: Office, receiver: Receiver, _letters: Server, _folder: Path) -> Callable[[], Any]:
    receiver.answers += [503, 500]
    return receiver.requests.clear


BREAK = {"folder": _break_folder, "mail": _break_mail, "web": _break_web}


def test_a_place_that_is_new_begins_with_the_last_checkpoint(
    office: Office, receiver: Receiver, letters: Server, tmp_path: Path
) -> None:
    another(office)
    another(office)
    assert evidence.send_checkpoints(office.database) == GONE
    change(office, checkpoint_dir=tmp_path / "lain")
    assert evidence.send_checkpoints(office.database) == GONE
    another(office)
    assert evidence.send_checkpoints(office.database) == GONE
    assert arrived(office, receiver, letters) == {"folder": [2, 3], "web": [2, 3], "mail": [2, 3]}


def test_an_answer_that_is_lost_sends_one_letter_twice_under_one_name(
    office: Office, letters: Server
) -> None:
    change(office, checkpoint_dir=None, checkpoint_url=None)
    another(office)

    def hang_up(word: str) -> None:
        if word == ".":
            raise smtplib.SMTPServerDisconnected

    letters.handle_error = lambda *_given: None  # type: ignore[method-assign,assignment]
    letters.before = hang_up
    assert evidence.send_checkpoints(office.database)["mail"]
    letters.before = lambda _word: None
    assert evidence.send_checkpoints(office.database) == {"mail": ""}
    first, second = (letter["Message-ID"] for letter in letters.letters)
    assert first == second


def test_a_worker_lets_a_place_that_fails_rest_longer_and_longer(office: Office, tmp_path: Path) -> None:
    (tmp_path / "luar").write_text("a file where the folder should be")
    another(office)
    kinds = "checkpoints folder", "checkpoints web"
    steps = []
    for _n in range(8):
        began = datetime.now(UTC)
        working.look(office.database, *kinds)
        working.send(office.database, *kinds)
        [row] = working.works(office.database)
        assert row.due_at is not None
        steps.append(round((row.due_at - began).total_seconds() / 60))
        working.let_time_pass(office.database)
    assert steps == [1, 2, 5, 10, 30, 60, 60, 60]
    assert (far(office, "web").number, far(office, "folder").failures) == (1, 8)
    (tmp_path / "luar").unlink()
    working.send(office.database, *kinds)
    assert (working.works(office.database), far(office, "folder").number) == ([], 1)
