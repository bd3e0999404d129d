"""Identity is found where it is allowed, and nowhere else: pages, API, files, logs, columns, as everybody."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import update

from app.models import User
from app.services.casefile.lookup import look_up
from app.services.core.access import actor_of
from app.services.notifications import kinds, wishes
from app.services.notifications.wishes import NONE, Wishes
from app.services.people import users
from app.services.tasks import inbox
from app.services.tasks.inbox import Filters
from tests.canaries.crawling import NOT_POSTED, Crawl, Hit, found, in_answer, in_database, in_files
from tests.canaries.planting import OPEN, Marks, Planter
from tests.services.mail_server import Server
from tests.serving import Installation, install

pytestmark = pytest.mark.slow

USERS = (
    "admin",
    "pemilik",
    "auditor",
    "lapor",
    "upp",
    "koordinator",
    "dpupr",
    "dishub",
    "dlh",
    "inspektorat",
)


@dataclass
class Searched:
    """What was planted, and what the search through everything gave."""

    installation: Installation
    planter: Planter
    marks: Marks
    read: Crawl
    sent: Crawl
    mails: Server
    columns: dict[str, set[str]] = field(default_factory=dict)
    files: dict[str, set[str]] = field(default_factory=dict)

    @property
    def hits(self) -> set[Hit]:
        return self.read.hits | self.sent.hits

    def of(self, mark: str) -> set[tuple[str, str]]:
        return {(hit.user, hit.endpoint) for hit in self.hits if hit.mark == mark}


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """In memory, if it can be: thousands of requests need not wait for the disk."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(prefix="alur-canaries-", dir=memory if memory.is_dir() else None) as name:
        yield Path(name)


@pytest.fixture(scope="module")
def searched(folder: Path) -> Iterator[Searched]:
    mails = Server()
    more = {"ALUR_LOG": "json", "ALUR_SMTP_URL": f"smtp://127.0.0.1:{mails.server_address[1]}"}
    made = install(folder, forked=True, ALUR_UNDO_SECONDS="0", **more)
    with made.database.transaction() as session:
        session.execute(update(User).values(email=User.name + "@kantor.example"))
        at_once = Wishes(choices=dict.fromkeys(kinds.KINDS, kinds.NOW), quiet=NONE)
        for name in ("lapor", "upp", "dpupr"):
            wishes.edit(session, at_once, actor=actor_of(users.named(session, name)))
    with made.running() as served:
        planter = Planter(served)
        marks = planter.plant()
        words = [*marks.given, OPEN]
        kept = Searched(served, planter, marks, Crawl(served, words), Crawl(served, words), mails)
        kept.columns = in_database(served.database, words)
        kept.files = in_files(served.folder / "data", words)
        # The reporter comes first: an officer's new code voids his.
        browsers = {"reporter": planter.reporter, "nobody": served.browser()}
        browsers |= {name: served.browser(name) for name in USERS}
        clients = {name: served.api(name) for name in USERS}
        for crawl in (kept.read.get, kept.sent.post):
            for name, browser in browsers.items():
                crawl(name, browser, api=False)
            for name, client in clients.items():
                crawl(name, client, api=True)
        yield kept
    mails.stop()


def test_twenty_people_and_more_were_planted(searched: Searched) -> None:
    assert len(searched.marks.given) >= 20


def test_nothing_breaks_whatever_is_asked(searched: Searched) -> None:
    assert sorted(searched.read.broken | searched.sent.broken) == []


def test_who_may_see_an_identity_sees_it_when_he_asks(searched: Searched) -> None:
    """Else nothing would be found anywhere, whatever leaked."""
    for mark, how in searched.marks.given.items():
        assert searched.marks.seen_in[mark] <= searched.of(mark), how


def test_nobody_else_finds_it_anywhere(searched: Searched) -> None:
    for mark, how in searched.marks.given.items():
        assert searched.of(mark) - searched.marks.seen_in[mark] == set(), how


def test_no_get_shows_what_was_submitted(searched: Searched) -> None:
    """Opening an identity is an act, and is recorded: what a GET shows is one's own draft, the name of a file, or a
    mail, which is noted in the security log."""
    own = ("draft", "file name, import", "mail")
    kept = {mark for mark, how in searched.marks.given.items() if how.startswith(own)}
    assert {hit.mark for hit in searched.read.hits} - kept == {OPEN}


def test_no_column_of_the_database_holds_it(searched: Searched) -> None:
    assert {mark: where for mark, where in searched.columns.items() if mark != OPEN} == {}
    assert "process_instance.variables" in searched.columns[OPEN]


def test_no_file_in_the_data_folder_holds_it(searched: Searched) -> None:
    left = {searched.marks.given[mark]: where for mark, where in searched.files.items() if mark != OPEN}
    assert left == {}
    assert OPEN in searched.files


def test_no_log_holds_it(searched: Searched) -> None:
    log = searched.installation.log.lower()
    assert [how for mark, how in searched.marks.given.items() if mark in log] == []


def test_after_everything_was_asked_and_sent_the_database_still_holds_none_of_it(searched: Searched) -> None:
    assert in_database(searched.installation.database, searched.marks.given) == {}


def test_every_opening_is_in_the_history_and_names_fields_only(searched: Searched) -> None:
    api = searched.installation.api("auditor")
    shown = [
        event
        for case in api.get("/process-instances").json["items"]
        for event in api.get(f"/process-instances/{case['id']}/history", limit=200).json["items"]
        if event["type"] == "identity_shown"
    ]
    assert {event["actor"] for event in shown} == {"lapor", "upp", "koordinator"}
    told = {field for event in shown for field in event["data"]["fields"]}
    assert told >= {"nama_pelapor", "pihak_terlapor", "nomor_lain", "saksi", "ktp", "foto_ktp"}


def test_no_mail_tells_it(searched: Searched) -> None:
    """Letters go to everybody with an address: of tasks, a mention, what a reporter wrote, what was imported."""
    letters = [letter.as_bytes() + letter.get_payload(decode=True) for letter in searched.mails.letters]
    assert {letter["To"].partition("@")[0] for letter in searched.mails.letters} >= {"lapor", "upp", "dpupr"}
    assert [
        found((mark.encode() for mark in searched.marks.given), letter) for letter in letters if letter
    ] == [set() for _letter in letters]


def test_workbooks_are_looked_into_and_logs_are_lines_of_json(searched: Searched) -> None:
    """Else nothing would be found in them, whatever leaked."""
    book = searched.installation.browser("upp").get("/perkara/unduh?format=xlsx").body
    assert b"Jalan Berlubang" in in_answer(book)
    assert '"endpoint": "casefile.download"' in searched.installation.log


@pytest.mark.parametrize("name", USERS)
def test_nobody_finds_anything_by_an_identity(searched: Searched, name: str) -> None:
    """In the lists, and by what finds while somebody types; the API's search is below."""
    with searched.installation.database.reading() as session:
        actor = actor_of(users.named(session, name))
        for mark, how in searched.marks.given.items():
            hits = look_up(session, mark, actor=actor)
            assert (list(hits.cases), list(hits.tasks)) == ([], []), how
            assert inbox.page(session, Filters(q=mark), actor=actor).items == [], how


def test_a_search_by_identity_finds_no_case(searched: Searched) -> None:
    upp = searched.installation.api("upp")
    for mark in searched.marks.given:
        for path in ("/process-instances", "/tasks"):
            assert upp.get(path, q=mark).json["items"] == []
    assert upp.get("/process-instances", q="Jalan Berlubang").json["items"] != []


#: By a token of an officer's draft, which tests/web/access has, and by a provider of accounts: neither is here.
NEVER_SHOWN = {"phone_photos.show", "phone_photos.send", "providers.leave", "providers.arrive"}


def test_the_crawl_went_everywhere(searched: Searched) -> None:
    """Each route gave somebody a page; a route that is new is crawled by itself, or fails for want of words."""
    for rule in searched.read.routes:
        if "GET" in (rule.methods or ()):
            shown = {200, 302, 303} & searched.read.answered[f"GET {rule.endpoint}"]
            assert shown or rule.endpoint in NEVER_SHOWN, rule
        for method in {"POST", "DELETE"} & (rule.methods or set()):
            if rule.endpoint not in NOT_POSTED:
                came = searched.sent.answered[f"{method} {rule.endpoint}"] - {401, 404}
                assert came or rule.endpoint in NEVER_SHOWN, rule
    assert set(NOT_POSTED) <= {rule.endpoint for rule in searched.read.routes}
    seers = {hit.user for hit in searched.hits if hit.mark == OPEN}
    assert seers >= {"admin", "pemilik", "auditor", "lapor", "upp", "koordinator", "dpupr"}


def test_once_he_is_erased_nobody_finds_whom_officers_named(searched: Searched) -> None:
    """Last: it takes away what the others look for. Somebody who could not know named him, too."""
    served, planter = searched.installation, searched.planter
    address, marks = f"/perkara/{planter.named_in}", [*planter.known.values()]
    unit, admin = served.browser("dpupr"), served.browser("admin")
    said = f"Rupanya {planter.known['nama_pelapor']} dari {planter.known['alamat_pelapor']}"
    planter.sent(unit, unit.get(address), f"{address}/catatan", {"text": said}, {})
    assert in_database(served.database, marks)
    erasing = f"{address}/hapus-identitas"
    planter.sent(admin, admin.get(address), erasing, {"reason": "Permohonan"}, {})
    assert in_database(served.database, marks) == {}
    crawl = Crawl(served, [*marks, OPEN])
    crawl.things.known["instance_id"] = [planter.named_in]
    crawl.routes = [rule for rule in crawl.routes if rule.arguments <= {"instance_id"}]
    for name in USERS:
        crawl.get(name, served.browser(name), api=False)
        crawl.get(name, served.api(name), api=True)
    assert {hit.mark for hit in crawl.hits} == {OPEN}
