"""The tasks, and the way to them: schedule, Valkey, worker."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import psutil
import pytest
from celery.contrib.testing.worker import start_worker
from celery.schedules import crontab
from elasticsearch import Elasticsearch

from indexer.rebuild import alone
from jobs import tasks
from jobs.app import VISIBILITY_TIMEOUT_S, create
from jobs.calendar import daily
from jobs.schedule import SCHEDULE
from jobs.tasks import check_index, dead_letter_digest, rebuild_index
from mappings.indexes import alias
from registry.database import Connection, connect
from registry.ids import new_id
from settings import PARIS, Settings
from tests.conftest import ROOT, TODAY, wait_for
from tests.records import assistant, structure

MORNING = datetime(2026, 11, 23, 6, tzinfo=UTC)
"""Seven o'clock in Paris."""


def refuse(registry: Connection, count: int, *, state: str = "live", reason: str = "nope") -> None:
    """So many dead letters, each a minute after the one before."""
    name = f"offers-{state}"
    registry.execute(
        "insert into index_generation (name, index, state) values (%s, 'offers', %s) on conflict do nothing",
        [name, state],
    )
    for number in range(count):
        registry.execute(
            "insert into dead_letter (generation, id, seq, reason, at) values (%s, %s, 1, %s, %s)",
            [name, new_id(), reason, MORNING - timedelta(hours=1, minutes=-number)],
        )
    registry.commit()


def queued(registry: Connection) -> list[tuple[str, str, str]]:
    rows = registry.execute("select recipient, subject, body from mail_outbox order by recipient, queued_at").fetchall()
    registry.commit()
    return [(str(a), str(b), str(c)) for a, b, c in rows]


def expiring(registry: Connection, ends_on: date) -> str:
    offer = assistant(registry)
    registry.execute("update agrement set ends_on = %s", [ends_on])
    registry.execute("delete from outbox")
    registry.commit()
    return offer


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=PARIS)


def status(registry: Connection) -> str:
    found = registry.execute("select status from agrement").fetchall()[0][0]
    registry.commit()
    return str(found)


@pytest.fixture
def told(mailing: Settings) -> Settings:
    return mailing.model_copy(update={"operator_mails": "a@example.org, b@example.org"})


def test_the_digest_tells_what_was_refused(registry: Connection, told: Settings) -> None:
    refuse(registry, 25, reason="mapper_parsing_exception:\n" + 300 * "x")
    dead_letter_digest(told, MORNING)
    (to, subject, body), (other, *_) = queued(registry)
    assert (to, other) == ("a@example.org", "b@example.org")
    assert subject == "Ribambelle\u00a0: 25 documents refusés par le moteur de recherche"
    reasons = re.findall(r"mapper_parsing_exception: x+…", body)
    assert [len(reason) for reason in reasons] == [200] * 20
    newest = registry.execute("select id from dead_letter order by at desc limit 20").fetchall()
    assert re.findall(r"^- offers (\S+), le 23\xa0novembre\xa02026 à ", body, re.MULTILINE) == [id for (id,) in newest]
    assert "ribambelle index dead-letters list" in body


def test_the_digest_comes_once_a_day_and_again_for_other_letters(registry: Connection, told: Settings) -> None:
    def mails(at: datetime) -> int:
        dead_letter_digest(told, at)
        return len(queued(registry)) // 2

    assert mails(MORNING) == 0, "there is nothing to tell"
    refuse(registry, 1, state="kept")
    assert mails(MORNING) == 0, "an index that nobody searches"
    refuse(registry, 1)
    assert [mails(MORNING), mails(MORNING + timedelta(hours=16))] == [1, 1]
    assert mails(MORNING + timedelta(hours=17)) == 2, "midnight in Paris is past"
    refuse(registry, 1)
    assert mails(MORNING + timedelta(hours=17)) == 3


def test_without_operators_there_is_no_digest(registry: Connection, mailing: Settings) -> None:
    refuse(registry, 1)
    dead_letter_digest(mailing, MORNING)
    assert queued(registry) == []


def test_daily_makes_up_for_the_days_it_missed(registry: Connection, mailing: Settings) -> None:
    offer = expiring(registry, TODAY)
    daily(mailing, noon(TODAY))
    assert status(registry) == "valid", "the last day counts"
    daily(mailing, noon(TODAY + timedelta(days=9)))
    assert status(registry) == "expired"
    assert registry.execute("select id from outbox").fetchall() == [(offer,)]
    daily(mailing, noon(TODAY + timedelta(days=9)))
    assert registry.execute("select count(*) from outbox").fetchall() == [(1,)]


def test_a_task_that_fails_quotes_no_row(registry: Connection, mailing: Settings) -> None:
    """Celery logs what a task raises, and PostgreSQL's own words hold the agrément's number."""
    expiring(registry, TODAY - timedelta(days=300))
    registry.execute("alter table agrement add constraint never check (status <> 'expired') not valid")
    registry.commit()
    try:
        with pytest.raises(tasks.RegistryFailed) as failure:
            create(mailing).tasks["daily"]()
    finally:
        registry.execute("alter table agrement drop constraint never")
        registry.commit()
    assert "CheckViolation" in str(failure.value)
    assert "SECRET" not in str(failure.value)
    assert failure.value.__suppress_context__


def test_the_schedule_names_tasks_that_exist_at_the_hours_of_france(mailing: Settings) -> None:
    app = create(mailing)
    assert {entry["task"] for entry in SCHEDULE.values()} <= set(app.tasks)
    assert {"rebuild_index", "check_index"} <= set(app.tasks)
    for task in app.tasks.values():
        assert (task.time_limit or app.conf.task_time_limit) < VISIBILITY_TIMEOUT_S
    nightly = SCHEDULE["check_index"]["schedule"]
    assert isinstance(nightly, crontab)
    hour = nightly.hour  # type: ignore[attr-defined]
    for month in (1, 7):
        midnight = datetime(2026, month, 15, tzinfo=PARIS)
        check = crontab(hour=hour, minute=0, app=app, nowfun=partial(datetime.fromtimestamp, midnight.timestamp(), UTC))
        assert check.remaining_estimate(midnight) == timedelta(hours=3)


def test_a_rebuild_that_is_asked_for_through_valkey_is_made(small: Settings, engine: Elasticsearch) -> None:
    with connect(small.database_url) as conn:
        structure(conn, "Les Lutins")
    app = create(small)
    name = alias(small.index_prefix, "offers")
    with start_worker(app, perform_ping_check=False, shutdown_timeout=60):
        app.send_task("rebuild_index")
        wait_for(lambda: bool(engine.indices.exists_alias(name=name)), seconds=60, what="the rebuild")
    assert engine.count(index=name).body["count"] == 1


def test_the_nightly_check_leaves_its_result(small: Settings, engine: Elasticsearch) -> None:
    with connect(small.database_url) as conn:
        structure(conn, "Les Lutins")
        lost = structure(conn, "Les Farfadets")
    rebuild_index(small)
    engine.delete(index=alias(small.index_prefix, "offers"), id=lost)
    check_index(small)
    with connect(small.database_url) as conn:
        found = conn.execute("select index, documents, missing, ghost, different from index_check order by index")
        assert found.fetchall() == [("offers", 2, 1, 0, 0), ("places", 2, 0, 0, 0)]


def test_a_rebuild_beside_another_is_left_alone(small: Settings, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="jobs")
    with alone(small):
        rebuild_index(small)
    assert "under way already" in caplog.text


START = """
import logging, sys
from pathlib import Path
from jobs.run import worker
from settings import Settings
logging.basicConfig(level=logging.INFO)
sys.exit(worker(Settings(), Path(sys.argv[1])))
"""


@contextmanager
def started(settings: Settings, directory: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """A worker with its beat, and the file of its log."""
    environment = {name.upper(): str(value) for name, value in settings.model_dump(exclude_defaults=True).items()}
    log = directory / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", START, directory / "schedule"],
            cwd=ROOT,
            env=os.environ | environment,
            stdout=output,
            stderr=output,
        )
    try:
        yield process, log
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=30)


def test_a_worker_catches_up_when_it_starts_and_leaves_nothing_behind(
    registry: Connection, mailing: Settings, tmp_path: Path
) -> None:
    expiring(registry, datetime.now(PARIS).date() - timedelta(days=3))
    with started(mailing, tmp_path) as (process, log):
        wait_for(lambda: status(registry) == "expired" or process.poll() is not None, seconds=30, what="daily")
        wait_for(lambda: any(tmp_path.glob("schedule*")), what="the beat")
        children = psutil.Process(process.pid).children(recursive=True)
        assert len(children) >= 3, "two for tasks, and the beat"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0, log.read_text("utf-8")
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []
