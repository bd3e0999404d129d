"""Where numbers leave something out as no worker runs, the page says so."""

from collections.abc import Callable

import pytest

from app.base.db import Database
from app.services.numbers import fact_writing
from tests.facts import follow
from tests.web.conftest import Browser, Case

SignIn = Callable[[str], Browser]
SAID = "belum terhitung"


@pytest.mark.parametrize(
    "path",
    [
        "/angka",
        "/angka/laporan?month=2026-01",
        "/tanya?k1.1=keadaan&k1.1.nilai=active",
        *(f"/proses/1/kinerja{page}" for page in ("", "/jalan", "/kesesuaian", "/bulan")),
    ],
)
def test_numbers_that_leave_something_out_say_so(
    sign_in: SignIn, office: Database, case: Case, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    auditor = sign_in("auditor")
    assert SAID not in auditor.get(path).text
    monkeypatch.setattr(fact_writing, "_LATE_S", -1)  # as if that much time had passed
    assert SAID in auditor.get(path).text
    follow(office)
    assert SAID not in auditor.get(path).text
