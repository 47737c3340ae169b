"""The mail server for answers between parents and assistants maternels."""

import errno
import logging
import signal
import threading
from datetime import UTC, datetime

from cli.servers import found_settings, refuse, require_keys
from registry import database


def receive() -> None:
    """Recevoir les réponses par mail et les transmettre (RELAY_DOMAIN, RELAY_HOST, RELAY_PORT), jusqu’à Ctrl-C."""
    from jobs import inbound

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    settings = found_settings()
    require_keys(settings)
    registry = database.pool(settings.database_url)
    controller = inbound.server(settings, registry, lambda: datetime.now(UTC))
    ended = threading.Event()
    previous = {number: signal.signal(number, lambda *_: ended.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        controller.start()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            refuse(f"Le port {settings.relay_port} est déjà pris\u00a0: choisissez-en un autre (RELAY_PORT).")
        refuse(f"{settings.relay_host} n’est pas une adresse de cette machine\u00a0: corrigez RELAY_HOST.")
    else:
        ended.wait()
        controller.stop()
    finally:
        registry.close()
        for number, handler in previous.items():
            signal.signal(number, handler)
