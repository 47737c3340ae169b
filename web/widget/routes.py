"""The widget's addresses: the script that town halls put into their pages, the frame, the builder."""

import hashlib
from functools import cache

from fastapi import APIRouter, Request
from fastapi.responses import Response

from web.core.rendering import STATIC
from web.core.site import registry
from web.widget import builder, frame

router = APIRouter(include_in_schema=False)

SCRIPT_AGE_S = 600
"""Its address never changes, so that a new version must be there soon."""


@router.get("/widget.js")
async def script(request: Request) -> Response:
    """For any site: what may be shown there is decided by the frame."""
    registry(request)
    body, tag = _script()
    headers = {"ETag": tag, "Cache-Control": f"public, max-age={SCRIPT_AGE_S}"}
    if tag in (each.strip() for each in request.headers.get("if-none-match", "").split(",")):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="text/javascript", headers=headers)


@cache
def _script() -> tuple[bytes, str]:
    """The file, and its weak tag: compressed or not it is the same."""
    body = (STATIC / "widget" / "widget.js").read_bytes()
    return body, f'W/"{hashlib.sha256(body).hexdigest()[:16]}"'


router.include_router(frame.router)
router.include_router(builder.router)
