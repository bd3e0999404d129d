"""Statistik: anybody may read it, as page, CSV and JSON; it holds no person and no small group."""

import csv
import re
from io import StringIO

import pytest
from flask.testing import FlaskClient

from app.base.db import Database
from app.commands import numbers
from app.services.numbers.publication import LEAST

pytestmark = pytest.mark.usefixtures("facts_follow")

_FILE = re.compile(r'href="(/statistik[.](?:csv|json)[^"]*)"[^>]*>(CSV|JSON)<')


@pytest.fixture
def published(worked: Database) -> None:
    while numbers.publish(worked):
        pass


def test_without_a_publication_there_is_nothing_to_read(client: FlaskClient, worked: Database) -> None:
    assert "Belum ada statistik untuk umum" in client.get("/statistik").text
    assert client.get("/statistik.json").status_code == 404


@pytest.mark.usefixtures("published")
def test_page_csv_and_json_tell_the_same_to_anybody(client: FlaskClient) -> None:
    page = client.get("/statistik")
    assert page.status_code == 200
    files = {kind: address for address, kind in _FILE.findall(page.text.replace("&amp;", "&"))}
    data = client.get(files["JSON"]).json
    assert data["format"] == 2
    assert data["proses"] == "pengaduan"
    rows = list(csv.DictReader(StringIO(client.get(files["CSV"]).text.removeprefix("\ufeff"))))
    assert [{**row, "jumlah": float(row["jumlah"])} for row in rows] == data["data"]
    assert data["data"]
    for one in data["data"]:
        if one["angka"] == "diterima":
            assert f">{one['jumlah']}<" in page.text


@pytest.mark.usefixtures("published")
def test_no_group_is_small_and_no_person_is_named(client: FlaskClient) -> None:
    for address in ("/statistik", "/statistik.csv", "/statistik.json"):
        text = client.get(address).text
        assert "Warga Contoh" not in text
        assert "60000" not in text  # numbers of cases
    for one in client.get("/statistik.json").json["data"]:
        assert one["jumlah"] >= LEAST or one["jumlah"] == 0 or one["angka"].startswith("rata_rata")


@pytest.mark.parametrize("query", ["year=1999", "year=abcd", "year=20260", "key=tidakada", "year=٢٠٢٦"])
@pytest.mark.parametrize("page", ["/statistik", "/statistik.csv", "/statistik.json"])
@pytest.mark.usefixtures("published")
def test_what_there_is_not_is_not_found(client: FlaskClient, page: str, query: str) -> None:
    assert client.get(f"{page}?{query}").status_code == 404
