"""The pages that only say something: the API's documentation, and what stands in for a page that cannot be shown."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from search_api.engine import RETRY_AFTER_S
from web import docs, formats, texts
from web.site import Site

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def documentation(request: Request) -> Response:
    """What the API answers, for those who would use it."""
    site: Site = request.app.state.site
    openapi = request.app.openapi()
    values = {
        "introduction": docs.introduction(openapi),
        "examples": docs.EXAMPLES,
        "endpoints": docs.endpoints(openapi),
    }
    return site.page("docs.html", values)


def not_found(site: Site, title: str = texts.NOT_FOUND_TITLE, text: str = texts.NOT_FOUND) -> Response:
    values = {"title": title, "text": text, "link": {"href": "/", "label": texts.BACK_HOME}}
    return site.page("message.html", values, 404)


def failed(site: Site) -> Response:
    values = {"title": texts.FAILED_TITLE, "text": texts.FAILED, "link": {"href": "/", "label": texts.BACK_HOME}}
    return site.page("message.html", values, 500)


def limited(site: Site, wait_s: int) -> Response:
    values = {
        "title": texts.LIMITED_TITLE,
        "text": texts.LIMITED.format(wait=formats.waiting(wait_s)),
        "link": {"href": "/", "label": texts.BACK_HOME},
    }
    response = site.page("message.html", values, 429)
    response.headers["Retry-After"] = str(wait_s)
    return response


def busy(request: Request, wait_s: int) -> Response:
    """This client has asked for so much that the others would wait. The way on is the same page, a little later."""
    site: Site = request.app.state.site
    again = str(request.url.replace(scheme="", netloc="")) if request.method == "GET" else ""
    values = {
        "title": texts.BUSY_TITLE,
        "text": (texts.BUSY if again else texts.BUSY_FORM).format(wait=formats.waiting(wait_s)),
        "link": {"href": again or "/", "label": texts.RETRY if again else texts.BACK_HOME},
    }
    response = site.page("message.html", values, 429)
    response.headers["Retry-After"] = str(wait_s)
    return response


def unavailable(request: Request) -> Response:
    """The search engine does not answer: the page says so, instead of showing an empty list."""
    site: Site = request.app.state.site
    again = str(request.url.replace(scheme="", netloc=""))
    values = {
        "title": texts.UNAVAILABLE_TITLE,
        "text": texts.UNAVAILABLE,
        "link": {"href": again, "label": texts.RETRY},
    }
    response = site.page("message.html", values, 503)
    response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response
