"""How a good answer is sent: as bytes, with an ETag, or as a 304 where the client has it already.

The ETag is that of everything but the member `data`: `indexed_at` moves every few seconds, and an answer that says
the same of the same offers is the same answer. It is the hash of that content alone, so it tells no more than that.

`private, no-cache` for every answer, for two reasons. An offer that is withdrawn must be gone at once, and an answer
kept even for a minute would go on showing it: so whoever keeps one asks again each time, and mostly hears 304. And an
address holds where a family lives and what it looks for, while a fiche may hold the telephone of an assistant
maternel: so no cache that others share may keep them. Nor may one serve what it has when the search is down
(`stale-if-error`): a search that can't be answered says so.
"""

import hashlib
import re
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

JSON = "application/json"
CACHE_CONTROL = "private, no-cache"
GZIPPED = "-gzip"
"""Ends the ETag of an answer that is sent compressed: other bytes, another strong ETag (see wrappers.py)."""


def sent(request: Request, content: dict[str, Any], media_type: str = JSON, *, vary: str | None = None) -> Response:
    """The answer, or the 304 in its place. `vary`: the request's header that chose between its forms."""
    body = known = orjson.dumps({name: value for name, value in content.items() if name != "data"})
    if "data" in content:
        body = known[:-1] + b',"data":' + orjson.dumps(content["data"]) + b"}"
    tag = hashlib.blake2b(known, digest_size=16).hexdigest()
    headers = {"ETag": f'"{tag}"', "Cache-Control": CACHE_CONTROL}
    if vary:
        headers["Vary"] = vary
    if (asked := request.headers.get("if-none-match")) and (kept := kept_tag(asked, tag)):
        return Response(status_code=304, headers=headers | {"ETag": f'"{kept}"'})
    return Response(body, headers=headers, media_type=media_type)


def kept_tag(if_none_match: str, tag: str) -> str | None:
    """The one of the client's tags that stands for this answer, compressed or not; None where none does.

    The 304 repeats it, as the client updates what it keeps under that tag (RFC 9111, 4.3.4). `W/` does not count
    (RFC 9110, 13.1.2).
    """
    if if_none_match.strip() == "*":
        return tag
    return next((each for each in re.findall(r'"([^"]*)"', if_none_match) if each in (tag, tag + GZIPPED)), None)


def unkept(content: dict[str, Any]) -> Response:
    """An answer that is good for this moment only."""
    return Response(orjson.dumps(content), headers={"Cache-Control": "no-store"}, media_type=JSON)
