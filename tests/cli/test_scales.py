"""`ribambelle scales`: what an operator reads, enters and takes back, and what is refused with its reason."""

from collections.abc import Callable, Iterator

import pytest
from typer.testing import CliRunner, Result

import cli
from local.servers import Urls
from registry import scales
from registry.database import Connection
from settings import get_settings
from tests.conftest import TODAY

Run = Callable[..., Result]

A_DECREE = ("--source", "décret n° 2026-1 du 2 janvier 2026")
SMIC = ("add", "smic_hour_cents", "1250", "--unit", "euro_cents", "--from", "01/01/2027", *A_DECREE)


@pytest.fixture
def run(servers: Urls, registry_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    monkeypatch.setenv("DATABASE_URL", registry_url)
    monkeypatch.setenv("ELASTICSEARCH_URL", servers.elasticsearch_url)
    monkeypatch.setattr(scales, "_read", {})
    get_settings.cache_clear()
    yield lambda *words: CliRunner().invoke(cli.app, ["scales", *words])
    get_settings.cache_clear()


def test_a_figure_is_entered_corrected_and_taken_back_and_each_step_is_in_the_audit_log(
    run: Run, registry: Connection
) -> None:
    assert run(*SMIC).exit_code == 0
    told = run("list", "smic_hour_cents").output
    assert "1250\u00a0centimes d’euro à partir du 01/01/2027, valeur saisie\u00a0: décret n° 2026-1" in told
    assert "1202\u00a0centimes d’euro à partir du 01/01/2026\u00a0: décret" in told
    again = run(*SMIC[:2], "1260", *SMIC[3:])
    assert again.exit_code == 1
    assert "a déjà une valeur saisie" in again.output
    assert run(*SMIC[:2], "1260", *SMIC[3:], "--replace", "--unconfirmed").exit_code == 0
    assert "1260\u00a0centimes d’euro à partir du 01/01/2027, valeur saisie, source à confirmer" in run("list").output
    assert run("remove", "smic_hour_cents", "--from", "2027-01-01").exit_code == 0
    assert scales.rows(registry) == ()
    gone = run("remove", "smic_hour_cents", "--from", "2027-01-01")
    assert gone.exit_code == 1
    assert "Aucune valeur de smic_hour_cents" in gone.output
    noted = registry.execute("select action, role, detail from audit order by id").fetchall()
    of = {"scale": "smic_hour_cents", "day": "2027-01-01"}
    assert noted == [
        ("scale.enter", "system", of | {"after": "1250"}),
        ("scale.enter", "system", of | {"before": "1250", "after": "1260"}),
        ("scale.remove", "system", of | {"before": "1260"}),
    ]


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("declaration_deadlines", "05-15 11-15", "15\u00a0mai et 15\u00a0novembre"),
        ("declaration_reminder_days", "30 7 -1", "30 7 -1"),
        ("am_least_smic", "0,3", "0,3"),
        ("agrement_age_to_months", "192", "192"),
    ],
)
def test_every_kind_of_value_can_be_entered(run: Run, registry: Connection, name: str, value: str, shown: str) -> None:
    unit = scales.read(registry).definitions[name].unit
    done = run("add", name, value, "--unit", unit, "--from", TODAY.isoformat(), *A_DECREE)
    assert done.exit_code == 0, done.output
    assert shown in done.output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("smik", "1250", "--unit", "euro_cents", *A_DECREE), "Aucun barème"),
        (("smic_hour_cents", "12,50", "--unit", "euro_cents", *A_DECREE), "nombre entier"),
        (("smic_hour_cents", "12", "--unit", "euro_cents", *A_DECREE), "va de 500 à 5000"),
        (("smic_hour_cents", "1250", "--unit", "count", *A_DECREE), "se compte en centimes d’euro"),
        (("smic_hour_cents", "1250", "--unit", "euro_cents", "--source", "loi"), "Donnez la source"),
        (("declaration_deadlines", "31/05", "--unit", "day_of_year", *A_DECREE), "comme 06-01"),
    ],
)
def test_what_a_scale_cannot_take_is_refused_with_a_sentence(
    run: Run, registry: Connection, words: tuple[str, ...], sentence: str
) -> None:
    done = run("add", *words, "--from", "01/01/2027")
    assert done.exit_code == 1
    assert sentence in done.output
    assert scales.rows(registry) == ()


def test_a_source_cannot_be_left_out(run: Run) -> None:
    done = run(*SMIC[:-2])
    assert done.exit_code == 2
    assert "--source" in done.output


def test_the_list_tells_every_scale_that_holds_today(run: Run, registry: Connection) -> None:
    told = run("list").output
    for name, entry in ((name, entries[-1]) for name, entries in scales.read(registry).entries.items()):
        assert f"{name}\u00a0: " in told
        assert entry.source in told
    assert run("list", "smik").exit_code == 1
