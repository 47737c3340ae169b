"""Every row of the table of filters is whole. What follows from one: tests/web/site/test_filter_table.py."""

import re
from collections import Counter

import pytest

from search_api import filter_table
from search_api.filter_table import FILTERS, Filter, known, label, text
from search_api.parameters import OfferParameters
from web.shared.search.forms import SearchForm

EVERY = pytest.mark.parametrize("row", FILTERS, ids=lambda row: row.name)


def test_no_name_stands_twice_nor_is_another_parameters() -> None:
    assert max(Counter(row.name for row in FILTERS).values()) == 1
    names = [row.page for row in FILTERS if row.page]
    assert max(Counter(names).values()) == 1
    assert not {*names} & {*SearchForm.__dataclass_fields__}
    others = {"sort", "limit", "cursor", "facets", "format", "near", "need"}
    assert others < OfferParameters.model_fields.keys()
    assert not {row.name for row in FILTERS} & others


@EVERY
def test_a_row_says_in_french_what_it_is(row: Filter) -> None:
    told = [row.meaning, row.title, row.hint, row.chip, *(label(row, text(value)) for value in known(row))]
    assert all(told[:1])
    assert not [each for each in told if re.search(r" [;:!?»]|« |[^ \u202f][;!?]|'|\.\.\.", each)]
    assert not row.page or row.title


@EVERY
def test_the_chips_of_different_values_differ(row: Filter) -> None:
    told = {row.chip.format(label=label(row, text(value))) for value in known(row) if value is not False}
    assert len(told) == len([value for value in known(row) if value is not False])


def test_facets_are_the_rows_that_can_be_counted_the_territories_and_the_days() -> None:
    expected = {row.name for row in FILTERS if row.facet} | {"commune", "epci", "department", "day"}
    assert {*filter_table.facets()} == expected
    assert {*filter_table.counted()} == expected - {"day", "hourly_cents_max"}
