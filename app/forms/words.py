"""What is said about a value that will not do. Each sentence stands alone: it is also read in the summary on top."""

from decimal import Decimal

from app.base.i18n import _, ngettext
from app.forms.model import CHOICES, Field
from app.forms.numbers import counted, exactly


def message(count: int) -> str:
    """Return the heading of the summary."""
    return ngettext(
        "Ada {count} isian yang perlu diperbaiki.", "Ada {count} isian yang perlu diperbaiki.", count
    )


def missing(part: Field) -> str:
    """Return what to do about an empty required field."""
    if part.type == "checkbox":
        return _("Centang “{label}”.", label=part.name)
    if part.type in CHOICES:
        return _("Pilih {label}.", label=part.name)
    if part.type == "filepicker":
        return _("Lampirkan berkas untuk {label}.", label=part.name)
    if part.name.casefold().split()[:1] == ["isi"]:  # “Isi Isi laporan.” reads like a slip
        return _("Lengkapi {label}.", label=part.name)
    return _("Isi {label}.", label=part.name)


def unreadable(part: Field) -> str:
    """Return how to write what could not be understood."""
    if part.type == "number":
        return _("Tulis {label} dengan angka tanpa titik ribuan, misalnya 1500 atau 2,5.", label=part.name)
    if part.type == "datetime" and part.subtype == "date":
        return _("Tulis {label} sebagai tanggal yang ada, misalnya 24-11-2026.", label=part.name)
    if part.type == "datetime" and part.subtype == "time":
        return _("Tulis {label} sebagai jam, misalnya 14.05.", label=part.name)
    if part.type == "datetime":
        return _("Tulis {label} sebagai tanggal dan jam, misalnya 24-11-2026 14.05.", label=part.name)
    if part.type in ("textfield", "textarea"):
        return _("{label} terlalu panjang atau memuat tanda yang tidak dapat disimpan.", label=part.name)
    return not_offered(part)


def too_precise(part: Field) -> str:
    """Return how many digits a number may have so that all are kept: 15 always are (IEEE 754, binary64)."""
    return _(
        "{label} memuat lebih banyak angka daripada yang dapat disimpan; tulis paling banyak 15.",
        label=part.name,
    )


def not_offered(part: Field) -> str:
    """Return what to do about a choice that is not in the list."""
    return _("Pilih {label} dari daftar.", label=part.name)


def too_short(part: Field, least: Decimal) -> str:
    """Return how long the text must be."""
    return _("{label} paling sedikit {n} huruf.", label=part.name, n=counted(least))


def too_long(part: Field, most: Decimal) -> str:
    """Return how long the text may be."""
    return _("{label} paling banyak {n} huruf.", label=part.name, n=counted(most))


def too_small(part: Field, least: Decimal) -> str:
    """Return the least number."""
    return _("{label} tidak boleh kurang dari {n}.", label=part.name, n=exactly(least))


def too_large(part: Field, most: Decimal) -> str:
    """Return the largest number."""
    return _("{label} tidak boleh lebih dari {n}.", label=part.name, n=exactly(most))


def no_limit(part: Field) -> str:
    """Return that a limit of the form gave no number."""
    return _("Batas untuk {label} tidak dapat dihitung. Beri tahu pemilik proses.", label=part.name)


def not_whole(part: Field, digits: int) -> str:
    """Return how many decimals there may be."""
    if digits == 0:
        return _("Tulis {label} dengan bilangan bulat.", label=part.name)
    return _("{label} paling banyak {n} angka di belakang koma.", label=part.name, n=digits)


def between_steps(part: Field, below: Decimal, above: Decimal) -> str:
    """Return the two numbers nearest to one that is no multiple of the step."""
    return _(
        "{label}: nilai terdekat yang dapat dipakai {low} dan {high}.",
        label=part.name,
        low=exactly(below),
        high=exactly(above),
    )


def wrong_shape(part: Field) -> str:
    """Return that a text does not fit its pattern."""
    return part.rules.pattern_message or _("Bentuk {label} tidak sesuai.", label=part.name)


def not_email() -> str:
    """Return how an e-mail address looks."""
    return _("Tulis alamat surel yang lengkap, misalnya nama@contoh.id.")


def not_phone() -> str:
    """Return how a telephone number looks."""
    return _("Tulis nomor telepon dengan kode negara, misalnya +6281234567890.")


def in_the_past(part: Field) -> str:
    """Return that a day is over."""
    return _("{label} tidak boleh sebelum hari ini.", label=part.name)


def in_the_future(part: Field) -> str:
    """Return that a day is still to come."""
    return _("{label} tidak boleh sesudah hari ini.", label=part.name)


def one_file(part: Field) -> str:
    """Return that one file is the most."""
    return _("{label} hanya menerima satu berkas.", label=part.name)


def unknown_file(part: Field) -> str:
    """Return that a file is not here."""
    return _("Berkas pada {label} tidak ditemukan. Lampirkan lagi.", label=part.name)


def wrong_file(part: Field) -> str:
    """Return which kinds of file are taken."""
    return _("{label} hanya menerima berkas {kinds}.", label=part.name, kinds=", ".join(part.kinds))
