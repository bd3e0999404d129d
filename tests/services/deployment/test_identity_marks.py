"""A version that marks a field ``pribadi`` no more: found, recorded, and nothing that was sealed comes open."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.base.i18n import speaking
from app.findings import Finding
from app.history.vocabulary import Ids
from app.models import HistoryEvent, IdentityValue, ProcessInstance
from app.services import identity
from app.services.core import history
from app.services.definitions import definitions
from app.services.deployment import deployments
from app.services.instances import instances
from app.services.tasks import tasks
from tests.services.office import Office, form, text

LIST = {"type": "dynamiclist", "id": "L", "path": "saksi", "label": "Saksi"}


def asked(*fields: dict[str, Any]) -> dict[str, bytes]:
    return {"terima.form": form(text("nomor"), text("judul", required=True), *fields)}


def deploy(office: Office, files: dict[str, bytes]) -> list[Finding]:
    with office.database.transaction() as session:
        found = deployments.deploy(session, files, actor=office.owner).findings
    return [one for one in found if one.code == "identity_mark_dropped"]


def named(found: list[Finding]) -> list[tuple[str | None, str | None]]:
    return [(one.element_id, one.file) for one in found]


def test_a_field_that_is_no_longer_identity_is_found_and_told(office: Office) -> None:
    [finding] = deploy(office, asked(text("pelapor")))
    assert (finding.severity, finding.file, finding.element_id) == ("warning", "terima.form", "pelapor")
    assert finding.what == "“Pelapor” tidak lagi identitas; pada versi 1 atau sebelumnya isian ini pribadi."
    with speaking("en"):
        assert "no longer identity" in finding.what
    with office.database.reading() as session:
        latest = definitions.latest(session, "uji")
        assert latest is not None
        assert [one["code"] for one in latest.findings].count("identity_mark_dropped") == 1
        [newest, *_] = history.outside_instances(session, actor=office.auditor).items
        told = newest.describe(Ids(ZoneInfo("Asia/Jakarta")))
    assert "".join(part.text for part in told.title) == "Proses uji versi 2 diterapkan"
    assert told.lines == (("Tidak lagi identitas", "“Pelapor”"),)


def test_it_is_told_once_and_again_when_it_happens_again(office: Office) -> None:
    assert deploy(office, asked(text("pelapor")))
    assert not deploy(office, asked(text("pelapor"), text("kota")))
    assert not deploy(office, asked(text("pelapor", private=True)))
    assert deploy(office, asked(text("pelapor")))


def test_neither_a_version_between_nor_another_name_hides_it(office: Office) -> None:
    assert not deploy(office, asked())
    assert named(deploy(office, asked(text("pelapor")))) == [("pelapor", "terima.form")]
    deploy(office, asked(text("pelapor", private=True)))
    renamed = {**text("nama"), "id": "Field_2"}
    assert named(deploy(office, asked(renamed))) == [("nama", "terima.form")]


def test_what_another_form_or_a_field_inside_still_marks_is_identity(office: Office) -> None:
    also = {"periksa.form": form(text("hasil", required=True), text("unit"), text("pelapor", private=True))}
    assert not deploy(office, {**also, **asked(text("pelapor"))})
    people = {**LIST, "components": [{"id": "n", **text("nama", private=True)}, {"id": "k", **text("kota")}]}
    assert not deploy(office, {**also, **asked(people)})
    open_people = {**LIST, "components": [{"id": "n", **text("nama")}, {"id": "k", **text("kota")}]}
    assert named(deploy(office, {**also, **asked(open_people)})) == [("saksi", "terima.form")]


@pytest.mark.parametrize("mark", ["tidak", "no", " FALSE "])
def test_a_mark_that_says_no_is_no_mark(office: Office, mark: str) -> None:
    assert deploy(office, asked({**text("pelapor"), "properties": {"pribadi": mark}}))


def test_cases_of_before_keep_their_rules_and_their_seals(office: Office) -> None:
    case = office.start(pelapor="Kenari")
    deploy(office, asked(text("pelapor")))
    with office.database.transaction() as session:
        task = office.open_task(case)
        tasks.complete(session, task.id, {"hasil": "kurang"}, {}, actor=office.rina)
    fresh = office.start(pelapor="Murai")
    with office.database.reading() as session:
        old, new = (session.get_one(ProcessInstance, one.id) for one in (case, fresh))
        assert "pelapor" not in old.variables
        assert new.variables["pelapor"] == "Murai"
        kept = session.scalars(
            select(IdentityValue.ciphertext).where(IdentityValue.instance_id == case.id)
        ).all()
        assert len(kept) == 1
        assert b"Kenari" not in kept[0]
        version = definitions.version(session, old.definition_id)
        assert version.private_keys == {"pelapor"}
        assert not identity.may_see(session, office.dinas_a, old, version)
        told = session.scalars(select(HistoryEvent.data).where(HistoryEvent.instance_id == case.id)).all()
        assert "Kenari" not in str(told)
        assert instances.open_tasks(session, case.id)
