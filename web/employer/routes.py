"""The employer's list; each timetable's pages are those of `web.availability`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from registry import employers
from registry.accounts import Account
from web import formats
from web.availability.keeping import pool
from web.members import access
from web.members.pages import page

router = APIRouter(include_in_schema=False)


@router.get("/employeur")
def home(request: Request, account: Annotated[Account, Depends(access.of("employer"))]) -> Response:
    site = request.app.state.site
    with pool(site).connection() as conn:
        found = employers.assistants(conn, account.id)
    return page(request, "employer/home.html", {"assistants": found, "day_text": formats.day, "errors": {}})
