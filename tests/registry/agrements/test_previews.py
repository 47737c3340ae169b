"""A preview is the document that is indexed once that is saved; nobody waits for it, and nothing is left of it."""

import ast
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.documents import some_documents
from registry import accounts
from registry.agrements import previews, requests
from registry.agrements.requests import effect
from registry.casework import cases
from registry.casework.history import Line
from registry.casework.kinds import AGREMENT_REQUEST
from registry.database import Connection, connect
from registry.offers import profiles, timetables
from registry.offers.profiles import Agrement, Contact, Home, Profile
from registry.offers.timetables import Period, Range
from tests.conftest import ROOT, TODAY
from tests.records import NANTES, assistant, structure

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1)


@st.composite
def weeks(draw: st.DrawFn) -> tuple[Range, ...]:
    """At most two ranges a day, none of which overlap; over midnight, from Sunday to Monday, and up to 24 hours too."""
    found: list[Range] = []
    for weekday in draw(st.lists(st.integers(0, 6), max_size=8)):
        start = draw(st.sampled_from([0, 480, 720, 1_080, 1_320, 1_439]) | st.integers(0, 1_439))
        length = draw(st.sampled_from([1, 240, 1_440]) | st.integers(1, 1_440))
        each = Range(weekday, start, start + length, draw(st.integers(1, 4)))
        if sum(other.weekday == weekday for other in found) < 2 and not timetables.overlapping([*found, each]):
            found.append(each)
    return tuple(sorted(found))


@st.composite
def periods(draw: st.DrawFn) -> list[Period]:
    starts = draw(st.lists(st.integers(-200, 600), unique=True, max_size=3).map(sorted))
    found = []
    for start, following in zip(starts, [*starts[1:], None], strict=False):
        last = draw(st.none() if following is None else st.integers(start, following - 1))
        end = None if last is None else TODAY + timedelta(last)
        found.append(Period(TODAY + timedelta(start), end, draw(weeks())))
    return found


homes = st.builds(
    Home,
    address=texts.map(lambda text: text[:200]),
    street=st.just("rue Introuvable"),
    postcode=st.just("44300"),
    commune=st.sampled_from(["44109", "44026", "01002"]),
    lat=st.sampled_from([NANTES[0], 47.25]),
    lon=st.sampled_from([NANTES[1], 0.0]),
    street_lat=st.just(47.2201),
    street_lon=st.just(-1.5501),
    show=st.sampled_from(["address", "street", "zone"]),
)
contacts = st.builds(
    Contact,
    st.just("06 39 98 76 54"),
    st.just("secrete@example.org"),
    show_phone=st.booleans(),
    show_mail=st.booleans(),
)
money = st.none() | st.integers(1, 5_000)
sayings = st.builds(
    Profile,
    name=texts.map(lambda text: f"N{text[:99]}"),
    project=texts.map(lambda text: text[:4_000]) | st.just("") | st.just('À « l’aise » \\ "ici".\n' * 150),
    features=st.lists(st.sampled_from(["garden", "pets", "meals"]), unique=True).map(tuple),
    languages=st.lists(st.sampled_from(["fr", "lsf"]), unique=True).map(tuple),
    schools=st.lists(texts.map(lambda text: text[:100]), max_size=10).map(tuple),
    hourly_cents=money,
    upkeep_cents=money,
    meal_cents=money,
    employed=st.booleans(),
)


def draft(conn: Connection) -> str:
    """In process: her request is the moderators'. It allows two places, fewer than she may tell."""
    offer = profiles.create(conn, fictitious=True)
    id = cases.begin(conn, AGREMENT_REQUEST, Line("submitted"), NOW, due=NOW, about=offer, department="44")
    conn.execute(
        "insert into agrement_request (id, offer, kind, department, number, starts_on, ends_on, capacity,"
        " age_from_months, age_to_months)"
        " values (%s, %s, 'registration', '44', '44-2026-1', '2026-01-01', '2030-12-31', 2, 3, 72)",
        [id, offer],
    )
    return offer


def validate(conn: Connection, offer: str) -> None:
    asked = requests.open_request(conn, offer)
    assert asked is not None
    cases.close(conn, asked.id, Line("validated"), NOW)
    effect.take(conn, asked, NOW)


@pytest.mark.parametrize("published", [True, False], ids=["published", "in process"])
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    said=sayings,
    home=homes,
    contact=contacts,
    declared=periods(),
    away=st.none() | st.integers(0, 300),
    mam=st.sampled_from(["none", "shown", "hidden", "shown but closed"]),
)
def test_a_preview_is_what_is_indexed_after_saving(
    registry: Connection,
    published: bool,
    said: Profile,
    home: Home,
    contact: Contact,
    declared: list[Period],
    away: int | None,
    mam: str,
) -> None:
    with registry.transaction(force_rollback=True):
        offer = assistant(registry, capacity=4, confirmed_on=TODAY) if published else draft(registry)
        where = None
        if mam != "none":
            publication = "closed" if "closed" in mam else "published"
            where = structure(registry, "Les Farfadets", kind="mam", at=(47.23, -1.56), publication=publication)

        def save(conn: Connection, offer: str) -> None:
            profiles.save_profile(conn, offer, Profile(**vars(said) | {"mam": where, "show_mam": "shown" in mam}))
            profiles.save_home(conn, offer, home)
            profiles.save_contact(conn, offer, contact)
            for period in declared:
                timetables.save_period(conn, offer, period, TODAY, None)
            if away is not None:
                timetables.add_leave(conn, offer, TODAY + timedelta(away), TODAY + timedelta(away + 2), TODAY, None)

        previewed = previews.document(registry, offer, save)
        save(registry, offer)
        if not published:
            validate(registry, offer)
        assert previewed == some_documents(registry, "offers", [offer])[offer]
        # As it stands now, it is copied whole.
        assert previews.document(registry, offer) == previewed


def test_what_is_not_known_yet_is_not_told(registry: Connection) -> None:
    offer = profiles.create(registry, fictitious=True, name="Nadia B.")
    bare: dict[str, Any] = {"id": offer, "kind": "assistant_maternel", "name": "Nadia B.", "what": "Assistant maternel"}
    bare |= {"workplace": "home", "reachable": False, "fictitious": True}
    assert orjson.loads(previews.document(registry, offer)) == bare
    found = orjson.loads(previews.document(registry, None, fictitious=True))
    assert found == bare | {"id": found["id"], "name": profiles.UNNAMED}
    with pytest.raises(LookupError):
        previews.document(registry, found["id"])


@pytest.mark.parametrize("status", ["suspended", "withdrawn", "expired"])
def test_one_that_nobody_finds_is_shown_as_it_would_be(registry: Connection, status: str) -> None:
    offer = assistant(registry)
    seen = some_documents(registry, "offers", [offer])[offer]
    registry.execute("update agrement set status = %s where offer = %s", [status, offer])
    registry.execute("update offer set publication = 'paused' where id = %s", [offer])
    assert previews.document(registry, offer) == seen


def everything(conn: Connection) -> dict[str, Any]:
    """All rows but those of the territory."""
    tables = conn.execute(
        "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
        " and relname not in ('commune', 'zone_anchor', 'department', 'epci', 'retired_commune', 'former_name')"
    ).fetchall()
    return {
        name: conn.execute(f"select array(select t::text from {name} t order by 1)").fetchall() for (name,) in tables
    }


def test_a_preview_tells_whether_she_can_be_written_to(registry: Connection) -> None:
    offer = assistant(registry)
    for account in (False, True):
        if account:
            accounts.create(registry, "nadia@example.org", "am", offer=offer)
        seen = previews.document(registry, offer)
        assert seen == some_documents(registry, "offers", [offer])[offer]
        assert orjson.loads(seen)["reachable"] is account


def test_nothing_is_left_of_a_preview(registry: Connection, registry_url: str) -> None:
    mam = structure(registry, "Les Farfadets", kind="mam")
    offer = assistant(registry, mam=mam, periods=[(TODAY, None, [(0, 480, 1_080, 2)])])
    registry.commit()
    with connect(registry_url, autocommit=True) as listener:
        listener.execute("listen outbox")
        before = everything(listener)

        def save(conn: Connection, offer: str) -> None:
            timetables.save_period(
                conn, offer, Period(TODAY + timedelta(1), None, (Range(1, 480, 1_080, 1),)), TODAY, None
            )

        for of in (offer, None):
            previews.document(registry, of, save if of else lambda conn, copy: None)
            registry.commit()
        assert list(listener.notifies(timeout=0.3)) == []
        assert everything(listener) == before
        save(registry, offer)
        registry.commit()
        assert list(listener.notifies(timeout=5, stop_after=1)), "a save is heard"
        assert everything(listener) != before


def test_no_save_waits_for_a_preview(registry: Connection, registry_url: str) -> None:
    mam = structure(registry, "Les Farfadets", kind="mam")
    offer = assistant(registry, mam=mam, periods=[(TODAY, None, [(0, 480, 1_080, 2)])])
    registry.execute("delete from outbox")
    registry.commit()
    home = Home("1 rue Neuve", "rue Neuve", "44000", "44109", *NANTES, None, None, "address")
    saves: list[Callable[[Connection], object]] = [
        lambda conn: profiles.save_profile(conn, offer, Profile("Nadia", mam=mam)),
        lambda conn: profiles.save_home(conn, offer, home),
        lambda conn: profiles.save_contact(conn, offer, Contact("06 39 98 00 00", "", True, False)),
        lambda conn: timetables.save_period(conn, offer, Period(TODAY + timedelta(1), None), TODAY, None),
        lambda conn: effect.write(conn, offer, Agrement("44", "44-2026-1", TODAY, date(2030, 1, 1), 2, 0, 48)),
        lambda conn: conn.execute("update offer set name = 'La MAM', lat = 47.24 where id = %s", [mam]),
        lambda conn: conn.execute("update offer set publication = 'paused' where id = any(%s)", [[offer, mam]]),
        # The territory is loaded anew: every home waits for it, and it for every home that is being written.
        lambda conn: conn.execute("update commune set name = 'Nantes la Neuve' where code = '44109'"),
    ]

    def save_meanwhile(conn: Connection, copy: str) -> None:
        profiles.save_profile(conn, copy, Profile("Nadia C.", mam=mam))
        profiles.save_home(conn, copy, home)
        timetables.save_period(conn, copy, Period(TODAY + timedelta(1), None, (Range(1, 480, 1_080, 1),)), TODAY, None)
        conn.execute("update offer set publication = 'published' where id = %s", [copy])
        with connect(registry_url) as other:
            for save in saves:
                # A lock that is held would end it: nobody else is here to hold one.
                other.execute("set local lock_timeout = '100ms'")
                save(other)
                other.rollback()

    assert b"Nadia C." in previews.document(registry, offer, save_meanwhile)


ROOMS = ("registry", "indexer", "web", "jobs", "cli")


def test_documents_are_built_in_one_place() -> None:
    """Ranges of the index, or a position with its precision, as a literal elsewhere would be a second generator."""
    second = []
    for path in (path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Dict):
                names = {key.value for key in node.keys if isinstance(key, ast.Constant)}
                if "gte" in names or {"position", "precision"} <= names:
                    second.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    of_sql = [path for room in ROOMS for path in (ROOT / room).rglob("*.sql") if '"gte"' in path.read_text("utf-8")]
    assert second == []
    folder = Path("registry/functions")
    assert {path.relative_to(ROOT) for path in of_sql} == {
        folder / f"{name}.sql" for name in ("offer_documents", "place_documents")
    }
