"""Lists as CSV files: what a spreadsheet makes of their cells."""

import csv
from io import StringIO

import pytest
from flask import Flask

from app.web import csv_files


@pytest.mark.parametrize("text", ["=1+1", "+62", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1", "＝1"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert csv_files.guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "3 hari", "“x”", "1,5"])
def test_other_cells_stay_as_they_are(text: str) -> None:
    assert csv_files.guarded(text) == text


def test_a_cell_may_hold_anything(own_app: Flask) -> None:
    with own_app.test_request_context():
        answer = csv_files.csv_download("daftar.csv", ["a", "b"], [['x, "y"', "baris\nlain"], [None, 7]])
        answer.direct_passthrough = False
        text = answer.get_data().decode("utf-8-sig")
    assert list(csv.reader(StringIO(text))) == [["a", "b"], ['x, "y"', "baris\nlain"], ["", "7"]]
    assert answer.headers["Content-Disposition"] == "attachment; filename=daftar.csv"
