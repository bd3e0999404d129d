"""Forms of pages by the thousand: whatever is sent for their fields, no page breaks."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

import pytest
from flask import Flask

from app.base.db import Database
from tests.attack.harm import harms
from tests.attack.inputs import SEEDS, attacked
from tests.attack.making.texts import odd, storable
from tests.canaries.crawling import NOT_POSTED, Things
from tests.web.conftest import Browser, Case

#: Who is at work; these would end what the others need, or take a second each.
PEOPLE = ("admin", "pemilik", "lapor", "upp")
NOT_SENT = {*NOT_POSTED, "users.add", "auth.change_password"}
_FIELD = re.compile(r'<(?:input|select|textarea)\b[^>]*\sname="([^"]+)"')
_SOUND = ("1", "ya", "true", "2026-11-24", "24-11-2026", "Jalan rusak", "", "0:0", "lengkap", "a@contoh.id")


@dataclass(frozen=True)
class Sent:
    """A form as it is sent: by whom, where to, and what for each field."""

    by: str
    path: str
    fields: dict[str, list[str]]


def places(app: Flask, office: Database) -> Iterator[str]:
    """Every path that takes a form of a page."""
    things = Things(office)
    for rule in app.url_map.iter_rules():
        if (
            "POST" in (rule.methods or ())
            and not rule.rule.startswith("/api/")
            and rule.endpoint not in NOT_SENT
        ):
            yield from list(things.paths(rule))[:3]


def fields_of(app: Flask, office: Database, browsers: dict[str, Browser]) -> tuple[str, ...]:
    """The names of all fields of all forms that anybody sees."""
    things, names = Things(office), set[str]()
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not rule.rule.startswith(("/api/", "/static/")):
            for path in list(things.paths(rule))[:2]:
                for browser in browsers.values():
                    names |= set(_FIELD.findall(browser.get(path).get_data().decode(errors="replace")))
    return tuple(sorted(names - {"csrf_token"}))


def form(dice: Random, paths: tuple[str, ...], names: tuple[str, ...]) -> Sent:
    """Some of the fields that there are, each with texts of any kind."""
    fields: dict[str, list[str]] = {}
    for _n in range(dice.randint(0, 12)):
        name = dice.choice(names) if dice.randint(0, 9) else storable(odd(dice))
        texts = [
            dice.choice(_SOUND) if dice.randint(0, 1) else storable(odd(dice))
            for _m in range(dice.choice((1, 1, 3)))
        ]
        fields[name] = texts
    return Sent(dice.choice(PEOPLE), dice.choice(paths), fields)


@pytest.mark.parametrize(
    "seed", SEEDS[: max(1, len(SEEDS) // 8)]
)  # a page takes ten times as long as a reader
def test_whatever_is_sent_to_a_page_none_breaks(
    app: Flask, office: Database, case: Case, sign_in: Callable[[str], Browser], seed: int
) -> None:
    assert case.id
    browsers = {name: sign_in(name) for name in PEOPLE}
    names, paths = fields_of(app, office, browsers), tuple(places(app, office))
    assert len(names) > 30
    assert len(paths) > 15

    def judge(sent: Sent) -> str:
        browser = browsers[sent.by]
        answer = browser.client.post(sent.path, data={**sent.fields, "csrf_token": browser.token})
        assert answer.status_code < 500, answer.text[-2_000:]
        if answer.mimetype == "text/html":
            assert not harms(answer.text)
        return "moved on" if answer.status_code in (302, 303) else f"answered {answer.status_code}"

    verdicts = attacked(lambda dice: form(dice, paths, names), judge, seed)
    assert verdicts["moved on"] > 0
    assert len(verdicts) > 3, verdicts  # or it tests nothing
