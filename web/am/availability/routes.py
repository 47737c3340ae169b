"""The routes of a timetable: the same pages for her and for her employer, and the links of the mails."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from domain import french
from domain.week import NAMES
from registry import database
from registry.database import Connection
from registry.offers import duties, timetables, visibility
from registry.offers.timetables import Overlaps, Period, Stale
from registry.offers.visibility import Visibility
from registry.scales import current_scales
from web.am.availability import periods, showing, taps, weeks
from web.core import posted
from web.core.pages import message, page, see
from web.core.site import Site
from web.shared import keeping
from web.shared.keeping import Keeper, Keeping


@dataclass(frozen=True)
class Standing:
    """What is declared instead of what a form says, and a French sentence on it."""

    said: str
    periods: tuple[Period, ...]


def room(prefix: str, keeper: Keeper) -> APIRouter:
    """The pages below one address."""
    made = APIRouter(prefix=prefix, include_in_schema=False)
    Kept = Annotated[Keeping, Depends(keeper)]  # noqa: N806 (a type)

    @made.get("")
    def home(request: Request, kept: Kept) -> Response:
        return shown_home(request, kept)

    @made.post("/rien-n-a-change")
    def unchanged(request: Request, form: posted.Form, kept: Kept) -> Response:
        return tapped(request, kept, "unchanged")

    @made.post("/complete")
    def full(request: Request, form: posted.Form, kept: Kept) -> Response:
        return tapped(request, kept, "full")

    @made.get("/periode")
    def new(request: Request, kept: Kept) -> Response:
        return shown_period(request, kept, None)

    @made.post("/periode")
    def add(request: Request, form: posted.Form, kept: Kept) -> Response:
        return changed_period(request, kept, None, form_values(form))

    @made.get("/periode/{id}")
    def edit(request: Request, id: int, kept: Kept) -> Response:
        return shown_period(request, kept, id)

    @made.post("/periode/{id}")
    def change(request: Request, id: int, form: posted.Form, kept: Kept) -> Response:
        return changed_period(request, kept, id, form_values(form))

    @made.post("/periode/{id}/supprimer")
    def delete(request: Request, id: int, form: posted.Form, kept: Kept) -> Response:
        site, today = request.app.state.site, request.app.state.site.today()
        database.run(site.pool, lambda conn: timetables.delete_period(conn, kept.offer, id, today, kept.by))
        return see(kept.base, "enregistre")

    @made.post("/places")
    def later(request: Request, form: posted.Form, kept: Kept) -> Response:
        return free_later(request, kept, {name: posted.text(form, name) for name in ("des", "nombre", "semaine")})

    @made.post("/conges")
    def leave(request: Request, form: posted.Form, kept: Kept) -> Response:
        return add_leave(request, kept, {name: posted.text(form, name) for name in ("conge_du", "conge_au")})

    @made.post("/conges/supprimer")
    def no_leave(request: Request, form: posted.Form, kept: Kept) -> Response:
        return remove_leave(request, kept, {name: posted.text(form, name) for name in ("conge_du", "conge_au")})

    return made


def shown_home(
    request: Request, kept: Keeping, values: Mapping[str, str] | None = None, errors: dict[str, str] | None = None
) -> Response:
    """All that is declared, and what can be done in one tap."""
    site: Site = request.app.state.site
    today = site.today()
    with site.pool.connection() as conn:
        declared = timetables.periods(conn, kept.offer)
        seen = visibility.of_offer(conn, kept.offer)
        shown: dict[str, Any] = {
            "keeping": kept,
            "name": seen.name,
            "public": seen.public,
            "duty": duties.of_offer(conn, kept.offer, today),
            "until": duties.horizon(today, current_scales(conn)),
            "periods": [showing.period(each, today) for each in declared],
            "declared": bool(declared),
            "leave": timetables.leave(conn, kept.offer, today),
            "capacity": timetables.capacity(conn, kept.offer, today),
        }
        week = _week_of_now(declared, site)
    weeks_to_choose = [("", "Comme la semaine actuelle")] if week else [("", "Choisissez…")]
    weeks_to_choose += [(each["code"], each["label"]) for each in weeks.presets()]
    more = {
        "counts": [(count, str(count)) for count in range(1, shown["capacity"] + 1)],
        "weeks": weeks_to_choose,
        "day_text": french.day,
        "values": dict(values or {}),
        "errors": errors or {},
    }
    return page(request, "am/availability/home.html", shown | more, 422 if errors else 200)


def shown_period(request: Request, kept: Keeping, id: int | None) -> Response:
    """The table of one period; a new one begins where the last one ends, with its week."""
    site: Site = request.app.state.site
    today = site.today()
    with site.pool.connection() as conn:
        declared = timetables.periods(conn, kept.offer)
    period = next((each for each in declared if each.id == id), None) if id is not None else None
    if id is not None and period is None:
        return gone(request, kept)
    values: weeks.Values = {"du": today.isoformat(), "au": ""}
    if period:
        values = {"du": period.start.isoformat(), "au": period.end.isoformat() if period.end else ""}
        values |= weeks.of_ranges(period.ranges) | {"vu": timetables.version(period)}
    elif declared:
        last = declared[-1]
        if last.end and last.end >= today:
            values["du"] = (last.end + timedelta(days=1)).isoformat()
        values |= weeks.of_ranges(last.ranges)
    return table(request, kept, id, values)


def table(
    request: Request,
    kept: Keeping,
    id: int | None,
    values: Mapping[str, str],
    errors: dict[str, str] | None = None,
    said: str = "",
    stands: Standing | None = None,
) -> Response:
    """The form of a period with these values; `stands` is what the registry holds instead, shown beside them."""
    site: Site = request.app.state.site
    today = site.today()
    with site.pool.connection() as conn:
        shown = {
            "keeping": kept,
            "name": visibility.of_offer(conn, kept.offer).name,
            "capacity": timetables.capacity(conn, kept.offer, today),
        }
    script = {each["code"]: weeks.of_ranges(weeks.preset(each["code"], 1) or ()) for each in weeks.presets()}
    more = {
        "id": id,
        "days": list(enumerate(NAMES)),
        "presets": weeks.presets(),
        "script": {"presets": script, "copied": COPIED, "filled": FILLED, "cleared": CLEARED},
        "values": dict(values),
        "errors": errors or {},
        "said": said,
        "stands": stands and {"said": stands.said, "periods": [showing.period(each, today) for each in stands.periods]},
    }
    return page(request, "am/availability/period.html", shown | more, 422 if errors else 409 if stands else 200)


def gone(request: Request, kept: Keeping) -> Response:
    """For an address of a period that was deleted, or is another person's."""
    return message(
        request,
        "Cette période n’existe plus",
        "Elle a été supprimée, ou remplacée par une autre.",
        404,
        kept.base,
        "Voir les disponibilités",
    )


CHANGED_MEANWHILE = (
    "Cette période a changé depuis que vous avez ouvert la page, et rien n’est encore enregistré. Voici ce qui est"
    " déclaré\u00a0; en dessous, ce que vous venez de saisir. Appuyez sur «\u00a0Enregistrer\u00a0» pour remplacer"
    " l’un par l’autre."
)
GONE_MEANWHILE = (
    "Cette période n’existe plus, et rien n’est encore enregistré. Voici ce qui est déclaré\u00a0; en dessous, ce que"
    " vous venez de saisir. Appuyez sur «\u00a0Enregistrer\u00a0» pour en faire une nouvelle période."
)
IN_THE_WAY = "Voici la période déjà déclarée\u00a0; en dessous, celle que vous venez de saisir."
COPIED = "C’est copié. Rien n’est enregistré avant que vous touchiez «\u00a0Enregistrer\u00a0»."
FILLED = "La semaine est remplie. Rien n’est enregistré avant que vous touchiez «\u00a0Enregistrer\u00a0»."
CLEARED = "Ce jour est vide. Rien n’est enregistré avant que vous touchiez «\u00a0Enregistrer\u00a0»."


def changed_period(request: Request, kept: Keeping, id: int | None, values: weeks.Values) -> Response:
    """What the button that was touched says: fill the table, or save it."""
    action, _, of = values.pop("action", "").partition("-")
    places = values.get("type_places", "")
    if action == "type" and (made := weeks.preset(of, int(places) if places.isdecimal() and len(places) < 3 else 1)):
        kept_values = {name: values.get(name, "") for name in ("du", "au", "vu", "type_places")}
        return table(request, kept, id, kept_values | weeks.of_ranges(made), said=FILLED)
    if action == "copier":
        source, targets = values.get("copier_de", ""), set(values.get("copier_vers", "").split())
        if of:
            source, targets = of, {str(day) for day in weeks.WORKDAYS}
        if source in _DAYS:
            copied = weeks.copied(values, int(source), [int(day) for day in targets & _DAYS if day != source])
            return table(request, kept, id, copied, said=COPIED)
    if action == "effacer" and of in _DAYS:
        return table(request, kept, id, weeks.cleared(values, int(of)), said=CLEARED)
    return saved_period(request, kept, id, values)


_DAYS = frozenset("0123456")


def saved_period(request: Request, kept: Keeping, id: int | None, values: weeks.Values) -> Response:
    site: Site = request.app.state.site
    today = site.today()

    def work(conn: Connection) -> dict[str, str]:
        # Her agrément may be lowered at any moment: what it allows is read under the lock under which it is written.
        timetables.lock(conn, kept.offer)
        period, errors = periods.read(values, timetables.capacity(conn, kept.offer, today), today, id)
        if period is not None:
            timetables.save_period(conn, kept.offer, period, today, kept.by, seen=values.get("vu", ""))
        return errors

    try:
        errors = database.run(site.pool, work)
    except Overlaps as refused:
        return overlapping(request, kept, id, values, refused)
    except Stale as stale:
        return changed_meanwhile(request, kept, id, values, stale.now)
    return table(request, kept, id, values, errors) if errors else see(kept.base, "enregistre")


def overlapping(request: Request, kept: Keeping, id: int | None, values: weeks.Values, refused: Overlaps) -> Response:
    """Another period is in the way. One that begins the same day is what an earlier sending of this form has made, from
    another tab or before Back: it is that one which the form changes now."""
    other, wanted = refused.other, refused.wanted
    if id is None and other.start == wanted.start:
        if timetables.version(other) == timetables.version(wanted):
            return see(kept.base, "enregistre")
        return changed_meanwhile(request, kept, other.id, values, other)
    return table(request, kept, id, values, periods.overlap(refused), stands=Standing(IN_THE_WAY, (other,)))


def changed_meanwhile(
    request: Request, kept: Keeping, id: int | None, values: weeks.Values, now: Period | None
) -> Response:
    """Nothing is saved: she sees what stands, keeps what she typed, and says which of them it is. A period that is gone
    would be a new one."""
    site: Site = request.app.state.site
    if now is not None:
        seen = values | {"vu": timetables.version(now)}
        return table(request, kept, id, seen, stands=Standing(CHANGED_MEANWHILE, (now,)))
    with site.pool.connection() as conn:
        declared = timetables.periods(conn, kept.offer)
    return table(request, kept, None, values | {"vu": ""}, stands=Standing(GONE_MEANWHILE, tuple(declared)))


def free_later(request: Request, kept: Keeping, values: Mapping[str, str]) -> Response:
    """A period from that day on, up to the next one that was announced."""
    site: Site = request.app.state.site
    today = site.today()

    def work(conn: Connection) -> dict[str, str]:
        timetables.lock(conn, kept.offer)
        declared = timetables.periods(conn, kept.offer)
        told, errors = periods.free_later(values, timetables.capacity(conn, kept.offer, today), today)
        if told is None:
            return errors
        start, week, places = told
        ranges = periods.later_ranges(week, places, _week_of_now(declared, site))
        if not ranges:
            return {"semaine": "Choisissez une semaine dans la liste."}
        if any(each.start == start for each in declared):
            return {"des": "Une période commence déjà ce jour-là\u00a0: modifiez-la plutôt."}
        following = timetables.next_after(declared, start)
        end = following.start - timedelta(days=1) if following else None
        timetables.save_period(conn, kept.offer, Period(start, end, ranges), today, kept.by)
        return {}

    errors = database.run(site.pool, work)
    return shown_home(request, kept, values, errors) if errors else see(kept.base, "enregistre")


def add_leave(request: Request, kept: Keeping, values: Mapping[str, str]) -> Response:
    site: Site = request.app.state.site
    today = site.today()
    days, errors = periods.leave(values, today)
    if days is None:
        return shown_home(request, kept, values, errors)
    database.run(site.pool, lambda conn: timetables.add_leave(conn, kept.offer, *days, today, kept.by))
    return see(kept.base, "enregistre")


def remove_leave(request: Request, kept: Keeping, values: Mapping[str, str]) -> Response:
    site: Site = request.app.state.site
    today = site.today()
    wrong: dict[str, str] = {}
    first, last = (periods.day(values, name, wrong) for name in ("conge_du", "conge_au"))
    if first and last:
        database.run(site.pool, lambda conn: timetables.remove_leave(conn, kept.offer, first, last, today, kept.by))
    return see(kept.base, "enregistre")


def tapped(request: Request, kept: Keeping, purpose: taps.Tap) -> Response:
    """« Rien n’a changé » or « je suis complète », from the page itself."""
    site: Site = request.app.state.site
    now, today = site.now(), site.today()

    def work(conn: Connection) -> tuple[str, Visibility] | None:
        before = taps.declare(conn, purpose, kept.offer, today, kept.by)
        if before is None:
            return None
        undo = taps.undo_link(conn, site.settings, kept.offer, kept.by, before, now)
        return undo, visibility.of_offer(conn, kept.offer)

    outcome = database.run(site.pool, work)
    if outcome is None:
        return see(kept.base)
    undo, seen = outcome
    return taps.done(request, purpose, undo, kept.base, seen)


def form_values(form: posted.Form) -> weeks.Values:
    """The fields of a period's form that are known, and the button that was touched."""
    known = ("du", "au", "vu", "action", "type_places", "copier_de", *weeks.names())
    values = {name: posted.text(form, name) for name in known}
    values["copier_vers"] = " ".join(posted.texts(form, "copier_vers"))
    return values


def _week_of_now(declared: list[Period], site: Site) -> tuple[timetables.Range, ...]:
    """The week that a later one may take up: the one under way, or else the last one that had places."""
    now = timetables.current(declared, site.today())
    if now and now.ranges:
        return now.ranges
    return next((each.ranges for each in reversed(declared) if each.ranges), ())


router = APIRouter(include_in_schema=False)
router.include_router(room("/espace/disponibilites", keeping.own))
router.include_router(room("/employeur/{offer}/disponibilites", keeping.employed))
router.include_router(taps.router)
