"""The French analysis of our module, seen through a real node, as the official distribution gives it."""

from collections.abc import Iterator
from typing import Any

import pytest
from elasticsearch import BadRequestError, Elasticsearch

from local.servers import Urls

INDEX = "test-local-analysis"
ANALYSIS: dict[str, Any] = {
    "char_filter": {"apostrophes": {"type": "mapping", "mappings": ["\\u2019=>'"]}},
    "filter": {
        "articles": {"type": "elision", "articles_case": True, "articles": ["l", "d", "qu"]},
        "stems": {"type": "stemmer", "language": "light_french"},
        "synonyms": {"type": "synonym_graph", "synonyms": ["Nounou, assistante maternelle, assistant maternel"]},
    },
    "normalizer": {"folded": {"type": "custom", "filter": ["lowercase", "asciifolding"]}},
    "analyzer": {
        name: {
            "tokenizer": "standard",
            "char_filter": ["apostrophes"],
            "filter": ["articles", "lowercase", "asciifolding", *filters],
        }
        for name, filters in {"french": ["stems"], "french_search": ["stems", "synonyms"]}.items()
    },
}
PROPERTIES = {
    "name": {"type": "text", "analyzer": "french", "search_analyzer": "french_search"},
    "folded": {"type": "keyword", "normalizer": "folded"},
}


@pytest.fixture(scope="module")
def client(servers: Urls) -> Iterator[Elasticsearch]:
    with Elasticsearch(servers.elasticsearch_url) as client:
        client.options(ignore_status=404).indices.delete(index=INDEX)
        client.indices.create(index=INDEX, settings={"analysis": ANALYSIS}, mappings={"properties": PROPERTIES})
        client.index(index=INDEX, id="am", document={"name": "Assistantes maternelles", "folded": "École"})
        client.index(index=INDEX, id="eaje", document={"name": "Crèche", "folded": "crèche"}, refresh=True)
        yield client
        client.indices.delete(index=INDEX)


def tokens(client: Elasticsearch, **request: Any) -> list[str]:
    return [token["token"] for token in client.indices.analyze(**request)["tokens"]]


def test_french_text_is_folded_and_stemmed_after_either_apostrophe(client: Elasticsearch) -> None:
    text = "Crèches D’Évry, l'assistante maternelle"
    assert tokens(client, index=INDEX, analyzer="french", text=text) == ["crech", "evry", "asistant", "maternel"]


@pytest.mark.parametrize("words", ["nounou", "l’assistant maternel", "ASSISTANTE MATERNELLE"])
def test_synonyms_of_several_words_are_read_through_the_chain_before_them(client: Elasticsearch, words: str) -> None:
    hits = client.search(index=INDEX, query={"match": {"name": {"query": words, "operator": "and"}}})["hits"]["hits"]
    assert [hit["_id"] for hit in hits] == ["am"]


def test_a_keyword_is_normalized_when_written_and_when_asked_for(client: Elasticsearch) -> None:
    hits = client.search(index=INDEX, query={"term": {"folded": "ECOLE"}})["hits"]["hits"]
    assert [hit["_id"] for hit in hits] == ["am"]


@pytest.mark.parametrize(
    ("text", "filters", "expected"),
    [
        ("Évry", [{"type": "asciifolding", "preserve_original": True}], ["Evry", "Évry"]),
        ("Nantes", [{"type": "edge_ngram", "min_gram": 2, "max_gram": 3}], ["Na", "Nan"]),
        ("a b a", ["unique"], ["a", "b"]),
        ("nantais", [{"type": "truncate", "length": 3}, "uppercase"], ["NAN"]),
        ("a bcd", [{"type": "length", "min": 2}], ["bcd"]),
        ("nounous", [{"type": "stemmer", "language": "minimal_french"}], ["nounou"]),
        ("continuelles", [{"type": "stemmer", "language": "french"}], ["continuel"]),
        ("crèche", [{"type": "synonym", "synonyms": ["crèche => eaje"]}], ["eaje"]),
    ],
)
def test_filters(client: Elasticsearch, text: str, filters: list[Any], expected: list[str]) -> None:
    assert tokens(client, tokenizer="whitespace", filter=filters, text=text) == expected


def test_char_filters_and_tokenizers(client: Elasticsearch) -> None:
    dashes = {"type": "pattern_replace", "pattern": "(\\d)\\.", "replacement": "$1-"}
    chain: dict[str, Any] = {"tokenizer": "keyword", "char_filter": ["html_strip", dashes], "filter": ["trim"]}
    assert tokens(client, **chain, text="<b> 06.12. </b>") == ["06-12-"]
    assert tokens(client, tokenizer={"type": "pattern", "pattern": "[,;]"}, text="a,b c;d") == ["a", "b c", "d"]


def test_a_parameter_that_the_local_node_would_pass_over_is_refused(client: Elasticsearch) -> None:
    with pytest.raises(BadRequestError, match="articles_path"):
        tokens(client, tokenizer="standard", filter=[{"type": "elision", "articles_path": "a.txt"}], text="l’art")
