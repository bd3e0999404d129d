"""A witness: another installation that signs each checkpoint which it found to go on from the one that it saw last.

It has no access to the database of the first, only to its checkpoints; it checks them as anybody does, by
`periksa_bukti`. Of each installation, told by its key, it remembers the last checkpoint in its own data folder.
"""

# mypy: disable-error-code="no-untyped-call"
import hashlib
from collections.abc import Iterator
from pathlib import Path

import orjson

from app.base.config import Config
from app.base.errors import NotReady
from app.base.i18n import _
from app.services.core import signing
from app.services.evidence import periksa_bukti

#: What a witness signs begins with this, then comes the statement of the checkpoint.
SIGNED = b"Alur saksi 1\n"
_FOLDER = "witnessed"


def witness(config: Config, content: bytes, folder: Path, key: bytes | None = None) -> Path:
    """Sign a checkpoint as `checkpoints.file_of` has it, and leave that in ``folder``; its path.

    ``key``: the public key of the installation, or its fingerprint; needed where none of its checkpoints was seen.

    Raises:
        NotReady: it does not go on from the last one, is no checkpoint, or of an installation that is not known.
    """
    try:
        [kept] = [periksa_bukti.Outside(one, _("titik periksa")) for one in _read(content)]
        public = bytes.fromhex(kept.kept["public_key"])
        periksa_bukti.check_key(public, key, kept.name)
        if "log" not in kept.statement:
            raise periksa_bukti.Unproved(_("titik periksa ini dari rilis lama dan tidak memuat pohon"))
        known = config.data_dir / _FOLDER / f"{hashlib.sha256(public).hexdigest()}.json"
        if known.exists():
            [before] = [periksa_bukti.Outside(one, _("titik periksa")) for one in _read(known.read_bytes())]
            _require_growth(before, kept)
        elif key is None:
            raise NotReady(_("Titik periksa dari pemasangan yang belum dikenal: sertakan --key."))
    except (periksa_bukti.Fault, periksa_bukti.Unproved) as error:
        raise NotReady(_("Tidak disaksikan: {why}.", why=error)) from error
    path = folder / f"saksi-{kept.number:08}-{signing.public_key(config).hex()[:16]}.json"
    _leave(path, _signed(config, kept.kept["statement"]))
    _leave(known, content)
    return path


def waiting(folder: Path) -> Iterator[Path]:
    """The checkpoints in a folder, the first one first."""
    yield from sorted(folder.glob("titik-periksa-*.json"))


def is_signed(config: Config, path: Path, folder: Path) -> bool:
    """Whether this witness signed a checkpoint of this number already."""
    number = path.stem.removeprefix("titik-periksa-")
    return (folder / f"saksi-{number}-{signing.public_key(config).hex()[:16]}.json").exists()


def _read(content: bytes) -> list[object]:
    return [periksa_bukti.parsed(content, _("berkas"))]


def _require_growth(before: periksa_bukti.Outside, kept: periksa_bukti.Outside) -> None:
    if kept.number < before.number:
        raise periksa_bukti.Fault(
            _("titik periksa {a} sudah dilanjutkan oleh {b}", a=kept.number, b=before.number)
        )
    for lack in periksa_bukti.check_growth(before, kept):
        raise periksa_bukti.Unproved(lack)


def _signed(config: Config, statement: str) -> bytes:
    made = {
        "statement": statement,
        "public_key": signing.public_key(config).hex(),
        "signature": signing.sign(config, SIGNED + statement.encode()).hex(),
    }
    return orjson.dumps(made) + b"\n"


def _leave(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}")
    part.write_bytes(content)
    part.replace(path)
