"""The routes of movements, for web/app.py."""

from fastapi import APIRouter

from web.staff.movements import api, files, queue

router = APIRouter(include_in_schema=False)
# The queue first: its addresses begin as those of files do.
for part in (queue, files, api):
    router.include_router(part.router)
