"""Asking a service of others over HTTP, from a thread: bounded in time and size, tried again, left alone while away.

What is asked about people goes into no log and no error: of a failure only its kind is told.
"""

import json
import logging
import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import httpx
import pybreaker
import tenacity

log = logging.getLogger("ribambelle.remote")

# At INFO and DEBUG these write the address, which for a geocoder holds what is asked, whatever the program is set to.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)

ATTEMPTS = 2
FAILURES_IN_A_ROW, REST_S = 4, 30.0
"""After so many failed attempts in a row a service is left alone for so many seconds; then one question tries it."""

LARGEST_ANSWER = 64 * 1024


class Away(Exception):
    """No answer now: the service is down, slow, resting, or answers what is no use. Quotes nothing of the question."""


class _Failed(Exception):
    """One attempt failed, and another may not."""


class _Refused(Exception):
    """The service refuses the question; asked again it would refuse it again, and it says nothing of its health."""


def ask(
    service: str,
    method: str,
    url: str,
    timeout_s: float,
    *,
    params: Mapping[str, str] | None = None,
    body: Mapping[str, Any] | None = None,
    token: str = "",
) -> dict[str, Any]:
    """The JSON object that `url` answers. Raises Away.

    `service` names it in the log. Each of the ATTEMPTS takes `timeout_s` at most; hold no transaction meanwhile.
    """
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = _client().build_request(method, url, params=params, json=body, headers=headers, timeout=timeout_s)
    resting = breaker(service, url)
    try:
        for attempt in tenacity.Retrying(
            stop=tenacity.stop_after_attempt(ATTEMPTS),
            wait=tenacity.wait_random(0.05, 0.25),
            retry=tenacity.retry_if_exception_type(_Failed),
            reraise=True,
        ):
            # Not `resting.call`, which would hold a lock, and so all other questions, for as long as this one takes.
            with attempt, resting.calling():
                return _answer(request, timeout_s)
    except pybreaker.CircuitBreakerError:
        raise Away(f"{service}: resting") from None
    except _Refused as refused:
        log.error("%s refuses what it is asked: %s", service, refused)
        raise Away(f"{service}: {refused}") from None
    except _Failed as failed:
        log.warning("%s is away: %s", service, failed)
        raise Away(f"{service}: {failed}") from None
    raise AssertionError("unreachable")


@lru_cache(maxsize=64)
def breaker(service: str, url: str) -> pybreaker.CircuitBreaker:
    """One for each address in this process."""
    return pybreaker.CircuitBreaker(
        fail_max=FAILURES_IN_A_ROW, reset_timeout=REST_S, exclude=[_Refused], name=service, listeners=[_Told()]
    )


class _Told(pybreaker.CircuitBreakerListener):
    def state_change(self, cb: pybreaker.CircuitBreaker, old_state: Any, new_state: Any) -> None:
        log.warning("%s: circuit %s", cb.name, new_state.name)


def _answer(request: httpx.Request, timeout_s: float) -> dict[str, Any]:
    """One attempt. httpx bounds each wait, not their sum: a service that drips is stopped here."""
    deadline = time.monotonic() + timeout_s
    read = bytearray()
    try:
        response = _client().send(request, stream=True)
        try:
            if response.status_code in (408, 425, 429) or response.status_code >= 500:
                raise _Failed(f"status {response.status_code}")
            if response.status_code != 200:
                raise _Refused(f"status {response.status_code}")
            for part in response.iter_bytes():
                read += part
                if len(read) > LARGEST_ANSWER:
                    raise _Failed("answer too large")
                if time.monotonic() > deadline:
                    raise _Failed("too slow")
        finally:
            response.close()
        found = json.loads(read)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError) as error:
        raise _Failed(type(error).__name__) from None
    if not isinstance(found, dict):
        raise _Failed("no object")
    return found


@lru_cache
def _client() -> httpx.Client:
    """Redirects are not followed and no proxy of the environment is used: the operator chose one address."""
    return httpx.Client(follow_redirects=False, trust_env=False)
