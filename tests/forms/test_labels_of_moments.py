"""What a date or time is called: by form-js's own labels, wherever a field is named."""

from typing import Any

import pytest

from app import forms
from app.base.errors import InvalidDiagram, InvalidForm
from app.services.comparison.forms import form_document
from tests.forms.pages import draw, html
from tests.forms.schemas import NOW, component, content, form, hide, must

#: A label that form-js never shows: a file may hold one, from before its type was changed.
OLD = "Date time"
BORN = {"label": OLD, "dateLabel": "Date of birth"}
BOTH = {"label": OLD, "subtype": "datetime", "dateLabel": "Day seen", "timeLabel": "Hour seen"}


@pytest.mark.parametrize(
    ("part", "name"),
    [
        (BORN, "Date of birth"),
        ({**BORN, "timeLabel": "Hour"}, "Date of birth"),
        ({"label": OLD, "subtype": "time", "dateLabel": "Day", "timeLabel": "Hour"}, "Hour"),
        (BOTH, "Day seen, Hour seen"),
        ({"label": OLD, "subtype": "datetime", "timeLabel": "Hour seen"}, "Hour seen"),
        ({"label": OLD}, OLD),
        ({"label": ""}, "saat"),
        ({**BOTH, "timeLabel": "Hour {{kota}}"}, "Day seen, Hour"),
    ],
)
def test_a_date_or_time_is_called_by_the_labels_that_form_js_shows(part: dict[str, Any], name: str) -> None:
    made = form(component("datetime", "saat", **must(), **part), component("textfield", "kota"))
    field = made.by_key["saat"]
    assert field.name == field.title == name
    with pytest.raises(InvalidForm) as refused:
        forms.validate(made, forms.read_html(made, {"saat": [""]}), context={}, now=NOW)
    assert name in refused.value.errors["saat"]
    assert forms.display(made, {"saat": None})[0][0] == name


def test_a_page_shows_both_labels_and_fills_in_what_they_hold() -> None:
    made = form(component("datetime", "saat", **{**BOTH, "timeLabel": "Hour in {{kota}}"}))
    assert draw(made, context={"kota": "Wonogiri"})["saat"].label == "Day seen, Hour in Wonogiri"
    page = html(made, context={"kota": "Wonogiri"})
    assert "Day seen, Hour in Wonogiri" in page
    assert OLD not in page


def test_conditions_findings_and_comparisons_name_it_alike() -> None:
    made = form(
        component("datetime", "lahir", **BORN), component("textfield", "kota", **hide("=lahir != null"))
    )
    assert "Date of birth" in draw(made)["kota"].when
    with pytest.raises(InvalidDiagram) as refused:
        forms.load_form(content(component("datetime", "lahir", **BORN, subtype="era")), file="uji.form")
    assert {finding.element_name for finding in refused.value.findings} == {"Date of birth"}
    document = form_document(content(component("datetime", "lahir", **BORN)), "uji.form")
    assert "Date of birth" in {subject.name for subject in document.subjects.values()}
