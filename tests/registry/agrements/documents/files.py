"""Files as they are sent, made here: photographs, PDFs, and what only looks like them."""

import io
import struct
import zlib
from collections.abc import Sequence

import pillow_heif
from PIL import Image

SECRET = b"LATITUDE-SECRETE"
"""Stands in every note of a photograph: its text must be nowhere in what is kept."""


def photograph(format: str = "JPEG", size: tuple[int, int] = (640, 480), orientation: int = 1) -> bytes:
    """Left half red, right half blue, with a position and other notes in it."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (47.0, 13.0, 2.0), 3: "W", 4: (1.0, 33.0, 12.0)})
    file = io.BytesIO()
    if format == "HEIF":
        pillow_heif.register_heif_opener()
        image.save(file, "HEIF", exif=exif.tobytes())
    elif format == "JPEG":
        image.save(file, "JPEG", exif=exif, comment=SECRET)
    else:
        image.save(file, format, exif=exif)
    return file.getvalue()


def huge_png(width: int = 60_000, height: int = 60_000) -> bytes:
    """Some kilobytes that unpack to gigabytes."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    packer = zlib.compressobj(9)
    packed = packer.compress(bytes(1_000_000)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def pdf(
    pages: int = 1, size: tuple[float, float] = (595, 842), *, catalog: bytes = b"", more: Sequence[bytes] = ()
) -> bytes:
    """Pages with a black square on each; `catalog` goes into the catalogue, `more` are objects, from 4 + pages on."""
    drawn = b"0 0 0 rg 100 100 200 200 re f"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>",
        b"<< /Type /Pages /Kids [ %b ] /Count %d >>" % (b" ".join(b"%d 0 R" % (4 + n) for n in range(pages)), pages),
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(drawn), drawn),
        *(b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %f %f] /Contents 3 0 R >>" % size for _ in range(pages)),
        *more,
    ]
    file = bytearray(b"%PDF-1.7\n")
    at = []
    for number, content in enumerate(objects, start=1):
        at.append(len(file))
        file += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    start = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    file += b"".join(b"%010d 00000 n \n" % each for each in at)
    return bytes(file + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))


def pdf_with_huge_image() -> bytes:
    """A page whose picture, 60 000 by 60 000 behind two layers of packing, would unpack to gigabytes."""
    packed = zlib.compress(zlib.compress(bytes(50_000_000), 9), 9)
    image = (
        b"<< /Type /XObject /Subtype /Image /Width 60000 /Height 60000 /ColorSpace /DeviceRGB /BitsPerComponent 8"
        b" /Filter [/FlateDecode /FlateDecode] /Length %d >>\nstream\n%b\nendstream" % (len(packed), packed)
    )
    drawn = b"<< /Length 30 >>\nstream\nq 500 0 0 500 0 0 cm /I Do Q  \nendstream"
    page = b"/MediaBox [0 0 595 842] /Resources << /XObject << /I 5 0 R >> >> /Contents 6 0 R"
    return pdf(more=[image, drawn]).replace(b"/MediaBox [0 0 595.000000 842.000000] /Contents 3 0 R", page)
