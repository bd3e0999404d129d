"""Demo data: ten people, the units of Wonogiri, and nothing the second time."""

from sqlalchemy import func, select

from app.base.db import Database
from app.commands.people.accounts import sign_in
from app.models import HistoryEvent, Unit, User
from app.services.maintenance import demo
from app.services.people import users


def test_everybody_of_the_tour_can_sign_in_and_stands_where_he_should(database: Database) -> None:
    with database.transaction() as session:
        demo.load(session)
    for name in (
        "admin",
        "pemilik",
        "auditor",
        "lapor",
        "upp",
        "koordinator",
        "dpupr",
        "dishub",
        "dlh",
        "inspektorat",
    ):
        user, _token = sign_in(database, name, "demo", source="127.0.0.1")
        assert not user.must_change_password
    with database.reading() as session:
        assert users.named(session, "pemilik").is_process_owner
        assert users.named(session, "auditor").is_auditor
        assert [g.name for g in users.named(session, "koordinator").groups] == [
            "Ketua Tim Koordinasi",
            "UPP K/L/D",
        ]
        units = {name: [u.code for u in users.named(session, name).units] for name in ("dishub", "dlh")}
        assert units == {"dishub": ["DISHUB"], "dlh": ["DLHPRKP"]}
        assert session.scalar(select(func.count()).select_from(Unit)) == 62
        gone = session.get_one(Unit, "DISPERAKPP-LAMA")
        assert (gone.valid_until and gone.valid_until.year, gone.successors) == (2025, "DPUPR,DLHPRKP")


def test_loading_again_changes_nothing_not_even_a_changed_password(database: Database) -> None:
    with database.transaction() as session:
        demo.load(session)
        users.named(session, "upp").password_hash = "-"
    with database.transaction() as session:
        before = session.scalar(select(func.count()).select_from(HistoryEvent))
        assert demo.load(session) == 0
        assert session.scalar(select(func.count()).select_from(HistoryEvent)) == before
        assert session.scalar(select(func.count()).select_from(User)) == 10
        assert users.named(session, "upp").password_hash == "-"
