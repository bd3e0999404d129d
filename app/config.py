"""Settings, read from the environment once. README.md documents each with its default."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from app.errors import NotReady

ROOT = Path(__file__).resolve().parent.parent
_JAKARTA = ZoneInfo("Asia/Jakarta")
_LOCAL_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True)
class Config:
    """Everything that differs between two installations."""

    data_dir: Path
    database_url: str
    secret_key: bytes
    identity_key: bytes
    host: str = "127.0.0.1"
    port: int = 8000
    base_url: str = "http://127.0.0.1:8000"
    timezone: ZoneInfo = _JAKARTA
    watch: bool = False
    allow_time_travel: bool = False
    processes_dir: Path = ROOT / "processes"
    forms_dir: Path = ROOT / "forms"
    smtp_url: str | None = None
    mail_from: str = "alur@localhost"

    @property
    def files_dir(self) -> Path:
        """Where attachments lie, under random names, outside the web root."""
        return self.data_dir / "files"

    @property
    def local(self) -> bool:
        """Whether this serves only the machine it runs on; demo passwords are good for nothing else.

        A public address in ``base_url`` means that a proxy stands before it.
        """
        return self.host in _LOCAL_HOSTS and urlsplit(self.base_url).hostname in _LOCAL_HOSTS


def from_environment(environ: Mapping[str, str] | None = None) -> Config:
    """Read the settings; make the data folder and its keys where they are missing.

    Raises:
        NotReady: a value cannot be read, or the data folder cannot be written.
    """
    env = os.environ if environ is None else environ
    data_dir = Path(env.get("ALUR_DATA_DIR", str(ROOT / "data"))).resolve()
    processes_dir, forms_dir = folders(env)
    host, port = env.get("ALUR_HOST", "127.0.0.1"), _port(env.get("ALUR_PORT", "8000"))
    try:
        for folder in (data_dir, data_dir / "files"):  # nobody else on the machine reads what people sent
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        secret_key, identity_key = (_key(env, data_dir, name) for name in ("secret", "identity"))
    except OSError as error:
        raise NotReady(
            f"Folder data {data_dir} tidak dapat ditulis: {error.strerror}. Atur ALUR_DATA_DIR."
        ) from error
    return Config(
        data_dir=data_dir,
        database_url=env.get("ALUR_DATABASE_URL") or f"sqlite:///{data_dir / 'alur.sqlite3'}",
        secret_key=secret_key,
        identity_key=identity_key,
        host=host,
        port=port,
        base_url=env.get("ALUR_BASE_URL", f"http://{host}:{port}").rstrip("/"),
        timezone=_zone(env.get("ALUR_TIMEZONE", "Asia/Jakarta")),
        watch=_flag(env, "ALUR_WATCH"),
        allow_time_travel=_flag(env, "ALUR_ALLOW_TIME_TRAVEL"),
        processes_dir=processes_dir,
        forms_dir=forms_dir,
        smtp_url=env.get("ALUR_SMTP_URL") or None,
        mail_from=env.get("ALUR_MAIL_FROM", "alur@localhost"),
    )


def folders(environ: Mapping[str, str] | None = None) -> tuple[Path, Path]:
    """Where diagrams and tables lie, and where forms do. Nothing is made, unlike by `from_environment`."""
    env = os.environ if environ is None else environ
    return (
        Path(env.get("ALUR_PROCESSES_DIR", str(ROOT / "processes"))),
        Path(env.get("ALUR_FORMS_DIR", str(ROOT / "forms"))),
    )


def _flag(env: Mapping[str, str], name: str) -> bool:
    return env.get(name, "").strip().lower() in {"1", "true", "yes", "ya", "on"}


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise NotReady(f"ALUR_PORT={text!r} bukan nomor porta; tulis angka 1 sampai 65535.")
    return int(text)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise NotReady(f"ALUR_TIMEZONE={name!r} tidak dikenal; contoh: Asia/Jakarta.") from error


def _key(env: Mapping[str, str], data_dir: Path, name: str) -> bytes:
    """Return the key from the environment, else the one kept in the data folder, made on first use."""
    given = env.get(f"ALUR_{name.upper()}_KEY")
    if given:
        return given.encode()
    path = data_dir / f"{name}.key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes().strip()
    with os.fdopen(descriptor, "wb") as file:
        key = secrets.token_urlsafe(48).encode()
        file.write(key)
    return key
