"""The filters by value: one row each, of which everything else that knows a filter is made.

| made of a row | by |
|---|---|
| the parameter and what the OpenAPI document says of it | `request/filter_types.py`, `parameters.py` |
| the member of an answer's `query` | `request/offer_query.py`, `http/schemas.py` |
| the clause, and the counts of the facet | `query/filters.py`, `query/facets.py` |
| the field of the page, what a change of it does, its chip | `web/shared/search/filters.py` |
| what one press above the list sets | `web/parents/search/bar.py` |

A row without `field` has a clause of its own in `query.filters.CLAUSES`; the import fails where it is missing. Where
none of the kinds of values below suits, a new one goes through the same modules, and mypy names the places.
`tests/web/site/test_filter_table.py` puts one more row into the table and looks for it in all of these.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

from domain import french, week
from domain.vocabulary import Capacity, Code, Feature, Funding, Kind, Language, Subkind, Weekday, Workplace

Value = str | int | bool
"""One value of a filter, as a request has it."""


# The kinds of values. `echoed` is the type of the member of `query`; `at_once`: whether a change of the page's field
# searches, or waits for the button.


@dataclass(frozen=True)
class Codes:
    """Some codes of a list: an offer has one of them, or, where `every` is set, all of them."""

    echoed: ClassVar[Any] = list[str]
    at_once: ClassVar[bool] = True
    of: type[Code]
    example: str
    every: bool = False


@dataclass(frozen=True)
class Names:
    """At most `most` names of at most `longest` characters, however their accents and capitals are written. The index
    has them as they are, and below that field folded: `field` is the folded one."""

    echoed: ClassVar[Any] = list[str]
    at_once: ClassVar[bool] = True
    most: int
    longest: int
    example: str


@dataclass(frozen=True)
class Cents:
    """An amount that the offer's may not pass, in cents of a euro, from 1 to `most`. `steps`: what the facet counts and
    the page offers. `label` names one of them, of {money}."""

    echoed: ClassVar[Any] = int | None
    at_once: ClassVar[bool] = True
    most: int
    steps: range
    example: int
    label: str


@dataclass(frozen=True)
class Flag:
    """Yes or no, and what the offers of either are called."""

    echoed: ClassVar[Any] = bool | None
    at_once: ClassVar[bool] = True
    yes: str
    no: str


@dataclass(frozen=True)
class Clock:
    """A time of day, HH:MM. `closing`: at which something ends, so that midnight is the day's end, 24:00."""

    echoed: ClassVar[Any] = str | None
    at_once: ClassVar[bool] = False  # a browser tells a change with each digit
    example: str
    closing: bool = False


Takes = Codes | Names | Cents | Flag | Clock


@dataclass(frozen=True)
class Filter:
    """`name`: of the parameter, the facet and the member of `query`. `meaning`: French, for the OpenAPI document.

    `field`: of the index, where its values stand as they are asked for. `facet`: whether it can be counted.
    `structures_only`: no assistant maternel can ever have it, so that no saved need can ask for it.

    The rest is for the page's folded panel: `page`, its name in the address (empty: it has no field there), `title` and
    `hint` of the field, and `chip`, of {label}: what is set, in the list of filters that can be taken off. `quick`, of
    a flag alone: what sets it with one press above the list (empty: only the panel does). Where the search finds
    nothing, `unstated` says whom the filter leaves out because they state nothing, and `without` names the search that
    asks again without it; rows of one `without` go together.
    """

    name: str
    meaning: str
    takes: Takes
    field: str | None = None
    facet: bool = True
    structures_only: bool = False
    page: str = ""
    title: str = ""
    hint: str = ""
    chip: str = "{label}"
    quick: str = ""
    unstated: str = ""
    without: str = ""

    @property
    def is_list(self) -> bool:
        """Whether a request may name several values."""
        return isinstance(self.takes, Codes | Names)


MAX_SCHOOLS = 10
WEEKDAYS = "Du lundi au vendredi. Qui n’a pas indiqué ses horaires n’est pas trouvé."
HOURS_UNSTATED = (
    "Une heure d’ouverture ou de fermeture ne trouve que les structures dont les horaires sont connus\u00a0: ni les"
    " autres structures, ni les assistants maternels."
)
WITHOUT_HOURS = "Chercher sans heure d’ouverture ni de fermeture"

FILTERS: tuple[Filter, ...] = (
    # Its ticks stand in a panel of their own, above the folded one (templates/shared/fields.html, kinds).
    Filter("kind", "Le genre d’offre.", Codes(Kind, "eaje"), "kind"),
    Filter(
        "up_to_date",
        "true\u00a0: à jour (fresh_until, aujourd’hui ou plus tard)\u202f; false\u00a0: les autres.",
        Flag("À jour", "Pas à jour"),
        page="a-jour",
        title="Informations à jour",
        chip="Infos à jour",
        quick="Infos à jour",
    ),
    Filter(
        "hourly_cents_max",
        "Le salaire horaire net de l’assistant maternel, au plus\u202f; sans tarif indiqué, il n’est pas trouvé.",
        Cents(10_000, range(300, 601, 50), 420, "Au plus {money} de l’heure"),
        page="tarif-max",
        title="Tarif de l’assistant maternel, net de l’heure",
        hint="Qui n’a pas indiqué son tarif n’est pas trouvé.",
        unstated="Un tarif ne trouve que les assistants maternels qui ont indiqué le leur\u00a0: ni les autres, ni les"
        " structures.",
        without="Chercher sans limite de tarif",
    ),
    Filter(
        "opens_before",
        "L’heure à laquelle la structure est déjà ouverte, chaque jour du lundi au vendredi (dans la minute qui"
        " commence alors)\u202f; sans horaires connus, elle n’est pas trouvée.",
        Clock("07:30"),
        facet=False,
        structures_only=True,
        page="ouvre",
        title="Ouvre au plus tard à",
        hint=WEEKDAYS,
        chip="Ouvre au plus tard à {label}",
        unstated=HOURS_UNSTATED,
        without=WITHOUT_HOURS,
    ),
    Filter(
        "closes_after",
        "L’heure jusqu’à laquelle la structure est ouverte, chaque jour du lundi au vendredi (dans la minute qui finit"
        " alors)\u202f; sans horaires connus, elle n’est pas trouvée.",
        Clock("18:30", closing=True),
        facet=False,
        structures_only=True,
        page="ferme",
        title="Ferme au plus tôt à",
        hint=WEEKDAYS,
        chip="Ferme au plus tôt à {label}",
        unstated=HOURS_UNSTATED,
        without=WITHOUT_HOURS,
    ),
    Filter(
        "feature",
        "Ce que l’offre propose\u202f; toutes les valeurs données sont exigées.",
        Codes(Feature, "meals", every=True),
        "features",
        page="option",
        title="Ce qui compte pour vous",
    ),
    Filter(
        "subkind",
        "Le type de crèche.",
        Codes(Subkind, "micro_creche"),
        "subkind",
        structures_only=True,
        page="sous-type",
        title="Sorte de crèche",
    ),
    Filter(
        "funding",
        "Le financement d’une crèche.",
        Codes(Funding, "psu"),
        "funding",
        structures_only=True,
        page="financement",
        title="Tarif de la crèche",
    ),
    Filter(
        "workplace",
        "Où l’assistant maternel accueille les enfants.",
        Codes(Workplace, "mam"),
        "workplace",
        page="exercice",
        title="Où l’assistant maternel accueille",
    ),
    Filter(
        "capacity",
        "Le nombre de places de l’offre, libres ou non.",
        Codes(Capacity, "5-12"),
        page="taille",
        title="Nombre d’enfants accueillis",
    ),
    Filter(
        "school",
        "Une école desservie, par son nom\u202f; ni les accents ni les majuscules ne comptent.",
        Names(MAX_SCHOOLS, 100, "École Jules-Ferry"),
        "schools.folded",
        page="ecole",
        title="École desservie",
    ),
    Filter(
        "language",
        "Une langue parlée.",
        Codes(Language, "en"),
        "languages",
        page="langue",
        title="Langue parlée",
        chip="Langue parlée\u00a0: {label}",
    ),
)
"""In the order of the page and of the OpenAPI document."""

TERRITORIES = ("commune", "epci", "department")
"""Places that are facets too."""

DAYS = Weekday.labels()
"""Of the facet `day`, which counts by the need: code → label."""


@lru_cache(200)
def find(name: str) -> Filter | None:
    """The row of that name; None for what is no filter by value. Kept, as an answer with facets asks for it some two
    hundred times."""
    return next((row for row in FILTERS if row.name == name), None)


def facets() -> tuple[str, ...]:
    """What a list can count by."""
    return (*(row.name for row in FILTERS if row.facet), *TERRITORIES, "day")


def counted() -> tuple[str, ...]:
    """What `counts` counts by: what each offer has, and no more than its own of (so no amount: dear offers would count
    for every higher step)."""
    return (*(row.name for row in FILTERS if row.facet and not isinstance(row.takes, Cents)), *TERRITORIES)


def text(value: Value) -> str:
    """A value as query strings and facets write it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def echoed(row: Filter, values: tuple[Value, ...]) -> list[Value] | Value | None:
    """The values that were chosen, as `query` has them."""
    return list(values) if row.is_list else next(iter(values), None)


def known(row: Filter) -> tuple[Value, ...]:
    """The values that are there whatever is found, in their order; none of names and times, which people give."""
    match row.takes:
        case Codes(of=codes):
            return codes.codes()
        case Cents(steps=steps):
            return tuple(steps)
        case Flag():
            return (True, False)
        case Names() | Clock():
            return ()


def label(row: Filter, value: str) -> str:
    """What a value, as a text, is called; one that is not known stands for itself."""
    match row.takes:
        case Codes(of=codes):
            return codes.label_of(value)
        case Cents(label=said):
            return said.format(money=french.money(int(value)))
        case Flag(yes=yes, no=no):
            return yes if value == "true" else no
        case Names():
            return value
        case Clock(closing=closing):
            return french.clock(week.minute(value) or (week.DAY if closing else 0))


def is_counted_by_terms(row: Filter) -> bool:
    """Whether the facet's values are those that the index has; else they are those that are `known`
    and chosen, each counted by its clause."""
    return row.field is not None and row.is_list


def in_order(row: Filter, values: Iterable[str]) -> Iterable[str]:
    """Steps, bands and flags in their own order, which the engine does not keep; the others as they come, by count."""
    if isinstance(row.takes, Cents):
        return sorted(values, key=int)
    return values if is_counted_by_terms(row) else map(text, known(row))
