"""Sentences are text in parts; a page makes bold letters and links of them, others read them as they are."""

from datetime import UTC

from app.base.i18n import speaking
from app.history.sentences import NOTHING, Part, Ref, one_line, plain, say
from app.history.vocabulary import Ids
from tests.history.entries import stored
from tests.history.sentences import Open, delivered


def test_another_case_is_a_reference_for_who_may_open_it_and_else_a_name() -> None:
    assert delivered(Open(UTC)).title[-1] == Part("SURAT-7", ref=Ref("instance", 7))
    assert delivered(Ids(UTC)).title[-1] == Part("SURAT-7", "name")


def test_where_there_are_no_pages_a_sentence_is_one_line_in_both_languages() -> None:
    found = one_line(delivered(Open(UTC)), "Rina")
    assert found.startswith("Pesan Kabar & <berita> diterima perkara SURAT-7 · Rina · Kedua perkara")
    assert found.endswith("Identitas yang ikut: nama")
    with speaking("en"):
        assert one_line(delivered(Open(UTC))).startswith(
            "The message Kabar & <berita> was received by case SURAT-7"
        )


def test_what_was_filled_in_is_told_with_what_was_there_before() -> None:
    data = {"task": "1", "values": {"a": 1, "b": 2, "c": ""}, "old": {"b": 3, "c": "x"}}
    line = one_line(stored("task_completed", data, activity_id="isi").describe(Ids(UTC)))
    assert line == f"isi selesai · a: 1 · b: 3 → 2 · c: x → {NOTHING}"


def test_a_name_with_braces_is_no_place_for_another() -> None:
    assert plain(say("{name} dilepas", name="{to}", to="x")) == "{to} dilepas"


def test_a_name_that_is_missing_is_a_dash() -> None:
    assert plain(say("{name} dilepas")) == f"{NOTHING} dilepas"
    assert plain(say("{name} dilepas", name="")) == f"{NOTHING} dilepas"


def test_the_reporter_is_named_where_he_has_no_account() -> None:
    assert stored("message_received", {"values": {}}).who() == "Pelapor"
    assert stored("message_received", {"values": {}, "case": 3}).who() == ""
    assert stored("task_cancelled", {"by": "reporter"}).who() == "Pelapor"
    assert stored("timer_fired", {}).who() == ""
