"""A reminder for one's calendar: an iCalendar file (RFC 5545) that names the fiche and nothing of anybody's contact."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from icalendar import Alarm, Calendar, Event

from registry.territory import calendars
from web import texts

AT = time(9, 0)
LASTS = timedelta(minutes=15)


def ics(document: Mapping[str, Any], url: str, now: datetime) -> bytes:
    """One event on the next working day at nine by the offer's clocks; `now` is aware."""
    here = calendars.local(now, document["department"])
    day = next_working_day(here.date(), document["department"])
    start = datetime.combine(day, AT, here.tzinfo)
    title = texts.fiche.REMINDER_TITLE.format(name=document["name"])
    if document["fictitious"]:
        title += f" ({texts.FICTITIOUS.lower()})"
    event = Event()
    event.add("uid", f"{url}#{day.isoformat()}")
    event.add("dtstamp", now)
    # In UTC, which needs no definition of a time zone beside it.
    event.add("dtstart", start.astimezone(now.tzinfo))
    event.add("dtend", (start + LASTS).astimezone(now.tzinfo))
    event.add("summary", title)
    event.add("description", texts.fiche.REMINDER_TEXT.format(url=url))
    event.add("url", url)
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", timedelta(0))
    event.add_component(alarm)
    calendar = Calendar()
    calendar.add("prodid", "-//Ribambelle//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def next_working_day(day: date, department: str) -> date:
    """The first day after this one that is neither of a week-end nor a public holiday."""
    after = day + timedelta(days=1)
    while after.weekday() > 4 or calendars.public_holiday(after, department):
        after += timedelta(days=1)
    return after
