"""One movement of one agrément, entered by hand: the agrément is looked up, then it is a file of one row."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from registry.agrements.movements import files, mapping, matching, queue
from registry.agrements.movements.matching import Agrement
from registry.agrements.movements.reading import effect_day
from registry.agrements.movements.rows import ACTIONS, LABELS, Row
from web.core import posted
from web.core.pages import page, see
from web.core.site import Site
from web.staff.movements import shown
from web.staff.movements.files import Keeper, territory

router = APIRouter()

PATH = "/mouvements/nouveau"

NOBODY = "Aucun agrément de votre département n’a ce numéro ni ce nom. Vérifiez l’orthographe, ou saisissez le numéro."
TYPE = "Saisissez un numéro d’agrément ou un nom."
CHOOSE = "Choisissez un agrément."
KIND = "Choisissez un mouvement."
MANY = f"Plus de {queue.MOST_CANDIDATES} agréments correspondent\u00a0: précisez le nom, ou saisissez le numéro."


@router.get(PATH)
def form(request: Request, account: Keeper) -> Response:
    return _page(request, {}, [], {})


@router.post(PATH)
def send(request: Request, account: Keeper, form: posted.Form) -> Response:
    """Look up (`vers` is "chercher", or there is nobody to choose from), or go on to the preview. By a form, so that no
    number stands in an address."""
    site: Site = request.app.state.site
    values = {name: posted.text(form, name) for name in ("recherche", "agrement", "mouvement", "date_effet")}
    with site.pool.connection() as conn:
        candidates = queue.look_up(conn, account, territory(account), values["recherche"])
        if posted.text(form, "vers") == "chercher" or not candidates:
            return _page(request, values, candidates, _search_errors(values["recherche"], candidates))
        chosen = matching.by_offer(conn, territory(account), values["agrement"])
        row, errors = _entered(values, chosen, territory(account), site)
        if chosen is None or row is None:
            return _page(request, values, candidates, errors)
        id = files.enter(conn, account, territory(account), chosen, row)
    return see(f"/mouvements/{id}")


def _entered(
    values: dict[str, str], chosen: Agrement | None, department: str, site: Site
) -> tuple[Row | None, dict[str, str]]:
    """The movement, or what is wrong beside which field."""
    errors = {} if chosen else {"agrement": CHOOSE}
    action = next((action for action in ACTIONS if action == values["mouvement"]), None)
    if action is None:
        errors["mouvement"] = KIND
    on, problems = effect_day(values["date_effet"], mapping.of(department), site.today())
    if problems:
        errors["date_effet"] = " ".join(problems)
    if chosen is None or action is None or on is None:
        return None, errors
    return Row(1, chosen.number, chosen.last_name, chosen.first_name, chosen.birth_date, action, on), {}


def _search_errors(typed: str, found: Sequence[Agrement]) -> dict[str, str]:
    if not typed:
        return {"recherche": TYPE}
    if not found:
        return {"recherche": NOBODY}
    return {"recherche": MANY} if len(found) > queue.MOST_CANDIDATES else {}


def _page(request: Request, values: dict[str, str], found: Sequence[Agrement], errors: dict[str, str]) -> Response:
    shown_values: dict[str, Any] = {
        "values": values,
        "candidates": [shown.agrement(each) for each in found[: queue.MOST_CANDIDATES]],
        "actions": [("", "Choisissez"), *LABELS.items()],
        "errors": errors,
    }
    return page(request, "staff/movements/entry.html", shown_values, 422 if errors else 200)
