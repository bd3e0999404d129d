"""Files as people upload them, made on the spot."""

import zipfile
from io import BytesIO
from typing import Any

from PIL import Image, PngImagePlugin

SECRET = b"KENARI-7.8141,110.9262"


def picture(kind: str, size: tuple[int, int] = (40, 20), *, orientation: int = 1) -> bytes:
    """A picture whose maker, position, comment and profile hold `SECRET`."""
    image = Image.new("RGB", size, "navy")
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = SECRET.decode(), orientation  # Make, Orientation
    exif.get_ifd(0x8825)[0x001D] = SECRET.decode()  # GPSDateStamp
    more: dict[str, Any] = {"exif": exif, "icc_profile": SECRET, "xmp": SECRET}
    if kind == "JPEG":
        more["comment"] = SECRET
    if kind == "PNG":
        del more["xmp"]
        more["pnginfo"] = PngImagePlugin.PngInfo()
        more["pnginfo"].add_text("Author", SECRET.decode())
    buffer = BytesIO()
    image.save(buffer, kind, **more)
    return buffer.getvalue()


#: Exif's types by which a tag says how its value is written.
EXIF_TYPES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 99)


def odd_photo(tag: int, type_: int) -> bytes:
    """A JPEG taken sideways, with one more tag that says its value is of a type it cannot have."""
    entries = sorted([(0x0112, 3, (6).to_bytes(2, "little") + b"\0\0"), (tag, type_, b"72\0\0")])
    ifd = len(entries).to_bytes(2, "little")
    for number, kind, value in entries:
        ifd += number.to_bytes(2, "little") + kind.to_bytes(2, "little") + (1).to_bytes(4, "little") + value
    exif = b"Exif\0\0II*\0" + (8).to_bytes(4, "little") + ifd + bytes(4)
    buffer = BytesIO()
    Image.new("RGB", (40, 20), "navy").save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


def box(kind: bytes, body: bytes = b"") -> bytes:
    return (8 + len(body)).to_bytes(4) + kind + body


def video() -> bytes:
    """An MP4 without pictures that tells where it was taken, in three places."""
    track = box(b"trak", box(b"tkhd", b"t" * 20) + box(b"meta", SECRET))
    wide = (1).to_bytes(4) + b"uuid" + (16 + len(SECRET)).to_bytes(8) + SECRET
    moov = box(b"moov", box(b"mvhd", b"m" * 20) + track + box(b"udta", box(b"\xa9xyz", SECRET)))
    return box(b"ftyp", b"isom0000") + moov + wide + box(b"mdat", b"moving pictures")


def office_document(folder: str, *more: str) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in ("[Content_Types].xml", f"{folder}/document.xml", *more):
            archive.writestr(name, "<x/>")
    return buffer.getvalue()
