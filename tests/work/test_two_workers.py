"""Two workers on one database do nothing twice, of whatever kind: each kind has its entry here."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from app.base.config import Config, SmsGateway
from app.base.db import Database
from app.commands.kinds_of_work import kinds_of
from app.commands.transaction import run_relaxed
from app.work import Kind
from app.work.runner import Runner

#: What a turn of each kind does twice where two workers are at it at once. A kind that is new: think first, then
#: write it down here.
HARM = {
    "backups": "two backups of one day, and the older of them is removed",
    "checkpoints": "the record is read twice",
    "checkpoints folder": "nothing: it has one name",
    "checkpoints mail": "each leaves the house twice",
    "checkpoints web": "each leaves the house twice",
    "completions": "nothing: what is over is deleted",
    "digests": "a user reads two",
    "facts": "a case is counted twice, and written once",
    "housekeeping": "nothing: what is over is deleted",
    "imports": "a line is judged twice",
    "incoming mail": "a mail is read twice, and stored once",
    "mail": "each letter is sent twice",
    "migration": "a case is prepared twice, and moved once",
    "notices": "nothing: each takes messages that nobody else has",
    "numbers": "nothing: each takes changes that nobody else has",
    "publications": "a version is checked twice",
    "recounts": "a case is counted twice",
    "retention": "a case is looked for twice",
    "roster": "a password is hashed twice",
    "sms": "a reporter is told twice",
    "sms news": "a case is read twice",
    "statistics": "a quarter is worked out twice",
    "surveys": "a case is judged twice",
    "transfers": "a task is prepared twice, and moved once",
    "verification": "the record is read twice",
    "webhook events": "an event is queued twice, and stored once",
    "webhooks": "another system is told twice",
    "words": "a case is read twice",
}
_SLOT = timedelta(seconds=0.5)


def everything(config: Config) -> Config:
    return replace(
        config,
        smtp_url="smtp://127.0.0.1:1",
        imap_url="imaps://a:b@127.0.0.1:1",
        sms=SmsGateway("http://127.0.0.1:1", ""),
        checkpoint_dir=config.data_dir / "saksi",
        checkpoint_mail="saksi@example.test",
        checkpoint_url="https://saksi.example.test/",
        backup_dir=config.data_dir / "cadangan",
    )


class Witness:
    """Does three things of a kind, each in a turn that takes a while; notes whether another did so meanwhile."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._mutex = threading.Lock()
        self._at_it = 0
        self.left = 3
        self.done: list[int] = []
        self.beside = False
        self.slots = Counter[int]()

    def kind(self) -> Kind:
        if not self._kind.every:  # as many pieces, to one receiver
            return replace(self._kind, do=self._do, waiting=lambda _session: self._pieces())
        return replace(
            self._kind, do=self._do, every=_SLOT, waits=self._kind.waits and (lambda _session: self.left)
        )

    def _pieces(self) -> list[tuple[str, None]]:
        return [(f"receiver/{n}", None) for n in range(self.left)]

    def _do(self, _given: Any, _key: str) -> bool:
        with self._mutex:
            self._at_it += 1
            self.beside |= self._at_it > 1
            self.slots[int(time.time() / _SLOT.total_seconds())] += 1
        if left := self.left:
            time.sleep(0.05)
            self.done.append(left)
            self.left = left - 1
        with self._mutex:
            self._at_it -= 1
        return bool(self._kind.waits) and left > 1


def test_two_workers_do_nothing_twice_of_any_kind(postgres_database: Database, config: Config) -> None:
    witnesses = {kind.name: Witness(kind) for kind in kinds_of(everything(config), postgres_database)}
    assert witnesses.keys() == HARM.keys()
    stop = threading.Event()
    kinds = [witness.kind() for witness in witnesses.values()]
    runners = [Runner(postgres_database, run_relaxed, kinds) for _n in range(2)]
    threads = [threading.Thread(target=runner.run, args=(stop,)) for runner in runners]
    for thread in threads:
        thread.start()
    wait_for(lambda: not any(witness.left for witness in witnesses.values()))
    stop.set()
    for thread in threads:
        thread.join(20)
    assert {name for name, one in witnesses.items() if one.done != [3, 2, 1] or one.beside} == set()
    by_itself = {name for name, one in witnesses.items() if one._kind.every and not one._kind.waits}
    assert {name for name in by_itself if max(witnesses[name].slots.values()) > 1} == set()
    assert len(by_itself) > 1


def wait_for(true: Callable[[], bool], longest_s: float = 60.0) -> None:
    end = time.monotonic() + longest_s
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)
