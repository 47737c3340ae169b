"""What tells a reader who writes from a program that sends: a field that nobody sees, and how long the form stood open.

The moment stands signed in the form itself, so that nothing of a visitor is kept for it.
"""

from datetime import datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.datastructures import FormData

from web.members import posted
from web.site import Site

LEAST = timedelta(seconds=2)
"""Nobody reads a page, writes and sends in less."""

TRAP, OPENED = "site", "ouvert"
"""The fields' names."""


def signed(site: Site, form: str, opened: datetime | None = None) -> str:
    """For the field OPENED of this form: now, or when it was first shown, kept over corrections."""
    return str(_signer(site, form).dumps((opened or site.now()).isoformat()))


def opened(site: Site, form: str, sent: FormData) -> datetime | None:
    """When the form that is sent now was opened; None where the page's own signature is missing."""
    try:
        return datetime.fromisoformat(_signer(site, form).loads(posted.text(sent, OPENED)))
    except (BadSignature, ValueError, TypeError):
        return None


def is_trapped(sent: FormData) -> bool:
    return bool(posted.text(sent, TRAP))


def is_too_fast(site: Site, opened_at: datetime | None) -> bool:
    return opened_at is None or site.now() - opened_at < LEAST


def _signer(site: Site, form: str) -> URLSafeSerializer:
    return site.settings.keys.signer("form", form)
