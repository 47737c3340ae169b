"""Sources that a mapping alone describes, and what is refused of a file or a mapping."""

import copy
from pathlib import Path
from typing import Any

import pytest
import shapely

from registry.database import Connection
from registry.imports import mapping as mappings
from registry.imports.errors import ImportRefused
from tests.registry.imports.sources import (
    CRECHES,
    CSV_COLUMNS,
    CSV_MAPPING,
    JSON_MAPPING,
    MAM,
    creches,
    csv_row,
    load_mapping,
    offers,
    reasons,
    run,
    snapshot,
    write,
    write_csv,
)


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
