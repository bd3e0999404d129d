"""Check a bundle of evidence of Alur without Alur: Python 3.9 or newer and nothing else.

    python periksa_bukti.py BUNDLE.zip        or the folder it was unpacked into; alone: the folder of this file
    --key HEX         the public key as it was told by another way than the bundle
    --against FILE    a checkpoint that was kept outside; may be given several times

Says what holds and where the first fault is. Exit code 0: everything holds; 1: something does not; 2: no bundle.
What is checked is described in docs/evidence.md of Alur; this file shares no code with it.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# Without annotations, so that whoever reads it in a dispute reads what it does.

import argparse
import hashlib
import hmac
import json
import sys
import zipfile
from pathlib import Path

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


class Bundle:
    """Files of a bundle by their names, whether it is a ZIP or a folder."""

    def __init__(self, path):
        self._zip = zipfile.ZipFile(path) if path.is_file() else None
        self._folder = path

    def read(self, name):
        """The content of a file."""
        try:
            return self._zip.read(name) if self._zip else (self._folder / name).read_bytes()
        except (KeyError, OSError) as error:
            raise Fault(f"berkas {name} tidak ada dalam paket") from error

    def document(self, name):
        """A file that is JSON."""
        try:
            return json.loads(self.read(name))
        except ValueError as error:
            raise Fault(f"berkas {name} bukan JSON") from error

    def lines(self, name):
        """The lines of a file, each JSON."""
        try:
            return [json.loads(line) for line in self.read(name).splitlines()]
        except ValueError as error:
            raise Fault(f"berkas {name} bukan baris JSON") from error


def checked_checkpoint(kept, key=None):
    """The statement of a checkpoint, once its signature holds."""
    public = bytes.fromhex(kept["public_key"])
    if key is not None and public != key:
        raise Fault("titik periksa ditandatangani dengan kunci lain daripada yang diberikan")
    if not is_signed(kept["statement"].encode(), bytes.fromhex(kept["signature"]), public):
        raise Fault("tanda tangan titik periksa tidak sah")
    statement = json.loads(kept["statement"])
    grown = b"".join(
        chain.to_bytes(8, "big") + count.to_bytes(8, "big") + bytes.fromhex(head)
        for chain, count, head in kept["grown"]
    )
    if sha256(grown) != statement["grown"]:
        raise Fault(f"daftar rantai pada titik periksa {statement['number']} berubah")
    return statement


def checked_chain(chain, events):
    """The hash of each event of a chain by its number, once each follows from the one before."""
    previous, hashes, redacted = "00" * 32, {}, {}
    for expected, event in enumerate(events, 1):
        where = f"peristiwa ke-{expected} rantai {chain}"
        if event["number"] != expected:
            raise Fault(f"{where} hilang atau urutannya berubah")
        if "commitment" in event:
            committed = event["commitment"]
            if "data" in event:
                redacted[str(expected)] = sha256(canonical(event["data"]))
        else:
            committed = hmac.new(bytes.fromhex(event["salt"]), canonical(event["data"]), "sha256").hexdigest()
        line = {
            "activity": event["activity"],
            "actor": event["actor"],
            "at": event["at"],
            "chain": chain,
            "data": committed,
            "number": expected,
            "previous": previous,
            "type": event["type"],
            "v": 1,
        }
        previous = sha256(canonical(line))
        if previous != event["hash"]:
            raise Fault(f"{where} berubah")
        hashes[expected] = previous
        if event["type"] == "history_redacted":
            for number, digest in event.get("data", {}).get("digests", {}).items():
                if redacted.get(number) == digest:
                    del redacted[number]
    if redacted:
        raise Fault(f"isi peristiwa ke-{min(map(int, redacted))} rantai {chain} dihapus tanpa catatan")
    return hashes


def check_head(head, hashes, root):
    """Whether a chain ends as its head says, and whether the checkpoint's root covers it."""
    chain, count = head["chain"], head["sealed"]
    if len(hashes) != head["count"]:
        raise Fault(f"rantai {chain} terpotong: {len(hashes)} dari {head['count']} peristiwa")
    if not count:
        return
    if hashes.get(count) != head["sealed_hash"]:
        raise Fault(f"peristiwa ke-{count} rantai {chain} bukan yang ada pada titik periksa")
    found = hashlib.sha256(b"\x00" + canonical([chain, count, hashes[count]])).digest()
    for side, other in head["path"]:
        pair = bytes.fromhex(other) + found if side == "L" else found + bytes.fromhex(other)
        found = hashlib.sha256(b"\x01" + pair).digest()
    if found.hex() != root:
        raise Fault(f"rantai {chain} tidak tercakup oleh akar titik periksa")


def check_files(bundle, case, events):
    """Whether the files in the bundle are those that the events tell of; how many."""
    told = {}
    for event in events:
        if event["type"] == "files_kept" and "data" in event:
            told.update({id_: (digest, event["number"]) for id_, digest in event["data"]["files"].items()})
    count = 0
    for id_ in case["files"]:
        if id_ not in told:
            raise Fault(f"berkas {id_} tidak disebut dalam rantai {case['chain']}")
        if sha256(bundle.read(f"perkara/{case['chain']}/berkas/{id_}")) != told[id_][0]:
            raise Fault(f"isi berkas {id_} berubah (peristiwa ke-{told[id_][1]} rantai {case['chain']})")
        count += 1
    return count


def check_versions(bundle, manifest, outside):
    """Whether the diagrams, forms and tables in the bundle are those that were deployed; how many."""
    told = {}
    for event in outside:
        if event["type"] == "definition_deployed" and "data" in event:
            told[event["data"]["definition_id"]] = event["data"].get("files", {})
    count = 0
    for version in manifest["versions"]:
        for name in version["files"]:
            digest = told.get(version["id"], {}).get(name)
            if digest is None:
                continue  # deployed before events told of files
            if sha256(bundle.read(f"versi/{version['id']}/{name}")) != digest:
                raise Fault(f"berkas {name} dari versi {version['version']} berubah")
            count += 1
    return count


def check_bundle(bundle, key, against, say):
    """Check all of a bundle."""
    manifest = bundle.document("isi.json")
    kept = bundle.document("titik-periksa.json") if manifest["checkpoint"] else None
    root = None
    if kept is not None:
        statement = checked_checkpoint(kept, key)
        root = statement["root"]
        say(f"Titik periksa {statement['number']} pada {statement['at']}: tanda tangan sah.")
        say(f"Kunci publik {kept['public_key']}: bandingkan dengan yang diterima lewat jalan lain.")
        for outside in against:
            other = checked_checkpoint(outside, key)
            if other["number"] == statement["number"] and outside["statement"] != kept["statement"]:
                raise Fault(f"titik periksa {other['number']} berbeda dari yang disimpan di luar")
            check_against(bundle, manifest, outside, other)
    else:
        say("Paket ini tanpa titik periksa: rantainya utuh, tetapi tidak ada yang menandatanganinya.")
    outside = bundle.lines("luar/peristiwa.jsonl")
    hashes = checked_chain(0, outside)
    check_head(bundle.document("luar/kepala.json"), hashes, root)
    for chain in manifest["cases"]:
        events = bundle.lines(f"perkara/{chain}/peristiwa.jsonl")
        head = bundle.document(f"perkara/{chain}/kepala.json")
        check_head(head, checked_chain(chain, events), root)
        files = check_files(bundle, head, events)
        hidden = sum("commitment" in event for event in events)
        told = f"Perkara {chain}: {len(events)} peristiwa utuh, {head['sealed']} di bawah titik periksa"
        say(told + f", {files} berkas" + (f", isi {hidden} peristiwa tidak disertakan." if hidden else "."))
    say(f"Versi proses: {check_versions(bundle, manifest, outside)} berkas cocok dengan yang diterapkan.")


def check_against(bundle, manifest, outside, statement):
    """Whether the chains in the bundle pass through the heads that a checkpoint kept outside had."""
    heads = {chain: (count, head) for chain, count, head in outside["grown"]}
    for chain in [0, *manifest["cases"]]:
        if chain in heads:
            name = f"perkara/{chain}/peristiwa.jsonl" if chain else "luar/peristiwa.jsonl"
            count, head = heads[chain]
            events = bundle.lines(name)
            if len(events) < count or events[count - 1]["hash"] != head:
                raise Fault(
                    f"peristiwa ke-{count} rantai {chain} bukan yang ada pada titik periksa "
                    f"{statement['number']} yang disimpan di luar"
                )


def main(arguments=None):
    """Check the bundle that the command line names."""
    parser = argparse.ArgumentParser(description="Periksa paket bukti Alur.")
    parser.add_argument("bundle", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument("--key", type=bytes.fromhex)
    parser.add_argument("--against", type=Path, action="append", default=[])
    given = parser.parse_args(arguments)
    try:
        bundle = Bundle(given.bundle)
        outside = [json.loads(path.read_bytes()) for path in given.against]
        check_bundle(bundle, given.key, outside, print)
    except Fault as fault:
        print(f"TIDAK UTUH: {fault}.")
        return 1
    except (OSError, zipfile.BadZipFile, ValueError, KeyError, TypeError, AttributeError) as error:
        print(f"TIDAK UTUH: paket tidak dapat dibaca ({type(error).__name__}: {error}).")
        return 2
    print("UTUH: semuanya cocok.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
