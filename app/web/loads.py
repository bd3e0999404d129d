"""What is said of somebody's load, wherever a colleague is chosen."""

from app.base.i18n import _, day, ngettext
from app.services.people.loads import Load


def load_in_words(load: Load) -> str:
    """12 tugas terbuka, 3 lewat tenggat; tidak di tempat sampai 4 Des 2026."""
    parts = [ngettext("{count} tugas terbuka", "{count} tugas terbuka", load.open, count=load.open)]
    if load.overdue:
        parts.append(
            ngettext("{count} lewat tenggat", "{count} lewat tenggat", load.overdue, count=load.overdue)
        )
    text = ", ".join(parts)
    return f"{text}; {away_in_words(load)}" if load.away_until else text


def away_in_words(load: Load) -> str:
    """From when and until when he is away, and who stands in for him."""
    if load.away_until is None:
        return ""
    if load.away_from is not None:
        about = {"first": day(load.away_from), "last": day(load.away_until)}
        return _("tidak di tempat {first} sampai {last}", **about)
    if load.substitute:
        about = {"date": day(load.away_until), "name": load.substitute}
        return _("tidak di tempat sampai {date}, pengganti {name}", **about)
    return _("tidak di tempat sampai {date}", date=day(load.away_until))
