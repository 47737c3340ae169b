"""What the texts of these pages must tell truly: durations from where the product takes them, and who runs the site."""

from datetime import date
from typing import Any
from urllib.parse import urlsplit

from registry.accounts import codes, devices, roles
from web import texts
from web.core import session
from web.core.site import Site
from web.shared.accounts import oidc, waiting

SCALES = (
    *("agrement_document_days", "registration_draft_days", "movement_name_days"),
    *("contact_confirm_hours", "contact_thread_days", "contact_text_days", "contact_report_days"),
    *("alert_days", "fiche_report_days", "fiche_report_open_days", "lost_mailbox_days"),
    *("alert_confirm_hours", "mail_days"),
)
"""Named so in the texts."""


def of_site(site: Site, today: date) -> dict[str, Any]:
    """By the names that the texts write in braces."""
    settings = site.settings
    t = texts.about
    scales = site.scales()
    return {
        **{name: scales.number(name, today) for name in SCALES},
        "session_days": roles.RULES["am"].idle.days,
        "session_days_most": roles.RULES["am"].longest.days,
        "session_staff_hours": roles.RULES["caf"].idle.seconds // 3600,
        "device_days": devices.LIFE.days,
        "code_minutes": codes.LIFE.seconds // 60,
        "limit_minutes": max(settings.fiche_window_s, settings.rate_window_s) // 60 or 1,
        "cookie": session.cookie_name(site),
        "device_cookie": session.device_cookie_name(site),
        "code_cookie": waiting.cookie_name(site),
        "code_cookie_minutes": waiting.LIFE.seconds // 60,
        "oidc_cookie": oidc.cookie_name(site),
        "oidc_cookie_minutes": oidc.COOKIE_LIFE.seconds // 60,
        "tiles": tiles("" if settings.pmtiles_path else settings.tile_url),
        "operator": settings.operator_name or t.UNKNOWN_OPERATOR,
        "contact": settings.operator_contact or t.UNKNOWN_CONTACT,
        "host": settings.operator_host or t.UNKNOWN_HOST,
    }


def tiles(url: str) -> str:
    """Where the map's pictures are asked for, when that is another host."""
    host = urlsplit(url.replace("{s}.", "")).netloc
    return texts.about.TILES.format(host=host) if host else ""
