"""Pictures and videos lose everything but what is to be seen."""

from io import BytesIO

import pytest
from PIL import Image, ImageOps

from app.base.errors import InvalidForm
from app.services.files import picture_program, uploads
from tests.services import samples
from tests.services.samples import SECRET


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_but_the_pixels_of_a_picture_survives(kind: str) -> None:
    before = samples.picture(kind)
    assert SECRET in before
    after = picture_program.make_anew(before, f"image/{kind.lower()}")
    assert SECRET not in after
    with Image.open(BytesIO(after)) as image:
        assert (image.format, image.size, len(image.getexif())) == (kind, (40, 20), 0)
        red, _green, blue = image.convert("RGB").getpixel((20, 10))  # type: ignore[misc]
        assert blue > 110 > red


def test_a_picture_taken_sideways_stands_upright_without_the_note_that_said_so() -> None:
    after = picture_program.make_anew(samples.picture("JPEG", (40, 20), orientation=6), "image/jpeg")
    with Image.open(BytesIO(after)) as image:
        assert image.size == (20, 40)


@pytest.mark.parametrize("turn", range(2, 9))
def test_every_way_of_holding_the_telephone_is_undone_as_pillow_does(turn: int) -> None:
    exif, buffer, picture = Image.Exif(), BytesIO(), Image.new("L", (3, 2))
    exif[0x0112] = turn
    picture.putdata(range(6))
    picture.save(buffer, "PNG", exif=exif)
    after = picture_program.make_anew(buffer.getvalue(), "image/png")
    with Image.open(buffer) as image, Image.open(BytesIO(after)) as found:
        expected = ImageOps.exif_transpose(image)
        assert (found.size, found.tobytes()) == (expected.size, expected.tobytes())
        assert found.tobytes() != picture.tobytes()


#: Pillow warns of them, and goes on.
TORN_NOTES = pytest.mark.filterwarnings(
    "ignore:Corrupt EXIF data", "ignore:Truncated File Read", "ignore:Metadata Warning"
)
#: XResolution, YCbCrCoefficients, ExifIFD, GPSInfo, and a tag nobody knows.
ODD_TAGS = (0x011A, 0x0211, 0x8769, 0x8825, 0xEEEE)


@pytest.mark.parametrize("tag", ODD_TAGS, ids=hex)
@TORN_NOTES
def test_a_photo_with_notes_of_odd_types_is_a_photo_all_the_same(tag: int) -> None:
    for type_ in samples.EXIF_TYPES:
        with Image.open(
            BytesIO(picture_program.make_anew(samples.odd_photo(tag, type_), "image/jpeg"))
        ) as image:
            assert image.size == (20, 40), type_


@TORN_NOTES
@pytest.mark.parametrize("tag", [0x0112, 0x010F], ids=["orientation", "before it"])
def test_an_orientation_that_cannot_be_read_turns_nothing(tag: int) -> None:
    for type_ in samples.EXIF_TYPES:
        content = samples.odd_photo(tag, type_)
        with Image.open(BytesIO(picture_program.make_anew(content, "image/jpeg"))) as image:
            assert image.size in {(40, 20), (20, 40)}, type_


def test_a_transparent_picture_stays_transparent() -> None:
    buffer = BytesIO()
    picture = Image.new("P", (4, 4), 0)
    picture.save(buffer, "PNG", transparency=0)
    with Image.open(BytesIO(picture_program.make_anew(buffer.getvalue(), "image/png"))) as image:
        assert image.convert("RGBA").getpixel((0, 0))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize("size", [(8000, 5001), (20_000, 20_000)])
def test_a_small_file_that_unpacks_to_a_huge_picture_is_refused(size: tuple[int, int]) -> None:
    buffer = BytesIO()
    Image.new("1", size).save(buffer, "PNG")
    assert len(buffer.getvalue()) < 100_000
    with pytest.raises(InvalidForm, match="40 juta"):
        uploads.clean_image(buffer.getvalue(), "image/png")


def test_of_a_kind_that_takes_most_to_make_anew_fewer_pixels_are_taken() -> None:
    buffer = BytesIO()
    Image.new("RGB", (4000, 4001)).save(buffer, "WEBP", method=0)
    with pytest.raises(InvalidForm, match="16 juta"):
        uploads.clean_image(buffer.getvalue(), "image/webp")


def test_a_video_keeps_its_pictures_and_its_length_but_not_where_it_was_taken() -> None:
    before = samples.video()
    after = uploads.clean_video(before)
    assert before.count(SECRET) == 3
    assert SECRET not in after
    assert len(after) == len(before)
    assert b"moving pictures" in after
    assert (b"mvhd" + b"m" * 20) in after


def test_boxes_nested_without_end_are_refused() -> None:
    nested = b""
    for _depth in range(3000):
        nested = samples.box(b"moov", nested)
    with pytest.raises(InvalidForm, match="rusak"):
        uploads.clean_video(nested)


@pytest.mark.parametrize(
    "path",
    ["moov/trak/mdia/udta", "moov/trak/mdia/meta", "moof/udta", "moof/traf/meta", "moov/ilst", "moov/gps ", "free",
     "skip", "moov/free"],
)  # fmt: skip
def test_no_box_that_is_meant_for_notes_keeps_them(path: str) -> None:
    notes = SECRET
    for kind in reversed(path.split("/")):
        notes = samples.box(kind.encode(), notes)
    before = samples.video() + notes
    after = uploads.clean_video(before)
    assert SECRET not in after
    assert len(after) == len(before)


@pytest.mark.parametrize(
    "broken", [b"", b"\x00\x00\x00\x03moov", b"\xff\xff\xff\xffmoov", b"\x00\x00\x00\x01moov"]
)
def test_a_chain_of_boxes_that_leads_nowhere_is_refused(broken: bytes) -> None:
    with pytest.raises(InvalidForm, match="rusak"):
        uploads.clean_video(broken)
