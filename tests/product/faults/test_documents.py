"""Documents that nobody expects: one that cannot be mapped among many, and hostile text."""

import json
from pathlib import Path

import psycopg
import pytest
from elasticsearch import Elasticsearch

from indexer import dead_letters
from indexer.check import Difference
from indexer.rebuild import rebuild
from mappings.indexes import alias
from registry.database import Connection
from registry.imports import mapping as mappings
from registry.imports.errors import ImportRefused
from registry.imports.structures import import_structures
from settings import Settings
from tests.conftest import wait_for
from tests.product.faults.workload import differences, indexing, one, prove, queued, short_or_long
from tests.records import assistant, structure

COUNT = short_or_long(1_000, 10_000)

TOO_FAR = "12026-11-01"
"""A day that PostgreSQL takes, with one digit too many for Elasticsearch's strict_date."""

MEGABYTE = 1_000_000

HOSTILE = [
    "crèche de l’«\u202fÉtoile\u202f»",
    "حضانة الأطفال \u202eטף\u202c \u200fabc\u200e",
    "".join(map(chr, range(1, 32))) + "x\x7f\x85",
    "\"quotes\" 'both' \\ back\\\\slashes \\u0000 \\n {} [] // /* */ </script><b>&amp;",
    "line\nfeed\r\nreturn\ttab\u2028separator\u2029paragraph\ufeffmark",
    '{"index": {"_index": "offers"}}\n{"name": "une autre ligne de _bulk"}\n',
    "\U0001f476\U0001f3fd\u200d\U0001f37c e\u0301 \ufffe\uffff\U0010ffff",
    "%s %(x)s $1 {0} '; drop table offer; --",
    "​\u00a0x",
]

MAPPING = """
key = ["id"]
[source]
code = "hostile"
label = "Essai"
licence = "Licence Ouverte 2.0"
published = "2026"
[offer]
name = "nom"
kind.value = "eaje"
manager_name.field = "gestionnaire"
[place]
address = "voie"
postcode = "cp"
commune_name = "ville"
"""


@pytest.mark.parametrize("way", ["changes", "rebuild"])
def test_one_document_that_cannot_be_mapped_among_many(
    registry: Connection, settings: Settings, engine: Elasticsearch, way: str
) -> None:
    model = structure(registry, "Les Lutins", publication="closed")
    registry.execute(
        "insert into offer (id, kind, name, commune, postcode, lat, lon, position_precision, publication, fictitious,"
        " confirmed_on) select lpad(i::text, 12, '0'), kind, name || i, commune, postcode, lat, lon,"
        " position_precision, 'published', fictitious, case when i = %s then %s else '2026-11-01' end::date"
        " from offer, generate_series(1, %s) i where id = %s",
        [COUNT // 2, TOO_FAR, COUNT, model],
    )
    registry.commit()
    bad = f"{COUNT // 2:012}"
    if way == "rebuild":
        rebuild(settings, engine, lambda what, done, total: None, ["offers"])
    with indexing(settings):
        wait_for(lambda: queued(settings) == 0, seconds=60, what="an empty queue")
        (letter,) = dead_letters.listing(registry)
        registry.rollback()
        assert (letter.id, letter.document["name"]) == (bad, f"Les Lutins{COUNT // 2}")
        assert "confirmed_on" in letter.reason
        assert differences(settings, engine) == [Difference("offers", bad, "stale")], "refused"
        registry.execute("update offer set confirmed_on = '2026-11-02' where id = %s", [bad])
        registry.commit()
        prove(settings, engine)
    assert engine.count(index=alias(settings.index_prefix, "offers")).body["count"] == COUNT


def test_hostile_text_is_text(registry: Connection, settings: Settings, engine: Elasticsearch) -> None:
    """Through both ways, in every column of free text; a megabyte where no constraint stands against it."""
    for text in HOSTILE:
        mam = structure(registry, text, kind="mam", project=text * 5, manager_name=text, address=text, phone=text[:30])
        assistant(registry, text, mam=mam)
        structure(registry, text, site=f"https://{text}", mail=text, source=source(registry, text))
    long = "".join(HOSTILE) * (MEGABYTE // len("".join(HOSTILE)))
    huge = structure(registry, "x" * 200, project="\x01" * 4_000, source=source(registry, long))
    structure(registry, "Cent mille fois", features=["garden"] * 100_000)
    registry.execute("insert into leave select %s, '2026-11-01'::date + i from generate_series(1, 80000) i", [huge])
    registry.commit()
    with indexing(settings):
        prove(settings, engine)
        registry.execute("update source set label = label || '.'")
        registry.commit()
        prove(settings, engine)
    rebuild(settings, engine, lambda what, done, total: None, ["offers"])
    prove(settings, engine)
    documents = one(settings, "select count(*) from offer")
    assert engine.count(index=alias(settings.index_prefix, "offers")).body["count"] == documents == 3 * len(HOSTILE) + 2


def source(conn: Connection, label: str) -> str:
    code = f"hostile-{len(label)}"
    conn.execute("insert into source values (%s, %s, %s, %s) on conflict do nothing", [code, label, label, label])
    return code


@pytest.mark.parametrize("text", ["nul \0", "lone surrogate \ud800"])
def test_what_postgresql_refuses_leaves_nothing_behind(registry: Connection, text: str) -> None:
    with pytest.raises((psycopg.DataError, UnicodeEncodeError)):
        structure(registry, text)
    registry.rollback()
    assert registry.execute("select count(*) from offer").fetchall() == [(0,)]


def test_an_import_mends_what_postgresql_refuses(registry: Connection, tmp_path: Path) -> None:
    rows = [
        {
            "id": "1",
            "nom": "Les\0 Lutins",
            "gestionnaire": "\ud800 Ville",
            "voie": "1 rue\0 X",
            "cp": "44000",
            "ville": "Nantes",
        },
        {"id": "2\0", "nom": "\ud800\0", "gestionnaire": "", "voie": "", "cp": "44000", "ville": "Nantes"},
    ]
    account = import_structures(registry, written(tmp_path / "lieux.json", json.dumps(rows)), read(tmp_path, MAPPING))
    (offer,) = registry.execute("select name, manager_name, address from offer").fetchall()
    assert offer == ("Les Lutins", "Ville", "1 rue X")
    (rejected,) = (each for each in account.entries if each.event == "rejected")
    assert (rejected.line, rejected.reason) == (2, "elle n’a pas de nom")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('label = "Essai"', 'label = "\\u0000"'),
        ('field = "gestionnaire"', 'field = "nom"\nmanager_name.spellings = {"Les Lutins" = "\\u0000"}'),
    ],
)
def test_a_mapping_cannot_bring_what_postgresql_refuses(
    registry: Connection, tmp_path: Path, before: str, after: str
) -> None:
    rows = [{"id": "1", "nom": "Les Lutins", "gestionnaire": "", "voie": "", "cp": "44000", "ville": "Nantes"}]
    file = written(tmp_path / "lieux.json", json.dumps(rows))
    with pytest.raises(ImportRefused, match="correspondance"):
        import_structures(registry, file, read(tmp_path, MAPPING.replace(before, after)))
    registry.rollback()
    assert registry.execute("select count(*) from source").fetchall() == [(0,)]


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def read(folder: Path, text: str) -> mappings.Mapping:
    return mappings.load(written(folder / "source.toml", text))
