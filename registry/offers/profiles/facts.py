"""What the registry knows of an assistant maternel, as values. Their representations, which may end up in a log, tell
nothing."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, repr=False)
class Identity:
    """Civil. `birth_place`: INSEE code of the commune, or of the country, of birth."""

    first_name: str
    last_name: str
    birth_date: date | None
    birth_place: str | None


@dataclass(frozen=True, repr=False)
class Home:
    """`address`: number and street; `street`: without the number; `commune`: INSEE code; points in degrees.

    `show`, one of HOME_PRECISIONS, is what parents may see of it. `street_lat` and `street_lon`: the geocoder's for the
    street, or neither.
    """

    address: str
    street: str
    postcode: str
    commune: str
    lat: float
    lon: float
    street_lat: float | None
    street_lon: float | None
    show: str


@dataclass(frozen=True, repr=False)
class Contact:
    """`phone`: as "06 39 98 00 00" or "+687 …"."""

    phone: str
    mail: str
    show_phone: bool
    show_mail: bool


@dataclass(frozen=True, repr=False)
class Profile:
    """What she tells parents. `name`: the one shown; money in euro cents; `mam`: where she works, if she does."""

    name: str
    project: str = ""
    features: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    schools: tuple[str, ...] = ()
    hourly_cents: int | None = None
    upkeep_cents: int | None = None
    meal_cents: int | None = None
    employed: bool = False
    mam: str | None = None
    show_mam: bool = True


@dataclass(frozen=True, repr=False)
class Agrement:
    """Ages in months, `age_to_months` exclusive; `conditions`: restrictions as the document words them.

    `ends_on` is date.max where an older agrément has no end.
    """

    department: str
    number: str
    starts_on: date
    ends_on: date
    capacity: int
    age_from_months: int
    age_to_months: int
    conditions: str = ""


@dataclass(frozen=True, repr=False)
class Everything:
    """All of one assistant maternel; None where nothing is known yet. `agrement` is the last validated one.

    `identity_checked`: unchecked, pending, verified or refused; `status`: of the agrément, None without one.
    """

    offer: str
    publication: str
    fictitious: bool
    profile: Profile
    identity: Identity | None = None
    identity_checked: str = "unchecked"
    home: Home | None = None
    contact: Contact | None = None
    agrement: Agrement | None = None
    status: str | None = None
