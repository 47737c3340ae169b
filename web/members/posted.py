"""Forms as they are sent: bounded in size, and refused unless they come from a page of ours."""

from collections.abc import AsyncIterator
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException
from starlette.types import Message, Receive

from web.members import session
from web.members.session import Visiting

MOST_BYTES = 11 * 1024 * 1024
"""Of a whole form: the copy of an agrément (10 MiB) and the fields around it."""

MOST_FIELDS, MOST_FILES, MOST_OF_A_FIELD = 600, 3, 64 * 1024


class ForeignForm(Exception):
    """Not sent from a page of this visitor: another site's, or one whose session has changed."""


class TooLarge(Exception):
    """More than MOST_BYTES."""


class BadForm(Exception):
    """No form that can be read."""


async def form(request: Request, visiting: Visiting) -> AsyncIterator[FormData]:
    """The fields and files of a form; files are closed at the end of the request.

    Raises ForeignForm, TooLarge or BadForm, before anything was done.
    """
    if not is_from_here(request):
        raise ForeignForm
    if int(request.headers.get("content-length", "0") or 0) > MOST_BYTES:
        raise TooLarge
    # Fields are decoded as the request says: some of Python's codecs take minutes for what utf-8 takes at once.
    if parse_options_header(request.headers.get("content-type"))[1].get(b"charset", b"utf-8").lower() != b"utf-8":
        raise BadForm
    bounded = Request(request.scope, _bounded(request))
    try:
        async with bounded.form(max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=MOST_OF_A_FIELD) as fields:
            if not session.is_csrf_token(request.app.state.site, text(fields, "csrf"), visiting.token):
                raise ForeignForm
            yield fields
    except (MultiPartException, UnicodeError) as error:
        raise BadForm from error


Form = Annotated[FormData, Depends(form)]


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


def _bounded(request: Request) -> Receive:
    """What the request brings, counted as it comes: a length that was not told, or told wrong, helps nobody."""
    received = 0

    async def receive() -> Message:
        nonlocal received
        message = await request.receive()
        received += len(message.get("body", b""))
        if received > MOST_BYTES:
            raise TooLarge
        return message

    return receive
