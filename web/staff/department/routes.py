"""The département's page and its file. Each reading is in the audit log, with how many lines it told."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from domain import french
from registry.accounts import Account, audit
from registry.offers import duties
from registry.scales import current_scales
from registry.territory import naming
from web.core import access
from web.core.pages import page
from web.core.site import Site
from web.staff.department import listing

SHOWN = 200

Allowed = Annotated[Account, Depends(access.of("department"))]
Exporting = Annotated[Account, Depends(access.fresh("department", back="/departement"))]

router = APIRouter(include_in_schema=False)


@router.get("/departement")
def home(request: Request, account: Allowed) -> Response:
    site: Site = request.app.state.site
    today = site.today()
    department = account.department or ""
    with site.pool.connection() as conn:
        late = duties.overdue(conn, department, today)
        values = {
            "department": naming.department_name(conn, department),
            "figures": duties.figures(conn, department, today),
            "term": duties.term(today, current_scales(conn)),
            "late": late[:SHOWN],
            "count": len(late),
            "day_text": french.day,
            "errors": {},
        }
        audit.note(conn, account, "duties.read", None, listing.FIELDS, department=department, rows=len(late[:SHOWN]))
    return page(request, "staff/department/home.html", values)


@router.get("/departement/retards.csv")
def late_as_csv(request: Request, account: Exporting) -> Response:
    """Private facts leave the site: who asks proves once more who is there."""
    site: Site = request.app.state.site
    today, department = site.today(), account.department or ""
    with site.pool.connection() as conn:
        late = duties.overdue(conn, department, today)
        audit.note(conn, account, "duties.export", None, listing.FIELDS, department=department, rows=len(late))
    headers = {
        "Content-Disposition": f'attachment; filename="retards-{department}-{today}.csv"',
        "Cache-Control": "no-store",
    }
    return Response(listing.as_csv(late), media_type="text/csv; charset=utf-8", headers=headers)
