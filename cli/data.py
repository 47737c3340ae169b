"""Commands that fill the registry.

What they fill it with is imported where it is used: shapely and the like would double what every other command, and
the indexer, holds in memory.
"""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Annotated

import typer

from cli.progress import progress, say
from cli.servers import found_settings, plain_failures, refuse, require_keys
from domain import civil
from registry import database

Day = Annotated[
    datetime | None,
    typer.Option("--today", formats=["%Y-%m-%d"], help="Le jour de référence\u202f; par défaut, aujourd’hui."),
]


NOON = time(12)
"""When a day that is named is looked at."""

STEPS = {
    "agréments": "Agréments qui ont changé",
    "breaches": "Échéances manquées",
    "documents": "Copies d’agréments effacées",
    "drafts": "Inscriptions abandonnées",
    "previews": "Aperçus de fichiers abandonnés",
    "accounts": "Sessions, codes et liens périmés",
    "messages": "Messages et conversations oubliés",
    "mails": "Courriels oubliés",
}
"""What `daily` tells of each step."""


class Scale(StrEnum):
    demo = "demo"
    france = "france"


Size = Annotated[Scale, typer.Option(help="demo\u00a0: la Loire-Atlantique\u202f; france\u00a0: tout le pays.")]


def today() -> date:
    """The civil day in France."""
    return civil.today()


def migrate() -> None:
    """Mettre les tables du registre à la dernière version."""
    with plain_failures():
        database.migrate(found_settings().database_url)
    say("Le registre est à jour.")


def territory() -> None:
    """Charger les communes, les intercommunalités et les départements, si ce n’est pas fait, et leurs anciens noms."""
    from registry import territory as territories

    with plain_failures(), database.connect(found_settings().database_url) as conn:
        if conn.execute("select 1 from commune limit 1").fetchone():
            renewed = territories.renew_names(conn)
            say(f"Le territoire est déjà chargé\u00a0; anciens noms mis à jour\u00a0: {renewed}.")
            return
        with progress() as steps:
            territories.load(conn, lambda done, total: steps("communes", done, total))


def generate(
    context: typer.Context,
    scale: Size = Scale.demo,
    seed: Annotated[int, typer.Option(help="Le même nombre donne les mêmes données.")] = 1,
    day: Day = None,
) -> None:
    """Créer des données fictives, marquées comme telles."""
    if context.invoked_subcommand:
        return
    from demo import GenerationRefused
    from demo import generate as generate_offers

    reference = day.date() if day else today()
    with plain_failures(), progress() as steps:
        try:
            counts = database.retried(
                found_settings().database_url,
                lambda conn: generate_offers(conn, scale=scale.value, seed=seed, today=reference, report=steps),
            )
        except GenerationRefused as error:
            refuse(str(error))
    say(f"{sum(counts.values())} offres fictives créées.")


def daily(
    day: Day = None,
) -> None:
    """Appliquer ce que le calendrier change\u00a0: agréments, mouvements, échéances, durées de conservation."""
    from jobs import calendar

    moment = civil.moment(day.date(), NOON) if day else civil.now()
    with plain_failures():
        settings = found_settings()
        require_keys(settings)
        done = calendar.daily(settings, moment)
    for name, label in STEPS.items():
        say(f"{label}\u00a0: {done[name]}.")


def rotate_documents() -> None:
    """Chiffrer à nouveau les copies d’agréments avec la première clé de DOCUMENT_KEYS\u202f; l’ancienne peut partir."""
    from registry.agrements import documents

    settings = found_settings()
    with plain_failures(), database.connect(settings.database_url) as conn:
        try:
            count = documents.rotate(conn, documents.keys(settings))
        except documents.MissingKey as error:
            refuse(str(error))
    say(f"Pages chiffrées à nouveau\u00a0: {count}.")
