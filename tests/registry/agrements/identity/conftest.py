"""The reference services as real processes, which a test may stop and start again."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx
import pytest

from local.servers import chosen_port
from registry import remote
from tests.conftest import ROOT, wait_for


@dataclass
class Service:
    module: str
    more: tuple[str, ...] = ()
    port: int = field(default_factory=lambda: chosen_port("a service", None))
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", self.module, "--port", str(self.port), *self.more]
        self.process = subprocess.Popen(command, cwd=ROOT)
        wait_for(self.is_here, seconds=30, what=self.module)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=10)
            self.process = None

    def is_here(self) -> bool:
        try:
            return httpx.get(f"{self.url}/healthz", timeout=1).is_success
        except httpx.TransportError:
            return False

    def away(self, how: bool | str) -> None:
        httpx.post(f"{self.url}/_away", json={"away": how}).raise_for_status()


@pytest.fixture(scope="session")
def identity_process() -> Iterator[Service]:
    service = Service("local.reference.identity")
    service.start()
    yield service
    service.stop()


@pytest.fixture
def identity_service(identity_process: Service) -> Iterator[Service]:
    remote.breaker.cache_clear()
    yield identity_process
    if identity_process.process is None:
        identity_process.start()
    identity_process.away(False)


@pytest.fixture(scope="session")
def geocoder_process() -> Iterator[Service]:
    communes = str(ROOT / "registry/data/geo/communes.csv")
    service = Service("local.reference.geocoder", ("--communes", communes))
    service.start()
    yield service
    service.stop()


@pytest.fixture
def geocoder(geocoder_process: Service) -> Iterator[Service]:
    remote.breaker.cache_clear()
    yield geocoder_process
    if geocoder_process.process is None:
        geocoder_process.start()
