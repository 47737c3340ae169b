"""The site and its API."""

import gc
import logging
from typing import Annotated

import typer
import uvicorn

from cli.servers import found_settings, refuse

Host = Annotated[str, typer.Option(help="L’adresse d’écoute.")]
Port = Annotated[int, typer.Option(help="Le port d’écoute.", min=1, max=65535)]


AccessLog = Annotated[
    bool, typer.Option("--access-log", help="Écrire une ligne par requête, sans ce qui est cherché ni par qui.")
]


def serve(host: Host = "127.0.0.1", port: Port = 8000, access_log: AccessLog = False) -> None:
    """Servir le site et l’API."""
    # Here, because every other command would wait for it too: a second, on each health check of the indexer.
    from registry import documents
    from web.app import create_app

    settings = found_settings()
    if not settings.secret_key:
        refuse("SECRET_KEY manque\u00a0: donnez une longue suite de caractères au hasard.")
    if settings.database_url and (settings.document_keys or not settings.demo):
        # Now, and not when the first copy of an agrément is sent.
        try:
            documents.keys(settings)
        except documents.MissingKey as missing:
            refuse(str(missing))
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("ribambelle.search").setLevel(logging.INFO)
    if access_log:
        logging.getLogger("ribambelle.access").setLevel(logging.INFO)
    app = create_app(settings)
    # What is there now stays until the end: the collector need not walk through it again and again.
    gc.collect()
    gc.freeze()
    # Not uvicorn's access log: it holds the query string, which tells where a family lives. No proxy headers: whose
    # X-Forwarded-For is believed is settings.trusted_proxies' to say, and uvicorn would believe all of loopback.
    # The loop and the parser by name: where one is missing, that must be said, not cost half of the speed unseen.
    uvicorn.run(
        app,
        host=host,
        port=port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        proxy_headers=False,
        log_level="warning",
    )
