"""Check a bundle of evidence of Alur without Alur: Python 3.9 or newer and nothing else.

    python periksa_bukti.py BUNDLE.zip        or the folder it was unpacked into; alone: the folder of this file
    --key HEX         the public key, or its fingerprint, as it was told by another way than the bundle
    --against FILE    a checkpoint that was kept outside, or one a line; may be given several times
    --witness FILE    what a witness signed: which checkpoint, and with which key
    --compare FILE …  without a bundle: whether checkpoints that were kept outside go on from each other

Says what holds and where the first fault is. Exit code 0: everything holds; 1: something does not, or cannot be
compared with what was given; 2: no bundle.
What is checked is described in docs/evidence.md of Alur; this file shares no code with it.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# Without annotations, so that whoever reads it in a dispute reads what it does.

import argparse
import hashlib
import hmac
import json
import re
import sys
import zipfile
import zlib
from functools import lru_cache
from pathlib import Path

# What is printed ---------------------------------------------------------------------------------------------------


def say(text):
    """Print a line: the one way to the screen. What is no visible sign (also what turns the direction of writing, or
    ends the line) is written as its code, so that nothing from a bundle moves or hides what stands there."""
    print("".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in text[:LONGEST_SAID]))


#: The most of a line, in letters; and of a text from a bundle within it.
LONGEST_SAID, LONGEST_SHOWN = 20_000, 100


def shown(value):
    """A text from a bundle as it stands in a sentence: short and without blank stretches, so that none of it seems to
    be a line of its own."""
    text = " ".join(str(value)[: 100 * LONGEST_SHOWN].split())
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def conclude(text):
    """Print the verdict, and once more its first words alone on the last line."""
    say(text)
    say(text.partition(":")[0])


# The canonical form ------------------------------------------------------------------------------------------------


def canonical(value):
    """UTF-8 JSON, keys sorted, no spaces; numbers without a fraction as integers."""
    text = json.dumps(_whole(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8")


def _whole(value):
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, dict):
        return {key: _whole(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_whole(one) for one in value]
    return value


def sha256(content):
    """SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


# Ed25519, as RFC 8032 describes it: only what checks a signature ---------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def _x_of(y, odd):
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * ROOT % P
    if x * x % P != square or (x == 0 and odd):
        return None
    return x if x & 1 == odd else P - x


def _point(encoded):
    number = int.from_bytes(encoded, "little")
    y, odd = number & (2**255 - 1), number >> 255
    x = _x_of(y, odd) if y < P else None
    return None if x is None else (x, y, 1, x * y % P)


def _sum(one, other):
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _times(number, point):
    found = (0, 1, 1, 0)
    while number:
        if number & 1:
            found = _sum(found, point)
        point = _sum(point, point)
        number >>= 1
    return found


@lru_cache(maxsize=64)
def is_signed(message, signature, key):
    """Whether an Ed25519 signature is of the message, under the public key."""
    if len(signature) != 64 or len(key) != 32:
        return False
    a, r = _point(key), _point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    y = 4 * pow(5, P - 2, P) % P
    base = _point(y.to_bytes(32, "little"))
    left, right = _times(s, base), _sum(r, _times(h, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (
        left[1] * right[2] - right[1] * left[2]
    ) % P == 0


# The bundle --------------------------------------------------------------------------------------------------------


class Fault(Exception):
    """What does not hold, in a sentence."""


class Unproved(Exception):
    """What nothing speaks against, and nothing for."""


#: The most that is read at once, in bytes: of a member that is one document, and of a line of one that has many.
MOST, LONGEST_LINE = 128 << 20, 8 << 20
#: A member beyond so many bytes may not be more than so many times what it takes packed: hashes do not pack, events
#: and files do.
SMALL, DOCUMENTS_PACK, OTHERS_PACK = 1 << 20, 20, 200
CHUNK = 1 << 20

#: What a system leaves in a folder by itself.
LITTER = (".DS_Store", "Thumbs.db", "desktop.ini")


class Bundle:
    """Members of a bundle by their names, whether it is a ZIP or a folder; and the SHA-256 of each that was read."""

    def __init__(self, path, apart=()):
        self.digests = {}
        self._folder = path
        self._zip = zipfile.ZipFile(path) if path.is_file() else None
        if self._zip:
            self.names = [name for name in self._zip.namelist() if not name.endswith("/")]
            check_layout(self._zip, path)
        else:
            files = (one for one in path.rglob("*") if not one.is_dir() and one.name not in LITTER)
            self.names = [one.relative_to(path).as_posix() for one in files if one.resolve() not in apart]
        if len(set(self.names)) < len(self.names):
            twice = next(name for name in self.names if self.names.count(name) > 1)
            raise Fault(f"berkas {shown(twice)} ada lebih dari sekali dalam paket")

    def parts(self, name, packs=OTHERS_PACK):
        """The content of a member, part by part. ``packs``: how many times smaller it may be packed."""
        digest = hashlib.sha256()
        try:
            if self._zip:
                info = self._zip.getinfo(name)
                if info.file_size > SMALL and info.file_size > packs * info.compress_size:
                    raise Fault(
                        f"berkas {shown(name)} memuai jauh lebih besar daripada berkas dalam paket Alur"
                    )
            with self._zip.open(name) if self._zip else open(self._folder / name, "rb") as file:
                for part in iter(lambda: file.read(CHUNK), b""):
                    digest.update(part)
                    yield part
        except (KeyError, OSError, RuntimeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            raise Fault(f"berkas {shown(name)} tidak ada dalam paket, atau rusak") from error
        self.digests[name] = digest.hexdigest()

    def read(self, name):
        """The content of a member that is one document."""
        found = []
        for part in self.parts(name, DOCUMENTS_PACK):
            found.append(part)
            if len(found) * CHUNK > MOST:
                raise Fault(f"berkas {shown(name)} terlalu besar")
        return b"".join(found)

    def lines(self, name):
        """The lines of a member, of which one at a time is held."""
        rest = b""
        for part in self.parts(name):
            *whole, rest = (rest + part).split(b"\n")
            if len(rest) > LONGEST_LINE:
                raise Fault(f"berkas {shown(name)} memuat baris yang terlalu panjang")
            yield from whole
        if rest:
            yield rest

    def digest(self, name):
        """SHA-256 of a member, in hex."""
        for _part in self.parts(name):
            pass
        return self.digests[name]

    def document(self, name, shape):
        """A member that is JSON, of this shape."""
        return shaped(parsed(self.read(name), f"berkas {name}"), shape, f"berkas {name}")

    def compare(self, name, digest, where):
        """Refuse a member that is not the one that a list names."""
        if self.digests.get(name) is None:
            self.digest(name)
        if self.digests[name] != digest:
            raise Fault(f"berkas {shown(name)} bukan yang disebut dalam {where}")


def check_layout(archive, path):
    """Refuse a ZIP that holds anything beside its members: some programs would unpack that instead."""
    ends, names = (0,), [one.filename for one in archive.infolist()]
    with open(path, "rb") as file:
        for member in sorted(archive.infolist(), key=lambda one: one.header_offset):
            name = member.filename
            if member.header_offset not in ends:
                raise Fault(f"sebelum berkas {shown(name)} ada isi yang tidak terdaftar dalam ZIP")
            is_empty = not member.file_size and member.compress_size <= 2
            is_folder = is_empty and any(one != name and one.startswith(name) for one in names)
            if name.endswith("/") and not is_folder:
                raise Fault(f"{shown(name)} dalam ZIP bukan folder dari berkas dalam paket")
            ends = ends_of(file, member)
        file.seek(-22, 2)
        record = file.read()  # that ends the file; its last two bytes say how long a comment is
    if record[:4] != b"PK\x05\x06" or record[-2:] != b"\x00\x00" or archive.start_dir not in ends:
        raise Fault("sesudah berkas terakhir ada isi yang tidak terdaftar dalam ZIP")


def ends_of(file, member):
    """Where a member of a ZIP may end: who wrote it without knowing its length put that behind it, in one of four
    forms. Refuse one that tells otherwise of itself than the directory does."""
    file.seek(member.header_offset)
    header = file.read(30)
    flags, method, crc, packed, size, name, extra = (
        int.from_bytes(header[start:stop], "little")
        for start, stop in ((6, 8), (8, 10), (14, 18), (18, 22), (22, 26), (26, 28), (28, 30))
    )
    own_name, own_extra = file.read(name), file.read(extra)
    end = member.header_offset + 30 + name + extra + member.compress_size
    listed_name = member.orig_filename.encode("utf-8" if member.flag_bits & 0x800 else "cp437")
    listed = (member.CRC, member.compress_size, member.file_size)
    told = (crc, *long_sizes(own_extra, packed, size))
    is_streamed = flags & 8
    is_same = (
        header[:4] == b"PK\x03\x04"
        and (flags, method, own_name) == (member.flag_bits, member.compress_type, listed_name)
        and member.filename == member.orig_filename
        and all(one == other or (is_streamed and one == 0) for one, other in zip(told, listed))  # noqa: B905
    )
    if not is_same or has_other_name(own_extra) or has_other_name(member.extra):
        raise Fault(f"berkas {shown(member.filename)} lain menurut kepalanya daripada menurut daftar ZIP")
    if not is_streamed:
        return (end,)
    file.seek(end)
    behind = file.read(24)
    forms = [
        mark
        + member.CRC.to_bytes(4, "little")
        + b"".join(one.to_bytes(width, "little") for one in listed[1:])
        for mark in (b"", b"PK\x07\x08")
        for width in (4, 8)
        if width == 8 or max(listed) < 2**32
    ]
    return tuple(end + len(form) for form in forms if behind.startswith(form))


def long_sizes(extra, packed, size):
    """The packed and the plain size that a member tells, from its extra field where they are too long."""
    while len(extra) >= 4:
        length = int.from_bytes(extra[2:4], "little")
        if extra[:2] == b"\x01\x00":
            held = extra[4 : 4 + length]
            if size == 2**32 - 1:
                size, held = int.from_bytes(held[:8], "little"), held[8:]
            if packed == 2**32 - 1:
                packed = int.from_bytes(held[:8], "little")
            break
        extra = extra[4 + length :]
    return packed, size


def has_other_name(extra):
    """Whether the extra fields of a member hold a name that some programs take instead of its own."""
    while len(extra) >= 4:
        if extra[:2] == b"up":
            return True
        extra = extra[4 + int.from_bytes(extra[2:4], "little") :]
    return False


# JSON, strictly ----------------------------------------------------------------------------------------------------


def parsed(content, where):
    """JSON in which no key is there twice and no number is none."""

    def once(pairs):
        found = dict(pairs)
        if len(found) < len(pairs):
            raise Fault(f"{where} memuat kunci yang sama lebih dari sekali")
        return found

    def refuse(text):
        raise Fault(f"{where} memuat {text}, yang bukan JSON")

    try:
        return json.loads(content, object_pairs_hook=once, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise Fault(f"{where} bukan JSON") from error


def is_number(value):
    """A whole number from 0."""
    return type(value) is int and 0 <= value < 2**63


def is_text(value):
    """A text."""
    return type(value) is str


def is_name(value):
    """A text that names something."""
    return type(value) is str and len(value) <= 300


def is_hash(value):
    """32 bytes in hex."""
    return type(value) is str and re.fullmatch("[0-9a-f]{64}", value) is not None


def is_moment(value):
    """A time as Alur writes it."""
    form = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z"
    return type(value) is str and re.fullmatch(form, value) is not None


def is_bytes(value):
    """Bytes in hex."""
    return type(value) is str and re.fullmatch("([0-9a-f]{2})*", value) is not None


def is_data(value):
    """What an event tells."""
    return type(value) is dict


def is_hashes(value):
    """SHA-256 by name."""
    return type(value) is dict and all(map(is_hash, value.values()))


def is_reasons(value):
    """Why a file is not there, by its id."""
    return type(value) is dict and all(is_text(one) and one in REASONS for one in value.values())


def either(*checks):
    """None, or what any of these says."""
    return lambda value: value is None or any(check(value) for check in checks)


def each(check):
    """A list of such."""
    return lambda value: type(value) is list and all(map(check, value))


def is_grown(value):
    """A chain, its number of events, its last hash."""
    return type(value) is list and len(value) == 3 and all(map(is_number, value[:2])) and is_hash(value[2])


def shaped(value, shape, where):
    """A mapping with these keys and no others, each of which is what its check says."""
    if type(value) is not dict:
        raise Fault(f"{where} bukan objek JSON")
    for key in value:
        if key not in shape:
            raise Fault(f"{where} memuat kunci {shown(key)} yang tidak dikenal")
    for key, check in shape.items():
        if key not in value:
            raise Fault(f"{where} tidak memuat {key}")
        if not check(value[key]):
            raise Fault(f"{key} dalam {where} bukan nilai yang sah")
    return value


#: Why a file that events tell of is not in a bundle.
REASONS = {
    "identitas": "memuat identitas",
    "dicabut": "dicabut atau dihapus kemudian",
    "hilang": "hilang dari tempat simpan",
}
MANIFEST = {
    "v": is_number,
    "at": is_moment,
    "checkpoint": is_number,
    "cases": each(lambda one: type(one) is dict),
    "versions": each(lambda one: type(one) is dict),
    "members": is_hashes,
}
CASE = {"id": is_number, "number": is_name, "sha256": is_hash}
VERSION = {"id": is_number, "key": is_name, "version": is_number, "files": is_hashes}
HEAD = {"index": is_number, "path": each(is_hash)}
CASE_HEAD = {
    **HEAD,
    "chain": is_number,
    "events": is_hash,
    "versions": each(is_number),
    "files": is_hashes,
    "withheld": is_reasons,
}
OUTSIDE_HEAD = {**HEAD, "first": is_number, "previous": is_hash}
SIGNATURE = {"public_key": is_hash, "signature": is_bytes}
WITNESSED = {**SIGNATURE, "statement": is_text}
CHECKPOINT = {**SIGNATURE, "statement": is_text, "grown": each(is_grown)}
#: A checkpoint signs a tree that only grows, too: its leaves, its root, and the roots of the perfect trees that it
#: consists of.
STATEMENT = {
    **dict.fromkeys(("chains", "events", "leaves", "number", "v"), is_number),
    **dict.fromkeys(("grown", "log", "previous", "root"), is_hash),
    "at": is_moment,
    "edge": each(is_hash),
}
#: That it goes on from another one.
CONSISTENCY = {"since": is_number, "path": each(is_hash)}
EVENT = {
    "type": is_text,
    "at": is_moment,
    "number": is_number,
    "actor": either(is_number),
    "activity": either(is_text),
    "hash": is_hash,
}
#: What an event tells is open, is not there, or was written anew when words in it were erased; or what Alur signed of
#: it is there alone.
TOLD, WITHHELD = {**EVENT, "data": is_data, "salt": is_bytes}, {**EVENT, "commitment": is_hash}
REDACTED, SIGNED = {**WITHHELD, "data": is_data}, {**WITHHELD, "gone": is_data}
#: Members of every bundle that the list of contents names.
ALWAYS_THERE = (
    "BACA-SAYA.txt",
    "periksa_bukti.py",
    "titik-periksa.json",
    "titik-periksa-sebelumnya.jsonl",
    "luar/peristiwa.jsonl",
    "luar/kepala.json",
)
#: Types that hold no words, so that nobody has a reason to leave out what they tell.
ALWAYS_TOLD = ("files_kept", "history_redacted")

# Checkpoints -------------------------------------------------------------------------------------------------------


def checked_statement(text, where):
    """The statement of a checkpoint, which is in canonical form."""
    statement = parsed(text, where)
    if type(statement) is dict and statement.get("v") != 3:
        raise Fault(f"{where} bukan bentuk 3")
    shaped(statement, STATEMENT, where)
    if canonical(statement) != text.encode("utf-8", "replace"):
        raise Fault(f"{where} tidak dalam bentuk baku")
    edge = statement["edge"]
    if len(edge) != bin(statement["leaves"]).count("1") or not edge or root_of(edge) != statement["log"]:
        raise Fault(f"akar pohon pada {where} tidak cocok dengan bagian-bagiannya")
    return statement


def node(left, right):
    """The hash of two nodes of a tree, each in hex."""
    return sha256(b"\x01" + bytes.fromhex(left) + bytes.fromhex(right))


def leaf(chain, count, head):
    """The leaf of a tree that says how far a chain was."""
    return sha256(b"\x00" + canonical([chain, count, head]))


def root_of(edge):
    """The root of a tree that consists of these perfect ones, the largest first."""
    *others, found = edge
    for one in reversed(others):
        found = node(one, found)
    return found


def went_on(older, grown):
    """The edge of a tree after these chains grew."""
    size, edge = older["leaves"], list(older["edge"])
    for one in grown:
        found, before = leaf(*one), size
        while before & 1:
            found, before = node(edge.pop(), found), before >> 1
        edge.append(found)
        size += 1
    return size, edge


def is_consistent(older, newer, path):
    """Whether a tree only grew from one checkpoint to another: RFC 9162, 2.1.4.2."""
    if older["leaves"] == newer["leaves"]:
        return not path and older["log"] == newer["log"]
    if not path or not 0 < older["leaves"] < newer["leaves"]:
        return False
    place, last = older["leaves"] - 1, newer["leaves"] - 1
    path = path if older["leaves"] & (older["leaves"] - 1) else [older["log"], *path]
    while place & 1:
        place, last = place >> 1, last >> 1
    was = now = path[0]
    for one in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            was, now = node(one, was), node(one, now)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            now = node(now, one)
        place, last = place >> 1, last >> 1
    return last == 0 and (was, now) == (older["log"], newer["log"])


def checked_checkpoint(kept, where):
    """The statement of a checkpoint, once its signature holds."""
    if type(kept) is dict and "consistency" in kept:
        shaped(kept["consistency"], CONSISTENCY, where)
        kept = {name: value for name, value in kept.items() if name != "consistency"}
    shaped(kept, CHECKPOINT, where)
    public = bytes.fromhex(kept["public_key"])
    if not is_signed(kept["statement"].encode("utf-8", "replace"), bytes.fromhex(kept["signature"]), public):
        raise Fault(f"tanda tangan {where} tidak sah")
    statement = checked_statement(kept["statement"], where)
    grown = b"".join(
        chain.to_bytes(8, "big") + count.to_bytes(8, "big") + bytes.fromhex(head)
        for chain, count, head in kept["grown"]
    )
    if sha256(grown) != statement["grown"]:
        raise Fault(f"daftar rantai pada {where} berubah")
    return statement


def check_key(public, key, where):
    """Refuse a public key that is not the one that was told, itself or its fingerprint."""
    if key is not None and key not in (public, hashlib.sha256(public).digest()):
        raise Fault(f"{where} ditandatangani dengan kunci lain daripada yang diberikan")


def earlier_checkpoints(bundle, kept, statement):
    """SHA-256 of the statements before the last by number, as far back as the bundle has them, once each is the one
    that the next names, and has a tree that grew to that of the next."""
    found, last = {}, None
    for line in bundle.lines("titik-periksa-sebelumnya.jsonl"):
        name = last["number"] + 1 if last else "pertama"
        one = checked_statement(
            line.decode("utf-8", "replace"), f"titik periksa {name} dalam daftar yang sebelumnya"
        )
        if last is not None:
            refuse_gap(last, found[last["number"]], one)
        elif one["number"] == 1:
            refuse_earlier(one)
        if one["number"] >= statement["number"]:
            raise Fault(f"daftar titik periksa yang sebelumnya memuat titik periksa {one['number']}")
        found[one["number"]], last = sha256(line), one
    if last is not None:
        refuse_gap(last, found[last["number"]], statement)
        proof = kept.get("consistency")
        if proof is not None and not is_consistent(last, statement, proof["path"]):
            raise Fault(f"bukti kesinambungan dari titik periksa {last['number']} tidak cocok")
    elif statement["number"] == 1:
        refuse_earlier(statement)
    return found


def refuse_earlier(first):
    """Refuse a first checkpoint that names one before it."""
    if first["previous"] != "00" * 32:
        raise Fault("titik periksa 1 menyebut satu yang sebelumnya")


def refuse_gap(older, digest, newer):
    """Refuse a checkpoint that is not the one after another, whose statement has this SHA-256."""
    is_next = newer["number"] == older["number"] + 1
    if not is_next or newer["previous"] != digest:
        number = older["number"] + (not is_next)
        raise Fault(
            f"titik periksa {number} dalam daftar yang sebelumnya bukan yang disebut oleh titik periksa sesudahnya"
        )
    refuse_fewer(older, newer)


def refuse_fewer(older, newer):
    """Refuse a checkpoint that has less of anything than one before it."""
    for name in ("chains", "events", "leaves"):
        if newer[name] < older[name]:
            raise Fault(
                f"titik periksa {newer['number']} memuat lebih sedikit daripada titik periksa {older['number']}, "
                "yang dibuat lebih dulu"
            )


class Outside:
    """A checkpoint that was kept outside, compared with the bundle's; ``bound``: whether anything ties them."""

    def __init__(self, kept, where):
        self.statement = checked_checkpoint(kept, where)
        self.kept, self.number = kept, self.statement["number"]
        self.name = f"titik periksa {self.number} yang disimpan di luar"
        self.heads = {chain: (count, head) for chain, count, head in kept["grown"]}
        self.bound, self.chains = False, 0

    def compare(self, kept, statement, earlier):
        """Refuse another key, and a chain of checkpoints that is not that of the bundle."""
        if self.kept["public_key"] != kept["public_key"]:
            raise Fault(f"titik periksa dalam paket ditandatangani dengan kunci lain daripada {self.name}")
        digest, last = sha256(self.kept["statement"].encode()), statement["number"]
        if self.number == last:
            expected = sha256(kept["statement"].encode())
        elif self.number == last + 1:
            digest, expected = self.statement["previous"], sha256(kept["statement"].encode())
        else:
            expected = earlier.get(self.number)
        if expected not in (None, digest):
            raise Fault(f"rantai titik periksa dalam paket tidak cocok dengan {self.name}")
        self.bound = expected is not None
        self.is_newer = self.number > last
        self.binds_all = self.bound and self.number >= last

    def compare_length(self, chain, count, name):
        """Refuse a chain that ends where this checkpoint had more of it, or had less of it later."""
        had = self.heads.get(chain, (count,))[0]
        if had > count and not self.is_newer:
            raise Fault(f"{name} terpotong: {count} dari {had} peristiwa yang ada pada {self.name}")
        if had < count and self.is_newer:
            raise Fault(f"{name} lebih panjang daripada pada {self.name}, yang dibuat kemudian")

    def reach(self, chain, count):
        """How many of the events of a chain that was compared this checkpoint binds."""
        had = self.heads.get(chain, (0,))[0]
        return count if self.binds_all else had if had <= count else 0

    def compare_event(self, chain, number, hash_, name):
        """Refuse another event where this checkpoint had the last of a chain."""
        if self.heads.get(chain, (0,))[0] == number:
            if self.heads[chain][1] != hash_:
                raise Fault(f"peristiwa ke-{number} {name} bukan yang ada pada {self.name}")
            self.bound, self.chains = True, self.chains + 1


# Chains ------------------------------------------------------------------------------------------------------------


class Chain:
    """A chain that was followed: how many events, its last hash, and what it tells of files, versions and itself."""

    def __init__(self, id_, name, key, first=1, previous="00" * 32):
        self.id, self.name, self.count, self.head = id_, name, first - 1, previous
        self.number, self.versions, self.files, self.deployed = None, [], {}, {}
        self.withheld, self.removals = [], []
        self.key, self.redacted, self.redactions, self.unsigned = key, {}, {}, {}
        self.doubts = []

    def follow(self, bundle, member, outside=()):
        """Go through its events; each must follow from the one before."""
        for line in bundle.lines(member):
            where = f"peristiwa ke-{self.count + 1} {self.name}"
            event = parsed(line, where)
            if type(event) is dict and event.get("number") != self.count + 1:
                raise Fault(f"{where} hilang atau urutannya berubah")
            is_told = type(event) is dict and "commitment" not in event
            shape = (
                TOLD if is_told else REDACTED if "data" in event else SIGNED if "gone" in event else WITHHELD
            )
            self.head = hash_of(self.id, shaped(event, shape, where), self.head)
            if self.head != event["hash"]:
                raise Fault(f"{where} berubah")
            self.count += 1
            for one in outside:
                one.compare_event(self.id, self.count, self.head, self.name)
            self.note(event, where)
        for one in outside:
            one.compare_length(self.id, self.count, self.name)
        self.check_redactions()

    def note(self, event, where):
        """Keep what an event tells of files and versions."""
        type_, data = event["type"], event.get("data")
        if type_ in ("completion_taken_back", "identity_erased"):
            gone = event.get("gone", {}) if data is None else data
            self.removals.append((self.count, type_, gone, is_own(self.id, type_, gone, self.key)))
        if data is None:
            self.withheld.append(self.count)
            if type_ in ALWAYS_TOLD:
                raise Fault(f"isi {where} tidak disertakan, padahal menyebut berkas atau penghapusan")
            return
        if "commitment" in event:
            self.redacted[str(self.count)] = sha256(canonical(data)), event["commitment"]
        if type_ == "files_kept":
            self.files.update({id_: (digest, self.count) for id_, digest in data["files"].items()})
        elif type_ == "instance_started":
            self.number = data.get("number", self.number)
            self.versions += [data["version"]] if "version" in data else []
        elif type_ in ("instance_migrated", "migration_undone"):
            self.versions.append(data["to_version"])
        elif type_ == "definition_deployed":
            self.deployed[data["definition_id"]] = data
        elif type_ == "history_redacted":
            told, is_signed = data["digests"].items(), is_own(self.id, type_, data, self.key)
            for number, digest in told if is_signed else ():
                self.redactions[number] = (digest, data["commitments"].get(number))
                self.unsigned.pop(number, None)
            self.unsigned.update({} if is_signed else {one: (digest, self.count) for one, digest in told})

    def check_redactions(self):
        """Refuse a redaction that is not the last that Alur signed: it puts placeholders in place of words, and
        nothing else. One that is told without a signature is doubted."""
        for number, found in sorted(self.redacted.items(), key=lambda one: int(one[0])):
            if self.redactions.get(number) == found:
                continue
            fault = f"isi peristiwa ke-{number} {self.name} dihapus tanpa catatan dari Alur"
            digest, told_by = self.unsigned.get(number, (None, 0))
            if digest != found[0]:
                raise Fault(fault)
            self.doubts.append((told_by, fault))

    def gone_by(self, id_, number):
        """What says that a file is gone which an event of this number tells of: 0 where Alur signed that, the number
        of another event that may say it, None where nothing does."""
        found = None
        for place, type_, told, is_signed in self.removals:
            if is_signed and type_ == "completion_taken_back":
                is_gone = told["place"] < number <= told["until"] and id_ in told.get("file_ids", ())
            elif is_signed:
                is_gone = id_ in told.get("file_ids", ())
            else:
                is_gone = place > number
            if is_gone and found != 0:
                found = 0 if is_signed else place
        return found

    def check_covered(self, head, statement):
        """Refuse a chain that does not end as the checkpoint's tree has it. Where its leaf stands and how far it is
        to the root follows from the signed number of chains."""
        place, last = head["index"], statement["chains"] - 1
        found = hashlib.sha256(b"\x00" + canonical([self.id, self.count, self.head])).digest()
        fits = self.count > 0 and place <= last
        for one in head["path"]:
            other, fits = bytes.fromhex(one), fits and last > 0
            if place & 1 or place == last:
                found = hashlib.sha256(b"\x01" + other + found).digest()
                while place and not place & 1:
                    place, last = place >> 1, last >> 1
            else:
                found = hashlib.sha256(b"\x01" + found + other).digest()
            place, last = place >> 1, last >> 1
        if not fits or last or found.hex() != statement["root"]:
            raise Fault(
                f"{self.name} dengan {self.count} peristiwa tidak tercakup oleh akar titik periksa "
                f"{statement['number']}: ada yang kurang, lebih, atau ditulis ulang"
            )


#: What of an event that says that something is gone is not signed.
BESIDE = ("signature", "from", "standing", "reason", "values", "old")


def is_own(chain, type_, data, key):
    """Whether Alur signed what an event tells that says that something is gone, with the key of its checkpoints."""
    signature = data.get("signature")
    tells = {name: value for name, value in data.items() if name not in BESIDE}
    line = canonical({"chain": chain, "tells": tells, "type": type_, "v": 1})
    return is_bytes(signature) and is_signed(line, bytes.fromhex(signature), key)


def hash_of(chain, event, previous):
    """The hash of an event after the one before."""
    committed = event.get("commitment")
    if committed is None:
        committed = hmac.new(bytes.fromhex(event["salt"]), canonical(event["data"]), "sha256").hexdigest()
    line = {name: event[name] for name in ("activity", "actor", "at", "number", "type")}
    return sha256(canonical({**line, "chain": chain, "data": committed, "previous": previous, "v": 1}))


# What chains tell of ----------------------------------------------------------------------------------------------


def check_files(bundle, head, chain):
    """Refuse files that are not those that the events tell of, in number and content; return how many there are."""
    folder, named = f"perkara/{chain.id}", {*head["files"], *head["withheld"]}
    for id_ in sorted(named - chain.files.keys()):
        raise Fault(f"berkas {shown(id_)} tidak disebut dalam peristiwa {chain.name}")
    for id_, (digest, number) in chain.files.items():
        told = f"berkas {shown(id_)}, yang disebut peristiwa ke-{number} {chain.name},"
        if (id_ in head["files"]) == (id_ in head["withheld"]):
            raise Fault(f"{told} tidak ada dalam paket, dan tidak ada yang menyebut sebabnya")
        reason, gone_by = head["withheld"].get(id_), chain.gone_by(id_, number)
        if reason == "hilang" or (reason == "dicabut" and gone_by is None):
            raise Fault(f"{told} tidak ada: {REASONS['hilang']}")
        if reason == "dicabut" and gone_by:
            chain.doubts.append((gone_by, f"{told} tidak ada: {REASONS['hilang']}"))
        if reason is None and bundle.digest(f"{folder}/berkas/{id_}") != digest:
            raise Fault(f"isi berkas {shown(id_)} berubah (peristiwa ke-{number} {chain.name})")
        if reason is None:
            bundle.compare(f"{folder}/berkas/{id_}", head["files"][id_], f"{folder}/kepala.json")
    return len(head["files"])


def check_versions(bundle, manifest, outside):
    """Refuse diagrams, forms and tables that are not those that were deployed, in number and content. Return how many
    there are, in a sentence, and the number and key of each version by its id."""
    count, found = 0, {}
    for version in manifest["versions"]:
        shaped(version, VERSION, "daftar versi dalam isi.json")
        name = f"versi {version['version']} dari proses {shown(version['key'])} [id {version['id']}]"
        told = outside.deployed.get(version["id"])
        if told is None or version["id"] in found:
            raise Fault(f"{name} tidak punya satu peristiwa penerapan dalam paket")
        if (told["key"], told["version"]) != (version["key"], version["version"]):
            raise Fault(
                f"{name} diterapkan sebagai versi {shown(told['version'])} dari proses {shown(told['key'])}"
            )
        for file in sorted({*version["files"], *told.get("files", {})}):
            member = f"versi/{version['id']}/{file}"
            if file not in version["files"]:
                raise Fault(f"berkas {shown(file)} dari {name} tidak ada dalam paket")
            if bundle.digest(member) != told.get("files", {}).get(file):
                raise Fault(f"berkas {shown(file)} dari {name} berubah")
            count += 1
            bundle.compare(member, version["files"][file], "isi.json")
        found[version["id"]] = (version["version"], version["key"])
    return f"Versi proses: {count} berkas cocok dengan yang diterapkan.", found


def check_case(bundle, listed, statement, versions, outside, key):
    """Check one case: its events, its place under the checkpoint, its number, its versions, its files. Return whether
    checkpoints that were kept outside bind all of its events; and what is gone by events that Alur did not sign."""
    id_, folder = listed["id"], f"perkara/{listed['id']}"
    name = f"perkara {shown(listed['number'])} [id {id_}]"
    head = bundle.document(f"{folder}/kepala.json", CASE_HEAD)
    chain = Chain(id_, name, key)
    outside = [one for one in outside if one.binds_all or id_ in one.heads] if outside else None
    chain.follow(bundle, f"{folder}/peristiwa.jsonl", outside or ())
    chain.check_covered(head, statement)
    if head["chain"] != id_ or chain.number not in (None, listed["number"]):
        raise Fault(f"{name} menurut peristiwa pertamanya bernomor {shown(chain.number)}")
    known = [versions.get(one, (None, None)) for one in head["versions"]]
    if len({key for _version, key in known}) != 1 or not set(chain.versions) <= {one for one, _key in known}:
        raise Fault(f"versi proses yang disebut peristiwa {name} tidak ada dalam paket")
    files = check_files(bundle, head, chain)
    bundle.compare(f"{folder}/peristiwa.jsonl", head["events"], f"{folder}/kepala.json")
    bundle.compare(f"{folder}/kepala.json", listed["sha256"], "isi.json")
    told = [f"{chain.count} peristiwa utuh, semuanya di bawah titik periksa", f"{files} berkas"]
    for reason, words in REASONS.items():
        ids = [one for one, why in head["withheld"].items() if why == reason]
        told += [f"{len(ids)} berkas tidak disertakan karena {words}"] if ids else []
    if chain.withheld:
        numbers = ", ".join(f"ke-{number}" for number in chain.withheld)
        told.append(f"isi {len(chain.withheld)} peristiwa tidak disertakan ({numbers})")
    if chain.number is None:
        told.append("nomornya hanya menurut isi.json")
    reach = max((one.reach(id_, chain.count) for one in outside or ()), default=0)
    if outside is not None:
        told.append(f"{reach} peristiwa pertama terikat pada yang disimpan di luar")
    say(f"P{name[1:]}: {'; '.join(told)}.")
    doubts = [
        f"{words}; peristiwa ke-{by}, yang menyebutnya, tidak ditandatangani Alur"
        for by, words in chain.doubts
    ]
    return reach == chain.count, doubts


def check_members(bundle, manifest):
    """Refuse members that no list names, and those that are not what the list says."""
    for name in sorted(manifest["members"].keys() ^ set(ALWAYS_THERE)):
        raise Fault(
            f"isi.json tidak menyebut berkas {shown(name)}, atau menyebut berkas yang bukan bagian paket"
        )
    for name, digest in manifest["members"].items():
        bundle.compare(name, digest, "isi.json")
    for name in sorted(set(bundle.names) - bundle.digests.keys() - {"tanda-tangan.json"}):
        raise Fault(f"berkas {shown(name)} tidak disebut dalam daftar isi paket")


def check_signature(bundle, kept):
    """Refuse a list of contents that was not signed with the key of the checkpoint."""
    made = bundle.document("tanda-tangan.json", SIGNATURE)
    if made["public_key"] != kept["public_key"]:
        raise Fault("isi.json ditandatangani dengan kunci lain daripada titik periksa dalam paket")
    message = b"Alur bukti 2\n" + bundle.read("isi.json")
    if not is_signed(message, bytes.fromhex(made["signature"]), bytes.fromhex(made["public_key"])):
        raise Fault("isi.json bukan yang ditandatangani: daftar isi paket ini berubah sejak dibuat")


# All of it ---------------------------------------------------------------------------------------------------------


def read_manifest(bundle):
    """The list of contents."""
    found = parsed(bundle.read("isi.json"), "berkas isi.json")
    if type(found) is dict and found.get("v") != 2:
        raise Fault(
            "paket ini bukan bentuk 2: buat paket baru, atau pakai periksa_bukti.py dari rilis yang membuatnya"
        )
    if type(found) is dict and found.get("checkpoint") is None:
        raise Fault("paket ini tanpa titik periksa: tidak ada yang menandatangani isinya")
    shaped(found, MANIFEST, "berkas isi.json")
    ids = [shaped(one, CASE, "daftar perkara dalam isi.json")["id"] for one in found["cases"]]
    if len(set(ids)) < len(ids) or 0 in ids:
        raise Fault("isi.json menyebut perkara yang sama lebih dari sekali, atau perkara 0")
    return found


def check_bundle(bundle, key, outside, witnesses=()):
    """Check all of a bundle; return what was found, in a sentence."""
    manifest = read_manifest(bundle)
    kept = parsed(bundle.read("titik-periksa.json"), "berkas titik-periksa.json")
    statement = checked_checkpoint(kept, "titik periksa dalam paket")
    number, public = statement["number"], bytes.fromhex(kept["public_key"])
    if number != manifest["checkpoint"]:
        raise Fault(f"isi.json menyebut titik periksa {manifest['checkpoint']}, tetapi paket memuat {number}")
    check_key(public, key, "titik periksa dalam paket")
    say(f"Titik periksa {number} pada {statement['at']}: tanda tangan sah.")
    say(f"Kunci publik {kept['public_key']}, sidiknya {sha256(public)}.")
    earlier = earlier_checkpoints(bundle, kept, statement)
    for path in witnesses:
        check_witness(path, {**earlier, number: sha256(kept["statement"].encode())})
    for one in outside:
        check_key(bytes.fromhex(one.kept["public_key"]), key, one.name)
        one.compare(kept, statement, earlier)
    head = bundle.document("luar/kepala.json", OUTSIDE_HEAD)
    others = Chain(0, "rantai di luar perkara", public, head["first"], head["previous"])
    others.follow(bundle, "luar/peristiwa.jsonl", outside)
    others.check_covered(head, statement)
    told, versions = check_versions(bundle, manifest, others)
    cases = [check_case(bundle, one, statement, versions, outside, public) for one in manifest["cases"]]
    bound = sum(is_bound for is_bound, _doubts in cases)
    check_members(bundle, manifest)
    check_signature(bundle, kept)
    say(told)
    say(selection(manifest, statement))
    refuse_unsigned([words for _is_bound, doubts in cases for words in doubts])
    return verdict(key, outside, f"{bound} dari {len(manifest['cases'])}")


def refuse_unsigned(doubts):
    """Refuse what is gone by events that Alur did not sign, once all the rest was checked."""
    for one in doubts:
        say(f"Tanpa tanda tangan: {one}.")
    if doubts:
        raise Fault(f"{doubts[0]}. Semuanya {len(doubts)}; selebihnya diperiksa dan cocok")


def selection(manifest, statement):
    """Of how many there are these cases are."""
    few = [shown(one["number"]) for one in manifest["cases"][:20]]
    names = ", ".join(few) + (" dan seterusnya" if len(few) < len(manifest["cases"]) else "")
    return (
        f"Paket ini memuat {len(manifest['cases'])} perkara ({names}), dari {statement['chains']} rantai di bawah "
        f"titik periksa {statement['number']}: satu untuk tiap perkara, juga yang dimusnahkan, dan satu di luar "
        "perkara. Tentang perkara yang tidak dimuat, paket ini tidak membuktikan apa pun."
    )


def verdict(key, outside, bound):
    """What everything that holds proves, by what was given from outside."""
    for one in outside:
        age = "lebih baru daripada paket ini" if one.is_newer else "terlalu lama bagi paket ini"
        loose = f"{age} dan tidak menyebut rantai di dalamnya; hanya kuncinya sama"
        if one.bound:
            say(f"T{one.name[1:]}: cocok; {one.chains} rantai dalam paket ini tumbuh padanya.")
        elif len(outside) == 1:
            raise Unproved(f"{one.name} {loose}")
        else:
            say(f"T{one.name[1:]} {loose}.")
    if outside and not any(one.bound for one in outside):
        raise Unproved("tidak satu pun titik periksa yang disimpan di luar menyebut rantai dalam paket ini")
    given = ["kunci yang diberikan"] if key is not None else []
    given += [one.name for one in outside] if len(outside) < 4 else [f"{len(outside)} titik periksa di luar"]
    ties = f"; {bound} perkara terikat seluruhnya pada yang disimpan di luar" if outside else ""
    if given:
        return f"UTUH: semuanya cocok, juga dengan {', '.join(given)}{ties}."
    return (
        "UTUH DI DALAMNYA SAJA: tanpa --key atau --against tidak ada yang membuktikan bahwa paket ini tidak dibuat "
        "ulang seluruhnya."
    )


def compare_checkpoints(found, key, witnesses=()):
    """Check whether checkpoints that were kept outside go on from each other; return what was found in a sentence."""
    found = sorted(found, key=lambda one: one.number)
    if len(found) < 2:
        raise Unproved("untuk membandingkan perlu dua titik periksa atau lebih")
    for one in found:
        check_key(bytes.fromhex(one.kept["public_key"]), key, one.name)
    lacks = [lack for older, newer in zip(found, found[1:]) for lack in check_growth(older, newer)]  # noqa: B905, RUF007
    if lacks:
        raise Unproved("; ".join(lacks))
    for path in witnesses:
        check_witness(path, {one.number: sha256(one.kept["statement"].encode()) for one in found})
    first, last = found[0], found[-1]
    if first.number == last.number:
        raise Unproved(
            f"untuk membandingkan perlu dua titik periksa, bukan titik periksa {first.number} dua kali"
        )
    key = sha256(bytes.fromhex(last.kept["public_key"]))
    return (
        f"BERSINAMBUNG: titik periksa {first.number} ({first.statement['at']}) sampai {last.number} "
        f"({last.statement['at']}) hanya bertambah, dari {first.statement['leaves']} menjadi "
        f"{last.statement['leaves']} kepala rantai, semuanya dengan kunci {key}."
    )


def check_growth(older, newer):
    """Refuse a checkpoint that does not go on from an older one; say what is lacking to tell."""
    was, now, names = older.statement, newer.statement, f"titik periksa {older.number} dan {newer.number}"
    if older.kept["public_key"] != newer.kept["public_key"]:
        raise Fault(f"{names} ditandatangani dengan kunci yang berlainan")
    if older.number == newer.number:
        if older.kept["statement"] != newer.kept["statement"]:
            raise Fault(f"ada dua titik periksa {older.number} yang berlainan, keduanya bertanda tangan")
        return
    refuse_fewer(was, now)
    is_next = newer.number == older.number + 1
    if is_next and now["previous"] != sha256(older.kept["statement"].encode()):
        raise Fault(f"titik periksa {newer.number} bukan lanjutan dari titik periksa {older.number}")
    for chain, (count, head) in older.heads.items():
        later = newer.heads.get(chain, (count + 1, head))
        if later[0] < count or (later[0] == count and later[1] != head):
            raise Fault(f"rantai {chain} terpotong atau ditulis ulang antara {names}")
    proof = newer.kept.get("consistency")
    if is_next and went_on(was, newer.kept["grown"]) != (now["leaves"], now["edge"]):
        raise Fault(f"pohon titik periksa {newer.number} bukan yang sebelumnya dengan yang bertambah padanya")
    if proof is not None and proof["since"] == older.number:
        if not is_consistent(was, now, proof["path"]):
            raise Fault(f"bukti kesinambungan antara {names} tidak cocok")
    elif not is_next:
        yield f"antara {names} tidak ada bukti kesinambungan, dan yang di antaranya tidak diberikan"


def check_witness(path, statements):
    """Refuse what is no signature of a witness under one of these statements; say whose it is."""
    where = f"berkas {shown(path.name)}"
    made = shaped(parsed(path.read_bytes(), where), WITNESSED, where)
    message = b"Alur saksi 1\n" + made["statement"].encode("utf-8", "replace")
    if not is_signed(message, bytes.fromhex(made["signature"]), bytes.fromhex(made["public_key"])):
        raise Fault(f"tanda tangan saksi dalam {where} tidak sah")
    number = checked_statement(made["statement"], where)["number"]
    digest = sha256(made["statement"].encode())
    if statements.get(number) not in (None, digest):
        raise Fault(f"saksi dalam {where} menandatangani titik periksa {number} yang lain")
    if number not in statements:
        raise Unproved(f"saksi dalam {where} menandatangani titik periksa {number}, yang tidak diberikan")
    say(f"Disaksikan: titik periksa {number}, oleh kunci {sha256(bytes.fromhex(made['public_key']))}.")


def read_outside(path):
    """Checkpoints that were kept outside: a file of one, or of one a line."""
    where = f"berkas {shown(path.name)}"
    lines = [line for line in path.read_bytes().splitlines() if line.strip()]
    if not lines:
        raise Fault(f"{where} tidak memuat titik periksa")
    return [Outside(parsed(line, where), f"titik periksa dalam {where}") for line in lines]


def main(arguments=None):
    """Check the bundle that the command line names."""
    parser = argparse.ArgumentParser(description="Periksa paket bukti Alur.")
    parser.add_argument("bundle", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument("--key", type=bytes.fromhex)
    parser.add_argument("--against", type=Path, action="append", default=[])
    parser.add_argument("--witness", type=Path, action="append", default=[])
    parser.add_argument("--compare", type=Path, nargs="+", default=[])
    given = parser.parse_args(arguments)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        if given.compare:
            found = [one for path in given.compare for one in read_outside(path)]
            conclude(compare_checkpoints(found, given.key, given.witness))
            return 0
        outside = [one for path in given.against for one in read_outside(path)]
        bundle = Bundle(given.bundle, [path.resolve() for path in (*given.against, *given.witness)])
        conclude(check_bundle(bundle, given.key, outside, given.witness))
    except Fault as fault:
        conclude(f"TIDAK UTUH: {fault}.")
        return 1
    except Unproved as lack:
        conclude(f"BELUM TERBUKTI: {lack}.")
        return 1
    except Exception as error:  # whatever a forged file makes of the libraries that read it
        conclude(f"TIDAK UTUH: paket tidak dapat dibaca ({type(error).__name__}: {shown(error)}).")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
