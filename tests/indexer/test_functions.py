"""The functions of the database that build documents: one text, put there by `migrate`, that streams and looks up."""

import re
from collections.abc import Iterator

import pytest

from domain.vocabulary import Kind, Subkind, search_words
from indexer.documents import FEW, all_documents, fingerprint, some_documents
from mappings.indexes import INDEXES
from registry import functions
from registry.database import Connection, connect
from tests.loire import Loire

OURS = """
    select p.proname from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prokind = 'f'
    and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
"""
"""The functions of the schema that no extension brought."""


@pytest.fixture
def loire_registry(loire: Loire) -> Iterator[Connection]:
    with connect(loire.settings.database_url) as conn:
        yield conn
        conn.rollback()


def plan(conn: Connection, query: str) -> str:
    return "\n".join(line for (line,) in conn.execute(f"explain (costs off) {query}".encode()).fetchall())


@pytest.mark.parametrize("index", ["offers", "places"])
def test_all_many_and_few_are_the_same_documents(loire_registry: Connection, index: str) -> None:
    everything = dict(all_documents(loire_registry, index))
    ids = list(everything)[:: len(everything) // 400]
    wanted = {id: everything[id] for id in ids}
    assert some_documents(loire_registry, index, ids) == wanted
    few: dict[str, bytes] = {}
    for start in range(0, len(ids), FEW):
        few |= some_documents(loire_registry, index, ids[start : start + FEW])
    assert few == wanted
    assert some_documents(loire_registry, index, ["0nowhere0000", "commune:99999"]) == {}


def test_the_stream_is_in_the_order_of_the_ids_bytes(loire_registry: Connection) -> None:
    for index in ("offers", "places"):
        ids = [id for id, _ in all_documents(loire_registry, index)]
        assert ids == sorted(ids)


def test_the_stream_is_merged_and_gives_its_first_row_at_once(loire_registry: Connection) -> None:
    """As PostgreSQL puts the function's query into the cursor's; a call of it would gather all rows before one."""
    loire_registry.execute("set local cursor_tuple_fraction = 1")
    streamed = plan(loire_registry, "select id, document from offer_documents(null) order by id")
    assert "offer_documents" not in streamed
    assert " is null" not in streamed.lower()
    assert streamed.startswith("Merge Left Join"), "nothing above the joins gathers rows"


# The communes of an EPCI have no index: they are found by reading the table, and few places change.
@pytest.mark.parametrize(("index", "table"), [("offer", "offer"), ("offer", "timetable"), ("place", "epci")])
def test_few_are_looked_up_with_one_plan_for_all_calls(loire_registry: Connection, index: str, table: str) -> None:
    loire_registry.execute("set local plan_cache_mode = force_generic_plan")
    loire_registry.execute(f"prepare few (text[]) as select * from few_{index}_documents($1)".encode())
    looked_up = plan(loire_registry, "execute few (array['1'])")
    loire_registry.execute("deallocate few")
    assert f"Seq Scan on {table}" not in looked_up


def test_the_twin_for_a_few_is_the_same_text_without_the_null() -> None:
    for name in functions.generators().values():
        text = functions.text(name)
        twin = functions.few(name, text)
        assert "ids is null" in text
        assert "ids is null" not in twin
        assert twin.count("= any (") == text.count("ids is null or ")


def test_the_registry_knows_the_indexes_that_the_table_of_them_has(registry: Connection) -> None:
    known: dict[str, str] = dict(registry.execute("select name, generator from search_index").fetchall())
    assert known == {name: index.generator for name, index in INDEXES.items()} == functions.generators()


def test_every_function_that_a_generator_calls_is_part_of_its_fingerprint(registry: Connection) -> None:
    ours = {name for (name,) in registry.execute(OURS).fetchall()}
    for index in INDEXES.values():
        called = {name for name in ours if re.search(rf"\b{name}\(", functions.text(index.generator))}
        assert called - {index.generator, "place_codes"} == set(index.calls)


def test_the_words_of_the_kinds_are_those_of_the_vocabulary(registry: Connection) -> None:
    pairs = [(kind, None) for kind in Kind.codes()] + [("eaje", subkind) for subkind in Subkind.codes()]
    for kind, subkind in pairs:
        (told,) = registry.execute("select search_words(%s, %s)", [kind, subkind]).fetchall()[0]
        assert told == search_words(kind, subkind)


def test_another_text_of_a_function_is_another_fingerprint_until_migrate_brings_it_back(registry: Connection) -> None:
    before = {index: fingerprint(registry, index) for index in ("offers", "places")}
    changes = [
        ("offers", "offer_documents", '"id":"', '"i":"'),
        ("offers", "search_words", "Crèche", "Garderie"),
        ("places", "place_documents", '"id":', '"i":'),
    ]
    for index, name, old, new in changes:
        ((text,),) = registry.execute("select pg_get_functiondef(%s::regproc)", [name]).fetchall()
        assert old in text
        registry.execute(text.replace(old, new))
        assert fingerprint(registry, index) != before[index]
        functions.define(registry)
        assert {index: fingerprint(registry, index) for index in before} == before
