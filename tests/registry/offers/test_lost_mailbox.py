"""Who lost the mailbox of her account is helped by two people, in the open, and either address can stop it."""

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest

from jobs import calendar
from registry import accounts, database
from registry.accounts import Account, mail_change
from tests.records import assistant
from tests.rooms import Browser, Rooms

OLD, NEW = "perdue@example.org", "retrouvee@example.org"
LIST = "/adresses-perdues"


@dataclass
class World:
    """She has sessions and a contact mail; two of the staff have had their accounts for a while."""

    rooms: Rooms
    account: Account
    relais: Account
    admin: Account

    def sql(self, query: str, *values: object) -> list[tuple[object, ...]]:
        with database.connect(self.rooms.settings.database_url) as conn:
            cursor = conn.execute(query, values)
            return cursor.fetchall() if cursor.description else []

    def bodies(self, recipient: str) -> list[str]:
        rows = self.sql("select body from mail_outbox where recipient = %s order by queued_at, id", recipient)
        return [str(body) for (body,) in rows]

    def stop_link(self, recipient: str) -> str:
        return str(re.findall(r"/compte/adresse/arreter\?jeton=\S+", "\n".join(self.bodies(recipient)))[-1])

    def open(self, by: Account, **fields: str) -> Browser:
        browser = self.rooms.visit(by)
        browser.get(f"{LIST}/nouvelle")
        today = self.rooms.clock.now.date().isoformat()
        entered = {"ancienne": OLD, "nouvelle": NEW, "piece": "passport", "vue_le": today, **fields}
        browser.post(f"{LIST}/nouvelle", entered)
        return browser

    def case(self) -> str:
        return f"{LIST}/{self.sql('select id from lost_mailbox order by id')[0][0]}"

    def confirm(self, by: Account) -> Browser:
        browser = self.rooms.visit(by)
        browser.get(self.case())
        browser.post(f"{self.case()}/confirmer")
        return browser

    def later(self, **span: int) -> None:
        self.rooms.clock.now += timedelta(**span)
        calendar.daily(self.rooms.settings, self.rooms.clock.now)

    def mail(self) -> str:
        return str(self.sql("select mail from account where id = %s", self.account.id)[0][0])

    def outcome(self) -> object:
        return self.sql("select k.outcome from case_file k join lost_mailbox m on m.id = k.id")[0][0]


@pytest.fixture
def world(rooms: Rooms) -> World:
    relais = rooms.account("rpe", "relais@example.org", name="Relais des Exemples", communes=["44109"])
    admin = rooms.account("administrator", "admin@example.org", name="Ada")
    rooms.clock.now += timedelta(days=8)
    with database.connect(rooms.settings.database_url) as conn:
        offer = assistant(conn, contact={"mail": OLD, "show_mail": True})
    return World(rooms, rooms.account("am", OLD, offer=offer), relais, admin)


def test_two_people_give_her_another_address_after_three_days(world: World) -> None:
    inside = world.rooms.visit(world.account)
    opened = world.open(world.relais)
    assert "Une autre personne doit la confirmer." in opened.text
    assert world.bodies(OLD) == world.bodies(NEW) == [], "nobody is told by one person alone"
    confirmed = world.confirm(world.admin)
    assert "Les deux adresses reçoivent un mail." in confirmed.text
    (old,), (new,) = world.bodies(OLD), world.bodies(NEW)
    assert [text.count("heure de Paris") for text in (old, new)] == [1, 1]
    assert NEW not in old, "the old mailbox may be in other hands"
    assert OLD not in new
    world.later(hours=71)
    assert world.mail() == OLD
    world.later(hours=1)
    assert world.mail() == NEW
    assert world.sql("select mail, show_mail from am_contact") == [(NEW, True)]
    assert world.sql("select mail from offer where id = %s", world.account.offer) == [(NEW,)]
    assert inside.get("/espace").url.path == "/connexion", "every session is over"
    assert "a été changée" in world.bodies(OLD)[-1]
    assert "coordonnées de votre profil" in world.bodies(NEW)[-1]
    assert world.outcome() == "changed"
    history = world.sql(
        "select e.action, a.name from case_event e left join account a on a.id = e.account order by e.id"
    )
    assert history == [
        *[("opened", "Relais des Exemples"), ("proof_seen", "Relais des Exemples"), ("confirmed", "Ada")],
        ("changed", None),
    ]
    actions = [action for (action,) in world.sql("select action from audit where offer = %s", world.account.offer)]
    assert {"lost_mailbox.opened", "lost_mailbox.read", "lost_mailbox.confirmed", "account.mail"} <= set(actions)
    assert world.rooms.visit().get(world.stop_link(OLD)).status_code == 410


@pytest.mark.parametrize(("address", "hours"), [(OLD, 71), (NEW, 71), (OLD, 73)])
def test_either_address_stops_it_until_it_is_done_and_all_are_told(world: World, address: str, hours: int) -> None:
    """The job that makes the change comes within an hour of its time, not at it."""
    world.open(world.relais)
    world.confirm(world.admin)
    world.rooms.clock.now += timedelta(hours=hours)
    anybody, path = world.rooms.visit(), world.stop_link(address)
    assert "Arrêter ce changement" in anybody.get(path).text
    assert world.outcome() is None, "to look changes nothing"
    assert OLD not in anybody.html
    assert NEW not in anybody.html
    answer = anybody.post("/compte/adresse/arreter", {"jeton": path.partition("jeton=")[2]}, follow=False)
    assert answer.status_code == 303
    assert world.outcome() == ("stopped_old" if address == OLD else "stopped_new")
    assert [len(world.bodies(one)) for one in (OLD, NEW)] == [2, 2]
    for one in (OLD, NEW):
        assert "pas lieu" in world.bodies(one)[-1]
        assert anybody.get(world.stop_link(one)).status_code == 410
    for one in ("relais@example.org", "admin@example.org"):
        assert "Changement arrêté depuis" in world.bodies(one)[-1]
    world.later(days=2)
    assert world.mail() == OLD


def test_one_person_alone_changes_nothing(world: World) -> None:
    opened = world.open(world.relais)
    assert "Confirmer la demande" not in opened.text
    assert opened.post(f"{world.case()}/confirmer").status_code == 409
    assert "à une autre personne" in opened.text
    accomplice = world.rooms.account("administrator", "complice@example.org")
    assert "moins de 7 jours" in world.confirm(accomplice).text.replace("\u00a0", " ")
    world.later(days=7)
    assert world.outcome() == "lapsed"
    world.confirm(world.admin)
    assert world.mail() == OLD
    assert world.bodies(NEW) == []


def test_an_open_case_blocks_another_and_a_closed_one_does_not(world: World) -> None:
    world.open(world.relais)
    again = world.open(world.admin, nouvelle="autre@example.org")
    assert "Une demande est déjà ouverte pour ce compte." in again.text
    assert f'href="{LIST}"' in again.html
    again.post(f"{world.case()}/annuler")
    assert world.outcome() == "cancelled"
    assert world.bodies(NEW) == [], "who was told nothing learns of no end"
    world.open(world.admin, nouvelle="autre@example.org")
    assert world.sql("select count(*) from lost_mailbox") == [(2,)]


def test_an_address_of_another_account_is_refused_without_saying_whose(world: World) -> None:
    world.rooms.account("moderator", NEW, name="Maud Secrète")
    refused = world.open(world.relais)
    assert 'id="erreur-nouvelle"' in refused.html
    assert "Cette adresse ne peut pas être utilisée." in refused.text
    assert "Maud" not in refused.text
    assert world.sql("select count(*) from lost_mailbox") == [(0,)]
    own = world.open(world.relais, nouvelle="relais+elle@example.org")
    assert "est la vôtre" in own.text


def test_an_address_that_is_taken_meanwhile_changes_nothing(world: World) -> None:
    world.open(world.relais)
    world.confirm(world.admin)
    world.rooms.account("am", NEW)
    world.later(hours=72)
    assert world.mail() == OLD
    assert world.outcome() == "taken"
    assert "pas lieu" in world.bodies(OLD)[-1]


@pytest.mark.parametrize("typed", ["08112026", "8/11/2026", "2026-11-08"])
def test_the_day_of_the_proof_is_typed_as_any_day(world: World, typed: str) -> None:
    """Digits on a telephone, a hand, a browser."""
    world.open(world.relais, vue_le=typed)
    assert world.sql("select seen_on::text from lost_mailbox") == [("2026-11-08",)]


def test_who_has_her_old_mailbox_after_all_changes_her_address_herself(world: World) -> None:
    world.open(world.relais)
    world.confirm(world.admin)
    keys, site, now = world.rooms.settings.keys, world.rooms.settings.site_url, world.rooms.clock.now
    with database.connect(world.rooms.settings.database_url) as conn:
        mail_change.ask(conn, keys, world.account, "elle@example.org", now, site_url=site)
    for address in (OLD, "elle@example.org"):
        token = world.bodies(address)[-1].partition("jeton=")[2].split()[0]
        with database.connect(world.rooms.settings.database_url) as conn:
            mail_change.confirm(conn, keys, token, now, site_url=site)
    world.later(hours=72)
    assert world.mail() == "elle@example.org"
    assert world.outcome() == "overtaken"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"ancienne": "personne@example.org"}, "ancienne"),
        ({"ancienne": "admin@example.org"}, "ancienne"),
        ({"nouvelle": "pas une adresse"}, "nouvelle"),
        ({"nouvelle": OLD}, "nouvelle"),
        ({"piece": ""}, "piece"),
        ({"vue_le": "hier"}, "vue_le"),
        ({"vue_le": "2020-01-01"}, "vue_le"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(world: World, fields: dict[str, str], field: str) -> None:
    refused = world.open(world.relais, **fields)
    assert re.search(rf'id="erreur-{field}"(?! hidden)', refused.html)
    assert world.sql("select count(*) from lost_mailbox") == [(0,)]


def test_a_relais_helps_in_its_communes_and_sees_no_other_case(world: World) -> None:
    world.rooms.clock.now -= timedelta(days=8)
    elsewhere = world.rooms.account("rpe", "ailleurs@example.org", communes=["75112"])
    world.rooms.clock.now += timedelta(days=8)
    assert 'id="erreur-ancienne"' in world.open(elsewhere).html
    with database.connect(world.rooms.settings.database_url) as conn:
        assert accounts.by_mail(conn, OLD) is not None
    hers = world.rooms.visit(world.relais)
    hers.get(f"/rpe/am/{world.account.offer}")
    (link,) = re.findall(r'href="(/adresses-perdues/nouvelle\?offre=\w+)"', hers.html)
    hers.get(link)
    assert OLD not in hers.html
    today = world.rooms.clock.now.strftime("%d/%m/%Y")
    hers.post(
        f"{LIST}/nouvelle",
        {"offre": str(world.account.offer), "nouvelle": NEW, "piece": "passport", "vue_le": today},
    )
    other = world.rooms.visit(elsewhere)
    assert other.get(world.case()).status_code == 404
    assert other.post(f"{world.case()}/confirmer").status_code == 404
    assert "Nadia" not in other.get(LIST).text
    assert "Nadia" in hers.get(LIST).text
    assert OLD not in hers.html, "a list is not a reading"


def test_a_case_is_deleted_a_year_after_its_end(world: World) -> None:
    opened = world.open(world.relais)
    opened.post(f"{world.case()}/annuler")
    world.later(days=364)
    assert world.sql("select count(*) from lost_mailbox") == [(1,)]
    world.later(days=2)
    assert world.sql("select count(*) from lost_mailbox") == [(0,)]
    assert world.sql("select count(*) from case_file") == [(0,)]


def test_the_way_in_says_whom_to_ask(world: World) -> None:
    anybody = world.rooms.visit()
    anybody.get("/connexion")
    assert "plus accès à cette adresse" in anybody.text
    assert 'href="/aide"' in anybody.html
    anybody.post("/connexion", {"mail": OLD})
    assert 'href="/connexion#adresse-perdue"' in anybody.html
