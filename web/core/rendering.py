"""Templates: the environment, and one function that turns a template and its values into a page."""

import hashlib
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from domain import vocabulary
from web import texts
from web.core.rooms import ROOMS

HERE = Path(__file__).parents[1]
STATIC = HERE / "static"


def static_version() -> str:
    """A hash of all static files: it stands in their addresses, so they can be cached for ever."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(STATIC).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def environment(static: str, *, has_accounts: bool) -> Environment:
    """`static` is the address below which the static files are served; without accounts no page leads to any."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        t=texts,
        static=static,
        vocabulary=vocabulary,
        script_texts=texts.SCRIPT,
        rooms=ROOMS,
        has_accounts=has_accounts,
    )
    return made


def page(templates: Environment, name: str, values: dict[str, Any], status: int = 200) -> HTMLResponse:
    """A page is each visitor's own search: browsers may keep it for "back", shared caches may not."""
    html = templates.get_template(name).render(values)
    return HTMLResponse(html, status, headers={"Cache-Control": "private, max-age=60" if status == 200 else "no-store"})
