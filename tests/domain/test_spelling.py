"""`domain.spelling`: what spellings of one name have in common, in Python, in Elasticsearch and in what is stored."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

import psycopg
import pytest
from elasticsearch import Elasticsearch
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from psycopg.conninfo import make_conninfo

from domain import spelling
from local.servers import Urls
from mappings import indexes
from registry.agrements.movements.rows import Row, row_hash
from registry.database import Connection, migrate
from tests.conftest import ROOT

MIGRATION = ROOT / "registry" / "migrations" / "versions" / "0029_spelling.py"

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@pytest.mark.parametrize(
    ("name", "plain", "words"),
    [
        ("Crèche ", "creche ", "creche"),
        ("Cœur d'Éveil", "coeur d'eveil", "coeur d eveil"),
        ("L’HAŸ-LES-ROSES", "l'hay-les-roses", "l hay les roses"),
        ("Lʼhaÿ les Roses", "l'hay les roses", "l hay les roses"),
        ("Læticia, Ægidius", "laeticia, aegidius", "laeticia aegidius"),
        ("  Bout_de_Chou\n", "  bout_de_chou\n", "bout de chou"),
        ("ＲＥＺＥ №\u00a04", "reze no 4", "reze no 4"),
        ("北京", "北京", "北京"),
    ],
)
def test_accents_capitals_and_signs_make_no_difference(name: str, plain: str, words: str) -> None:
    assert (spelling.plain(name), spelling.fold(name)) == (plain, words)


@given(texts)
def test_what_is_folded_stays_as_it_is(text: str) -> None:
    once = spelling.fold(text)
    assert spelling.fold(once) == once
    assert spelling.fold(spelling.plain(text)) == once


@given(texts, texts)
def test_words_are_folded_one_by_one(one: str, other: str) -> None:
    parts = (spelling.fold(one), spelling.fold(other))
    assert spelling.fold(f"{one} {other}") == " ".join(filter(None, parts))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ST-HERBLAIN CEDEX 2", "Saint-Herblain"),
        ("Ste Luce s/ Loire", "Sainte-Luce-sur-Loire"),
        ("l'hay-les-roses", "L’Haÿ-les-Roses"),
        ("ŒUILLY", "Oeuilly"),
        ("La Roche/Yon", "La Roche-sur-Yon"),
        ("Chalon s Saône", "Chalon-sur-Saône"),
        ("FONTENAY S/S BOIS", "Fontenay-sous-Bois"),
        ("L AIGLE", "L’Aigle"),
        ("villeneuve d ascq", "Villeneuve-d'Ascq"),
        ("Mans (Le)", "Le Mans"),
        ("Aigle (L')", "L'Aigle"),
        ("E\u0301vry", "Évry"),
        ("Bourg-lès-Valence", "bourg les valence"),
    ],
)
def test_a_commune_is_one_however_it_is_spelled(one: str, other: str) -> None:
    assert spelling.place(one) == spelling.place(other)


def test_an_apostrophe_left_out_makes_one_word() -> None:
    assert spelling.glued("villeneuve dascq") == spelling.glued("Villeneuve-d'Ascq") == "villeneuvedascq"


@pytest.mark.parametrize("begun", ["les s", "st", "mont ste"])
def test_an_abbreviation_has_a_word_after_it(begun: str) -> None:
    assert spelling.place(begun) == begun, "it may be on the way to another word"


def test_communes_that_differ_stay_apart() -> None:
    assert len({spelling.place(name) for name in ("Saint-Denis", "Sainte-Denise", "Saint-Denis-sur-Loire")}) == 3


def test_abbreviations_of_an_address_and_of_a_street() -> None:
    assert spelling.address("12, Bd. St-Jean") == spelling.address("12 boulevard Saint Jean")
    assert spelling.street("r. du Gal Leclerc") == "rue du general leclerc"
    # A word elsewhere: names of houses keep it.
    assert spelling.address("Le Col du Mal") == "le col du mal"


def test_the_index_folds_the_names_of_all_communes_as_we_do(servers: Urls, registry: Connection, run_id: str) -> None:
    names = [
        name for (name,) in registry.execute("select name from commune union select name from former_name").fetchall()
    ]
    assert len(names) > 30_000
    index = f"spelling-{run_id}"
    with Elasticsearch(servers.elasticsearch_url) as engine:
        engine.indices.create(index=index, settings=indexes.body("places")["settings"])
        try:
            for start in range(0, len(names), 5_000):
                some = names[start : start + 5_000]
                for normalizer, ours in NORMALIZERS.items():
                    assert analyzed(engine, index, normalizer, some) == [ours(name) for name in some]
        finally:
            engine.indices.delete(index=index)


def test_the_index_has_our_rules_for_the_names_of_places() -> None:
    analysis = indexes.body("places")["settings"]["analysis"]
    for name in ("place", "glued"):
        chain = analysis["normalizer"][name]["char_filter"]
        letters, rules, last = chain[:3], chain[3:-1], chain[-1]
        assert (letters, last) == (["marks", "letters", "apostrophes"], "blank" if name == "place" else "glue")
        theirs = [
            (analysis["char_filter"][each]["pattern"], analysis["char_filter"][each]["replacement"]) for each in rules
        ]
        assert theirs == [(f"(?iU){pattern}", full.replace("\\", "$")) for pattern, full in spelling.IN_PLACES]


NORMALIZERS = {"folded": spelling.plain, "place": spelling.place, "glued": spelling.glued}
"""Of the index, and what they are in Python."""


def analyzed(engine: Elasticsearch, index: str, normalizer: str, texts: list[str]) -> list[str]:
    """What the index makes of texts, none of which may be empty afterwards."""
    tokens = engine.indices.analyze(index=index, normalizer=normalizer, text=texts)["tokens"]
    return [token["token"] for token in tokens]


LATIN = [
    letter
    for letter in map(chr, range(0xC0, 0x180))
    if re.fullmatch(
        "[A-Za-z]+", "".join(c for c in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(c))
    )
]
spelt = st.lists(
    st.one_of(
        st.sampled_from(["st", "Ste", "s", "s/", "S/S", "ss", "CEDEX", "(Le)", "(l')", "Les", "d'", "L’", "/", " / "]),
        st.sampled_from([" ", "-", "'", "’", "ʼ", "`", ".", ",", "\u00a0", "–", "(", ")", "_", "  "]),
        st.lists(st.sampled_from([*"aeistcdx019ŒœÆæ", "e\u0301", "c\u0327", *LATIN]), max_size=6).map("".join),
    ),
    max_size=10,
).map("".join)
"""What people type and files hold of names, in letters of Latin that Unicode takes apart, and œ, æ."""


@given(spelt)
def test_a_folded_place_stays_as_it_is(text: str) -> None:
    once = spelling.place(text)
    assert spelling.place(once) == once
    assert spelling.glued(once) == spelling.glued(text)


@pytest.fixture(scope="module")
def analysis(servers: Urls, run_id: str) -> Iterator[tuple[Elasticsearch, str]]:
    index = f"places-spelling-{run_id}"
    with Elasticsearch(servers.elasticsearch_url) as engine:
        engine.indices.create(index=index, settings=indexes.body("places")["settings"])
        yield engine, index
        engine.indices.delete(index=index)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(spelt, min_size=1, max_size=40))
@example(texts=["s/\u00a0s/st", "sts/\u00a0st", "Roche\u202f/\u2009Yon"])
def test_the_index_folds_whatever_is_spelt_as_we_do(analysis: tuple[Elasticsearch, str], texts: list[str]) -> None:
    # A word at both ends, which no rule touches: an empty text has no token.
    some = [f"x {text}" for text in texts]
    for normalizer in ("place", "glued"):
        assert analyzed(*analysis, normalizer, some) == [NORMALIZERS[normalizer](text) for text in some]


def revision(name: str) -> str:
    found = re.search(rf'^{name} = "(\w+)"', MIGRATION.read_text("utf-8"), re.MULTILINE)
    assert found
    return found[1]


@pytest.fixture
def old_registry(servers: Urls, run_id: str) -> Iterator[str]:
    """A registry as it was before its fold took æ and ʼ apart."""
    name = f"spelling_{run_id}"
    url = make_conninfo(servers.database_url, dbname=name)
    with psycopg.connect(servers.database_url, autocommit=True) as admin:
        admin.execute(f"create database {name}")
        try:
            migrate(url, revision("down_revision"))
            yield url
        finally:
            admin.execute(f"drop database {name} with (force)")


def test_what_was_stored_folded_is_known_again(old_registry: str) -> None:
    rows = [
        Row(1, "044-12", "Ægidius-Hervé", "Lætitia Zoé", None, "retrait", date(2026, 11, 2)),
        Row(2, "044-13", "NʼDIAYE", "Œuvrard", date(1980, 1, 31), "suspension", date(2026, 11, 2)),
        Row(3, "044-14", "Hervé", "Zoé", date(1980, 1, 31), "suspension", date(2026, 11, 2)),
        Row(4, "044-15", "Værøy", "Ida", None, "suspension", date(2026, 11, 2)),
    ]
    stale = [b"stale", b"stale, too", row_hash("44", rows[2]), b"in letters that stay"]
    with psycopg.connect(old_registry) as conn:
        conn.execute("insert into department values ('44', 'Loire-Atlantique', '52', 'Pays de la Loire')")
        conn.execute(
            "insert into commune (code, name, department, postcodes, population, lat, lon)"
            " values ('44109', 'Nantes', '44', '{44000}', 1, 47.2, -1.5)"
        )
        conn.execute("insert into source values ('cnaf', 'Cnaf', 'etalab-2.0', '2026')")
        for number, key in enumerate(("cæsar lʼile|44109", "lʼoeuf", "arc en ciel", "naevus", "nævus")):
            id = f"{number:012}"
            conn.execute(
                "insert into offer (id, kind, name, commune, publication, lat, lon, fictitious)"
                " values (%s, 'mam', 'M', '44109', 'draft', 47.2, -1.5, true)",
                [id],
            )
            conn.execute("insert into import_record values ('cnaf', %s, %s, '')", [key, id])
        file = conn.execute(
            "insert into intake_run (kind, scope, name, sha256, via, state)"
            " values ('movements', '44', 'f', '', 'file', 'previewed') returning id"
        ).fetchall()[0][0]
        for row, hashed in zip(rows, stale, strict=True):
            conn.execute(
                "insert into movement (file, line, department, number, last_name, first_name, birth_date, action,"
                " effective_on, row_hash, state) values (%s, %s, '44', %s, %s, %s, %s, %s, %s, %s, 'unmatched')",
                [
                    file,
                    row.line,
                    row.number,
                    row.last_name,
                    row.first_name,
                    row.birth_date,
                    row.action,
                    row.effective_on,
                    hashed,
                ],
            )
        conn.commit()
        migrate(old_registry, revision("revision"))
        keys = [key for (key,) in conn.execute("select key from import_record order by offer").fetchall()]
        hashes = [hashed for (hashed,) in conn.execute("select row_hash from movement order by line").fetchall()]
    assert keys == ["caesar l ile|44109", "l oeuf", "arc en ciel", "naevus", "nævus"], "the last stands already"
    assert keys[0].split("|")[0] == spelling.address("Cæsar, Lʼîle")
    assert hashes == [*(row_hash("44", row) for row in rows[:3]), stale[3]]
