"""The site and its API."""

from typing import Annotated

import typer
import uvicorn

from cli.servers import found_settings, refuse

Host = Annotated[str, typer.Option(help="L’adresse d’écoute.")]
Port = Annotated[int, typer.Option(help="Le port d’écoute.", min=1, max=65535)]


def serve(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Servir le site et l’API."""
    # Here, because every other command would wait for it too: a second, on each health check of the indexer.
    from web.app import create_app

    settings = found_settings()
    if not settings.secret_key:
        refuse("SECRET_KEY manque\u00a0: donnez une longue suite de caractères au hasard.")
    # No access log: uvicorn's holds the query string, which tells where a family lives. No proxy headers: whose
    # X-Forwarded-For is believed is settings.trusted_proxies' to say, and uvicorn would believe all of loopback.
    uvicorn.run(create_app(settings), host=host, port=port, access_log=False, proxy_headers=False, log_level="warning")
