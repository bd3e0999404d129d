"""A field marked ``tanya ulang`` opens empty on each pass, so that an old answer never steers a loop again."""

import pytest

from app import forms
from app.base.errors import InvalidForm
from app.forms.submission.form_state import situation
from tests.forms.schemas import NOW, component, form, values


def test_an_answer_that_steers_a_loop_is_asked_anew() -> None:
    again = {"properties": {"tanya ulang": "ya"}}
    asked = form(
        component("radio", "hasil", values=values("salah", "selesai"), validate={"required": True}, **again),
        component("textfield", "catatan"),
    )
    case = {"hasil": "salah", "catatan": "tetap"}
    assert situation(asked, {}, case, now=NOW).values == {"hasil": None, "catatan": "tetap"}
    with pytest.raises(InvalidForm) as error:
        forms.validate(asked, {"catatan": "tetap"}, context=case, now=NOW)
    assert set(error.value.errors) == {"hasil"}
