"""The first page's check of who she is. The NIR passes through here, and stays nowhere."""

from collections.abc import Mapping
from datetime import date, timedelta

from fastapi import Request

from domain import french
from domain.scales import Scales, in_words
from registry import nir
from registry.accounts import throttle
from registry.accounts.throttle import Limit, TooMany
from registry.agrements import identity, registrations, requests
from registry.offers.profiles import checks, typed
from web.core.site import Site, registry
from web.shared.profile import wording
from web.shared.profile.editing import Editing

CHECKS_A_DAY = Limit(15, timedelta(days=1))
"""By account: nobody tries out who exists."""


def check(request: Request, editing: Editing, values: Mapping[str, str], typed_nir: str) -> dict[str, str]:
    """Ask the national identity system, and note what it says; what is wrong, by field, or nothing: she may go on.

    An identity that was found good is not asked for again; without an answer she goes on, and is written to later.
    """
    site: Site = request.app.state.site
    standing = editing.registration
    same = standing.identity_of == registrations.hash_of(values)
    if same and standing.identity in ("verified", "pending") and not typed_nir:
        return {}
    if not typed_nir:
        return {"nir": wording.NIR_MISSING}
    if sentence := nir.error(typed_nir, typed.day(values, "naissance")):
        return {"nir": sentence}
    try:
        with registry(request).connection() as conn:
            throttle.count(conn, site.settings.keys, "identity", str(editing.owner.id), CHECKS_A_DAY, site.now())
    except TooMany:
        return {"identite": wording.TOO_MANY_CHECKS}
    answer = identity.verify(site.settings, checks.identity(values), nir.compact(typed_nir))
    with registry(request).connection() as conn:
        state = registrations.save_identity_answer(conn, standing, values, answer, site.now())
        current = registrations.read(conn, standing.id)
        if current is not None and current.submitted_at is not None and editing.owner.offer is not None:
            registrations.write_identity(conn, editing.owner.offer, current, site.now())
            if state == "verified":
                requests.identity_settled(conn, editing.owner.offer, site.now())
    if answer == "refused":
        return {"identite": registrations.IDENTITY_REFUSED}
    if answer == "nir_needed":
        return {"nir": registrations.NIR_NEEDED}
    return {}


def tariff_hints(scales: Scales, today: date) -> dict[str, str]:
    """What the form says of tariffs, in French figures.

    `least`: net euros an hour, below which it refuses one, which are `share` of the Smic; `ceiling`: gross euros a day
    and child above which parents may lose a benefit: advice, nothing is refused for it.
    """
    ceiling = scales.number("smic_hour_cents", today) * scales.number("am_ceiling_smic_a_day", today)
    return {
        "least": french.euros(checks.least_hourly_cents(scales, today)),
        "share": in_words(scales.entry("am_least_smic", today)),
        "ceiling": french.euros(ceiling),
    }
