"""What is taken along on paper: the SOP's document, the draft of a table, and the file of a case."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import func, select

from app.base.db import Database
from app.models import HistoryEvent, User
from app.services.core import access
from app.services.deployment import deployments
from app.services.dossiers import gathering, paper
from app.services.sop_documents import files, layouts, sheets, word
from app.services.sop_documents.contents import SopDocument
from app.services.sop_tables import drafting, packing, reading
from tests.bench import population
from tests.bench.eventlogs import lengthen
from tests.bench.figures import Series, office_for, row
from tests.services.sop_documents.source import document, shipped
from tests.services.sop_tables import tables

ROUNDS = 10


def measure(folder: Path) -> None:
    drawn = drafting.draft_of(reading.read_table("izin.csv", tables.PERMIT.encode()), "izin")
    for name, made in (("as shipped", shipped()), ("of five lanes", document(drawn.files["izin.bpmn"]))):
        _documents(name, made)
    shipped_table = word.docx(shipped(), layouts.layout(""), layouts.paper(""))
    for file, content in (("sop.docx", shipped_table), ("izin.csv", tables.PERMIT.encode())):
        _tables(file, content)
    _case_files(folder)


def _documents(name: str, made: SopDocument) -> None:
    layout, sheet = layouts.layout(""), layouts.paper("")
    _timed(f"SOP {name}: laid out", lambda: sheets.laid_out(made, layout, sheet))
    _timed("  as PDF", lambda: files.pdf(made, layout, sheet))
    _timed("  as a Word file", lambda: word.docx(made, layout, sheet))


def _tables(name: str, content: bytes) -> None:
    table = reading.read_table(name, content)
    draft = drafting.draft_of(table, "sop")
    _timed(f"table {name}: read", lambda: packing.packed(reading.read_table(name, content)))
    _timed(f"  drafted, {len(draft.files)} files", lambda: drafting.draft_of(table, "sop"))
    _timed(
        "  drawn and checked", lambda: (drafting.picture(draft), deployments.check_files(None, draft.files))
    )


def _case_files(folder: Path) -> None:
    office = office_for(folder)
    database = Database(office.config.database_url, info={"config": office.config, "versions": {}})
    population.make_templates(database)
    count = func.count()
    events = select(HistoryEvent.instance_id, count).where(HistoryEvent.instance_id.is_not(None))
    with database.reading() as session:
        case, many = session.execute(
            events.group_by(HistoryEvent.instance_id).order_by(count.desc())
        ).first() or (0, 0)
    _case_file(database, int(case or 0), f"of {many} events")
    with database.transaction() as session:
        long, many = lengthen(session)
    _case_file(database, long, f"of {many:,} events")
    database.engine.dispose()
    office.database.engine.dispose()


def _case_file(database: Database, case: int, name: str) -> None:
    gathered, printed, size = Series(), Series(), 0
    for _n in range(ROUNDS):
        with database.reading() as session, gathered.timing():
            actor = access.actor_of(session.scalars(select(User).where(User.name == "auditor")).one())
            found = gathering.gather(session, case, actor=actor)
        with printed.timing():
            size = len(paper.pdf(found))
    row(f"file of a case {name}: gathered", f"{gathered}, {gathered.cpu}")
    row("  as PDF/A", f"{printed}, {printed.cpu}, {size / 1000:.0f} KB")


def _timed(name: str, do: Callable[[], object]) -> None:
    series = Series()
    for _n in range(ROUNDS):
        with series.timing():
            do()
    row(name, f"{series}, {series.cpu}")
