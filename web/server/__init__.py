"""The server that carries the site and the API: uvicorn with httptools, within bounds of bytes, time and connections.

Touches settings, the headers of every answer (web.core.headers) and, for whose word about others is believed,
search_api; knows nothing of pages.
"""

from typing import Any

from search_api.http import proxies
from settings import Settings
from web.core import headers
from web.server.bounds import Bounds
from web.server.protocol import bounded
from web.server.watch import Watch

__all__ = ["Bounds", "options"]


def options(settings: Settings, bounds: Bounds | None = None) -> dict[str, Any]:
    """What uvicorn.run or uvicorn.Config is given beside the application. Raises proxies.BadProxy.

    The loop and the parser by name: where one is missing, that must be said, not cost half of the speed unseen.
    No websockets: the site has none, and their protocol would take the connection out of these bounds.
    Not uvicorn's access log: it holds the query string, which tells where a family lives. No proxy headers: whose
    X-Forwarded-For is believed is settings.trusted_proxies' to say, and uvicorn would believe all of loopback.
    No `Server`: what carries the site, and its version, is nobody's to know.
    """
    bounds = bounds or Bounds(connections=settings.most_connections)
    return {
        "loop": "uvloop",
        "http": bounded(Watch(bounds, proxies.parse(settings.trusted_proxies)), headers.by_path(settings)),
        "ws": "none",
        "timeout_keep_alive": bounds.idle_s,
        "access_log": False,
        "proxy_headers": False,
        "server_header": False,
        "log_level": "warning",
    }
