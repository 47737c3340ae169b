"""The site and its API."""

import gc
import logging
from typing import Annotated

import typer
import uvicorn

from cli.metrics import CannotServe, serving
from cli.servers import found_settings, refuse, require_admission, require_keys
from search_api.http.proxies import BadProxy

Host = Annotated[str, typer.Option(help="L’adresse d’écoute.")]
Port = Annotated[int, typer.Option(help="Le port d’écoute.", min=1, max=65535)]


AccessLog = Annotated[
    bool, typer.Option("--access-log", help="Écrire une ligne par requête, sans ce qui est cherché ni par qui.")
]


def serve(host: Host = "127.0.0.1", port: Port = 8000, access_log: AccessLog = False) -> None:
    """Servir le site et l’API."""
    # Here, because every other command would wait for it too: a second, on each health check of the indexer.
    from registry.agrements import documents
    from search_api.http import metrics
    from web import server
    from web.app import create_app
    from web.core.vector_tiles import BadTiles

    settings = found_settings()
    require_keys(settings)
    try:
        bounds = server.options(settings)
    except BadProxy as bad:
        refuse(str(bad))
    if settings.database_url and (settings.document_keys or not settings.demo):
        # Now, and not when the first copy of an agrément is sent.
        try:
            documents.keys(settings)
        except documents.MissingKey as missing:
            refuse(str(missing))
    require_admission(settings)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("ribambelle.search").setLevel(logging.INFO)
    # It quotes bytes of forms that are none.
    logging.getLogger("python_multipart").setLevel(logging.ERROR)
    if access_log:
        logging.getLogger("ribambelle.access").setLevel(logging.INFO)
    try:
        app = create_app(settings)
    except BadTiles as bad:
        refuse(str(bad))
    # What is there now stays until the end: the collector need not walk through it again and again.
    gc.collect()
    gc.freeze()
    try:
        with serving(settings, metrics.told(app.state.metrics, settings)):
            uvicorn.run(app, host=host, port=port, **bounds)
    except CannotServe as error:
        refuse(str(error))
