"""What an open page asks for: counts and standings, nothing of what one may not see, by few statements."""

import re
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select, update

from app.base.db import Database
from app.models import LoginSession
from app.services.core import clock
from tests.services.counting import statements
from tests.web.cases import task_of
from tests.web.conftest import Browser, Case

SignIn = Callable[[str], Browser]


def followed(browser: Browser, path: str) -> list[str]:
    """What a page follows, as it stood when the page was drawn."""
    return re.findall(r'data-live="([^"]+)"', browser.get(path).text)


def test_a_list_and_a_task_stand_as_drawn_until_somebody_acts(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    task = task_of(office, case.id).id
    looks, acts = sign_in("admin"), sign_in("lapor")
    [drawn] = followed(looks, f"/tugas/{task}")
    assert drawn in followed(looks, "/tugas?tab=open")
    asked = f"/langsung?lihat={task}"
    before = looks.get(asked)
    assert before.json["stands"] == [drawn.partition(":")[2]]
    again = looks.get(asked, headers={"If-None-Match": before.headers["ETag"]})
    assert (again.status_code, again.text) == (304, "")
    acts.get(f"/tugas/{task}")
    acts.post(f"/tugas/{task}/ambil")
    after = looks.get(asked, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert (
        after.json["stands"]
        == [followed(looks, f"/tugas/{task}")[0].partition(":")[2]]
        != before.json["stands"]
    )


def test_a_case_is_followed_by_its_revision(sign_in: SignIn, case: Case) -> None:
    looks = sign_in("admin")
    [drawn] = followed(looks, f"/perkara/{case.id}")
    name, _colon, standing = drawn.partition(":")
    assert looks.get(f"/langsung?lihat={name}").json["stands"] == [standing]


def test_what_one_may_not_see_stands_like_what_there_is_not(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    other, task = sign_in("dlh"), task_of(office, case.id).id
    asked = f"/langsung?lihat={task},p{case.id},p999999,{'0' * 32},pp,p"
    assert other.get(asked).json["stands"] == [""] * 6


def test_all_rows_of_a_page_are_followed(sign_in: SignIn, case: Case, office: Database) -> None:
    looks, task = sign_in("admin"), task_of(office, case.id).id
    others = [f"{n:032x}" for n in range(49)]
    stands = looks.get(f"/langsung?lihat={','.join([*others, task])}").json["stands"]
    assert stands[:49] == [""] * 49
    assert stands[49].endswith("-open")
    assert len(looks.get(f"/langsung?lihat={','.join(others * 2)}").json["stands"]) == 60


def test_asking_takes_no_more_statements_than_a_page_without_content(
    sign_in: SignIn, case: Case, office: Database
) -> None:
    looks, task = sign_in("admin"), task_of(office, case.id).id
    with statements(office) as sent:
        looks.get(f"/langsung?lihat={task}")
    assert len(sent) <= 5, sent


def test_a_page_that_is_left_open_keeps_nobody_signed_in(sign_in: SignIn, office: Database) -> None:
    looks = sign_in("admin")
    with office.transaction() as session:
        long_ago = clock.real() - timedelta(minutes=20)
        session.execute(update(LoginSession).values(seen_at=long_ago))
    assert looks.get("/langsung").status_code == 200
    with office.reading() as session:
        assert set(session.scalars(select(LoginSession.seen_at))) == {long_ago}
    looks.get("/tugas")
    with office.reading() as session:
        assert (
            session.scalars(select(LoginSession.seen_at).order_by(LoginSession.seen_at)).all()[-1] > long_ago
        )
