"""Style sheets and modules: how many a page needs, and how long browsers keep them."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.web.conftest import Browser, Case

SignIn = Callable[[str], Browser]
KEPT = "public, max-age=31536000, immutable"
PAGES = {
    "/masuk": ["alur"],
    "/tugas/{task}": ["alur", "form", "diagram"],
    "/perkara/{case}": ["alur", "diagram", "viewer"],
    "/proses/1": ["alur", "diagram", "viewer"],
}


@pytest.mark.parametrize(("path", "sheets"), PAGES.items(), ids=list(PAGES))
def test_page_links_one_sheet_and_those_of_its_own_parts(
    sign_in: SignIn, case: Case, client: FlaskClient, path: str, sheets: list[str]
) -> None:
    browser = Browser(client) if path == "/masuk" else sign_in("pemilik" if "proses" in path else "lapor")
    page = browser.get(path.format(case=case.id, task=case.task("lapor")["id"])).text

    assert re.findall(r'<link rel="stylesheet"\s+href="/static/dist/(\w+)\.css', page) == sheets
    for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
        answer = client.get(address)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, KEPT), address
        assert b"@import" not in answer.data


def test_address_changes_with_the_content(client: FlaskClient) -> None:
    page = client.get("/masuk").text

    assert re.search(r'href="/static/dist/alur\.css\?v=[0-9a-f]{12}"', page)
    assert re.search(r'src="/static/dist/app\.js\?v=[0-9a-f]{12}"', page)


def test_the_script_of_every_page_comes_in_one_piece_before_the_page_counts_as_loaded(
    client: FlaskClient,
) -> None:
    assert "import" not in client.get("/static/dist/app.js").text


@pytest.mark.parametrize("entry", ["conditions", "viewer"])
def test_what_a_module_fetches_is_named_by_its_content_and_kept(client: FlaskClient, entry: str) -> None:
    script = client.get(f"/static/dist/{entry}.js").text
    fetched = set(re.findall(r'(?:import\(|from|import)"\./([^"]+\.js)"', script))

    assert fetched
    for name in fetched:
        assert client.get(f"/static/dist/{name}").headers["Cache-Control"] == KEPT, name


@pytest.mark.parametrize(
    "address",
    [
        "dist/alur.css",
        "dist/alur.css?v=000000000000",
        "dist/app.js",
        "dist/gone-AAAAAAAA.js",
        "dist/gone-AAAAAAAA.js?v=",
        "css/base.css",
    ],
)
def test_address_that_may_give_another_content_is_asked_for_again(client: FlaskClient, address: str) -> None:
    assert client.get(f"/static/{address}").headers["Cache-Control"] == "no-cache"
