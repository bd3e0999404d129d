"""The reporter's code: shown once, nowhere stored, guessed by nobody."""

import re

import pytest
from sqlalchemy import select

from app.base.db import Database
from app.base.errors import NotAllowed, NotFound, TooManyAttempts
from app.models import Attempt, HistoryEvent, ProcessInstance, TrackingCode
from app.services.core import clock, encryption
from app.services.reporter import tracking
from tests.services.counting import statements
from tests.services.office import Office


def issue(office: Office, case: ProcessInstance) -> str:
    with office.database.transaction() as session:
        return tracking.issue(session, case.id, actor=office.rina)


def look_up(database: Database, number: str, code: str) -> int:
    with database.transaction() as session:
        attempt = tracking.admit(session, number, code)
    with database.transaction() as session:
        return tracking.look_up(session, attempt).id


def test_number_and_code_find_the_case_however_the_code_is_typed(office: Office) -> None:
    case = office.start()
    code = issue(office, case)
    assert re.fullmatch(r"\d{4} \d{4} \d{4} \d{4}", code)
    for typed in (code, code.replace(" ", ""), code.replace(" ", "-"), f"  {code}\n"):
        assert look_up(office.database, f" {case.business_key} ", typed) == case.id


def test_the_number_is_found_whatever_its_case(office: Office) -> None:
    case = office.start()
    code = issue(office, case)
    assert case.business_key.isupper()
    for typed in (case.business_key.lower(), case.business_key.capitalize()):
        assert look_up(office.database, typed, code) == case.id


def test_the_code_itself_is_stored_nowhere(office: Office) -> None:
    code = issue(office, office.start())
    with office.database.reading() as session:
        kept = session.scalars(select(TrackingCode.code_hmac)).one()
    assert code.replace(" ", "") not in kept
    assert len(kept) == 64


def test_a_code_opens_only_its_own_case(office: Office) -> None:
    one, other = office.start(), office.start()
    code = issue(office, one)
    issue(office, other)
    with pytest.raises(NotFound):
        look_up(office.database, other.business_key, code)


def test_a_code_copied_to_another_case_in_the_database_does_not_open_it(office: Office) -> None:
    one, other = office.start(), office.start()
    code = issue(office, one)
    issue(office, other)
    with office.database.transaction() as session:
        copied = session.get_one(TrackingCode, one.id).code_hmac
        session.get_one(TrackingCode, other.id).code_hmac = copied
    with pytest.raises(NotFound):
        look_up(office.database, other.business_key, code)


@pytest.fixture
def sealed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What `vault.fingerprint` is asked for, which is where the time goes."""
    asked: list[str] = []
    real = encryption.fingerprint

    def note(session: object, purpose: str, text: str) -> str:
        asked.append(purpose)
        return real(session, purpose, text)  # type: ignore[arg-type]

    monkeypatch.setattr(encryption, "fingerprint", note)
    return asked


def test_a_wrong_code_and_an_unknown_number_get_the_same_answer_by_the_same_work(
    office: Office, sealed: list[str]
) -> None:
    case, without_code = office.start(), office.start()
    issue(office, case)
    answers, works = [], []
    for number in (case.business_key, "UJI-2026-99999", without_code.business_key):
        sealed.clear()
        with statements(office.database) as seen, pytest.raises(NotFound) as refused:
            look_up(office.database, number, "0000 0000 0000 0000")
        answers.append(str(refused.value))
        works.append((list(seen), list(sealed)))
    assert len(set(answers)) == 1
    assert works[0] == works[1] == works[2]
    assert works[0][1].count("tracking") == 1


@pytest.mark.parametrize("known", [slice(None, 9), slice(10, None)], ids=["first", "last"])
def test_wrong_codes_make_whoever_knows_half_of_it_wait_and_the_right_one_too(
    office: Office, known: slice
) -> None:
    case = office.start()
    code = issue(office, case)
    for n in range(5):
        halves = [f"{n:08d}", f"{n:08d}"]
        halves[known.start is not None] = code[known]
        with pytest.raises(NotFound):
            look_up(office.database, case.business_key, " ".join(halves))
    number = case.business_key
    for spelling in (number.lower(), number, number.replace("I", "ı")):
        with pytest.raises(TooManyAttempts):
            look_up(office.database, spelling, code)


def test_whoever_knows_the_number_alone_keeps_no_reporter_out(office: Office) -> None:
    case = office.start()
    code = issue(office, case)
    for n in range(5):
        with pytest.raises(NotFound):
            look_up(office.database, case.business_key, f"{n:08d}{n:08d}")
    with pytest.raises(TooManyAttempts):
        look_up(office.database, case.business_key, "0000 0009 0000 0009")
    assert look_up(office.database, case.business_key, code) == case.id


def test_looking_often_with_the_right_code_never_waits(office: Office) -> None:
    case = office.start()
    code = issue(office, case)
    for _n in range(12):
        look_up(office.database, case.business_key, code)
    with office.database.reading() as session:
        assert session.scalars(select(Attempt)).all() == []


def guess_often(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody together, at one moment, which lasts."""
    now = clock.real()
    monkeypatch.setattr(clock, "real", lambda: now)
    with office.database.transaction() as session:
        for n in range(tracking._ALL.free):
            tracking.admit(session, f"X-{n}", "")


def test_all_guesses_together_are_limited_and_all_get_the_same_answer_by_the_same_work(
    office: Office, sealed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    case, without_code = office.start(), office.start()
    issue(office, case)
    guess_often(office, monkeypatch)
    waits, works = [], []
    for number in (case.business_key, "UJI-2026-99999", without_code.business_key):
        sealed.clear()
        with statements(office.database) as seen, pytest.raises(TooManyAttempts) as refused:
            look_up(office.database, number, "0000 0000 0000 0000")
        waits.append(refused.value.retry_after_s)
        works.append((list(seen), list(sealed)))
    assert waits == [1, 1, 1]
    assert works[0] == works[1] == works[2]
    assert works[0][1].count("tracking") == 1


def test_a_flood_of_guesses_keeps_no_reporter_out(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    case = office.start()
    code = issue(office, case)
    guess_often(office, monkeypatch)
    for _n in range(12):
        assert look_up(office.database, case.business_key, code) == case.id


def test_a_new_code_voids_the_old_one_and_is_recorded(office: Office) -> None:
    case = office.start()
    old = issue(office, case)
    new = issue(office, case)
    assert old != new
    with pytest.raises(NotFound):
        look_up(office.database, case.business_key, old)
    assert look_up(office.database, case.business_key, new) == case.id
    with office.database.reading() as session:
        query = select(HistoryEvent).where(HistoryEvent.type == "tracking_code_reissued")
        event = session.scalars(query).one()
    assert (event.actor_id, event.data) == (office.rina.id, {})


def test_auditors_and_strangers_get_no_code(office: Office) -> None:
    case = office.start()
    with office.database.transaction() as session:
        with pytest.raises(NotAllowed):
            tracking.issue(session, case.id, actor=office.auditor)
        with pytest.raises(NotFound):
            tracking.issue(session, case.id, actor=office.dinas_a)
        with pytest.raises(NotAllowed, match="menerima laporan"):
            tracking.issue(session, case.id, actor=office.ketua)


def test_a_form_sent_twice_shows_the_code_that_its_first_sending_made(office: Office) -> None:
    case = office.start()
    with office.database.transaction() as session:
        made = tracking.issue(session, case.id, actor=office.rina, key="rahasia-formulir")
        assert tracking.code_made_with(session, case.id, key="rahasia-formulir") == made
        assert tracking.code_made_with(session, case.id, key="formulir-lain") is None
    assert look_up(office.database, case.business_key, made) == case.id


def test_a_code_replaced_since_is_not_shown_again(office: Office) -> None:
    case = office.start()
    with office.database.transaction() as session:
        tracking.issue(session, case.id, actor=office.rina, key="pertama")
        tracking.issue(session, case.id, actor=office.rina, key="kedua")
        assert tracking.code_made_with(session, case.id, key="pertama") is None


def test_what_stands_in_his_address_finds_the_case_and_goes_with_the_code(office: Office) -> None:
    case, other = office.start(), office.start()
    issue(office, case)
    issue(office, other)
    with office.database.reading() as session:
        detail, another = tracking.mail_detail(session, case), tracking.mail_detail(session, other)
        assert detail is not None
        assert another is not None
        assert re.fullmatch(rf"{case.business_key}-[0-9a-f]{{20}}", detail)
        wrong = [
            another[-20:].join(detail.rsplit(detail[-20:], 1)),
            detail[:-1],
            detail[-20:],
            "",
            "-",
            "-" * 99,
        ]
        wrong += ["9" * 40 + detail[-21:], detail[:-20] + "\u0661" * 20]
        assert list(tracking.written_to(session, wrong)) == []
        assert [one.id for one in tracking.written_to(session, [*wrong, detail.upper()])] == [case.id]
    issue(office, case)
    with office.database.reading() as session:
        assert list(tracking.written_to(session, [detail])) == []


def test_many_replies_in_a_row_have_to_wait(office: Office) -> None:
    with office.database.transaction() as session:
        for _n in range(10):
            tracking.admit_reply(session, 1)
        tracking.admit_reply(session, 2)
        with pytest.raises(TooManyAttempts):
            tracking.admit_reply(session, 1)
