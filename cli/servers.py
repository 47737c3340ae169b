"""Which servers a command talks to: those of the environment, else those of a running demo."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import elasticsearch
import psycopg
import typer
from pydantic import ValidationError

from indexer import bulk
from local.errors import LocalError
from local.servers import Urls, discover
from mappings.indexes import OFFERS, alias
from settings import Settings, get_settings
from settings.engine import BadEngine, nodes, refusal
from settings.keys import WeakKey

LOCAL = Path(__file__).parent.parent / ".local"
"""Everything that the local servers keep, in the clone."""

ADMITTED_S = 3
"""How long a process that starts waits for Elasticsearch to say whether it knows it."""


def found_settings() -> Settings:
    """The settings, completed by the servers of the demo that runs here. Ends the command when there are none."""
    settings = valid_settings()
    if settings.elasticsearch_url:
        try:
            nodes(settings, timeout_s=ADMITTED_S)
        except BadEngine as bad:
            refuse(str(bad))
    if settings.database_url and settings.elasticsearch_url:
        return settings
    for directory in (LOCAL / "demo", LOCAL / "france"):
        urls = discover(directory)
        if urls:
            return completed(settings, urls)
    refuse("Aucun serveur\u00a0: lancez d’abord « make demo », ou donnez DATABASE_URL et ELASTICSEARCH_URL.")


def valid_settings() -> Settings:
    """The settings of the environment. Ends the command where one has a value that it cannot have."""
    try:
        return get_settings()
    except ValidationError as error:
        names = ", ".join(sorted({str(each["loc"][0]).upper() for each in error.errors() if each["loc"]}))
        refuse(f"Réglage refusé\u00a0: {names}. Corrigez sa valeur\u00a0; settings/__init__.py dit ce qui est permis.")


def completed(settings: Settings, urls: Urls) -> Settings:
    """Settings that name these servers where they named none."""
    return settings.model_copy(
        update={
            name: getattr(settings, name) or getattr(urls, name)
            for name in ("database_url", "elasticsearch_url", "redis_url")
        }
    )


def require_keys(settings: Settings) -> None:
    """End the command where SECRET_KEY is missing or too short: a process would fail at its first mail or page."""
    try:
        _ = settings.keys
    except WeakKey as weak:
        refuse(str(weak))


def require_admission(settings: Settings) -> None:
    """End the command where Elasticsearch refuses our password or key, or shows a certificate that we do not believe,
    or something else answers at its address: waiting would not help. An Elasticsearch that is away may come back, and
    ends nothing."""
    with bulk.client(settings, timeout_s=ADMITTED_S) as engine:
        try:
            engine.indices.get_mapping(index=alias(settings.index_prefix, OFFERS), filter_path="*.mappings._meta")
        except (elasticsearch.ApiError, elasticsearch.TransportError) as error:
            if sentence := refusal(error):
                refuse(sentence)


def refuse(sentence: str) -> NoReturn:
    """End the command with one plain sentence and exit code 1."""
    print(sentence, file=sys.stderr)
    raise typer.Exit(1)


@contextmanager
def plain_failures() -> Iterator[None]:
    """Turn what a person can mend (a missing JDK, a server that is away) into one sentence."""
    try:
        yield
    except LocalError as error:
        refuse(str(error))
    except psycopg.errors.UndefinedTable:
        refuse("Le registre n’a pas encore toutes ses tables\u00a0: lancez «\u00a0ribambelle migrate\u00a0».")
    except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
        refuse(
            "Le registre est occupé\u00a0: une autre opération, une sauvegarde par exemple, retient une table. Relancez"
            " la commande quand elle est finie."
        )
    except psycopg.OperationalError as error:
        refuse(f"La base de données ne répond pas\u00a0: {str(error).splitlines()[0]}")
    except BadEngine as bad:
        refuse(str(bad))
    except (elasticsearch.ApiError, elasticsearch.TransportError) as error:
        if sentence := refusal(error):
            refuse(sentence)
        if not isinstance(error, elasticsearch.ConnectionError):
            raise
        refuse("Elasticsearch ne répond pas\u00a0: vérifiez ELASTICSEARCH_URL, ou relancez la démonstration.")
