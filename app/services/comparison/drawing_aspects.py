"""What can differ of how an element is drawn, in words: place, size, colour, way of a line."""

from app.base.i18n import N_
from app.services.comparison import aspects
from app.services.comparison.aspects import Aspect, Side, View, named, yes_or_no
from app.services.comparison.documents import Subject
from app.services.comparison.trees import Difference


def _place(value: str, _side: Side, _subject: Subject) -> str:
    return f"({value})"


def _size(value: str, _side: Side, _subject: Subject) -> str:
    return value.replace(", ", " × ")


_DRAWN = {
    "~place": Aspect(
        "place",
        N_("letak pada gambar"),
        show=_place,
        section="drawing",
        kind="moved",
        both=N_("digeser pada gambar dari {before} ke {after}"),
    ),
    "~size": Aspect("size", N_("ukuran pada gambar"), show=_size, section="drawing"),
    "~way": Aspect("way", N_("jalan garisnya pada gambar"), show=_place, section="drawing", kind="moved"),
    "isExpanded": Aspect("drawn", N_("terbuka pada gambar"), show=yes_or_no, section="drawing"),
    "isHorizontal": Aspect("drawn", N_("mendatar pada gambar"), show=yes_or_no, section="drawing"),
    "isMarkerVisible": Aspect("drawn", N_("tanda silang pada gambar"), show=yes_or_no, section="drawing"),
    **{
        name: Aspect("colour", N_("warna pada gambar"), section="drawing")
        for name in (
            "bioc:stroke",
            "bioc:fill",
            "color:background-color",
            "color:border-color",
            "color:color",
        )
    },
    "id": Aspect("drawn id", N_("id gambar dalam berkas"), section="file"),
}
_LABEL_PLACE = Aspect("label", N_("letak tulisan pada gambar"), show=_place, section="drawing", kind="moved")
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


def drawn_aspect(difference: Difference, view: View) -> Aspect:
    """What of an element's shape or line differs."""
    if difference.whole == 1:
        return _PRESENT
    names = difference.names.removeprefix("~drawn/")
    if names in {"bpmndi:BPMNLabel/@~place", "bpmndi:BPMNLabel/@~size"}:
        return _LABEL_PLACE
    return _DRAWN.get(names.removeprefix("@")) or aspects.other(difference, view, "drawing")
