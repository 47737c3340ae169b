"""An Elasticsearch behind TLS and a password or a key: the API, the indexer and the commands all reach it, and each of
them says in a sentence what the operator has to mend."""

import base64
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from elastic_transport import TlsError
from elasticsearch import Elasticsearch
from psycopg.conninfo import make_conninfo
from typer.testing import CliRunner

import cli
from indexer import bulk, generations, worker
from local.servers import Urls
from registry import database
from settings import Settings, get_settings
from tests.product.guarded.guard import PREFIX, Authority, Guarded, guarded
from tests.records import structure
from tests.search_api.conftest import client as api_over

USER, SECRET = "ribam@belle", "s3cret:p/ss"  # of the kind that an address must escape
KEY = base64.b64encode(b"identifier:s3cret-of-the-key").decode()
OTHER_KEY = base64.b64encode(b"identifier:s3cret-of-another").decode()
BASIC = f"Basic {base64.b64encode(f'{USER}:{SECRET}'.encode()).decode()}"
SECRETS = ("s3cret", KEY, OTHER_KEY, BASIC.removeprefix("Basic "))

OURS = "a key of the tests as long as one has to be"

UNKNOWN = "L’autorité qui a signé le certificat d’Elasticsearch n’est pas connue"
REFUSALS = {
    "a wrong password": "Elasticsearch refuse le mot de passe ou la clé",
    "a wrong key": "Elasticsearch refuse le mot de passe ou la clé",
    "nobody": "Elasticsearch refuse le mot de passe ou la clé",
    "an authority that is not ours": UNKNOWN,
    "no authority": UNKNOWN,
    "an expired certificate": "Le certificat d’Elasticsearch a expiré",
    "another name": "Le certificat d’Elasticsearch est celui d’un autre nom",
    "a port without TLS": "Elasticsearch ne parle pas TLS à cette adresse https",
}

COMMANDS = (["index", "rebuild"], ["index", "check"], ["index", "run"], ["index", "status"], ["serve"])


def address(port: int, secret: str = SECRET, path: str = PREFIX) -> str:
    return f"https://{quote(USER, safe='')}:{quote(secret, safe='')}@127.0.0.1:{port}{path}"


@dataclass(frozen=True)
class Operator:
    """What an operator has made: authorities, and Elasticsearch behind certificates of each sort."""

    ours: Authority
    theirs: Authority
    good: Guarded
    expired: Guarded
    misnamed: Guarded
    plain_port: int


@pytest.fixture(scope="module")
def operator(servers: Urls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    folder = tmp_path_factory.mktemp("authorities")
    ours, theirs = Authority(folder, "ours"), Authority(folder, "theirs")
    certificates = (
        ours.certificate("good"),
        ours.certificate("expired", ends_in=timedelta(days=-1)),
        ours.certificate("misnamed", address="192.0.2.1"),
    )
    admitted = {BASIC, f"ApiKey {KEY}"}
    with ExitStack() as stack:
        good, expired, misnamed = [
            stack.enter_context(guarded(servers.elasticsearch_url, each, admitted)) for each in certificates
        ]
        yield Operator(ours, theirs, good, expired, misnamed, int(servers.elasticsearch_url.rpartition(":")[2]))


@pytest.fixture(params=["a password", "a key"])
def ways(request: pytest.FixtureRequest, operator: Operator) -> dict[str, str]:
    """Settings with which Elasticsearch knows us."""
    ca = {"elasticsearch_ca": str(operator.ours.file)}
    if request.param == "a password":
        return {"elasticsearch_url": address(operator.good.port), **ca}
    url = f"https://127.0.0.1:{operator.good.port}{PREFIX}"
    return {"elasticsearch_url": url, "elasticsearch_api_key": KEY, **ca}


@pytest.fixture(params=REFUSALS)
def refused(request: pytest.FixtureRequest, operator: Operator) -> tuple[dict[str, str], str]:
    """Settings with which it does not, or we do not know it; and the sentence about that."""
    ca, port = {"elasticsearch_ca": str(operator.ours.file)}, operator.good.port
    bare = f"https://127.0.0.1:{port}{PREFIX}"
    settings = {
        "a wrong password": {"elasticsearch_url": address(port, "s3cret-wrong"), **ca},
        "a wrong key": {"elasticsearch_url": bare, "elasticsearch_api_key": OTHER_KEY, **ca},
        "nobody": {"elasticsearch_url": bare, **ca},
        "an authority that is not ours": {
            "elasticsearch_url": address(port),
            "elasticsearch_ca": str(operator.theirs.file),
        },
        "no authority": {"elasticsearch_url": address(port)},
        "an expired certificate": {"elasticsearch_url": address(operator.expired.port), **ca},
        "another name": {"elasticsearch_url": address(operator.misnamed.port), **ca},
        "a port without TLS": {"elasticsearch_url": address(operator.plain_port, path=""), **ca},
    }
    return settings[request.param], REFUSALS[request.param]


@pytest.fixture
def environment(
    servers: Urls, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[dict[str, str]], Settings]]:
    """Sets these settings for the commands, over an empty database and an index of this test's own."""
    name, prefix = f"guarded_{run_id}", f"test-{run_id}-guarded"

    def chosen(settings: dict[str, str]) -> Settings:
        more = {
            "database_url": make_conninfo(servers.database_url, dbname=name),
            "index_prefix": prefix,
            "secret_key": OURS,
            "demo": "true",
        }
        for field, value in (more | settings).items():
            monkeypatch.setenv(field.upper(), value)
        get_settings.cache_clear()
        return get_settings()

    with psycopg.connect(servers.database_url, autocommit=True) as conn:
        conn.execute(f"create database {name}")
        yield chosen
        conn.execute(f"drop database {name} with (force)")
    with Elasticsearch(servers.elasticsearch_url) as client:
        generations.drop(client, client.indices.get(index=f"{prefix}-*").body)
    get_settings.cache_clear()


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli.app, list(arguments))
    return done.exit_code, done.stdout + done.stderr


def in_nantes(settings: Settings) -> None:
    """Tables, and of the territory only Nantes."""
    assert run("migrate")[0] == 0
    with database.connect(settings.database_url) as conn:
        conn.execute("insert into department values ('44', 'Loire-Atlantique', '52', 'Pays de la Loire')")
        conn.execute(
            "insert into commune (code, name, department, postcodes, population, lat, lon)"
            " values ('44109', 'Nantes', '44', '{44000}', 327734, 47.21863, -1.55377)"
        )


def names(api: Any) -> list[str]:
    return [item["name"] for item in api.get("/api/v1/offers", {"near": "47.2173,-1.5534"}).json()["items"]]


def test_commands_indexer_and_api_all_reach_it(
    operator: Operator, ways: dict[str, str], environment: Callable[[dict[str, str]], Settings]
) -> None:
    settings = environment(ways)
    in_nantes(settings)
    with database.connect(settings.database_url) as conn:
        structure(conn, "Les Lutins")
    code, told = run("index", "rebuild")
    assert code == 0, told
    with database.connect(settings.database_url) as conn:
        structure(conn, "Les Loups")
    with bulk.client(settings) as engine:
        assert worker.drain(settings, engine) == 1
        engine.indices.refresh(index=f"{settings.index_prefix}-offers")
    code, told = run("index", "check")
    assert (code, told.splitlines()[-1]) == (0, "Le registre et l’index sont égaux.")
    assert run("index", "status")[0] == 0
    with api_over(settings) as api:
        assert sorted(names(api)) == ["Les Loups", "Les Lutins"]
    assert set(operator.good.seen) >= {BASIC if "elasticsearch_api_key" not in ways else f"ApiKey {KEY}"}


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_says_what_to_mend_and_no_secret(
    refused: tuple[dict[str, str], str],
    environment: Callable[[dict[str, str]], Settings],
    command: list[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    settings, sentence = refused
    environment(settings)
    if command[0] == "index":
        assert run("migrate")[0] == 0
    code, told = run(*command)
    assert code == 1
    assert sentence in told
    assert "Traceback" not in told
    assert not [secret for secret in SECRETS if secret in told + caplog.text]


def test_a_search_is_a_503_and_the_log_says_why_once_and_no_secret(
    refused: tuple[dict[str, str], str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    settings, sentence = refused
    with api_over(Settings.model_validate({**settings, "secret_key": OURS})) as api:
        answers = [api.get("/api/v1/offers", {"near": "47.2173,-1.5534"}) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [503] * 3
        assert all("retry-after" in answer.headers for answer in answers)
    logged = [each.getMessage() for each in caplog.records if each.name == "ribambelle.engine"]
    assert len(logged) == 1
    assert logged[0].startswith(sentence)
    assert not [secret for secret in SECRETS if secret in caplog.text + answers[0].text]


def test_of_several_nodes_one_that_is_not_believed_is_passed_over(operator: Operator, ways: dict[str, str]) -> None:
    own = ways["elasticsearch_url"]
    several = ",".join([own.replace(str(operator.good.port), str(operator.expired.port)), own])
    settings = Settings.model_validate(ways | {"elasticsearch_url": several})
    with bulk.client(settings) as engine:
        for _ in range(4):
            assert engine.cluster.health()["status"] in ("green", "yellow")


def test_with_an_authority_of_ours_no_public_one_is_believed(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library would add those that it ships with: here they have signed the certificate, and ours has not."""
    monkeypatch.setattr("elastic_transport._node._http_urllib3.DEFAULT_CA_CERTS", str(operator.ours.file))
    settings = Settings(elasticsearch_url=address(operator.good.port), elasticsearch_ca=str(operator.theirs.file))
    with bulk.client(settings) as engine, pytest.raises(TlsError):
        engine.cluster.health()
