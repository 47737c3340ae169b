"""The command line: help everywhere, and one plain sentence where something is wrong."""

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from elasticsearch import Elasticsearch
from psycopg.conninfo import make_conninfo
from typer.testing import CliRunner

import cli
from indexer import bulk, generations, worker
from local.servers import Urls
from mappings.indexes import alias
from registry import database
from registry.database import Connection
from settings import Settings, get_settings
from tests.records import structure

COMMANDS = [
    ["up"],
    ["demo"],
    ["migrate"],
    ["territory"],
    ["import", "structures"],
    ["import", "runs"],
    ["import", "undo"],
    ["generate"],
    ["generate", "legacy"],
    ["rotate-documents"],
    ["accounts", "create"],
    ["accounts", "close"],
    ["accounts", "migrate"],
    ["daily"],
    ["index", "rebuild"],
    ["index", "run"],
    ["index", "check"],
    ["index", "status"],
    ["index", "rollback"],
    ["index", "drop-kept"],
    ["index", "dead-letters", "list"],
    ["index", "dead-letters", "show"],
    ["index", "dead-letters", "retry"],
    ["index", "dead-letters", "drop"],
    ["jobs"],
    ["serve"],
]


@pytest.fixture
def prefix(run_id: str) -> str:
    return f"test-{run_id}-cli"


@pytest.fixture
def engine(servers: Urls, run_id: str, prefix: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Elasticsearch]:
    """The commands' environment names an empty database and indexes of this test's own."""
    name = f"cli_{run_id}"
    monkeypatch.setenv("DATABASE_URL", make_conninfo(servers.database_url, dbname=name))
    monkeypatch.setenv("ELASTICSEARCH_URL", servers.elasticsearch_url)
    monkeypatch.setenv("INDEX_PREFIX", prefix)
    get_settings.cache_clear()
    with (
        psycopg.connect(servers.database_url, autocommit=True) as conn,
        bulk.client(Settings(elasticsearch_url=servers.elasticsearch_url)) as client,
    ):
        conn.execute(f"create database {name}")
        yield client
        conn.execute(f"drop database {name} with (force)")
        generations.drop(client, client.indices.get(index=f"{prefix}-*").body)
    get_settings.cache_clear()


@pytest.fixture
def registry(engine: Elasticsearch) -> Iterator[Connection]:
    """Brought up by the commands themselves; of the territory only Nantes, which is loaded at once."""
    assert run("migrate")[0] == 0
    with database.connect(get_settings().database_url) as conn:
        conn.execute("insert into department values ('44', 'Loire-Atlantique', '52', 'Pays de la Loire')")
        conn.execute(
            "insert into commune (code, name, department, postcodes, population, lat, lon)"
            " values ('44109', 'Nantes', '44', '{44000}', 327734, 47.21863, -1.55377)"
        )
        conn.commit()
        yield conn


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(cli.app, list(arguments))
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help(command: list[str]) -> None:
    code, out, _ = run(*command, "--help")
    assert code == 0
    assert len(out.split("\n")[3].strip()) > 10, out


def test_without_servers_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("DATABASE_URL", "ELASTICSEARCH_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("cli.servers.LOCAL", tmp_path)
    get_settings.cache_clear()
    code, _, problem = run("index", "status")
    assert code == 1
    assert "make demo" in problem


def test_a_territory_that_is_loaded_gets_the_names_of_the_release(engine: Elasticsearch, registry: Connection) -> None:
    registry.execute(
        "insert into commune (code, name, department, postcodes, population, lat, lon)"
        " values ('44213', 'Loireauxence', '44', '{44370}', 7000, 47.4, -1)"
    )
    registry.commit()
    for renewed in (4, 0):
        code, out, _ = run("territory")
        assert code == 0
        assert out.replace("\u00a0", " ").strip().endswith(f"anciens noms mis à jour : {renewed}.")
    assert ("Varades",) in registry.execute("select name from former_name").fetchall()


def test_a_broken_file_is_refused_and_changes_nothing(
    engine: Elasticsearch, registry: Connection, tmp_path: Path
) -> None:
    broken = tmp_path / "creches.geojson"
    broken.write_text('{"type": "FeatureCollection", "features": [{"type": "Fea')
    code, _, problem = run("import", "structures", str(broken))
    assert code == 1
    assert "creches.geojson" in problem
    assert "Traceback" not in problem
    assert registry.execute("select count(*) from offer").fetchall() == [(0,)]


LIEUX = """
files = ["lieux.csv"]
key = ["id"]
[source]
code = "essai"
label = "Ville d’essai"
licence = "Licence Ouverte 2.0"
published = "2026"
[offer]
name = "nom"
kind.value = "eaje"
capacity = "places"
[place]
postcode = "cp"
commune_name = "ville"
"""


def test_an_import_is_previewed_applied_and_undone_from_the_command_line(registry: Connection, tmp_path: Path) -> None:
    file, mapping = tmp_path / "lieux.csv", tmp_path / "lieux.toml"
    mapping.write_text(LIEUX, "utf-8")

    def importing(places: int, *more: str) -> tuple[int, str, str]:
        file.write_text(f"id;nom;places;cp;ville\n1;Les Lutins;{places};44000;Nantes\n2;;;;\n", "utf-8")
        return run("import", "structures", str(file), "--mapping", str(mapping), *more)

    def capacities() -> list[int]:
        registry.rollback()
        return [row[0] for row in registry.execute("select capacity from offer").fetchall()]

    code, out, _ = importing(20, "--preview")
    assert (code, capacities()) == (0, [])
    assert "ligne\u00a02\u00a0: Les Lutins" in out
    assert "ligne\u00a03\u00a0: sans nom – elle n’a pas de nom" in out
    assert "rien n’a été changé" in out
    assert importing(20)[0] == 0
    code, out, _ = importing(24)
    assert (code, capacities()) == (0, [24])
    number = out.split()[-1]

    assert importing(26, "--preview")[0] == 0
    registry.execute("update offer set capacity = 25")
    registry.commit()
    code, out, problem = importing(26)
    assert (code, capacities()) == (1, [25])
    assert "«\u00a025\u00a0» → «\u00a026\u00a0»" in out
    assert "Le registre a changé depuis l’aperçu" in problem

    for slip in ("", number[:3], f"{number[:3]}-"):
        code, _, problem = run("import", "undo", slip)
        assert (code, "Indiquez au moins 4\u00a0caractères" in problem) == (1, True)
    code, out, problem = run("import", "undo", number)
    assert (code, capacities()) == (1, [25])
    assert "ligne\u00a02\u00a0: Les Lutins – modifiée depuis\u00a0: capacité" in out
    assert "Rien n’a été changé" in problem
    registry.execute("update offer set capacity = 24")
    registry.commit()
    code, out, _ = run("import", "undo", number)
    assert (code, capacities()) == (0, [20])
    assert number in out

    code, out, _ = run("import", "runs")
    assert code == 0
    assert [line.split("\u00a0: ")[1].split(" (")[0] for line in out.splitlines()] == [
        "aperçu, rien n’est écrit",
        "annulé",
        "appliqué",
    ]
    code, out, _ = run("import", "runs", number)
    assert (code, "capacité «\u00a020\u00a0» → «\u00a024\u00a0»" in out) == (0, True)
    code, _, problem = run("import", "undo", "ffff")
    assert (code, "Aucun import de structures n’a ce numéro" in problem, "import runs" in problem) == (1, True, True)


def test_the_index_from_the_command_line(engine: Elasticsearch, registry: Connection, prefix: str) -> None:
    offer = structure(registry, "Les Lutins")
    registry.commit()
    assert run("index", "rebuild")[0] == 0
    assert "déjà en service" in run("index", "rebuild", "--if-needed")[1]
    code, out, _ = run("index", "check")
    assert (code, out.splitlines()[-1]) == (0, "Le registre et l’index sont égaux.")

    code, out, _ = run("index", "status", "--json")
    status = json.loads(out)
    assert (code, status["queue"], status["kinds"]) == (0, 0, {"eaje": 1})

    engine.delete(index=alias(prefix, "offers"), id=offer)
    code, out, problem = run("index", "check")
    assert code == 1
    assert f"offers {offer}\u00a0: absent de l’index" in out
    assert problem == "Différences entre le registre et l’index\u00a0: 1.\n"

    assert "Remis dans la file\u00a0: 1." in run("index", "check", "--repair")[1]
    worker.drain(get_settings(), engine)
    assert run("index", "check")[0] == 0


def test_going_back_from_the_command_line(engine: Elasticsearch, registry: Connection, prefix: str) -> None:
    structure(registry, "Les Lutins")
    registry.commit()
    assert run("index", "rebuild")[0] == 0
    before = generations.aliased(engine, prefix)
    code, _, problem = run("index", "rollback")
    assert (code, "Aucun index n’a été gardé" in problem) == (1, True)
    assert run("index", "rebuild", "--keep")[0] == 0
    assert before["offers"] in run("index", "rollback")[1]
    assert generations.aliased(engine, prefix) == before
    assert "Supprimé" in run("index", "drop-kept")[1]
    assert "Aucun index n’était gardé" in run("index", "drop-kept")[1]


def test_refused_documents_from_the_command_line(engine: Elasticsearch, registry: Connection) -> None:
    offer = structure(registry, "Les Lutins", confirmed_on="12026-11-01")  # a year too long for the index
    registry.commit()
    code, out, _ = run("index", "rebuild")
    assert (code, "Documents refusés par l’index\u00a0: 1" in out) == (0, True)
    assert offer in run("index", "dead-letters", "list")[1]
    assert json.loads(run("index", "dead-letters", "list", "--json")[1])["document"]["name"] == "Les Lutins"
    assert "confirmed_on" in run("index", "dead-letters", "show", offer)[1]
    assert run("index", "check")[0] == 0, "what was refused is known"
    code, _, problem = run("index", "dead-letters", "retry", "000000000000")
    assert (code, "000000000000" in problem) == (1, True)
    assert run("index", "dead-letters", "drop")[0] == 1, "all are dropped only when that is said"
    assert "1" in run("index", "dead-letters", "retry", offer)[1]
    assert worker.drain(get_settings(), engine) == 1
    assert "1" in run("index", "dead-letters", "drop", "--all")[1]
    assert run("index", "dead-letters", "list")[1] == "Aucun document refusé.\n"


def test_when_elasticsearch_is_away_the_check_says_so(engine: Elasticsearch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELASTICSEARCH_URL", "http://127.0.0.1:9")
    get_settings.cache_clear()
    code, _, problem = run("index", "check")
    assert code == 1
    assert problem.startswith("Elasticsearch ne répond pas")
