"""What a page of the registration makes of what is typed and chosen on a telephone: numbers, days, names, photos."""

import unicodedata

import pytest

from registry import database
from tests.registry.agrements.documents.files import photograph
from tests.web.am.registration.conftest import NIR, PAGES, Applicant, mails


def test_a_mistake_in_another_field_does_not_empty_her_number(applicant: Applicant) -> None:
    answer = applicant.fill("1", naissance="31/02/1979")
    assert answer.status_code == 422
    assert f'name="nir" type="text" value="{NIR}"' in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert NIR not in applicant.browser.get("/inscription/1").text
    applicant.fill("1", nir="279044410998065")  # its own last digit is wrong: that one is mended, not typed anew
    assert 'value="279044410998065"' in applicant.browser.html


def test_names_and_days_are_read_as_telephones_type_them(applicant: Applicant) -> None:
    apart = unicodedata.normalize("NFD", "Zoé Éléonore")
    applicant.browser.post(
        "/inscription/1",
        PAGES["1"] | {"prenom": apart, "naissance": "17041979", "nir": NIR, "vers": "ici"},
        follow=False,
    )
    assert applicant.row("select answers->>'prenom' from registration") == ("Zoé Éléonore",)
    answer = applicant.browser.post(
        "/inscription/champ", PAGES["1"] | {"page": "1", "champ": "prenom", "prenom": apart}
    )
    assert answer.json() == {"sentence": None, "understood": ""}
    typed = {"page": "1", "champ": "naissance", "naissance": "17041979"}
    answer = applicant.browser.post("/inscription/champ", PAGES["1"] | typed)
    assert answer.json() == {"sentence": None, "understood": "Compris\u00a0: 17\u00a0avril\u00a01979"}


def test_an_incomplete_number_is_refused_and_what_was_understood_is_shown(applicant: Applicant) -> None:
    applicant.fill("1")
    applicant.fill("2a")
    applicant.fill("2b")
    for short in ("06 39 98 00", "063998"):
        assert applicant.fill("2c", telephone=short).status_code == 422
        assert "Ce numéro est incomplet" in applicant.browser.text
    applicant.fill("2c", telephone="+262692123456", montrer_telephone="")
    for page in ("2c", "3"):
        assert "+262 692 12 34 56 (La Réunion)" in applicant.browser.get(f"/inscription/{page}").text


def test_several_photographs_are_one_copy_at_once_or_one_after_the_other(applicant: Applicant) -> None:
    applicant.fill("1")
    photos = [("copie", (f"{number}.jpg", photograph(), "image/jpeg")) for number in range(2)]
    answer = applicant.browser.post("/inscription/2a", PAGES["2a"] | {"vers": "ici"}, files=photos, follow=False)
    assert answer.headers["location"] == "/inscription/2a#copies"
    assert "Copie reçue\u00a0: 2 pages" in applicant.browser.get("/inscription/2a").text
    applicant.fill("2a")
    assert applicant.row(
        "select d.pages, count(*) from document d join document_page on document = d.id group by 1"
    ) == (
        3,
        3,
    )
    assert applicant.browser.get("/inscription/copie/3.jpg").status_code == 200
    # Eleven are too many, the ones that stand included; a broken one among good ones is named.
    applicant.browser.get("/inscription/2a")
    applicant.browser.post("/inscription/2a", PAGES["2a"], files=photos * 4)
    assert "10 pages au maximum" in applicant.browser.text
    broken = [*photos, ("copie", ("x.jpg", b"no picture", "image/jpeg"))]
    applicant.browser.post("/inscription/2a", PAGES["2a"], files=broken)
    assert "Fichier 3 : Ce fichier n’est ni un PDF" in applicant.browser.text
    assert applicant.row("select max(pages), count(*) from document") == (3, 1)


@pytest.mark.parametrize("sizes", [[11 << 20], [14 << 20], [4 << 20, 4 << 20, 4 << 20]])
def test_a_copy_too_heavy_is_refused_and_the_rest_of_the_page_is_kept(applicant: Applicant, sizes: list[int]) -> None:
    """As a browser without scripts sends it, which makes nothing smaller."""
    applicant.fill("1")
    heavy = [("copie", ("a.jpg", b"\xff\xd8\xff" + bytes(size), "image/jpeg")) for size in sizes]
    answer = applicant.browser.post("/inscription/2a", PAGES["2a"], files=heavy, follow=False)
    assert answer.status_code == 422
    assert "pèse plus de 10\u00a0Mo" in answer.text
    assert 'value="44-2024-0817"' in answer.text
    assert applicant.row("select answers->>'numero', document from registration") == ("44-2024-0817", None)


@pytest.mark.parametrize("page", ["1", "2a", "2b", "2c"])
def test_the_mailed_link_keeps_what_stands_on_the_page(applicant: Applicant, page: str) -> None:
    for before in PAGES:
        if before != page:
            applicant.fill(before)
    if page != "1":
        applicant.fill("1")
    answer = applicant.fill(page, towards="lien")
    assert answer.headers["location"].startswith(f"/inscription/{page}?fait=lien")
    kept = applicant.row("select answers from registration")[0]
    name, value = next(iter(PAGES[page].items()))
    assert kept[name] == value
    assert "envoyé par mail" in applicant.browser.get(answer.headers["location"]).text
    with database.connect(applicant.rooms.settings.database_url) as conn:
        assert len(mails(conn, "marie@example.org")) == 1
