"""web/server leans on what uvicorn does not document: a new version that changes it must fail here, by name."""

import asyncio
import inspect

import httptools
import pytest
import uvicorn
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from settings import Settings
from web.server import Bounds, options

OVERRIDDEN = {
    "connection_made": ["transport"],
    "connection_lost": ["exc"],
    "data_received": ["data"],
    "on_headers_complete": [],
    "on_body": ["body"],
    "on_message_complete": [],
    "resume_writing": [],
    "_unset_keepalive_if_required": [],
}
PRIVATE = ["parser", "transport", "flow", "client", "pipeline", "headers", "cycle", "loop", "server_state"]
OURS = {
    "watch",
    "headers_of",
    "bounds",
    "holder",
    "admitted",
    "reading",
    "since",
    "progressed",
    "unshown",
    "received",
    "thrown_away",
    "unsent",
}
OURS |= {"leaving", "now", "excess", "check", "feed", "is_answering", "is_for_reader", "refuse", "throw_away"}


def config() -> uvicorn.Config:
    async def app(scope: object, receive: object, send: object) -> None: ...

    found = uvicorn.Config(app, lifespan="off", **options(Settings(), Bounds()))
    found.load()
    return found


def protocol() -> HttpToolsProtocol:
    loop = asyncio.new_event_loop()
    try:
        made = config().http_protocol_class(config=config(), server_state=ServerState(), app_state={}, _loop=loop)  # type: ignore[call-arg]
    finally:
        loop.close()
    assert isinstance(made, HttpToolsProtocol)
    return made


def test_the_methods_that_are_overridden_are_called_as_before() -> None:
    for name, parameters in OVERRIDDEN.items():
        found = list(inspect.signature(getattr(HttpToolsProtocol, name)).parameters)
        assert found == ["self", *parameters], name


def test_the_attributes_that_are_read_are_there() -> None:
    made = protocol()
    assert [name for name in PRIVATE if not hasattr(made, name)] == []
    assert {"read_paused"} <= vars(FlowControl(asyncio.Transport())).keys()
    source = inspect.getsource(RequestResponseCycle)
    for name in ("response_started", "response_complete", "disconnected", "message_event"):
        assert f"self.{name}" in source, name


def test_no_name_of_ours_is_one_of_uvicorns() -> None:
    theirs = vars(HttpToolsProtocol).keys() | {
        name for name in vars(protocol()) if f"self.{name}" in inspect.getsource(HttpToolsProtocol)
    }
    assert theirs & OURS == set()


def test_an_error_out_of_a_callback_stops_the_parser_and_tells_its_reason() -> None:
    class Stopping:
        def on_header(self, name: bytes, value: bytes) -> None:
            raise LookupError(name)

        def on_headers_complete(self) -> None:
            raise AssertionError

    parser = httptools.HttpRequestParser(Stopping())
    with pytest.raises(httptools.HttpParserError) as stopped:
        parser.feed_data(b"GET / HTTP/1.1\r\nA: b\r\n\r\n")
    assert isinstance(stopped.value.__context__, LookupError)


@pytest.mark.parametrize("length", [b"-1", b"1_0", b"+5", b"9" * 30])
def test_the_parser_takes_digits_only_for_a_length(length: bytes) -> None:
    with pytest.raises(httptools.HttpParserError):
        httptools.HttpRequestParser(object()).feed_data(b"POST / HTTP/1.1\r\nContent-Length: %s\r\n\r\n" % length)


def test_uvicorn_keeps_the_address_where_we_read_it() -> None:
    """The bound of a request line, and what tells a person's request from a program's, hang on it."""
    assert "self.url +=" in inspect.getsource(HttpToolsProtocol.on_url)
