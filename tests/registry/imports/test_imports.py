"""`registry.imports` against a real registry: the real files with their dirt, and sources made up here."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import shapely

from registry.database import Connection
from registry.imports import mapping as mappings
from registry.imports.errors import ImportRefused
from registry.imports.report import Report, lines
from registry.imports.structures import import_structures
from tests.conftest import ROOT

DATA = ROOT / "demo" / "real"
CRECHES = DATA / "creches.geojson"
MAM = DATA / "mam.geojson"

CSV_MAPPING = """
key = ["Identifiant"]
[source]
code = "essai-csv"
label = "Département d’essai"
licence = "Licence Ouverte 2.0"
published = "2024-05-01"
[offer]
name = "Nom de l'établissement"
capacity = "Places"
phone = "Téléphone"
mail = "Courriel"
site = "Site"
age_from = "Âge min"
age_to = "Âge max"
age_unit = "years"
[offer.kind]
field = "Type"
spellings = { "Crèche" = "eaje", "Centre de loisirs" = "accueil_loisirs" }
[offer.subkind]
field = "Type"
spellings = { "Crèche" = "creche_collective", "Centre de loisirs" = "" }
[offer.funding]
field = "Financement"
[place]
address_line = "Adresse"
[position]
lat = "Latitude"
lon = "Longitude"
"""

CSV_COLUMNS = [
    "Identifiant", "Nom de l'établissement", "Type", "Adresse", "Latitude", "Longitude", "Places", "Téléphone",
    "Courriel", "Site", "Âge min", "Âge max", "Financement",
]  # fmt: skip

JSON_MAPPING = """
key = ["ref.id"]
[source]
code = "essai-json"
label = "Métropole d’essai"
licence = "Licence Ouverte 2.0"
published = "2024"
[offer]
name = "libelle"
kind.value = "rpe"
phone = "contact.tel"
[place]
address = "lieu.voie"
postcode = "lieu.cp"
commune_name = "lieu.ville"
"""


def creches(change: Any = None) -> dict[str, Any]:
    """The real file's content, after `change` was done to its features."""
    data: dict[str, Any] = json.loads(CRECHES.read_text(encoding="utf-8"))
    if change:
        change(data["features"])
    return data


def write(path: Path, data: Any) -> Path:
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path


def run(
    registry: Connection, path: Path, mapping: mappings.Mapping | None = None, *, allow_closing: bool = False
) -> Report:
    return import_structures(registry, path, mapping or mappings.find(path), allow_closing=allow_closing)


def load_mapping(tmp_path: Path, text: str) -> mappings.Mapping:
    path = tmp_path / "source.toml"
    path.write_text(text, encoding="utf-8")
    return mappings.load(path)


def offers(registry: Connection, where: str = "true", *values: object) -> list[dict[str, Any]]:
    rows = registry.execute(f"select row_to_json(o) from offer o where {where} order by name, id", values)
    return [row[0] for row in rows]


def snapshot(registry: Connection) -> list[Any]:
    """Every row an import may write, with the system column that any update of a row changes."""
    tables = ("source", "offer", "import_record", "outbox")
    return [
        registry.execute(f"select t.xmin::text, row_to_json(t)::text from {table} t order by 2").fetchall()
        for table in tables
    ]


def reasons(report: Report, event: str) -> dict[int | None, str]:
    return {entry.line: entry.reason for entry in report.entries if entry.event == event}


def csv_row(**cells: str) -> list[str]:
    row = dict.fromkeys(CSV_COLUMNS, "") | {
        "Identifiant": "A1",
        "Nom de l'établissement": "Les Petits Écoliers",
        "Type": "CRECHE",
        "Adresse": "12 rue Crébillon, 44000 Nantes",
        "Latitude": "47,2135",
        "Longitude": "-1,5610",
    }
    return list((row | cells).values())


def write_csv(path: Path, *rows: list[str], encoding: str = "cp1252") -> Path:
    text = "\r\n".join(";".join(row) for row in [CSV_COLUMNS, *rows]) + "\r\n"
    path.write_bytes(text.encode(encoding))
    return path


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


# Other sources, by their mapping alone ---------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig", "utf-16"])
def test_a_csv_of_another_departement(registry: Connection, tmp_path: Path, encoding: str) -> None:
    mapping = load_mapping(tmp_path, CSV_MAPPING)
    path = write_csv(
        tmp_path / "etablissements.csv",
        csv_row(
            Places="24 places",
            Téléphone="+33 (0)2.40.12.34.56",
            Courriel="contact@ecoliers.example",
            Site="www.ecoliers.example/nantes",
            Financement="PSU",
            **{"Âge min": "0", "Âge max": "2,5"},
        ),
        csv_row(Identifiant="A2", Type="Centre de loisirs", Adresse="44093 NANTES CEDEX 1", Longitude="?"),
        csv_row(Identifiant="A3", Adresse="3 place Carnot, 69002 LYON", Latitude="", Longitude=""),
        csv_row(Identifiant="A4", Type="Ludothèque"),
        csv_row(Identifiant="A5", Adresse="chez Paul", Places="aucune"),
        encoding=encoding,
    )

    report = run(registry, path, mapping)

    found = {row[0]: row[1] for row in registry.execute("select key, offer from import_record")}
    by_key = {key: offers(registry, "id = %s", id)[0] for key, id in found.items()}
    assert set(by_key) == {"a1", "a2", "a3", "a5"}
    expected = {
        "kind": "eaje", "subkind": "creche_collective", "name": "Les Petits Écoliers", "capacity": 24,
        "phone": "02 40 12 34 56", "mail": "contact@ecoliers.example", "site": "https://www.ecoliers.example/nantes",
        "age_from_months": 0, "age_to_months": 30, "funding": "psu", "address": "12 rue Crébillon",
        "commune": "44109", "postcode": "44000", "lat": 47.2135, "lon": -1.561, "position_precision": "address",
        "source": "essai-csv",
    }  # fmt: skip
    assert by_key["a1"] | expected == by_key["a1"]
    # No code, no point, a postcode of CEDEX: the commune of that name in the département.
    assert (by_key["a2"]["commune"], by_key["a2"]["position_precision"]) == ("44109", "commune")
    assert (by_key["a2"]["kind"], by_key["a2"]["subkind"]) == ("accueil_loisirs", None)
    # Lyon's postcode tells the arrondissement.
    assert by_key["a3"]["commune"] == "69382"
    assert "Ludothèque" in reasons(report, "rejected")[5]
    # Nothing but the point tells the commune.
    assert by_key["a5"]["commune"] == "44109"
    assert "trouvée par la position" in reasons(report, "repaired")[6]
    assert "capacité «\u00a0aucune\u00a0» illisible" in reasons(report, "repaired")[6]


def test_a_json_array_with_nested_fields_and_no_position(registry: Connection, tmp_path: Path) -> None:
    mapping = load_mapping(tmp_path, JSON_MAPPING)
    lieu = {"voie": "1 RUE DE L EGLISE", "cp": 1000, "ville": "BOURG EN BRESSE"}
    path = write(
        tmp_path / "relais.json",
        [
            {"ref": {"id": 7}, "libelle": "RPE LES P TITS LOUPS", "lieu": lieu, "contact": {"tel": 474123456}},
            {"ref": {"id": 8}, "libelle": "Relais", "lieu": lieu | {"cp": "75018", "ville": "PARIS 18"}},
            {"ref": {"id": 9}, "libelle": "Relais", "lieu": None},
        ],
    )

    report = run(registry, path, mapping)

    [bourg] = offers(registry, "commune = '01053'")
    commune = registry.execute("select lat, lon from commune where code = '01053'").fetchone()
    assert (bourg["kind"], bourg["name"], bourg["phone"]) == ("rpe", "RPE les p'tits loups", "04 74 12 34 56")
    assert (bourg["address"], bourg["postcode"]) == ("1 rue de l'Eglise", "01000")
    assert ((bourg["lat"], bourg["lon"]), bourg["position_precision"]) == (commune, "commune")
    assert len(offers(registry, "commune = '75118'")) == 1
    assert "ne donne pas de position" in reasons(report, "repaired")[1]
    assert list(reasons(report, "rejected")) == [3]
    assert run(registry, path, mapping).counts["unchanged"] == 2


def test_a_point_is_trusted_up_to_three_kilometres_from_the_contour(registry: Connection, tmp_path: Path) -> None:
    row = registry.execute("select contour::text from commune where code = '44220'").fetchone()
    assert row
    north = max(shapely.get_coordinates(shapely.from_geojson(row[0])), key=lambda point: point[1])
    degree = 111.195
    lat, lon = north[1], north[0]
    path = write_csv(
        tmp_path / "points.csv",
        csv_row(Identifiant="in", Adresse="44640 Vue", Latitude=str(lat + 2.9 / degree), Longitude=str(lon)),
        csv_row(Identifiant="out", Adresse="44640 Vue", Latitude=str(lat + 3.1 / degree), Longitude=str(lon)),
    )

    report = run(registry, path, load_mapping(tmp_path, CSV_MAPPING))

    precision = registry.execute("select position_precision from offer order by lat").fetchall()
    assert precision == [("commune",), ("address",)]
    assert list(reasons(report, "repaired")) == [3]


def test_a_commune_without_contour_still_trusts_what_is_near(registry: Connection, tmp_path: Path) -> None:
    # Orée d'Anjou: neither contour nor area is known.
    row = registry.execute("select lat, lon from commune where code = '49126' and contour is null").fetchone()
    assert row
    path = write_csv(
        tmp_path / "points.csv",
        csv_row(Identifiant="in", Adresse="49270 Orée d'Anjou", Latitude=str(row[0] + 0.06), Longitude=str(row[1])),
        csv_row(Identifiant="out", Adresse="49270 Orée d'Anjou", Latitude=str(row[0] + 0.2), Longitude=str(row[1])),
    )

    run(registry, path, load_mapping(tmp_path, CSV_MAPPING))

    assert registry.execute("select count(*) from offer where position_precision = 'commune'").fetchone() == (1,)


# Bad input changes nothing ---------------------------------------------------------------------------------

GOOD_CSV = ";".join(CSV_COLUMNS) + "\n" + ";".join(csv_row()) + "\n"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("creches.geojson", CRECHES.read_bytes()[:-2000], r"creches\.geojson.*JSON.*ligne"),
        ("creches.geojson", b"", "vide"),
        ("creches.geojson", b'{"type": "FeatureCollection", "features": []}', "aucun enregistrement"),
        ("creches.geojson", b'{"type": "Feature", "properties": {}}', "FeatureCollection"),
        ("creches.geojson", MAM.read_bytes(), "champs attendus.*adresse"),
        ("creches.geojson", b"[" * 100_000, "imbrique trop"),
        ("creches.geojson", b'[{"a": NaN}]', "NaN"),
        ("creches.geojson", b"[1, 2]", "enregistrement\u00a01 n’est pas un objet"),
        ("a.csv", GOOD_CSV.encode() + b"A2;Les Lut", "ligne\u00a03 a 2 colonnes au lieu de 13"),
        ("a.csv", GOOD_CSV.encode() + b"\xff;\xe9", "ligne\u00a03.*UTF-8"),
        ("a.csv", GOOD_CSV.encode() + b'A2;"Les Lut', "ligne\u00a03.*CSV"),
        ("a.csv", GOOD_CSV.replace("Adresse", "Voie").encode(), "champs attendus.*Adresse"),
        ("a.csv", b"PK\x03\x04\x00\x00", "abîmé"),
        ("a.csv", GOOD_CSV.encode() + b"A2;\0", "pas un fichier de texte"),
        ("a.csv", b"", "vide"),
        ("a.csv", b"x" * 200_000, "CSV"),
    ],
)
def test_a_broken_file_changes_nothing(
    registry: Connection, tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    run(registry, CRECHES)
    before = snapshot(registry)
    path = tmp_path / name
    path.write_bytes(content)
    mapping = load_mapping(tmp_path, CSV_MAPPING) if name.endswith("csv") else mappings.find(path)

    with pytest.raises(ImportRefused, match=told) as refusal:
        run(registry, path, mapping)

    assert name in str(refusal.value)
    assert snapshot(registry) == before


def test_a_file_that_is_not_there(registry: Connection, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="ne peut pas être lu"):
        run(registry, tmp_path / "creches.geojson")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("[place]", "[lieu]"), "«\u00a0place\u00a0» manque.*«\u00a0lieu\u00a0» n’existe pas"),
        (('"eaje"', '"creche"'), "«\u00a0creche\u00a0» n’est pas un code.*eaje"),
        (('"eaje"', '"assistant_maternel"'), "assistant_maternel"),
        (('"Crèche" = "creche_collective"', '"Crèche" = "micro_creche", "creche" = "creche_collective"'), "deux codes"),
        (('lat = "Latitude"', ""), "«\u00a0lat\u00a0» et «\u00a0lon\u00a0»"),
        (('["Identifiant"]', "[]"), "«\u00a0key\u00a0»"),
        (("[position]", "[position"), "TOML"),
    ],
)
def test_a_wrong_mapping_is_refused(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    assert change[0] in CSV_MAPPING
    with pytest.raises(ImportRefused, match=told):
        load_mapping(tmp_path, CSV_MAPPING.replace(*change))


def test_a_file_of_no_known_source(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="--mapping"):
        mappings.find(tmp_path / "ludotheques.csv")


def test_all_or_nothing_when_the_database_refuses(registry: Connection, tmp_path: Path) -> None:
    run(registry, CRECHES)
    before = snapshot(registry)
    registry.execute("alter table offer add constraint trap check (name <> 'Piège')")

    def change(features: list[Any]) -> None:
        added = copy.deepcopy(features[0])
        added["properties"]["designation"] = "Piège"
        features.append(added)
        features[1]["properties"]["gestionnaire"] = "CAF"

    with pytest.raises(Exception, match="trap"):
        run(registry, write(tmp_path / "creches.geojson", creches(change)))

    assert snapshot(registry) == before
