"""What becomes public of an assistant maternel, and what a change of her private facts sets in motion."""

import math
import threading
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry import accounts
from registry.agrements.expiry import expire
from registry.database import Connection, connect
from tests.conftest import wait_for
from tests.records import NANTES, assistant, structure

PUBLIC = "lat, lon, position_precision, address, postcode, commune, mam, phone, mail, capacity, age_to_months, licensed"


def public(conn: Connection, offer: str) -> dict[str, Any]:
    row = conn.execute(f"select {PUBLIC} from offer where id = %s", [offer]).fetchall()[0]
    return dict(zip(PUBLIC.split(", "), row, strict=True))


def queued(conn: Connection) -> list[str]:
    """The offers in the queue, which is emptied."""
    return sorted({row[0] for row in conn.execute("delete from outbox where index = 'offers' returning id")})


def test_by_default_a_home_is_known_by_its_zone_alone(registry: Connection) -> None:
    face = public(registry, assistant(registry, home=NANTES))
    assert (face["lat"], face["lon"]) == (47.215, -1.5525)
    assert face["position_precision"] == "zone"
    assert face["postcode"] == "44000", "the commune's first postcode, not the home's"
    assert face["address"] is None
    assert face["phone"] is None
    assert face["mail"] is None


def test_an_address_is_shown_when_she_chooses_to(registry: Connection) -> None:
    face = public(registry, assistant(registry, show="address"))
    assert (face["lat"], face["lon"], face["position_precision"]) == (*NANTES, "address")
    assert (face["address"], face["postcode"]) == ("27 rue Introuvable", "44300")


def test_a_street_is_the_geocoders_point_and_falls_back_to_the_zone(registry: Connection) -> None:
    with_point = public(registry, assistant(registry, show="street", street_at=(47.2201, -1.5501)))
    assert (with_point["lat"], with_point["lon"]) == (47.2201, -1.5501)
    assert (with_point["position_precision"], with_point["address"]) == ("street", "rue Introuvable")
    without = public(registry, assistant(registry, show="street"))
    assert (without["position_precision"], without["address"]) == ("zone", None)


def test_in_a_sparse_commune_the_zone_is_the_whole_commune(registry: Connection) -> None:
    face = public(registry, assistant(registry, commune="01002", home=(46.0123, 5.4391)))
    point = registry.execute("select lat, lon from commune where code = '01002'").fetchall()[0]
    assert (face["lat"], face["lon"], face["position_precision"]) == (*point, "commune")


def test_contact_is_public_only_as_far_as_she_shows_it(registry: Connection) -> None:
    face = public(registry, assistant(registry, contact={"show_phone": True}))
    assert face["phone"] == "06 39 98 76 54"
    assert face["mail"] is None


def test_in_a_mam_she_stands_at_the_mam_and_moves_with_it(registry: Connection) -> None:
    mam = structure(registry, "Les Lutins", kind="mam", at=(47.25, -1.56), address="10 rue des Namnètes")
    offer = assistant(registry, mam=mam)
    assert public(registry, offer)["mam"] == mam
    assert public(registry, offer)["address"] == "10 rue des Namnètes"
    registry.execute("update offer set lat = 47.26 where id = %s", [mam])
    assert public(registry, offer)["lat"] == 47.26


@pytest.mark.parametrize("close", [False, True])
def test_a_hidden_tie_or_a_closed_mam_leaves_her_in_her_homes_zone(registry: Connection, close: bool) -> None:
    mam = structure(registry, "Les Lutins", kind="mam", at=(47.25, -1.56))
    # Even one who shows her address: it is not where she works.
    offer = assistant(registry, mam=mam, show_mam=close, show="address")
    if close:
        registry.execute("update offer set publication = 'closed' where id = %s", [mam])
    face = public(registry, offer)
    assert (face["mam"], face["position_precision"], face["address"]) == (None, "zone", None)
    assert (face["lat"], face["lon"]) == (47.215, -1.5525)


def test_without_an_agrement_in_force_nobody_is_public(registry: Connection) -> None:
    offer = assistant(registry)
    assert public(registry, offer)["licensed"]
    registry.execute("update agrement set ends_on = '2026-11-22'")
    assert expire(registry, date(2026, 11, 22)) == 0, "the last day still counts"
    assert expire(registry, date(2026, 11, 23)) == 1
    assert not public(registry, offer)["licensed"]
    registry.execute("delete from agrement")
    assert not public(registry, offer)["licensed"]


def test_a_derived_column_cannot_be_written_past_the_rule(registry: Connection) -> None:
    offer = assistant(registry, home=NANTES)
    registry.execute("update offer set lat = %s, lon = %s, phone = '06', licensed = true", NANTES)
    face = public(registry, offer)
    assert (face["lat"], face["lon"], face["phone"]) == (47.215, -1.5525, None)


def test_nobody_writes_that_she_takes_messages_but_her_account(registry: Connection) -> None:
    without, hers, creche = assistant(registry), assistant(registry), structure(registry, "Les Lutins")
    accounts.create(registry, "nadia@example.org", "am", offer=hers)
    for said in (True, False):
        registry.execute("update offer set takes_messages = %s", [said])
        rows = registry.execute("select id from offer where takes_messages").fetchall()
        assert rows == [(hers,)], (without, creche)


PRIVATE_CHANGES = [
    "update am_home set lat = lat + 0.0011, lon = lon - 0.0013",
    "update am_home set address = '3 rue Cachée', street = 'rue Cachée', postcode = '44100'",
    "update am_contact set phone = '06 39 98 00 00', mail = 'autre@example.org'",
    "update am_identity set last_name = 'Autrement'",
    "update agrement set number = 'AUTRE', ends_on = '2030-01-01'",
]


@pytest.mark.parametrize("change", PRIVATE_CHANGES)
def test_a_private_change_writes_no_public_row_and_queues_nothing(registry: Connection, change: str) -> None:
    offer = assistant(registry, home=NANTES)
    registry.commit()
    queued(registry)
    before = registry.execute("select xmin, offer from offer where id = %s", [offer]).fetchall()
    assert registry.execute(change).rowcount == 1
    assert registry.execute("select xmin, offer from offer where id = %s", [offer]).fetchall() == before
    assert queued(registry) == []


@pytest.mark.parametrize(
    "change",
    [
        "update am_home set show = 'address'",
        "update am_contact set show_phone = true",
        "update agrement set status = 'suspended'",
        "update agrement set capacity = 2",
        "update offer set name = 'Nadia et ses lutins'",
        "insert into timetable (offer, period) select id, '[2026-09-01,)' from offer",
        "insert into leave (offer, day) select id, '2026-12-24' from offer",
        "delete from offer",
    ],
)
def test_a_public_change_queues_the_offer(registry: Connection, change: str) -> None:
    offer = assistant(registry)
    queued(registry)
    registry.execute(change)
    assert queued(registry) == [offer]


def test_a_write_that_changes_nothing_queues_nothing(registry: Connection) -> None:
    assistant(registry)
    structure(registry, "Les Lutins")
    queued(registry)
    registry.execute("update offer set name = name, capacity = capacity")
    assert queued(registry) == []


def test_a_draft_is_nobodys_business(registry: Connection) -> None:
    structure(registry, "En projet", publication="draft")
    registry.execute("update offer set name = 'Toujours en projet'")
    assert queued(registry) == []


def test_a_renamed_mam_queues_those_who_work_there(registry: Connection) -> None:
    mam = structure(registry, "Les Lutins", kind="mam")
    tied = assistant(registry, mam=mam)
    assistant(registry, mam=mam, show_mam=False)
    queued(registry)
    registry.execute("update offer set name = 'Les Farfadets' where id = %s", [mam])
    assert queued(registry) == sorted([mam, tied])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lat=st.floats(47.19, 47.27), lon=st.floats(-1.63, -1.50))
def test_the_zone_is_the_nearest_anchor_of_her_commune(registry: Connection, lat: float, lon: float) -> None:
    """Against the definition: all anchors, distances on the sphere."""

    def metres(anchor: tuple[float, float]) -> float:
        dlat, dlon = math.radians(anchor[0] - lat), math.radians(anchor[1] - lon)
        h = math.sin(dlat / 2) ** 2
        h += math.cos(math.radians(lat)) * math.cos(math.radians(anchor[0])) * math.sin(dlon / 2) ** 2
        return 2 * 6_371_008.8 * math.asin(math.sqrt(h))

    face = public(registry, assistant(registry, home=(lat, lon)))
    anchors = registry.execute("select lat, lon from zone_anchor where commune = '44109'").fetchall()
    # Within a metre: at equal distances either of two anchors is right.
    assert metres((face["lat"], face["lon"])) <= min(map(metres, anchors)) + 1


def blocked(conn: Connection, pid: int) -> bool:
    row = conn.execute("select wait_event_type = 'Lock' from pg_stat_activity where pid = %s", [pid]).fetchone()
    return bool(row and row[0])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("update am_home set show = 'zone'", "update am_contact set phone = '06 39 98 00 01'"),
        ("update am_contact set show_phone = false", "update am_home set lat = lat + 0.0001"),
        ("update offer set lat = 47.26 where kind = 'mam'", "insert into am_mam (offer, mam) {tie}"),
        ("update offer set publication = 'closed' where kind = 'mam'", "insert into am_mam (offer, mam) {tie}"),
    ],
)
def test_of_two_changes_at_once_the_later_does_not_bring_back_what_the_earlier_hid(
    registry: Connection, registry_url: str, first: str, second: str
) -> None:
    mam = structure(registry, "Les Lutins", kind="mam", at=(47.25, -1.56))
    offer = assistant(registry, show="address", contact={"show_phone": True})
    registry.commit()
    with connect(registry_url) as other, connect(registry_url, autocommit=True) as watcher:
        registry.execute(first)
        thread = threading.Thread(target=other.execute, args=[second.format(tie=f"values ('{offer}', '{mam}')")])
        thread.start()
        wait_for(lambda: blocked(watcher, other.info.backend_pid), what="the second change waiting for the first")
        registry.commit()
        thread.join(timeout=10)
        other.commit()
    after = public(registry, offer)
    registry.execute("select derive_am(array[%s])", [offer])
    assert public(registry, offer) == after, "deriving it again changes nothing"
    assert after["address"] is None or first.startswith("update am_contact")
    assert after["phone"] is None or not first.startswith("update am_contact")
