"""Reports that may be the same are found by rare words, and only those that their reader may see."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from app.commands import search
from app.models import ProcessInstance
from app.services.core.access import Actor
from app.services.search import similar
from app.services.search.similar import Similar
from tests.services.counting import statements
from tests.services.office import Office
from tests.services.plans import read_whole, selects

BRIDGE = "Jembatan gantung di Nguntoronadi retak, mohon diperbaiki"


@pytest.fixture
def reports(office: Office) -> list[ProcessInstance]:
    subjects = [
        BRIDGE,
        "Lampu jalan mati di Pracimantoro",
        "Jalan berlubang di Pracimantoro",
        "Sampah di pasar",
    ]
    made = [office.start(judul=subject) for subject in subjects]
    index(office)
    return made


def found(office: Office, text: str, actor: Actor | None = None, key: str = "uji") -> list[Similar]:
    with office.database.reading() as session:
        return similar.similar_cases(session, key, text, actor=actor or office.rina)


def test_other_words_for_the_same_find_it_and_the_rare_ones_are_told(
    office: Office, reports: list[ProcessInstance]
) -> None:
    [one] = found(office, "Ada keretakan pada jembatan Nguntoronadi di desa kami")
    assert one.instance.id == reports[0].id
    assert "nguntoronadi" in one.shared


def test_the_likeliest_comes_first(office: Office, reports: list[ProcessInstance]) -> None:
    likely = found(office, "Lampu jalan Pracimantoro mati")
    assert [one.instance.id for one in likely] == [reports[1].id, reports[2].id]


def test_it_is_likely_only_where_much_of_what_it_is_about_is_the_same(
    office: Office, reports: list[ProcessInstance]
) -> None:
    [one] = found(office, "Jembatan Nguntoronadi retak sejak kemarin")
    assert one.is_likely
    [one] = found(office, "Jembatan Nguntoronadi tertutup longsoran batu besar dari bukit kapur")
    assert not one.is_likely


@pytest.mark.parametrize(
    "text", ["", "jembatan", "Banjir setinggi lutut", "di ke", "Got mampat, mohon segera diperbaiki"]
)
def test_one_word_or_none_in_common_finds_nothing(
    office: Office, reports: list[ProcessInstance], text: str
) -> None:
    assert found(office, text) == []


def test_nobody_is_told_of_a_case_that_he_may_not_see_or_of_another_process(
    office: Office, reports: list[ProcessInstance]
) -> None:
    assert found(office, BRIDGE, office.dinas_a) == []
    assert found(office, BRIDGE, key="lain") == []
    assert found(office, BRIDGE, office.auditor)


def test_an_older_case_is_worth_less(office: Office, reports: list[ProcessInstance]) -> None:
    [now] = found(office, BRIDGE)
    with office.database.transaction() as session:
        session.get_one(ProcessInstance, reports[0].id).started_at -= timedelta(days=60)
    [old] = found(office, BRIDGE)
    assert old.score == pytest.approx(now.score / 2, rel=0.01)


def test_a_case_is_found_however_many_came_after_it_by_five_statements(
    office: Office, reports: list[ProcessInstance], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(similar, "LOOKED_AT", 3)
    with statements(office.database) as run:
        [one] = found(office, BRIDGE)
    assert one.instance.id == reports[0].id
    assert len(run) <= 5
    assert found(office, BRIDGE, office.dinas_a) == []
    with selects(office.database) as seen:
        found(office, BRIDGE)
    assert read_whole(office.database, seen) == []


def test_a_case_is_found_by_words_that_many_have_where_several_come_together(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(similar, "LOOKED_AT", 12)
    wanted = office.start(judul="Jalan berlubang di Pracimantoro")
    for _turn in range(4):
        office.start(judul="Jalan gelap")
        office.start(judul="Talut berlubang")
        office.start(judul="Lampu mati di Pracimantoro")
    index(office)
    assert [one.instance.id for one in found(office, "Jalan berlubang Pracimantoro")] == [wanted.id]


def test_closed_cases_are_told_for_half_a_year_and_open_ones_always(
    office: Office, reports: list[ProcessInstance]
) -> None:
    long_ago = {"started_at": office.start().started_at - timedelta(days=181)}

    def change(**values: Any) -> None:
        with office.database.transaction() as session:
            session.execute(update(ProcessInstance).where(ProcessInstance.id == reports[0].id).values(values))

    change(**long_ago)
    assert found(office, BRIDGE)
    change(ended_at=long_ago["started_at"])
    assert found(office, BRIDGE) == []
    change(started_at=long_ago["started_at"] + timedelta(days=2))
    assert found(office, BRIDGE)


def index(office: Office) -> None:
    turns = search.Turns(office.database)
    while turns.take():
        pass
