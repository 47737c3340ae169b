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

from web.core import session
from web.core.session import Visiting

MOST_BYTES = 128 * 1024
"""Of a form without a file: a week of a timetable takes 20 kB, a message 5. Whoever is not signed in sends no other."""

MOST_BYTES_WITH_FILE = 11 * 1024 * 1024
"""Of a form with one: the copy of an agrément (10 MiB) and the fields around it."""

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
    """The same with at most one file, which is closed at the end of the request. For those who are signed in."""
    async with _read(request, visiting, MOST_BYTES_WITH_FILE, most_files=1) as fields:
        yield fields


Form = Annotated[FormData, Depends(form)]
FormWithFile = Annotated[FormData, Depends(form_with_file)]


@asynccontextmanager
async def _read(request: Request, visiting: Visiting, most_bytes: int, most_files: int) -> AsyncIterator[FormData]:
    if not is_from_here(request):
        raise ForeignForm
    if int(request.headers.get("content-length", "0") or 0) > most_bytes:
        raise TooLarge
    # Fields are decoded as the request says: some of Python's codecs take minutes for what utf-8 takes at once.
    if parse_options_header(request.headers.get("content-type"))[1].get(b"charset", b"utf-8").lower() != b"utf-8":
        raise BadForm
    bounded = Request(request.scope, _bounded(request, most_bytes))
    # The library counts no empty field, and takes as long for each as for a full one.
    if not most_files and (await bounded.body()).count(b"&") > MOST_FIELDS:
        raise BadForm
    try:
        fields = await bounded.form(max_files=most_files, max_fields=MOST_FIELDS, max_part_size=MOST_OF_A_FIELD)
    except (MultiPartException, HTTPException, UnicodeError) as error:
        # Inside an application the framework makes an HTTPException of its own MultiPartException.
        raise BadForm from error
    except OSError as error:  # a file waits in the folder for temporary ones
        log.error("a form with a file finds no room in %s: %s", tempfile.gettempdir(), error.strerror)
        raise NoRoom from error
    try:
        if not session.is_csrf_token(request.app.state.site, text(fields, "csrf"), visiting.token):
            raise ForeignForm
        yield fields
    finally:
        await fields.close()


def is_from_here(request: Request) -> bool:
    """Whether the browser says, as far as it says anything, that a page of ours sent this."""
    origin = request.headers.get("origin")
    try:
        return origin is None or urlsplit(origin).netloc == request.url.netloc
    except ValueError:  # no address at all
        return False


def text(fields: FormData, name: str) -> str:
    """A field's value without blanks around it, empty when it was not sent. NUL, which no page sends, goes."""
    value = fields.get(name, "")
    return value.replace("\0", "").strip() if isinstance(value, str) else ""


def texts(fields: FormData, name: str) -> list[str]:
    """Every value of a field that may be repeated."""
    return [value.replace("\0", "").strip() for value in fields.getlist(name) if isinstance(value, str)]


def file(fields: FormData, name: str) -> UploadFile | None:
    """The file of a field, if one was chosen."""
    value = fields.get(name)
    return value if isinstance(value, UploadFile) and value.filename else None


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
