"""One list of codes for the tables, the index and the API; to every reader a code is a plain text."""

import json
import re
from collections.abc import Collection
from typing import Any, get_args

import orjson
import pytest
from pydantic import TypeAdapter, ValidationError

from domain import vocabulary
from domain.scales import Confidence, Unit, shipped
from domain.vocabulary import Code, Kind, Language, Precision, Subkind, search_words
from registry import casework
from registry.database import Connection
from registry.intake import runs
from registry.offers.freshness import terms

LISTS: list[type[Code]] = Code.__subclasses__()


def checked(conn: Connection, constraint: str) -> set[str]:
    """The texts that a check of the tables names."""
    rows = conn.execute("select pg_get_constraintdef(oid) from pg_constraint where conname = %s", [constraint])
    return {code for (definition,) in rows for code in re.findall(r"'([^']*)'", definition)}


@pytest.mark.parametrize(
    ("constraint", "codes"),
    [
        ("offer_kind_check", Kind.codes()),
        ("offer_subkind_check", Subkind.codes()),
        ("offer_manager_type_check", vocabulary.ManagerType.codes()),
        ("offer_funding_check", vocabulary.Funding.codes()),
        ("offer_features_check", vocabulary.Feature.codes()),
        ("offer_languages_check", Language.codes()),
        ("offer_position_precision_check", Precision.codes()),
        ("am_home_show_check", vocabulary.HOME_PRECISIONS),
        ("offer_publication_check", vocabulary.Publication.codes()),
        ("agrement_status_check", vocabulary.AgrementStatus.codes()),
        ("case_file_state_check", get_args(casework.State)),
        ("intake_run_kind_check", get_args(runs.Kind)),
        ("intake_run_state_check", get_args(runs.State)),
        ("scale_unit_check", tuple(Unit)),
        ("scale_confidence_check", get_args(Confidence)),
        ("word_term_whose_check", {whose for whose, *_ in terms(shipped())}),
    ],
)
def test_the_tables_know_the_same_codes(registry: Connection, constraint: str, codes: Collection[str]) -> None:
    assert checked(registry, constraint) == set(codes)


def test_the_tables_name_weekdays_alike(registry: Connection) -> None:
    rows = registry.execute("select day_code(day) from generate_series(0, 6) as day").fetchall()
    assert tuple(code for (code,) in rows) == vocabulary.Weekday.codes()


@pytest.mark.parametrize("codes", LISTS)
def test_every_code_has_one_label_of_its_own(codes: type[Code]) -> None:
    labels = codes.labels()
    assert all(labels.values())
    assert len(set(labels.values())) == len(labels) == len(codes)


def test_whoever_reads_a_kind_is_told_what_it_is() -> None:
    assert all(kind.description for kind in Kind)


def test_a_code_is_written_as_the_text_it_is(registry: Connection) -> None:
    """In JSON, in a parameter of a statement alone and in a list, in a sentence, as a key."""
    assert orjson.dumps({"kind": Kind.EAJE, "kinds": list(Kind)[:2]}) == b'{"kind":"eaje","kinds":["eaje","mam"]}'
    assert json.dumps([Kind.EAJE]) == '["eaje"]'
    assert f"{Kind.EAJE}" == "eaje"
    assert {"eaje": 1}[Kind.EAJE] == 1
    row = registry.execute("select %s::text, %s::text[], %s = 'mam'", [Kind.EAJE, list(Kind)[:2], Kind.MAM]).fetchone()
    assert row == ("eaje", ["eaje", "mam"], True)


def test_lists_and_labels_are_of_plain_texts() -> None:
    """orjson refuses another key, and what goes into a cursor's hash must not depend on a class."""
    given: list[Any] = [*Kind.codes(), *Kind.labels(), *Kind.labels().values(), *vocabulary.CARE_KINDS]
    assert {type(each) for each in given} == {str}
    assert orjson.loads(orjson.dumps(Kind.labels())) == Kind.labels()


def test_a_model_takes_a_code_and_refuses_another() -> None:
    adapter = TypeAdapter(Precision)
    assert adapter.validate_json('"zone"') is Precision.ZONE
    assert adapter.dump_json(Precision.ZONE) == b'"zone"'
    with pytest.raises(ValidationError):
        adapter.validate_python("exact")


def test_a_code_that_another_version_knows_stands_for_itself() -> None:
    assert Kind.label_of("eaje") == "Crèche"
    assert Kind.label_of("ludotheque") == "ludotheque"


def test_words_that_free_text_finds() -> None:
    assert search_words("rpe", None) == "Relais petite enfance"
    assert search_words("eaje", "micro_creche") == "Crèche Micro-crèche"
    with pytest.raises(ValueError, match="inconnu"):
        search_words("inconnu", None)
