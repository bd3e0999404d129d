"""The editor of tables and its tester."""

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from tests.web.conftest import Browser, sop_files
from tests.web.studio.sending import post, put

SignIn = Callable[[str], Browser]
PAGE = "/studio/1/tabel/rute-unit.dmn"
TABLE = sop_files()["rute-unit.dmn"].decode()
LAST = re.compile(r'<rule id="kategori_lain">.*?</rule>', re.DOTALL)


@pytest.fixture
def owner(sign_in: SignIn) -> Browser:
    browser = sign_in("pemilik")
    browser.get("/studio")
    browser.post("/studio/dari-proses", key="pengaduan")
    return browser


def attempt(browser: Browser, content: str = TABLE, **sent: Any) -> Any:
    return post(
        browser, f"{PAGE}/coba", {"content": content, "decision": "rute_unit", "inputs": None, **sent}
    )


def test_the_page_lets_styles_in_by_a_nonce_and_names_what_the_script_needs(owner: Browser) -> None:
    page = owner.get(PAGE)
    nonce = re.search(r'name="style-nonce" content="([^"]+)"', page.text)
    assert nonce is not None
    assert f"'nonce-{nonce[1]}'" in page.headers["Content-Security-Policy"]
    assert f'data-tester="{PAGE}/coba"' in page.text
    assert owner.get("/studio/1/tabel/tiada.dmn").status_code == 404


def test_a_trial_asks_with_the_words_and_options_of_the_forms(owner: Browser) -> None:
    answer = attempt(owner).json
    assert answer["decisions"] == [{"id": "rute_unit", "name": "Saran unit menurut kategori"}]
    assert answer["rules"] == []
    assert 'name="v.kategori"' in answer["html"]
    assert '<option value="KTP">KTP</option>' in answer["html"]
    assert "Tidak ada celah dan tidak ada baris yang berbenturan." in answer["html"]


def test_a_trial_says_which_rule_fires_in_what_is_not_saved(owner: Browser) -> None:
    changed = TABLE.replace('"DISDUKCAPIL"', '"KEPENDUDUKAN"')
    answer = attempt(owner, changed, inputs={"kategori": "KTP", "kesimpulan": "cukup penjelasan"}).json
    outcomes = {rule["rule"]: (rule["outcome"], rule["cells"]) for rule in answer["rules"]}
    assert outcomes["rute_15"] == ("fires", ["true", "any"])
    assert outcomes["kategori_lain"] == ("holds", ["any", "any"])
    assert outcomes["pemeriksaan"] == ("fails", ["any", "false"])
    assert "KEPENDUDUKAN" in answer["html"]
    assert owner.get("/studio/1/berkas/rute-unit.dmn").headers["ETag"] == '"1"'


def test_a_gap_is_told_with_an_example_that_tries_it(owner: Browser) -> None:
    changed = LAST.sub("", TABLE).replace('"KTP"', '"E-KTP"')
    answer = attempt(owner, changed).json
    assert answer["gaps"] == 1
    [example] = re.findall(r'data-try="([^"]+)"', answer["html"])
    given = json.loads(unescape(example))
    assert given["kategori"] == "KTP"
    tried = attempt(owner, changed, inputs=given).json
    assert {rule["outcome"] for rule in tried["rules"]} == {"fails"}


def test_a_gap_and_a_rule_that_is_never_used_are_findings(owner: Browser) -> None:
    changed = LAST.sub("", TABLE).replace('"KTP"', '"E-KTP"')
    saved = put(owner, changed.encode(), 1, "/studio/1/berkas/rute-unit.dmn").json
    [gap] = [one for one in saved["findings"] if one["code"] == "table_gap"]
    assert (gap["severity"], gap["element_id"], gap["file"]) == ("warning", "rute_unit", "rute-unit.dmn")
    assert "KTP" in gap["what"]
    wider = TABLE.replace('"Jalan Berlubang"', 'not("x")')
    found = post(owner, "/studio/1/periksa", {"files": {"rute-unit.dmn": wider}}).json["findings"]
    unused = [one for one in found if one["code"] == "table_rule_covered"]
    assert (unused[0]["element_id"], unused[0]["params"]["above"]) == ("rute_02", "2")
    assert len(unused) == 3


def test_overlapping_rules_of_a_unique_table_are_a_finding(owner: Browser) -> None:
    changed = LAST.sub("", TABLE).replace('hitPolicy="FIRST"', 'hitPolicy="UNIQUE"')
    found = post(owner, "/studio/1/periksa", {"files": {"rute-unit.dmn": changed}}).json["findings"]
    pairs = [one["params"] for one in found if one["code"] == "table_rules_overlap"]
    assert [(one["above"], one["row"]) for one in pairs] == [("1", "2"), ("1", "3"), ("1", "4")]
    assert "Kesimpulan: " in pairs[0]["example"]


def test_what_is_filled_in_wrongly_is_said_at_its_field(owner: Browser) -> None:
    numbers = TABLE.replace('typeRef="string">\n          <text>kesimpulan', 'typeRef="number"><text>jumlah')
    answer = attempt(owner, numbers, inputs={"jumlah": "dua"}).json
    assert "Tulis angka" in answer["html"]
    assert answer["rules"] == []


@pytest.mark.parametrize("content", ["", "<", "<definitions/>"])
def test_a_file_that_cannot_be_read_is_said_to_be_so(owner: Browser, content: str) -> None:
    answer = attempt(owner, content)
    assert answer.status_code == 200
    assert answer.json["message"]


def test_odd_requests_are_refused(owner: Browser, sign_in: SignIn) -> None:
    for odd in ([], {"content": 1}, {"content": TABLE, "inputs": []}):
        assert post(owner, f"{PAGE}/coba", odd).status_code == 400
    assert attempt(sign_in("upp")).status_code in {403, 404}


def test_a_new_table_opens_in_its_editor_and_can_be_deployed_as_it_is(owner: Browser) -> None:
    owner.get("/studio/1")
    assert owner.post("/studio/1/tabel", table=" ").status_code == 422
    made = owner.post("/studio/1/tabel", table="Lama tindak lanjut & <tenggat>")
    assert made.location == "/studio/1/tabel/lama_tindak_lanjut_tenggat.dmn"
    assert owner.get(made.location).status_code == 200
    again = owner.post("/studio/1/tabel", table="Lama tindak lanjut tenggat")
    assert again.location == "/studio/1/tabel/lama_tindak_lanjut_tenggat_2.dmn"
    found = post(owner, "/studio/1/periksa", {}).json["findings"]
    assert {one["severity"] for one in found} <= {"warning"}
    ids = [one["id"] for one in owner.get("/studio/1/bahan.json").json["decisions"]]
    assert "lama_tindak_lanjut_tenggat" in ids


def test_the_page_of_a_version_s_table_tries_it_without_a_script(sign_in: SignIn) -> None:
    reader = sign_in("upp")
    page = reader.get("/proses/1/tabel/rute_unit?coba=1&v.kategori=KTP&v.kesimpulan=")
    assert page.status_code == 200
    assert "Menurut baris 16." in page.text
    assert '<option value="KTP" selected>' in page.text
    assert "Peringatan FEEL" not in page.text  # what is left empty is null
    plain = reader.get("/proses/1/tabel/rute_unit")
    assert "Coba tabel ini" in plain.text
    assert "Menurut baris" not in plain.text
