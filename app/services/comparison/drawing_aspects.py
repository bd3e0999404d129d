"""What can differ of how an element is drawn, in words: place, size, colour, way of a line."""

from app.base.i18n import N_
from app.services.comparison import aspects
from app.services.comparison.aspects import Aspect, Aspects, named, yes_or_no
from app.services.comparison.documents import Side, Subject, View
from app.services.comparison.trees import Difference


def _place(value: str, _side: Side, _subject: Subject) -> str:
    return f"({value})"


def _size(value: str, _side: Side, _subject: Subject) -> str:
    return value.replace(", ", " × ")


_PRESENT = Aspect(
    "drawn",
    N_("gambar"),
    section="drawing",
    set_=N_("kini ada pada gambar"),
    unset=N_("tidak lagi ada pada gambar"),
)
LAYER = Aspect(
    "layer",
    N_("lapisan gambar"),
    show=named,
    kind="moved",
    section="file",
    both=N_("urutan gambarnya berubah: dulu di atas {before}, kini di atas {after}"),
    set_=N_("urutan gambarnya berubah: dulu paling bawah, kini di atas {after}"),
    unset=N_("urutan gambarnya berubah: dulu di atas {before}, kini paling bawah"),
)


_LABEL_PLACE = Aspect("label", N_("letak tulisan pada gambar"), show=_place, section="drawing", kind="moved")
_DRAWN = Aspects(
    {
        "~drawn/@~place": Aspect(
            "place",
            N_("letak pada gambar"),
            show=_place,
            section="drawing",
            kind="moved",
            both=N_("digeser pada gambar dari {before} ke {after}"),
        ),
        "~drawn/@~size": Aspect("size", N_("ukuran pada gambar"), show=_size, section="drawing"),
        "~drawn/@~way": Aspect(
            "way", N_("jalan garisnya pada gambar"), show=_place, section="drawing", kind="moved"
        ),
        "~drawn/@isExpanded": Aspect("drawn", N_("terbuka pada gambar"), show=yes_or_no, section="drawing"),
        "~drawn/@isHorizontal": Aspect(
            "drawn", N_("mendatar pada gambar"), show=yes_or_no, section="drawing"
        ),
        "~drawn/@isMarkerVisible": Aspect(
            "drawn", N_("tanda silang pada gambar"), show=yes_or_no, section="drawing"
        ),
        "~drawn/@(bioc:(stroke|fill)|color:(background-color|border-color|color))": Aspect(
            "colour", N_("warna pada gambar"), section="drawing"
        ),
        "~drawn/@id": Aspect("drawn id", N_("id gambar dalam berkas"), section="file"),
        "~drawn/bpmndi:BPMNLabel/@~(place|size)": _LABEL_PLACE,
        ".*": aspects.in_drawing,
    }
)


def drawn_aspect(difference: Difference, subject: Subject, view: View) -> Aspect:
    """What of an element's shape or line differs."""
    return _PRESENT if difference.whole == 1 else _DRAWN(difference, subject, view)
