"""A process that came under another id: a finding, and by one answer the next version of what is in force."""

import pytest

from app.base.errors import Conflict
from app.commands import studio
from app.commands.transaction import Command
from app.findings import Finding
from app.models import ProcessDefinition
from app.services.definitions import definitions
from app.services.deployment import deployments
from app.services.deployment.same_process import renamed
from app.services.studio import draft_files, new_drafts, titles
from tests.services.office import Office, form, procedure, saw, text

LANES = {"Front office": "terima periksa cukup lewat ingat ditegur selesai", "Umum": "kerjakan"}


def under(key: str, **changes: object) -> dict[str, bytes]:
    """The procedure as another program might write it anew."""
    files = procedure(after="9 hari kerja", **changes)
    return {f"{key}.bpmn" if name.endswith(".bpmn") else name: one for name, one in files.items()} | {
        f"{key}.bpmn": renamed(files["uji.bpmn"], "uji", key)
    }


def told(office: Office, files: dict[str, bytes]) -> list[Finding]:
    with office.database.reading() as session:
        found = deployments.check_files(session, files)
    return [one for one in found if one.code == "process_like_another"]


def test_the_same_process_under_another_id_is_told(office: Office) -> None:
    [one] = told(office, under("uji_baru"))
    assert (one.severity, one.params["key"], one.params["other"]) == ("warning", "uji_baru", "uji")
    assert told(office, procedure(after="9 hari kerja")) == []


def test_another_process_of_that_name_is_another(office: Office) -> None:
    other = {name: one for name, one in under("uji_baru", lanes=LANES).items() if name.endswith(".bpmn")}
    forms = {
        "masuk.form": form(text("nomor"), text("judul")),
        "lihat.form": form(text("hasil"), text("unit")),
    }
    diagram = other["uji_baru.bpmn"].replace(b"terima", b"masuk").replace(b"periksa", b"lihat")
    assert told(office, {"uji_baru.bpmn": diagram, **forms}) == []


def test_who_says_that_it_is_the_same_goes_on_with_its_versions_and_cases(office: Office) -> None:
    instance = office.start()
    with office.database.transaction() as session:
        files = under("uji_baru")
        draft = new_drafts.begin_from_files(
            session, files, title=titles.title_of(files), actor=office.owner
        ).id
    for _twice in range(2):
        studio.same_process(
            office.database, Command("same", "1", "k"), draft, "uji_baru", "uji", actor=office.owner
        )
    with office.database.reading() as session:
        changed = draft_files.contents(session, draft)
    assert deployments.digests_of({"a": changed["uji_baru.bpmn"]}) == deployments.digests_of(
        {"a": procedure(after="9 hari kerja")["uji.bpmn"]}
    )
    assert told(office, changed) == []
    done = studio.publish_draft(
        office.database, Command("publish_draft", str(draft)), draft, "Perbup 12/2026",
        actor=office.owner, seen=saw(office.database, draft),
        answer=lambda _session, found: {"made": [one.definition.version for one in found.definitions]},
    )  # fmt: skip
    assert done == {"made": [2]}
    with office.database.reading() as session:
        assert [row.key for row in session.query(ProcessDefinition)] == ["uji", "uji"]
        assert definitions.version(session, instance.definition_id).key == "uji"
    assert office.open_task(instance).activity_id == "periksa"


def test_nothing_that_is_not_there_is_renamed(office: Office) -> None:
    with office.database.transaction() as session:
        draft = new_drafts.begin_from_files(session, under("uji_baru"), title=None, actor=office.owner).id
    for old, new in (("entah", "uji"), ("uji_baru", "entah"), ("uji_baru", "uji_baru")):
        with pytest.raises(Conflict, match="sekali lagi"):
            studio.same_process(
                office.database, Command("same", old, new), draft, old, new, actor=office.owner
            )


def test_the_diagram_in_force_beside_the_new_one_leaves_the_draft(office: Office) -> None:
    def begun(**more: bytes) -> int:
        with office.database.transaction() as session:
            live = definitions.latest(session, "uji")
            assert live is not None
            draft: int = new_drafts.begin_from_version(session, live.id, actor=office.owner).id
            new = {
                "sop.bpmn": under("uji_baru")["uji_baru.bpmn"],
                **{f"{k}.bpmn": v for k, v in more.items()},
            }
            given = (session, draft, new)
            draft_files.bring_in(*given, title=titles.title_of(new), actor=office.owner, seen=None)
        return draft

    def answered(draft: int) -> dict[str, bytes]:
        studio.same_process(
            office.database, Command("same", str(draft)), draft, "uji_baru", "uji", actor=office.owner
        )
        with office.database.reading() as session:
            return draft_files.contents(session, draft)

    files = answered(begun())
    assert [name for name in files if name.endswith(".bpmn")] == ["sop.bpmn"]
    assert titles.keys_of(files["sop.bpmn"]) == ["uji"]

    changed = begun(uji=procedure(after="12 hari kerja")["uji.bpmn"])
    with pytest.raises(Conflict, match=r"uji\.bpmn dalam draf ini juga memuat"):
        answered(changed)
    with office.database.transaction() as session:
        draft_files.remove(session, changed, "uji.bpmn", actor=office.owner)
    with pytest.raises(Conflict, match="sekali lagi"):
        studio.same_process(
            office.database, Command("same", "e"), changed, "uji_baru", "entah", actor=office.owner
        )
    assert [name for name in answered(changed) if name.endswith(".bpmn")] == ["sop.bpmn"]
