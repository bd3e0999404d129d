"""A sentence that is stored is read in the reader's language, not in that of whoever caused it."""

import pytest

from app.base import stored_messages
from app.base.errors import ExecutionFailed
from app.base.i18n import _, anew, speaking
from app.findings import Finding

NO_WAY = "Tidak ada jalan dari “{name}” yang cocok dengan isian ini."
SLIP = "Ungkapan {text} salah tulis. {why}"


def test_what_was_said_in_english_is_read_in_indonesian_and_the_other_way_round() -> None:
    with speaking("en"):
        stored = stored_messages.store_texts(_(NO_WAY, name="Besar?"), "besar: n > 3")
        assert (
            stored_messages.tell_stored(stored) == "No way out of “Besar?” fits these entries. besar: n > 3"
        )
    assert (
        stored_messages.tell_stored(stored)
        == "Tidak ada jalan dari “Besar?” yang cocok dengan isian ini. besar: n > 3"
    )


def test_a_sentence_within_a_sentence_changes_with_it() -> None:
    with speaking("en"):
        error = ExecutionFailed(_(SLIP, text="“a >”", why=_("Ungkapan belum selesai.")), detail="")
        stored = stored_messages.store_texts(error.said, error.detail)
    assert stored_messages.tell_stored(stored) == "Ungkapan “a >” salah tulis. Ungkapan belum selesai."


def test_numbers_and_messages_without_parameters_are_kept() -> None:
    with speaking("en"):
        stored = stored_messages.store_texts(
            _("Ungkapan terlalu panjang: paling banyak {n} huruf.", n=9), _("Ungkapan belum selesai.")
        )
    assert (
        stored_messages.tell_stored(stored)
        == "Ungkapan terlalu panjang: paling banyak 9 huruf. Ungkapan belum selesai."
    )


@pytest.mark.parametrize("text", ["", "Kata {siapa} pun", "ZeroDivisionError: x", '{"lain": 1}'])
def test_other_text_and_what_was_stored_before_stands_as_it_is(text: str) -> None:
    assert (
        stored_messages.tell_stored(text)
        == stored_messages.tell_stored(stored_messages.store_texts(text))
        == text
    )


def test_what_no_database_takes_is_replaced() -> None:
    stored = stored_messages.store_texts(_(NO_WAY, name="\ud800\0"), "\ud800")
    assert (
        stored_messages.tell_stored(stored) == "Tidak ada jalan dari “?\ufffd” yang cocok dengan isian ini. ?"
    )


def test_a_finding_that_quotes_a_sentence_says_it_in_the_language_of_the_rest() -> None:
    with speaking("en"):
        why = _("Ungkapan belum selesai.")
    assert anew(why) == "Ungkapan belum selesai."
    words = Finding("literal_syntax", "error", params={"text": "a >", "why": why}).as_dict()["messages"]
    assert "Ungkapan belum selesai." in words["id"]["what"]
    assert "Ungkapan" not in words["en"]["what"]
