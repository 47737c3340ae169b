"""kill -9 of the indexer, at each step of a batch, while writes go on."""

import random
from contextlib import ExitStack
from signal import SIGKILL

from elasticsearch import Elasticsearch

from settings import Settings
from tests.product.faults.doomed import OF_CHANGES
from tests.product.faults.workload import indexing, populate, process, prove, short_or_long, writing

KILLS = short_or_long(12, 50)
AT_ONCE = 2
"""Starting a process takes most of the time; and each finds the claims of one that died."""


def test_workers_killed_at_each_step_lose_nothing(settings: Settings, engine: Elasticsearch) -> None:
    rng = random.Random(4)
    steps = [*OF_CHANGES] * (KILLS // len(OF_CHANGES) + 1)
    schedule = [(step, rng.randrange(1, 5)) for step in steps][:KILLS]
    rng.shuffle(schedule)
    ids = populate(settings.database_url, 100)
    with writing(settings.database_url, ids, seed=1) as written:
        for start in range(0, KILLS, AT_ONCE):
            with ExitStack() as stack:
                doomed = [
                    stack.enter_context(process(settings, "index", "SIGKILL", step, str(nth)))
                    for step, nth in schedule[start : start + AT_ONCE]
                ]
                assert {each.wait(60) for each in doomed} == {-SIGKILL}
    assert written.commits > KILLS
    with indexing(settings):
        prove(settings, engine)
