"""Commands of the index."""

import json
import logging
import signal
import threading
from typing import Annotated

import typer

from cli.progress import progress, say
from cli.servers import found_settings, plain_failures, refuse
from indexer import bulk, generations, worker
from indexer import check as checking
from indexer import rebuild as rebuilding
from indexer import status as statuses
from registry import database


def rebuild(
    if_needed: Annotated[
        bool, typer.Option("--if-needed", help="Seulement si l’index manque ou date d’une version d’avant.")
    ] = False,
) -> None:
    """Reconstruire l’index à côté de celui qui sert, puis basculer."""
    settings = found_settings()
    engine = bulk.client(settings.elasticsearch_url, timeout_s=120)
    with plain_failures(), progress() as steps:
        if if_needed:
            with database.connect(settings.database_url) as conn:
                if generations.is_current(conn, engine, settings.index_prefix):
                    say("L’index est déjà en service.")
                    return
        try:
            counts = rebuilding.rebuild(settings, engine, steps)
        except rebuilding.RebuildRunning:
            refuse("Une reconstruction est déjà en cours.")
    say(f"Index en service\u00a0: {counts['offers']} offres, {counts['places']} lieux.")


def run() -> None:
    """Suivre le registre\u00a0: chaque changement devient trouvable en une seconde environ."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("elastic_transport").setLevel(logging.WARNING)
    settings = found_settings()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        worker.run(settings, bulk.client(settings.elasticsearch_url), stop)
    except worker.AlreadyRunning:
        refuse("Un indexeur suit déjà ce registre.")


def check() -> None:
    """Comparer le registre et l’index, document par document\u202f; code 1 s’ils diffèrent."""
    settings = found_settings()
    words = {"missing": "absent de l’index", "ghost": "en trop dans l’index", "different": "différent"}
    differences = 0
    with plain_failures(), database.connect(settings.database_url, autocommit=True) as conn:
        engine = bulk.client(settings.elasticsearch_url)
        for each in checking.compare(conn, engine, settings.index_prefix):
            differences += 1
            say(f"{each.index} {each.id}\u00a0: {words[each.kind]}")
    if differences:
        refuse(f"Différences entre le registre et l’index\u00a0: {differences}.")
    say("Le registre et l’index sont égaux.")


def status(
    as_json: Annotated[bool, typer.Option("--json", help="Pour les machines.")] = False,
) -> None:
    """Dire où en est l’index\u00a0: file d’attente, retard, documents par genre."""
    settings = found_settings()
    with plain_failures(), database.connect(settings.database_url) as conn:
        found = statuses.status(conn, bulk.client(settings.elasticsearch_url), settings.index_prefix)
    if as_json:
        say(json.dumps(found, ensure_ascii=False))
        return
    oldest = found["oldest_change_s"]
    say(f"En attente\u00a0: {found['queue']}" + (f", depuis {oldest}\u00a0s" if oldest is not None else ""))
    say(f"Refusés par l’index\u00a0: {found['dead_letters']}")
    say(f"À jour jusqu’à\u00a0: {found['indexed_at'] or 'jamais'}")
    for index, name in sorted(found["live"].items()):
        say(f"Index {index}\u00a0: {name}")
    for kind, count in sorted(found["kinds"].items()):
        say(f"  {kind}\u00a0: {count}")
