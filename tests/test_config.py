"""What the settings say, and what they make on a machine that others use too."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.base.config import Office, SmsGateway, from_environment
from app.base.errors import NotReady
from app.services.core import settings
from app.services.maintenance import migrations


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    """Others may read what a program makes, as on most machines."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}


def migrated(data_dir: Path) -> dict[str, int]:
    """Modes of the files of an installation while it is open."""
    database = settings.open_database(from_environment({"ALUR_DATA_DIR": str(data_dir)}))
    migrations.upgrade(database)
    found = modes(data_dir)
    database.engine.dispose()
    return found


def test_nobody_else_on_the_machine_reads_the_data(tmp_path: Path) -> None:
    found = migrated(tmp_path / "data")
    assert modes(tmp_path) == {"data": 0o700}
    assert found.pop("files") == 0o700
    assert {"alur.sqlite3", "alur.sqlite3-wal", "alur.sqlite3.lock", "identity.key"} <= set(found)
    assert set(found.values()) == {0o600}


def test_what_an_older_version_left_readable_is_closed(tmp_path: Path) -> None:
    migrated(tmp_path)
    for path in tmp_path.iterdir():
        path.chmod(0o755 if path.is_dir() else 0o644)
    found = migrated(tmp_path)
    assert {mode for name, mode in found.items() if name.startswith("alur.sqlite3")} == {0o600}


def test_a_folder_that_was_given_keeps_its_mode(tmp_path: Path) -> None:
    given = tmp_path / "given"
    given.mkdir(mode=0o750)
    from_environment({"ALUR_DATA_DIR": str(given)})
    assert modes(tmp_path) == {"given": 0o750}


def test_a_setting_without_a_value_is_as_if_it_were_not_there(tmp_path: Path) -> None:
    names = ("DATABASE_URL", "HOST", "PORT", "BASE_URL", "TIMEZONE", "WATCH", "PROCESSES_DIR", "SMTP_URL")
    given = {"ALUR_DATA_DIR": str(tmp_path)}
    assert from_environment({f"ALUR_{name}": "" for name in names} | given) == from_environment(given)


def test_the_office_is_who_the_environment_says(tmp_path: Path) -> None:
    given = {"ALUR_DATA_DIR": str(tmp_path)}
    assert from_environment(given).office == Office()
    found = from_environment(
        given
        | {
            "ALUR_OFFICE": " Pemerintah\nKabupaten Contoh ",
            "ALUR_OFFICE_PHONE": "+62 (273) 000-000",
            "ALUR_OFFICE_URL": "https://contoh.example/",
        }
    ).office
    assert found == Office(
        "Pemerintah Kabupaten Contoh", "", "+62 (273) 000-000", "", "https://contoh.example/"
    )
    assert (found.dialled, found.site) == ("+62273000000", "contoh.example")


def test_an_address_of_the_office_that_no_browser_opens_safely_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="ALUR_OFFICE_URL"):
        from_environment({"ALUR_DATA_DIR": str(tmp_path), "ALUR_OFFICE_URL": "javascript:alert(1)"})


def test_the_address_of_a_machine_with_ipv6_can_be_opened(tmp_path: Path) -> None:
    config = from_environment({"ALUR_DATA_DIR": str(tmp_path), "ALUR_HOST": "::1"})
    assert (config.base_url, config.local) == ("http://[::1]:8000", True)


@pytest.mark.parametrize("zone", ["localtime", "right/Asia/Jakarta", "Asia/Wonogiri", "../Asia/Jakarta"])
def test_a_zone_that_expressions_could_not_work_in_is_refused(tmp_path: Path, zone: str) -> None:
    with pytest.raises(NotReady, match="ALUR_TIMEZONE"):
        from_environment({"ALUR_DATA_DIR": str(tmp_path), "ALUR_TIMEZONE": zone})


@pytest.mark.parametrize(
    ("given", "networks"),
    [
        ({}, []),
        ({"ALUR_BASE_URL": "https://alur.example.go.id"}, ["127.0.0.0/8", "::1/128"]),
        (
            {
                "ALUR_BASE_URL": "https://alur.example.go.id",
                "ALUR_TRUSTED_PROXIES": "10.0.0.5, 192.0.2.9/24 2001:db8::/32",
            },
            ["10.0.0.5/32", "192.0.2.0/24", "2001:db8::/32"],
        ),
    ],
)
def test_a_proxy_on_this_machine_is_trusted_where_the_address_is_https(
    tmp_path: Path, given: dict[str, str], networks: list[str]
) -> None:
    config = from_environment({"ALUR_DATA_DIR": str(tmp_path), **given})
    assert [str(network) for network in config.trusted_proxies] == networks


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ALUR_TRUSTED_PROXIES", "proxy.example"),
        ("ALUR_TRUSTED_PROXIES", "10.0.0.0/33"),
        ("ALUR_WEB_PROCESSES", "0"),
        ("ALUR_WEB_PROCESSES", "²"),
        ("ALUR_PENDING_FILES_MB", "-1"),
        ("ALUR_CASE_FILES_MB", "banyak"),
        ("ALUR_PRIVATE_NETWORKS", "dalam"),
        ("ALUR_SMS_URL", "sms.example.go.id"),
        ("ALUR_IMAP_URL", "imaps://imap.example.go.id/INBOX"),
        ("ALUR_IMAP_URL", "imap://user:rahasia@imap.example.go.id/"),
    ],
)
def test_a_setting_that_cannot_be_read_is_told(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(NotReady, match=name):
        from_environment({"ALUR_DATA_DIR": str(tmp_path), name: text})


def test_channels_are_as_the_environment_says(tmp_path: Path) -> None:
    given = {
        "ALUR_WEBHOOK_HOSTS": "A.example.go.id, b.example.go.id:8443",
        "ALUR_PRIVATE_NETWORKS": "10.1.2.0/24",
        "ALUR_SMS_URL": "https://sms.example.go.id/send",
        "ALUR_SMS_HEADER": "Authorization: Bearer RAHASIA",
        "ALUR_SMS_FORMAT": "form",
        "ALUR_SMS_TO_FIELD": "tujuan",
        "ALUR_SMS_FIELDS": "sender=KAB; type=text;",
        "ALUR_IMAP_URL": "imaps://a%40b:rahasia@imap.example.go.id/INBOX",
    }
    config = from_environment({"ALUR_DATA_DIR": str(tmp_path), **given})
    assert config.webhook_hosts == ("a.example.go.id", "b.example.go.id:8443")
    assert [str(one) for one in config.private_networks] == ["10.1.2.0/24"]
    fields = (("sender", "KAB"), ("type", "text"))
    header = "Authorization: Bearer RAHASIA"
    assert config.sms == SmsGateway(
        "https://sms.example.go.id/send", header, "form", "tujuan", "message", fields
    )
    assert config.imap_url == given["ALUR_IMAP_URL"]
    bare = from_environment({"ALUR_DATA_DIR": str(tmp_path)})
    assert (bare.webhook_hosts, bare.private_networks, bare.sms, bare.imap_url) == ((), (), None, None)


@pytest.mark.parametrize(
    ("name", "text"), [("ALUR_SMS_FORMAT", "xml"), ("ALUR_SMS_HEADER", "Bearer RAHASIA")]
)
def test_a_gateway_that_is_half_described_is_told_without_its_secret(
    tmp_path: Path, name: str, text: str
) -> None:
    given = {"ALUR_DATA_DIR": str(tmp_path), "ALUR_SMS_URL": "https://sms.example.go.id/", name: text}
    with pytest.raises(NotReady, match=name) as told:
        from_environment(given)
    assert "RAHASIA" not in str(told.value).removesuffix("Authorization: Bearer RAHASIA")


_AT_PROVIDER = {
    "ALUR_OIDC_ISSUER": "https://masuk.example.go.id/realms/kantor",
    "ALUR_OIDC_CLIENT_ID": "alur",
    "ALUR_OIDC_CLIENT_SECRET": "sangat-rahasia",
}


def test_a_provider_adds_nobody_and_decides_over_nothing_unless_it_is_set(tmp_path: Path) -> None:
    data = {"ALUR_DATA_DIR": str(tmp_path)}
    assert from_environment(data).provider is None
    provider = from_environment({**data, **_AT_PROVIDER}).provider
    assert provider is not None
    assert (provider.name, provider.claim) == ("masuk.example.go.id", "preferred_username")
    assert (provider.adds_users, provider.lanes_claim, provider.passwords_of_all) == (False, "", True)
    assert "sangat-rahasia" not in repr(provider)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"ALUR_OIDC_ISSUER": "http://masuk.example.go.id"}, "ALUR_OIDC_ISSUER"),
        ({"ALUR_OIDC_ISSUER": "masuk.example.go.id"}, "ALUR_OIDC_ISSUER"),
        ({"ALUR_OIDC_ISSUER": ""}, "tanpa ALUR_OIDC_ISSUER"),
        ({"ALUR_OIDC_CLIENT_ID": ""}, "ALUR_OIDC_CLIENT_ID"),
        ({"ALUR_OIDC_PASSWORDS": "tidak"}, "ALUR_OIDC_PASSWORDS"),
        ({"ALUR_OIDC_CREATE": "1", "ALUR_OIDC_CLAIM": "email"}, "ALUR_OIDC_CREATE"),
        ({"ALUR_OIDC_CREATE": "mungkin"}, "ALUR_OIDC_CREATE"),
    ],
    ids=str,
)
def test_a_provider_that_is_set_wrongly_is_told(tmp_path: Path, more: dict[str, str], told: str) -> None:
    with pytest.raises(NotReady, match=told) as refused:
        from_environment({"ALUR_DATA_DIR": str(tmp_path), **_AT_PROVIDER, **more})
    assert "sangat-rahasia" not in str(refused.value)
