"""What anyone may send as the copy of an agrément, and what becomes of it."""

import io
import zipfile

import pytest
from PIL import Image

from registry.agrements.documents import DocumentRefused, rendered
from registry.agrements.documents.rendering import MOST_BYTES, sniffed
from tests.registry.agrements.documents import files


def opened(jpeg: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(jpeg))
    assert image.format == "JPEG"
    return image


def is_near(image: Image.Image, at: tuple[float, float], color: tuple[int, int, int]) -> bool:
    seen = image.convert("RGB").getpixel((int(at[0] * image.width), int(at[1] * image.height)))
    assert isinstance(seen, tuple)
    return all(abs(a - b) < 60 for a, b in zip(seen, color, strict=True))


RED, BLUE, BLACK, WHITE = (254, 0, 0), (0, 0, 254), (0, 0, 0), (255, 255, 255)


@pytest.mark.parametrize(
    ("format", "media_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("HEIF", "image/heic")]
)
def test_a_photograph_is_kept_without_its_notes(format: str, media_type: str) -> None:
    sent = files.photograph(format)
    assert files.SECRET in sent, "the test sends what it looks for"
    copy = rendered(sent, "test")
    assert copy.media_type == media_type
    (jpeg,) = copy.pages
    assert files.SECRET not in jpeg
    image = opened(jpeg)
    assert not image.getexif()
    assert not {"exif", "comment", "icc_profile", "xmp"} & set(image.info)
    assert image.size == (640, 480)
    assert is_near(image, (0.25, 0.5), RED)
    assert is_near(image, (0.75, 0.5), BLUE)


@pytest.mark.parametrize("format", ["JPEG", "HEIF"])
def test_a_photograph_stands_as_it_was_held(format: str) -> None:
    (jpeg,) = rendered(files.photograph(format, orientation=6), "test").pages
    image = opened(jpeg)
    assert image.size == (480, 640)
    assert is_near(image, (0.5, 0.25), RED)
    assert is_near(image, (0.5, 0.75), BLUE)


def test_a_large_photograph_is_made_smaller_and_a_transparent_one_is_on_white() -> None:
    (jpeg,) = rendered(files.photograph(size=(8000, 6000)), "test").pages
    assert opened(jpeg).size == (2400, 1800)
    file = io.BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(file, "PNG")
    (jpeg,) = rendered(file.getvalue(), "test").pages
    assert is_near(opened(jpeg), (0.5, 0.5), WHITE)


def test_pages_of_a_pdf_become_images() -> None:
    copy = rendered(files.pdf(pages=3), "test")
    assert copy.media_type == "application/pdf"
    assert len(copy.pages) == 3
    for jpeg in copy.pages:
        image = opened(jpeg)
        assert max(image.size) > 1500, "small print can be read"
        assert is_near(image, (200 / 595, 1 - 200 / 842), BLACK)
        assert is_near(image, (0.9, 0.1), WHITE)


def a_zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("agrement.pdf", files.pdf())
    return file.getvalue()


def gif() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (10, 10)).save(file, "GIF")
    return file.getvalue()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"", "vide"),
        (b"\xff\xd8\xff" + bytes(MOST_BYTES), "10\u00a0Mo"),
        (gif(), "ni un PDF, ni une photo"),
        (b"<html><script>alert(1)</script>", "ni un PDF, ni une photo"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "ni un PDF, ni une photo"),
        (a_zip(), "ni un PDF, ni une photo"),
        (b"MZ" + bytes(100), "ni un PDF, ni une photo"),
        (files.photograph()[:2000], "abîmé"),
        (files.photograph("PNG")[:300], "abîmé"),
        (files.photograph("HEIF")[:400], "abîmé"),
        (b"\xff\xd8\xff\xe0", "abîmé"),
        (b"%PDF-1.7\nnothing", "abîmé"),
        (files.pdf(pages=0), "abîmé"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} bytes",
)
def test_what_cannot_be_kept_is_refused_in_a_sentence(sent: bytes, said: str) -> None:
    with pytest.raises(DocumentRefused) as refused:
        rendered(sent, "test")
    assert said in refused.value.sentence


@pytest.mark.parametrize("sent", [files.huge_png(), files.pdf(pages=3000)], ids=["png", "pages"])
def test_a_bomb_is_refused(sent: bytes) -> None:
    with pytest.raises(DocumentRefused, match=r"trop|plus de 10"):
        rendered(sent, "test")


def test_a_picture_too_large_to_unpack_is_left_out_of_its_page() -> None:
    """As pdfium does where it gets no memory; the moderator then asks for another copy."""
    sent = files.pdf_with_huge_image()
    assert len(sent) < MOST_BYTES
    try:
        (jpeg,) = rendered(sent, "test").pages
    except DocumentRefused:
        return
    assert max(opened(jpeg).size) <= 2400


def test_a_page_as_large_as_a_field_is_drawn_as_large_as_the_others() -> None:
    (jpeg,) = rendered(files.pdf(size=(14_400_000, 14_400_000)), "test").pages
    assert max(opened(jpeg).size) <= 2400


@pytest.mark.parametrize(
    "sent",
    [
        files.photograph() + b"<html><script>" + files.SECRET + b"</script></html>",
        files.photograph() + a_zip() + files.SECRET,
        files.photograph("PNG") + files.pdf() + files.SECRET,
        files.pdf(
            catalog=b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>",
            more=[b"<< /Type /EmbeddedFile /Length 16 >>\nstream\n" + files.SECRET + b"\nendstream"],
        ),
    ],
    ids=["JPEG and HTML", "JPEG and zip", "PNG and PDF", "PDF with a script and a file"],
)
def test_of_two_files_in_one_only_the_picture_is_kept(sent: bytes) -> None:
    (jpeg,) = rendered(sent, "test").pages
    opened(jpeg).load()
    for left in (files.SECRET, b"<script", b"PK\x03\x04", b"%PDF", b"JavaScript"):
        assert left not in jpeg


def test_the_name_of_a_file_says_nothing_its_bytes_do() -> None:
    assert sniffed(b"%PDF-1.4") == "application/pdf"
    assert sniffed(b"\0\0\0\x18ftypheic") == "image/heic"
    assert sniffed(b"\0\0\0\x18ftypmp42") is None, "a film"
    assert sniffed(b"\n%PDF-1.4") is None
