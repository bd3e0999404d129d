"""What a PDF says of its own tags."""

_MARKED, _SAID = b"/MarkInfo<</Marked true/Suspects false>>", b"/Suspects false"


def without_suspects(pdf: bytes) -> bytes:
    """The same PDF of Typst's without its "Suspects false", in as many bytes.

    That is the value of a file that says nothing of it (ISO 32000-1, table 321). Readers by Poppler tell "Syntax
    Error: Suspects object is wrong type" where it is said.
    """
    return pdf.replace(_MARKED, _MARKED.replace(_SAID, b" " * len(_SAID)))
