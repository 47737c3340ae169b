"""Who may show the widget, what it shows, and what it refuses; in process."""

import html
import re

import httpx
import pytest
from typer.testing import CliRunner

from cli import app as command
from registry import database
from registry.accounts import widget
from registry.accounts.widget import Key
from registry.database import Connection
from settings import Settings
from tests.rooms import NOW, Rooms
from tests.web.site.conftest import SHOWN_PHONE, visitor
from tests.web.site.reading import text
from web.widget import colours


def asked(rooms: Rooms, path: str, **headers: str) -> httpx.Response:
    http = rooms.visit().http
    return rooms.portal.call(lambda: http.get(path, headers=headers))


def ancestors(answer: httpx.Response) -> str:
    return answer.headers["content-security-policy"].partition("frame-ancestors ")[2]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("arras.fr", "arras.fr"),
        (" WWW.Arras.FR ", "www.arras.fr"),
        ("évry.fr", "xn--vry-9la.fr"),
        ("arras.fr:8443", "arras.fr:8443"),
        ("127.0.0.1:8000", "127.0.0.1:8000"),
    ],
)
def test_a_host_is_kept_as_browsers_compare_it(typed: str, kept: str) -> None:
    assert widget.host(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        *("*.arras.fr", "*", "https://arras.fr", "arras.fr/enfance", "arras.fr.", "arras", "moi@arras.fr", "a b.fr"),
        *("arras.fr; script-src *", "arras.fr:0", "arras.fr:99999", "arras.fr:", "[::1]", "127.1", "'self'", ""),
    ],
)
def test_what_is_no_exact_host_is_refused_in_a_sentence(typed: str) -> None:
    hosts, sentence = widget.hosts(["arras.fr", typed])
    assert hosts == []
    assert sentence is not None
    assert "nom de site exact" in sentence


def test_a_key_opens_its_own_hosts_and_nothing_once_revoked(rooms: Rooms, key: Key) -> None:
    path = f"/widget/cadre?cle={key.id}&commune=44109"
    shown = asked(rooms, path)
    assert shown.status_code == 200
    assert ancestors(shown) == "https://arras.fr https://www.arras.fr"
    assert "x-frame-options" not in shown.headers
    with database.connect(rooms.settings.database_url) as conn:
        assert widget.revoke(conn, key.id, NOW)
        assert not widget.revoke(conn, key.id, NOW)
    for refused in (asked(rooms, path), asked(rooms, "/widget/cadre?cle=inconnue%00&commune=44109")):
        assert refused.status_code == 403
        assert ancestors(refused) == "'none'"
        assert "Rezé" not in refused.text


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://arras.fr", 200),
        ("https://www.arras.fr", 200),
        ("https://ribambelle.example", 200),
        ("https://evilarras.fr", 403),
        ("https://arras.fr.evil.fr", 403),
        ("https://arras.fr:8443", 403),
        ("http://arras.fr", 403),
        ("null", 403),
    ],
)
def test_an_origin_is_compared_as_a_whole(rooms: Rooms, key: Key, origin: str, status: int) -> None:
    answer = asked(rooms, f"/widget/cadre?cle={key.id}&commune=44109", origin=origin)
    assert answer.status_code == status
    if status == 403:
        assert ancestors(answer) == "'none'"


def test_a_frame_keeps_working_on_the_day_of_a_merger(rooms: Rooms, key: Key) -> None:
    old, new = (asked(rooms, f"/widget/cadre?cle={key.id}&commune={code}") for code in ("44160", "44003"))
    assert (old.status_code, new.status_code) == (200, 200)
    assert "Ancenis-Saint-Géréon" in old.text


def test_the_builder_writes_the_code_of_today_for_a_former_name(rooms: Rooms) -> None:
    page = asked(rooms, "/widget?ou=Varades")
    assert 'data-commune="44213"' in html.unescape(page.text)
    told = text(page.text)
    assert "Territoire : Varades (Loireauxence) — Ancienne commune · Loire-Atlantique (44) · 44370." in told
    assert "Varades, c’est aujourd’hui Loireauxence : toute cette commune est affichée." in told


def test_the_builder_says_that_it_guessed(rooms: Rooms) -> None:
    assert "Aucun lieu ne s’appelle exactement « naantes »." in text(asked(rooms, "/widget?ou=naantes").text)
    assert "s’appelle" not in text(asked(rooms, "/widget?ou=nantes").text)


def test_without_a_key_only_our_own_site_shows_it(rooms: Rooms) -> None:
    assert ancestors(asked(rooms, "/widget/cadre?commune=44109")) == "'self'"
    assert asked(rooms, "/widget/cadre?commune=44109", origin="https://arras.fr").status_code == 403


def test_the_frame_keeps_to_its_territory_and_kinds_and_shows_no_contact(rooms: Rooms, key: Key) -> None:
    both = asked(rooms, f"/widget/cadre?cle={key.id}&commune=44109&types=eaje,assistant_maternel").text
    assert "Anne D." in both
    assert "Crèche Les Lutins" in both
    assert "Données fictives" in both
    assert "Les Petits Lutins" not in both, "in another commune"
    assert "Les Francas" not in both, "another kind"
    for private in (SHOWN_PHONE, "anne@example.org", "gisele@example.org"):
        assert private not in both
    assert re.search(
        r'<a href="/offre/anne" target="_blank" rel="noopener">Anne D\. <span[^>]*>\(nouvel onglet\)', both
    )
    assert "/?ou=Nantes&amp;lieu=commune:44109&amp;rayon=0&amp;type=eaje&amp;type=assistant_maternel" in both
    only = asked(rooms, f"/widget/cadre?cle={key.id}&commune=44109&types=eaje,assistant_maternel&type=eaje").text
    assert "Anne D." not in only
    free = f"/widget/cadre?cle={key.id}&commune=44109&types=assistant_maternel&jour=mar&debut=08:00&fin=18:00"
    found = asked(rooms, free).text
    assert "Anne D." in found
    assert "Libre à partir du" in found, "Berthe is full until then"
    assert "Libre le mardi" in found
    assert "mardi\u00a0: libre" in found, "the week, to be read"


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("", "Il manque le territoire"),
        ("commune=44109&epci=244400404", "Un seul territoire"),
        ("commune=99999", "99999"),
        ("commune=44109&types=eaje,chateau", "chateau"),
        ("commune=44109&couleur=rouge", "six chiffres"),
        ("commune=44109&vue=nuage", "liste, carte ou compteur"),
        ("commune=44109&jour=mar&debut=25:00", "Cette heure"),
        ("commune=%3Cb%3E", "&lt;b&gt;"),
    ],
)
def test_bad_input_is_told_in_the_frame(rooms: Rooms, key: Key, query: str, sentence: str) -> None:
    answer = asked(rooms, f"/widget/cadre?cle={key.id}&{query}")
    assert answer.status_code == 422
    assert sentence in answer.text
    assert ancestors(answer) == "https://arras.fr https://www.arras.fr", "the webmaster has to see it"


def test_the_counter_counts_the_declared_places_of_today(rooms: Rooms, key: Key) -> None:
    """The documents of Nantes, counted by hand from their cards: what is free, level by level."""
    page = asked(rooms, f"/widget/cadre?cle={key.id}&commune=44109&types=assistant_maternel,eaje&vue=compteur").text
    figure = re.search(r'"figure">(\d+)<', page)
    answer = asked(rooms, "/api/v1/offers?commune=44109&kind=assistant_maternel&limit=100").json()
    free = [item["availability"]["places"] for item in answer["items"] if item["availability"]["status"] == "free"]
    assert figure is not None
    assert int(figure[1]) == sum(free) > len(free), "someone has more than one"
    assert f"chez {len(free)}\u00a0assistants maternels" in page
    assert "places libres à Nantes" in page
    assert "à qui demander une place" in page, "crèches have no known free places"
    assert "compte des données fictives" in page
    alone = asked(rooms, f"/widget/cadre?cle={key.id}&commune=44109&types=eaje&vue=compteur").text
    assert "place libre" not in alone
    assert "où demander une place" in alone


def test_nothing_of_the_widget_sets_a_cookie(rooms: Rooms, key: Key) -> None:
    frame = f"/widget/cadre?cle={key.id}&commune=44109"
    paths = ["/widget.js", "/widget", "/widget?ou=Nantes", "/widget/couleur/0055a4.css", frame, "/widget/cadre?cle=x"]
    for path in [*paths, f"{frame}&vue=carte", f"{frame}&vue=compteur", f"{frame}&vue=x"]:
        assert "set-cookie" not in asked(rooms, path).headers, path


def test_the_script_is_kept_shortly_and_asked_for_again_by_its_tag(rooms: Rooms) -> None:
    first = asked(rooms, "/widget.js")
    assert first.headers["content-type"].startswith("text/javascript")
    assert first.headers["cache-control"] == "public, max-age=600"
    assert asked(rooms, "/widget.js", **{"if-none-match": first.headers["etag"]}).status_code == 304


def test_any_colour_stays_readable(rooms: Rooms) -> None:
    for colour in ("ffffff", "000000", "777777", "ffff00", "0055a4", "7a2850", "ff0000", "757575"):
        values = dict(re.findall(r"--([\w-]+):#(\w{6})", asked(rooms, f"/widget/couleur/{colour}.css").text))
        rgb = {name: colours.rgb(value) for name, value in values.items()}
        assert colours.contrast(rgb["brand"], rgb["brand-ink"]) >= 4.5
        assert colours.contrast(rgb["link"], rgb["brand-soft"]) >= 7
        assert colours.contrast(rgb["link"], (255, 255, 255)) >= 7
    assert colours.contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    for bad in ("rouge", "fff", "0055a4;", "0055A4"):
        assert asked(rooms, f"/widget/couleur/{bad}.css").status_code == 404


def test_the_builder_writes_three_snippets_and_shows_the_frame(rooms: Rooms, key: Key) -> None:
    empty = asked(rooms, "/widget")
    assert empty.status_code == 200
    assert "<iframe" not in empty.text
    page = asked(rooms, f"/widget?ou=nantes&type=eaje&type=mam&couleur=%230055A4&vue=carte&cle={key.id}")
    assert page.status_code == 200
    assert "frame-src 'self'" in page.headers["content-security-policy"]
    assert '<iframe class="preview preview-carte" src="/widget/cadre?commune=44109&amp;types=eaje,mam' in page.text
    data = f"data-key=&#34;{key.id}&#34; data-commune=&#34;44109&#34; data-kinds=&#34;eaje,mam&#34;"
    assert f"https://ribambelle.example/widget.js&#34; {data} data-color=&#34;0055a4&#34;" in page.text
    assert "&lt;ribambelle-widget key=&#34;" in page.text
    for bad in ("ou=", "ou=Nullepart-sur-Rien", "ou=nantes&type=chateau", "ou=nantes&couleur=x", "ou=nantes&cle=%22"):
        refused = asked(rooms, f"/widget?{bad}")
        assert refused.status_code == 422, bad
        assert 'aria-invalid="true"' in refused.text or "n’existe pas" in refused.text


def test_an_administrator_makes_and_revokes_keys(rooms: Rooms, registry: Connection) -> None:
    browser = rooms.visit(rooms.account("administrator"))
    browser.get("/administration/widgets")
    refused = browser.post("/administration/widgets", {"name": "Ville d’Arras", "hosts": "https://arras.fr"})
    assert refused.status_code == 422
    assert "https://arras.fr" in refused.text, "what was typed is kept"
    browser.post("/administration/widgets", {"name": "Ville d’Arras", "hosts": "arras.fr\r\nWWW.arras.fr"})
    [made] = widget.listing(registry)
    assert made.hosts == ("arras.fr", "www.arras.fr")
    assert made.id in browser.text
    browser.post("/administration/widgets/revoquer", {"cle": made.id})
    assert "Révoquée le" in browser.text
    assert widget.hosts_of(registry, made.id) == ()
    noted = registry.execute("select action, detail from audit where action like 'widget.%' order by id").fetchall()
    assert noted == [("widget.create", {"key": made.id}), ("widget.revoke", {"key": made.id})]


def test_the_command_makes_lists_and_revokes_keys(
    room_settings: Settings, registry: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.widget.found_settings", lambda: room_settings)
    run = CliRunner().invoke
    wrong = run(command, ["widget", "key", "add", "Ville d’Arras", "--host", "*.arras.fr"])
    assert wrong.exit_code == 1
    hosts = ["--host", "arras.fr", "--host", "www.arras.fr"]
    assert run(command, ["widget", "key", "add", "Ville d’Arras", *hosts]).exit_code == 0
    [made] = widget.listing(registry)
    assert made.hosts == ("arras.fr", "www.arras.fr")
    assert run(command, ["widget", "key", "revoke", made.id]).exit_code == 0
    assert run(command, ["widget", "key", "revoke", made.id]).exit_code == 1
    assert widget.hosts_of(registry, made.id) == ()


def test_a_site_for_the_search_alone_offers_no_widget(room_settings: Settings) -> None:
    with visitor(room_settings.model_copy(update={"database_url": ""})) as site:
        for path in ("/widget", "/widget.js", "/widget/cadre?commune=44109", "/widget/couleur/0055a4.css"):
            assert site.get(path).status_code == 404
