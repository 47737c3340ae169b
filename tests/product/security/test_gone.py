"""Who goes in the middle of a form leaves no traceback: a log that strangers can fill hides what matters."""

import asyncio
import contextlib
from typing import Any

from search_api.http.app import close as close_api
from settings import Settings
from tests.product.security.serving import NO_ENGINES
from web.app import close, create_app


def test_a_form_that_breaks_off_is_no_error_of_ours() -> None:
    async def send_half() -> list[Any]:
        app = create_app(Settings.model_validate({name.lower(): value for name, value in NO_ENGINES.items()}))
        coming = [{"type": "http.request", "body": b"csrf=", "more_body": True}, {"type": "http.disconnect"}]
        sent: list[Any] = []

        async def receive() -> Any:
            return coming.pop(0)

        async def send(message: Any) -> None:
            sent.append(message)

        headers = [(b"host", b"a"), (b"content-type", b"application/x-www-form-urlencoded"), (b"content-length", b"99")]
        scope: dict[str, Any] = {
            "type": "http",
            "method": "POST",
            "path": "/connexion",
            "raw_path": b"/connexion",
            "headers": headers,
        }
        scope |= {"query_string": b"", "client": ("192.0.2.1", 1), "server": ("a", 80), "scheme": "http"}
        scope |= {"root_path": "", "http_version": "1.1", "asgi": {"version": "3.0"}}
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(close_api, app)
            stack.callback(close, app.state.site)
            await app(scope, receive, send)  # raises what the server would log
        assert coming == []
        return sent

    assert asyncio.run(send_half())[0]["status"] == 400
