"""Every token, link and code that opens something: how one is made, which door takes it, and when it ends.

docs/accounts.md has the same rows in words; a test holds the two together.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

from registry import accounts, database
from registry.accounts import Account, devices, links, mail_change, notices, sessions, tokens
from registry.agrements import desk, registrations
from registry.database import Connection
from registry.offers.lost_mailbox import steps as lost_mailbox
from registry.offers.lost_mailbox import views as lost_views
from registry.parents.alerts import asking
from registry.parents.alerts import tokens as alert_tokens
from registry.parents.contact import opening
from registry.privacy import leaving
from tests.conftest import empty
from tests.product.security import mailbox
from tests.records import add_period, assistant
from tests.rooms import Browser, Rooms

MAIL, NEW_MAIL, DESK_MAIL, PARENT = (
    "nadia@example.org",
    "nadia.nouvelle@example.org",
    "accueil@example.org",
    "camille@example.org",
)


@dataclass
class World:
    """An assistant maternel with everything that is mailed to her, around her; `made`: what each door takes."""

    rooms: Rooms
    account: Account
    newcomer: Account
    made: dict[str, str]
    browsers: dict[str, Browser]

    @property
    def now(self) -> datetime:
        return self.rooms.clock()


Opens = Callable[[World, str], bool]
"""Presents a text at a door; whether it opened."""


@dataclass(frozen=True)
class Door:
    """`life`: how long what opens it is good; None: as long as what it is of. `once`: a second use opens nothing.

    `change`, `everywhere`: it ends with a change of the account's address, and with "sign out everywhere".
    """

    name: str
    opens: Opens
    life: timedelta | None
    once: bool
    change: bool
    everywhere: bool


def world(rooms: Rooms) -> World:
    """Made anew: every row of before is gone."""
    with database.connect(rooms.settings.database_url) as conn:
        empty(conn)
        offer = assistant(conn)
        add_period(conn, offer, rooms.clock().date(), None, [(0, 480, 1080, 1)])
        account = accounts.create(conn, MAIL, "am", offer=offer)
        relais = accounts.create(conn, "rpe@example.org", "rpe")
        newcomer = accounts.create(conn, DESK_MAIL, "am")
        registrations.start_for(conn, account)
        at_desk = registrations.start_for(conn, newcomer, desk=relais)
        made = _mailed(conn, rooms, account, newcomer, at_desk)
    found = World(rooms, account, newcomer, made, {})
    for name, way in (("sign-in code", "/connexion"), ("registration code", "/inscription")):
        browser = found.browsers[name] = rooms.visit()
        browser.post(way, {"mail": MAIL})
        made[name] = mailbox.codes(rooms, MAIL)[-1]
    browser = found.browsers["proof code"] = rooms.visit(account)
    browser.post("/connexion/preuve/mail", {"suite": "/compte"})
    made["proof code"] = mailbox.codes(rooms, MAIL)[-1]
    return found


def _mailed(
    conn: Connection, rooms: Rooms, account: Account, newcomer: Account, at_desk: registrations.Registration
) -> dict[str, str]:
    keys, now, settings = rooms.settings.keys, rooms.clock(), rooms.settings
    assert account.offer
    made: dict[str, str] = {}
    begun = registrations.of_account(conn, account.id)
    assert begun is not None
    made["lost mailbox: stop"] = _stops_a_change(conn, rooms, account)
    made["link to resume"] = registrations.resume_link(conn, keys, begun, now)[0]
    mail_change.ask(conn, keys, account, NEW_MAIL, now, site_url=settings.site_url)
    made["change, old address"] = _last(conn, MAIL, "jeton=")
    made["change, new address"] = _last(conn, NEW_MAIL, "jeton=")
    desk.mail_link(conn, keys, settings.site_url, at_desk, newcomer, now)
    made["desk link"] = _last(conn, DESK_MAIL, "jeton=")
    made["desk code"] = desk.printed_code(conn, keys, at_desk, newcomer, now)[0]
    for tap in ("unchanged", "full", "undo"):
        life = timedelta(days=1 if tap == "undo" else 60)
        made[f"tap: {tap}"] = links.create(conn, keys, tap, now + life, account=account.id, offer=account.offer)
    leaving.ask(conn, keys, account, now, site_url=settings.site_url)
    made["link to leave"] = _last(conn, MAIL, "/partir/")
    draft = opening.Draft(account.offer, "Camille", "deux@example.org", "Bonjour, avez-vous une place ?")
    opening.ask(conn, settings, draft, now)
    opening.confirm(conn, settings, _last(conn, "deux@example.org", "/ecrire/confirmer/"), now)
    made["message: block"] = _last(conn, MAIL, "/messages/bloquer/")
    opening.ask(conn, settings, opening.Draft(account.offer, "Camille", PARENT, "Bonjour, une place ?"), now)
    made["message to confirm"] = _last(conn, PARENT, "/ecrire/confirmer/")
    for name in ("confirm", "prolong", "stop"):
        id = _alert(conn, rooms, name)
        if name != "confirm":
            asking.confirm(conn, settings, id, now)
        made[f"alert: {name}"] = alert_tokens.token(keys, "stop" if name == "stop" else _purpose(name), id)
    made["notice: stop"] = notices.link(keys, "", account.id, MAIL, "reminders").rpartition("/")[2]
    made["session"] = sessions.open_session(conn, account, now, ("mail",))
    made["known browser"] = devices.remember(conn, account.id, "", now)
    made["program's token"] = tokens.create(conn, "44", "Logiciel", None, now)
    return made


def _stops_a_change(conn: Connection, rooms: Rooms, account: Account) -> str:
    """What is mailed to the old address when two of the staff have asked for another one."""
    now = rooms.clock()
    first, second = (
        accounts.create(conn, f"{name}@example.org", "administrator", now=now - timedelta(days=30))
        for name in ("ada", "adam")
    )
    wanted = lost_mailbox.Wanted("retrouvee@example.org", "passport", now.date())
    id = lost_mailbox.begin(conn, rooms.settings, first, account, wanted, now)
    file = lost_views.find(conn, second, id)
    assert file is not None
    lost_mailbox.confirm(conn, rooms.settings, second, file, now)
    return _last(conn, MAIL, "/compte/adresse/arreter?jeton=")


def _purpose(name: str) -> alert_tokens.Purpose:
    return "confirm" if name == "confirm" else "prolong"


def _alert(conn: Connection, rooms: Rooms, name: str) -> UUID:
    now = rooms.clock()
    reach = asking.Reach(territories=("commune:44109",))
    search, parameters = f"/?ou=Nantes&n={name}", {"commune": ["44109"]}
    wanted = asking.Wanted(PARENT, "at_once", parameters, search, "Nantes", date(2027, 1, 4), ((480, 1080),), reach)
    asking.ask(conn, rooms.settings, wanted, now)
    found: UUID = conn.execute("select id from alert where search = %s", [search]).fetchall()[0][0]
    return found


def _last(conn: Connection, address: str, before: str) -> str:
    """The token of the newest link to this address, which stands after `before`."""
    rows = conn.execute(
        "select body from mail_outbox where recipient = %s and strpos(body, %s) > 0 order by queued_at desc limit 1",
        [address, before],
    ).fetchall()
    return str(rows[0][0].partition(before)[2].split()[0])


def _shows(path: str) -> Opens:
    return lambda world, text: world.rooms.visit().get(path + quote(text, safe="")).status_code == 200


def _with_code(name: str, path: str) -> Opens:
    def opens(world: World, text: str) -> bool:
        answer = world.browsers[name].post(path, {"code": text, "suite": "/compte"}, follow=False)
        # Back to the beginning is where somebody is sent who has asked for no code.
        led_to = answer.headers.get("location", "")
        return answer.status_code == 303 and led_to != "/inscription" and not led_to.startswith("/connexion")

    return opens


def _desk_code(world: World, text: str) -> bool:
    """A right one is told that the registration is not complete; a wrong one that it is wrong."""
    browser = world.rooms.visit()
    browser.post("/inscription/confirmer", {"code": text, "certifie": "oui"})
    return "n’est pas complète" in browser.text


def _session(world: World, text: str) -> bool:
    browser = world.rooms.visit()
    browser.keep_session(quote(text, safe=""))
    return browser.get("/compte", follow=False).status_code == 200


def _known(world: World, text: str) -> bool:
    with database.connect(world.rooms.settings.database_url) as conn:
        return devices.knows(conn, text, world.account.id, world.now)


def _program(world: World, text: str) -> bool:
    http: Any = world.rooms.visit().http
    headers = {"Authorization": f"Bearer {text.encode('ascii', 'replace').decode()}"}
    path = "/departement/api/v1/mouvements"
    answer: Any = world.rooms.portal.call(lambda: http.post(path, headers=headers, json=[]))
    return bool(answer.status_code != 401)


CODE, DAY = timedelta(minutes=10), timedelta(days=1)

DOORS = (
    Door("sign-in code", _with_code("sign-in code", "/connexion/code"), CODE, True, True, False),
    Door("registration code", _with_code("registration code", "/inscription/code"), CODE, True, True, False),
    Door("proof code", _with_code("proof code", "/connexion/preuve"), CODE, True, True, True),
    Door("link to resume", _shows("/inscription/reprendre?jeton="), 30 * DAY, False, True, True),
    Door("change, old address", _shows("/compte/adresse/confirmer?jeton="), 2 * DAY, True, True, True),
    Door("change, new address", _shows("/compte/adresse/confirmer?jeton="), 2 * DAY, True, True, True),
    Door("lost mailbox: stop", _shows("/compte/adresse/arreter?jeton="), 3 * DAY, True, True, False),
    Door("desk link", _shows("/inscription/confirmer?jeton="), 30 * DAY, True, True, False),
    Door("desk code", _desk_code, 30 * DAY, True, True, False),
    Door("tap: unchanged", _shows("/d/"), 60 * DAY, True, True, False),
    Door("tap: full", _shows("/d/"), 60 * DAY, True, True, False),
    Door("tap: undo", _shows("/d/"), DAY, True, True, False),
    Door("link to leave", _shows("/partir/"), 2 * DAY, True, True, True),
    Door("message to confirm", _shows("/ecrire/confirmer/"), DAY, True, False, False),
    Door("message: block", _shows("/messages/bloquer/"), None, False, True, False),
    Door("alert: confirm", _shows("/alertes/confirmer/"), 2 * DAY, False, False, False),
    Door("alert: prolong", _shows("/alertes/prolonger/"), None, False, False, False),
    Door("alert: stop", _shows("/alertes/arreter/"), None, False, False, False),
    Door("notice: stop", _shows("/mails/arreter/"), None, False, True, False),
    Door("session", _session, 30 * DAY, False, True, True),
    Door("known browser", _known, 365 * DAY, False, True, True),
    Door("program's token", _program, 365 * DAY, False, False, False),
)

SAME = ({"change, old address", "change, new address"}, {"tap: unchanged", "tap: full", "tap: undo"})
"""Doors that take each other's: one page shows what the link is for."""
