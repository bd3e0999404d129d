"""Wherever FEEL stands in a deployment, what cannot be worked out is refused, and nothing else."""

import pytest

from tests.engine.decision_files import decision, given, knowledge, literal
from tests.services.deployment.feel_places import EVERYWHERE, PLACES, boxed, errors, table


@pytest.mark.parametrize("place", EVERYWHERE)
def test_an_unknown_function_and_broken_feel_are_refused_in_each_place(place: str) -> None:
    made = EVERYWHERE[place]
    if (
        place != "condition"
    ):  # a gateway whose condition nothing here can decide by asks an officer (decision 19)
        assert any("panjang_kata" in one for one in errors(made("panjang_kata(nama)")))
        assert any("nama.panjang" in one for one in errors(made("nama.panjang(jumlah)")))
        assert errors(made("string length(nama"))
    assert not errors(made("string length(nama)"))


@pytest.mark.parametrize("place", PLACES)
def test_a_name_that_nothing_sets_is_refused_in_each_place(place: str) -> None:
    assert any("nammma" in one for one in errors(PLACES[place]("string length(nammma)")))
    assert any("nammma" in one for one in errors(PLACES[place]("nammma = kosssong")))


def test_functions_that_the_model_defines_are_known() -> None:
    own = '{"f": function(x) x + 1, "hasil": f(jumlah)}.hasil'
    boxes = (
        f'<context><contextEntry><variable name="f"/><functionDefinition><formalParameter name="x"/>{literal("x")}'
        f"</functionDefinition></contextEntry><contextEntry>{literal('f(jumlah)')}</contextEntry></context>"
    )
    bare = knowledge("g", "x", literal("x * 2"))
    assert not errors(boxed(literal(own)))
    assert not errors(boxed(boxes))
    assert not errors(
        table(given("jumlah"), decision("k", literal("g(jumlah)"), calls="g", needs="?jumlah"), bare)
    )
    assert any("memanggil g" in one for one in errors(table(decision("k", literal("g(jumlah)")), bare)))
