"""A draft as one .zip: to download for a desktop modeler, and to bring back."""

import lzma
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO

from app.base.errors import InvalidForm
from app.base.i18n import _
from app.services.studio import draft_files

#: Of each file: the same files make the same archive.
_WRITTEN_AT = (2000, 1, 1, 0, 0, 0)
#: What other programs call the kinds that a draft takes.
_ENDINGS = {".bpmn20.xml": ".bpmn", ".xml": ".bpmn", ".json": ".form"}
#: What comes in at once may hold, unpacked.
_MOST_BYTES = 20_000_000
#: What reading an archive that is none, or is encrypted, may raise.
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
)


def pack(files: Mapping[str, bytes]) -> bytes:
    """The files in an archive, by name."""
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _WRITTEN_AT), files[name], zipfile.ZIP_DEFLATED)
    return content.getvalue()


def unpack(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Uploaded files by name, those of archives among them in place of the archive; folders are left out.

    Raises:
        InvalidForm: an archive cannot be read, or holds more than a draft takes; two files have one name.
    """
    found = dict[str, bytes]()
    for name, content in files.items():
        left = _MOST_BYTES - sum(map(len, found.values()))
        inside = _members(name, content, left) if name.lower().endswith(".zip") else {name: content}
        for member, bytes_ in inside.items():
            known = _known_name(member)
            if found.setdefault(known, bytes_) != bytes_:
                raise _refusal(_("Ada dua berkas bernama {file}.", file=known))
            if len(found) > draft_files.MOST_FILES:
                raise _refusal(_("Paling banyak {most} berkas dalam satu draf.", most=draft_files.MOST_FILES))
    return found


def _members(name: str, content: bytes, most: int) -> dict[str, bytes]:
    """What an archive holds, ``most`` bytes of it at most."""
    found = dict[str, bytes]()
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            infos = [one for one in archive.infolist() if not one.is_dir() and not _is_hidden(one.filename)]
            if len(infos) > draft_files.MOST_FILES:
                raise _refusal(_("Paling banyak {most} berkas dalam satu draf.", most=draft_files.MOST_FILES))
            for one in infos:
                found[one.filename] = _member(archive, one)
                most -= len(found[one.filename])
                if most < 0:
                    message = _("Isi arsip paling besar {most} MB seluruhnya.", most=_MOST_BYTES // 1_000_000)
                    raise _refusal(message)
    except _UNREADABLE as error:
        raise _refusal(_("{file} bukan arsip .zip yang dapat dibaca.", file=name)) from error
    return found


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Read no more than a draft takes, whatever the archive says of itself."""
    with archive.open(info) as stream:
        content = stream.read(draft_files.MOST_BYTES + 1)
    if len(content) > draft_files.MOST_BYTES:
        most = draft_files.MOST_BYTES // 1024 // 1024
        raise _refusal(_("{file} lebih besar dari {most} MB.", file=_last(info.filename), most=most))
    return content


def _is_hidden(path: str) -> bool:
    """What desktop systems add beside the files."""
    return any(part.startswith((".", "__MACOSX")) for part in path.split("/"))


def _known_name(path: str) -> str:
    name = _last(path)
    for ending, ours in _ENDINGS.items():
        if name.lower().endswith(ending):
            return name[: -len(ending)] + ours
    return name


def _last(path: str) -> str:
    return path.replace("\\", "/").rsplit("/", 1)[-1]


def _refusal(message: str) -> InvalidForm:
    return InvalidForm(message, {"files": message})
