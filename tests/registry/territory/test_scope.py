"""Who answers for which commune: every query of staff agrees with the definition, written here in plain Python."""

import re
from random import Random

import pytest

from registry import accounts
from registry.accounts import Account, staff
from registry.agrements.movements import queue
from registry.database import Connection
from registry.offers import relais
from registry.territory import scope
from tests.conftest import ROOT, TODAY
from tests.records import assistant

POOL = ("44109", "44143", "44162", "49007", "75056", "75101", "75112", "69123", "69381")
"""Communes of four départements; Paris and Lyon with some of their arrondissements."""


@pytest.mark.parametrize("seed", range(4))
def test_every_query_of_staff_agrees_with_the_definition(registry: Connection, seed: int) -> None:
    rng = Random(seed)
    facts = {
        code: (parent, department, postcodes[0], (lat, lon))
        for code, parent, department, postcodes, lat, lon in registry.execute(
            "select code, parent, department, postcodes, lat, lon from commune where code = any(%s)", [list(POOL)]
        )
    }
    lives = {commune: [code for code in facts if facts[code][0] == commune] for commune in facts}
    homes = {}
    for number, code in enumerate(rng.choices([code for code in POOL if not lives[code]], k=8)):
        offer = assistant(registry, f"AM {number}", commune=code, postcode=facts[code][2], home=facts[code][3])
        homes[offer] = code
        _applied_movement(registry, offer, number)
    listed: dict[Account, tuple[str, ...]] = {}
    for number in range(5):
        chosen = tuple(rng.sample(POOL, rng.randrange(4)))
        listed[accounts.create(registry, f"r{number}@example.org", "rpe", communes=chosen)] = chosen
    keepers = [accounts.create(registry, f"caf{code}@example.org", "caf", department=code) for code in ("44", "75")]
    everybody: dict[Account, tuple[str, ...]] = listed | dict.fromkeys(keepers, ())

    def answers_for(account: Account, code: str) -> bool:
        parent, department, *_ = facts[code]
        return code in everybody[account] or parent in everybody[account] or account.department == department

    for account in everybody:
        theirs = {offer for offer, code in homes.items() if answers_for(account, code)}
        assert {each.offer for each in relais.territory(registry, account, TODAY)} == theirs
        assert {offer for offer in homes if relais.is_in_territory(registry, account, offer)} == theirs
        names = {each.name for each in queue.of_communes(registry, account, TODAY)}
        assert names == {f"AM {number}" for number, offer in enumerate(homes) if offer in theirs}
        for code in POOL:
            covered = registry.execute(
                f"select {scope.covers('%(account)s', '%(code)s')}", {"account": account.id, "code": code}
            ).fetchone()
            assert covered == (answers_for(account, code),)
        assert {code for code, _ in scope.listed(registry, account.id)} == set(everybody[account])
        for within in ("", *POOL):
            lying = {code for code in POOL if within in ("", code, facts[code][0])}
            answered = {code for code in lying if answers_for(account, code)}
            assert set(scope.codes(registry, account.id, within)) & set(POOL) == answered
    for code in POOL:
        assert {each.id for each in accounts.relais_of(registry, code)} == {
            each.id for each in listed if answers_for(each, code)
        }
    for keeper in keepers:
        kept = {
            each.id
            for each, communes in listed.items()
            if communes and all(answers_for(keeper, code) for code in communes)
        }
        assert {line.id for line in staff.listing(registry, keeper)} == kept
        assert {each.id for each in listed if staff.find(registry, keeper, each.id)} == kept
        text = " ".join(POOL)
        area, errors = staff.territory(registry, "commune", {"communes": text}, TODAY, within=keeper.id)
        assert set(area.communes) == {code for code in POOL if answers_for(keeper, code)}
        assert "communes" in errors


@pytest.mark.parametrize(
    ("communes", "within", "held"),
    [
        (("44109",), "", ("epci", "244400404")),
        (("44109", "44143", "44162"), "", ("epci", "244400404")),
        (("75056",), "", ("epci", "200054781")),
        (("44109", "44184"), "", ("department", "44")),
        (("44109", "44184"), "44109", ("epci", "244400404")),
        (("44109", "49007"), "", None),
        (("44109",), "49007", None),
        ((), "", None),
    ],
)
def test_the_least_territory_that_holds_what_is_answered_for(
    registry: Connection, communes: tuple[str, ...], within: str, held: tuple[str, str] | None
) -> None:
    account = accounts.create(registry, "relais@example.org", "rpe", communes=communes)
    found = scope.holding(registry, account.id, within)
    assert (found and found[:2]) == held


def test_the_predicate_stands_in_one_place() -> None:
    found = {
        str(path.relative_to(ROOT))
        for room in ("registry", "web", "jobs", "cli", "indexer")
        for path in (ROOT / room).rglob("*")
        if path.suffix in (".py", ".sql") and path.parts[-2] != "versions"
        if re.search(r"account_commune|account_scope|c\.department (=|<>) %", path.read_text("utf-8"))
    }
    # Her export names the table, as one that tells nothing of her; the sentences of constraints name its key.
    assert found == {"registry/territory/scope.py", "registry/privacy/personal_data.py", "web/core/constraints.py"}


def _applied_movement(conn: Connection, offer: str, number: int) -> None:
    file = conn.execute(
        "insert into intake_run (kind, scope, name, sha256, via, state, applied_at)"
        " values ('movements', '44', 'm.csv', %s, 'file', 'applied', now()) returning id",
        [b"%d" % number],
    ).fetchall()[0][0]
    conn.execute(
        "insert into movement (file, line, department, number, last_name, first_name, action, effective_on, row_hash,"
        " offer, matched_key, state, applied_at) values (%s, 2, '44', 'N', 'N', 'N', 'suspension', %s, %s, %s, 'N',"
        " 'applied', now())",
        [file, TODAY, b"%d" % number, offer],
    )


def test_a_caf_answers_for_the_collectivities_that_have_none(registry: Connection) -> None:
    guadeloupe = accounts.create(registry, "caf971@example.org", "caf", department="971")
    departement = accounts.create(registry, "d971@example.org", "department", department="971")
    martinique = accounts.create(registry, "caf972@example.org", "caf", department="972")
    for commune, answering in {
        "97105": [guadeloupe, departement],
        "97701": [guadeloupe],
        "97801": [guadeloupe],
        "97502": [],
    }.items():
        for account in (guadeloupe, departement, martinique):
            covered = registry.execute(
                f"select {scope.covers('%(account)s', '%(code)s')}", {"account": account.id, "code": commune}
            ).fetchone()
            assert covered == (account in answering,), (commune, account.mail)


def test_a_territory_is_written_with_codes_of_before_and_kept_with_those_of_today(registry: Connection) -> None:
    covered, errors = staff.territory(registry, "commune", {"communes": "93059 44109 44150"}, TODAY)
    assert not errors
    assert covered.communes == ("44109", "44150", "93066")
    account = accounts.create(registry, "mairie@example.org", "commune", communes=covered.communes)
    assert ("93066", "Saint-Denis") in scope.listed(registry, account.id)
