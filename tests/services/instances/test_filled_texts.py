"""A limit by kind, from a table: what people are told of it is the limit of their case."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.engine import filled_texts, timers
from app.engine.diagram import Node, Timer
from app.models import OutboxMessage, UserTask
from app.services.casefile import queries
from tests.engine.building import bpmn
from tests.services.dated import Desk
from tests.services.limits import FILES, FLOWS, nodes
from tests.services.office import Office

FILED = {name.replace("_", "."): one for name, one in FILES.items()}


def desk(office: Office, kind: str) -> Desk:
    shapes = nodes(
        said="{{jenis}}: lewat {{lama}}, sejak {{tenggat}}\nSegera.",
        cell="Paling lama {{lama}}",
        label="60 hari",
    )
    lanes = {"Loket": " ".join(one.id for one in shapes)}
    diagram = bpmn(shapes, FLOWS, lanes=lanes, key="batas", name="Batas")
    return Desk(office, {"batas.bpmn": diagram, **FILED}, "batas", jenis=kind)


@pytest.mark.parametrize(
    ("kind", "length", "date"),
    [
        ("sedang", "14 hari kerja", "11 Des 2026, 14.30 WIB"),
        ("ringan", "5 hari kerja", "30 Nov 2026, 16.00 WIB"),
    ],
)
def test_who_is_late_is_told_the_limit_of_his_case(office: Office, kind: str, length: str, date: str) -> None:
    case = desk(office, kind)
    task = case.task_at("tindak")
    with case.at() as session:
        clock = next(one for one in queries.clocks(session, case.case) if one.is_deadline)
        assert clock.name == f"60 hari ({length})"  # the finding says to write {{lama}}
        assert queries.filled(session, session.get_one(UserTask, task.id), "Paling lama {{lama}}") == (
            f"Paling lama {length}"
        )
    case.wait(days=25)
    with case.at() as session:
        texts = [one.body["text"] for one in session.scalars(select(OutboxMessage)) if "text" in one.body]
    assert set(texts) == {f"{kind}: lewat {length}, sejak {date}\nSegera."}


ZONE = ZoneInfo("Asia/Jakarta")
OPENED = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("due", "length"),
    [
        (timers.Due(LATER, "3 hari", "hari kerja", 3, OPENED), "3 hari kerja"),
        (timers.Due(LATER, "3 hari", "hari kerja", 8, OPENED, taken=5), "3 hari kerja"),
        (timers.Due(LATER, "1,5 jam", "jam kerja", 1.5, OPENED), "1,5 jam kerja"),
        (timers.Due(LATER, "PT79H", "iso", None, OPENED), "3,3 hari"),
        (timers.Due(OPENED.replace(hour=4), "PT2H", "iso", None, OPENED), "2 jam"),
        (timers.Due(OPENED.replace(minute=5), "2026-11-23T09:05", "tanggal", None, OPENED), "5 menit"),
    ],
)
def test_the_length_of_a_deadline_is_told_in_indonesian(due: timers.Due, length: str) -> None:
    said = filled_texts.fill("{{lama}}", {}, due, now=OPENED, zone=ZONE)
    assert said == length


def test_what_cannot_be_worked_out_is_marked_and_nothing_is_lost() -> None:
    def told(text: str, **values: object) -> str:
        return filled_texts.fill(text, values, None, now=OPENED, zone=ZONE)

    assert told("Tanpa isian.") == "Tanpa isian."
    assert told("{{tenggat}}|{{lama}}|{{judul}}", judul="Lampu") == "||Lampu"
    assert "⚠" in told("Lewat {{lama +}}.")
    assert filled_texts.plain("Paling lama {{lama}}.") == "Paling lama …."


def test_only_a_computed_label_shows_its_result() -> None:
    due = timers.Due(LATER, "3 hari", "hari kerja", 3, OPENED)

    def label(name: str, text: str) -> str:
        node = Node("t", "boundaryEvent", name, "l", timer=Timer("duration", text))
        return filled_texts.label(node, {}, due, now=OPENED, zone=ZONE)

    assert label("3 hari", "3 hari") == "3 hari"
    assert label("Lewat", "=batas") == "Lewat (3 hari kerja)"
    assert label("", "=batas") == "3 hari kerja"
    assert label("Sesudah {{lama}}", "=batas") == "Sesudah 3 hari kerja"


def test_a_text_that_a_loop_makes_endless_is_cut() -> None:
    text = '{{string join(for i in 1..2000 return "abcdefghij")}}\nSegera.'
    said = filled_texts.fill(text, {}, None, now=LATER, zone=ZONE)
    assert said == "abcdefghij" * 499 + "abcdefghi…"
    assert len(said) == filled_texts.MOST
