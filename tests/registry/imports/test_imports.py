"""`registry.imports` against a real registry: the real files with their dirt, and sources made up here."""

import json
from pathlib import Path
from typing import Any

import pytest

from registry.database import Connection
from registry.imports.errors import ImportRefused
from registry.imports.report import lines
from tests.registry.imports.sources import CRECHES, MAM, creches, offers, reasons, run, snapshot, write

# The real files -------------------------------------------------------------------------------------------


def test_the_real_creches(registry: Connection) -> None:
    report = run(registry, CRECHES)

    assert (report.rows, report.counts["created"], report.counts["merged"]) == (285, 284, 1)
    assert report.counts["rejected"] == 0
    assert registry.execute("select distinct kind, publication, fictitious, source from offer").fetchall() == [
        ("eaje", "published", False, "loire-atlantique-creches")
    ]
    assert registry.execute("select count(*) from offer where confirmed_on is not null").fetchone() == (0,)
    # Every category and manager of the file has its code.
    by_subkind = registry.execute("select subkind, count(*) from offer group by 1").fetchall()
    assert dict(by_subkind) == {
        "multi_accueil": 141,
        "multi_accueil_familial": 3,
        "creche_collective": 47,
        "creche_familiale": 8,
        "creche_personnel": 3,
        "micro_creche": 42,
        "halte_garderie": 40,
    }
    assert [each["name"] for each in offers(registry, "manager_type is null")] == ["Le Cocon des enfants"]
    assert registry.execute("select count(*) from outbox where index = 'offers'").fetchone() == (284,)


def test_one_creche_listed_twice_is_one_and_four_of_a_name_stay_four(registry: Connection) -> None:
    report = run(registry, CRECHES)

    assert len(offers(registry, "name = 'Le Petit Prince' and commune = '44184'")) == 1
    assert "enregistrement\u00a0240" in reasons(report, "merged")[246]
    assert len(offers(registry, "name = 'Nos Petits Pouces' and commune = '44109'")) == 4


def test_rows_of_a_mam_become_one_with_its_members(registry: Connection) -> None:
    report = run(registry, MAM)

    assert (report.rows, report.counts["created"], report.counts["merged"]) == (329, 106, 223)
    assert registry.execute("select sum(members), max(members) from offer").fetchone() == (329, 5)
    [tralali] = offers(registry, "name = 'Tralali et confettis'")
    assert (tralali["members"], tralali["address"]) == (4, "15 avenue Leonard de Vinci")
    # The four rows of one MAM make one entry, which names them all.
    assert "132, 286, 310" in reasons(report, "merged")[8]


def test_retired_codes_become_the_commune_of_today(registry: Connection) -> None:
    first, second = run(registry, CRECHES), run(registry, MAM)

    repaired = reasons(first, "repaired") | reasons(second, "repaired")
    told = sorted(reason for reason in repaired.values() if "n’existe plus" in reason)
    assert [reason.removeprefix("le code INSEE ")[:5] for reason in told] == ["44040", "44147", "44160"]
    assert offers(registry, "commune in ('44040', '44147', '44160')") == []
    [rouxiere] = offers(registry, "name = 'La Rouxière HG'")
    assert (rouxiere["commune"], rouxiere["postcode"]) == ("44213", "44370")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Cadet Rousselle", "44074"),  # found in La Réunion
        ("Les canailloux", "44005"),
        ("La Toupie Magique de l'Ile", "44109"),
        ("Bouton d'Or", "44128"),  # in the next commune but one, 4 km away
        ("Clair de lune", "44143"),
    ],
)
def test_a_point_in_another_commune_is_not_trusted(registry: Connection, name: str, code: str) -> None:
    report = run(registry, CRECHES)

    [offer] = offers(registry, "name = %s", name)
    commune = registry.execute("select lat, lon from commune where code = %s", [code]).fetchone()
    assert (offer["commune"], offer["position_precision"]) == (code, "commune")
    assert (offer["lat"], offer["lon"]) == commune
    [entry] = [entry for entry in report.entries if entry.name == name and entry.event == "repaired"]
    assert "de la commune" in entry.reason


def test_a_low_score_is_believed_only_where_the_label_names_the_street(registry: Connection) -> None:
    run(registry, CRECHES)

    # "12 rue de Savenay et 18 rue de Savenay", score 0.27, label "12 Rue de Savenay".
    assert offers(registry, "name like 'Nouvelle Vague%%'")[0]["position_precision"] == "address"
    # "Allee de l'Ile", score 0.25, label "Rue Marie José".
    assert offers(registry, "name = 'Mary Poppins'")[0]["position_precision"] == "commune"


def test_a_second_import_writes_nothing(registry: Connection) -> None:
    run(registry, CRECHES)
    run(registry, MAM)
    before = snapshot(registry)

    again = run(registry, CRECHES)
    run(registry, MAM)

    assert snapshot(registry) == before
    assert again.counts["unchanged"] == 284
    assert again.counts["created"] + again.counts["updated"] + again.counts["closed"] == 0


# From one import to the next ------------------------------------------------------------------------------


def test_a_changed_row_updates_its_offer_alone(registry: Connection, tmp_path: Path) -> None:
    run(registry, CRECHES)
    before = {each["id"]: each for each in offers(registry)}

    def change(features: list[Any]) -> None:
        features[0]["properties"]["gestionnaire"] = "Mairie"
        # Another spelling of the same name and address is the same row.
        features[0]["properties"]["designation"] = "LA MAISON DES PETITS LOUPS"
        features.reverse()

    report = run(registry, write(tmp_path / "creches.geojson", creches(change)))

    after = {each["id"]: each for each in offers(registry)}
    changed = [after[id] for id in before if after[id] != before[id]]
    assert before.keys() == after.keys()
    # Reversed, the crèche listed twice says its other category.
    assert {each["name"] for each in changed} == {"La maison des petits loups", "Le Petit Prince"}
    assert report.counts["updated"] == 2
    assert "type de gestionnaire «\u00a0association\u00a0» → «\u00a0commune\u00a0»" in reasons(report, "updated")[285]


def test_what_the_staff_changed_stays_until_the_source_changes(registry: Connection) -> None:
    run(registry, MAM)
    registry.execute("update offer set phone = '02 40 00 00 00' where name = 'Les Lutins'")
    registry.execute("update offer set publication = 'closed' where name = 'Doudou Club'")
    registry.commit()

    report = run(registry, MAM)

    assert offers(registry, "name = 'Les Lutins'")[0]["phone"] == "02 40 00 00 00"
    assert offers(registry, "name = 'Doudou Club'")[0]["publication"] == "closed"
    assert report.counts["unchanged"] == 106


def test_rows_gone_are_closed_and_open_again_when_they_return(registry: Connection, tmp_path: Path) -> None:
    run(registry, CRECHES)
    [before] = offers(registry, "name = 'Mosaïques'")
    without = write(tmp_path / "creches.geojson", creches(lambda features: features.pop(2)))

    closing = run(registry, without)
    assert (closing.counts["closed"], closing.counts["unchanged"]) == (1, 283)
    assert offers(registry, "name = 'Mosaïques'") == [before | {"publication": "closed"}]
    assert run(registry, without).counts["closed"] == 0

    assert run(registry, CRECHES).counts["reopened"] == 1
    assert offers(registry, "name = 'Mosaïques'") == [before]


def test_an_offer_reopened_by_hand_is_not_closed_again(registry: Connection, tmp_path: Path) -> None:
    run(registry, CRECHES)
    without = write(tmp_path / "creches.geojson", creches(lambda features: features.pop(2)))
    run(registry, without)
    registry.execute("update offer set publication = 'published' where name = 'Mosaïques'")
    registry.commit()

    assert run(registry, without).counts["closed"] == 0
    assert offers(registry, "name = 'Mosaïques'")[0]["publication"] == "published"


def test_closing_more_than_a_fifth_is_refused_unless_told(registry: Connection, tmp_path: Path) -> None:
    run(registry, CRECHES)
    run(registry, MAM)
    before = snapshot(registry)
    # 284 offers are open; 57 of them are more than a fifth, 56 are not.
    much = write(tmp_path / "creches.geojson", creches(lambda features: features.__delitem__(slice(0, 57))))

    with pytest.raises(ImportRefused, match=r"57 des 284 offres ouvertes"):
        run(registry, much)
    assert snapshot(registry) == before

    assert run(registry, much, allow_closing=True).counts["closed"] == 57
    assert len(offers(registry, "kind = 'mam' and publication = 'closed'")) == 0


def test_just_a_fifth_is_closed_without_asking(registry: Connection, tmp_path: Path) -> None:
    run(registry, CRECHES)
    less = write(tmp_path / "creches.geojson", creches(lambda features: features.__delitem__(slice(0, 56))))

    assert run(registry, less).counts["closed"] == 56


@pytest.mark.parametrize("lost", ["designation", "code_insee"])
def test_a_row_that_turns_bad_does_not_close_its_offer(registry: Connection, tmp_path: Path, lost: str) -> None:
    run(registry, CRECHES)
    [before] = offers(registry, "name = 'Les Petits Loirs'")

    def spoil(features: list[Any]) -> None:
        features[1]["properties"] |= {lost: None, "commune": "nulle part"}
        features[1]["geometry"] = None

    report = run(registry, write(tmp_path / "creches.geojson", creches(spoil)))

    assert (report.counts["rejected"], report.counts["closed"]) == (1, 0)
    assert "gardée telle quelle\u00a0: Les Petits Loirs" in reasons(report, "rejected")[2]
    assert offers(registry, "name = 'Les Petits Loirs'") == [before]


def test_bad_rows_are_told_and_the_others_imported(registry: Connection, tmp_path: Path) -> None:
    def spoil(features: list[Any]) -> None:
        features[0]["properties"]["designation"] = " ?? "
        features[1]["properties"] |= {"code_insee": "99999", "commune": "Atlantide"}
        features[1]["geometry"] = None
        features[2]["properties"]["categorie"] = "Jardin d'éveil"
        features[3]["geometry"] = {"type": "Point", "coordinates": ["a", None]}
        features[5]["geometry"] = {"type": "Polygon", "coordinates": [[0]]}
        features[6]["geometry"] = {"type": "Point", "coordinates": [355123.5, 6689123.2]}
        features[7]["properties"]["designation"] = "Très long " * 1000
        features[4]["properties"]["designation"] = "Nul \u0000 et \ud800 seul"

    data = creches(spoil)
    path = tmp_path / "creches.geojson"
    path.write_text(json.dumps(data), encoding="utf-8")
    report = run(registry, path)

    assert report.counts["created"] == 282
    rejected = reasons(report, "rejected")
    assert "pas de nom" in rejected[1]
    assert "99999" in rejected[2]
    repaired = reasons(report, "repaired")
    assert "Jardin d'éveil" in repaired[3]
    assert offers(registry, "name = 'Mosaïques'")[0]["subkind"] is None
    assert "géométrie est illisible" in repaired[4]
    assert "géométrie est illisible" in repaired[6]
    # Lambert 93, which GeoJSON does not know.
    assert "ne sont pas des degrés" in repaired[7]
    assert len(offers(registry, "length(name) > 190")) == 1
    assert len(offers(registry, "name = 'Nul et seul'")) == 1


def test_the_report_tells_each_event_with_its_line(registry: Connection) -> None:
    report = run(registry, CRECHES)
    text = list(lines(report))

    assert "  enregistrement\u00a01\u00a0: La Maison des Petits Loups" in text
    assert any(line.startswith("  enregistrement\u00a048\u00a0: Cadet Rousselle – placée") for line in text)
    assert "créées\u00a0: 284" in text[-1]
    assert "réunies à une autre\u00a0: 1" in text[-1]
