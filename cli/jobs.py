"""What runs by itself at its hour."""

import logging
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli.servers import LOCAL, found_settings, refuse, require_keys


class Part(StrEnum):
    worker = "worker"
    beat = "beat"


def jobs(
    only: Annotated[
        Part | None,
        typer.Option(
            help="worker\u00a0: exécuter les tâches sans les déclencher\u202f; beat\u00a0: les déclencher à l’heure."
            " Par défaut, les deux dans un seul programme\u202f; il ne faut qu’un beat."
        ),
    ] = None,
    directory: Annotated[
        Path, typer.Option(help="Le dossier où se note ce qui a été déclenché et quand.", file_okay=False)
    ] = LOCAL / "jobs",
) -> None:
    """Exécuter les tâches à leur heure\u00a0: courriels, vérification de l’index, changements du calendrier."""
    settings = found_settings()
    if not settings.redis_url:
        refuse("REDIS_URL manque\u00a0: donnez l’adresse de Valkey ou de Redis, par où passent les tâches.")
    if only is not Part.beat:
        require_keys(settings)  # the links in mails are signed
    # Here, because every other command would wait for them too.
    from jobs.run import beat, worker

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    # Of a task that runs every five seconds each of these tells; what tasks did they say themselves.
    for name in ("celery.beat", "celery.worker.strategy", "celery.app.trace"):
        logging.getLogger(name).setLevel(logging.WARNING)
    if only is not Part.worker:
        directory.mkdir(parents=True, exist_ok=True)
    schedule = directory.resolve() / "schedule"
    if only is Part.beat:
        beat(settings, schedule)
    else:
        raise typer.Exit(worker(settings, None if only else schedule))
