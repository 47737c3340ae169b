"""From a file that anyone may have sent to plain JPEG images of its pages, made in a process of their own.

The decoders are written in C and read what strangers send. They run in a child (drawing.py) without our environment,
with bounds on memory, processor time and files, which is killed when it takes too long: a bomb costs a refusal.
"""

import contextlib
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

DRAWING = Path(__file__).with_name("drawing.py")

MOST_BYTES = 10 * 1024 * 1024
MOST_PAGES = 10

MOST_OF_AN_ANSWER = 40 * 1024 * 1024
"""Bytes that the child may send back; ten pages at 200 dots per inch take some 6 MB."""

TIMEOUT_S = 30.0
"""Wall time for one file; a photograph takes half a second, ten pages three."""

AT_ONCE, PATIENCE_S = 2, 15.0
"""Files that one process has drawn at the same time, and how long another one waits for its turn: each may take as much
memory as drawing.py allows."""

_turns = threading.BoundedSemaphore(AT_ONCE)

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}

_UNREADABLE = (
    "Ce fichier ne s’ouvre pas\u00a0: il est abîmé ou incomplet. Reprenez la photo, ou enregistrez-le de nouveau."
)
_TOO_HEAVY = "Cette image est trop grande pour être traitée\u00a0: reprenez la photo avec une définition plus basse."
_SENTENCES = {
    3: "Ce PDF est protégé par un mot de passe\u00a0: enregistrez-le sans protection, ou photographiez le document.",
    4: f"Ce PDF a plus de {MOST_PAGES} pages\u00a0: n’envoyez que celles de l’agrément.",
    5: _TOO_HEAVY,
    6: _UNREADABLE,
}
"""What the child's exit codes say; any other end is a decoder that broke or was stopped."""


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


def rendered(data: bytes) -> Rendered:
    """The pages of a PDF, or the one of a photograph. Takes up to TIMEOUT_S; raises DocumentRefused."""
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
    if not _turns.acquire(timeout=PATIENCE_S):
        raise DocumentRefused("Beaucoup de fichiers arrivent en ce moment\u00a0: réessayez dans une minute.")
    try:
        return Rendered(media_type, _drawn(media_type, data))
    finally:
        _turns.release()


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


def _drawn(media_type: str, data: bytes) -> tuple[bytes, ...]:
    with subprocess.Popen(  # noqa: S603 (our own program; the file comes by its standard input)
        [sys.executable, "-I", str(DRAWING), media_type, str(MOST_PAGES), str(int(TIMEOUT_S))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
        start_new_session=True,
    ) as child:
        assert child.stdin is not None  # noqa: S101 (for the type checker)
        assert child.stdout is not None  # noqa: S101
        killing = threading.Timer(TIMEOUT_S, child.kill)
        killing.start()
        try:
            # It reads all of it before it writes anything, so neither side waits for the other.
            with contextlib.suppress(BrokenPipeError):
                child.stdin.write(data)
                child.stdin.close()
            answer = child.stdout.read(MOST_OF_AN_ANSWER + 1)
            if len(answer) > MOST_OF_AN_ANSWER:
                child.kill()
            code = child.wait()
        finally:
            killing.cancel()
    if code != 0:
        raise DocumentRefused(_SENTENCES.get(code, _TOO_HEAVY))
    return _split(answer)


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
