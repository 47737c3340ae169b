"""What runs when, in civil hours of France. What was not run in time is dropped: the next one makes up for it."""

from datetime import timedelta
from typing import TypedDict

from celery.schedules import crontab

MINUTE, HOUR = 60, 3600


class Options(TypedDict):
    expires: int


class Entry(TypedDict):
    """`expires`: seconds after which nobody needs to run it any more."""

    task: str
    schedule: crontab | timedelta
    options: Options


SCHEDULE: dict[str, Entry] = {
    # Every minute, and so at midnight when dates take effect: it costs 3 ms when there is nothing to do.
    "agrements": {"task": "agrements", "schedule": crontab(), "options": {"expires": MINUTE}},
    # A dated rule that somebody entered is everywhere within a minute: 3 ms when there is none.
    "freshness": {"task": "freshness", "schedule": crontab(), "options": {"expires": MINUTE}},
    # At midnight, and every hour after it, so that a stop over midnight is made up for soon.
    "daily": {"task": "daily", "schedule": crontab(minute="0"), "options": {"expires": HOUR}},
    "check_index": {
        "task": "check_index",
        "schedule": crontab(hour="3", minute="0"),
        "options": {"expires": 4 * HOUR},
    },
    "dead_letter_digest": {
        "task": "dead_letter_digest",
        "schedule": crontab(hour="7", minute="0"),
        "options": {"expires": 12 * HOUR},
    },
    # Somebody may be waiting for a code before a screen.
    "send_mail": {"task": "send_mail", "schedule": timedelta(seconds=5), "options": {"expires": 5}},
    "check_identities": {"task": "check_identities", "schedule": crontab(), "options": {"expires": MINUTE}},
    # What a change opens is told within a minute of it.
    "follow_alerts": {"task": "follow_alerts", "schedule": timedelta(seconds=20), "options": {"expires": 20}},
    "remind": {"task": "remind", "schedule": crontab(hour="9", minute="0"), "options": {"expires": 12 * HOUR}},
}
