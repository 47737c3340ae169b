"""Templates: the environment, and one function that turns a template and its values into a page."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from domain import vocabulary
from web import texts
from web.core.rooms import ROOMS

HERE = Path(__file__).parents[1]
STATIC = HERE / "static"

NOTHING = Markup()

KEPT = ("icon", "tick", "strip", "card_kind", "card_when", "card_tags")
"""Macros of core/pieces.html that depend on a few words."""

MOST_PIECES = 2_000
"""Of one kind that are kept: some hundred bytes each."""


class OfDicts(Environment):
    """Jinja, for values that are dicts for the most part: of `c.name` it asks a dict for its member first, save for the
    names of a dict's own methods. Else each of the thousand in a page is an AttributeError, raised and caught."""

    METHODS = frozenset(dir(dict))

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict and attribute not in self.METHODS:
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)


def static_version() -> str:
    """A hash of all static files: it stands in their addresses, so they can be cached for ever."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(STATIC).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def environment(static: str, *, has_accounts: bool) -> Environment:
    """`static` is the address below which the static files are served; without accounts no page leads to any."""
    made = OfDicts(
        loader=FileSystemLoader(HERE / "templates"),
        auto_reload=False,
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
    made.policies["json.dumps_function"] = as_json
    made.globals["icons"] = Markup(made.get_template("core/icons.html").render())  # noqa: S704 (a template of ours)
    made.globals["script_json"] = htmlsafe_json_dumps(texts.SCRIPT, dumps=as_json)
    made.globals["pieces"] = kept_pieces(made)
    made.globals["once"] = once()
    return made


def kept_pieces(templates: Environment) -> SimpleNamespace:
    """The macros of core/pieces.html by their names, each result kept: a page of results draws some 150 of them, most
    of which the page before had too, and to call a macro costs ten times as much as to find what it gave. Those about
    an error are not kept: it may repeat what somebody typed."""
    module = vars(templates.get_template("core/pieces.html").module)
    pieces = {name: kept(module[name]) for name in KEPT}
    return SimpleNamespace(**pieces, **{name: of_wrong(module[name]) for name in ("error", "invalid")})


def kept(macro: Callable[..., Markup]) -> Callable[..., Markup]:
    """By the types of the arguments too: of two texts that are equal one may be safe already, the other a reader's."""
    return lru_cache(MOST_PIECES, typed=True)(macro)


def once() -> Callable[..., Markup]:
    """For `{% call once(key) %}`: what stands in the block, kept by what it depends on. Without a key it is drawn anew:
    where something in it is a reader's own affair, or wrong."""
    drawn: OrderedDict[Hashable, Markup] = OrderedDict()

    def kept_or_drawn(key: Hashable | None, caller: Callable[[], Markup]) -> Markup:
        if key is None:
            return caller()
        if key not in drawn:
            drawn[key] = caller()
            if len(drawn) > MOST_PIECES:
                drawn.popitem(last=False)
        return drawn[key]

    return kept_or_drawn


def of_wrong(macro: Callable[..., Markup]) -> Callable[[Mapping[str, str], str], Markup]:
    """A macro about a field's error: nothing for any other field."""
    return lambda errors, field: macro(field, errors[field]) if field in errors else NOTHING


def as_json(value: Any, **_: Any) -> str:
    """For Jinja's `tojson`, which escapes what may not stand in a script's element or between single quotes: a fifth of
    what the standard library needs for a map."""
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def page(templates: Environment, name: str, values: dict[str, Any], status: int = 200) -> HTMLResponse:
    """A page is each visitor's own search: browsers may keep it for "back", shared caches may not."""
    html = templates.get_template(name).render(values)
    return HTMLResponse(html, status, headers={"Cache-Control": "private, max-age=60" if status == 200 else "no-store"})
