"""What a search asks for in a few words: where, which days and hours, for whom. Pure functions."""

from domain import civil, french
from web import texts
from web.shared.search import need
from web.shared.search.forms import SearchForm
from web.shared.search.need import Slot
from web.shared.search.places import Where


def where(found: Where) -> str:
    place, arrival = found.place, found.arrival
    if found.form.bbox:
        return texts.search.IN_ZONE
    if place is None:
        return texts.EVERYWHERE
    if arrival is not None:
        return texts.search.ALONG.format(start=french.leaving(place.name), end=french.reaching(arrival.name))
    if place.type == "position":
        return texts.AROUND_POSITION
    if place.is_territory:
        return texts.IN_TERRITORY.format(place=place.name)
    inside = found.form.rayon == "0" and place.code
    if inside:
        return french.reaching(place.name)
    # « de Rue de Rivoli » would be wrong, and so would « de la Place Viarme 44000 Nantes ».
    if place.type == "address":
        return texts.AROUND_ADDRESS.format(place=place.name)
    return texts.AROUND.format(of_place=french.leaving(place.name))


def need_summary(form: SearchForm) -> str:
    """The folded need in a few words: « du lundi au vendredi, 8 h – 18 h »."""
    slots = [slot_summary(slot) for slot in form.slots if any(day in need.DAYS for day in slot.days)]
    parts = [f"{french.NARROW}; ".join(slots)] if slots else []
    if start := civil.typed_day(form.des):
        parts.append(texts.FROM_DAY.format(day=french.day(start)))
    parts += births(form)
    if form.souplesse in texts.search.LENIENCES:
        parts.append(texts.search.LENIENT.format(minutes=texts.search.LENIENCES[form.souplesse]))
    return ", ".join(parts) or texts.NEED_NONE


def births(form: SearchForm) -> list[str]:
    """« enfant né ou attendu le 4 mai 2026 », « 2 enfants nés ou attendus le … et le … », where any is named."""
    born = form.births
    if not born:
        return []
    days = french.listed([french.day(day) for day in dict.fromkeys(born)], "et le")
    told = texts.search.BORN if len(born) == 1 else texts.search.BORN_SEVERAL
    return [told.format(count=len(born), days=days)]


def slot_summary(slot: Slot) -> str:
    days = french.week_days(list(need.DAYS).index(day) for day in slot.days if day in need.DAYS)
    told = f"{days}, {french.hours(slot.start, slot.end)}" if slot.has_times else days
    return f"{told}, {texts.CHILD.of(slot.places)}" if slot.places not in (1, slot.usual) else told
