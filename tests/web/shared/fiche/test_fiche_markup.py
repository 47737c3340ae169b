"""What a fiche tells programs: search engines, and a family's calendar."""

import json
from datetime import UTC, date, datetime
from typing import Any

from icalendar import Calendar

from web.parents.fiche import reminder, structured

URL = "https://ribambelle.example/offre/abc"
CRECHE: dict[str, Any] = {
    "kind": "eaje",
    "kind_label": "Crèche",
    "subkind_label": "Multi-accueil",
    "name": "Les </script><b>Lutins",
    "address": "1 rue du Port",
    "commune": {"code": "44109", "name": "Nantes", "postcode": "44000"},
    "position": {"lat": 47.2, "lon": -1.5, "precision": "address"},
    "contact": {"phone": "02 40 00 00 00", "mail": None, "site": None},
    "manager": {"name": "Ville de Nantes", "type": "commune"},
    "capacity": 40,
    "opening_hours": [{"day": "mon", "start": "08:00", "end": "24:00"}],
    "fictitious": False,
}


ANNE = {"name": "Anne; D.", "department": "44", "fictitious": True}


def test_a_structure_is_described_and_cannot_end_its_element() -> None:
    text = structured.json_ld(CRECHE, URL)
    assert text is not None
    assert "<" not in text
    found = json.loads(text)
    assert found["@type"] == "ChildCare"
    assert found["name"] == CRECHE["name"]
    assert found["address"]["addressLocality"] == "Nantes"
    assert (
        found["openingHoursSpecification"][0] | {"opens": "08:00", "closes": "23:59", "dayOfWeek": "Monday"}
        == (found["openingHoursSpecification"][0])
    )
    assert "email" not in found, "what is not known is not told"


def test_neither_homes_nor_what_is_invented_is_described() -> None:
    assert structured.json_ld(CRECHE | {"kind": "assistant_maternel"}, URL) is None
    assert structured.json_ld(CRECHE | {"fictitious": True}, URL) is None


def test_a_vague_position_is_no_position() -> None:
    vague = CRECHE | {"position": {"lat": 47.2, "lon": -1.5, "precision": "commune"}}
    assert "geo" not in json.loads(structured.json_ld(vague, URL) or "")


def test_a_reminder_is_an_event_of_the_next_working_day_at_nine_in_france() -> None:
    friday = datetime(2026, 12, 24, 12, tzinfo=UTC)  # Christmas and a week-end follow
    calendar = Calendar.from_ical(reminder.ics(ANNE, URL, friday))
    (event,) = calendar.walk("VEVENT")
    assert event["summary"] == "Contacter Anne; D. (données fictives)"
    assert event.decoded("dtstart") == datetime(2026, 12, 28, 8, tzinfo=UTC)
    assert event["url"] == URL
    assert calendar.walk("VALARM")


def test_a_working_day_is_no_public_holiday_of_the_departement() -> None:
    assert reminder.next_working_day(date(2026, 3, 31), "44") == date(2026, 4, 1)
    assert reminder.next_working_day(date(2026, 4, 2), "67") == date(2026, 4, 7), "Good Friday, in Alsace"
