"""From a file that anyone may have sent to plain JPEG images of its pages, made in a process of their own."""

from dataclasses import dataclass

from registry.parsing import children
from registry.parsing.children import MIB, Bounds
from registry.parsing.refusals import Refused

READER = "registry.agrements.documents.drawing:drawn"

MOST_BYTES = 10 * MIB
MOST_PAGES = 10

BOUNDS = Bounds(memory_bytes=768 * MIB, cpu_s=10, wall_s=45, answer_bytes=40 * MIB)
"""A photograph takes half a second, ten pages three; they come back as some 6 MB at 200 dots per inch. The interpreter
and the decoders' code take a third of the memory."""

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}

_UNREADABLE = (
    "Ce fichier ne s’ouvre pas\u00a0: il est abîmé ou incomplet. Reprenez la photo, ou enregistrez-le de nouveau."
)
_TOO_LARGE = "Cette image est trop grande pour être traitée\u00a0: reprenez la photo avec une définition plus basse."
_TOO_LONG = "Ce fichier est trop compliqué à ouvrir\u00a0: photographiez le document, et envoyez la photo."
_SENTENCES = {
    "password": "Ce PDF est protégé par un mot de passe\u00a0: enregistrez-le sans protection, ou photographiez le"
    " document.",
    "pages": f"Ce PDF a plus de {MOST_PAGES} pages\u00a0: n’envoyez que celles de l’agrément.",
    "size": _TOO_LARGE,
}
"""By the word with which the reading function refuses; any other one is a file that is broken."""

_BUSY = "Beaucoup de fichiers arrivent en ce moment\u00a0: le vôtre n’a pas été conservé. Renvoyez-le dans une minute."


class DocumentRefused(Exception):
    """This file cannot be kept. `sentence` says why, in French, for the page; it quotes nothing of the file."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Rendered:
    """`pages`: JPEG images without metadata; `media_type`: of the file that they were drawn from."""

    media_type: str
    pages: tuple[bytes, ...]


def rendered(data: bytes, owner: str) -> Rendered:
    """The pages of a PDF, or the one of a photograph, which `owner` has sent. Takes up to a minute, during which the
    caller may hold no connection. Raises DocumentRefused."""
    if not data:
        raise DocumentRefused("Ce fichier est vide\u00a0: choisissez la photo ou le PDF de votre agrément.")
    if len(data) > MOST_BYTES:
        raise DocumentRefused(
            "Ce fichier pèse plus de 10\u00a0Mo\u00a0: reprenez la photo avec une définition plus basse."
        )
    media_type = sniffed(data)
    if media_type is None:
        raise DocumentRefused(
            "Ce fichier n’est ni un PDF, ni une photo (JPEG, PNG ou HEIC)\u00a0: choisissez-en un autre."
        )
    try:
        return Rendered(media_type, _split(children.read(READER, data, [media_type, str(MOST_PAGES)], BOUNDS, owner)))
    except children.OwnFault as fault:
        raise DocumentRefused(fault.sentence) from None
    except children.Busy:
        raise DocumentRefused(_BUSY) from None
    except Refused as refused:
        raise DocumentRefused(_SENTENCES.get(refused.reason, _UNREADABLE)) from None
    except children.Failed as failed:
        raise DocumentRefused(_TOO_LONG if failed.out_of_bounds else _UNREADABLE) from None


def sniffed(data: bytes) -> str | None:
    """The media type by the first bytes, whatever the file is called; None for any that is not taken."""
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"%PDF-"):
        return "application/pdf"
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        return "image/heic"
    return None


def _split(answer: bytes) -> tuple[bytes, ...]:
    """The images of an answer, each after its length in four bytes; checked, as the child may have been taken over."""
    images: list[bytes] = []
    at = 0
    while at < len(answer):
        end = at + 4 + int.from_bytes(answer[at : at + 4])
        image = answer[at + 4 : end]
        if end > len(answer) or not image.startswith(b"\xff\xd8\xff") or len(images) == MOST_PAGES:
            raise DocumentRefused(_UNREADABLE)
        images.append(image)
        at = end
    if not images:
        raise DocumentRefused(_UNREADABLE)
    return tuple(images)
