"""A document of the index → the card of a list, or the fiche."""

import math
from datetime import date
from typing import Any

import geojson

from search_api.availability import Pieces, status_of
from search_api.labels import KINDS, SUBKINDS
from search_api.offer_query import OfferQuery, Point

EARTH_RADIUS_M = 6_371_008.7714
"""The mean radius that Elasticsearch's arc distance uses too: what is shown agrees with what is filtered."""

AS_THEY_ARE = ("address", "capacity", "members", "funding", "confirmed_on", "mam")


def card(offer: dict[str, Any], query: OfferQuery) -> dict[str, Any]:
    """`offer` is a document's source; `distance_m` is there for a search around a point only."""
    shown = summary(offer, query.start, query.pieces)
    if query.near is not None:
        shown["distance_m"] = round(distance_m(query.near, offer["position"]))
    return shown


def fiche(offer: dict[str, Any], today: date) -> dict[str, Any]:
    """Everything public of an offer, its contact included."""
    timetable = [
        {"period": {"from": each["period"]["gte"], "to": each["period"].get("lte")}, "ranges": each["ranges"]}
        for each in offer.get("availability") or []
    ]
    return {
        **summary(offer, today, ()),
        "project": offer.get("project"),
        "opening_hours": offer.get("opening_hours") or [],
        "timetable": sorted(timetable, key=lambda each: str(each["period"]["from"])),
        "leave": offer.get("leave") or [],
        "contact": {way: (offer.get("contact") or {}).get(way) for way in ("phone", "mail", "site")},
        "source": offer.get("source"),
        "epci": offer.get("epci"),
        "department": offer["department"],
    }


def summary(offer: dict[str, Any], start: date, pieces: Pieces) -> dict[str, Any]:
    kind, subkind, commune = offer["kind"], offer.get("subkind"), offer["commune"]
    manager, ages, tariff = offer.get("manager"), offer.get("ages"), offer.get("tariff")
    return {
        "id": offer["id"],
        "kind": kind,
        "kind_label": KINDS.get(kind, kind),
        "subkind": subkind,
        "subkind_label": SUBKINDS.get(subkind, subkind) if subkind else None,
        "name": offer["name"],
        "position": {**offer["position"], "precision": offer["precision"]},
        "commune": {key: commune[key] for key in ("code", "name", "postcode")},
        **{key: offer.get(key) for key in AS_THEY_ARE},
        "manager": {key: manager.get(key) for key in ("name", "type")} if manager else None,
        "ages": {"from_months": ages["gte"], "to_months": ages.get("lt")} if ages else None,
        "features": offer.get("features") or [],
        "languages": offer.get("languages") or [],
        "tariff": {key: tariff.get(key) for key in ("hourly_cents", "upkeep_cents", "meal_cents")} if tariff else None,
        "availability": status_of(offer, start, pieces),
        "fictitious": offer["fictitious"],
    }


def feature(shown: dict[str, Any]) -> geojson.Feature:
    """A card as a GeoJSON feature."""
    return geojson.Feature(id=shown["id"], geometry=point(shown["position"]), properties=shown)


def point(position: dict[str, Any]) -> geojson.Point:
    return geojson.Point((position["lon"], position["lat"]))


def distance_m(point: Point, position: dict[str, float]) -> float:
    """Metres along the great circle (haversine)."""
    lat1, lat2 = math.radians(point.lat), math.radians(position["lat"])
    half_lat = (lat2 - lat1) / 2
    half_lon = math.radians(position["lon"] - point.lon) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(chord)))
