"""When it must be done: times in the drawing, and what happens when they pass."""

from datetime import datetime, timedelta

from app.base.calendar import Calendar
from app.services.core import holidays
from tests.sop_changes.conftest import Case, Office
from tests.sop_changes.editing import Drawing


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def calendar(office: Office) -> Calendar:
    with office.installation.database.reading() as session:
        return holidays.calendar(session)


def working_days_after(office: Office, task: dict[str, str], days: int) -> datetime:
    """The end of office of that working day after the task opened."""
    found = calendar(office)
    opened_on = at(task["created_at"]).astimezone(found.zone).date()
    return found.end_of_office(found.add_working_days(opened_on, days))


def test_3_hari_becomes_5_hari(office: Office, old: Case) -> None:
    old.go_to("telaahan")
    waiting = office.start().go_to("penyaluran")
    before = old.task("upp")["due_at"]
    drawing = Drawing()
    drawing.set_timer("tenggat_telaahan", "5 hari")
    office.deploy(drawing.saved())

    task = office.start().go_to("telaahan").task("upp")
    assert at(task["due_at"]) == working_days_after(office, task, 5)
    assert old.task("upp")["due_at"] == before
    late = waiting.go_to("telaahan").task("upp")  # opens after the change, on the version of before
    assert at(late["due_at"]) == working_days_after(office, late, 3)


def test_sixty_days_take_the_task_away(office: Office, old: Case) -> None:
    old.go_to("tindak_lanjut")
    drawing = Drawing()
    drawing.element("tenggat_tindak_lanjut").attrib.pop("cancelActivity")
    drawing.lead("eskalasi_selesai", "diteruskan_nasional")
    office.deploy(drawing.saved())

    new = office.start().go_to("tindak_lanjut")
    task = new.task("dpupr")
    office.fire(task["due_at"])
    assert (new.state["state"], new.state["end_name"]) == ("ended", "Diteruskan ke LAPOR ! – SP4N Nasional")
    assert new.tasks("dpupr") == []
    assert new.send("dpupr", task, {"variables": {}}).status == 409
    assert old.task("dpupr")["activity_id"] == "tindak_lanjut"  # overdue, and still the unit's work
    assert [event["activity_id"] for event in old.events("task_overdue")][-1] == "tindak_lanjut"
    assert old.go_to("akhir").state["end_name"] == "Selesai"


def test_a_reminder_comes_every_day_while_the_task_is_open(office: Office, old: Case) -> None:
    old.go_to("telaahan")
    drawing = Drawing()
    drawing.add_timer("tiap_hari", "telaahan", "lajur_upp", cycle="R/P1D", interrupting=False)
    drawing.connect("tiap_hari", "ingatkan_telaahan")
    office.deploy(drawing.saved())

    new = office.start().go_to("telaahan")
    opened = at(new.task("upp")["created_at"])
    office.fire((opened + timedelta(days=3, hours=1)).isoformat())
    daily = [event for event in new.events("timer_fired") if event["activity_id"] == "tiap_hari"]
    assert [at(event["at"]) for event in daily] == [opened + timedelta(days=n) for n in (1, 2, 3)]
    assert new.task("upp")["activity_id"] == "telaahan"
    new.complete("upp", "telaahan")
    office.fire((opened + timedelta(days=6)).isoformat())
    assert len([e for e in new.events("timer_fired") if e["activity_id"] == "tiap_hari"]) == 3
    assert [e for e in old.events("timer_fired") if e["activity_id"] == "tiap_hari"] == []
