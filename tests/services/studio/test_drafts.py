"""Drafts of processes: begun, saved beside each other, laid aside, published."""

import zipfile
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.config import Config
from app.base.errors import Conflict, InvalidDiagram, InvalidForm, NotAllowed, NotFound
from app.commands import studio
from app.commands.transaction import Command
from app.history.catalogue import Entry, Event
from app.history.events.deployment import DefinitionDeployed
from app.history.events.studio import DraftBegun, DraftDiscarded, DraftRestored
from app.models import ProcessDraft, ProcessDraftFile
from app.services.core import clock, history
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.deployment import preconditions
from app.services.studio import archives, draft_files, drafts, new_drafts, titles
from app.services.studio.draft_files import SavedByOthers, SavedMeanwhile
from tests.services.keeping import forget
from tests.services.office import Office, add_user, form, procedure, saw, text


def begin(office: Office, files: dict[str, bytes] | None = None) -> int:
    files = procedure() if files is None else files
    with office.database.transaction() as session:
        title = titles.title_of(files)
        return new_drafts.begin_from_files(session, files, title=title, actor=office.owner).id


def begin_from_live(office: Office) -> int:
    with office.database.transaction() as session:
        live = definitions.latest(session, "uji")
        assert live is not None
        return new_drafts.begin_from_version(session, live.id, actor=office.owner).id


def save(
    office: Office, draft_id: int, name: str, content: bytes, began_with: int, actor: Actor | None = None
) -> int:
    done = studio.save_file(
        office.database, draft_id, name, content, began_with=began_with, actor=actor or office.owner
    )
    revision: int = done["revision"]
    return revision


def publish(office: Office, draft_id: int, reason: str = "Permintaan bagian") -> None:
    studio.publish_draft(
        office.database,
        Command("publish_draft", str(draft_id), "k", {"reason": reason}),
        draft_id,
        reason,
        actor=office.owner,
        seen=saw(office.database, draft_id),
        answer=lambda _session, done: {"versions": len(done.definitions)},
    )


def contents(office: Office, draft_id: int) -> dict[str, bytes]:
    with office.database.reading() as session:
        return draft_files.contents(session, draft_id)


def told_of(office: Office, session: Session, *kinds: type[Event]) -> list[Entry[Any]]:
    """What the record of the office tells of these kinds, the oldest first."""
    found = reversed(history.outside_instances(session, actor=office.owner).items)
    return [entry for entry in found if isinstance(entry.event, kinds)]


def colleague(office: Office) -> Actor:
    with office.database.transaction() as session:
        return add_user(session, "kedua", is_process_owner=True)


def test_a_draft_of_a_version_holds_its_files(office: Office) -> None:
    draft_id = begin_from_live(office)
    assert contents(office, draft_id) == procedure()
    with office.database.reading() as session:
        draft = drafts.get(session, draft_id, actor=office.owner)
        assert (draft.key, draft.name, draft.state) == ("uji", "Prosedur uji", "open")
        [entry] = told_of(office, session, DraftBegun)
    assert (entry.event.draft, entry.event.version) == (draft_id, 1)


def test_only_process_owners_have_drafts(office: Office) -> None:
    draft_id = begin(office)
    with office.database.transaction() as session:
        both = add_user(session, "rangkap", is_process_owner=True, is_auditor=True)
        for actor in (office.rina, office.admin, office.auditor, both):
            with pytest.raises(NotAllowed):
                drafts.get(session, draft_id, actor=actor)
            with pytest.raises(NotAllowed):
                drafts.drafts(session, actor=actor)
            with pytest.raises(NotAllowed):
                new_drafts.begin_empty(session, "Izin", actor=actor)


def test_what_is_saved_has_a_new_revision_and_the_title_of_the_diagram(office: Office) -> None:
    draft_id = begin(office)
    renamed = procedure()["uji.bpmn"].replace(b"Prosedur uji", b"Prosedur baru")
    assert save(office, draft_id, "uji.bpmn", renamed, 1) == 2
    assert save(office, draft_id, "baru.form", form(text("catatan")), 0) == 1
    assert contents(office, draft_id)["uji.bpmn"] == renamed
    with office.database.reading() as session:
        assert drafts.get(session, draft_id, actor=office.owner).name == "Prosedur baru"


def test_a_later_saving_of_an_earlier_state_overwrites_nothing(office: Office) -> None:
    draft_id, second = begin(office), colleague(office)
    assert save(office, draft_id, "periksa.form", form(text("satu")), 1) == 2
    with pytest.raises(SavedMeanwhile, match=r"Pemilik menyimpan periksa\.form lebih dulu") as refused:
        save(office, draft_id, "periksa.form", form(text("dua")), 1, second)
    stored = refused.value.stored
    assert (stored.content, stored.revision, stored.saved_by) == (form(text("satu")), 2, "Pemilik")
    assert contents(office, draft_id)["periksa.form"] == form(text("satu"))
    with pytest.raises(SavedMeanwhile):  # two new files of one name
        save(office, draft_id, "terima.form", form(text("dua")), 0, second)
    assert save(office, draft_id, "periksa.form", form(text("dua")), 2, second) == 3


def test_the_same_saving_sent_twice_is_one(office: Office) -> None:
    draft_id = begin(office)
    changed = form(text("satu"))
    assert [save(office, draft_id, "periksa.form", changed, 1) for _time in range(3)] == [2, 2, 2]


def test_two_who_save_different_files_are_in_nobodys_way(office: Office) -> None:
    draft_id, second = begin(office), colleague(office)
    assert save(office, draft_id, "periksa.form", form(text("satu")), 1) == 2
    assert save(office, draft_id, "terima.form", form(text("dua")), 1, second) == 2


@pytest.mark.parametrize(
    "name", ["../uji.bpmn", "uji.exe", ".bpmn", "a/b.form", "x\0.form", "a" * 130 + ".form"]
)
def test_a_draft_takes_no_other_names(office: Office, name: str) -> None:
    draft_id = begin(office)
    with pytest.raises(InvalidForm):
        save(office, draft_id, name, b"{}", 0)


def test_a_draft_takes_no_larger_and_no_more_files_than_an_editor_opens(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft_id = begin(office)
    with pytest.raises(InvalidForm, match="lebih besar dari 1 MB"):
        save(office, draft_id, "uji.bpmn", b"x" * (draft_files.MOST_BYTES + 1), 1)
    monkeypatch.setattr(draft_files, "MOST_FILES", 3)
    with pytest.raises(InvalidForm, match="Paling banyak 3 berkas"):
        save(office, draft_id, "lain.form", b"{}", 0)


def test_a_draft_may_hold_what_cannot_be_read_but_is_not_published(office: Office) -> None:
    draft_id = begin(office)
    save(office, draft_id, "uji.bpmn", b"<", 1)
    with office.database.reading() as session:
        assert drafts.get(session, draft_id, actor=office.owner).name == "Prosedur uji"
    with pytest.raises(InvalidDiagram):
        publish(office, draft_id)
    save(office, draft_id, "uji.bpmn", procedure()["uji.bpmn"], 2)


def test_a_published_draft_is_a_version_with_its_reason(office: Office) -> None:
    draft_id = begin_from_live(office)
    save(office, draft_id, "uji.bpmn", procedure(after="5 hari kerja")["uji.bpmn"], 1)
    publish(office, draft_id, "  Perbup 12/2026  ")
    publish(office, draft_id, "  Perbup 12/2026  ")  # sent twice
    with office.database.reading() as session:
        live = definitions.latest(session, "uji")
        assert live is not None
        assert (live.version, live.deployed_by_id) == (2, office.owner.id)
        draft = drafts.get(session, draft_id, actor=office.owner)
        assert (draft.state, draft.published_id) == ("published", live.id)
        newest = told_of(office, session, DefinitionDeployed)[-1].event
    assert (newest.draft, newest.reason) == (draft_id, "Perbup 12/2026")
    with pytest.raises(Conflict, match="sudah diterbitkan"):
        save(office, draft_id, "uji.bpmn", b"<", 2)


def test_publishing_asks_for_a_reason(office: Office) -> None:
    draft_id = begin_from_live(office)
    with pytest.raises(InvalidForm, match="Tulis alasannya"):
        publish(office, draft_id, "  ")


def test_a_draft_that_waits_for_a_second_person_stays_open(office: Office, config: Config) -> None:
    office.database._info["config"] = replace(config, four_eyes="identity")
    draft_id = begin_from_live(office)
    open_ = form(text("nomor"), text("judul", required=True), text("pelapor"))
    save(office, draft_id, "terima.form", open_, 1)
    publish(office, draft_id)
    with office.database.reading() as session:
        assert drafts.get(session, draft_id, actor=office.owner).state == "open"
        live = definitions.latest(session, "uji")
    assert live is not None
    assert live.version == 1


def test_a_discarded_draft_comes_back_as_it_was_and_is_forgotten_in_time(office: Office) -> None:
    draft_id = begin(office)
    with office.database.transaction() as session:
        drafts.discard(session, draft_id, actor=office.owner)
    with pytest.raises(Conflict, match="sudah dibuang"):
        save(office, draft_id, "uji.bpmn", b"<", 1)
    with office.database.transaction() as session:
        drafts.restore(session, draft_id, actor=office.owner)
        with pytest.raises(Conflict):
            drafts.restore(session, draft_id, actor=office.owner)
        told = told_of(office, session, DraftDiscarded, DraftRestored)
    assert [type(entry.event) for entry in told] == [DraftDiscarded, DraftRestored]
    assert contents(office, draft_id) == procedure()
    with office.database.transaction() as session:
        drafts.discard(session, draft_id, actor=office.owner)
    kept = begin(office)
    for days, left in ((29, {draft_id, kept}), (31, {kept})):
        with office.database.transaction() as session:
            clock.fix(session, clock.now(session) + timedelta(days=days))
            forget(session, ProcessDraft)
        assert ids(office) == left
    with office.database.reading() as session:
        assert set(session.scalars(select(ProcessDraftFile.draft_id))) == {kept}


def ids(office: Office) -> set[int]:
    with office.database.reading() as session:
        return set(session.scalars(select(ProcessDraft.id)))


def test_a_draft_taken_along_comes_back_the_same(office: Office) -> None:
    draft_id = begin(office)
    packed = archives.pack(contents(office, draft_id))
    assert archives.pack(procedure()) == packed
    assert archives.unpack({"draf.zip": packed}) == procedure()
    changed = procedure(after="5 hari kerja")
    with office.database.transaction() as session:
        title = titles.title_of(changed)
        names = draft_files.bring_in(session, draft_id, changed, title=title, actor=office.owner, seen=None)
    assert names == ["uji.bpmn"]
    assert contents(office, draft_id) == changed


def test_an_archive_is_read_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    large = archives.pack({"uji.bpmn": b"x" * (draft_files.MOST_BYTES + 1)})
    assert len(large) < 10_000
    with pytest.raises(InvalidForm, match="lebih besar"):
        archives.unpack({"besar.zip": large})
    with pytest.raises(InvalidForm, match="bukan arsip"):
        archives.unpack({"rusak.zip": b"PK\x03\x04 bukan"})
    with pytest.raises(InvalidForm, match=r"dua berkas bernama uji\.bpmn"):
        archives.unpack({"a.zip": archives.pack({"uji.bpmn": b"a"}), "uji.bpmn": b"b"})
    monkeypatch.setattr(draft_files, "MOST_FILES", 2)
    with pytest.raises(InvalidForm, match="Paling banyak 2 berkas"):
        archives.unpack({"banyak.zip": archives.pack(procedure())})


def test_many_archives_are_read_within_the_bounds_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "_MOST_BYTES", 2500)
    sent = {f"{n}.zip": archives.pack({f"{n}.form": b"x" * 1000}) for n in range(4)}
    with pytest.raises(InvalidForm, match="seluruhnya"):
        archives.unpack(sent)
    monkeypatch.setattr(draft_files, "MOST_FILES", 1)
    with pytest.raises(InvalidForm, match="Paling banyak 1 berkas"):
        archives.unpack(dict(list(sent.items())[:2]))


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_an_archive_that_was_damaged_is_refused(method: int) -> None:
    content = BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        archive.writestr("a.form", bytes(range(256)) * 4)
    whole = content.getvalue()
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        with suppress(InvalidForm):
            archives.unpack({"a.zip": bytes(damaged)})


def test_what_somebody_else_saved_is_replaced_by_who_says_so(office: Office) -> None:
    draft_id, older = begin(office), archives.pack(procedure())
    changed = procedure(after="2 hari kerja")["uji.bpmn"]
    save(office, draft_id, "uji.bpmn", changed, 1, colleague(office))
    files = archives.unpack({"lama.zip": older})
    for over_others in (False, True):
        with office.database.transaction() as session:
            seen = preconditions.revisions(draft_files.files_of(session, draft_id))
            given = {"title": None, "actor": office.owner, "seen": seen, "over_others": over_others}
            if over_others:
                assert draft_files.bring_in(session, draft_id, files, **given) == ["uji.bpmn"]
                continue
            with pytest.raises(SavedByOthers, match=r"uji\.bpmn"):
                draft_files.bring_in(session, draft_id, files, **given)
        assert contents(office, draft_id)["uji.bpmn"] == changed


def test_a_file_that_was_taken_out_and_came_again_is_not_overwritten(office: Office) -> None:
    draft_id = begin(office)
    with office.database.transaction() as session:
        draft_files.remove(session, draft_id, "uji.bpmn", actor=office.owner)
        draft_files.bring_in(
            session, draft_id, procedure(after="5 hari kerja"), title=None, actor=office.owner, seen=None
        )
    with pytest.raises(SavedMeanwhile):
        save(office, draft_id, "uji.bpmn", b"<lama/>", 1)


def test_folders_hidden_files_and_other_endings_of_an_archive_are_understood() -> None:
    sent = {"draf/uji.bpmn20.xml": b"a", "draf/forms/terima.json": b"b", "__MACOSX/draf/._uji": b"c"}
    assert archives.unpack({"draf.zip": archives.pack(sent)}) == {"uji.bpmn": b"a", "terima.form": b"b"}


def test_an_empty_draft_can_be_published_as_it_is(office: Office) -> None:
    with office.database.transaction() as session:
        draft = new_drafts.begin_empty(session, ' Izin "Mikro" & <Kecil> ', actor=office.owner)
        assert (draft.key, draft.name) == ("izin_mikro_kecil", 'Izin "Mikro" & <Kecil>')
        draft_id = draft.id
    publish(office, draft_id)
    with office.database.reading() as session:
        live = definitions.latest(session, "izin_mikro_kecil")
    assert live is not None
    assert live.name == 'Izin "Mikro" & <Kecil>'
    assert [one["code"] for one in live.findings] == ["lane_without_officers"]


def test_a_draft_that_is_not_there_is_told(office: Office) -> None:
    with office.database.reading() as session, pytest.raises(NotFound):
        drafts.get(session, 77, actor=office.owner)
    draft_id = begin(office)
    with office.database.reading() as session, pytest.raises(NotFound):
        draft_files.file_of(session, draft_id, "tiada.form", actor=office.owner)
    with pytest.raises(NotFound):
        save(office, draft_id, "tiada.form", b"{}", 3)
