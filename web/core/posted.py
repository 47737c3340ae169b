"""Forms as they are sent: bounded in size, and refused unless they come from a page of ours."""

import logging
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.types import Message, Receive

from domain import spelling
from web.core import session
from web.core.session import Visiting

MOST_BYTES = 128 * 1024
"""Of a form without a file: a week of a timetable takes 20 kB, a message 5. Whoever is not signed in sends no other."""

MOST_BYTES_WITH_FILE = 11 * 1024 * 1024
"""Of a form with files: the copy of an agrément (10 MiB) and the fields before it. What comes after so many bytes is
thrown away as it comes, and the form says which of its fields is to be mended (`is_cut`), so that the others stand."""

MOST_FILES = 10
"""A photograph of each page of one document (registry.agrements.documents)."""

MOST_FIELDS, MOST_OF_A_FIELD = 600, 64 * 1024


log = logging.getLogger(__name__)

TOO_MANY_FILES = "Vous avez envoyé trop de fichiers. Renvoyez celui-ci dans {wait}."
"""Beside the field, where an account has had as many read as it may (throttle.count_file)."""


class ForeignForm(Exception):
    """Not sent from a page of this visitor: another site's, or one whose session has changed."""


class TooLarge(Exception):
    """More bytes than this form may have."""


class NoRoom(Exception):
    """What was sent finds no room on this machine's disk."""


class BadForm(Exception):
    """No form that can be read."""


async def form(request: Request, visiting: Visiting) -> AsyncIterator[FormData]:
    """The fields of a form. Raises ForeignForm, TooLarge or BadForm, before anything was done."""
    async with _read(request, visiting, MOST_BYTES, most_files=0) as fields:
        yield fields


async def form_with_file(request: Request, visiting: Visiting) -> AsyncIterator[FormData]:
    """The same with MOST_FILES at most, which are closed at the end of the request. For those who are signed in."""
    async with _read(request, visiting, MOST_BYTES_WITH_FILE, most_files=MOST_FILES) as fields:
        yield fields


Form = Annotated[FormData, Depends(form)]
FormWithFile = Annotated[FormData, Depends(form_with_file)]


@asynccontextmanager
async def _read(request: Request, visiting: Visiting, most_bytes: int, most_files: int) -> AsyncIterator[FormData]:
    if not is_from_here(request):
        raise ForeignForm
    boundary = _boundary(request) if most_files else None
    if boundary is None and int(request.headers.get("content-length", "0") or 0) > most_bytes:
        raise TooLarge
    receive = _cut(request, most_bytes, boundary) if boundary else _bounded(request, most_bytes)
    fields = await _parsed(request, receive, most_files)
    try:
        request.state.typed = _typed(fields)
        if not session.is_csrf_token(request.app.state.site, text(fields, "csrf"), visiting.token):
            raise ForeignForm
        yield fields
    finally:
        await fields.close()


async def _parsed(request: Request, receive: Receive, most_files: int) -> FormData:
    """The fields of what is received; the caller closes them. Raises TooLarge, BadForm or NoRoom."""
    # Fields are decoded as the request says: some of Python's codecs take minutes for what utf-8 takes at once.
    if _content_type(request)[1].get(b"charset", b"utf-8").lower() != b"utf-8":
        raise BadForm
    bounded = Request(request.scope, receive)
    # The library counts no empty field, and takes as long for each as for a full one.
    if not most_files and (await bounded.body()).count(b"&") > MOST_FIELDS:
        raise BadForm
    try:
        return await bounded.form(max_files=most_files, max_fields=MOST_FIELDS, max_part_size=MOST_OF_A_FIELD)
    except (MultiPartException, HTTPException, UnicodeError) as error:
        # Inside an application the framework makes an HTTPException of its own MultiPartException.
        raise (TooLarge if is_cut(request) else BadForm) from error
    except OSError as error:  # a file waits in the folder for temporary ones
        log.error("a form with a file finds no room in %s: %s", tempfile.gettempdir(), error.strerror)
        raise NoRoom from error


def _content_type(request: Request) -> tuple[bytes, dict[bytes, bytes]]:
    return parse_options_header(request.headers.get("content-type"))


def _boundary(request: Request) -> bytes | None:
    """Between the parts of a form that may hold files; None for any other form."""
    kind, parameters = _content_type(request)
    return parameters.get(b"boundary") if kind == b"multipart/form-data" else None


async def typed(request: Request) -> list[tuple[str, str]]:
    """What was typed into a form that is not taken now, for its sender alone to send it again: names and values.

    Nothing where the browser does not say that a page of ours sent it. Files, tokens, codes and the NIR are not in it.
    """
    if request.method != "POST" or not request.headers.get("origin") or not is_from_here(request):
        return []
    if (known := getattr(request.state, "typed", None)) is not None:
        return list(known)
    boundary = _boundary(request)
    # Of who may be nobody no more is read than of a form without a file; the fields stand before the files.
    receive = _cut(request, MOST_BYTES, boundary, drained=False) if boundary else _bounded(request, MOST_BYTES)
    try:
        fields = await _parsed(request, receive, MOST_FILES if boundary else 0)
    except (TooLarge, BadForm, NoRoom):
        return []
    await fields.close()
    return _typed(fields)


def _typed(fields: FormData) -> list[tuple[str, str]]:
    return [
        (name, value) for name, value in fields.multi_items() if isinstance(value, str) and value and name not in _OWN
    ]


_OWN = ("csrf", "nir", "code")
"""Fields that are good for one answer only, or that nothing keeps."""


def is_from_here(request: Request) -> bool:
    """Whether the browser says, as far as it says anything, that a page of ours sent this."""
    origin = request.headers.get("origin")
    try:
        return origin is None or urlsplit(origin).netloc == request.url.netloc
    except ValueError:  # no address at all
        return False


def text(fields: FormData, name: str) -> str:
    """A field's value without blanks around it, empty when it was not sent. NUL, which no page sends, goes; letters
    are composed (NFC), whichever way a keyboard or a file's name wrote their accents."""
    value = fields.get(name, "")
    return _plain(value) if isinstance(value, str) else ""


def texts(fields: FormData, name: str) -> list[str]:
    """Every value of a field that may be repeated."""
    return [_plain(value) for value in fields.getlist(name) if isinstance(value, str)]


def file(fields: FormData, name: str) -> UploadFile | None:
    """The file of a field, if one was chosen."""
    return next(iter(files(fields, name)), None)


def files(fields: FormData, name: str) -> list[UploadFile]:
    """The files of a field, in the order in which they were chosen."""
    return [value for value in fields.getlist(name) if isinstance(value, UploadFile) and value.filename]


def is_cut(request: Request) -> bool:
    """Whether more came than a form with files may have: its last file is not whole, and others may have been lost."""
    return getattr(request.state, "form_is_cut", False)


def _plain(value: str) -> str:
    return spelling.composed(value.replace("\0", "").strip())


def _bounded(request: Request, most_bytes: int) -> Receive:
    """What the request brings, counted as it comes: a length that was not told, or told wrong, helps nobody."""
    received = 0

    async def receive() -> Message:
        nonlocal received
        message = await request.receive()
        received += len(message.get("body", b""))
        if received > most_bytes:
            raise TooLarge
        return message

    return receive


def _cut(request: Request, most_bytes: int, boundary: bytes, *, drained: bool = True) -> Receive:
    """What the request brings, ended as a form of this boundary ends where it is too long. The rest is thrown away as
    it comes (`drained`), as a browser reads no answer before it has sent all."""
    received = 0

    async def receive() -> Message:
        nonlocal received
        message = await request.receive()
        body = message.get("body", b"")
        room = most_bytes - received
        received += len(body)
        if len(body) <= room:
            return message
        request.state.form_is_cut = True
        while drained and message.get("more_body"):
            message = await request.receive()
        end = body[:room] + b"\r\n--" + boundary + b"--\r\n"
        return {"type": "http.request", "body": end} if message["type"] == "http.request" else message

    return receive
