"""The fields of a document that an answer is made of, for `_source`. A contact is in none: it leaves by the fiche."""

FACTS = (
    *("id", "kind", "subkind", "name", "position", "precision", "commune", "address", "manager", "capacity", "members"),
    *("ages", "funding", "features", "languages", "confirmed_on", "fresh_until", "fictitious"),
)
"""What `answer.cards.facts` reads."""

_MORE = ("workplace", "employed", "mam", "schools", "tariff")

CARD = (*FACTS, *_MORE, "availability")
"""What `answer.cards.summary` reads."""

LISTED = (*FACTS, *_MORE, "availability.period", "availability.week")
"""The same without the ranges of a timetable, which a list does not show."""

POINT = (
    *("id", "kind", "name", "position", "precision", "fictitious"),
    *("availability.period", "availability.week", "ages", "fresh_until"),
)
"""What `answer.points` reads."""
