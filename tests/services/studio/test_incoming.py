"""Uploads and watched folders that end in drafts which wait, where the installation wants it so."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.base.config import Config
from app.base.db import Database
from app.base.errors import InvalidDiagram, NotAllowed
from app.commands import studio
from app.commands.deployment.deployments import deploy_files, draft_upload, sync_folders
from app.commands.transaction import Command
from app.history.events.studio import DraftBegun
from app.models import ProcessDefinition, ProcessDraft, ProcessDraftFile
from app.services.core import history
from app.services.deployment import folder_watch
from app.services.studio import draft_files, drafts
from tests.services.office import Office, form, procedure, saw, text
from tests.write_locks import write_locks

CHANGED = procedure(after="5 hari kerja")
FORM = {"periksa.form": form(text("hasil", required=True), text("unit"), text("catatan"))}


@pytest.fixture
def office(database: Database, config: Config) -> Office:
    made = Office(database)
    database._info["config"] = replace(config, uploads_wait=True)
    return made


def upload(office: Office, files: dict[str, bytes]) -> list[int]:
    done = draft_upload(office.database, Command("draft_upload", ""), files, actor=office.owner)
    return [one["id"] for one in done["drafts"]]


def contents(office: Office, draft_id: int) -> dict[str, bytes]:
    with office.database.reading() as session:
        return draft_files.contents(session, draft_id)


def draft_ids(office: Office) -> list[int]:
    with office.database.reading() as session:
        return list(session.scalars(select(ProcessDraft.id).order_by(ProcessDraft.id)))


def versions(office: Office) -> list[int]:
    with office.database.reading() as session:
        return list(session.scalars(select(ProcessDefinition.version)))


def edit(office: Office, draft_id: int, name: str, content: bytes) -> None:
    with office.database.reading() as session:
        stored = session.get_one(ProcessDraftFile, (draft_id, name))
    studio.save_file(office.database, draft_id, name, content, began_with=stored.revision, actor=office.owner)


def test_an_upload_ends_in_a_draft_with_all_files_of_the_version(office: Office) -> None:
    with write_locks() as seen:
        [draft_id] = upload(office, FORM)
    assert seen.costly == []
    assert contents(office, draft_id) == procedure() | FORM
    assert versions(office) == [1]
    with office.database.reading() as session:
        draft = drafts.get(session, draft_id, actor=office.owner)
        [entry] = history.outside_instances(session, actor=office.auditor, limit=1).items
    assert (draft.source, draft.base_id, draft.name) == ("upload", 1, "Prosedur uji")
    assert isinstance(entry.event, DraftBegun)
    assert (entry.event.source, entry.event.version) == ("upload", 1)


def test_what_comes_later_goes_into_the_same_draft_and_takes_nothing_back(office: Office) -> None:
    [draft_id] = upload(office, {"uji.bpmn": CHANGED["uji.bpmn"]})
    assert upload(office, FORM) == [draft_id]
    assert contents(office, draft_id) == CHANGED | FORM
    assert upload(office, {"periksa.form": procedure()["periksa.form"]}) == [draft_id]
    assert contents(office, draft_id) == CHANGED


def test_nothing_of_what_an_owner_has_worked_on_is_overwritten(office: Office) -> None:
    [draft_id] = upload(office, {"uji.bpmn": CHANGED["uji.bpmn"]})
    edit(office, draft_id, "periksa.form", FORM["periksa.form"])
    [other] = upload(office, {"uji.bpmn": procedure(after="9 hari kerja")["uji.bpmn"]})
    assert other != draft_id
    assert contents(office, draft_id) == CHANGED | FORM
    assert contents(office, other) == procedure(after="9 hari kerja")
    edit(office, draft_id, "periksa.form", procedure()["periksa.form"])  # as it came: it may change again
    assert upload(office, FORM) == [other]


def test_what_does_not_fit_to_the_draft_begins_another(office: Office) -> None:
    asks = procedure(condition='=catatan = "x"')["uji.bpmn"]
    [draft_id] = upload(office, {"uji.bpmn": asks, **FORM})
    private = form(text("hasil", required=True), text("unit"), text("catatan", private=True))
    [other] = upload(office, {"periksa.form": private})
    assert other != draft_id
    assert contents(office, other) == procedure() | {"periksa.form": private}
    assert contents(office, draft_id)["uji.bpmn"] == asks


def test_after_another_version_came_a_new_draft_begins(office: Office) -> None:
    [draft_id] = upload(office, FORM)
    deploy_files(office.database, CHANGED, actor=None)
    [other] = upload(office, {"uji.bpmn": procedure(after="6 hari kerja")["uji.bpmn"]})
    assert other != draft_id
    assert contents(office, other) == procedure(after="6 hari kerja")


def test_what_is_in_force_already_makes_no_draft_and_errors_are_refused(office: Office) -> None:
    assert upload(office, procedure()) == []
    with pytest.raises(InvalidDiagram):
        upload(office, {"uji.bpmn": b"<"})
    with pytest.raises(NotAllowed):
        draft_upload(office.database, Command("draft_upload", ""), FORM, actor=office.rina)
    assert draft_ids(office) == []


def test_a_watched_folder_ends_in_a_draft_of_its_own_and_nobody_is_asked_twice(office: Office) -> None:
    [uploaded] = upload(office, FORM)
    folder = {**procedure(), "uji.bpmn": CHANGED["uji.bpmn"]}
    with write_locks() as seen:
        report = sync_folders(office.database, folder)
    assert seen.costly == []
    [(draft_id, name)] = report.drafts
    assert (report.deployed, name) == ((), "Prosedur uji")
    assert contents(office, draft_id) == CHANGED
    assert sync_folders(office.database, folder) == folder_watch.Report()
    again = sync_folders(office.database, folder | FORM)
    assert again.drafts == ((draft_id, "Prosedur uji"),)
    assert contents(office, draft_id) == CHANGED | FORM
    assert versions(office) == [1]
    assert draft_ids(office) == [uploaded, draft_id]


def test_the_very_first_version_of_a_folder_does_not_wait(database: Database, config: Config) -> None:
    database._info["config"] = replace(config, uploads_wait=True)
    assert sync_folders(database, procedure()).deployed == ("uji versi 1",)
    assert sync_folders(database, CHANGED).deployed == ()


def test_a_draft_of_the_folder_is_published_as_any_other(office: Office) -> None:
    [(draft_id, _name)] = sync_folders(office.database, CHANGED).drafts
    done = studio.publish_draft(
        office.database,
        Command("publish_draft", str(draft_id)),
        draft_id,
        "Perbup 12/2026",
        actor=office.owner,
        seen=saw(office.database, draft_id),
        answer=lambda _session, found: {"versions": [one.definition.version for one in found.definitions]},
    )
    assert done == {"versions": [2]}
