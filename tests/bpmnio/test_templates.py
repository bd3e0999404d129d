"""Texts of forms in V8: feelers and marked, as form-js has them, under the limits of every expression."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.base.errors import ExpressionFailed
from app.bpmnio import templates
from app.bpmnio.templates import Text

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=ZoneInfo("Asia/Jakarta"))


def say(text: str, way: templates.Way = "line", *, strict: bool = False, **context: Any) -> str:
    return templates.render_all([Text(way, text, strict)], context, now=NOW)[0]


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("Tanpa templat", "Tanpa templat"),
        ("Halo {{nama}}", "Halo Budi"),
        ('="Halo " + nama', "Halo Budi"),
        ("=tak_ada", ""),
        ("{{#if umur > 17}}dewasa{{/if}}", "dewasa"),
        ("{{#loop anak}}{{this}}, {{/loop}}", "Ani, Ali, "),
        ("{{ nama + 1 + }}", " ⚠ "),
        ("satu\ndua {{nama}}", "satu"),
        ("{{string(today())}}", "2026-11-24"),
        ("{{today}}", " ⚠ "),
    ],
)
def test_a_line_is_what_form_js_would_show(template: str, said: str) -> None:
    assert say(template, nama="Budi", umur=18, anak=["Ani", "Ali"]) == said


def test_markdown_comes_after_the_template() -> None:
    assert (
        say("{{#loop a}}- {{this}}\n{{/loop}}", "text", a=["x", "y"])
        == "<ul>\n<li>x</li>\n<li>y</li>\n</ul>\n"
    )


def test_data_in_html_is_no_markup() -> None:
    assert (
        say("<b>{{a}}</b>", "html", a='<i a="{{b}}">')
        == "<b>&lt;i a=&quot;&#123;&#123;b&#125;&#125;&quot;&gt;</b>"
    )


def test_strict_texts_want_a_yes_or_no() -> None:
    assert say("{{#if a}}x{{/if}}", "text", strict=True, a="teks").strip() == "<p> ⚠ </p>"
    assert "x" in say("{{#if a}}x{{/if}}", "text", a="teks")


def test_each_text_sees_its_own_names_behind_those_of_all() -> None:
    texts = [Text("line", "{{a}}{{b}}", local={"a": n, "b": n}) for n in (1, 2)]
    assert templates.render_all(texts, {"b": 9}, now=NOW) == ["19", "29"]


def test_no_texts_ask_nothing() -> None:
    assert templates.render_all([], {}, now=NOW) == []


@pytest.mark.parametrize("text", ["{{for i in 1..100000000 return i}}", "=for i in 1..100000000 return i"])
def test_a_runaway_is_stopped_and_the_next_text_works(text: str) -> None:
    with pytest.raises(ExpressionFailed):
        say(text)
    assert say("{{a}}", a="lagi") == "lagi"


def test_code_in_a_template_is_feel_and_nothing_else() -> None:
    for text in (
        "{{constructor}}",
        "{{this.constructor}}",
        "{{a.__proto__}}",
        "{{globalThis}}",
        "{{process}}",
    ):
        assert "function" not in say(text, a={}).lower()
        assert "object" not in say(text, a={}).lower()


@pytest.mark.parametrize(
    ("template", "error", "reads"),
    [
        ("tanpa", None, set()),
        ("Halo {{nama}} {{#if a.b}}{{c}}{{/if}}", None, {"nama", "a", "c"}),
        ("=a + b", None, {"a", "b"}),
        ("=a +", "a +", {"a"}),
        ("{{(}}", "(", set()),
    ],
)
def test_what_a_template_reads_is_known_without_running_it(
    template: str, error: str | None, reads: set[str]
) -> None:
    facts = templates.look(template)
    assert (facts.error, facts.reads) == (error, reads)


def test_a_block_that_never_ends_is_an_error() -> None:
    assert templates.look("{{#if a}} tanpa akhir").error
    assert templates.look("{{#loop a}}{{this}}{{/if}}").error
