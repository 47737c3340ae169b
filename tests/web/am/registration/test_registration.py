"""From the first page to a request before the moderators, as a person goes: back, forth, away, on another device."""

import logging
import re
from datetime import timedelta

import psycopg
import pytest
from psycopg import sql

from registry import database, remote
from registry.agrements import identity, registrations, requests
from registry.offers import profiles
from tests import records
from tests.registry.agrements.documents.files import photograph
from tests.registry.agrements.identity.conftest import Service
from tests.rooms import Clock, Rooms
from tests.web.am.registration.conftest import NIR, PAGES, Applicant, link_in, mails

HOMONYM = {"prenom": "Sophie", "nom": "Homonyme", "naissance": "01/01/1980", "lieu_naissance": "Nantes"}
HOMONYM_NIR = "280014410999054"


def test_a_registration_by_mail_code_reaches_the_moderators(rooms: Rooms, identity_service: Service) -> None:
    browser = rooms.visit()
    browser.get("/inscription")
    browser.post("/inscription", {"mail": "Marie@Example.org"})
    with database.connect(rooms.settings.database_url) as conn:
        code = next(
            line.strip() for line in mails(conn, "marie@example.org")[0][1].splitlines() if line.strip().isdigit()
        )
    answer = browser.post("/inscription/code", {"code": code}, follow=False)
    assert answer.headers["location"] == "/inscription/1"
    browser.get("/inscription/1")
    marie = Applicant(rooms, browser)
    marie.fill_all()
    browser.get("/inscription/3")
    for told in ("Exemple", "44-2024-0817", "3,80", "27 rue Introuvable", "Un jardin", "non montré"):
        assert told in browser.html
    assert browser.post("/inscription/3", {}, follow=False).status_code == 422  # not certified
    assert marie.send().headers["location"] == "/inscription/4"
    assert "72 heures" in browser.get("/inscription/4").text

    offer, state, number, document = marie.row(
        "select q.offer, k.state, q.number, q.document from agrement_request q join case_file k on k.id = q.id"
        " join account a on a.offer = q.offer"
        " where a.mail = 'marie@example.org'"
    )
    assert (state, number) == ("waiting", "44-2024-0817")
    assert document is not None
    with database.connect(rooms.settings.database_url) as conn:
        known = profiles.read(conn, offer)
    assert (known.publication, known.identity_checked, known.profile.name) == ("draft", "verified", "Marie E.")
    assert known.profile.hourly_cents == 380
    assert known.profile.upkeep_cents == 390
    assert known.profile.meal_cents is None
    assert known.home is not None
    assert (known.home.commune, known.home.street) == ("44109", "rue Introuvable")
    assert known.contact is not None
    assert (known.contact.phone, known.contact.show_mail) == ("06 39 98 12 34", False)
    assert known.agrement is None  # a moderator's to recognise
    # Sent twice, it is one request; and what was submitted is changed in her space, not here.
    marie.browser.post("/inscription/3", {"certifie": "oui"})
    assert marie.row("select count(*) from agrement_request") == (1,)
    assert marie.browser.get("/inscription/2a", follow=False).headers["location"] == "/inscription/4"


def test_back_and_forth_loses_nothing_right_or_wrong(applicant: Applicant) -> None:
    assert applicant.fill("1").headers["location"] == "/inscription/2a"
    # Wrong and half filled in, she goes back: all of it is there when she returns, the copy too.
    answer = applicant.browser.post(
        "/inscription/2a",
        {**PAGES["2a"], "fin": "31/08/20", "capacite": "", "conditions": "dont un de plus de 2 ans", "vers": "retour"},
        files={"copie": ("photo.jpg", photograph(), "image/jpeg")},
        follow=False,
    )
    assert answer.headers["location"] == "/inscription/1"
    applicant.browser.get("/inscription/1")
    assert 'value="Marie Claire"' in applicant.browser.html
    assert NIR not in applicant.browser.html
    # Her identity was checked: nothing is asked for again.
    assert applicant.fill("1", nir="").headers["location"] == "/inscription/2a"
    page = applicant.browser.get("/inscription/2a").text
    for kept in ('value="44-2024-0817"', 'value="31/08/20"', "dont un de plus de 2 ans", "Copie reçue"):
        assert kept in page
    refused = applicant.browser.post("/inscription/2a", {**PAGES["2a"], "fin": "31/08/2019"}, follow=False)
    assert refused.status_code == 422
    assert "finir après avoir commencé" in applicant.browser.text
    applicant.fill("2a")
    applicant.fill("2b", projet="Appelez le 06 39 98 12 34")
    assert applicant.sent[-1].status_code == 422
    assert "numéro de téléphone" in applicant.browser.text
    # The summary names what is missing, and where.
    applicant.browser.get("/inscription/3")
    assert 'href="/inscription/2b"' in applicant.browser.html
    assert 'href="/inscription/2c"' in applicant.browser.html
    assert applicant.send().status_code == 422


def test_the_street_in_the_project_is_noticed_when_the_address_comes_later(applicant: Applicant) -> None:
    for page in ("1", "2a"):
        applicant.fill(page)
    applicant.fill("2b", projet="Au calme, rue Introuvable.")
    applicant.fill("2c")
    applicant.browser.get("/inscription/3")
    assert "Retirez votre rue" in applicant.browser.text


def test_resumed_on_another_device_by_a_link_that_leads_to_a_code(applicant: Applicant, clock: Clock) -> None:
    applicant.fill("1")
    applicant.browser.get("/inscription/2a")
    applicant.fill("2a", towards="lien")
    with database.connect(applicant.rooms.settings.database_url) as conn:
        link = link_in(mails(conn, "marie@example.org")[0][1])
    other = applicant.rooms.visit()
    for _ in range(2):  # a mail program looks at it beforehand
        assert "Reprendre mon inscription" in other.get(link).text
    token = link.partition("jeton=")[2]
    assert other.post("/inscription/reprendre", {"jeton": token}).url.path == "/inscription/code"
    assert other.get("/inscription/2a").url.path == "/connexion", "the link alone opens nothing"
    with database.connect(applicant.rooms.settings.database_url) as conn:
        code = re.findall(r"\d{6}", mails(conn, "marie@example.org")[-1][1])[0]
    other.get("/inscription/code")
    assert other.post("/inscription/code", {"code": code}, follow=False).headers["location"] == "/inscription/2a"
    assert "Votre agrément" in other.get("/inscription/2a").text
    third = applicant.rooms.visit()
    assert third.get(link).status_code == 200
    clock.now += timedelta(days=31)
    assert third.get(link).status_code == 410


def test_the_nir_is_in_no_table_and_no_log(applicant: Applicant, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    spaced = "2 79 04 44 109 980 64"
    applicant.browser.get("/inscription/1")
    applicant.browser.post("/inscription/champ", {**PAGES["1"], "page": "1", "champ": "nir", "nir": spaced})
    applicant.fill("1", nir=spaced, nom="Inconnue")  # refused
    applicant.fill("1", nir=NIR, nom=f"Exemple {NIR}")  # in the wrong field
    applicant.fill("1", nir=spaced)
    applicant.fill("2a", conditions=f"mon numéro {spaced}")
    applicant.fill("2b", projet=f"numéro {NIR}")
    applicant.fill("2c", adresse=f"{NIR} rue Introuvable")
    applicant.fill_all()
    applicant.send()
    needles = (NIR, spaced, NIR[:13], NIR[1:13])
    with database.connect(applicant.rooms.settings.database_url) as conn:
        tables = [row[0] for row in conn.execute("select tablename from pg_tables where schemaname = 'public'")]
        assert "registration" in tables
        for table in tables:
            found = conn.execute(
                sql.SQL("select t::text from {} t where t::text like any(%s) limit 1").format(sql.Identifier(table)),
                [[f"%{needle}%" for needle in needles]],
            ).fetchone()
            assert found is None, table
    logged = "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records)
    assert not [line for line in logged.splitlines() if any(needle in line for needle in (*needles, "Exemple"))]
    # The one place where she sees it again is its own field, in the answer that says what is wrong with the page.
    shown = [re.sub(r'<input id="nir"[^>]*>', "", answer.text) for answer in applicant.sent]
    assert all(needle not in text for text in shown for needle in needles)
    assert all(needle not in str(answer.headers) for answer in applicant.sent for needle in needles)


def test_the_identity_system_away_and_back(applicant: Applicant, identity_service: Service) -> None:
    identity_service.away(True)
    applicant.fill("1")
    assert "nous la ferons et vous écrirons" in applicant.browser.get("/inscription/1").text
    for page in ("2a", "2b", "2c"):
        applicant.fill(page)
    applicant.send()
    assert "ne répond pas" in applicant.browser.get("/inscription/4").text
    assert applicant.row("select state from case_file") == ("pending",)
    identity_service.away(False)
    remote.breaker.cache_clear()
    settings = applicant.rooms.settings
    told = identity.check_pending(lambda: database.connect(settings.database_url), settings, applicant.rooms.clock())
    assert told == {"verified": 1}
    assert applicant.row("select state from case_file") == ("waiting",)
    assert applicant.row("select checked from am_identity") == ("verified",)


def test_an_identity_that_matches_nobody_stops_until_it_is_corrected(applicant: Applicant) -> None:
    answer = applicant.fill("1", nom="Exempel")
    assert answer.status_code == 422
    assert "ne correspondent à personne" in applicant.browser.text
    assert applicant.browser.get("/inscription/2a", follow=False).headers["location"] == "/inscription/1"
    assert 'value="Exempel"' in applicant.browser.get("/inscription/1").text
    assert applicant.fill("1").headers["location"] == "/inscription/2a"
    # Changed afterwards, it is another identity: it is checked again.
    assert applicant.fill("1", prenom="Anne", nir="").status_code == 422
    assert applicant.browser.get("/inscription/3", follow=False).headers["location"] == "/inscription/1"


def test_a_homonym_found_while_the_system_was_away_gives_her_number_again(
    applicant: Applicant, identity_service: Service
) -> None:
    identity_service.away(True)
    assert applicant.fill("1", nir=HOMONYM_NIR, **HOMONYM).status_code == 303
    for page in ("2a", "2b", "2c"):
        applicant.fill(page)
    applicant.send()
    identity_service.away(False)
    remote.breaker.cache_clear()
    settings = applicant.rooms.settings
    identity.check_pending(lambda: database.connect(settings.database_url), settings, applicant.rooms.clock())
    assert "Revoyez votre identification" in applicant.browser.get("/inscription/4").text
    applicant.browser.get("/inscription/1")
    assert applicant.fill("1", nir="", **HOMONYM).status_code == 422
    assert applicant.fill("1", nir=HOMONYM_NIR, **HOMONYM).headers["location"] == "/inscription/4"
    assert applicant.row("select state from case_file") == ("waiting",)


def test_at_a_relais_desk_it_waits_for_her_confirmation(rooms: Rooms, applicant: Applicant) -> None:
    relais, stranger = rooms.account("rpe"), rooms.account("rpe")
    account = rooms.account("am", "assise@example.org")
    with database.connect(rooms.settings.database_url) as conn:
        begun = registrations.start_for(conn, account, desk=relais)
    base = f"/rpe/inscription/{begun.id}"
    assert rooms.visit(stranger).get(f"{base}/1").status_code == 403
    desk = Applicant(rooms, rooms.visit(relais), base)
    desk.browser.get(f"{base}/1")
    desk.fill_all()
    desk.browser.get(f"{base}/3")
    assert desk.browser.post(f"{base}/3", {}, follow=False).headers["location"] == f"{base}/confirmation"
    assert desk.row("select count(*) from agrement_request") == (0,)
    assert desk.row("select count(*) > 5 from audit where account = %s and action like 'registration.%%'", relais.id)[0]
    with database.connect(rooms.settings.database_url) as conn:
        begun = registrations.read(conn, begun.id) or begun
        with pytest.raises(registrations.NotComplete):
            registrations.submit(conn, begun, rooms.clock().date(), rooms.clock(), fictitious=True)
        registrations.confirm(conn, begun, rooms.clock())
        begun = registrations.read(conn, begun.id) or begun
        offer = registrations.submit(conn, begun, rooms.clock().date(), rooms.clock(), fictitious=True)
        asked = requests.open_request(conn, offer)
        assert asked is not None
        assert asked.standing == "waiting"
    assert desk.browser.get(f"{base}/1").status_code == 403  # hers alone now


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.exe", b"MZ\x90\x00" * 100),
        ("vide.jpg", b""),
        ("page.pdf", b"%PDF-1.7 broken"),
        ("x.svg", b"<svg onload='x'/>"),
    ],
)
def test_a_copy_that_is_none_is_refused_in_a_sentence_and_the_rest_is_kept(
    applicant: Applicant, name: str, data: bytes
) -> None:
    applicant.fill("1")
    answer = applicant.browser.post(
        "/inscription/2a", PAGES["2a"], files={"copie": (name, data, "image/jpeg")}, follow=False
    )
    assert answer.status_code == 422
    assert 'id="erreur-copie"' in applicant.browser.html
    assert applicant.row("select answers->>'numero', document from registration") == ("44-2024-0817", None)


def test_her_copy_is_hers_to_see_and_a_new_one_takes_its_place(applicant: Applicant) -> None:
    applicant.fill("1")
    applicant.fill("2a")
    seen = applicant.browser.get("/inscription/copie/1.jpg")
    assert seen.content.startswith(b"\xff\xd8")
    assert seen.headers["cache-control"] == "no-store"
    applicant.browser.get("/inscription/2a")
    applicant.fill("2a", remplacer="oui")
    assert applicant.row("select count(*), count(deleted_at) from document") == (2, 1)
    stranger = applicant.rooms.visit(applicant.rooms.account("am"))
    assert stranger.get("/inscription/copie/1.jpg").status_code == 404


def test_a_postcode_may_be_typed_with_blanks(applicant: Applicant) -> None:
    for page in ("1", "2a", "2b"):
        applicant.fill(page)
    room = re.search(r'name="code_postal"[^>]*maxlength="(\d+)"', applicant.browser.get("/inscription/2c").text)
    assert room
    assert int(room[1]) >= len("44300 CEDEX")
    for typed in ("44 300", "F-44300", "44300 CEDEX"):
        assert applicant.fill("2c", code_postal=typed).status_code == 303


@pytest.mark.parametrize(
    ("page", "field", "value", "says"),
    [
        ("1", "naissance", "31/02/1979", "n’existe pas"),
        ("1", "naissance", "31/02/79", "17/04/1979"),
        ("2a", "debut", "31022026", "n’existe pas"),
        ("1", "nir", "279044410998065", "clé"),
        ("1", "lieu_naissance", "Saint-Denis", "Saint-Denis (93)"),
        ("1", "lieu_naissance", "Anctoville", "Anctoville (14)"),
        ("1", "lieu_naissance", "Pas une commune", "chiffres 6 à 10"),
        ("1", "lieu_naissance", "Cherbourg", None),
        ("1", "lieu_naissance", "Paris 14e", None),
        ("1", "lieu_naissance", "Nouvelle-Calédonie", "Pour une naissance outre-mer, indiquez la commune"),
        ("1", "lieu_naissance", "Alger", "à l’étranger, le pays"),
        ("2a", "capacite", "7", "6 enfants"),
        ("2a", "fin", "31/08/2040", "5 ans, ou 10"),
        ("2a", "fin", "31/08/2026", "terminé"),
        ("2b", "tarif_horaire", "2,60", "2,66"),
        ("2b", "projet", "mon site nounou.fr", "liens"),
        ("2c", "telephone", "12", "dix chiffres"),
        ("2c", "commune", "Rennes", "Nantes"),
        ("2b", "tarif_horaire", "3,80", None),
        ("2a", "numero", "44/2024 817", None),
    ],
)
def test_one_field_is_checked_as_it_is_typed(
    applicant: Applicant, page: str, field: str, value: str, says: str | None
) -> None:
    applicant.browser.get("/inscription/1")
    form = PAGES[page] | {"page": page, "champ": field, field: value}
    sentence = applicant.browser.post("/inscription/champ", form).json()["sentence"]
    assert (sentence is None) if says is None else (sentence and says in sentence)
    assert applicant.row("select answers - 'courriel' from registration") == ({},)  # nothing is kept


@pytest.mark.parametrize(
    ("page", "typed", "field", "code"),
    [
        ("2c", {"code_postal": "50 100", "commune": "Cherbourg"}, "commune_code", "50129"),
        ("2c", {"code_postal": "14240", "commune": "Anctoville"}, "commune_code", "14581"),
    ],
)
def test_a_name_of_before_is_taken_with_the_code_of_its_commune(
    applicant: Applicant, page: str, typed: dict[str, str], field: str, code: str
) -> None:
    applicant.browser.get("/inscription/1")
    for before in PAGES:
        if before == page:
            break
        applicant.fill(before)
    assert applicant.fill(page, **typed).status_code == 303
    assert applicant.row("select answers ->> %s from registration", field) == (code,)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"code_postal": "75015", "commune": "Paris 14e"}, "Paris 15e Arrondissement"),
        ({"code_postal": "20176", "commune": "AJACCIO CEDEX"}, "20000, 20090 ou 20167"),
    ],
)
def test_a_postcode_that_does_not_tell_where_she_lives_is_asked_for(
    applicant: Applicant, typed: dict[str, str], told: str
) -> None:
    for before in ("1", "2a", "2b"):
        applicant.fill(before)
    answer = applicant.fill("2c", **typed)
    assert answer.status_code == 422
    assert told in answer.text.replace("\u00a0", " ")


def test_the_preview_says_what_is_seen_and_what_is_not(applicant: Applicant) -> None:
    for page in ("1", "2a", "2b"):
        applicant.fill(page)
    applicant.browser.get("/inscription/2c")
    seen, _, unseen = applicant.browser.post("/inscription/apercu", PAGES["2c"]).text.partition('class="unseen"')
    assert "06 39 98 12 34" in seen
    assert "secteur" in seen
    assert "3,80" in seen
    assert "27 rue" not in seen
    assert "marie@example.org" not in seen
    assert "44-2024-0817" not in seen
    assert "Mail" in unseen
    assert "Votre adresse" in unseen


def test_a_mam_is_chosen_from_those_of_its_commune(applicant: Applicant) -> None:
    with database.connect(applicant.rooms.settings.database_url) as conn:
        mam = records.structure(conn, "MAM Les Petits Pas", kind="mam")
        elsewhere = records.structure(conn, "Crèche", kind="eaje")
    applicant.fill("1")
    applicant.fill("2a")
    applicant.fill("2b", accueil="mam", mam_ou="Nantes", towards="ici")
    assert "MAM Les Petits Pas" in applicant.browser.get("/inscription/2b").text
    applicant.fill("2b", accueil="mam", mam_ou="44 000", towards="ici")
    assert "MAM Les Petits Pas" in applicant.browser.get("/inscription/2b").text
    assert applicant.fill("2b", accueil="mam", mam=elsewhere).status_code == 422
    assert applicant.fill("2b", accueil="mam", mam=mam, montrer_mam="oui").status_code == 303
    applicant.fill("2c")
    applicant.send()
    assert applicant.row("select mam, show from am_mam") == (mam, True)


def test_abandoned_drafts_go_and_the_rest_stays(applicant: Applicant, clock: Clock) -> None:
    applicant.fill("1")
    with database.connect(applicant.rooms.settings.database_url) as conn:
        assert registrations.purge(conn, clock.now + timedelta(days=179)) == 0
        assert registrations.purge(conn, clock.now + timedelta(days=181)) == 1


def test_an_older_profile_fills_in_what_is_known(rooms: Rooms, registry: psycopg.Connection) -> None:
    offer = records.assistant(registry, "Nadia B.", publication="draft")
    registry.commit()
    browser = rooms.visit(rooms.account("am", offer=offer))
    assert 'value="Nadia"' in browser.get("/inscription/1").text
