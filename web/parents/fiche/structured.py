"""A structure as search engines read it: schema.org in JSON-LD. Pure functions.

Only of real structures: no engine should list what is invented, nor anybody's home.
"""

import json
from collections.abc import Mapping
from typing import Any

from domain.vocabulary import CARE_KINDS
from domain.week import DAYS
from web.shared.fiche.views import is_indexed

IN_ENGLISH = dict(
    zip(DAYS, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True)
)
EXACT = ("address", "street")
"""Precisions of a position that are worth telling as one."""


def json_ld(document: Mapping[str, Any], url: str) -> str | None:
    """The text of a `<script type="application/ld+json">`, with no `<` in it; None of whom it is not for."""
    if not is_indexed(document):
        return None
    # ensure_ascii keeps separators of lines out; `<` alone could end the element.
    return json.dumps(_described(document, url), ensure_ascii=True).replace("<", "\\u003c")


def _described(document: Mapping[str, Any], url: str) -> dict[str, Any]:
    contact = document.get("contact") or {}
    position, manager = document["position"], document.get("manager") or {}
    found = {
        "@context": "https://schema.org",
        "@type": "ChildCare" if document["kind"] in CARE_KINDS else "LocalBusiness",
        "@id": url,
        "url": url,
        "name": document["name"],
        "description": document.get("subkind_label") or document["kind_label"],
        "address": {
            "@type": "PostalAddress",
            "streetAddress": document.get("address"),
            "postalCode": document["commune"]["postcode"],
            "addressLocality": document["commune"]["name"],
            "addressCountry": "FR",
        },
        "telephone": contact.get("phone"),
        "email": contact.get("mail"),
        "maximumAttendeeCapacity": document.get("capacity"),
        "openingHoursSpecification": [
            {
                "@type": "OpeningHoursSpecification",
                "dayOfWeek": IN_ENGLISH[each["day"]],
                "opens": each["start"],
                "closes": "23:59" if each["end"] == "24:00" else each["end"],
            }
            for each in document.get("opening_hours") or []
        ],
        "parentOrganization": {"@type": "Organization", "name": manager["name"]} if manager.get("name") else None,
    }
    if position["precision"] in EXACT:
        found["geo"] = {"@type": "GeoCoordinates", "latitude": position["lat"], "longitude": position["lon"]}
    return _without_nothing(found)


def _without_nothing(found: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _without_nothing(value) if isinstance(value, Mapping) else value
        for name, value in found.items()
        if value not in (None, "", [])
    }
