"""The two layouts that an SOP document comes in, and the papers it is printed on. Heads word for word as their
sources have them."""

from dataclasses import dataclass

from app.base.errors import NotFound
from app.base.i18n import N_, _


@dataclass(frozen=True)
class Column:
    """A column right of the performers: its head, the properties whose texts stand in it, and its share of the
    width. ``quality``: under the head "Mutu Baku"."""

    head: str
    properties: tuple[str, ...]
    share: float
    quality: bool = True


@dataclass(frozen=True)
class Layout:
    """A template. ``identity`` is (head, property) of the right block, ``pairs`` of what stands beside each other."""

    name: str
    label: str
    number: str
    activity: str
    columns: tuple[Column, ...]
    identity: tuple[tuple[str, str], ...]
    pairs: tuple[tuple[tuple[str, str], tuple[str, str]], ...]
    performers: str = "Pelaksana"
    quality: str = "Mutu Baku"


@dataclass(frozen=True)
class Paper:
    """A sheet on its side, in millimetres."""

    name: str
    label: str
    width: float
    height: float


_IDENTITY = (
    ("Nomor SOP", "nomor sop"),
    ("Tanggal Pembuatan", "tanggal pembuatan"),
    ("Tanggal Revisi", "tanggal revisi"),
    ("Tanggal Efektif", "tanggal efektif"),
)
_WONOGIRI = Layout(
    "wonogiri_2017",
    N_("Kabupaten Wonogiri, 2017"),
    "No.",
    "Aktivitas",
    (
        Column("Input", ("input",), 1.0),
        Column("Persyaratan/ Kelengkapan", ("persyaratan",), 1.3),
        Column("Waktu", ("waktu",), 0.75),
        Column("Output", ("output",), 1.1),
        Column("Ket.", ("ket",), 1.9),
    ),
    (*_IDENTITY, ("Disahkan Oleh", "disahkan oleh"), ("Nama SOP", "nama sop")),
    (
        (("Dasar Hukum :", "dasar hukum"), ("Kualifikasi Pelaksana :", "kualifikasi pelaksana")),
        (("Keterkaitan :", "keterkaitan"), ("Peralatan/Perlengkapan :", "peralatan/perlengkapan")),
        (("Peringatan :", "peringatan"), ("Pencatatan dan Pendataan :", "pencatatan dan pendataan")),
    ),
)
_PERMENPANRB = Layout(
    "permenpanrb_35_2012",
    N_("PermenPANRB 35/2012"),
    "No",
    "Kegiatan",
    (
        Column("Kelengkapan", ("input", "persyaratan"), 1.5),
        Column("Waktu", ("waktu",), 0.75),
        Column("Output", ("output",), 1.2),
        Column("Ket.", ("ket",), 2.0, quality=False),
    ),
    (*_IDENTITY, ("Disahkan oleh", "disahkan oleh"), ("Nama SOP", "nama sop")),
    (
        (("Dasar Hukum", "dasar hukum"), ("Kualifikasi Pelaksana", "kualifikasi pelaksana")),
        (("Keterkaitan", "keterkaitan"), ("Peralatan/Perlengkapan", "peralatan/perlengkapan")),
        (("Peringatan", "peringatan"), ("Pencatatan dan Pendataan", "pencatatan dan pendataan")),
    ),
)
LAYOUTS = {one.name: one for one in (_WONOGIRI, _PERMENPANRB)}
PAPERS = {"a4": Paper("a4", "A4", 297, 210), "f4": Paper("f4", "F4", 330, 215)}


def layout(name: str) -> Layout:
    """The template with this name, for "" that of the source.

    Raises:
        NotFound: there is none.
    """
    if (found := LAYOUTS.get(name or "wonogiri_2017")) is None:
        raise NotFound(_("Templat dokumen SOP ini tidak ada."))
    return found


def paper(name: str) -> Paper:
    """The paper with this name, for "" A4.

    Raises:
        NotFound: there is none.
    """
    if (found := PAPERS.get(name or "a4")) is None:
        raise NotFound(_("Ukuran kertas ini tidak ada."))
    return found
