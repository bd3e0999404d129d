"""However many processes are in force, a page reads none of their files."""

from collections.abc import Callable, Iterable

import pytest
from sqlalchemy import insert

from app.base.db import Database
from app.models import ProcessDefinition
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from tests.services.counting import statements
from tests.web.conftest import Browser

SignIn = Callable[[str], Browser]
PAGES = ("/tugas", "/perkara", "/notifikasi", "/proses", "/laporan/baru", "/kata-sandi")
#: More than any cache of so many entries would hold.
MANY = 1_000


def put_in_force(database: Database, numbers: Iterable[int]) -> None:
    """Copies of a process under other keys: rows alone, as deploying 1,000 takes a minute."""
    with database.transaction() as session:
        one = definitions.live(session)[0]
        columns = (
            "version",
            "deployed_at",
            "findings",
            "lane_groups",
            "start_group_id",
            "has_reporter",
            "outline",
        )
        same = {name: getattr(one, name) for name in columns}
        rows = [{**same, "key": f"proses_{n}", "name": f"Proses {n:04}"} for n in numbers]
        session.execute(insert(ProcessDefinition), rows)


def costs(database: Database, sign_in: SignIn, name: str) -> dict[str, int]:
    client, found = sign_in(name), {}
    for page in PAGES:
        client.get(page)
        with statements(database) as sent:
            assert client.get(page).status_code in {200, 302, 403}, page
        found[page] = len(sent)
    return found


@pytest.mark.parametrize("name", ["lapor", "upp", "admin"])
def test_a_page_costs_the_same_with_a_thousand_processes(
    office: Database, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    put_in_force(office, range(1))  # where there is but one process, its start form is drawn
    before = costs(office, sign_in, name)
    put_in_force(office, range(1, MANY))

    def never(definition: ProcessDefinition) -> Version:
        raise AssertionError(f"a page read the files of {definition.key}")

    monkeypatch.setattr(definitions, "assemble", never)
    assert costs(office, sign_in, name) == before
