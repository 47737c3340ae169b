"""`GET /metrics` on a port of its own, in a thread of the process that counts."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, start_http_server

from settings import Settings


class CannotServe(Exception):
    """The address of the metrics cannot be listened at; one French sentence for whoever set it."""


@contextmanager
def serving(settings: Settings, told: CollectorRegistry) -> Iterator[None]:
    """Answer `GET /metrics` on settings.metrics_host:metrics_port meanwhile; does nothing when the port is 0.

    What collects in `told` runs in a thread of its own for each scrape. Raises CannotServe when the address is taken
    or not this machine's.
    """
    if not settings.metrics_port:
        yield
        return
    try:
        server, thread = start_http_server(settings.metrics_port, settings.metrics_host, told)
    except OSError as error:
        address = f"{settings.metrics_host}:{settings.metrics_port}"
        raise CannotServe(
            f"Les mesures ne peuvent pas être servies sur {address} ({error.strerror})."
            " Réglez METRICS_PORT et METRICS_HOST\u202f; 0 pour n’en servir aucune."
        ) from error
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
