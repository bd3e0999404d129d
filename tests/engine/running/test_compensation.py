"""What was done is undone, the last thing first: loops, rounds, sub-processes, transactions, and cases that move."""

import pytest

from app.engine.state_space import search
from tests.engine.case import Case
from tests.engine.moving import moved

TRIP = """
start mulai
user hotel
user mobil
xor jadi
end selesai
throw batal {what}
end urung
mulai -> hotel -> mobil -> jadi
jadi -> selesai ? c = 1
jadi -> hotel ? c = 2
jadi -> batal *
batal -> urung
compensate b1 on=hotel by=lepas_hotel
compensate b2 on=mobil by=lepas_mobil
user lepas_hotel
user lepas_mobil
"""


def undone(case: Case) -> list[str]:
    """What is opened one after another, each being done at once."""
    found = []
    while not case.ended and case.open and case.open[0].startswith("lepas"):
        found += case.open
        case.complete(case.open[0])
    return found


def test_all_is_undone_the_last_first_as_often_as_it_was_done() -> None:
    case = Case(TRIP.format(what="undo="))
    for values in ({"c": 2}, {"c": 0}):
        case.complete("hotel")
        case.complete("mobil", **values)
    assert undone(case) == ["lepas_mobil", "lepas_hotel"] * 2
    assert (case.ended, case.step.end and case.step.end.id) == (True, "urung")


def test_one_activity_alone_may_be_undone() -> None:
    case = Case(TRIP.format(what="undo=hotel"))
    case.complete("hotel")
    case.complete("mobil")
    assert undone(case) == ["lepas_hotel"]
    assert case.ended


def test_without_anything_done_the_case_passes() -> None:
    case = Case(TRIP.format(what="undo=").replace("mulai -> hotel -> mobil -> jadi", "mulai -> jadi"))
    assert case.ended


def test_what_was_undone_is_not_undone_again() -> None:
    case = Case(TRIP.format(what="undo=").replace("batal -> urung", "batal -> hotel"))
    case.complete("hotel")
    case.complete("mobil")
    assert undone(case) == ["lepas_mobil", "lepas_hotel"]
    case.complete("hotel")
    case.complete("mobil")
    assert undone(case) == ["lepas_mobil", "lepas_hotel"]


SCOPED = """
start mulai
sub paket {loop}
start awal in=paket
user pesan in=paket
end akhir in=paket
awal -> pesan -> akhir
compensate b on=pesan by=lepas in=paket
user lepas in=paket
user bayar
throw batal undo={what}
end urung
mulai -> paket -> bayar -> batal -> urung
"""


@pytest.mark.parametrize("what", ["", "paket", "pesan"])
def test_what_was_done_in_a_sub_process_is_undone_from_around_it(what: str) -> None:
    case = Case(SCOPED.format(loop="", what=what))
    case.complete("pesan")
    case.complete("bayar")
    assert undone(case) == ["lepas"]
    assert case.ended


def test_each_round_is_undone() -> None:
    case = Case(SCOPED.format(loop="each=[1,2,3] as=n", what=""))
    for _round in range(3):
        case.complete("pesan")
    case.complete("bayar")
    assert undone(case) == ["lepas"] * 3


def test_what_undoes_a_sub_process_undoes_it_as_a_whole() -> None:
    case = Case(SCOPED.format(loop="", what="") + "compensate c on=paket by=lepas_paket\nuser lepas_paket\n")
    case.complete("pesan")
    case.complete("bayar")
    assert undone(case) == ["lepas_paket"]


def test_what_was_cut_off_leaves_nothing_to_undo() -> None:
    text = SCOPED.format(loop="", what="").replace("pesan -> akhir", "pesan -> tunggu -> akhir")
    case = Case(text + "user tunggu in=paket\nmessage putus on=paket message=putus\nputus -> bayar\n")
    case.complete("pesan")
    case.deliver("putus")
    case.complete("bayar")
    assert case.ended


def test_an_error_undoes_what_was_done_around_its_event_sub_process() -> None:
    case = Case("""
        start mulai
        user hotel
        user mobil
        end gagal error=E1
        mulai -> hotel -> mobil -> gagal
        compensate b on=hotel by=lepas_hotel
        user lepas_hotel
        handler salah
        start galat in=salah error=E1
        throw batal undo= in=salah
        end usai in=salah
        galat -> batal -> usai
        """)
    case.complete("hotel")
    case.complete("mobil")
    assert undone(case) == ["lepas_hotel"]
    assert case.ended


def test_a_case_takes_along_what_can_be_undone() -> None:
    case = Case(TRIP.format(what="undo="))
    case.complete("hotel")
    moved(case, TRIP.format(what="undo=").replace("user mobil", "user mobil name=Sewa"))
    case.complete("mobil")
    assert undone(case) == ["lepas_mobil", "lepas_hotel"]
    case = Case(SCOPED.format(loop="", what=""))
    case.complete("pesan")
    moved(
        case,
        SCOPED.format(loop="", what="")
        + "handler h\nstart tiba in=h message=m\nuser baca in=h\ntiba -> baca\n",
    )
    case.complete("bayar")
    assert undone(case) == ["lepas"]


def test_a_case_moves_while_it_is_undone() -> None:
    case = Case(TRIP.format(what="undo="))
    case.complete("hotel")
    case.complete("mobil")
    assert case.open == ["lepas_mobil"]
    moved(case, TRIP.format(what="undo=").replace("user hotel", "user hotel name=Inap"))
    assert undone(case) == ["lepas_mobil", "lepas_hotel"]
    assert case.ended


def test_no_variable_of_the_case_says_what_is_undone() -> None:
    case = Case(TRIP.format(what="undo="), {"activity": "mobil"})
    case.complete("hotel")
    case.complete_task(*case.tasks, activity="hotel")
    assert undone(case) == ["lepas_mobil", "lepas_hotel"]
    assert case.variables == {"activity": "hotel"}
    assert not [one for one in case.types if one == "gateway_decided"][1:]  # that of the drawing alone


def test_an_undoing_under_way_goes_on_under_other_ids_and_back() -> None:
    other = TRIP.format(what="undo=").replace("hotel", "inap").replace("user inap", "user inap name=hotel")
    other = other.replace("user lepas_inap", "user lepas_inap name=lepas_hotel")
    case = Case(TRIP.format(what="undo="))
    case.complete("hotel")
    case.complete("mobil")
    assert case.open == ["lepas_mobil"]
    moved(case, other)
    moved(case, TRIP.format(what="undo="), names={"inap": "hotel", "lepas_inap": "lepas_hotel"})
    moved(case, other)
    assert undone(case) == ["lepas_mobil", "lepas_inap"]
    assert case.ended


def test_the_state_space_knows_what_undoes() -> None:
    explored = search.explore(Case(TRIP.format(what="undo=")).program.diagram)
    assert {"lepas_hotel", "lepas_mobil", "urung"} <= explored.reached
    assert (explored.stuck, explored.ends) == ((), True)
