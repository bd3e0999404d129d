"""Texts of a file that are no option of their field, on both databases."""

import pytest
from sqlalchemy import select

from app.base.db import Database
from app.base.errors import InvalidForm
from app.models import ImportValue, ProcessInstance
from app.services.core import encryption
from app.services.imports import batches
from tests.services.importing import Importing, as_csv, line


@pytest.fixture
def office(database: Database) -> Importing:
    return Importing(database)


def kinds(office: Importing) -> list[str]:
    with office.database.reading() as session:
        found = session.scalars(select(ProcessInstance).order_by(ProcessInstance.id))
        return [case.variables["klasifikasi"] for case in found]


def test_one_choice_serves_all_lines_and_the_next_file(office: Importing) -> None:
    lines = [
        line("1", Klasifikasi="Keluhan"),
        line("2", Klasifikasi=" keluhan "),
        line("3", Klasifikasi="Entah"),
    ]
    batch = office.judged(as_csv(*lines, line("4")))
    assert office.states(batch) == {2: "wrong", 3: "wrong", 4: "wrong", 5: "ready"}
    first, second = office.foreign(batch)
    assert (first.text, first.lines, first.option) == ("Keluhan", 2, "")
    assert (second.text, second.lines, second.option) == ("Entah", 1, "")
    office.choose(batch, options={first.name: "pengaduan", second.name: ""})
    office.work()
    assert office.states(batch) == {2: "ready", 3: "ready", 4: "wrong", 5: "ready"}
    assert [(one.text, one.lines, one.option) for one in office.foreign(batch)] == [
        ("Keluhan", 2, "pengaduan"),
        ("Entah", 1, ""),
    ]
    office.begin(batch)
    office.work()
    assert kinds(office) == ["pengaduan"] * 3
    again = office.judged(as_csv(line("5", Klasifikasi="KELUHAN")))
    assert office.states(again) == {2: "ready"}
    assert [(one.text, one.lines, one.option) for one in office.foreign(again)] == [
        ("KELUHAN", 1, "pengaduan")
    ]


def test_a_value_that_is_left_out_stays_out_when_another_text_stands_for_it(office: Importing) -> None:
    batch = office.judged(as_csv(line("1", Klasifikasi="Usul")))
    [usul] = office.foreign(batch)
    office.choose(batch, options={usul.name: "aspirasi"})
    office.work()
    assert office.states(batch) == {2: "left_out"}
    assert office.foreign(batch) == []


def test_what_is_chosen_meanwhile_is_not_overwritten_by_what_was_judged_before(office: Importing) -> None:
    batch = office.judged(as_csv(line("1", Klasifikasi="Usul"), line("2")))
    with office.database.reading() as session:
        chosen = batches.choices(session, batch)
        verdicts = batches.judge(session, batch, [2], chosen)
    [usul] = office.foreign(batch)
    office.choose(batch, options={usul.name: "pengaduan"})
    with office.database.transaction() as session:
        batches.note(session, batch, chosen, verdicts)
    assert office.states(batch)[2] == "new"
    office.work()
    assert office.states(batch)[2] == "ready"


def test_only_texts_and_options_that_there_are(office: Importing) -> None:
    batch = office.judged(as_csv(line("1", Klasifikasi="Usul")))
    [usul] = office.foreign(batch)
    for options in ({usul.name: "entah"}, {f"judul.{usul.mark}": "pengaduan"}, {"klasifikasi": "pengaduan"}):
        with pytest.raises(InvalidForm):
            office.choose(batch, options=options)
    assert office.states(batch) == {2: "wrong"}


def test_a_person_in_a_wrong_column_is_told_of_without_his_data(office: Importing) -> None:
    batch = office.judged(as_csv(line("1", Klasifikasi="081234567890"), line("2", Klasifikasi="x" * 130)))
    [one] = office.foreign(batch)
    assert one.text == "(memuat data pribadi)"
    with office.database.reading() as session:
        row = session.scalars(select(ImportValue)).one()
        assert row.text is not None
        assert b"0812" not in row.text
        assert encryption.unseal(session, row.text) == "081234567890"


def test_many_different_texts_are_no_list_of_options(
    office: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.imports.foreign_values.MOST", 3)
    batch = office.judged(as_csv(*(line(str(n), Klasifikasi=f"Lain {n}") for n in range(6))))
    assert len(office.foreign(batch)) == 3
    assert set(office.states(batch).values()) == {"wrong"}
