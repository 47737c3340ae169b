"""Any sequence of what two people do at all the doors, each with her own mailbox and browsers.

Whatever they do: a browser is signed in as somebody only if a code from that person's mailbox was typed in it, the
staff's rooms open to a second factor alone, and her own sign-in works.
"""

from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from registry import accounts, database
from registry.accounts import codes, sessions
from registry.accounts.codes import Asker
from registry.accounts.throttle import TooMany
from tests.conftest import empty
from tests.product.security import mailbox
from tests.rooms import NOW, Browser, Rooms
from web.core import session
from web.shared.accounts.waiting import COOKIE, Waiting

VICTIM, VICTIM_LATER, AGENT = "victime@example.org", "victime.bis@example.org", "agent@example.org"
HIS = ("attaquant@example.org", "victime+x@example.org")
"""His mailboxes: at some servers the second one is another person's than the plain address."""

WAYS = st.sampled_from(["/connexion", "/inscription"])
MAILS = st.sampled_from([VICTIM, VICTIM_LATER, AGENT, *HIS])
WHICH = st.integers(0, 1)


class Flows(RuleBasedStateMachine):
    rooms: Rooms

    def __init__(self) -> None:
        super().__init__()
        self.rooms.clock.now = NOW
        with database.connect(self.rooms.settings.database_url) as conn:
            empty(conn)
            self.victim = accounts.create(conn, VICTIM, "am").id
            self.agent = accounts.create(conn, AGENT, "moderator").id
        self.his = [self.rooms.visit(), self.rooms.visit()]
        self.hers = [self.rooms.visit(), self.rooms.visit()]
        self.address = VICTIM

    def sent(self, browser: Browser, path: str, fields: dict[str, str]) -> int:
        """Send a form of a page that this browser has just read: it is refused for what it says, or not at all."""
        browser.get("/inscription")
        status = browser.post(path, fields, follow=False).status_code
        assert status not in (403, 500)
        return status

    def typed(self, browser: Browser, way: str, code: str) -> None:
        self.sent(browser, f"{way}/code", {"code": code})

    def his_codes(self) -> list[str]:
        return [code for mail in HIS for code in mailbox.codes(self.rooms, mail)][-4:]

    # What he does

    @rule(which=WHICH, way=WAYS, mail=MAILS)
    def he_asks(self, which: int, way: str, mail: str) -> None:
        self.sent(self.his[which], way, {"mail": mail})

    @rule(which=WHICH, way=WAYS, code=st.sampled_from(["", " ", "000000", "0" * 5, "x"]))
    def he_types_what_he_likes(self, which: int, way: str, code: str) -> None:
        self.typed(self.his[which], way, code)

    @rule(which=WHICH, way=WAYS)
    def he_types_every_code_that_he_ever_got(self, which: int, way: str) -> None:
        for code in self.his_codes():
            self.typed(self.his[which], way, code)

    @rule(which=WHICH, mail=MAILS)
    def his_provider_says_that_he_has_this_mail(self, which: int, mail: str) -> None:
        """What the site does then, as web.shared.accounts.oidc._join."""
        browser, site = self.his[which], self.rooms.app.state.site
        browser.get("/inscription")
        token = next(cookie.value or "" for cookie in browser.http.cookies.jar if cookie.name == "ribambelle")
        waiting = Waiting(mail, "oidc", "", f"issuer {which}")
        with database.connect(self.rooms.settings.database_url) as conn:
            asker = Asker(sessions.digest(token), [b"his client"])
            try:
                codes.send(conn, site.settings.keys, mail, "oidc", asker, site.now(), site_url="https://s.example")
            except TooMany:
                return
        signed = site.settings.keys.signer("waiting").dumps([site.now().isoformat(), vars(waiting)])
        browser.http.cookies.set(COOKIE, str(signed), "127.0.0.1", "/")

    @rule(which=WHICH, wanted=MAILS)
    def he_asks_for_a_change_of_address(self, which: int, wanted: str) -> None:
        self.sent(self.his[which], "/compte/adresse", {"mail": wanted})

    @rule(which=WHICH)
    def he_follows_every_link_that_he_ever_got(self, which: int) -> None:
        browser = self.his[which]
        for mail in HIS:
            for path in mailbox.links(self.rooms, mail, "jeton=")[-4:]:
                token = path.partition("jeton=")[2]
                self.sent(browser, "/compte/adresse/confirmer", {"jeton": token})
                self.sent(browser, "/inscription/reprendre", {"jeton": token})
                self.sent(browser, "/inscription/confirmer", {"jeton": token, "certifie": "oui"})

    @rule(which=WHICH, path=st.sampled_from(["/connexion/second", "/connexion/preuve", "/compte/application"]))
    def he_knocks_at_the_other_half(self, which: int, path: str) -> None:
        for code in ["", "000000", *self.his_codes()]:
            self.sent(self.his[which], path, {"code": code, "par": "mail", "secret": "x"})

    @rule(which=WHICH, everywhere=st.booleans())
    def he_signs_out(self, which: int, everywhere: bool) -> None:
        self.sent(self.his[which], "/compte/deconnecter-partout" if everywhere else "/deconnexion", {})

    # What she does

    @rule(which=WHICH, way=WAYS)
    def she_comes_in(self, which: int, way: str) -> None:
        browser = self.hers[which]
        self.sent(browser, "/deconnexion", {})
        if self.sent(browser, way, {"mail": self.address}) == 429:  # he has been asking too, or she all day
            return
        self.typed(browser, way, mailbox.codes(self.rooms, self.address)[-1])
        assert browser.get("/compte", follow=False).status_code == 200

    @rule(which=WHICH)
    def she_changes_her_address(self, which: int) -> None:
        wanted = VICTIM_LATER if self.address == VICTIM else VICTIM
        browser = self.hers[which]
        self.sent(browser, "/compte/adresse", {"mail": wanted})
        for mail in (self.address, wanted):
            for path in mailbox.links(self.rooms, mail, "/compte/adresse/confirmer")[-1:]:
                self.sent(browser, "/compte/adresse/confirmer", {"jeton": path.partition("jeton=")[2]})
        with database.connect(self.rooms.settings.database_url) as conn:
            found = accounts.by_id(conn, self.victim)
        assert found is not None
        self.address = found.mail

    @rule(which=WHICH)
    def she_has_a_link_to_resume(self, which: int) -> None:
        self.sent(self.hers[which], "/inscription/1", {"vers": "lien"})

    @rule(minutes=st.sampled_from([1, 11, 61, 1500]))
    def time_passes(self, minutes: int) -> None:
        self.rooms.clock.now += timedelta(minutes=minutes)

    # What holds

    @invariant()
    def nobody_is_in_who_did_not_prove_it(self) -> None:
        site = self.rooms.app.state.site
        with database.connect(self.rooms.settings.database_url) as conn:
            for browser in self.his:
                for cookie in browser.http.cookies.jar:
                    if cookie.name != session.cookie_name(site):
                        continue
                    found = sessions.find(conn, cookie.value or "", site.now())
                    assert found is None or found[0].id not in (self.victim, self.agent)
            owner = accounts.by_id(conn, self.victim)
            assert owner is not None
            assert owner.mail in (VICTIM, VICTIM_LATER)
            for taken in (VICTIM, VICTIM_LATER, AGENT):
                holder = accounts.by_mail(conn, taken)
                assert holder is None or holder.id in (self.victim, self.agent)

    def teardown(self) -> None:
        for browser in (*self.his, *self.hers):
            self.rooms.portal.call(browser.http.aclose)


def test_whatever_two_people_do_each_stays_herself(rooms: Rooms) -> None:
    class Bound(Flows):
        pass

    Bound.rooms = rooms
    run_state_machine_as_test(
        Bound,
        settings=settings(
            max_examples=8, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
