"""The pictures in docs/screens/: every page of the site, wide and at 360 px, from a running demo.

`python -m docs.screens [SITE] [MAILBOX]`, both as the demo prints them. Pages are walked to as their readers walk to
them: signed in by the code of a mail, by the links of mails, through the steps of a form; what this leaves in the
demo's registry is fictitious like the rest of it. Ends with the addresses of the site that no picture shows.
"""

import re
import secrets
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright
from starlette.routing import compile_path

from demo.accounts import DOMAIN
from docs import guide
from docs.camera import PATIENCE_S, code_in, launch, link_in, mail_to, mails_to, picture
from registry.parents.alerts.asking import MOST_LIVE
from web.app import ROUTERS

FOLDER = Path(__file__).parent / "screens"

NEED = "jour=lun&jour=mar&jour=jeu&jour=ven&debut=08:00&fin=18:00"
NANTES = "ou=Nantes&lieu=commune:44109"
FICHES = ("eaje", "assistant_maternel", "mam", "accueil_loisirs", "rpe")
PUBLIC = {
    "home": "/",
    "search": f"/?{NANTES}&type=eaje&type=assistant_maternel&{NEED}",
    "search-route": f"/?{NANTES}&vers=Orvault&vers-lieu=commune:44114&type=assistant_maternel&{NEED}",
    "search-nothing": f"/?{NANTES}&rayon=1&type=eaje&jour=sam&jour=dim&debut=02:00&fin=05:00&libres=oui&places=6",
    "search-mistaken": f"/?{NANTES}&jour=lun&debut=08:00&fin=08:00",
    "about": "/a-propos",
    "privacy": "/confidentialite",
    "accessibility": "/accessibilite",
    "legal-notice": "/mentions-legales",
    "api": "/docs",
    "sign-in": "/connexion",
    "registration-resume": "/inscription/reprendre",
    "desk-paper": "/inscription/confirmer",
    "help": "/aide",
    "help-commune": "/aide/44109",
    "help-guide": "/aide/guide",
    "widget-builder": f"/widget?{NANTES}",
    "not-found": "/introuvable",
    "offline": "/hors-connexion",
}
"""Picture → the address of a page that needs no steps before it."""

ROOMS = {
    "am": {
        "space": "/espace",
        "space-preview": "/espace/apercu",
        "space-profile": "/espace/profil",
        "space-address": "/espace/adresse",
        "space-agrement": "/espace/agrement",
        "space-employer": "/espace/employeur",
        "space-messages": "/espace/messages",
        "space-data": "/espace/donnees",
        "space-leave": "/espace/partir",
        "availability": "/espace/disponibilites",
        "availability-period": "/espace/disponibilites/periode",
        "account": "/compte",
        "account-application": "/compte/application",
        "proof": "/connexion/preuve?suite=/espace/donnees&par=mail",
    },
    "rpe": {
        "rpe": "/rpe",
        "rpe-search": "/rpe?jour=lun&jour=mar&jour=jeu&debut=07:30&fin=18:00&naissance=2025-03-14",
        "rpe-movements": "/mouvements/territoire",
        "lost-mailboxes": "/adresses-perdues",
        "lost-mailbox-new": "/adresses-perdues/nouvelle",
        "desk": "/rpe/inscription",
    },
    "employeur": {"employer": "/employeur"},
    "departement": {"department": "/departement", "movements-entry": "/mouvements/nouveau"},
    "caf": {"movements": "/mouvements", "accounts-caf": "/comptes", "accounts-caf-new": "/comptes/nouveau"},
    "commune": {"account-commune": "/compte"},
    "moderateur": {
        "moderation": "/moderation",
        "moderation-figures": "/moderation/chiffres",
        "messages-reported": "/messages/signales",
        "reports": "/signalements",
        "moves": "/demenagements",
    },
    "admin": {
        "administration": "/comptes",
        "administration-new": "/comptes/nouveau",
        "administration-tokens": "/administration/jetons",
        "administration-widgets": "/administration/widgets",
        "administration-journal": "/administration/journal",
    },
}
"""The demo's account → picture → address."""

FILES = (".js", ".css", ".csv", ".zip", ".txt", ".ics", ".jpg", ".webmanifest")
NO_PAGES = {
    "/administration",
    "/fond-de-carte",
    "/nombre",
    "/connexion/oidc",
    "/connexion/oidc/retour",
    "/inscription/2",
    "/rpe/inscription/{id}/2",
}
"""What answers with something else than a page of its own."""

MOVEMENTS = (
    "N° d'agrément;Nom;Prénom;Né(e) le;Mouvement;Date d'effet\r\n"
    "{number};EXEMPLE;Inconnue;31/01/1980;retrait;01/12/2026\r\n"
)


@dataclass(frozen=True)
class Visit:
    """`site` and `mailbox` are addresses; `take` pictures the page that stands open, under a name."""

    browser: Browser
    site: str
    mailbox: str
    take: Callable[[Page, str], None]

    def open(self) -> Page:
        """A window of somebody who is not signed in."""
        page = self.browser.new_context(locale="fr-FR", base_url=self.site).new_page()
        page.set_default_timeout(PATIENCE_S * 1000)
        return page

    def each(self, page: Page, pages: Mapping[str, str]) -> None:
        for name, path in pages.items():
            page.goto(path, wait_until="networkidle")
            self.take(page, name)

    def signed_in(self, name: str) -> Page:
        """By the code of a mail."""
        page, mail = self.open(), f"{name}@{DOMAIN}"
        before = len(mails_to(self.mailbox, mail))
        page.goto("/connexion")
        page.fill("input[name=mail]", mail)
        page.click("form[action='/connexion'] button[type=submit]")
        if name == "am":
            self.take(page, "sign-in-code")
        page.fill("input[name=code]", code_in(mail_to(self.mailbox, mail, "code", after=before)))
        page.click("form[action='/connexion/code'] button[type=submit]")
        page.wait_for_url(re.compile(r"^(?!.*/connexion/code).*$"))
        if "/connexion/second" in page.url:
            if name == "caf":
                self.take(page, "sign-in-second")
            page.fill("input[name=code]", code_in(mail_to(self.mailbox, mail, "terminer", after=before + 1)))
            page.click("form[action='/connexion/second'] button[type=submit]")
            page.wait_for_url(re.compile(r"^(?!.*/connexion).*$"))
        return page

    def follow(self, page: Page, name: str, part: str) -> bool:
        """Picture the page behind the first link that has this part; False, and nothing, where there is none."""
        link = page.locator(f"main a[href*='{part}']").first
        if not link.count():
            return False
        page.goto(str(link.get_attribute("href")), wait_until="networkidle")
        self.take(page, name)
        return True


LEAST_MS = 2500
"""A message that is written in less is taken for a program's (`web.core.public_form.LEAST`)."""


def main(site: str, mailbox: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    shown: set[str] = set()
    with sync_playwright() as playwright:
        browser = launch(playwright)

        def take(page: Page, name: str) -> None:
            shown.add(urlsplit(page.url).path)
            picture(page, FOLDER, name)

        visit = Visit(browser, site, mailbox, take)
        for walk in WALKS:
            walk(visit)
        browser.close()
    missing = [path for path in pages_of_the_site() if not any(compile_path(path)[0].fullmatch(each) for each in shown)]
    pictures = list(FOLDER.glob("*.png"))
    weight = sum(path.stat().st_size for path in pictures) / 1e6
    print(f"{len(pictures)} pictures in {FOLDER}, {weight:.1f} MB.")
    print("\n".join(["No picture shows:", *missing]) if missing else "Every page is shown.")


def pages_of_the_site() -> list[str]:
    """The addresses that answer with a page, as the routes write them."""

    def walk(routes: Iterable[Any]) -> Iterator[Any]:
        for each in routes:
            included = getattr(each, "original_router", None)
            yield from walk(included.routes) if included is not None else [each]

    found = {each.path for router in ROUTERS for each in walk(router.routes) if "GET" in each.methods}
    return sorted(path for path in found if path not in NO_PAGES and not path.endswith(FILES))


def parent(visit: Visit) -> None:
    """Searches, reads, writes to the demo's assistante maternelle, and asks to be told."""
    page = visit.open()
    visit.each(page, PUBLIC)
    for kind in FICHES:
        page.goto(f"/?{NANTES}&type={kind}", wait_until="networkidle")
        visit.follow(page, f"fiche-{kind}", "/offre/")
    page.goto(PUBLIC["search"], wait_until="networkidle")
    offers = [card.get_attribute("data-keep") for card in page.locator("#liste [data-keep]").all()[:3]]
    kept = "&".join(f"offre={offer}" for offer in offers)
    visit.each(page, {"favourites": f"/favoris?{kept}", "comparison": f"/comparer?{kept}"})
    wanting(visit)
    signalling(visit, str(offers[0]))
    page.goto(PUBLIC["widget-builder"], wait_until="networkidle")
    visit.each(page, {"widget-frame": str(page.locator("iframe").first.get_attribute("src"))})


def assistant(visit: Visit) -> None:
    """The demo's assistante maternelle in her space, and a parent who writes to her."""
    page = visit.signed_in("am")
    visit.each(page, ROOMS["am"])
    page.goto("/espace/disponibilites", wait_until="networkidle")
    visit.follow(page, "availability-period-change", "/espace/disponibilites/periode/")
    page.goto("/espace")
    fiche = str(page.locator("main a[href^='/offre/']").first.get_attribute("href"))

    writer, mail = visit.open(), f"parent-{secrets.token_hex(4)}@example.org"
    visit.each(writer, {"message": f"{fiche}/ecrire"})
    writer.fill("[name=nom]", "Camille Exemple")
    writer.fill("[name=mail]", mail)
    writer.fill("[name=message]", "Bonjour, avez-vous une place à partir de janvier pour notre fille de six mois ?")
    writer.wait_for_timeout(LEAST_MS)
    writer.click(f"form[action='{fiche}/ecrire'] button[type=submit]")
    writer.wait_for_url("**/ecrire?envoye")
    visit.take(writer, "message-sent")
    link = link_in(mail_to(visit.mailbox, mail, "/ecrire/confirmer/"), "/ecrire/confirmer/")
    visit.each(writer, {"message-confirmation": link})
    known = len(mails_to(visit.mailbox, f"am@{DOMAIN}"))
    writer.click("main form button[type=submit]")
    told = mail_to(visit.mailbox, f"am@{DOMAIN}", "/messages/signaler/", after=known)
    visit.each(writer, {f"message-{part}": link_in(told, f"/messages/{part}/") for part in ("bloquer", "signaler")})
    page.goto("/espace/messages", wait_until="networkidle")
    visit.follow(page, "space-conversation", "/espace/messages/")


def wanting(visit: Visit) -> None:
    """A parent who wants to be told when a place opens, and asks for so many alerts that she must stop one."""
    page, mail = visit.open(), f"parent-{secrets.token_hex(4)}@example.org"
    search = f"{NANTES}&rayon=1&type=assistant_maternel&jour=lun"
    visit.each(page, {"alert": f"/alertes?{search}"})
    ask(page, mail)
    visit.take(page, "alert-sent")
    link = link_in(mail_to(visit.mailbox, mail, "/alertes/confirmer/"), "/alertes/confirmer/")
    visit.each(page, {"alert-confirmation": link})
    confirm(page)
    visit.take(page, "alert-confirmed")
    for sent in range(1, MOST_LIVE + 1):
        page.goto(f"/alertes?{search}&debut={8 + sent:02}:00&fin=19:00")
        ask(page, mail)
        page.goto(link_in(mail_to(visit.mailbox, mail, "/alertes/confirmer/", after=sent), "/alertes/confirmer/"))
        confirm(page)
    visit.take(page, "alert-one-too-many")
    visit.follow(page, "alert-stop", "/alertes/arreter/")


def ask(page: Page, mail: str) -> None:
    page.fill("[name=mail]", mail)
    page.wait_for_timeout(LEAST_MS)
    page.click("form[action^='/alertes'] button[type=submit]")
    page.wait_for_url(re.compile("envoye"))


def confirm(page: Page) -> None:
    page.click("main form button[type=submit]")
    page.wait_for_load_state("networkidle")


def signalling(visit: Visit, offer: str) -> None:
    page = visit.open()
    visit.each(page, {"report": f"/offre/{offer}/signaler"})
    page.check("[name=objet][value=hours]", force=True)
    page.fill("[name=texte]", "L’accueil commence à 7 h 30, et non à 8 h.")
    page.wait_for_timeout(LEAST_MS)
    page.click("form[action$='/signaler'] button[type=submit]")
    page.wait_for_url("**envoye=**")
    visit.take(page, "report-sent")


def newcomer(visit: Visit) -> None:
    """Somebody who registers, step by step, and then changes her address."""
    page = visit.open()
    guide.register(page, visit.site, visit.mailbox, lambda page, name: visit.take(page, f"registration-{name}"))
    visit.take(page, "registration-sent")
    page.goto("/compte")
    mail = f"autre-{secrets.token_hex(4)}@example.org"
    page.fill("form[action='/compte/adresse'] input[name=mail]", mail)
    page.click("form[action='/compte/adresse'] button[type=submit]")
    link = link_in(mail_to(visit.mailbox, mail, "/compte/adresse/confirmer"), "/compte/adresse/confirmer")
    visit.each(page, {"account-new-address": link})


def relais(visit: Visit) -> None:
    """The relais's territory, one of its assistants, and a registration at its desk."""
    page = visit.signed_in("rpe")
    visit.each(page, ROOMS["rpe"])
    page.fill("input[name=mail]", f"bureau-{secrets.token_hex(4)}@example.org")
    page.click("form[action='/rpe/inscription'] button[type=submit]")
    page.wait_for_url("**/1")
    guide.fill(page, lambda page, name: visit.take(page, f"desk-{name}"))
    guide.forward(page)
    page.wait_for_url("**/confirmation")
    visit.take(page, "desk-confirmation")
    page.goto("/rpe", wait_until="networkidle")
    visit.follow(page, "rpe-one", "/rpe/am/")


def employer(visit: Visit) -> None:
    """A crèche familiale and the demo's assistante maternelle, who says for the while that it employs her."""
    hers = visit.signed_in("am")
    employed(hers, "oui", 1)
    page = visit.signed_in("employeur")
    visit.each(page, ROOMS["employeur"])
    visit.follow(page, "employer-availability", "/disponibilites")
    timetable = page.url
    visit.follow(page, "employer-period-change", "/disponibilites/periode/")
    visit.each(page, {"employer-period": f"{timetable}/periode"})
    employed(hers, "non", 0)


def employed(page: Page, answer: str, which: int) -> None:
    page.goto("/espace/employeur")
    page.check(f"[name=employee][value={answer}]", force=True)
    page.select_option("[name=employeur]", index=which)
    page.click("form[action='/espace/employeur'] button[type=submit]")
    page.wait_for_load_state("networkidle")


def departement(visit: Visit) -> None:
    visit.each(visit.signed_in("departement"), ROOMS["departement"])


def commune(visit: Visit) -> None:
    visit.each(visit.signed_in("commune"), ROOMS["commune"])


def caf(visit: Visit) -> None:
    """A file of movements, before and after it is applied, and what it left to match."""
    page = visit.signed_in("caf")
    visit.each(page, ROOMS["caf"])
    page.goto("/mouvements")
    page.set_input_files(
        "#fichier", {"name": "exemple.csv", "mimeType": "text/csv", "buffer": movements().encode("utf-8-sig")}
    )
    page.click("form[action='/mouvements'] button[type=submit]")
    page.wait_for_url(re.compile(r"/mouvements/[0-9a-f-]{36}"))
    visit.take(page, "movements-file")
    page.click("form[action$='/appliquer'] button[type=submit]")
    page.wait_for_load_state("networkidle")
    visit.follow(page, "movements-undo", "/annuler")
    visit.each(page, {"movements-unmatched": "/mouvements/a-rapprocher"})
    visit.follow(page, "movements-match", "/mouvements/a-rapprocher/")


def moderator(visit: Visit) -> None:
    page = visit.signed_in("moderateur")
    visit.each(page, ROOMS["moderateur"])
    page.goto("/moderation", wait_until="networkidle")
    visit.follow(page, "moderation-request", "/moderation/")


def administrator(visit: Visit) -> None:
    page = visit.signed_in("admin")
    visit.each(page, ROOMS["admin"])
    page.goto("/comptes", wait_until="networkidle")
    visit.follow(page, "administration-account", "/comptes/")


def movements() -> str:
    """A file with an agrément that no registry knows; another each time that the command runs."""
    return MOVEMENTS.format(number=f"044-{secrets.randbelow(10**8):08}")


WALKS = (parent, assistant, newcomer, relais, employer, departement, commune, caf, moderator, administrator)


if __name__ == "__main__":
    main(*sys.argv[1:3])
