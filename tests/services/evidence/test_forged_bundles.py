"""Bundles that somebody rewrote, each told by the checker; ``ALUR_FORGERIES=3000`` tries so many by dice."""

import contextlib
import json
import os
import random
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo
from zlib import crc32

import orjson
import pytest

from app.base.config import Config
from app.commands import evidence
from app.services.evidence import checkpoints
from tests.services.evidence.attacks import config_of, rewrite, run, signed_anyway, unguarded
from tests.services.evidence.bundling import (
    Members,
    bundle,
    checked,
    edit,
    edit_line,
    furnished_cases,
    kept_outside,
    listed_anew,
    opened,
    signed_anew,
    zipped,
)
from tests.services.office import Office
from tests.services.retention.cases import case_of, deploy

NUMBER = int(os.environ.get("ALUR_FORGERIES", "300"))


@pytest.fixture
def office(furnished: Office) -> Office:
    deploy(furnished, "2 tahun")
    return furnished


# One by one --------------------------------------------------------------------------------------------------------

EVENTS, HEAD = "perkara/1/peristiwa.jsonl", "perkara/1/kepala.json"


def put(name: str, *way: Any, to: Any) -> Callable[[Members], None]:
    """Put a value at a place of a member that is JSON."""

    def change(members: Members) -> None:
        def place(document: Any) -> None:
            for key in way[:-1]:
                document = document[key]
            document[way[-1]] = to

        edit(members, name, place)

    return change


def told_twice(members: Members) -> None:
    members[HEAD] = members[HEAD].replace(b'{"index"', b'{"index":7,"index"', 1)


def drop_file(members: Members) -> None:
    name = next(one for one in members if one.startswith("perkara/1/berkas/"))
    del members[name]
    edit(members, HEAD, lambda head: head["files"].clear())


def drop_version_file(members: Members) -> None:
    del members["versi/2/terima.form"]
    edit(members, "isi.json", lambda manifest: manifest["versions"][0]["files"].pop("terima.form"))


def drop_version(members: Members) -> None:
    for name in [one for one in members if one.startswith("versi/")]:
        del members[name]
    edit(members, "isi.json", lambda manifest: manifest["versions"].clear())


def drop_case(members: Members) -> None:
    for name in [one for one in members if one.startswith("perkara/2/")]:
        del members[name]
    edit(members, "isi.json", lambda manifest: manifest["cases"].pop())


def drop_last_event(members: Members) -> None:
    members[EVENTS] = b"\n".join(members[EVENTS].splitlines()[:-1])


def drop_first_event(members: Members) -> None:
    members[EVENTS] = b"\n".join(members[EVENTS].splitlines()[1:])


def hide_files(members: Members) -> None:
    """Leave out what the event tells that names the file, and the file."""
    from app.history.canonical import commitment

    def withhold(line: Any) -> None:
        line["commitment"] = commitment(line.pop("data"), bytes.fromhex(line.pop("salt"))).hex()

    edit_line(members, EVENTS, 5, withhold)
    drop_file(members)


def drop_deployment(members: Members) -> None:
    """Leave out what the event tells that put the version in force."""
    from app.history.canonical import commitment

    def withhold(line: Any) -> None:
        line["commitment"] = commitment(line.pop("data"), bytes.fromhex(line.pop("salt"))).hex()

    edit_line(members, "luar/peristiwa.jsonl", 0, withhold)


def forget_first_checkpoint(members: Members) -> None:
    members["titik-periksa-sebelumnya.jsonl"] = b""


def another_time(members: Members) -> None:
    """The checkpoint says another time than was signed."""

    def change(kept: Any) -> None:
        kept["statement"] = kept["statement"].replace('"at":"2', '"at":"1')

    edit(members, "titik-periksa.json", change)


def not_canonical(members: Members) -> None:
    edit_line(members, "titik-periksa-sebelumnya.jsonl", 0, lambda one: None)
    members["titik-periksa-sebelumnya.jsonl"] = members["titik-periksa-sebelumnya.jsonl"].replace(
        b'":', b'": '
    )


def not_a_number(members: Members) -> None:
    members[EVENTS] = members[EVENTS].replace(b'"data":{', b'"data":{"x":NaN,', 1)


def another_checkpoint_before(members: Members) -> None:
    members["titik-periksa-sebelumnya.jsonl"] = members["titik-periksa-sebelumnya.jsonl"].replace(
        b'"at":"2', b'"at":"1'
    )


#: What whoever holds the key does, who can sign the list of contents anew; and what is told of it.
BY_KEY: dict[str, tuple[Callable[[Members], None], str]] = {
    "no checkpoint": (put("isi.json", "checkpoint", to=None), "tanpa titik periksa"),
    "another checkpoint": (put("isi.json", "checkpoint", to=7), "isi.json menyebut titik periksa 7, tetapi"),
    "another form": (put("isi.json", "v", to=1), "paket ini bukan bentuk 2"),
    "a case twice": (
        lambda members: edit(members, "isi.json", lambda found: found["cases"].append(found["cases"][0])),
        "perkara yang sama lebih dari sekali",
    ),
    "nothing under the checkpoint": (put(HEAD, "sealed", to=0), "kunci sealed yang tidak dikenal"),
    "another place in the tree": (put(HEAD, "index", to=0), "tidak tercakup oleh akar titik periksa"),
    "no way to the root": (put(HEAD, "path", to=[]), "tidak tercakup oleh akar titik periksa"),
    "another number": (put("isi.json", "cases", 0, "number", to="UJI-9"), "bernomor UJI-2027-00001"),
    "another version": (put("isi.json", "versions", 0, "version", to=9), "diterapkan sebagai versi 2"),
    "another process": (put("isi.json", "versions", 0, "key", to="lain"), "dari proses uji"),
    "case without versions": (put(HEAD, "versions", to=[]), "tidak ada dalam paket"),
    "another chain": (put(HEAD, "chain", to=2), "[id 1]"),
    "an unknown key": (put("isi.json", "catatan", to=""), "kunci catatan yang tidak dikenal"),
    "a key twice": (told_twice, "kunci yang sama lebih dari sekali"),
    "an open file as identity": (put(HEAD, "withheld", "x", to="identitas"), "berkas x tidak disebut"),
    "a file": (drop_file, "yang disebut peristiwa ke-6 perkara UJI-2027-00001 [id 1]"),
    "a file with its event": (
        hide_files,
        "isi peristiwa ke-6 perkara UJI-2027-00001 [id 1] tidak disertakan",
    ),
    "a file of the version": (drop_version_file, "berkas terima.form dari versi 2 dari proses uji"),
    "the version": (drop_version, "versi proses yang disebut peristiwa perkara UJI-2027-00001"),
    "the deployment": (drop_deployment, "tidak punya satu peristiwa penerapan"),
    "an event": (
        lambda members: edit_line(members, EVENTS, 2, lambda line: line.update(type="note_added")),
        "peristiwa ke-3 perkara UJI-2027-00001 [id 1] berubah",
    ),
    "the last event": (drop_last_event, "perkara UJI-2027-00001 [id 1] "),
    "the first event": (drop_first_event, "peristiwa ke-1 perkara UJI-2027-00001 [id 1] hilang"),
    "the checkpoint's time": (another_time, "tanda tangan titik periksa dalam paket tidak sah"),
    "the grown chains": (put("titik-periksa.json", "grown", to=[]), "daftar rantai pada titik periksa dalam"),
    "a statement's form": (
        not_canonical,
        "titik periksa pertama dalam daftar yang sebelumnya tidak dalam bentuk baku",
    ),
    "a checkpoint before": (another_checkpoint_before, "titik periksa 1 dalam daftar yang sebelumnya bukan"),
    "no number": (not_a_number, "peristiwa ke-1 perkara UJI-2027-00001 [id 1] memuat NaN"),
    "a text as number": (
        put("isi.json", "checkpoint", to="2"),
        "checkpoint dalam berkas isi.json bukan nilai",
    ),
    "a list": (lambda members: members.update({HEAD: b"[]"}), f"{HEAD} bukan objek JSON"),
    "a member that is none": (put("isi.json", "members", "x", to="00" * 32), "bukan bagian paket"),
}


#: What anybody does, who can write the lists of contents anew.
BY_ANYBODY: dict[str, tuple[Callable[[Members], None], str]] = {
    "a case": (drop_case, "daftar isi paket ini berubah sejak dibuat"),
    "earlier checkpoints": (forget_first_checkpoint, "daftar isi paket ini berubah sejak dibuat"),
    "the checker": (
        lambda members: members.update({"periksa_bukti.py": b""}),
        "daftar isi paket ini berubah",
    ),
    "the signature's key": (
        put("tanda-tangan.json", "public_key", to="00" * 32),
        "isi.json ditandatangani dengan kunci lain daripada titik periksa",
    ),
    "the list": (lambda members: members.update({"isi.json": b"{"}), "isi.json bukan JSON"),
    "a file more": (lambda members: members.update({"x/y": b""}), "berkas x/y tidak disebut"),
}


def held(office: Office, folder: Path) -> tuple[Config, Members, tuple[str, ...]]:
    """A bundle of two cases, and what its checker is given: the key, and a checkpoint kept outside before it."""
    case, other, _file = furnished_cases(office)
    evidence.make_checkpoint(office.database, actor=None)
    config, whole = config_of(office.database), opened(bundle(office, case.id, other.id))
    key, outside = checkpoints.public_key(config).hex(), kept_outside(office, folder, 1)
    return config, whole, ("--key", key, "--against", str(outside))


def test_each_forgery_is_told_in_its_words(office: Office, tmp_path: Path) -> None:
    config, whole, given = held(office, tmp_path)
    assert checked(zipped(whole), tmp_path, *given)[0] == 0
    wrong = []
    for name, (forge, words) in (BY_KEY | BY_ANYBODY).items():
        members = dict(whole)
        forge(members)
        listed_anew(members)
        if name in BY_KEY:
            signed_anew(members, config)
        for arguments in (given, given[:2], given[2:], ()):
            code, said = checked(zipped(members), tmp_path, *arguments)
            if code != 1 or words not in said.splitlines()[-2]:
                wrong.append((name, arguments, said.splitlines()[-2]))
    assert not wrong, "\n".join(map(str, wrong))
    # A selection by whoever has the key is not told, and stands there for all to see.
    members = dict(whole)
    drop_case(members)
    signed_anew(members, config)
    code, said = checked(zipped(members), tmp_path, *given)
    assert (code, "Paket ini memuat 1 perkara (UJI-2027-00001), dari 4 rantai" in said) == (0, True), said


def renamed(members: Members) -> bytes:
    """A ZIP in which a member has a second name, as some programs read it."""
    made = BytesIO()
    with ZipFile(made, "w") as archive:
        for name, content in members.items():
            info = ZipInfo(name)
            field = b"\x01" + crc32(name.encode()).to_bytes(4, "little") + b"isi.json"
            info.extra = (
                b"up" + len(field).to_bytes(2, "little") + field if name == "luar/kepala.json" else b""
            )
            archive.writestr(info, content)
    return made.getvalue()


def test_what_a_zip_holds_beside_its_list_is_told(office: Office, tmp_path: Path) -> None:
    case, _other, _file = furnished_cases(office)
    content = bundle(office, case.id)
    members = opened(content)
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = zipped(members, [(EVENTS, b"")])
    hidden = zipped(
        {"a": b"", **members}
    )  # a member that the directory does not name, before the first that it does
    at = content.index(b"periksa_bukti.py") - 30
    assert content[at : at + 4] == b"PK\x03\x04"
    other = bytearray(content)
    other[at + 14] ^= 1  # what it says of its sum is not what the directory says
    end = hidden.index(b"PK\x03\x04", 1)
    for forged, words in (
        (twice, f"berkas {EVENTS} ada lebih dari sekali dalam paket"),
        (hidden[:end] + content, "ada isi yang tidak terdaftar dalam ZIP"),
        (bytes(other), "berkas periksa_bukti.py lain menurut kepalanya"),
        (renamed(members), "berkas luar/kepala.json lain menurut kepalanya"),
        (content + b"x", "ada isi yang tidak terdaftar dalam ZIP"),
    ):
        code, said = checked(forged, tmp_path)
        assert (code, words in said) == (1, True), said


class Pipe(BytesIO):
    """What takes bytes and never goes back, so that lengths stand behind the members of a ZIP."""

    def seekable(self) -> bool:
        return False

    def tell(self) -> int:
        raise OSError


def packed(members: Members, made: BytesIO, folders: tuple[str, ...] = (), held: bytes = b"") -> bytes:
    """A ZIP as other programs make it. ``folders``: entries of their own, each of which ``held`` is in."""
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        for name in folders:
            archive.writestr(ZipInfo(name), held)
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def with_fields(content: bytes, member: str, *, listed: dict[int, int], own: dict[int, int]) -> bytes:
    """A ZIP with other bytes at places of what the directory says of a member, and of its own header."""
    forged = bytearray(content)
    with ZipFile(BytesIO(content)) as archive:
        at = archive.getinfo(member).header_offset
        entry = content.index(member.encode(), archive.start_dir) - 46
    assert (content[at : at + 4], content[entry : entry + 4]) == (b"PK\x03\x04", b"PK\x01\x02")
    for start, fields in ((entry, listed), (at, own)):
        for place, byte in fields.items():
            forged[start + place] = byte
    return bytes(forged)


README = "BACA-SAYA.txt"
#: In the directory and in a member's own header: flags, method, a byte of the sum, one of the size.
LISTED_FLAGS, FLAGS, METHOD, SUM, SIZE = 8, 6, 8, 14, 22


def test_a_zip_says_of_each_member_one_thing(office: Office, tmp_path: Path) -> None:
    """Of folders, too, and of members whose length stands behind them: other programs go by their own headers."""
    case, _other, _file = furnished_cases(office)
    members = opened(bundle(office, case.id))
    plain, streamed = zipped(members), packed(members, Pipe())
    folders = packed(members, BytesIO(), ("perkara/", f"perkara/{case.id}/", "versi/"))
    with ZipFile(BytesIO(streamed)) as archive:
        behind = archive.getinfo(README).compress_size + 30 + len(README)
    assert streamed[behind : behind + 4] == b"PK\x07\x08"
    for whole in (plain, streamed, folders):
        code, said = checked(whole, tmp_path)
        assert (code, "UTUH DI DALAMNYA SAJA" in said) == (0, True), said
    other = b"ini bukan isi perkara\n"
    evil = packed(members, BytesIO(), ("perkara/1/peristiwa.json/",), other)
    renamed_folder = folders.replace(b"perkara/1/", b"perkara/1x", 1)
    assert renamed_folder.index(b"perkara/1x") < renamed_folder.index(b"perkara/1/")
    for forged in (
        evil.replace(b"peristiwa.json/", b"peristiwa.jsonl", 1),
        packed(members, BytesIO(), ("perkara/1/lain/",)),
        renamed_folder,
        with_fields(plain, README, listed={LISTED_FLAGS: 8}, own={METHOD: 0, SUM: 0, SIZE: 3}),
        with_fields(plain, README, listed={LISTED_FLAGS: 8}, own={}),
        with_fields(plain, README, listed={LISTED_FLAGS: 8}, own={FLAGS: 8}),
        with_fields(streamed, README, listed={}, own={METHOD: 0}),
        with_fields(streamed, README, listed={}, own={SIZE: 3}),
        with_fields(streamed, README, listed={}, own={FLAGS: 0}),
        with_fields(streamed, README, listed={}, own={behind + 4: streamed[behind + 4] ^ 1}),
        with_fields(streamed, README, listed={}, own={30: ord("b")}),
    ):
        code, said = checked(forged, tmp_path)
        assert (code, "TIDAK UTUH" in said) == (1, True), said
        assert "ZIP" in said.splitlines()[-2], said


def test_a_bundle_made_anew_under_another_key_is_told_by_either(office: Office, tmp_path: Path) -> None:
    """Everything fits: the checkpoint, the list, and the chain before; but whoever made it has not the key."""
    case, _other, _file = furnished_cases(office)
    evidence.make_checkpoint(office.database, actor=None)
    config, members = config_of(office.database), opened(bundle(office, case.id))
    thief = replace(config, identity_key=bytes(32))

    def sign_anew(kept: Any) -> None:
        kept["public_key"] = checkpoints.public_key(thief).hex()
        kept["signature"] = checkpoints.signed(thief, kept["statement"].encode()).hex()

    edit(members, "titik-periksa.json", sign_anew)
    listed_anew(members)
    signed_anew(members, thief)
    kept = kept_outside(office, tmp_path, 1)
    assert checked(zipped(members), tmp_path)[1].splitlines()[-1] == "UTUH DI DALAMNYA SAJA"
    for arguments, words in (
        (("--against", str(kept)), "dengan kunci lain daripada titik periksa 1 yang disimpan di luar"),
        (("--key", checkpoints.public_key(config).hex()), "dengan kunci lain daripada yang diberikan"),
    ):
        code, said = checked(zipped(members), tmp_path, *arguments)
        assert (code, words in said) == (1, True), said


def test_another_chain_of_checkpoints_under_the_same_key_is_told(office: Office, tmp_path: Path) -> None:
    """Whoever holds the key signs checkpoints as he wants them: what was kept outside is not among them."""
    case, _other, _file = furnished_cases(office)
    evidence.make_checkpoint(office.database, actor=None)
    config, whole = config_of(office.database), opened(bundle(office, case.id))
    kept = {number: kept_outside(office, tmp_path, number) for number in (1, 2)}

    def forged(number: int, **other: str) -> bytes:
        """Checkpoint 1 or 2 says another time, or what is given, and what comes after names it."""
        members, before = dict(whole), ""
        statements = whole["titik-periksa-sebelumnya.jsonl"].decode().splitlines()
        checkpoint = orjson.loads(whole["titik-periksa.json"])
        for place, text in enumerate((*statements, checkpoint["statement"]), 1):
            statement = orjson.loads(text)
            if place == number:
                statement |= other or {"at": f"1{statement['at'][1:]}"}
            if before and place > number:
                statement["previous"] = sha256(before.encode()).hexdigest()
            before = orjson.dumps(statement, option=orjson.OPT_SORT_KEYS).decode()
            if place <= len(statements):
                statements[place - 1] = before
        checkpoint["statement"] = before
        checkpoint["signature"] = checkpoints.signed(config, before.encode()).hex()
        members["titik-periksa.json"] = orjson.dumps(checkpoint)
        members["titik-periksa-sebelumnya.jsonl"] = "\n".join(statements).encode()
        listed_anew(members)
        signed_anew(members, config)
        return zipped(members)

    code, said = checked(forged(1, previous="11" * 32), tmp_path)
    assert (code, "titik periksa 1 menyebut satu yang sebelumnya" in said) == (1, True), said
    for number in (1, 2):
        assert checked(forged(number), tmp_path)[0] == 0
        code, said = checked(forged(number), tmp_path, "--against", str(kept[number]))
        words = f"rantai titik periksa dalam paket tidak cocok dengan titik periksa {number} yang disimpan"
        assert (code, words in said) == (1, True), said


def cut(office: Office, case: int) -> None:
    """Take the last event of a case out of the database, and let its head be that of the one before."""
    with unguarded(office.database) as connection:
        count = run(connection, "SELECT count FROM event_chain WHERE instance_id = :c", c=case).scalar_one()
        run(connection, "DELETE FROM history_event WHERE instance_id = :c AND number = :n", c=case, n=count)
        # As if the next checkpoint were the first that has so many of them.
        run(connection, "UPDATE sealed_head SET count = :n WHERE instance_id = :c", c=case, n=count - 2)
        before = "(SELECT hash FROM history_event WHERE instance_id = :c AND number = :n)"
        run(
            connection,
            f"UPDATE event_chain SET count = :n, head = {before} WHERE instance_id = :c",
            c=case,
            n=count - 1,
        )


@pytest.mark.parametrize("attack", [rewrite, cut])
def test_a_case_that_was_written_anew_and_signed_is_told_by_where_it_grew(
    office: Office, tmp_path: Path, attack: Callable[[Office, int], None]
) -> None:
    """Whoever holds database and key makes bundles in which everything fits; but not the checkpoint from before."""
    case, _other, _file = furnished_cases(office)
    before = bundle(office, case.id)
    kept = kept_outside(office, tmp_path, 1)
    attack(office, case.id)
    case_of(office)  # or there would be fewer events than before, which shows
    signed_anyway(office.database)
    after = bundle(office, case.id)
    key = checkpoints.public_key(config_of(office.database)).hex()
    assert checked(after, tmp_path, "--key", key)[0] == 0
    code, said = checked(after, tmp_path, "--key", key, "--against", str(kept))
    words = {
        rewrite: f"peristiwa ke-6 perkara {case.business_key} [id {case.id}] bukan yang ada pada titik periksa 1",
        cut: f"perkara {case.business_key} [id {case.id}] terpotong: 5 dari 6 peristiwa",
    }
    assert (code, words[attack] in said) == (1, True), said
    if attack is cut:  # as the earlier bundle shows
        code, said = checked(before, tmp_path, "--against", str(kept_outside(office, tmp_path, 2)))
        assert (code, "lebih panjang daripada pada titik periksa 2" in said) == (1, True), said


# By dice -----------------------------------------------------------------------------------------------------------


def flip(dice: random.Random, members: Members) -> None:
    name = dice.choice([one for one in members if members[one]])
    changed = bytearray(members[name])
    place = dice.randrange(len(changed))
    match dice.randrange(3):
        case 0:
            changed[place] ^= 1 << dice.randrange(8)
        case 1:
            del changed[place : place + dice.randrange(1, 40)]
        case _:
            changed[place:place] = changed[dice.randrange(len(changed)) :][: dice.randrange(1, 40)]
    members[name] = bytes(changed)


def mix(dice: random.Random, members: Members) -> None:
    """Drop, exchange, rename or add members."""
    name, other = dice.sample(sorted(members), 2)
    match dice.randrange(4):
        case 0:
            del members[name]
        case 1:
            members[name], members[other] = members[other], members[name]
        case 2:
            members[f"{name}.lama"] = members.pop(name)
        case _:
            members[f"perkara/1/berkas/{dice.randrange(9)}"] = b"lain"


def shuffle_lines(dice: random.Random, members: Members) -> None:
    name = dice.choice([one for one in members if one.endswith(".jsonl")])
    lines = members[name].splitlines()
    place = dice.randrange(len(lines))
    match dice.randrange(4):
        case 0:
            del lines[place]
        case 1:
            lines.insert(dice.randrange(len(lines)), lines[place])
        case 2:
            dice.shuffle(lines)
        case _:
            lines = lines[: place + 1]
    members[name] = b"\n".join(lines)


def change_field(dice: random.Random, members: Members) -> None:
    """Change, drop, add or repeat a field anywhere in a document or a line."""
    name = dice.choice([one for one in members if one.endswith((".json", ".jsonl"))])
    lines = members[name].splitlines() if name.endswith(".jsonl") else [members[name]]
    place = dice.randrange(len(lines))
    document = orjson.loads(lines[place])
    at: Any = document
    while True:
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        key = dice.choice(keys) if keys else None
        if key is None or not isinstance(at[key], dict | list) or not at[key] or dice.random() < 0.15:
            break
        at = at[key]
    match dice.randrange(4):
        case 0 if key is not None:
            del at[key]
        case 1 if isinstance(at, dict):
            at[f"tambahan{dice.randrange(9)}"] = 1
        case 2 if isinstance(at, dict) and key is not None:
            repeated = f"{json.dumps(key)}:{json.dumps(at[key])},{json.dumps(key)}:"
            at[key] = changed(dice, at[key])
            text = orjson.dumps(document).decode()
            document = None
            lines[place] = text.replace(f"{json.dumps(key)}:", repeated, 1).encode()
        case _ if key is not None:
            at[key] = changed(dice, at[key])
    if document is not None:
        lines[place] = orjson.dumps(document)
    members[name] = b"\n".join(lines)


def changed(dice: random.Random, value: Any) -> Any:
    """Another value, most often of the same kind."""
    if dice.random() < 0.2:
        return dice.choice([None, 0, 1, -1, True, "", "00" * 32, [], {}, 1.5])
    if isinstance(value, str) and value:
        place = dice.randrange(len(value))
        return value[:place] + dice.choice("0123456789abcdefX") + value[place + 1 :]
    if isinstance(value, int):
        return value + dice.choice([-1, 1, 2**40])
    if isinstance(value, list) and value:
        return dice.sample(value, dice.randrange(len(value) + 1))
    return {"lain": value}


FORGERIES = [flip, mix, shuffle_lines, change_field, change_field]


def nothing_else(_members: Members, _config: Config) -> None:
    """The lists stay as they are."""


def lists(members: Members, _config: Config) -> None:
    """The lists name what is there now."""
    listed_anew(members)


def lists_and_signature(members: Members, config: Config) -> None:
    """The lists name what is there now and are signed by whoever holds the key."""
    listed_anew(members)
    if "isi.json" in members:
        signed_anew(members, config)


def meaning(members: Members) -> Any:
    """What a bundle says, whatever its form: how its documents are written, and what the lists are made of, is none
    of it; nor are words for people, and how far back checkpoints go."""
    found: dict[str, Any] = {}
    for name, content in members.items():
        if name in (
            "BACA-SAYA.txt",
            "periksa_bukti.py",
            "tanda-tangan.json",
            "titik-periksa-sebelumnya.jsonl",
        ):
            continue
        if name.endswith(".jsonl"):
            found[name] = [orjson.loads(line) for line in content.splitlines()]
        elif name.endswith(".json"):
            found[name] = orjson.loads(content)
            found[name].pop("events", None)
        else:
            found[name] = content
    found["isi.json"] = {
        "cases": sorted((one["id"], one["number"]) for one in found["isi.json"]["cases"]),
        "versions": sorted((one["id"], sorted(one["files"])) for one in found["isi.json"]["versions"]),
    }
    return found


def test_forgeries_by_dice_are_told(office: Office, tmp_path: Path) -> None:
    config, whole, given = held(office, tmp_path)
    told: dict[str, int] = {}
    for number in range(NUMBER if office.database.is_sqlite else NUMBER // 10):
        dice = random.Random(number)
        members = dict(whole)
        forge = dice.choice(FORGERIES)
        forge(dice, members)
        if dice.random() < 0.3:
            with contextlib.suppress(ValueError, IndexError):  # the first one left nothing to forge
                dice.choice(FORGERIES)(dice, members)
        afterwards = dice.choice([nothing_else, lists, lists_and_signature])
        afterwards(members, config)
        code, said = checked(zipped(members), tmp_path, *given)
        last = said.splitlines()[-2]
        if code == 0:
            assert meaning(members) == meaning(whole), (number, forge.__name__, afterwards.__name__, said)
            assert afterwards is lists_and_signature or members | {"tanda-tangan.json": b""} == whole | {
                "tanda-tangan.json": b""
            }, (number, forge.__name__, said)
        else:
            assert (code, last[:12]) == (1, "TIDAK UTUH: "), (number, said)
        told[last[:20]] = told.get(last[:20], 0) + 1
    assert told.pop("UTUH: semuanya cocok", 0) < NUMBER / 4


def test_bytes_of_a_zip_changed_by_dice_are_told(office: Office, tmp_path: Path) -> None:
    """Those that change what a program unpacks, that is, not the time of a member."""
    case, _other, _file = furnished_cases(office)
    whole = bundle(office, case.id)
    key = checkpoints.public_key(config_of(office.database)).hex()
    for number in range(NUMBER if office.database.is_sqlite else NUMBER // 10):
        dice = random.Random(number)
        changed = bytearray(whole)
        changed[dice.randrange(len(whole))] ^= 1 << dice.randrange(8)
        code, said = checked(bytes(changed), tmp_path, "--key", key)
        if code == 0:
            assert opened(bytes(changed)) == opened(whole), (number, said)
