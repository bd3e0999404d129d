"""Texts of letters and notices: what is delivered is sound, and no text can place an identity."""

import pytest

from app.services.deployment.bundle_builder import collect
from app.services.notifications import kinds, message_texts, placeholders, text_kinds, texts
from app.services.notifications.message_texts import Wording
from app.services.notifications.text_kinds import TEXT_KINDS
from tests.web.conftest import sop_files


@pytest.mark.parametrize(
    ("name", "language"),
    [(name, language) for name, kind in TEXT_KINDS.items() for language in kind.languages],
)
def test_what_is_delivered_could_be_saved_as_it_is(name: str, language: str) -> None:
    kind = TEXT_KINDS[name]
    delivered = Wording(*kind.delivered(language))
    assert message_texts.errors(kind, delivered) == {}
    filled = message_texts.preview(name, language, delivered)
    assert "{" not in filled.subject + filled.body


def test_no_placeholder_is_a_field_that_holds_an_identity() -> None:
    [bundle] = collect(None, sop_files()).bundles
    private = {field.key for form in bundle.forms.values() for field in form.fields if field.private}
    assert private
    assert private.isdisjoint(name for kind in TEXT_KINDS.values() for name in kind.known)


def test_what_a_value_holds_is_no_placeholder() -> None:
    assert placeholders.fill("{a} {b}", {"a": "{b}", "b": "{a}"}) == "{b} {a}"
    wording = Wording("{a}\n{b}", "").filled({"a": "x\r\nBcc: y@z", "b": ""})
    assert wording.subject == "x Bcc: y@z"


def test_every_notice_has_a_kind_that_its_reader_may_choose() -> None:
    chosen = {code for kind in kinds.KINDS.values() for code in kind.codes}
    office = {"incident_opened", "publication_failed", "proposal_waits", "proposal_rejected", "backup_failed"}
    office |= {"checkpoint_refused", "unit_empty", "message_unheard"}
    assert chosen | office == set(texts._WORDS)
    edited = {name for name, kind in TEXT_KINDS.items() if kind.form == text_kinds.SENTENCE}
    assert set(texts._WORDS) - edited == {"message_unheard"}
