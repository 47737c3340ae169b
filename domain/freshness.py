"""Whether an offer's word counts: its public column `fresh_until` (docs/design.md, "Up to date") beside a day."""

from collections.abc import Mapping
from datetime import date
from typing import Any


def is_up_to_date(offer: Mapping[str, Any], today: date) -> bool:
    """Whether the word of an offer, document or card, counts on that day. `fresh_until` is an ISO day, or missing."""
    return (offer.get("fresh_until") or "") >= today.isoformat()  # ISO days compare as text
