"""The routes of the registration, for web/app.py: hers below /inscription, a desk's below /rpe/inscription/{id}."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from web.am.registration import entering, steps
from web.core import posted
from web.shared.profile import editing
from web.shared.profile.editing import Editing


def pages_of(prefix: str, whose: Callable[..., Editing]) -> APIRouter:
    """The pages, each a route of its own: /rpe/inscription/{id} has others beside them."""
    router = APIRouter(prefix=prefix)
    edited = Annotated[Editing, Depends(whose)]

    def showing(page: str) -> Callable[..., Response]:
        def show(request: Request, by: edited) -> Response:
            return steps.show(request, by, page)

        return show

    def receiving(page: str) -> Callable[..., Response]:
        # The page with the copy of the agrément is the only one that has files.
        reader = posted.form_with_file if page == "2a" else posted.form

        def receive(request: Request, by: edited, form: Annotated[FormData, Depends(reader)]) -> Response:
            return steps.receive(request, by, page, form)

        return receive

    for page in steps.PAGES:
        router.add_api_route(f"/{page}", showing(page), methods=["GET"])
    for page in steps.ORDER[:-1]:
        router.add_api_route(f"/{page}", receiving(page), methods=["POST"])

    @router.get("/2")
    def second(request: Request, by: edited) -> Response:
        return RedirectResponse(f"{by.base}/2a", 303)

    @router.post("/3")
    def send(request: Request, by: edited, form: posted.Form) -> Response:
        return steps.send(request, by, form)

    @router.post("/champ")
    def one_field(request: Request, by: edited, form: posted.Form) -> Response:
        return steps.one_field(request, by, form)

    @router.post("/apercu")
    def live_preview(request: Request, by: edited, form: posted.Form) -> Response:
        return steps.live_preview(request, by, form)

    @router.get("/copie/{number}.jpg")
    def copy_page(request: Request, by: edited, number: int) -> Response:
        return steps.copy_page(request, by, number)

    return router


router = APIRouter(include_in_schema=False)
router.include_router(entering.router)
router.include_router(pages_of("/inscription", editing.own))
router.include_router(pages_of("/rpe/inscription/{id}", editing.at_desk))
