"""The Celery app. Its broker is Valkey, which speaks Redis; nothing connects before a task is sent or a worker runs."""

import socket
from typing import Any

from celery import Celery, signals

from jobs import tasks
from jobs.schedule import HOUR, SCHEDULE
from settings import Settings

NODE = f"jobs@{socket.gethostname()}"

VISIBILITY_TIMEOUT_S = tasks.LONGEST_S + 2 * HOUR
"""A task that was not acknowledged by then is given to another worker: longer than any may take."""


def create(settings: Settings) -> Celery:
    """An app whose tasks use these settings: `create(settings).send_task("rebuild_index")` asks for one.

    Sending raises kombu's OperationalError when Valkey is away.
    """
    app = Celery("ribambelle", set_as_current=False)
    app.conf.update(
        broker_url=settings.redis_url,
        broker_transport_options={
            "visibility_timeout": VISIBILITY_TIMEOUT_S,
            # Apart from the rate limits, and from other indexes over the same Valkey.
            "global_keyprefix": f"{settings.index_prefix}:jobs:",
            "socket_connect_timeout": 5,
            "socket_keepalive": True,
        },
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,  # for ever
        timezone="Europe/Paris",
        enable_utc=True,
        task_serializer="json",
        accept_content=["json"],
        # What a task does stands in the registry and the index; nobody asks Celery for it.
        task_ignore_result=True,
        # Every task may be done twice: better than not at all when a worker is lost.
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_time_limit=tasks.USUAL_LIMIT_S,
        worker_prefetch_multiplier=1,
        worker_concurrency=2,  # mails go on during a rebuild
        worker_soft_shutdown_timeout=10,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        beat_schedule=SCHEDULE,
        beat_sync_every=1,
    )
    tasks.register(app, settings)
    return app


@signals.worker_ready.connect
def catch_up(sender: Any, **_: object) -> None:
    """After a stop, however long: what the calendar changed meanwhile becomes true at once, not at the next hour."""
    sender.app.send_task("daily", expires=HOUR)


def is_alive(settings: Settings) -> bool:
    """Whether this machine's worker answers within five seconds."""
    return bool(create(settings).control.ping(destination=[NODE], timeout=5, limit=1))
