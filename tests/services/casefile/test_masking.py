"""Masks in a case: on the way in, when sent again, by hand, lifted; and where what they hide is never found."""

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import select

from app.base.db import Database
from app.base.errors import Conflict, InvalidForm, NotAllowed, NotFound
from app.forms.masking import SIGN
from app.models import (
    CaseFact,
    CaseWords,
    IdentityValue,
    InstanceText,
    Notice,
    OutboxMessage,
    ProcessInstance,
    SecurityEvent,
)
from app.services import identity
from app.services.casefile import casefile, masking, notes
from app.services.core import filter_values, history, masks
from app.services.definitions import definitions
from app.services.deployment import deployments
from app.services.notifications import outbox
from app.services.numbers import totals
from app.services.search import words
from app.services.tasks import tasks, undoing
from tests.canaries.crawling import in_database
from tests.services.counting import statements
from tests.services.office import Office, form, procedure, text

TELEPHONE = "0812-3456-7890"


@pytest.fixture
def office(database: Database) -> Office:
    """The office, with a field for what an officer has to say."""
    found = Office(database)
    with database.transaction() as session:
        fields = [text("hasil"), text("unit"), text("catatan")]
        deployments.deploy(session, {"periksa.form": form(*fields)}, actor=None)
    return found


@pytest.fixture
def case(office: Office) -> ProcessInstance:
    return office.start(judul=f"Lampu mati, WA {TELEPHONE}")


def held(office: Office, case: ProcessInstance) -> ProcessInstance:
    with office.database.reading() as session:
        return session.get_one(ProcessInstance, case.id)


def sealed(office: Office, case: ProcessInstance) -> list[str]:
    with office.database.reading() as session:
        query = select(IdentityValue.field_key).where(IdentityValue.instance_id == case.id)
        return sorted(session.scalars(query))


def shown(office: Office, case: ProcessInstance) -> dict[str, Any]:
    with office.database.transaction() as session:
        row = session.get_one(ProcessInstance, case.id)
        return identity.show(session, office.rina, row, definitions.version(session, row.definition_id))


def complete(office: Office, case: ProcessInstance, said: str) -> None:
    task = office.open_task(case)
    with office.database.transaction() as session:
        values = {"hasil": "kurang", "catatan": said}
        tasks.complete(session, task.id, values, {}, actor=office.rina)


def read(office: Office, case: ProcessInstance) -> str:
    """All that an officer reads of a case: its file, and its history by the API."""
    with office.database.reading() as session:
        file = casefile.open_casefile(session, case.id, actor=office.rina)
        entries = history.events_of_instance(session, case.id, actor=office.rina, limit=200).items
        told = [(one.data, one.event) for one in (*file.events, *entries)]
        return repr((file.instance.variables, file.instance.subject, [n.text for n in file.notes], told))


def indexed(database: Database, case: ProcessInstance) -> str:
    with database.transaction() as session:
        words.store(session, words.changed(session, 0))
        return session.get_one(CaseWords, case.id).body


def test_a_telephone_in_a_text_stands_nowhere_and_is_shown_to_who_may_see_it(
    office: Office, case: ProcessInstance
) -> None:
    [sign] = SIGN.findall(held(office, case).subject)
    assert held(office, case).variables["judul"] == f"Lampu mati, WA {sign}"
    assert shown(office, case) == {sign: TELEPHONE}
    indexed(office.database, case)
    assert in_database(office.database, {TELEPHONE, "081234567890"}) == {}


def test_that_it_was_shown_is_recorded_without_the_words(office: Office, case: ProcessInstance) -> None:
    shown(office, case)
    with office.database.reading() as session:
        [event] = [
            one.event
            for one in history.events_of_instance(session, case.id, actor=office.rina).items
            if one.type == "identity_shown"
        ]
    assert event.fields == sealed(office, case)  # type: ignore[attr-defined]


def test_who_may_not_see_identity_sees_the_sign(office: Office, case: ProcessInstance) -> None:
    with office.database.transaction() as session:
        row = session.get_one(ProcessInstance, case.id)
        version = definitions.version(session, row.definition_id)
        with pytest.raises(NotAllowed):
            identity.show(session, office.auditor, row, version)


def test_a_text_that_comes_again_keeps_its_sign_and_the_same_number_gets_no_other(
    office: Office, case: ProcessInstance
) -> None:
    [sign] = sealed(office, case)
    complete(office, case, f"hubungi {sign} atau {TELEPHONE}, a@b.id")
    variables = held(office, case).variables
    [mail] = set(sealed(office, case)) - {sign}
    assert variables["catatan"] == f"hubungi {sign} atau {sign}, {mail}"
    assert shown(office, case) == {sign: TELEPHONE, mail: "a@b.id"}


def test_the_case_number_is_left(office: Office) -> None:
    case = office.start(nomor="081234567890")
    assert held(office, case).business_key == "081234567890"
    assert sealed(office, case) == []


def test_a_note_is_masked(office: Office, case: ProcessInstance) -> None:
    [sign] = sealed(office, case)
    with office.database.transaction() as session:
        notes.add(session, case.id, f"Sudah ditelepon {TELEPHONE}", actor=office.budi)
    with office.database.reading() as session:
        [note] = notes.of_instance(session, case.id, actor=office.auditor)
        assert note.text == f"Sudah ditelepon {sign}"


def test_without_findings_nothing_is_asked_of_the_database(office: Office) -> None:
    plain = office.start()
    task = office.open_task(plain)

    def sent(said: str, case: str) -> int:
        with statements(office.database) as found, office.database.transaction() as session:
            tasks.complete(session, case, {"hasil": "kurang", "catatan": said}, {}, actor=office.rina)
        return len(found)

    first = sent("12-08-2024, Rp 85.000.000", task.id)
    second = sent(f"WA {TELEPHONE}", office.open_task(plain).id)
    assert second - first == 3  # what is sealed, how much, and what is added


def test_the_words_of_the_index_have_no_sign(office: Office, case: ProcessInstance) -> None:
    [sign] = sealed(office, case)
    found = indexed(office.database, case).split()
    assert "lampu" in found
    assert not {"telepon", sign[-6:-1]} & set(found)


def test_a_case_keeps_some_hundred_signs_and_masks_the_rest_all_the_same(office: Office) -> None:
    case = office.start()
    said = " ".join(f"0812-3456-{n:04}," for n in range(masks.MOST + 40))
    complete(office, case, said)
    with office.database.transaction() as session:
        notes.add(session, case.id, f"lagi 0813-3456-7890 {said[:95]}", actor=office.budi)
        [note] = notes.as_read(session, case.id, actor=office.budi)
    kept = sealed(office, case)
    assert (len(kept), "0812-" in held(office, case).variables["catatan"], "081" in note.text) == (
        masks.MOST,
        False,
        False,
    )
    assert len(SIGN.findall(held(office, case).variables["catatan"])) == masks.MOST + 40
    # By hand words are masked still, until there are twice as many.
    mark(office, case, "Lampu")
    assert "Lampu" not in held(office, case).subject


# -- by hand -----------------------------------------------------------------------------------------------


@pytest.fixture
def named(office: Office) -> ProcessInstance:
    case = office.start(judul="Pak Karto Suwiryo memukul Karto-karto")
    complete(office, case, "tanya Karto Suwiryo")
    complete(office, case, "tanya lagi")
    with office.database.transaction() as session:
        notes.add(session, case.id, "Karto Suwiryo menolak", actor=office.budi)
        body: Mapping[str, Any] = {
            "code": "task_reassigned",
            "params": {"reason": "Karto Suwiryo kenal saya"},
        }
        to = {"users": [office.budi.id]}
        session.add(OutboxMessage(instance_id=case.id, body=body, audience=to, queued_at=case.started_at))
    with office.database.transaction() as session:
        outbox.deliver(session)
    assert "karto" in indexed(office.database, case)
    return case


def mark(office: Office, case: ProcessInstance, *wanted: str, reason: str = "nama saksi") -> str:
    with office.database.transaction() as session:
        masking.mark(session, case.id, wanted, reason, actor=office.rina)
    return next(sign for sign in sealed(office, case) if sign.startswith("[kata "))


def test_marked_words_are_gone_from_all_that_is_read(office: Office, named: ProcessInstance) -> None:
    sign = mark(office, named, "Karto Suwiryo", reason="Karto Suwiryo adalah saksi")
    assert "Suwiryo" not in read(office, named)
    assert f"tanya {sign}" in read(office, named)  # which only the history has
    assert held(office, named).subject == f"Pak {sign} memukul Karto-karto"
    with office.database.reading() as session:
        assert "suwiryo" not in session.get_one(InstanceText, named.id).body
        assert [one.body["params"]["reason"] for one in session.scalars(select(Notice))][-1].startswith(sign)
    assert "suwiryo" not in indexed(office.database, named)
    assert shown(office, named) == {sign: "Karto Suwiryo"}
    columns = set().union(*in_database(office.database, {"karto suwiryo"}).values())
    assert columns == {"history_event.data"}  # the record is never written anew


@pytest.mark.usefixtures("facts_follow")
def test_marked_words_are_gone_from_what_a_case_is_listed_and_counted_by(database: Database) -> None:
    office = Office(database)
    with database.transaction() as session:
        fields = [text("nomor"), text("judul"), text("jenis"), text("tempat")]
        changed = procedure()["uji.bpmn"].replace(b'name="perihal"', b'name="kategori" value="jenis"/>%b', 1)
        listed = (
            b'<spiffworkflow:property name="wilayah" value="tempat"/><spiffworkflow:property name="perihal"'
        )
        deployments.deploy(
            session,
            {"uji.bpmn": changed.replace(b"%b", listed), "terima.form": form(*fields)},
            actor=None,
        )
    one = office.start(judul="Lampu", jenis="Karto Suwiryo", tempat="Dekat Karto Suwiryo")
    office.start(judul="Lain", jenis="Jalan", tempat="Dekat Karto Suwiryo")
    with database.transaction() as session:
        totals.fold(session)
    sign = mark(office, one, "Karto Suwiryo")
    row = held(office, one)
    assert (row.category, row.area) == (sign, f"Dekat {sign}")
    with database.transaction() as session:
        offered = filter_values.known(session, ("category", "area"), actor=office.rina)
        assert set(offered["category"]) == {sign, "Jalan"}
        assert "Dekat Karto Suwiryo" in offered["area"]  # another case holds it
        totals.fold(session)
        assert {by for (by,) in totals.summed(session, "uji", "category")} == {sign, "Jalan"}
        assert session.get_one(CaseFact, one.id).category == sign


def test_marked_words_are_masked_when_they_come_again(office: Office, named: ProcessInstance) -> None:
    sign = mark(office, named, "Karto Suwiryo")
    complete(office, named, "kata Karto Suwiryo")
    assert held(office, named).variables["catatan"] == f"kata {sign}"


def test_it_is_told_who_masked_words_and_why_and_not_which(office: Office, named: ProcessInstance) -> None:
    sign = mark(office, named, "Karto Suwiryo")
    with office.database.reading() as session:
        event = history.events_of_instance(session, named.id, actor=office.rina, limit=200).items[-1]
    assert (event.type, event.actor.name if event.actor else "") == ("words_masked", "rina")
    assert event.data == {"signs": [sign], "reason": "nama saksi"}


def test_a_lifted_mask_is_read_again_everywhere_and_stays_lifted(
    office: Office, named: ProcessInstance
) -> None:
    before = read(office, named)
    sign = mark(office, named, "Karto Suwiryo")
    with office.database.transaction() as session:
        masking.lift(session, named.id, sign, "nama jalan", actor=office.rina)
    after = read(office, named)
    assert after.count("tanya Karto Suwiryo") == before.count("tanya Karto Suwiryo")
    assert held(office, named).subject == "Pak Karto Suwiryo memukul Karto-karto"
    assert sealed(office, named) == []
    assert "suwiryo" in indexed(office.database, named)
    with office.database.reading() as session:
        [row] = session.scalars(select(SecurityEvent).where(SecurityEvent.action == "mask_lifted"))
        assert (row.target_id, row.actor_id) == (str(named.id), office.rina.id)


def test_what_was_found_wrongly_is_lifted_and_not_found_again(office: Office, case: ProcessInstance) -> None:
    [sign] = sealed(office, case)
    with office.database.transaction() as session:
        masking.lift(session, case.id, sign, "nomor kantor", actor=office.rina)
    complete(office, case, f"{TELEPHONE}")
    assert held(office, case).variables["judul"] == f"Lampu mati, WA {TELEPHONE}"
    assert held(office, case).variables["catatan"] == f"{TELEPHONE}"
    assert f"WA {sign}" not in read(office, case)
    mark(office, case, TELEPHONE)
    assert TELEPHONE not in read(office, case)


def test_words_are_looked_at_before_they_are_masked(office: Office, named: ProcessInstance) -> None:
    with office.database.reading() as session:
        [one] = masking.preview(session, named.id, ["  Karto   Suwiryo "], actor=office.budi)
    assert (one.words, one.now) == ("Karto Suwiryo", 2)
    assert one.before >= 2


def test_words_that_were_read_before_they_were_masked_are_not_stored(
    office: Office, named: ProcessInstance
) -> None:
    with office.database.transaction() as session:
        notes.add(session, named.id, "catatan lain", actor=office.rina)
    with office.database.reading() as session:
        found = words.changed(session, 0)
    assert "suwiryo" in next(one for one in found if one.instance_id == named.id).words
    mark(office, named, "Karto Suwiryo")
    with office.database.transaction() as session:
        words.store(session, found)
        assert session.get(CaseWords, named.id) is None
    assert "suwiryo" not in indexed(office.database, named).split()


def test_what_cannot_be_masked_is_told(office: Office, named: ProcessInstance) -> None:
    with office.database.transaction() as session:
        for wanted in ([], ["ab"], ["x" * 201], ["tidak tertulis"], [f"kata {n}" for n in range(21)]):
            with pytest.raises(InvalidForm) as refused:
                masking.mark(session, named.id, wanted, "x", actor=office.rina)
            assert set(refused.value.errors) == {"words"}
        with pytest.raises(InvalidForm, match="alasan"):
            masking.mark(session, named.id, ["Karto"], " ", actor=office.rina)


def test_who_may_mask_and_lift(office: Office, named: ProcessInstance) -> None:
    sign = mark(office, named, "Karto Suwiryo")
    with office.database.transaction() as session:
        for actor in (office.auditor, office.admin, office.owner):
            with pytest.raises(NotAllowed):
                masking.mark(session, named.id, ["memukul"], "x", actor=actor)
            with pytest.raises(NotAllowed):
                masking.lift(session, named.id, sign, "x", actor=actor)
        with pytest.raises(NotFound):
            masking.mark(session, named.id, ["memukul"], "x", actor=office.dinas_a)
        with pytest.raises(NotFound):
            masking.lift(session, named.id, "[kata ••• bbbbb]", "x", actor=office.rina)


def test_what_was_masked_since_is_not_brought_back_by_taking_a_completion_back(
    office: Office, named: ProcessInstance
) -> None:
    mark(office, named, "memukul")
    task = office.open_task(named)
    with office.database.transaction() as session:
        values = {"hasil": "kurang", "catatan": "baru"}
        tasks.complete(session, task.id, values, {}, actor=office.rina, typed=values)
    mark(office, named, "lagi")  # which only the history has: not even the variables change
    with office.database.transaction() as session, pytest.raises(Conflict):
        undoing.take_back(session, task.id, actor=office.rina)


def test_what_a_note_hides_stays_when_the_completion_that_hid_it_first_is_taken_back(office: Office) -> None:
    case = office.start()
    task = office.open_task(case)
    with office.database.transaction() as session:
        values = {"hasil": "kurang", "catatan": TELEPHONE}
        tasks.complete(session, task.id, values, {}, actor=office.rina, typed=values)
    with office.database.transaction() as session:
        notes.add(session, case.id, f"Sudah ditelepon {TELEPHONE}", actor=office.rina)
    with office.database.transaction() as session:
        undoing.take_back(session, task.id, actor=office.rina)
    assert [*shown(office, case).values()] == [TELEPHONE]
    assert "catatan" not in held(office, case).variables
