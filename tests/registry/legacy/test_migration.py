"""The old portal's file: what is kept, what is told, and that a stop or a revert leaves nothing half done."""

import csv
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from demo import legacy
from registry import database
from registry.database import Connection
from registry.legacy import LegacyRefused, migrating
from registry.legacy.reading import COLUMNS
from tests import records
from tests.conftest import TODAY, wait_for

ROWS, KEPT = 1_500, 540


@pytest.fixture
def file(registry: Connection, tmp_path: Path) -> Path:
    """A small file with the dirt of the large one."""
    path = tmp_path / "legacy.csv"
    legacy.write(path, registry, seed=7, today=TODAY, rows=ROWS, kept=KEPT)
    return path


def row(**values: str) -> dict[str, str]:
    """Somebody of Nantes with an account and all of her data, unless told otherwise."""
    return dict.fromkeys(COLUMNS, "") | {
        "compte": "oui", "mail": "lea@example.org", "nom": "Le Goff", "prenom": "Léa", "date_naissance": "12/03/1980",
        "departement": "44", "numero_agrement": "44-1", "agrement_debut": "01/02/2024", "agrement_fin": "31/01/2029",
        "capacite": "3", "adresse": "3 rue des Lilas", "code_postal": "44000", "code_commune": "44109",
        "latitude": "47,2173", "longitude": "-1.5534", "fictif": "oui",
    } | values  # fmt: skip


def written(path: Path, *rows: dict[str, str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, COLUMNS, delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    return path


def migrate(url: str, path: Path, **more: Any) -> Any:
    return migrating.migrate(url, path, today=TODAY, fictitious=False, report=quiet, **more)


def quiet(label: str, done: int, total: int) -> None:
    """Nobody reads it."""


def tables(conn: Connection) -> dict[str, list[Any]]:
    """Every row of every table that a migration may touch; queues and its own book-keeping apart."""
    names = (
        "account offer am_identity am_contact am_home agrement am_mam timetable timetable_range leave mail_outbox audit"
    )
    return {
        name: conn.execute(f"select to_jsonb(t)::text from {name} t order by 1").fetchall() for name in names.split()
    }


def outcomes(conn: Connection) -> dict[int, tuple[str, list[str]]]:
    run = migrating.last_run(conn)
    assert run is not None
    return {line: (outcome, problems) for line, outcome, problems, _ in migrating.rows_of(conn, run)}


def test_who_has_an_account_keeps_it_and_nobody_else(file: Path, registry_url: str, registry: Connection) -> None:
    figures = migrate(registry_url, file)
    assert (figures.lines, figures.kept) == (ROWS, KEPT)
    assert figures.outcomes["duplicate"] == round(ROWS * legacy.TWICE)
    assert registry.execute("select count(*), count(distinct mail) from account where role = 'am'").fetchone() == (
        KEPT,
        KEPT,
    )
    assert registry.execute("select count(*), bool_and(fictitious) from offer").fetchone() == (KEPT, True)
    public = registry.execute("select count(*) from offer o where is_public(o)").fetchone()
    assert public is not None
    assert KEPT * 0.9 < public[0] < KEPT


def test_a_dry_run_tells_the_same_and_writes_nothing(file: Path, registry_url: str, registry: Connection) -> None:
    planned = migrating.dry_run(registry_url, file, today=TODAY, report=quiet)
    assert registry.execute("select (select count(*) from account), (select count(*) from intake_run)").fetchone() == (
        0,
        0,
    )
    done = migrate(registry_url, file)
    assert (planned.outcomes, planned.problems, planned.invited) == (done.outcomes, done.problems, done.invited)


def test_killed_at_any_moment_it_goes_on_where_it_was(file: Path, registry_url: str) -> None:
    program = (
        "import sys; from pathlib import Path; from tests.conftest import TODAY; from registry.legacy import migrating;"
        " migrating.migrate(sys.argv[1], Path(sys.argv[2]), today=TODAY, fictitious=False, report=print, batch=20)"
    )
    with database.connect(registry_url, autocommit=True) as looking:

        def value(query: str) -> int:
            return int(looking.execute(query).fetchall()[0][0] or 0)

        def killed_after(reached: int) -> None:
            process = subprocess.Popen(
                [sys.executable, "-c", program, registry_url, str(file)], stdout=subprocess.DEVNULL
            )
            try:
                wait_for(lambda: value("select max(rows_done) from intake_run") >= reached, seconds=60)
            finally:
                process.send_signal(signal.SIGKILL)
                process.wait()
            locks = (
                "select count(*) from pg_locks l join pg_database d on d.oid = l.database"
                " where d.datname = current_database() and l.locktype = 'advisory' and l.objsubid = 1"
            )
            wait_for(lambda: value(locks) == 0, what="the killed one's lock to end")

        for reached in (100, 600):
            killed_after(reached)
            assert reached <= value("select rows_done from intake_run") < ROWS
            assert value("select count(*) from intake_row") == value("select rows_done from intake_run")
            assert value("select count(*) from account") == value("select count(account) from intake_row")
    figures = migrate(registry_url, file)
    assert (figures.lines, figures.kept) == (ROWS, KEPT)


def test_until_it_is_confirmed_all_of_it_can_be_taken_back(
    file: Path, registry_url: str, registry: Connection, tmp_path: Path
) -> None:
    records.structure(registry, "Crèche des Lilas")
    listed = records.assistant(registry, periods=[(TODAY, None, [(0, 480, 1080, 2)])])
    registry.execute("update agrement set number = '44-OLD'")
    registry.commit()
    before = tables(registry)
    with file.open("a", encoding="utf-8", newline="") as opened:
        csv.DictWriter(opened, COLUMNS, delimiter=";").writerow(
            row(compte="non", mail="secrete@example.org", nom="Bensaïd-Secrète", numero_agrement="44-OLD")
        )
    assert migrate(registry_url, file).outcomes["closed"] == 1
    registry.commit()
    assert registry.execute("select publication from offer where id = %s", [listed]).fetchone() == ("closed",)
    registry.commit()
    assert migrating.revert(registry_url, quiet, batch=300) == ROWS + 1
    assert tables(registry) == before
    with pytest.raises(LegacyRefused):
        migrating.confirm(registry_url, "https://ribambelle.example")


def test_invitations_leave_once_it_is_confirmed_and_not_before(
    registry_url: str, registry: Connection, tmp_path: Path
) -> None:
    listed = records.assistant(registry)
    registry.execute("update agrement set number = '44-OLD'")
    registry.commit()
    path = written(
        tmp_path / "legacy.csv",
        row(),
        row(compte="non", mail="Secrete@Example.org", nom="Bensaïd-Secrète", numero_agrement="44-OLD"),
        row(compte="non", mail="", numero_agrement="44-3", nom="Sans Mail"),
        row(compte="non", mail="", numero_agrement="44-1", nom="LE GOFF"),
    )
    migrate(registry_url, path)
    assert registry.execute("select count(*) from mail_outbox").fetchone() == (0,)
    registry.commit()
    assert migrating.confirm(registry_url, "https://ribambelle.example") == 2
    sent: dict[str, str] = dict(registry.execute("select recipient, body from mail_outbox").fetchall())
    assert "https://ribambelle.example/inscription" in sent["secrete@example.org"]
    assert "https://ribambelle.example/connexion" in sent["lea@example.org"]
    assert registry.execute("select count(*) from agrement where offer = %s", [listed]).fetchone() == (0,), (
        "what stood under her number is erased: she registers with it herself"
    )
    registry.commit()
    for refused in (
        lambda: migrating.revert(registry_url, quiet),
        lambda: migrate(registry_url, path),
        lambda: migrating.confirm(registry_url, "https://ribambelle.example"),
    ):
        with pytest.raises(LegacyRefused):
            refused()


def test_what_cannot_be_used_is_told_by_line_and_left_out(
    registry_url: str, registry: Connection, tmp_path: Path
) -> None:
    path = written(
        tmp_path / "legacy.csv",
        row(code_commune="99999", code_postal="99999"),
        row(mail="b@example.org", numero_agrement="44-2", capacite="douze", nom="Barré"),
        row(mail="c@example.org", numero_agrement="44-3", tarif_horaire="450", telephone="06", nom="Caron"),
        row(mail="d@example.org", numero_agrement="44-3", nom="Denis"),
        row(mail="LEA@example.org", numero_agrement="44-9", derniere_maj="2020-01-01"),
        row(mail="pas une adresse", numero_agrement="44-5", nom="Erard"),
        row(
            mail="f@example.org", numero_agrement="44-6", agrement_fin="31/01/2025", agrement_debut="1/2/2020", nom="Fo"
        ),
    )
    with path.open("a", encoding="utf-8") as opened:
        opened.write("oui;trop;court\n")
    migrate(registry_url, path)
    told = outcomes(registry)
    assert told[6] == ("published", [])
    assert told[2] == ("duplicate", ["même personne qu’à la ligne 6"])
    assert told[3] == ("draft", ["nombre d’enfants accueillis absent ou impossible"])
    assert told[4] == ("published", ["téléphone illisible", "tarif horaire illisible ou impossible"])
    assert told[5] == ("draft", ["numéro d’agrément déjà porté par une autre personne"])
    assert told[7] == ("removed", ["compte sans adresse mail utilisable"])
    assert told[8] == ("published", []), "an agrément that ended: not public, until she renews it"
    assert told[9] == ("refused", ["la ligne n’a pas autant de colonnes que l’en-tête"])
    public = registry.execute("select name from offer o where is_public(o) order by 1").fetchall()
    assert public == [("Léa C.",), ("Léa L.",)]


def test_what_spreadsheets_and_code_pages_broke_is_mended_and_told_without_the_value(
    registry_url: str, registry: Connection, tmp_path: Path
) -> None:
    path = written(
        tmp_path / "legacy.csv",
        row(nom="ThÃ©ry", prenom="ZoÃ©", numero_agrement="44-1.0", code_postal="44000.0", code_commune="44109.0"),
        row(nom="Dupr?s", mail="b@example.org", numero_agrement="44-2"),
        row(
            nom="Caron",
            mail="c@example.org ; caron@example.org",
            numero_agrement="4,4E+11",
            telephone="02 40 12 34 56 / 06 12 34 56 78",
        ),
    )
    path.write_text("sep=;\n" + path.read_text("utf-8"), "utf-8")
    migrate(registry_url, path)
    told = outcomes(registry)
    assert told[3] == ("published", ["accents rétablis\u00a0: nom", "accents rétablis\u00a0: prenom"])
    assert told[4] == ("draft", ["lettres perdues ou brouillées\u00a0: nom", "nom ou prénom absent"])
    assert told[5][0] == "draft"
    assert {"seconde adresse mail laissée de côté", "second téléphone laissé de côté"} <= {*told[5][1]}
    assert "numéro d’agrément absent ou illisible" in told[5][1]
    names = registry.execute("select last_name, first_name from am_identity order by 1").fetchall()
    assert ("Théry", "Zoé") in names
    assert registry.execute("select phone from am_contact where phone is not null").fetchall() == [("02 40 12 34 56",)]


def test_homes_are_found_by_names_and_postcodes_of_before(
    registry_url: str, registry: Connection, tmp_path: Path
) -> None:
    homes = {
        ("93 380", "Pierrefitte-sur-Seine"): ("93066", "93380"),
        ("50100", "CHERBOURG"): ("50129", "50100"),
        ("75018", "Paris"): ("75118", "75018"),
        ("75000", "Paris"): ("75056", "75000"),
        ("69000", "Lyon 3e"): ("69383", "69003"),
        ("1000", "Bourg en Bresse"): ("01053", "01000"),
        ("14240", "Anctoville"): ("14581", "14240"),
    }
    people = (
        row(mail=f"{at}@example.org", numero_agrement=f"44-{at}", code_commune="", code_postal=postcode, commune=name)
        for at, (postcode, name) in enumerate(homes, start=1)
    )
    migrate(registry_url, written(tmp_path / "legacy.csv", *people))
    found = registry.execute(
        "select h.commune, h.postcode from am_home h join agrement a using (offer) order by a.number"
    ).fetchall()
    assert found == list(homes.values())


def test_an_arrondissement_that_contradicts_its_postcode_is_for_her_to_tell(
    registry_url: str, registry: Connection, tmp_path: Path
) -> None:
    migrate(
        registry_url,
        written(tmp_path / "legacy.csv", row(code_commune="", code_postal="75015", commune="Paris 14e")),
    )
    [(outcome, problems)] = outcomes(registry).values()
    assert outcome == "draft"
    assert "commune à préciser, plusieurs sont possibles" in problems


def test_who_has_registered_meanwhile_is_left_as_she_is(
    registry_url: str, registry: Connection, tmp_path: Path
) -> None:
    listed = records.assistant(registry)
    registry.execute("update agrement set number = '44-OLD'")
    registry.execute("insert into account (mail, role, offer) values ('nadia@example.org', 'am', %s)", [listed])
    registry.commit()
    before = tables(registry)
    again = {"nom": "Bensaïd-Secrète", "numero_agrement": "44-OLD"}
    migrate(
        registry_url, written(tmp_path / "a.csv", row(compte="non", mail="", **again), row(mail="Nadia@example.org"))
    )
    assert [outcome for outcome, _ in outcomes(registry).values()] == ["already", "already"]
    assert tables(registry) == before


@pytest.mark.parametrize("text", ["", "a;b;c\n1;2;3\n", ";".join(COLUMNS) + "\n", "\0\0\0"])
def test_another_file_is_refused_and_nothing_is_done(
    text: str, registry_url: str, registry: Connection, tmp_path: Path
) -> None:
    path = tmp_path / "other.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(LegacyRefused):
        migrate(registry_url, path)
    assert registry.execute("select count(*) from intake_run").fetchone() == (0,)


def test_an_offer_that_is_there_already_gets_its_account_and_stays_as_it_is(
    registry_url: str, registry: Connection, tmp_path: Path
) -> None:
    listed = records.assistant(registry)
    registry.execute("update agrement set number = '44-OLD'")
    registry.commit()
    before = tables(registry)
    path = written(
        tmp_path / "legacy.csv",
        row(nom="BENSAÏD SECRÈTE", numero_agrement="44-OLD"),
        row(nom="Autre", numero_agrement="44-OLD", mail="autre@example.org", compte="non"),
    )
    assert migrate(registry_url, path).outcomes == {"joined": 1, "removed": 1}
    after = tables(registry)
    assert registry.execute("select mail, offer from account").fetchall() == [("lea@example.org", listed)]
    # She can be written to now that she has an account: the registry derives it.
    [(offer,)] = before["offer"]
    joined = {"offer": [(offer.replace('"takes_messages": false', '"takes_messages": true'),)]}
    assert after | {"account": []} == before | joined
    registry.commit()
    migrating.revert(registry_url, quiet)
    assert tables(registry) == before
