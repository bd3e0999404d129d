"""What a view counts: bounded, by indexes, as its reader may see it."""

import pytest

from app.services.tasks import inbox, saved_views
from app.services.tasks.inbox import Filters
from tests.services.office import Office
from tests.services.plans import read_whole, selects

NARROWED = [
    Filters(tab="open", age="30"),
    Filters(tab="open", officer="1"),
    Filters(tab="open", area="Wonogiri"),
    Filters(tab="open", state="incident"),
    Filters(tab="queue", age="7", area="Wonogiri"),
]


@pytest.mark.parametrize("filters", NARROWED, ids=str)
def test_no_count_reads_a_growing_table_whole(office: Office, filters: Filters) -> None:
    office.start()
    for actor in (office.auditor, office.rina):
        with selects(office.database) as sent, office.database.reading() as session:
            inbox.count(session, filters, actor=actor)
        assert read_whole(office.database, sent) == []


def test_a_count_ends_where_nobody_counts_on(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    for _number in range(3):
        office.start()
    with office.database.reading() as session:
        assert inbox.count(session, Filters(tab="queue"), actor=office.rina) == (3, False)
        monkeypatch.setattr(inbox, "_COUNTED", 2)
        assert inbox.count(session, Filters(tab="queue"), actor=office.rina) == (2, True)


def test_nobody_sees_all_tasks_by_a_view_of_somebody_who_does(office: Office) -> None:
    assert saved_views.filters_of({"tab": "open"}, office.rina).tab == "queue"
    assert saved_views.filters_of({"tab": "open"}, office.auditor).tab == "open"
    assert saved_views.filters_of({"key": "uji", "tab": "x"}, office.auditor) == Filters(tab="queue")
