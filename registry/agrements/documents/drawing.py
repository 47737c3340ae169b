"""What registry.parsing's child makes of the copy of an agrément: JPEG images of its pages.

The decoders are written in C and read what strangers send, so nothing here runs in the site's own process. Refused for
"password", "pages" (too many), "size" or "broken".
"""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from registry.parsing.refusals import Refused

if TYPE_CHECKING:
    from PIL import Image

LONGEST_SIDE = 2400
"""Pixels of a drawn page: an A4 sheet at 200 dots per inch, where the smallest print can be read."""

MOST_PIXELS = {"JPEG": 110_000_000, "PNG": 60_000_000, "HEIF": 60_000_000}
"""What is decoded at most. A JPEG is decoded at the smaller size at once; telephones take up to 108 million pixels."""

QUALITY = 82


def drawn(data: bytes, media_type: str, most_pages: str) -> bytes:
    """The images, each after its length in four bytes. Raises Refused."""
    made = [encoded(image) for image in images(media_type, io.BytesIO(data), int(most_pages))]
    return b"".join(len(jpeg).to_bytes(4) + jpeg for jpeg in made)


def images(media_type: str, file: BinaryIO, most_pages: int) -> "Iterator[Image.Image]":
    if media_type == "application/pdf":
        yield from pages_of_pdf(file, most_pages)
    else:
        yield photograph(media_type, file)


def photograph(media_type: str, file: BinaryIO) -> "Image.Image":
    """The picture as it was held: the camera's note of its orientation is applied, then dropped with all the others."""
    from PIL import Image, ImageOps

    format = {"image/jpeg": "JPEG", "image/png": "PNG", "image/heic": "HEIF"}[media_type]
    Image.MAX_IMAGE_PIXELS = None  # bounded by ourselves, below
    if format == "HEIF":
        import pillow_heif

        pillow_heif.options.DECODE_THREADS = 1
        pillow_heif.register_heif_opener()
    picture = Image.open(file, formats=[format])
    if picture.width * picture.height > MOST_PIXELS[format]:
        raise Refused("size")
    if format == "JPEG":
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return ImageOps.exif_transpose(picture)


def pages_of_pdf(file: BinaryIO, most_pages: int) -> "Iterator[Image.Image]":
    """Pages as pdfium draws them. No script runs: it is built without one, and forms are not opened."""
    import pypdfium2  # type: ignore[import-untyped]
    import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

    try:
        document = pypdfium2.PdfDocument(file.read())
    except pypdfium2.PdfiumError as error:
        raise Refused("password" if getattr(error, "err_code", 0) == pdfium.FPDF_ERR_PASSWORD else "broken") from None
    if len(document) > most_pages:
        raise Refused("pages")
    for page in document:
        width, height = page.get_size()
        if not (width > 0 and height > 0):
            raise Refused("broken")
        # A page may say that it is as wide as a field: it is drawn in as many pixels as the others.
        scale = min(LONGEST_SIDE / max(width, height), 200 / 72)
        if min(width, height) * scale < 1:
            raise Refused("broken")
        yield page.render(scale=scale).to_pil()
        page.close()


def encoded(image: "Image.Image") -> bytes:
    """A JPEG of pixels alone: they are copied onto a new white sheet, which has none of the file's notes."""
    from PIL import Image

    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    if image.mode.startswith("I"):
        image = image.point([value >> 8 for value in range(65536)], "L") if image.mode == "I;16" else image.convert("L")
    sheet = Image.new("RGB", image.size, "white")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        sheet.paste(image, mask=image.getchannel("A"))
    else:
        sheet.paste(image.convert("RGB"))
    file = io.BytesIO()
    sheet.save(file, "JPEG", quality=QUALITY, optimize=True)
    return file.getvalue()
