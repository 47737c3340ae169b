"""The judged queries of queries.toml, compared with what they were worth when baseline.json was recorded.

`ndcg` is nDCG@10. `judged` is judged@10: of how many of the first ten a rule speaks. One that no rule speaks of counts
as 0, so that the one figure is worth as much as the other is high; the mean of neither may sink.

After a change that is meant, or a new query: `RECORD=1 .venv/bin/python -m pytest tests/product/relevance`, and look at
what moved before it is committed.
"""

import json
import os
from pathlib import Path

import pytest

from tests.conftest import TODAY
from tests.loire import Loire
from tests.product.relevance import judged
from tests.product.relevance.conftest import REPORT
from tests.product.relevance.judged import Parameters, Score
from tests.product.relevance.ndcg import dcg, ndcg

BASELINE = Path(__file__).parent / "baseline.json"

LEAST_MEAN = 0.9
TOLERANCE = 0.0005
"""How much lower than recorded a mean may be."""

MAY_SINK = 0.1
"""How much nDCG one query may lose, when the others make up for it."""


def test_ndcg_is_what_its_definition_says() -> None:
    assert dcg([3, 2, 3, 0, 1, 2], 10) == pytest.approx(7 + 3 / 1.58496 + 7 / 2 + 1 / 2.58496 + 3 / 2.80735, abs=1e-4)
    assert dcg([3, 2, 3], 1) == 7
    assert ndcg([3, 2, 0], every=[0, 2, 0, 3]) == 1
    assert ndcg([2, 3], every=[3, 2]) == pytest.approx((3 + 7 / 1.58496) / (7 + 3 / 1.58496), abs=1e-4)
    with pytest.raises(ValueError, match="no offer has a grade"):
        ndcg([0], every=[0, 0])


@pytest.fixture(scope="module")
def scores(judged_loire: Loire, pytestconfig: pytest.Config) -> list[Score]:
    def ask(parameters: list[Parameters]) -> list[list[str]]:
        answers = judged_loire.many([("/api/v1/offers", each) for each in parameters])
        assert [answer.text for answer in answers if answer.status_code != 200] == []
        return [[item["id"] for item in answer.json()["items"]] for answer in answers]

    queries = list(judged.read(Path(__file__).parent / "queries.toml"))
    assert len({query.label for query in queries}) == len(queries) >= 160
    offers = [hit["_source"] for hit in judged_loire.documents("offers")]
    found = judged.score(queries, offers, TODAY, ask)
    pytestconfig.stash[REPORT] = judged.table(found)
    return found


def test_what_no_rule_speaks_of_is_not_judged() -> None:
    assert judged.judged_part([3, None, 0, None]) == 0.5
    assert judged.judged_part([]) == 1


def test_parents_find_what_they_look_for_as_well_as_before(scores: list[Score]) -> None:
    now = {each.query.label: {"ndcg": round(each.ndcg, 4), "judged": round(each.judged, 4)} for each in scores}
    means = {"ndcg": judged.mean(scores), "judged": judged.mean_judged(scores)}
    if os.environ.get("RECORD"):
        recorded = {"mean": {name: round(value, 4) for name, value in means.items()}, "queries": now}
        BASELINE.write_text(json.dumps(recorded, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    before = json.loads(BASELINE.read_text(encoding="utf-8"))
    assert before["queries"].keys() == now.keys(), "queries that are not recorded: see above"

    table = "\n".join(judged.table(scores))
    assert means["ndcg"] >= LEAST_MEAN, table
    for figure, value in means.items():
        sank = [
            f"{figure} {was[figure]:.4f} → {now[label][figure]:.4f}  {label}  {grades(scores, label)}"
            for label, was in before["queries"].items()
            if now[label][figure] < was[figure]
        ]
        assert value >= before["mean"][figure] - TOLERANCE, "\n".join([table, *sank])
        may_sink = [label for label, was in before["queries"].items() if now[label][figure] < was[figure] - MAY_SINK]
        assert figure == "judged" or may_sink == [], "\n".join(sank)


def grades(scores: list[Score], label: str) -> list[int | None]:
    return next(score.grades for score in scores if score.query.label == label)
