"""Vector tiles of the operator's own, under every map: one file, of which browsers read the parts that they draw.

The file is a PMTiles of version 3 (https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md), whose path is a
setting: no address names a file. docs/map.md tells how to come by one.
"""

import errno
import gzip
import json
import os
import re
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from html import escape
from html.parser import HTMLParser
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response
from starlette.concurrency import run_in_threadpool

from search_api.http.responses import kept_tag
from search_api.http.wrappers import ASKED_BY_HEAD, PMTILES
from settings import Settings
from web.core import costs, error_pages
from web.core.budget import pay
from web.core.site import Site

ADDRESS = "/fond-de-carte/tuiles.pmtiles"
A_DAY = "public, max-age=86400"

HEADER = struct.Struct("<7sB8Q24x?BBBBB4i")
"""Magic, version; offset and length of the root directory, the metadata, the leaves and the tiles; three counts that
are passed over; whether clustered; how directories and tiles are compressed, the tiles' type, the least zoom, the most;
west, south, east and north of what the tiles hold, in ten-millionths of a degree.
"""

COMPRESSIONS: dict[int, Callable[[bytes], bytes]] = {1: bytes, 2: gzip.decompress}
"""By their codes; the library of the browsers reads no other."""

MOST_SAID = 4_000_000
"""Bytes of metadata, as they lie in the file: of Protomaps' they are some thousands."""

UNREADABLE = {
    errno.ENOENT: "il n’y a pas de tel fichier",
    errno.EISDIR: "c’est un dossier",
    errno.ENOTDIR: "un dossier de ce chemin n’en est pas un",
    errno.EACCES: "le site n’a pas le droit de le lire",
}

MVT = 1

router = APIRouter(include_in_schema=False)


class BadTiles(ValueError):
    """No file that could be served. Its text is a French sentence."""


@dataclass(frozen=True)
class Tiles:
    """`attribution`: HTML, of text and links alone. `least_zoom`: of the coarsest tiles; `zoom`: of the finest, from
    which closer maps are drawn. `box`: west, south, east and north of what they hold, in degrees. `version`: another
    one for another file."""

    attribution: str
    least_zoom: int
    zoom: int
    box: tuple[float, ...]
    version: str

    @property
    def address(self) -> str:
        """Another one for each file: a browser that keeps parts of an older one would ask to go on with that, and be
        sent the whole of the new one."""
        return f"{ADDRESS}?v={self.version}"


def of(settings: Settings) -> Tiles | None:
    """What the file says of itself, read once; None where the settings name none. Raises BadTiles."""
    return described(settings.pmtiles_path) if settings.pmtiles_path else None


@cache
def described(path: str) -> Tiles:
    try:
        with Path(path).open("rb") as file:
            head = file.read(HEADER.size)
            if len(head) < HEADER.size or not head.startswith(b"PMTiles\3"):
                raise BadTiles(f"PMTILES_PATH\u00a0: {path} n’est pas un fichier PMTiles de version 3.")
            (_, _, _, _, start, length, leaves, leaves_length, at, tiles_length, _, *rest) = HEADER.unpack(head)
            directories, tiles, kind, least_zoom, zoom, *corners = rest
            # A damaged header may name any place and any length; a copy that was broken off ends before its tiles do.
            there = os.fstat(file.fileno())
            ends = (start + length, leaves + leaves_length, at + tiles_length)
            if length > MOST_SAID or max(ends) > there.st_size:
                raise BadTiles(f"PMTILES_PATH\u00a0: {path} est incomplet, ou son en-tête est abîmé.")
            file.seek(start)
            metadata = file.read(length)
    except OSError as error:
        why = UNREADABLE.get(error.errno or 0, "le disque répond par une erreur")
        raise BadTiles(f"PMTILES_PATH\u00a0: {path} ne se lit pas\u00a0: {why}.") from error
    if kind != MVT or not {directories, tiles} <= COMPRESSIONS.keys():
        raise BadTiles(f"PMTILES_PATH\u00a0: {path} ne contient pas de tuiles vectorielles (MVT), en gzip ou telles.")
    try:
        said = json.loads(COMPRESSIONS[directories](metadata))
    except (ValueError, EOFError, zlib.error, gzip.BadGzipFile, RecursionError, MemoryError) as error:
        raise BadTiles(f"PMTILES_PATH\u00a0: les informations de {path} ne se lisent pas.") from error
    attribution = said.get("attribution") if isinstance(said, dict) else None
    version = f"{there.st_mtime_ns:x}-{there.st_size:x}"
    credit = plain(attribution) if isinstance(attribution, str) else ""
    return Tiles(credit, least_zoom, zoom, tuple(corner / 1e7 for corner in corners), version)


class _Plain(HTMLParser):
    """Text as it is, and links to other sites."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.linked = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href") or ""
        if tag == "a" and not self.linked and href.startswith("https://"):
            self.linked = True
            self.parts.append(f'<a href="{escape(href)}" rel="noopener">')

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self.linked:
            self.linked = False
            self.parts.append("</a>")

    def handle_data(self, data: str) -> None:
        self.parts.append(escape(data))


def plain(html: str) -> str:
    """The words of an attribution, and its links: it comes in a file from elsewhere, and stands in our pages."""
    reader = _Plain()
    reader.feed(html)
    reader.close()
    return "".join([*reader.parts, "</a>" * reader.linked])


@router.get(ADDRESS)
async def vector_tiles(request: Request) -> Response:
    """The file, or the one part of it that is asked for."""
    site: Site = request.app.state.site
    path = site.settings.pmtiles_path
    try:
        found = await run_in_threadpool(Path(path).stat) if path else None
    except OSError:
        found = None  # taken away under the running site, whose maps then have the contours that lie under the tiles
    if found is None:
        return error_pages.not_found(site)
    answer = FileResponse(path, headers={"Cache-Control": A_DAY}, media_type=PMTILES, stat_result=found)
    tag = answer.headers["etag"]
    if kept_tag(request.headers.get("if-none-match", ""), tag.strip('"')):
        return Response(status_code=304, headers={"Cache-Control": A_DAY, "ETag": tag})
    if request.scope.get(ASKED_BY_HEAD):
        return answer
    # A part is asked for of the file that one has parts of; whoever has another's, or a date, may get all of this one.
    of_this = request.headers.get("if-range", tag) == tag
    length = asked_bytes(request.headers.get("range", ""), found.st_size) if of_this else found.st_size
    return pay(request, costs.of_sending(length)) or answer


def asked_bytes(header: str, size: int) -> int:
    """How much a `Range` makes us send: of the one form that maps ask in; of any other all, which is the dearest."""
    found = re.fullmatch(r"bytes=(\d{1,15})-(\d{1,15})", header)
    return min(size, max(0, int(found[2]) + 1 - int(found[1]))) if found else size
