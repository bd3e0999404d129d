"""Two process owners: whatever one puts in force, the other does not replace it before he has seen it."""

import inspect
import json
import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.base.db import Database
from app.commands import studio
from app.commands.deployment import deployments, publications
from app.models import ProcessDefinition, ProposedDeployment, User
from app.services.core import access, clock
from app.services.deployment import approvals, plans, proposals, versions
from app.services.deployment import deployments as service
from app.services.studio import draft_files, new_drafts
from app.services.studio.archives import pack
from tests.services.office import add_user
from tests.web.conftest import Api, Browser, sop_files
from tests.web.pages import upload, words_of

SignIn = Callable[[str], Browser]
Send = Callable[[dict[str, str]], TestResponse]
NAME, BY_OTHER = "pengaduan.bpmn", "Pemilik-Kedua"


def sop(days: str) -> dict[str, bytes]:
    return {NAME: sop_files()[NAME].replace(b"3 hari", f"{days} hari".encode())}


@pytest.fixture
def other(office: Database) -> Any:
    with office.transaction() as session:
        add_user(session, BY_OTHER, is_process_owner=True)
        session.scalars(select(User).where(User.name == BY_OTHER)).one().full_name = BY_OTHER
    return lambda session: access.actor_of(session.scalars(select(User).where(User.name == BY_OTHER)).one())


def deploy(office: Database, days: str, who: Any) -> int:
    with office.transaction() as session:
        [done] = service.deploy(session, sop(days), actor=who(session)).definitions
        return done.definition.id


def begin(office: Database, days: str) -> int:
    """A draft of the SOP with another deadline."""
    with office.transaction() as session:
        owner = session.scalars(select(User).where(User.name == "pemilik")).one()
        files = sop_files() | sop(days)
        return new_drafts.begin_from_files(session, files, title=None, actor=access.actor_of(owner)).id


def in_force(office: Database) -> list[tuple[int, int | None]]:
    with office.reading() as session:
        query = select(ProcessDefinition.version, ProcessDefinition.deployed_by_id)
        return [(one[0], one[1]) for one in session.execute(query.where(ProcessDefinition.in_force))]


def by_draft(office: Database, browser: Browser, _api: Api) -> tuple[str, Send]:
    path = f"/studio/{begin(office, '7')}/terbitkan"
    return path, lambda saw: browser.post(path, reason="Perbup 12/2026", **saw)


def by_draft_at_a_date(office: Database, browser: Browser, _api: Api) -> tuple[str, Send]:
    path = f"/studio/{begin(office, '7')}/terbitkan"
    with office.reading() as session:
        day = (clock.now(session) + timedelta(days=9)).strftime("%d-%m-%Y")
    when = {"when": "tanggal", "on": day, "at": "07.30"}
    return path, lambda saw: browser.post(path, reason="Perbup 12/2026", **when, **saw)


def by_upload(_office: Database, browser: Browser, _api: Api) -> tuple[str, Send]:
    return "/proses", lambda saw: upload(browser, "/proses", saw, [("files", NAME, sop("7")[NAME])])


def by_api(_office: Database, _browser: Browser, api: Api) -> tuple[str, Send]:
    based_on = api.in_force()

    def send(_saw: dict[str, str]) -> TestResponse:
        given = api.in_force() if sent else based_on
        sent.append(1)
        return api.post(
            "/deployments", data={"files": [(BytesIO(sop("7")[NAME]), NAME)]},
            content_type="multipart/form-data", query_string={"based_on": given},
        )  # fmt: skip

    sent = list[int]()
    return "", send


def by_reinstating(_office: Database, browser: Browser, _api: Api) -> tuple[str, Send]:
    path = "/proses/1/berlakukan"
    return path, lambda saw: browser.post(path, reason="Masih dirundingkan", **saw)


#: A way to put something in force: the command, and who sends it with what a page showed (nothing: as it shows now).
WAYS: dict[str, tuple[Any, Any]] = {
    "a draft": (studio.publish_draft, by_draft),
    "a draft at a date": (studio.publish_draft, by_draft_at_a_date),
    "an upload": (deployments.deploy_upload, by_upload),
    "a program": (deployments.deploy_upload, by_api),
    "an earlier version": (deployments.reinstate_version, by_reinstating),
}


def test_whatever_publishes_replaces_no_version_that_was_not_seen(
    office: Database, sign_in: SignIn, api: Callable[[str], Api], other: Any
) -> None:
    deploy(office, "4", other)
    browser, client = sign_in("pemilik"), api("pemilik")
    for number, (way, (_command, make)) in enumerate(WAYS.items()):
        path, send = make(office, browser, client)
        stale = browser.shown(path)
        deploy(office, f"{number + 21}", other)  # while the page is open
        before = in_force(office)
        refused = send(stale)
        assert refused.status_code == 409, (way, refused.status_code)
        told = refused.json["detail"] if way == "a program" else words_of(refused)
        assert f"versi {before[0][0]} diterapkan {BY_OTHER}" in told, (way, told[:3000])
        assert in_force(office) == before, way
        done = send({})  # he has seen it by now
        assert done.status_code in (201, 303), (way, done.text)
        with office.reading() as session:
            planned = session.scalars(
                select(ProposedDeployment).where(ProposedDeployment.state == "planned")
            ).all()
        assert in_force(office) != before or planned, way


def test_a_program_that_names_nothing_replaces_nothing(api: Callable[[str], Api], office: Database) -> None:
    before, client = in_force(office), api("pemilik")
    parts = {"files": [(BytesIO(sop("7")[NAME]), NAME)]}
    refused = client.post("/deployments", data=parts, content_type="multipart/form-data")
    assert (refused.status_code, refused.json["code"]) == (409, "publication_overtaken")
    [between] = refused.json["between"]
    assert (between["key"], between["definition"]) == ("pengaduan", 1)
    assert in_force(office) == before


def test_a_retired_or_withdrawn_version_came_between_as_well(
    office: Database, sign_in: SignIn, other: Any
) -> None:
    browser = sign_in("pemilik")
    second = deploy(office, "4", other)
    stale = browser.shown("/proses")
    with office.transaction() as session:
        starts = {1: versions.starts_of(session, 1)}
        versions.withdraw(session, second, starts, reason="Keliru", actor=other(session))
    refused = upload(browser, "/proses", stale, [("files", NAME, sop("7")[NAME])])
    assert (refused.status_code, in_force(office)[0][0]) == (409, 1)
    assert "versi 2 tidak berlaku lagi, yang berlaku versi 1" in words_of(refused)
    third = deploy(office, "5", other)
    with office.transaction() as session:
        versions.retire(session, third, reason="Diganti", actor=other(session))
    stale = browser.shown("/proses/3")
    with office.transaction() as session:
        held = versions.starts_of(session, third)
        versions.resume(session, third, held, reason="Lagi", actor=other(session), seen=[third])
    fourth = deploy(office, "6", other)
    with office.transaction() as session:
        versions.retire(session, fourth, reason="Diganti", actor=other(session))
    refused = browser.post("/proses/3/aktifkan", reason="Dipakai lagi", **stale)
    assert (refused.status_code, in_force(office)) == (409, [])
    assert f"versi 4 diterapkan {BY_OTHER}" in words_of(refused)
    assert browser.post("/proses/3/aktifkan", reason="Dipakai lagi").status_code == 303


def test_withdrawing_and_retiring_name_the_version_that_they_mean(
    office: Database, sign_in: SignIn, other: Any
) -> None:
    browser = sign_in("pemilik")
    second = deploy(office, "4", other)
    browser.get(f"/proses/{second}")
    deploy(office, "5", other)
    for what in ("tarik", "akhiri"):
        assert browser.post(f"/proses/{second}/{what}", reason="Keliru").status_code == 409
    assert in_force(office)[0][0] == 3


def test_an_approval_and_a_date_put_nothing_in_force_over_what_came_since(
    office: Database, other: Any, sign_in: SignIn
) -> None:
    """Two publications for the same minute: the second is told of, and names the first."""
    with office.transaction() as session:
        owner = session.scalars(select(User).where(User.name == "pemilik")).one()
        at = clock.now(session) - timedelta(minutes=1)
        for days in ("7", "8"):
            prepared = service.prepare(session, sop(days), at=at)
            service.store(session, prepared, actor=access.actor_of(owner), seen=[1])
        waits = service.prepare(session, sop("9"), at=at)
        row = service.store(session, waits, actor=access.actor_of(owner), seen=[1]).proposal
        assert row is not None
        row.state = "waiting"
    assert publications.put_due_in_force(office) == 2
    with office.reading() as session:
        first, failed, waiting = session.scalars(select(ProposedDeployment).order_by(ProposedDeployment.id))
        assert (first.state, failed.state, waiting.state) == ("live", "failed", "waiting")
        assert "versi 2" in failed.end_reason or '"n":2' in failed.end_reason
        with pytest.raises(approvals.Conflict, match="versi 2 diterapkan"):
            approvals.prepare(session, waiting.id, actor=other(session))
    assert "versi 2 diterapkan" in words_of(sign_in("pemilik").get(f"/proses/usulan/{failed.id}"))


def test_a_file_of_the_draft_that_was_saved_meanwhile_is_not_published_unseen(
    office: Database, sign_in: SignIn, other: Any
) -> None:
    browser, draft = sign_in("pemilik"), begin(office, "7")
    path = f"/studio/{draft}/terbitkan"
    stale = browser.shown(path)

    def saved() -> None:
        with office.transaction() as session:
            names = draft_files.contents(session, draft)
            draft_files.save(
                session, draft, "telaahan.form", names["telaahan.form"] + b"\n",
                began_with=json.loads(stale["seen_files"])["telaahan.form"], title=None, actor=other(session),
            )  # fmt: skip

    def removed() -> None:
        with office.transaction() as session:
            draft_files.remove(session, draft, "telaahan.form", actor=other(session))

    for change, told in ((saved, f"telaahan.form disimpan {BY_OTHER}"), (removed, "dikeluarkan dari draf")):
        change()
        refused = browser.post(path, reason="Perbup 12/2026", **stale)
        assert (refused.status_code, in_force(office)[0][0]) == (409, 1)
        assert told in words_of(refused)
        assert "Perbup 12/2026" in refused.text
        stale = browser.shown(path)
    assert browser.post(path, reason="Perbup 12/2026").status_code == 303


def test_an_archive_replaces_no_file_that_was_saved_after_the_page(office: Database, sign_in: SignIn) -> None:
    """Also not one's own, from another window."""
    browser, draft = sign_in("pemilik"), begin(office, "7")
    stale, path = browser.shown(f"/studio/{draft}/berkas"), f"/studio/{draft}/berkas"
    archive = [("files", "draf.zip", pack(sop("9")))]
    with office.transaction() as session:
        owner = access.actor_of(session.scalars(select(User).where(User.name == "pemilik")).one())
        content = sop("8")[NAME]
        draft_files.save(session, draft, NAME, content, began_with=1, title=None, actor=owner)
    for fields in (stale, {**stale, "over_others": "1"}):
        refused = upload(browser, path, fields, archive)
        assert refused.status_code == 409
        assert f"{NAME} disimpan" in words_of(refused)
    assert upload(browser, path, {}, archive).status_code == 303


def test_every_command_that_publishes_is_among_the_ways() -> None:
    """Those that need nobody's word are sources of their own, or act on a version or proposal that they name."""
    named = {
        deployments.deploy_files: "the command line",
        deployments.sync_folders: "watched folders",
        deployments.approve_proposal: proposals.between,
        publications.put_due_in_force: plans.prepare,
        deployments.withdraw_version: versions.withdraw,
        deployments.retire_process: versions.retire,
        deployments.resume_process: versions.resume,
        deployments.draft_upload: "ends in drafts",
    }
    inner = {deployments.deploy_prepared, deployments.put_in_force_prepared}
    publishing = re.compile(
        r"\b(deploy_prepared|put_in_force_prepared|_put_in_force|_store_look|deployments\.store|"
        r"versions\.(withdraw|retire|resume|reinstate)|deployments\.prepare)\("
    )
    found = {
        function
        for module in (deployments, studio, publications)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
        if publishing.search(inspect.getsource(function)) or inspect.unwrap(function) in named.values()
    }
    assert found - inner == {one for one, _make in WAYS.values()} | set(named)
