"""Commands of the index."""

import logging
import signal
import threading
from itertools import count
from typing import Annotated

import typer

from cli.metrics import CannotServe, serving
from cli.progress import progress, say
from cli.servers import found_settings, plain_failures, refuse, require_admission
from indexer import bulk, generations, metrics, worker
from indexer import check as checking
from indexer import rebuild as rebuilding
from mappings.indexes import INDEXES
from registry import database

DIFFERENCES: dict[checking.Kind, str] = {
    "missing": "absent de l’index",
    "ghost": "en trop dans l’index",
    "stale": "en attente, ou refusé par l’index",
    "different": "différent",
}

SHOWN = 200
"""Differences that are named one by one; the rest is counted."""

PATIENT_S = 120
"""Calls of a rebuild or a check may take longer than those of the change loop."""


def rebuild(
    if_needed: Annotated[
        bool, typer.Option("--if-needed", help="Seulement si l’index manque ou date d’une version d’avant.")
    ] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Garder l’index d’avant, à jour, pour pouvoir y revenir (index rollback).")
    ] = False,
) -> None:
    """Reconstruire l’index à côté de celui qui sert, comparer, puis basculer."""
    settings = found_settings()
    engine = bulk.client(settings, timeout_s=PATIENT_S)
    with plain_failures(), progress() as steps:
        if if_needed:
            with database.connect(settings.database_url) as conn:
                if generations.is_current(conn, engine, settings.index_prefix):
                    say("L’index est déjà en service.")
                    return
        try:
            done = rebuilding.rebuild(settings, engine, steps, keep=keep)
        except rebuilding.RebuildRunning:
            refuse("Une reconstruction est déjà en cours.")
        except rebuilding.RebuildDiffers as error:
            refuse(
                f"L’index reconstruit diffère du registre ({error})\u00a0: l’index d’avant reste en service."
                " Relancez la reconstruction\u202f; si cela persiste, c’est un défaut à signaler."
            )
    counted = ", ".join(f"{documents} {INDEXES[index].label}" for index, documents in done.counts.items())
    say(
        f"Index en service\u00a0: {counted}"
        f" (chargés en {done.backfill_s:.0f}\u00a0s, comparés en {done.compare_s:.0f}\u00a0s)."
    )
    if done.refused:
        say(f"Documents refusés par l’index\u00a0: {done.refused} (voir «\u00a0index dead-letters list\u00a0»).")


def rollback() -> None:
    """Revenir à l’index gardé par « rebuild --keep »\u202f; refusé s’il est en retard."""
    settings = found_settings()
    with plain_failures():
        try:
            names = rebuilding.rollback(settings, bulk.client(settings, timeout_s=PATIENT_S))
        except rebuilding.RebuildRunning:
            refuse("Une reconstruction est en cours\u00a0: attendez sa fin.")
        except rebuilding.RollbackRefused as error:
            refuse(str(error))
    for name in names.values():
        say(f"En service\u00a0: {name}")


def drop_kept() -> None:
    """Supprimer l’index gardé, qui ne reçoit plus les changements."""
    settings = found_settings()
    with plain_failures(), database.connect(settings.database_url, autocommit=True) as conn:
        names = generations.drop_kept(conn, bulk.client(settings))
    say(f"Supprimé\u00a0: {', '.join(names)}." if names else "Aucun index n’était gardé.")


def run() -> None:
    """Suivre le registre\u00a0: chaque changement devient trouvable en une seconde environ.

    Plusieurs indexeurs peuvent tourner à la fois.
    """
    logging.basicConfig(level=logging.INFO, format="time=%(asctime)s level=%(levelname)s %(message)s")
    settings = found_settings()
    require_admission(settings)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        with serving(settings, metrics.told(settings)):
            worker.run(settings, bulk.client(settings, timeout_s=settings.indexer_timeout_s), stop)
    except CannotServe as error:
        refuse(str(error))


def check(
    repair: Annotated[
        bool, typer.Option("--repair", help="Remettre dans la file ce qui manque, est en trop ou diffère.")
    ] = False,
) -> None:
    """Comparer le registre et l’index, document par document\u202f; code 1 s’ils diffèrent.

    Ce qui attend dans la file, ou que l’index a refusé, est dit mais ne compte pas comme une différence.
    """
    settings = found_settings()
    wrong: list[checking.Difference] = []
    lines = count(1)

    def told(each: checking.Difference) -> None:
        if (line := next(lines)) <= SHOWN:
            say(f"{each.index} {each.id}\u00a0: {DIFFERENCES[each.kind]}")
        elif line == SHOWN + 1:
            say("… et d’autres.")
        if each.kind != "stale":
            wrong.append(each)

    with plain_failures(), database.connect(settings.database_url, autocommit=True) as conn:
        results = checking.check(conn, bulk.client(settings, timeout_s=PATIENT_S), settings.index_prefix, told)
        if repair and wrong:
            say(f"Remis dans la file\u00a0: {checking.repair(conn, wrong)}.")
    for each in results:
        say(f"{each.index}\u00a0: {each.documents} documents comparés en {each.seconds:.0f}\u00a0s.")
    if wrong:
        refuse(f"Différences entre le registre et l’index\u00a0: {len(wrong)}.")
    waiting = sum(each.counts["stale"] for each in results)
    if waiting:
        say(f"Égaux, sauf {waiting} documents dont le changement attend ou a été refusé.")
    else:
        say("Le registre et l’index sont égaux.")
