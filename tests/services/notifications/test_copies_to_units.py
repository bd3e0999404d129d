"""A send task tells the units that a variable names, and opens no case to them."""

from typing import Any

import pytest

from app.base.errors import InvalidDiagram, NotFound
from app.history import reader
from app.models import ProcessInstance
from app.services.core import access
from app.services.deployment import deployments
from app.services.instances import instances
from app.services.notifications import notices, outbox
from tests.engine.building import bpmn, end, send, start, user
from tests.services.bell import heard
from tests.services.counting import statements
from tests.services.office import Office, add_user, form, text

TOLD = ["Untuk diketahui"]
SEVERAL = {"type": "taglist", "key": "tembusan", "label": "Tembusan",
           "values": [{"label": code, "value": code} for code in "ABC"]}  # fmt: skip


def begin(office: Office, field: dict[str, Any], **values: Any) -> ProcessInstance:
    copy = send("kabari", properties={"untuk": "Unit", "unit": "tembusan", "pesan": TOLD[0]})
    diagram = bpmn(
        [start("mulai", form="terima"), copy, user("kerjakan"), end("selesai")],
        "mulai > kabari > kerjakan > selesai",
        lanes={"Loket": "mulai kabari kerjakan selesai"}, key="tembus",
    )  # fmt: skip
    with office.database.transaction() as session:
        deployments.deploy(session, {"tembus.bpmn": diagram, "terima.form": form(field)}, actor=None)
        return instances.start(session, "tembus", values, actor=office.rina).instance


def test_everybody_of_the_listed_units_is_told_whatever_his_lane_and_nobody_else(office: Office) -> None:
    with office.database.transaction() as session:
        elsewhere = add_user(session, "wati", "Loket", units=("B",))
    begin(office, SEVERAL, tembusan=["A", "B"])
    people = (office.dinas_a, office.dinas_b, elsewhere)
    assert [heard(office, one) for one in people] == [TOLD] * 3
    others = (office.rina, office.ketua, office.admin)
    assert [heard(office, one) for one in others] == [[]] * 3


def test_a_variable_may_hold_one_unit(office: Office) -> None:
    begin(office, text("tembusan"), tembusan="A")
    assert (heard(office, office.dinas_a), heard(office, office.dinas_b)) == (TOLD, [])


def test_where_no_unit_is_named_nobody_is_told_and_the_history_says_nothing(office: Office) -> None:
    case = begin(office, SEVERAL, tembusan=[])
    assert heard(office, office.dinas_a) == heard(office, office.rina) == []
    with office.database.reading() as session:
        assert not outbox.waiting(session)
        assert "notification_queued" not in [e.type for e in reader.of_instance(session, case.id)]


def test_being_told_opens_no_case_and_the_notice_knows_it(office: Office) -> None:
    case = begin(office, SEVERAL, tembusan=["A"])
    heard(office, office.dinas_a)
    with office.database.reading() as session:
        with pytest.raises(NotFound):
            access.instance(session, office.dinas_a, case.id)
        rows, _next = notices.of_user(session, actor=office.dinas_a)
        with statements(office.database) as seen:
            assert notices.openable(session, rows, actor=office.dinas_a) == frozenset()
            assert notices.openable(session, rows, actor=office.rina) == {case.id}
        assert seen == ["SELECT", "SELECT"]


def test_a_misspelt_audience_is_refused(office: Office) -> None:
    wrong = bpmn([start(), send("kabari", properties={"untuk": "unit-unit"}), end()], "start > kabari > end")
    with office.database.transaction() as session, pytest.raises(InvalidDiagram):
        deployments.deploy(session, {"salah.bpmn": wrong}, actor=None)
