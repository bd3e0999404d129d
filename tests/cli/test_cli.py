"""The commands, as an operator types them."""

import re
import shutil
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import pyrage
import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from click.testing import CliRunner
from sqlalchemy import select

from app import worker
from app.base.config import from_environment
from app.base.errors import NotReady
from app.cli import commands, running
from app.commands.people.accounts import sign_in
from app.models import (
    HistoryEvent,
    Job,
    Notice,
    ProcessDefinition,
    SecurityEvent,
    Setting,
    Unit,
    User,
    UserTask,
)
from app.services.core import access, clock, settings
from app.services.instances import instances
from app.services.maintenance import migrations
from app.services.notifications import outbox
from app.services.people import api_tokens
from tests.launcher import launcher
from tests.services.migrating import add_revision
from tests.services.office import LANES, procedure
from tests.serving import free_port
from tests.shell import ROOT, Shell, files


def test_init_makes_one_administrator_and_shows_the_password_once(shell: Shell) -> None:
    shown = re.search(r"saja\): (\S+)", shell("init").output)
    assert shown is not None
    assert sign_in(shell.database(), "admin", shown[1], source="here")[0].is_admin
    assert shell("init").exit_code != 0


def test_the_demo_adds_what_is_missing_and_says_that_the_rest_stays(shell: Shell) -> None:
    shown = re.search(r"saja\): (\S+)", shell("init").output)
    assert shown is not None
    assert "Yang sudah ada tetap, kata sandinya juga." in shell("demo").output
    assert sign_in(shell.database(), "admin", shown[1], source="here")[0].is_admin
    assert "ditambahkan: 0." in shell("demo").output


def test_a_token_is_printed_alone(shell: Shell) -> None:
    shell("init")
    printed = shell("user", "token", "admin").stdout
    assert re.fullmatch(r"alur_\S+\n", printed)


def test_all_tokens_of_a_user_are_taken_away(shell: Shell) -> None:
    shell("init")
    mine = [shell("user", "token", "admin").stdout.strip() for _n in range(2)]
    assert shell("user", "token", "admin", "--revoke").output == "Token API admin dicabut: 2.\n"
    with shell.database().reading() as session:
        assert [api_tokens.find(session.connection(), token) for token in mine] == [None, None]
    again = shell("user", "token", "admin").stdout.strip()
    with shell.database().reading() as session:
        assert api_tokens.find(session.connection(), again) is not None


def test_a_user_is_added_given_a_new_password_disabled_and_enabled(shell: Shell, tmp_path: Path) -> None:
    shell("deploy", *files(tmp_path, procedure()))
    added = shell("user", "add", "rina", "--full-name", "Rina", "--group", "Loket")
    assert added.exit_code == 0
    assert shell("user", "password", "rina").output != added.output
    assert shell("user", "disable", "rina").exit_code == 0
    with shell.database().reading() as session:
        user = session.scalars(select(User).where(User.name == "rina")).one()
        assert user.disabled_at is not None
    assert "user enable rina" in shell("user", "password", "rina").stderr
    assert shell("user", "enable", "rina").exit_code == 0
    with shell.database().reading() as session:
        assert session.scalars(select(User.disabled_at).where(User.name == "rina")).one() is None


def test_a_user_added_without_a_unit_to_a_lane_of_units_is_warned_of(shell: Shell, tmp_path: Path) -> None:
    shell("deploy", *files(tmp_path, procedure()))
    with shell.database().transaction() as session:
        session.add(Unit(code="A", name="Dinas A"))
    lane = ("--group", "Unit")
    assert "rina belum punya unit" in shell("user", "add", "rina", *lane).stderr
    assert shell("user", "add", "siti", *lane, "--unit", "A").stderr == ""


def test_check_prints_findings_and_exits_1_on_any_error(shell: Shell, tmp_path: Path) -> None:
    assert shell("check", *files(tmp_path, procedure())).exit_code == 0
    (tmp_path / "rusak.bpmn").write_text("<xml")
    broken = shell("check", str(tmp_path / "rusak.bpmn"))
    assert broken.exit_code == 1
    assert "rusak.bpmn" in broken.output
    assert "Galat" in broken.output


def test_deploy_says_what_became_of_each_process(shell: Shell, tmp_path: Path) -> None:
    paths = files(tmp_path, procedure())
    assert "uji versi 1 diterapkan" in shell("deploy", *paths).output
    assert "uji versi 1 sudah berlaku" in shell("deploy", *paths).output


def start_instance(shell: Shell, tmp_path: Path) -> datetime:
    shell("deploy", *files(tmp_path, procedure()))
    shell("user", "add", "rina", "--full-name", "Rina", "--group", "Loket")
    with shell.database().transaction() as session:
        actor = access.actor_of(session.scalars(select(User)).one())
        instances.start(session, "uji", {"judul": "Lampu"}, actor=actor)
        session.flush()
        return session.scalars(select(Job.due_at)).one()


def test_fire_runs_what_is_due_each_at_its_time_and_moves_the_clock(shell: Shell, tmp_path: Path) -> None:
    due_at = start_instance(shell, tmp_path)
    until = due_at + timedelta(days=2)
    assert shell("fire", "--at", until.isoformat()).output.startswith("1 timer")
    with shell.database().reading() as session:
        assert session.scalars(select(UserTask.overdue_at)).one() == due_at
        assert timedelta(0) <= clock.now(session) - until < timedelta(seconds=30)
        assert clock.moved_to(session) is not None
    assert shell("clock", "--reset").exit_code == 0
    with shell.database().reading() as session:
        assert abs(clock.now(session) - datetime.now(UTC)) < timedelta(seconds=30)


def test_fire_dates_the_history_and_the_notices_as_its_help_says(shell: Shell, tmp_path: Path) -> None:
    due_at = start_instance(shell, tmp_path)
    until = due_at + timedelta(days=2)
    shell("fire", "--at", until.isoformat())
    database = shell.database()
    with database.transaction() as session:
        outbox.deliver(session)
    with database.reading() as session:
        fired = select(HistoryEvent.at).where(HistoryEvent.type == "timer_fired")
        assert session.scalars(fired).one() == due_at
        at = session.scalars(select(Notice.created_at).order_by(Notice.id.desc()).limit(1)).one()
        assert timedelta(0) <= at - until < timedelta(seconds=30)
    told = " ".join(shell("fire", "--help").output.split())
    assert "Di riwayat masing-masing tercatat pada waktu jatuh temponya" in told
    assert "pemberitahuannya dikirim worker sesudahnya, bertanggal waktu jam saat itu" in told


def test_fire_answers_in_the_time_of_the_office(shell: Shell) -> None:
    said = shell("fire", "--at", "2030-12-02T10:00").output
    assert said == "0 timer dijalankan sampai 2 Des 2030, 10.00 WIB\n"


def test_fire_says_that_a_moved_clock_does_not_go_back(shell: Shell) -> None:
    shell("fire", "--at", "2030-12-02T10:00")
    said = shell("fire", "--at", "2030-12-01T10:00").output
    assert said.startswith("Jam sudah digeser dan tetap pada 2 Des 2030, 10.0")
    assert "digeser" not in shell("fire", "--at", "now").output


def test_fire_refuses_a_time_further_ahead_than_any_deadline(shell: Shell) -> None:
    for far in ("9999-12-31T23:59", "2999-01-01T00:00"):
        refused = shell("fire", "--at", far)
        assert refused.exit_code == 2
        assert "lebih dari 50 tahun" in refused.output
        assert "Traceback" not in refused.output
    with shell.database().reading() as session:
        assert session.get(Setting, "clock") is None


def test_without_time_travel_time_may_not_lie_ahead(tmp_path: Path, migrated_sqlite: Path) -> None:
    shell = Shell(tmp_path, migrated_sqlite)
    ahead = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert shell("fire", "--at", ahead).exit_code != 0
    assert shell("fire", "--at", "now").exit_code == 0
    with shell.database().reading() as session:
        assert session.get(Setting, "clock") is None


def test_a_backup_is_restored_into_an_empty_installation(shell: Shell, tmp_path: Path) -> None:
    start_instance(shell, tmp_path)
    copy, keys = str(tmp_path / "copy"), str(tmp_path / "keys.json")
    assert shell("backup", copy, "--keys", keys).exit_code == 0
    other = {"ALUR_DATA_DIR": str(tmp_path / "other")}
    line = ["restore", copy, "--keys", keys]
    restored = CliRunner(env=other).invoke(commands, line)
    assert restored.exit_code == 0, restored.output
    with settings.open_database(from_environment(other)).reading() as session:
        assert session.scalars(select(UserTask.name)).one()
    assert CliRunner(env=other).invoke(commands, line).exit_code != 0


def test_a_backup_without_its_keys_says_so_and_is_restored_only_when_told(
    shell: Shell, tmp_path: Path
) -> None:
    made = shell("backup", str(tmp_path / "copy"))
    assert made.exit_code == 0
    assert "Kunci tidak ikut disalin" in made.output
    other = {"ALUR_DATA_DIR": str(tmp_path / "other")}
    refused = CliRunner(env=other).invoke(commands, ["restore", str(tmp_path / "copy")])
    assert isinstance(refused.exception, NotReady)
    done = CliRunner(env=other).invoke(commands, ["restore", str(tmp_path / "copy"), "--without-keys"])
    assert done.exit_code == 0, done.output
    assert "hilanglah identitas pelapor" in done.output


def test_an_encrypted_backup_is_opened_by_its_identity(shell: Shell, tmp_path: Path) -> None:
    age = pyrage.x25519.Identity.generate()
    (tmp_path / "age.txt").write_text(str(age))
    copy, keys = str(tmp_path / "copy.age"), str(tmp_path / "keys.json")
    assert shell("backup", copy, "--keys", keys, "--age", str(age.to_public())).exit_code == 0
    other = {"ALUR_DATA_DIR": str(tmp_path / "other")}
    line = ["restore", copy, "--keys", keys, "--identity", str(tmp_path / "age.txt")]
    restored = CliRunner(env=other).invoke(commands, line)
    assert restored.exit_code == 0, restored.output


def test_a_long_backup_tells_how_far_it_is_in_lines(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_instance(shell, tmp_path)
    monkeypatch.setattr(running, "_MANY_ROWS", 1)
    told = shell("backup", str(tmp_path / "copy"), "--keys", str(tmp_path / "k")).output
    assert re.search(r"^\d+ dari \d+ baris \(100%\)$", told, re.MULTILINE)


def test_an_expected_error_is_one_sentence_without_a_traceback(tmp_path: Path) -> None:
    env = {"ALUR_DATA_DIR": str(tmp_path / "data"), "ALUR_TIMEZONE": "Mars/Olympus"}
    line = [sys.executable, "-m", "app", "init"]
    done = subprocess.run(line, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("Berhenti: ALUR_TIMEZONE")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALUR_DATABASE_URL", "alur"),
        ("ALUR_DATABASE_URL", "mysql://alur@localhost/alur"),
        ("ALUR_DATABASE_URL", "postgresql://alur:geheim@localhost:port/alur"),
        ("ALUR_BASE_URL", "alur.example.go.id"),
        ("ALUR_BASE_URL", "http://"),
        ("ALUR_SMTP_URL", "mail.example:587"),
        ("ALUR_SMTP_URL", "smtp://user:geheim@mail.example:port"),
        ("ALUR_WATCH", "perhaps"),
        ("ALUR_HOST", "192.0.2.1"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path, name: str, value: str) -> None:
    done = main(tmp_path, "serve", **{name: value})
    assert done.returncode == 1
    assert done.stderr.startswith(f"Berhenti: {name}")
    assert "Traceback" not in done.stderr
    assert "geheim" not in done.stderr


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("sqlite:////nowhere/alur.sqlite3", "alur.sqlite3 tidak dapat ditulis: No such file or directory"),
        ("postgresql://alur@127.0.0.1:1/alur", "\n- connection failed"),
    ],
)
def test_a_database_that_cannot_be_opened_is_told_with_the_reason(
    tmp_path: Path, url: str, reason: str
) -> None:
    done = main(tmp_path, "init", ALUR_DATABASE_URL=url)
    assert done.returncode == 1
    assert done.stderr.startswith("Berhenti: Basis data")
    assert reason in done.stderr
    assert "Traceback" not in done.stderr


def test_a_busy_port_is_said_in_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = main(tmp_path, "run", ALUR_PORT=str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert "sudah dipakai program lain" in done.stderr


def test_a_name_that_is_no_utf_8_is_told_without_a_traceback(tmp_path: Path) -> None:
    main(tmp_path, "init")
    line = [sys.executable, "-m", "app", "user", "password", "\udcff"]  # the byte FF
    env = {"ALUR_DATA_DIR": str(tmp_path / "data")}
    done = subprocess.run(line, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Berhenti: ada kata pada perintah ini yang bukan UTF-8.")
    assert "Traceback" not in done.stderr


def test_check_tells_what_deploy_would_of_what_is_in_force_and_changes_nothing(
    shell: Shell, tmp_path: Path
) -> None:
    shell("deploy", *files(tmp_path, procedure()))
    shell("user", "add", "rina", "--group", "Loket")
    lanes = {"Loket Depan": LANES["Loket"], "Unit": LANES["Unit"]}
    renamed = procedure(lanes=lanes)["uji.bpmn"].replace(b'value="Loket"', b'value="lane_1"')
    paths = files(tmp_path, {"uji.bpmn": renamed})
    checked, again = shell("check", *paths), shell("check", *paths)
    assert "Lajur “Loket” kini bernama “Loket Depan”; petugasnya ikut (1 orang)." in checked.output
    assert checked.output == again.output
    assert checked.exit_code == 0
    assert shell("deploy", *paths).output == f"{checked.output}uji versi 2 diterapkan\n"


def test_check_makes_no_installation_where_there_is_none(tmp_path: Path) -> None:
    [path, *_rest] = files(tmp_path, procedure())
    for made in ((), ("files",)):
        for name in made:
            (tmp_path / "data" / name).mkdir(parents=True)
        assert "Formulir" not in main(tmp_path, "check", path).stderr
        assert [one.name for one in (tmp_path / "data").glob("*")] == list(made)


def test_check_leaves_a_database_of_an_older_version_alone_and_says_so(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = files(tmp_path, procedure())
    shell("deploy", *paths)
    older = migrations.newest()
    add_revision(monkeypatch, tmp_path)
    done = shell("check", *paths)
    assert (done.exit_code, "Basis data belum diperbarui" in done.stderr) == (0, True)
    with shell.database().reading() as session:
        assert migrations.current(session.connection()) == older


def newer(tmp_path: Path, template: Path) -> Path:
    """A database as a later version of Alur leaves it."""
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "alur.sqlite3"
    shutil.copy(template, path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE schema_revision SET version_num = '9999'")
        connection.commit()
    return path


@pytest.mark.parametrize(
    "line",
    [
        "init",
        "demo",
        "run",
        "serve",
        "worker",
        "worker --with-web",
        "check {file}",
        "deploy {file}",
        "fire --at now",
        "clock --reset",
        "user add rina",
        "backup {folder}",
    ],
)
def test_a_database_of_a_newer_version_is_left_alone_and_told_of_in_one_sentence(
    tmp_path: Path, migrated_sqlite: Path, line: str
) -> None:
    path = newer(tmp_path, migrated_sqlite)
    [file, *_rest] = files(tmp_path, procedure())
    from_environment({"ALUR_DATA_DIR": str(tmp_path / "data")})  # its keys, as after a first start
    before = path.read_bytes()
    words = line.format(file=file, folder=tmp_path / "copy").split()
    done = main(tmp_path, *words, ALUR_PORT=str(free_port()))
    assert done.returncode == 1
    assert re.fullmatch(r"Berhenti: [^\n]*versi Alur yang lebih baru[^\n]*\n", done.stderr), done.stderr
    assert path.read_bytes() == before


def main(tmp_path: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return launcher().run(*arguments, environment={"ALUR_DATA_DIR": str(tmp_path / "data"), **settings})


def test_a_user_added_twice_is_refused_and_told_why(shell: Shell, tmp_path: Path) -> None:
    shell("init")
    done = main(tmp_path, "user", "add", "admin")
    assert done.returncode == 1
    assert "- Nama pengguna admin sudah dipakai." in done.stderr


def test_the_units_that_do_not_exist_are_named(shell: Shell, tmp_path: Path) -> None:
    shell("deploy", *files(tmp_path, procedure()))
    done = main(tmp_path, "user", "add", "rina", "--group", "Unit", "--unit", "XX", "--unit", "YY")
    assert "- Unit XX, YY tidak dikenal." in done.stderr


def test_a_refused_deployment_leaves_nothing_and_exits_1(shell: Shell, tmp_path: Path) -> None:
    paths = files(tmp_path, {**procedure(), "periksa.form": b"{"})
    done = main(tmp_path, "deploy", *paths)
    assert done.returncode == 1
    assert "Galat periksa.form" in done.stdout
    with shell.database().reading() as session:
        assert session.scalars(select(ProcessDefinition)).all() == []


def test_check_finds_the_forms_and_tables_that_lie_in_the_watched_folders(shell: Shell) -> None:
    done = shell("check", str(ROOT / "processes" / "pengaduan.bpmn"))
    assert (done.output, done.exit_code) == ("Tidak ada temuan.\n", 0)


def test_every_finding_of_check_names_its_file_and_its_place(shell: Shell, tmp_path: Path) -> None:
    closed = procedure(condition='=hasill = "cukup"')["uji.bpmn"].replace(
        b'name="nomor" value="nomor"', b'name="identitas tertutup" value="rahasia_sekali"'
    )
    paths = files(tmp_path, {**procedure(), "uji.bpmn": closed})
    lines = shell("check", *paths).output.splitlines()
    assert any("rahasia_sekali" in line for line in lines)
    assert all(line.split()[1].startswith("uji.bpmn:") and "“”" not in line for line in lines), lines


def test_a_form_that_is_nowhere_is_said_to_be_missing(shell: Shell, tmp_path: Path) -> None:
    done = shell("check", *files(tmp_path, {"uji.bpmn": procedure()["uji.bpmn"]}))
    assert done.exit_code == 1
    assert "Formulir periksa.form untuk “Periksa” tidak ada" in done.output
    assert "tidak ada formulir, tabel, atau pesan yang mengisinya" not in done.output


def test_two_files_of_one_name_are_not_taken_for_one(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "lama").mkdir()
    paths = [*files(tmp_path, procedure()), *files(tmp_path / "lama", {"periksa.form": b"{}"})]
    done = shell("check", *paths)
    assert done.exit_code == 1
    assert "periksa.form" in done.output


@pytest.mark.parametrize(
    ("text", "hour"), [("2026-12-01T08:00", 1), ("2026-12-01T08:00Z", 8), ("2026-12-01T08:00+08:00", 0)]
)
def test_a_time_without_an_offset_is_that_of_the_office(text: str, hour: int) -> None:
    zone, now = ZoneInfo("Asia/Jakarta"), datetime(2026, 11, 24, tzinfo=UTC)
    assert worker.parse_time(text, now, zone) == datetime(2026, 12, 1, hour, tzinfo=UTC)
    assert worker.parse_time("now", now, zone) == now


def test_when_the_web_ends_by_itself_so_does_what_runs_beside_it(tmp_path: Path) -> None:
    assert main(tmp_path, "init").returncode == 0
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = main(tmp_path, "worker", "--with-web", ALUR_PORT=str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert "sudah dipakai program lain" in done.stderr


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("triage . --json", "Pilihan --json belum diberi nilai."),
        ("triage . --jsn", "Pilihan --jsn tidak ada. Maksudnya salah satu dari '--json', '--run'?"),
        ("triage . --run=ya", "Pilihan --run tidak menerima nilai."),
        ("triage", "FOLDER belum diisi."),
        ("triage tidak-ada", "Nilai untuk FOLDER keliru: 'tidak-ada' tidak ada."),
        ("triage . --seed satu", "Nilai untuk --seed keliru: 'satu' bukan bilangan bulat."),
        ("check . app", "Nilai untuk FILES... keliru: '.' sebuah folder, bukan berkas."),
        ("xyz", "Perintah xyz tidak ada."),
        ("clock --reset lagi", "Terlalu banyak kata: lagi."),
        (
            "user add x --role raja",
            "Nilai untuk --role keliru: 'raja' bukan salah satu dari 'admin', 'process_owner', 'auditor'.",
        ),
        ("fire --at besok", "Nilai untuk --at keliru: 'besok' bukan waktu ISO 8601."),
        ("fire", "--at belum diisi."),
    ],
)
def test_a_command_typed_wrongly_is_answered_in_indonesian(tmp_path: Path, line: str, said: str) -> None:
    done = main(tmp_path, *line.split())
    assert done.returncode == 2
    *before, last = done.stderr.splitlines()
    assert last == f"Galat: {said}"
    assert not before or before[0].startswith("Pemakaian: python -m app ")


@pytest.mark.parametrize("line", ["", "deploy", "init", "fire", "user", "user add", "triage", "clock"])
def test_the_help_of_a_command_is_in_indonesian(tmp_path: Path, line: str) -> None:
    shown = main(tmp_path, *line.split(), "--help").stdout
    assert shown.startswith(f"Pemakaian: python -m app {line}".rstrip())
    assert "\nPilihan:\n" in shown
    assert "Tampilkan bantuan ini." in shown
    assert not re.search("(?i)usage|option|command|argument|show|exit|required|default|integer| text", shown)


def test_the_catalogue_of_click_holds_only_what_click_still_says() -> None:
    marked = extract_from_dir(Path(click.__file__).parent, method_map=[("**.py", "python")])
    said = {message for _file, _line, message, _comments, _context in marked}
    said.add("required")  # not marked where it stands, but translated where it is shown
    with (ROOT / "app/locale/id/click.po").open("rb") as file:
        told = [message for message in read_po(file) if message.id]
    assert [message.id for message in told if message.id not in said or not message.string] == []


def test_commands_stand_in_the_security_log(shell: Shell, tmp_path: Path) -> None:
    assert shell("user", "add", "rahmat").exit_code == 0
    assert shell("user", "token", "rahmat").exit_code == 0
    assert shell("backup", str(tmp_path / "copy")).exit_code == 0
    assert shell("backup", str(tmp_path / "copy")).exit_code == 1
    other = {**shell.env, "ALUR_DATA_DIR": str(tmp_path / "other")}
    restored = CliRunner(env=other).invoke(commands, ["restore", str(tmp_path / "copy"), "--without-keys"])
    assert restored.exit_code == 0, restored.output
    with closing(settings.open_database(from_environment(other))) as database, database.reading() as session:
        rows = session.scalars(select(SecurityEvent).order_by(SecurityEvent.id)).all()
        assert [(row.kind, row.action, row.outcome, row.target_id) for row in rows] == [
            ("office", "user_added", "done", "rahmat"),
            ("office", "token_issued", "done", "rahmat"),
            ("system", "restore", "done", None),
        ]
        assert {(row.channel, row.actor_id) for row in rows} == {("command", None)}
    with closing(shell.database()) as database, database.reading() as session:
        rows = session.scalars(select(SecurityEvent).where(SecurityEvent.kind == "system")).all()
        assert [(row.action, row.outcome) for row in rows] == [("backup", "done"), ("backup", "not_ready")]
