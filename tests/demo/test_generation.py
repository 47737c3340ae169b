"""Fictitious data: the same from the same seed, in its place, within its limits, and private where it is."""

import hashlib
import os
import random
import re
import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import shapely

from demo import GenerationRefused, generate
from demo.plan import Plan, apportion, plan_of
from demo.structures import of_commune
from demo.timetables import PATTERNS, current, deadlines, pattern, week
from domain.vocabulary import Kind
from registry.database import Connection

TODAY = date(2026, 3, 9)
PLAN = Plan(
    dict.fromkeys(Kind.codes(), 5) | {"assistant_maternel": 900, "mam": 30, "eaje": 40, "accueil_loisirs": 60}, ("44",)
)

# Every row, without the numbers that a sequence gives.
ROWS = """
    select line from (
    select to_jsonb(o)::text as line from offer o union all
    select to_jsonb(o)::text from opening o union all
    select jsonb_build_array(t.offer, t.period, to_jsonb(r) - 'timetable')::text
        from timetable t join timetable_range r on r.timetable = t.id union all
    select to_jsonb(l)::text from leave l union all
    select to_jsonb(i)::text from am_identity i union all
    select to_jsonb(k)::text from am_contact k union all
    select to_jsonb(h)::text from am_home h union all
    select to_jsonb(a)::text from agrement a union all
    select to_jsonb(w)::text from am_mam w) lines
    order by line collate "C"
"""


def quiet(label: str, done: int, total: int) -> None:
    pass


@pytest.fixture
def generated(registry: Connection) -> Connection:
    generate(registry, scale=PLAN, seed=7, today=TODAY, report=quiet)
    return registry


def digest(conn: Connection, seed: int, today: date = TODAY) -> str:
    with conn.transaction(force_rollback=True):
        generate(conn, scale=PLAN, seed=seed, today=today, report=quiet)
        rows = "\n".join(row[0] for row in conn.execute(ROWS))
    return hashlib.sha256(rows.encode()).hexdigest()


def elsewhere(database_url: str) -> str:
    """The digest as another process, which orders its sets otherwise, computes it."""
    script = (
        "import sys; from registry.database import connect; from test_generation import digest;"
        "print(digest(connect(sys.argv[1]), 7))"
    )
    here = Path(__file__).parent
    return subprocess.run(
        [sys.executable, "-c", script, database_url],
        env=os.environ | {"PYTHONHASHSEED": "1", "PYTHONPATH": f"{here}{os.pathsep}{here.parent.parent}"},
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()


def test_a_seed_and_a_day_decide_every_row(registry: Connection, registry_url: str) -> None:
    first = digest(registry, 7)
    registry.rollback()
    assert elsewhere(registry_url) == first
    assert digest(registry, 8) != first
    assert digest(registry, 7, date(2026, 3, 10)) != first


def test_it_counts_the_kinds_of_the_plan_all_fictitious_and_public(generated: Connection) -> None:
    numbers = generated.execute(
        "select kind, count(*) from offer o where fictitious and is_public(o) and source is null group by kind"
    ).fetchall()
    assert dict(numbers) == dict(PLAN.counts)
    assert generated.execute("select count(*) from offer").fetchone() == (sum(PLAN.counts.values()),)


def test_every_place_lies_inside_its_commune(generated: Connection) -> None:
    rows = generated.execute(
        "select c.contour::text, array_agg(p.lon), array_agg(p.lat) from commune c join ("
        " select commune, lat, lon from am_home union all"
        " select commune, lat, lon from offer where kind <> 'assistant_maternel') p on p.commune = c.code"
        " group by c.code"
    ).fetchall()
    assert len(rows) > 150
    for contour, lons, lats in rows:
        assert shapely.contains_xy(shapely.from_geojson(contour), lons, lats).all()


def test_homes_follow_the_population(generated: Connection) -> None:
    rows = generated.execute(
        "select population, (select count(*) from am_home h where h.commune = c.code) from commune c"
        " where department = '44'"
    ).fetchall()
    everyone = sum(population for population, _ in rows)
    for population, homes in rows:
        assert abs(homes - population / everyone * PLAN.counts["assistant_maternel"]) <= 1


def test_no_private_value_stands_in_a_public_column(generated: Connection) -> None:
    rows = generated.execute(
        "select to_jsonb(o)::text, i.first_name || ' ' || i.last_name, a.number, h.address, h.show,"
        " k.phone, k.show_phone, k.mail, k.show_mail, o.position_precision, o.lat, h.lat, o.lon, h.lon"
        " from offer o join am_identity i on i.offer = o.id join agrement a on a.offer = o.id"
        " join am_home h on h.offer = o.id join am_contact k on k.offer = o.id"
    ).fetchall()
    assert len(rows) == PLAN.counts["assistant_maternel"]
    for row in rows:
        public, full_name, number, address, show, phone, show_phone, mail, show_mail, precision = row[:10]
        assert full_name not in public
        assert number not in public
        assert show == "address" or address not in public
        assert show_phone == (phone in public)
        assert show_mail == (mail in public)
        if precision != "address":
            assert (row[10], row[12]) != (row[11], row[13])


def test_a_hidden_mam_leaves_no_trace(generated: Connection) -> None:
    shown = generated.execute(
        "select w.show, o.mam = w.mam, (o.lat, o.lon) = (m.lat, m.lon) from am_mam w"
        " join offer o on o.id = w.offer join offer m on m.id = w.mam"
    ).fetchall()
    assert set(shown) == {(True, True, True), (False, None, False)}
    (employed,) = generated.execute("select count(*) from am_mam").fetchone() or (0,)
    assert 0.07 <= employed / PLAN.counts["assistant_maternel"] <= 0.1
    assert not generated.execute(
        "select from am_mam w join offer m on m.id = w.mam group by m.id having count(*) > m.members"
    ).fetchone()


def test_contacts_reach_nobody(generated: Connection) -> None:
    phones = generated.execute("select phone from am_contact union all select phone from offer").fetchall()
    for (phone,) in phones:
        assert phone is None or re.fullmatch(r"(02 61 91|06 39 98) \d\d \d\d", phone)
    mails = generated.execute("select mail from am_contact union all select mail from offer").fetchall()
    assert all(mail is None or mail.endswith("@example.org") for (mail,) in mails)
    sites = generated.execute("select site from offer where site is not null").fetchall()
    assert sites
    assert all(re.fullmatch(r"https://[a-z0-9]+\.example\.org/", site) for (site,) in sites)


def test_texts_are_complete_and_name_nobody(generated: Connection) -> None:
    texts = [text for (text,) in generated.execute("select project from offer where project is not null")]
    assert len(set(texts)) > 500
    for text in texts:
        assert not re.search(r"[{}@]|\d\d|rue ", text)
        assert text.endswith(".")


def test_a_third_is_out_of_date_or_full_and_the_rest_differs(generated: Connection) -> None:
    (free,) = generated.execute(
        "select count(*) from offer o where o.kind = 'assistant_maternel' and confirmed_on > %(day)s - 183"
        " and exists (select from timetable t join timetable_range r on r.timetable = t.id"
        " where t.offer = o.id and (t.period @> %(day)s or lower(t.period) > %(day)s))",
        {"day": TODAY},
    ).fetchone() or (0,)
    assert 0.6 <= free / PLAN.counts["assistant_maternel"] <= 0.75
    shown = Counter(row[0] for row in generated.execute("select show from am_home"))
    assert shown["zone"] > 3 * shown["street"] > 3 * shown["address"] > 0
    held = Counter(
        row[0] for row in generated.execute("select count(*) from timetable where period is not null group by offer")
    )
    assert held[1] > held[2] > 0
    night, weekend, two, leave = (
        generated.execute(
            "select bool_or(end_minute > 1440), bool_or(weekday > 4), bool_or(slot = 2),"
            " exists (select from leave where day > %s) from timetable_range",
            [TODAY],
        ).fetchone()
        or (None,) * 4
    )
    assert (night, weekend, two, leave) == (True, True, True, True)


def test_most_invented_creches_and_mam_have_weekly_hours_that_differ(generated: Connection) -> None:
    for kind in ("eaje", "mam"):
        weeks = [
            week
            for (week,) in generated.execute(
                "select (select array_agg((weekday, start_minute, end_minute)::text order by weekday, start_minute)"
                " from opening where offer = o.id) from offer o where kind = %s",
                [kind],
            )
        ]
        known = [tuple(each) for each in weeks if each]
        assert len(known) > len(weeks) / 2
        assert len(set(known)) > 2


def test_free_places_never_exceed_the_agrement(generated: Connection) -> None:
    places = generated.execute(
        "select a.capacity, max(r.places) from timetable_range r join timetable t on t.id = r.timetable"
        " join agrement a on a.offer = t.offer group by 1"
    ).fetchall()
    assert all(most <= capacity for capacity, most in places)
    rng = random.Random(1)
    for shape in PATTERNS:
        for capacity in range(1, 7):
            ranges = week(rng, shape, capacity)
            assert all(1 <= each[4] <= capacity for each in ranges)
            assert len({each[:2] for each in ranges}) == len(ranges)


def test_it_refuses_a_registry_that_has_fictitious_offers(generated: Connection) -> None:
    before = generated.execute("select count(*) from offer").fetchone()
    with pytest.raises(GenerationRefused, match="déjà des offres fictives"):
        generate(generated, scale=PLAN, seed=1, today=TODAY, report=quiet)
    assert generated.execute("select count(*) from offer").fetchone() == before


def test_an_interruption_leaves_nothing(registry: Connection) -> None:
    def interrupt(label: str, done: int, total: int) -> None:
        if label.startswith("Assistants"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(registry, scale=PLAN, seed=1, today=TODAY, report=interrupt)
    assert registry.execute("select count(*) from offer").fetchone() == (0,)
    assert registry.execute("select count(*) from am_home").fetchone() == (0,)


def test_real_structures_count_and_get_no_fictitious_neighbour(registry: Connection) -> None:
    plan = Plan({"eaje": 10, "rpe": 3}, ("44", "85"))
    registry.execute(
        "insert into offer (id, kind, name, commune, postcode, lat, lon, position_precision,"
        " publication, fictitious) values ('0123456789ab', 'eaje', 'La vraie', '44109', '44000', 47.2,"
        " -1.55, 'address', 'published', false)"
    )
    numbers = generate(registry, scale=plan, seed=1, today=TODAY, report=quiet)
    assert numbers == {"eaje": 9, "rpe": 3, "assistant_maternel": 0}
    departments = registry.execute(
        "select distinct c.department from offer o join commune c on c.code = o.commune"
        " where o.kind = 'eaje' and o.fictitious"
    ).fetchall()
    assert departments == [("85",)]


def test_shares_add_up_and_stay_within_one() -> None:
    for seed in range(50):
        rng = random.Random(seed)
        weights = [rng.choice((0, 30, 200, 5_000, 300_000)) for _ in range(rng.randrange(1, 300))]
        total = rng.randrange(5_000)
        numbers = apportion(rng, weights, total)
        if sum(weights):
            assert sum(numbers) == total
            for weight, number in zip(weights, numbers, strict=True):
                assert abs(number - weight * total / sum(weights)) < 1 + 1e-6


def test_the_country_has_the_published_counts() -> None:
    counts = plan_of("france").counts
    assert set(counts) == set(Kind)
    assert (counts["assistant_maternel"], counts["eaje"], sum(counts.values())) == (235_105, 15_021, 291_018)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Nantes", "de Nantes"),
        ("Orvault", "d’Orvault"),
        ("Le Pellerin", "du Pellerin"),
        ("Les Sorinières", "des Sorinières"),
        ("La Baule-Escoublac", "de La Baule-Escoublac"),
        ("Marseille 1er Arrondissement", "de Marseille 1er"),
    ],
)
def test_names_of_communes_are_contracted(name: str, expected: str) -> None:
    assert of_commune(name) == expected


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 3, 9), [date(2026, 5, 31), date(2026, 11, 30)]),
        (date(2026, 5, 20), [date(2026, 11, 30), date(2027, 5, 31)]),
        (date(2026, 12, 25), [date(2027, 5, 31), date(2027, 11, 30)]),
    ],
)
def test_deadlines_follow_the_day(today: date, expected: list[date]) -> None:
    assert deadlines(today) == expected


def test_on_any_day_periods_are_in_order_and_most_hold_today() -> None:
    for offset in range(0, 1500, 3):
        today = date(2026, 1, 1) + timedelta(days=offset)
        rng = random.Random(offset)
        declared = [current(rng, today, pattern(rng), 3) for _ in range(40)]
        for periods in declared:
            for period in periods:
                assert period.end is None or period.start < period.end
            for one, after in pairwise(periods):
                assert one.end is not None
                assert one.end <= after.start
        holding = [each for each in declared if each[0].start <= today]
        assert len(holding) >= 26
        assert all(each[0].end is None or each[0].end > today for each in holding)
