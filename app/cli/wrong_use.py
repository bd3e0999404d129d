"""What click says about a command that was typed wrongly, in Indonesian."""

import re

import click

from app.log_safety import plain

_WORDS = (
    (r"No such option '(.+?)'\.", r"Pilihan \1 tidak ada."),
    (r"No such command '(.+?)'\.", r"Perintah \1 tidak ada."),
    (r"\(Did you mean one of: (.+)\?\)", r"Maksudnya salah satu dari \1?"),
    (r"Did you mean '(.+)'\?", r"Maksudnya \1?"),
    (r"Option '(.+)' requires an argument\.", r"Pilihan \1 belum diberi nilai."),
    (r"Option '(.+)' does not take a value\.", r"Pilihan \1 tidak menerima nilai."),
    (r"Missing (?:argument|option|parameter) '(.+)'\.", r"\1 belum diisi."),
    (r"Missing command\.", "Perintah belum disebut."),
    (r"Got unexpected extra arguments? \((.+)\)", r"Terlalu banyak kata: \1."),
    (r"Invalid value for '?(.+?)'?: ", r"Nilai untuk \1 keliru: "),
    (r"Invalid value: ", "Nilai keliru: "),
    (r"(?:File|Directory|Path) '(.+)' does not exist\.", r"'\1' tidak ada."),
    (r"(?:File|Directory|Path) '(.+)' is a file\.", r"'\1' sebuah berkas, bukan folder."),
    (r"(?:File|Directory|Path) '(.+)' is a directory\.", r"'\1' sebuah folder, bukan berkas."),
    (r"(?:File|Directory|Path) '(.+)' is not readable\.", r"'\1' tidak boleh dibaca."),
    (r"'(.+)' is not a valid integer\.", r"'\1' bukan bilangan bulat."),
    (r"'(.+)' is not one of (.+)\.", r"'\1' bukan salah satu dari \2."),
)


def told(error: click.ClickException) -> str:
    """The sentence, below how the command is used where that is known."""
    text = error.format_message()
    for pattern, words in _WORDS:
        text = re.sub(pattern, words, text)
    text = plain(text)
    if not isinstance(error, click.UsageError) or error.ctx is None:
        return f"Galat: {text}"
    return f"{error.ctx.get_usage()}\n{error.ctx.command_path} --help menjelaskannya.\n\nGalat: {text}"
