"""The pages that only say something: the API's documentation, and what stands in for a page that cannot be shown."""

from datetime import timedelta
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from domain import french
from search_api.problems import RETRY_AFTER_S
from web import texts
from web.core import docs
from web.core.site import Site

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def documentation(request: Request) -> Response:
    """What the API answers, for those who would use it."""
    site: Site = request.app.state.site
    openapi = request.app.openapi()
    values = {
        "introduction": docs.introduction(openapi),
        "examples": docs.EXAMPLES,
        "files": docs.FILES,
        "endpoints": docs.endpoints(openapi),
    }
    return site.page("core/docs.html", values)


def not_found(site: Site, title: str = texts.NOT_FOUND_TITLE, text: str = texts.NOT_FOUND) -> Response:
    values = {"title": title, "text": text, "link": {"href": "/", "label": texts.BACK_HOME}}
    return site.page("core/message.html", values, 404)


def failed(site: Site) -> Response:
    values = {"title": texts.FAILED_TITLE, "text": texts.FAILED, "link": {"href": "/", "label": texts.BACK_HOME}}
    return site.page("core/message.html", values, 500)


def limited(request: Request, wait_s: int) -> Response:
    site: Site = request.app.state.site
    values = {
        "title": texts.LIMITED_TITLE,
        "text": texts.LIMITED.format(wait=french.wait(timedelta(seconds=wait_s))),
        "link": {"href": address(request), "label": texts.RETRY},
    }
    response = site.page("core/message.html", values, 429)
    response.headers["Retry-After"] = str(wait_s)
    return response


def busy(request: Request, wait_s: int) -> Response:
    """This client has asked for so much that the others would wait. The way on is the same page, a little later."""
    site: Site = request.app.state.site
    again = address(request) if request.method == "GET" else ""
    values = {
        "title": texts.BUSY_TITLE,
        "text": (texts.BUSY if again else texts.BUSY_FORM).format(wait=french.wait(timedelta(seconds=wait_s))),
        "link": {"href": again or "/", "label": texts.RETRY if again else texts.BACK_HOME},
    }
    response = site.page("core/message.html", values, 429)
    response.headers["Retry-After"] = str(wait_s)
    return response


def crowded(request: Request, wait_s: int) -> Response:
    """Others send as many files as can be received at a time: this one was not read."""
    site: Site = request.app.state.site
    values = {
        "title": texts.CROWDED_TITLE,
        "text": texts.CROWDED.format(wait=french.wait(timedelta(seconds=wait_s))),
        "link": {"href": "/", "label": texts.BACK_HOME},
    }
    response = site.page("core/message.html", values, 503)
    response.headers["Retry-After"] = str(wait_s)
    return response


def unavailable(request: Request) -> Response:
    """The search engine does not answer: the page says so, instead of showing an empty list."""
    site: Site = request.app.state.site
    values = {
        "title": texts.UNAVAILABLE_TITLE,
        "text": texts.UNAVAILABLE,
        "link": {"href": address(request), "label": texts.RETRY},
    }
    response = site.page("core/message.html", values, 503)
    response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


def address(request: Request) -> str:
    """Of the page that was asked for, on this site: two slashes at its beginning would lead to another one."""
    query = request.url.query
    return quote("/" + request.scope["path"].lstrip("/")) + (f"?{query}" if query else "")
