"""Her profile as a parent sees it, published or not: the document that would be indexed, from public rows."""

from datetime import date
from typing import Any

from psycopg.rows import dict_row

from registry import requests, timetables
from registry.database import Connection
from search_api import cards
from web.availability import showing


def fiche(conn: Connection, offer: str, today: date) -> dict[str, Any] | None:
    """As `search_api.offers.fiche` gives it. None while she has no place on the map.

    Before her agrément is validated, its capacity and ages are those she has sent.
    """
    with conn.cursor(row_factory=dict_row) as cur:
        row = cur.execute(
            "select o.*, c.name as commune_name, c.department, c.epci, m.name as mam_name, array("
            " select l.day::text from leave l where l.offer = o.id order by l.day) as leave"
            " from offer o join commune c on c.code = o.commune left join offer m on m.id = o.mam where o.id = %s",
            [offer],
        ).fetchone()
    if row is None or row["lat"] is None:
        return None
    if row["capacity"] is None and (asked := requests.open_request(conn, offer)):
        ages = {"age_from_months": asked.age_from_months, "age_to_months": asked.age_to_months}
        row |= {"capacity": asked.capacity, **ages}
    return cards.fiche(_document(row, showing.availability(timetables.periods(conn, offer))), today)


def _document(row: dict[str, Any], availability: list[dict[str, Any]]) -> dict[str, Any]:
    tariff = {name: row[name] for name in cards.TARIFF if row[name] is not None}
    contact = {name: row[name] for name in ("phone", "mail", "site") if row[name]}
    document = {
        **{name: row[name] for name in ("id", "kind", "name", "project", "address", "epci", "department")},
        **{name: row[name] for name in ("capacity", "features", "languages", "schools", "leave", "fictitious")},
        "position": {"lat": row["lat"], "lon": row["lon"]},
        "precision": row["position_precision"],
        "commune": {"code": row["commune"], "name": row["commune_name"], "postcode": row["postcode"]},
        "workplace": "mam" if row["mam"] else "home",
        "availability": availability,
    }
    if row["age_from_months"] is not None:
        document["ages"] = {"gte": row["age_from_months"], "lt": row["age_to_months"]}
    if row["employed"]:
        document["employed"] = True
    if row["mam"]:
        document["mam"] = {"id": row["mam"], "name": row["mam_name"]}
    if row["confirmed_on"]:
        document["confirmed_on"] = row["confirmed_on"].isoformat()
    return document | ({"tariff": tariff} if tariff else {}) | ({"contact": contact} if contact else {})
