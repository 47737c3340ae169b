"""A document of the index → the card of a list, or the fiche."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import geojson

from domain.vocabulary import Kind, Subkind
from search_api.answer.availability import status_of
from search_api.geo import detour_m, haversine_m
from search_api.request.need import Day
from search_api.request.offer_query import OfferQuery

TARIFF = ("hourly_cents", "upkeep_cents", "meal_cents")


def card(offer: dict[str, Any], query: OfferQuery) -> dict[str, Any]:
    """`offer` is a document's source; `distance_m` is there for a search around a point only, `detour_m` for one along
    a route."""
    shown = summary(offer, query.start, query.days, query.today, query.ages_months, query.leniency)
    position = offer["position"]
    if query.near is not None:
        near = query.near
        shown["distance_m"] = round(haversine_m(near.lat, near.lon, position["lat"], position["lon"]))
    if query.route is not None:
        shown["detour_m"] = round(detour_m(query.route, position["lat"], position["lon"]))
    return shown


def fiche(offer: dict[str, Any], today: date) -> dict[str, Any]:
    """Everything public of an offer, its contact included."""
    timetable = [
        {"period": {"from": each["period"]["gte"], "to": each["period"].get("lte")}, "ranges": each["ranges"]}
        for each in offer.get("availability") or []
    ]
    return {
        **summary(offer, today, (), today),
        "project": offer.get("project"),
        "opening_hours": offer.get("opening_hours") or [],
        "timetable": sorted(timetable, key=lambda each: str(each["period"]["from"])),
        "leave": offer.get("leave") or [],
        "contact": contact(offer),
        "source": offer.get("source"),
        "epci": offer.get("epci"),
        "department": offer["department"],
    }


def summary(
    offer: dict[str, Any],
    start: date,
    days: Sequence[Day],
    today: date,
    ages: Sequence[int] = (),
    leniency: int = 0,
) -> dict[str, Any]:
    """`start`: from when a place is looked for; `today`: the day of the request; `ages`: the children's, in months;
    `leniency`: as in `OfferQuery`."""
    tariff = offer.get("tariff")
    shown = facts(offer)
    shown["workplace"] = offer.get("workplace")
    shown["employed"] = "employed" in offer
    shown["mam"] = offer.get("mam")
    shown["schools"] = offer.get("schools") or []
    shown["tariff"] = {key: tariff.get(key) for key in TARIFF} if tariff else None
    shown["availability"] = status_of(offer, start, days, today, ages, leniency)
    return shown


def facts(offer: dict[str, Any]) -> dict[str, Any]:
    """What a card and an exported structure both tell: `schemas.Facts`, from the fields `query.sources.FACTS`."""
    kind, subkind, commune, position = offer["kind"], offer.get("subkind"), offer["commune"], offer["position"]
    manager, ages = offer.get("manager"), offer.get("ages")
    # One literal, key by key: twenty of these are a tenth of what a search costs here.
    return {
        "id": offer["id"],
        "kind": kind,
        "kind_label": Kind.label_of(kind),
        "subkind": subkind,
        "subkind_label": Subkind.label_of(subkind) if subkind else None,
        "name": offer["name"],
        "position": {"lat": position["lat"], "lon": position["lon"], "precision": offer["precision"]},
        "commune": {"code": commune["code"], "name": commune["name"], "postcode": commune["postcode"]},
        "address": offer.get("address"),
        "capacity": offer.get("capacity"),
        "members": offer.get("members"),
        "funding": offer.get("funding"),
        "confirmed_on": offer.get("confirmed_on"),
        "fresh_until": offer.get("fresh_until"),
        "manager": {"name": manager.get("name"), "type": manager.get("type")} if manager else None,
        "ages": {"from_months": ages["gte"], "to_months": ages.get("lt")} if ages else None,
        "features": offer.get("features") or [],
        "languages": offer.get("languages") or [],
        "fictitious": offer["fictitious"],
    }


def contact(offer: dict[str, Any]) -> dict[str, Any]:
    known = offer.get("contact") or {}
    return {way: known.get(way) for way in ("phone", "mail", "site")}


def feature(shown: dict[str, Any]) -> geojson.Feature:
    """A card as a GeoJSON feature."""
    position = shown["position"]
    return geojson.Feature(id=shown["id"], geometry=geojson.Point((position["lon"], position["lat"])), properties=shown)
