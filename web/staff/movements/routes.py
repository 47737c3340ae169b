"""The pages of movements, for web/app.py; the API is a router of its own, as the OpenAPI document names it."""

from fastapi import APIRouter

from web.staff.movements import entry, files, queue, undo

router = APIRouter(include_in_schema=False)
# The queue first: its addresses begin as those of files do.
for part in (queue, entry, undo, files):
    router.include_router(part.router)
