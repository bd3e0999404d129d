"""Internal notes: for those who see the case, closed to strangers, read-only for auditors."""

import pytest
from sqlalchemy import select

from app.base.errors import InvalidForm, NotAllowed, NotFound
from app.models import HistoryEvent
from app.services.casefile import notes
from tests.services.office import Office


def test_a_note_is_read_by_colleagues_and_its_text_is_not_in_the_history(office: Office) -> None:
    case = office.start()
    with office.database.transaction() as session:
        notes.add(session, case.id, "  Sudah ditelepon KENARI-CATATAN ", actor=office.budi)
    with office.database.reading() as session:
        [note] = notes.of_instance(session, case.id, actor=office.auditor)
        assert (note.text, note.written_by.name) == ("Sudah ditelepon KENARI-CATATAN", "budi")
        event = session.scalars(select(HistoryEvent).where(HistoryEvent.type == "note_added")).one()
    assert (event.instance_id, event.actor_id) == (case.id, office.budi.id)
    assert "KENARI" not in str(event.data)


def test_strangers_see_no_case_auditors_write_nothing_and_notes_have_words(office: Office) -> None:
    case = office.start()
    with office.database.transaction() as session:
        with pytest.raises(NotFound):
            notes.add(session, case.id, "x", actor=office.dinas_a)
        with pytest.raises(NotFound):
            notes.of_instance(session, case.id, actor=office.dinas_a)
        with pytest.raises(NotAllowed):
            notes.add(session, case.id, "x", actor=office.auditor)
        for text in ("  ", "x" * 5001):
            with pytest.raises(InvalidForm):
                notes.add(session, case.id, text, actor=office.budi)
        assert notes.of_instance(session, case.id, actor=office.budi) == []
