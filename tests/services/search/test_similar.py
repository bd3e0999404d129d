"""Reports that may be the same are found by rare words, and only those that their reader may see."""

from datetime import timedelta

import pytest

from app.commands import search
from app.models import ProcessInstance
from app.services.core.access import Actor
from app.services.search import similar
from app.services.search.similar import Similar
from tests.services.counting import statements
from tests.services.office import Office

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
    turns = search.Turns(office.database)
    while turns.take():
        pass
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


def test_only_the_newest_cases_are_looked_at_by_three_statements(
    office: Office, reports: list[ProcessInstance], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(similar, "LOOKED_AT", 3)
    with statements(office.database) as run:
        assert found(office, BRIDGE) == []
    assert len(run) <= 3
