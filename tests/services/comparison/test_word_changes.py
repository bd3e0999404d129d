"""Which words of a long text changed."""

from app.services.comparison.word_changes import word_changes


def test_pieces_together_are_both_texts() -> None:
    before, after = "Telaah pokok masalah dan aturannya.", "Telaah pokok aduan, lalu aturannya."
    pieces = word_changes(before, after)
    assert "".join(text for kind, text in pieces if kind != "new") == before
    assert "".join(text for kind, text in pieces if kind != "gone") == after
    assert ("gone", "masalah dan ") in pieces
    assert ("same", "Telaah pokok ") in pieces


def test_texts_that_repeat_themselves_without_end_are_not_searched() -> None:
    before, after = "satu dua " * 5_000, "dua tiga " * 5_000
    assert word_changes(before, after) == (("gone", before), ("new", after))
