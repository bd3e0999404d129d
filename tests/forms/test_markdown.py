"""Texts of a form as HTML that does nothing."""

import re
import time

import pytest

from app.forms import markdown


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>",
        "[x](javascript:alert(1))",
        "![x](https://contoh.id/x.png)",
        "<style>*{display:none}</style>",
        "<iframe src=//contoh.id></iframe>",
        "<p style='position:fixed' id=i-judul name=x class=y onclick=z>x</p>",
        "<form action=//contoh.id><input name=a></form>",
        "<svg onload=alert(1)>",
        "<base href=//contoh.id>",
    ],
)
def test_texts_of_a_form_run_load_and_style_nothing(evil: str) -> None:
    for made in (markdown.to_html(evil), markdown.sanitize(evil)):
        assert not re.search(
            r"<(script|img|style|iframe|form|input|svg|base)|javascript:|\s(on\w+|style|id|class|name)=",
            made.lower().replace("](javascript:", ""),
        ), made


def test_markdown_is_what_form_js_shows() -> None:
    made = markdown.to_html(
        "# Judul\nbaris satu\nbaris dua\n\n- **tebal**\n- ~~coret~~\n\n|a|b|\n|-|-|\n|1|2|\n\nhttps://contoh.id"
    )
    assert "<h2>Judul</h2>" in made
    assert re.search(r"baris satu<br>\s*baris dua", made)
    assert "<strong>tebal</strong>" in made
    assert "<del>coret</del>" in made
    assert "<td>1</td>" in made
    assert 'href="https://contoh.id"' in made
    assert 'rel="noopener noreferrer"' in made


@pytest.mark.parametrize(
    "text", [">" * 20_000, "[" * 20_000, "*a " * 7_000, "- " * 10_000, "<b>" * 7_000, "`" * 20_000]
)
def test_hostile_markdown_ends(text: str) -> None:

    started = time.monotonic()
    markdown.to_html(text)
    assert time.monotonic() - started < 60  # it ends; how fast is a matter of the bench
