"""Every route with every role, from access.toml: allowed or refused as written there."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, cast, get_args
from uuid import UUID

import httpx
from cryptography.fernet import Fernet

from registry import accounts, database
from registry.accounts import ROLES, STAFF, Account, Role, sessions, tokens
from registry.accounts.sessions import Proof
from registry.casework import cases
from registry.casework.history import Line
from registry.casework.kinds import AGREMENT_MOVE, AGREMENT_REQUEST
from registry.database import Connection
from registry.offers.lost_mailbox import steps as lost_mailbox
from settings import Settings
from tests.conftest import TODAY, empty
from tests.records import add_period, assistant
from tests.rooms import DOCUMENT_KEY, NOW, PROVED, Rooms

TABLE = tomllib.loads((Path(__file__).parent / "access.toml").read_text("utf-8"))
WHO: dict[str, list[str]] = {
    route: room["who"] for room in TABLE["rooms"] for route in room["routes"].strip().splitlines()
}
OF_A_TERRITORY: tuple[Role, ...] = ("am", "employer", "rpe", "department", "caf")
FRESH, HALF = TABLE["fresh"].strip().splitlines(), TABLE["half"].strip().splitlines()


@dataclass
class World:
    """Accounts of every role around one assistant maternel in Nantes, the same from elsewhere, and what pages name."""

    here: dict[str, Account]
    elsewhere: dict[str, Account]
    values: dict[str, str]
    token: str


def seeded(conn: Connection) -> World:
    empty(conn)
    hers, other = assistant(conn), assistant(conn, "Odile D.")
    here = _accounts(conn, "ici", hers, "44", "44109")
    elsewhere = _accounts(conn, "ailleurs", other, "75", "75112")
    period = add_period(conn, hers, TODAY, None, [(0, 480, 1080, 1)])
    conn.execute("insert into employment (offer, employer) values (%s, %s)", [hers, here["employer"].id])
    copy = _copy(conn, here["am"])
    conn.execute("insert into registration (account, document) values (%s, %s)", [here["am"].id, copy])
    newcomer = accounts.create(conn, "nouvelle@example.org", "am")
    desk = _id(
        conn,
        "insert into registration (account, desk, document) values (%s, %s, %s) returning id",
        [newcomer.id, here["rpe"].id, _copy(conn, newcomer)],
    )
    request = cases.begin(
        conn, AGREMENT_REQUEST, Line("submitted"), NOW, due=NOW + timedelta(hours=72), about=hers, department="44"
    )
    conn.execute(
        "insert into agrement_request"
        " (id, offer, kind, department, number, starts_on, ends_on, capacity, age_to_months, document)"
        " values (%s, %s, 'change', '44', '1', %s, %s, 2, 72, %s)",
        [request, hers, TODAY, TODAY + timedelta(days=900), copy],
    )
    previewed, queued, applied, in_effect = _movements(conn, hers)
    thread = _id(
        conn,
        "insert into contact_thread (offer, parent_name, parent_mail, sender, opened_at, ends_at)"
        " values (%s, 'Camille', 'camille@example.org', '', %s, %s) returning id",
        [hers, NOW, NOW + timedelta(days=900)],
    )
    values = {
        "/espace/messages/": str(thread),
        "/adresses-perdues/": str(_lost_mailbox(conn, here["administrator"], here["am"])),
        "/demenagements/": str(_move(conn, hers)),
        "/comptes/": str(here["rpe"].id),
        "/moderation/": str(request),
        "/mouvements/a-rapprocher/": str(queued),
        "/mouvements/attente/": str(queued),
        "/mouvements/mouvement/": str(in_effect),
        "/mouvements/{id:uuid}/annuler": str(applied),
        "/mouvements/": str(previewed),
        "/espace/disponibilites/periode/": str(period),
        "/rpe/inscription/": str(desk),
        "/rpe/am/": hers,
        "/employeur/": hers,
        "/aide/": "44109",
        "/": hers,
    }
    return World(here, elsewhere, values, tokens.create(conn, "44", "Logiciel", None, NOW))


def address(route: str, world: World) -> str:
    """The path of a route for what is in the world; a second placeholder is a period, or a number."""
    path = route.partition(" ")[2]
    value = next(value for start, value in world.values.items() if path.startswith(start))
    path = re.sub(r"\{(token|number)[^}]*\}", "1", path)
    path = re.sub(r"(?<=periode/)\{id\}", world.values["/espace/disponibilites/periode/"], path)
    return re.sub(r"\{[^}]*\}", value, path)


def routes_of(app: Any) -> Iterator[str]:
    """Also those of included routers, which FastAPI keeps as they are."""

    def walk(routes: list[Any]) -> Iterator[Any]:
        for each in routes:
            included = getattr(each, "original_router", None)
            yield from walk(included.routes) if included is not None else [each]

    for each in walk(app.routes):
        for method in sorted((getattr(each, "methods", None) or set()) - {"HEAD"}):
            yield f"{method} {each.path}"


def each_route(rooms: Rooms) -> Iterator[tuple[str, list[str], World]]:
    """Each route of the table with who may open it, in a world that no form has changed yet."""
    world = None
    for route, who in sorted(WHO.items()):
        if world is None or route.startswith("POST "):
            with database.connect(rooms.settings.database_url) as conn:
                world = seeded(conn)
        yield route, who, world


def test_every_route_stands_in_the_table_once(rooms: Rooms) -> None:
    listed = [route for room in TABLE["rooms"] for route in room["routes"].strip().splitlines()]
    assert sorted(listed) == sorted(set(routes_of(rooms.app)))
    assert {name for names in WHO.values() for name in names} <= {"everyone", "token", *ROLES}
    assert set(get_args(Role)) == set(ROLES)


def test_each_role_opens_what_the_table_says_and_nothing_else(rooms: Rooms) -> None:
    wrong = []
    for route, who, world in each_route(rooms):
        if "token" in who:
            continue
        path = address(route, world)
        # Those who are refused first: they must change nothing for those who are not.
        for role in sorted(["nobody", *ROLES], key=lambda role: role in who):
            answer = asked(rooms, world.here.get(role), route, path)
            allowed = "everyone" in who or role in who
            if answer.status_code == 500 or refused(answer, who) == allowed:
                wrong.append((route, role, answer.status_code, answer.headers.get("location", "")))
    assert wrong == []


def test_nobody_opens_what_belongs_to_another_of_the_same_role(rooms: Rooms) -> None:
    wrong = []
    for route, who, world in each_route(rooms):
        territorial = [role for role in who if role in OF_A_TERRITORY]
        if not re.search(r"\{(id|offer)", route) or "everyone" in who or not territorial:
            continue
        with database.connect(rooms.settings.database_url) as conn:
            before = _facts(conn)
        path = address(route, world)
        for role in territorial:
            answer = asked(rooms, world.elsewhere[role], route, path)
            if answer.status_code not in (303, 403, 404):  # what was never hers may be deleted without a word
                wrong.append((route, role, answer.status_code, answer.headers.get("location", "")))
        with database.connect(rooms.settings.database_url) as conn:
            assert _facts(conn) == before, route
    assert wrong == []


def test_what_wants_a_fresh_proof_is_not_open_to_who_finds_a_browser_signed_in(rooms: Rooms) -> None:
    wrong = []
    with database.connect(rooms.settings.database_url) as conn:
        world = seeded(conn)  # one for all: what is refused changes nothing
    for route, who in sorted(WHO.items()):
        for role in (role for role in who if role not in ("everyone", "token")):
            with database.connect(rooms.settings.database_url) as conn:
                token = sessions.open_session(conn, world.here[role], NOW - timedelta(hours=1), PROVED)
            answer = asked(rooms, token, route, address(route, world))
            if answer.headers.get("location", "").startswith("/connexion/preuve?suite=") != (route in FRESH):
                wrong.append((route, role, answer.status_code, answer.headers.get("location", "")))
    assert wrong == []


def test_half_a_sign_in_opens_nothing_but_the_other_half(rooms: Rooms) -> None:
    wrong = []
    with database.connect(rooms.settings.database_url) as conn:
        world = seeded(conn)  # one for all: what is refused changes nothing
    for route, who in sorted(WHO.items()):
        for role in (role for role in STAFF if role in who):
            for proofs in cast(list[tuple[Proof, ...]], [("mail",), ()]):
                with database.connect(rooms.settings.database_url) as conn:
                    token = sessions.open_session(conn, world.here[role], NOW, proofs)
                answer = asked(rooms, token, route, address(route, world))
                if answer.headers.get("location", "").startswith("/connexion/second") == (route in HALF):
                    wrong.append((route, role, answer.status_code, answer.headers.get("location", "")))
    assert wrong == []


def test_a_programs_route_takes_its_token_and_no_session(rooms: Rooms) -> None:
    with database.connect(rooms.settings.database_url) as conn:
        world = seeded(conn)
    for route in (route for route, who in WHO.items() if "token" in who):
        path = address(route, world)
        for account in (None, *world.here.values()):
            assert asked(rooms, account, route, path).status_code == 401
        visiting = rooms.visit()

        def sent(token: str, path: str = path, http: httpx.AsyncClient = visiting.http) -> int:
            headers = {"Authorization": f"Bearer {token}"}
            return rooms.portal.call(lambda: http.post(path, headers=headers, json=[])).status_code

        assert sent("ribambelle_unknown") == 401
        assert sent(world.token) not in (401, 403, 500)


def asked(rooms: Rooms, account: Account | str | None, route: str, path: str) -> httpx.Response:
    """As somebody who is signed in, or with a session's cookie."""
    browser = rooms.visit(account if isinstance(account, Account) else None)
    if isinstance(account, str):
        browser.keep_session(account)
    if route.startswith("GET "):
        return browser.get(path, follow=False)
    return browser.post(path, follow=False)


def refused(answer: httpx.Response, who: list[str]) -> bool:
    """Told that this is not her room, or sent to sign in by one that is not everyone's."""
    location = answer.headers.get("location", "")
    to_sign_in = location == "/connexion" or location.startswith("/connexion?suite=")
    return answer.status_code == 403 or (to_sign_in and "everyone" not in who)


def _accounts(conn: Connection, where: str, offer: str, department: str, commune: str) -> dict[str, Account]:
    more: dict[str, dict[str, Any]] = {
        "am": {"offer": offer},
        "rpe": {"communes": [commune]},
        "service": {"communes": [commune]},
        "commune": {"communes": [commune]},
        "department": {"department": department},
        "caf": {"department": department},
    }
    return {role: accounts.create(conn, f"{role}@{where}.example", role, **more.get(role, {})) for role in ROLES}


def _lost_mailbox(conn: Connection, staff: Account, account: Account) -> UUID:
    """A case that waits for somebody else than `staff`; in a demo, where the age of accounts is not asked for."""
    settings = Settings(secret_key="a key of the tests as long as one has to be", demo=True)  # noqa: S106
    wanted = lost_mailbox.Wanted("retrouvee@example.org", "passport", TODAY)
    return lost_mailbox.begin(conn, settings, staff, account, wanted, NOW)


def _movements(conn: Connection, hers: str) -> tuple[Any, Any, Any, Any]:
    """A file that is looked at with what it left in the queue, and one that was applied with what it did."""
    file = _id(
        conn,
        "insert into intake_run (kind, scope, name, sha256, via, state)"
        " values ('movements', '44', 'f.csv', '', 'file', 'previewed') returning id",
        [],
    )
    movement = _id(
        conn,
        "insert into movement (file, line, department, number, last_name, first_name, action, effective_on, row_hash,"
        " state) values (%s, 2, '44', '1', 'N', 'N', 'retrait', %s, 'x', 'unmatched') returning id",
        [file, TODAY],
    )
    applied = _id(
        conn,
        "insert into intake_run (kind, scope, name, sha256, via, state, applied_at)"
        " values ('movements', '44', 'g.csv', 'g', 'file', 'applied', %s) returning id",
        [NOW],
    )
    in_effect = _id(
        conn,
        "insert into movement (file, line, department, number, last_name, first_name, action, effective_on, row_hash,"
        " state, offer, matched_key, applied_at)"
        " values (%s, 2, '44', '2', 'N', 'N', 'retrait', %s, 'y', 'applied', %s, '2', %s) returning id",
        [applied, TODAY, hers, NOW],
    )
    return file, movement, applied, in_effect


def _move(conn: Connection, hers: str) -> Any:
    """She goes to another département."""
    move = cases.begin(
        conn, AGREMENT_MOVE, Line("declared"), NOW, due=NOW + timedelta(hours=72), about=hers, department="49"
    )
    conn.execute(
        "insert into agrement_move (id, offer, department, commune, place, told_on, moves_on)"
        " values (%s, %s, '49', '49007', '{}', %s, %s)",
        [move, hers, TODAY, TODAY],
    )
    return move


def _copy(conn: Connection, account: Account) -> Any:
    """A document of one page."""
    id = _id(conn, "insert into document (account, media_type, pages) values (%s, 'x', 1) returning id", [account.id])
    conn.execute(
        "insert into document_page (document, number, ciphertext) values (%s, 1, %s)",
        [id, Fernet(DOCUMENT_KEY).encrypt(b"a page")],
    )
    return id


def _id(conn: Connection, query: str, values: list[Any]) -> Any:
    return conn.execute(query, values).fetchall()[0][0]


def _facts(conn: Connection) -> list[Any]:
    """What a page of somebody else's could have changed."""
    tables = (
        *("offer", "timetable", "employment", "registration", "case_file", "case_event", "agrement_request"),
        *("movement", "intake_run", "lost_mailbox", "contact_thread", "contact_message"),
    )
    return [conn.execute(f"select * from {table} order by 1").fetchall() for table in tables]
