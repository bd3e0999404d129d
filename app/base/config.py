"""Settings, read from the environment once. README.md documents each with its default."""

import os
import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import time
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from app.base.errors import NotReady

ROOT = Path(__file__).resolve().parents[2]
_JAKARTA = ZoneInfo("Asia/Jakarta")
#: Zones that only this machine knows by name: V8 would work out no ``today()`` in them.
_NAMELESS = frozenset({"localtime", "posixrules"})
#: Who may tell the address of a client where a proxy with TLS stands before this: one on the same machine.
_OWN_PROXY = "127.0.0.0/8, ::1"
#: More processes than that are another installation.
_MOST_PROCESSES = 64
#: Of a token that nobody guesses.
_SHORTEST_TOKEN = 20
_LOCAL_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})
_YES = frozenset({"1", "true", "yes", "ya", "on"})
_NO = frozenset({"0", "false", "no", "tidak", "off"})
#: Which deployments wait for a second person: none, those that make identity open, or all.
FourEyes = Literal["", "identity", "all"]
_FOUR_EYES: Mapping[str, FourEyes] = {
    **dict.fromkeys(_NO, ""),
    **dict.fromkeys((*_YES, "identitas"), "identity"),
    "semua": "all",
}


@dataclass(frozen=True)
class Office:
    """Who runs this installation, as its public pages and slips say; what is empty is not said."""

    name: str = ""
    address: str = ""
    phone: str = ""
    hours: str = ""
    url: str = ""

    @property
    def dialled(self) -> str:
        """The telephone number without what is there for the eye: digits, and a plus in front of them."""
        return re.sub(r"(?!^\+)\D", "", self.phone)

    @property
    def site(self) -> str:
        """The address of the office's own pages as one reads it."""
        return self.url.partition("://")[2].rstrip("/")


@dataclass(frozen=True)
class SmsGateway:
    """Where SMS are handed in over HTTP, and what its fields are called there."""

    url: str
    #: A line of its own, as "Authorization: Bearer …"; empty: none.
    header: str = ""
    format: Literal["json", "form"] = "json"
    to_field: str = "to"
    text_field: str = "message"
    #: What is sent along each time.
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Provider:
    """Who vouches for users beside their passwords, by OpenID Connect. ``name``: what its button says.

    ``claim``: what of its tokens is a user's name here, or with ``email`` his address. ``lanes_claim``: what lists
    the lanes that he works in; empty: they are decided here. ``adds_users``: whether whom nobody knows yet becomes a
    user. ``passwords_of_all``: whether others than administrators sign in with a password as well.
    """

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    name: str = ""
    claim: str = "preferred_username"
    lanes_claim: str = ""
    adds_users: bool = False
    passwords_of_all: bool = True


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
    #: Whether anybody may read the API's document; else who is signed in or sends a token.
    open_api_docs: bool = False
    #: Whether browsers are told that every host below this one speaks https too.
    hsts_subdomains: bool = False
    four_eyes: FourEyes = ""
    #: Whether uploads and the watched folders end in drafts, which somebody publishes.
    uploads_wait: bool = False
    processes_dir: Path = ROOT / "processes"
    forms_dir: Path = ROOT / "forms"
    smtp_url: str | None = None
    mail_from: str = "alur@localhost"
    office: Office = Office()
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    web_processes: int = 1
    pending_files_mb: int = 250
    case_files_mb: int = 500
    security_log_days: int = 730
    security_log_addresses: bool = False
    #: For so long an officer may take a completion back; 0: never.
    undo_seconds: int = 30
    #: What a line of the log is: text, or JSON without personal data.
    log: Literal["text", "json"] = "text"
    #: Who sends it reads the figures; without one only this machine does.
    metrics_token: str | None = None
    #: Where the worker makes a backup each day at this time, and how many it keeps; None: nowhere.
    backup_dir: Path | None = None
    backup_at: time = time(1, 30)
    backup_keep: int = 14
    #: Public keys of age or SSH that backups are sealed for.
    backup_recipients: tuple[str, ...] = ()
    #: Hosts, with a port where it is not 443, that webhooks may go to; none: there are no webhooks.
    webhook_hosts: tuple[str, ...] = ()
    #: Networks that are not public and that webhooks and SMS may go to all the same.
    private_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    sms: SmsGateway | None = None
    #: Where each checkpoint of the record is left outside of this machine's database: a folder, a letter, a webhook.
    checkpoint_dir: Path | None = None
    checkpoint_mail: str = ""
    checkpoint_url: str | None = None
    #: The mailbox that is read: imaps://user:password@host/FOLDER.
    imap_url: str | None = None
    provider: Provider | None = None

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


def from_environment(environ: Mapping[str, str] | None = None, *, make: bool = True) -> Config:
    """Read the settings; make the data folder and its keys where they are missing.

    Without ``make`` nothing is made, and a key that is missing is empty: for those who only look.

    Raises:
        NotReady: a value cannot be read, or the data folder cannot be written.
    """
    env = _given(environ)
    data_dir = _data_dir(env)
    processes_dir, forms_dir = folders(env)
    host, port = env.get("ALUR_HOST", "127.0.0.1"), _port(env.get("ALUR_PORT", "8000"))
    try:
        for folder in (data_dir, data_dir / "files") if make else ():  # nobody else reads what people sent
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        secret_key, identity_key = (_key(env, data_dir, name, make) for name in ("secret", "identity"))
    except OSError as error:
        raise NotReady(
            f"Folder data {data_dir} tidak dapat ditulis: {error.strerror}. Atur ALUR_DATA_DIR."
        ) from error
    base_url = _base_url(env, host, port)
    return Config(
        data_dir=data_dir,
        database_url=env.get("ALUR_DATABASE_URL", f"sqlite:///{data_dir / 'alur.sqlite3'}"),
        secret_key=secret_key,
        identity_key=identity_key,
        host=host,
        port=port,
        base_url=base_url,
        timezone=_zone(env.get("ALUR_TIMEZONE", "Asia/Jakarta")),
        watch=_flag(env, "ALUR_WATCH"),
        allow_time_travel=_flag(env, "ALUR_ALLOW_TIME_TRAVEL"),
        open_api_docs=_flag(env, "ALUR_OPEN_API_DOCS"),
        hsts_subdomains=_flag(env, "ALUR_HSTS_SUBDOMAINS"),
        four_eyes=_four_eyes(env),
        uploads_wait=_flag(env, "ALUR_UPLOADS_WAIT"),
        processes_dir=processes_dir,
        forms_dir=forms_dir,
        smtp_url=_url(env, "ALUR_SMTP_URL", {"smtp", "smtps"}, "smtp://mail.example:587"),
        mail_from=env.get("ALUR_MAIL_FROM", "alur@localhost"),
        office=_office(env),
        # An https address that nobody explains is that of a proxy on this machine.
        trusted_proxies=_networks(
            env, "ALUR_TRUSTED_PROXIES", _OWN_PROXY if base_url.startswith("https:") else ""
        ),
        web_processes=_number(env, "ALUR_WEB_PROCESSES", min(2, _cores()), most=_MOST_PROCESSES),
        pending_files_mb=_number(env, "ALUR_PENDING_FILES_MB", 250),
        case_files_mb=_number(env, "ALUR_CASE_FILES_MB", 500),
        security_log_days=_number(env, "ALUR_SECURITY_LOG_DAYS", 730, most=36_500),
        security_log_addresses=_flag(env, "ALUR_SECURITY_LOG_ADDRESSES"),
        undo_seconds=_number(env, "ALUR_UNDO_SECONDS", 30, least=0, most=600),
        log=_log(env),
        metrics_token=_token(env, "ALUR_METRICS_TOKEN"),
        backup_dir=_backup_dir(env, data_dir),
        backup_at=_time_of_day(env, "ALUR_BACKUP_AT", "01:30"),
        backup_keep=_number(env, "ALUR_BACKUP_KEEP", 14, most=3_650),
        backup_recipients=_recipients(env),
        webhook_hosts=tuple(env.get("ALUR_WEBHOOK_HOSTS", "").lower().replace(",", " ").split()),
        private_networks=_networks(env, "ALUR_PRIVATE_NETWORKS"),
        sms=_sms(env),
        checkpoint_dir=Path(env["ALUR_CHECKPOINT_DIR"]).resolve() if "ALUR_CHECKPOINT_DIR" in env else None,
        checkpoint_mail=_line(env, "ALUR_CHECKPOINT_MAIL"),
        checkpoint_url=_url(env, "ALUR_CHECKPOINT_URL", {"https"}, "https://saksi.example.go.id/titik"),
        imap_url=_imap_url(env),
        provider=_provider(env),
    )


def _sms(env: Mapping[str, str]) -> SmsGateway | None:
    url = _url(env, "ALUR_SMS_URL", {"http", "https"}, "https://sms.example.go.id/send")
    if url is None:
        return None
    header = _line(env, "ALUR_SMS_HEADER")
    if header and not re.fullmatch(r"[A-Za-z0-9-]+: [ -~]+", header):
        raise NotReady("ALUR_SMS_HEADER bukan satu baris tajuk HTTP; contoh: Authorization: Bearer RAHASIA")
    kind = env.get("ALUR_SMS_FORMAT", "json").strip().lower()
    if kind not in ("json", "form"):
        raise NotReady(f"ALUR_SMS_FORMAT={env['ALUR_SMS_FORMAT']!r} tidak dikenal; tulis json atau form.")
    pairs = (part.partition("=") for part in env.get("ALUR_SMS_FIELDS", "").split(";") if part.strip())
    return SmsGateway(
        url,
        header,
        "form" if kind == "form" else "json",
        env.get("ALUR_SMS_TO_FIELD", "to").strip(),
        env.get("ALUR_SMS_TEXT_FIELD", "message").strip(),
        tuple((name.strip(), value.strip()) for name, _equals, value in pairs),
    )


def _imap_url(env: Mapping[str, str]) -> str | None:
    """Without TLS only on this machine: a password would travel open."""
    name, example = "ALUR_IMAP_URL", "imaps://alur%40example.go.id:RAHASIA@imap.example.go.id/INBOX"
    url = _url(env, name, {"imap", "imaps"}, example)
    if url is None:
        return None
    parts = urlsplit(url)
    if not parts.username or not parts.password:
        raise NotReady(f"{name} bukan alamat yang utuh; contoh: {example}")
    if parts.scheme == "imap" and parts.hostname not in _LOCAL_HOSTS:
        raise NotReady(f"{name}: imap:// hanya untuk mesin ini; tulis imaps://")
    return url


def _provider(env: Mapping[str, str]) -> Provider | None:
    issuer = _url(env, "ALUR_OIDC_ISSUER", {"http", "https"}, "https://masuk.example.go.id")
    others = sorted(name for name in env if name.startswith("ALUR_OIDC_") and name != "ALUR_OIDC_ISSUER")
    if issuer is None:
        if others:
            raise NotReady(f"{others[0]} diisi tanpa ALUR_OIDC_ISSUER.")
        return None
    parts = urlsplit(issuer)
    if parts.scheme == "http" and parts.hostname not in _LOCAL_HOSTS:
        raise NotReady("ALUR_OIDC_ISSUER harus beralamat https.")
    if "ALUR_OIDC_CLIENT_ID" not in env:
        raise NotReady(
            "ALUR_OIDC_CLIENT_ID belum diisi; penyedia memberikannya saat Alur didaftarkan di sana."
        )
    claim, adds_users = (
        env.get("ALUR_OIDC_CLAIM", "preferred_username").strip(),
        _flag(env, "ALUR_OIDC_CREATE"),
    )
    if claim == "email" and adds_users:
        raise NotReady(
            "ALUR_OIDC_CREATE memerlukan klaim yang berisi nama pengguna; email bukan nama pengguna."
        )
    return Provider(
        issuer=issuer,
        client_id=env["ALUR_OIDC_CLIENT_ID"].strip(),
        client_secret=env.get("ALUR_OIDC_CLIENT_SECRET", "").strip(),
        name=_line(env, "ALUR_OIDC_NAME") or parts.hostname or "",
        claim=claim,
        lanes_claim=env.get("ALUR_OIDC_LANES_CLAIM", "").strip(),
        adds_users=adds_users,
        passwords_of_all=_passwords_of_all(env),
    )


def _passwords_of_all(env: Mapping[str, str]) -> bool:
    text = env.get("ALUR_OIDC_PASSWORDS", "semua").strip().lower()
    if text not in ("semua", "administrator"):
        raise NotReady(f"ALUR_OIDC_PASSWORDS={text!r} tidak dikenal; tulis semua atau administrator.")
    return text == "semua"


def _backup_dir(env: Mapping[str, str], data_dir: Path) -> Path | None:
    """Outside of the data: a disk that is lost must not take both."""
    if "ALUR_BACKUP_DIR" not in env:
        return None
    found = Path(env["ALUR_BACKUP_DIR"]).resolve()
    if found.is_relative_to(data_dir) or data_dir.is_relative_to(found):
        raise NotReady(f"ALUR_BACKUP_DIR={found} dan folder data {data_dir} harus terpisah.")
    return found


def _recipients(env: Mapping[str, str]) -> tuple[str, ...]:
    """Keys apart by commas: one of SSH has blanks in it."""
    return tuple(key for part in env.get("ALUR_BACKUP_AGE", "").split(",") if (key := part.strip()))


def _time_of_day(env: Mapping[str, str], name: str, otherwise: str) -> time:
    text = env.get(name, otherwise).strip().replace(".", ":")
    try:
        return time.fromisoformat(text).replace(tzinfo=None)
    except ValueError as error:
        raise NotReady(f"{name}={env[name]!r} bukan waktu; contoh: {otherwise}") from error


def wants_json_log(environ: Mapping[str, str] | None = None) -> bool:
    """Whether this process shall log JSON: asked before anything else is, and told wrong by `from_environment`."""
    return _given(environ).get("ALUR_LOG", "").strip().lower() == "json"


def _log(env: Mapping[str, str]) -> Literal["text", "json"]:
    text = env.get("ALUR_LOG", "text").strip().lower()
    if text not in ("text", "json"):
        raise NotReady(f"ALUR_LOG={env['ALUR_LOG']!r} tidak dikenal; tulis text atau json.")
    return "json" if text == "json" else "text"


def _token(env: Mapping[str, str], name: str) -> str | None:
    """A secret that a program sends; its value is not told again."""
    text = env.get(name, "").strip()
    if text and (len(text) < _SHORTEST_TOKEN or not text.isascii() or not text.isprintable()):
        raise NotReady(
            f"{name} paling pendek {_SHORTEST_TOKEN} huruf ASCII; buat dengan: openssl rand -hex 32"
        )
    return text or None


def folders(environ: Mapping[str, str] | None = None) -> tuple[Path, Path]:
    """Where diagrams and tables lie, and where forms do. Nothing is made, unlike by `from_environment`."""
    env = _given(environ)
    return (
        Path(env.get("ALUR_PROCESSES_DIR", str(ROOT / "processes"))),
        Path(env.get("ALUR_FORMS_DIR", str(ROOT / "forms"))),
    )


def _data_dir(env: Mapping[str, str]) -> Path:
    return Path(env.get("ALUR_DATA_DIR", str(ROOT / "data"))).resolve()


def _given(environ: Mapping[str, str] | None) -> Mapping[str, str]:
    """The environment without what stands there empty, as a line without a value in a file of settings does."""
    env = os.environ if environ is None else environ
    return {name: value for name, value in env.items() if value.strip()}


def _office(env: Mapping[str, str]) -> Office:
    url = _url(env, "ALUR_OFFICE_URL", {"http", "https"}, "https://www.example.go.id") or ""
    name, address, phone, hours = (
        _line(env, f"ALUR_OFFICE{part}") for part in ("", "_ADDRESS", "_PHONE", "_HOURS")
    )
    return Office(name, address, phone, hours, url)


def _line(env: Mapping[str, str], name: str) -> str:
    """What was given under ``name``, on one line."""
    return " ".join(env.get(name, "").split())


def _flag(env: Mapping[str, str], name: str) -> bool:
    text = env.get(name, "0").strip().lower()
    if text not in _YES | _NO:
        raise NotReady(f"{name}={env[name]!r} bukan ya atau tidak; tulis 1 atau 0.")
    return text in _YES


def _four_eyes(env: Mapping[str, str]) -> FourEyes:
    text = env.get("ALUR_FOUR_EYES", "0").strip().lower()
    if text not in _FOUR_EYES:
        raise NotReady(
            f"ALUR_FOUR_EYES={env['ALUR_FOUR_EYES']!r} tidak dikenal; tulis 0, identitas, atau semua."
        )
    return _FOUR_EYES[text]


def _number(
    env: Mapping[str, str], name: str, otherwise: int, *, least: int = 1, most: int = 1_000_000
) -> int:
    text = env.get(name, str(otherwise)).strip()
    if not (text.isascii() and text.isdigit()) or not least <= int(text) <= most:
        raise NotReady(f"{name}={env[name]!r} bukan bilangan dari {least} sampai {most}.")
    return int(text)


def _cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _networks(
    env: Mapping[str, str], name: str, otherwise: str = ""
) -> tuple[IPv4Network | IPv6Network, ...]:
    text = env.get(name, otherwise)
    try:
        return tuple(ip_network(part, strict=False) for part in text.replace(",", " ").split())
    except ValueError as error:
        raise NotReady(
            f"{name}={text!r} bukan daftar alamat atau jaringan; contoh: 10.0.0.5, 192.0.2.0/24"
        ) from error


def _base_url(env: Mapping[str, str], host: str, port: int) -> str:
    given = _url(env, "ALUR_BASE_URL", {"http", "https"}, "https://alur.example.go.id")
    return (given or f"http://{f'[{host}]' if ':' in host else host}:{port}").rstrip("/")


def _url(env: Mapping[str, str], name: str, schemes: Collection[str], example: str) -> str | None:
    """What was given under ``name``; a password in it is not told again."""
    text = env.get(name)
    if text is None:
        return None
    try:
        parts = urlsplit(text)
        whole = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, half a bracket
        whole = False
    if not whole:
        raise NotReady(f"{name} bukan alamat yang utuh; contoh: {example}")
    return text


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise NotReady(f"ALUR_PORT={text!r} bukan nomor porta; tulis angka 1 sampai 65535.")
    return int(text)


def _zone(name: str) -> ZoneInfo:
    try:
        if name in _NAMELESS or name.startswith("right/"):
            raise ValueError(name)
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise NotReady(f"ALUR_TIMEZONE={name!r} tidak dikenal; contoh: Asia/Jakarta.") from error


def _key(env: Mapping[str, str], data_dir: Path, name: str, make: bool) -> bytes:
    """Return the key from the environment, else the one kept in the data folder, made on first use if ``make``."""
    given = env.get(f"ALUR_{name.upper()}_KEY")
    if given:
        return given.encode()
    path = data_dir / f"{name}.key"
    if not make:
        return path.read_bytes().strip() if path.exists() else b""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes().strip()
    with os.fdopen(descriptor, "wb") as file:
        key = secrets.token_urlsafe(48).encode()
        file.write(key)
    return key
