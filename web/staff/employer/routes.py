"""The employer's list; each timetable's pages are those of `web.am.availability`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from domain import french
from registry.accounts import Account
from registry.offers import employers
from web.core import access
from web.core.pages import page

router = APIRouter(include_in_schema=False)


@router.get("/employeur")
def home(request: Request, account: Annotated[Account, Depends(access.of("employer"))]) -> Response:
    site = request.app.state.site
    with site.pool.connection() as conn:
        found = employers.assistants(conn, account.id)
    values = {"assistants": found, "today": site.today(), "day_text": french.day, "errors": {}}
    return page(request, "staff/employer/home.html", values)
