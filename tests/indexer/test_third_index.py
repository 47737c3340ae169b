"""A third index is a row, a JSON file and a function: the indexer builds, changes, checks and tells it as well."""

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from elasticsearch import Elasticsearch

from indexer import generations, worker
from indexer.check import Difference, check, compare, repair
from indexer.rebuild import rebuild
from indexer.status import status
from mappings.indexes import INDEXES, Index, alias
from registry import functions
from registry.database import Connection, connect
from settings import Settings

ARTICLES = "articles"

MAPPING = {
    "dynamic": "strict",
    "properties": {"id": {"type": "keyword"}, "title": {"type": "text"}, "theme": {"type": "keyword"}},
}

GENERATOR = """
create or replace function article_documents(ids text[]) returns table (id text, document bytea)
    stable parallel safe language sql as
$$
select a.id, convert_to(json_build_object('id', a.id, 'title', a.title, 'theme', a.theme)::text, 'UTF8')
from article a where (ids is null or a.id = any (ids)) order by a.id collate "C"
$$
"""


def quietly(label: str, done: int, total: int) -> None:
    assert done <= total


@pytest.fixture
def conn(
    configured: Settings, engine: Elasticsearch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Connection]:
    """A registry with articles, and the index of them in the table of indexes; all of it goes at the end."""
    mapping = tmp_path / "articles.json"
    mapping.write_text(json.dumps(MAPPING))
    row = Index(mapping=mapping, generator="article_documents", counted_by="theme", label="articles")
    monkeypatch.setitem(INDEXES, ARTICLES, row)
    with connect(configured.database_url, autocommit=True) as conn:
        conn.execute("create table article (id text primary key, title text not null, theme text not null)")
        functions.enter(conn, ARTICLES, row.generator, GENERATOR)
        conn.execute("insert into article values ('a-1', 'Le congé parental', 'aides'), ('B', 'Le bain', 'santé')")
        yield conn
        for name in ("few_article_documents", "article_documents"):
            conn.execute(f"drop function {name}".encode())
        conn.execute("drop table article")
        for table, column in (
            ("outbox", "index"),
            ("index_check", "index"),
            ("index_generation", "index"),
            ("search_index", "name"),
        ):
            conn.execute(f"delete from {table} where {column} = %s".encode(), [ARTICLES])


def titles(settings: Settings, engine: Elasticsearch) -> dict[str, str]:
    name = alias(settings.index_prefix, ARTICLES)
    engine.indices.refresh(index=name)
    return {hit["_id"]: hit["_source"]["title"] for hit in engine.search(index=name).body["hits"]["hits"]}


def test_it_is_built_changed_checked_and_told(conn: Connection, configured: Settings, engine: Elasticsearch) -> None:
    assert rebuild(configured, engine, quietly, [ARTICLES]).counts == {ARTICLES: 2}
    assert titles(configured, engine) == {"a-1": "Le congé parental", "B": "Le bain"}

    conn.execute("update article set title = 'Le congé de paternité' where id = 'a-1'")
    conn.execute("delete from article where id = 'B'")
    conn.execute("select queue_again(%s, %s)", [ARTICLES, ["a-1", "B"]])
    assert worker.drain(configured, engine) == 2
    assert titles(configured, engine) == {"a-1": "Le congé de paternité"}
    assert conn.execute("select count(*) from indexed_change").fetchall() == [(0,)], "no offer was written"

    name = alias(configured.index_prefix, ARTICLES)
    engine.delete(index=name, id="a-1", refresh=True)
    wrong: list[Difference] = []
    (checked,) = check(conn, engine, configured.index_prefix, wrong.append, [ARTICLES])
    assert wrong == [Difference(ARTICLES, "a-1", "missing")]
    assert (checked.index, checked.documents) == (ARTICLES, 1)
    assert repair(conn, wrong) == 1
    worker.drain(configured, engine)
    engine.indices.refresh(index=name)
    assert list(compare(conn, engine, {ARTICLES: name})) == []

    told = status(conn, engine, configured.index_prefix)
    assert told["documents"][ARTICLES] == {"aides": 1}
    assert set(told["live"]) == set(told["checks"]) == {ARTICLES}


def test_all_indexes_are_current_only_with_it(conn: Connection, configured: Settings, engine: Elasticsearch) -> None:
    rebuild(configured, engine, quietly, [index for index in INDEXES if index != ARTICLES])
    assert not generations.is_current(conn, engine, configured.index_prefix)
    assert rebuild(configured, engine, quietly).counts[ARTICLES] == 2
    assert generations.is_current(conn, engine, configured.index_prefix)


def test_a_change_of_an_index_that_is_none_is_refused(registry: Connection) -> None:
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        registry.execute("insert into outbox (index, id) values ('nowhere', 'x')")
