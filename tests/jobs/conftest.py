"""The fixtures of the index, an SMTP server that takes or refuses what the test wants, and settings that name it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default

import psycopg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from elasticsearch import Elasticsearch
from psycopg.conninfo import make_conninfo

from indexer import generations
from local.servers import Urls
from registry import database
from registry.database import Connection
from settings import Settings
from tests.indexer.conftest import engine

__all__ = ["engine"]


@dataclass
class Postman:
    """A server's handler: keeps what it is given, and answers recipients as `answers` says, 250 to others."""

    port: int
    answers: dict[str, str] = field(default_factory=dict)
    received: list[EmailMessage] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        message = BytesParser(_class=EmailMessage, policy=default).parsebytes(envelope.content)
        assert [message["To"]] == envelope.rcpt_tos
        self.received.append(message)
        return "250 OK"

    @contextmanager
    def at_work(self) -> Iterator[None]:
        controller = Controller(self, hostname="127.0.0.1", port=self.port)
        controller.start()
        try:
            yield
        finally:
            controller.stop()


@pytest.fixture
def postman() -> Postman:
    """Not at work yet: nothing listens on its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return Postman(probe.getsockname()[1])


@pytest.fixture
def mailing(registry_url: str, registry: Connection, servers: Urls, postman: Postman, run_id: str) -> Settings:
    """An empty outbox, and settings for everything but Elasticsearch."""
    registry.execute("truncate mail_outbox")
    registry.commit()
    return Settings(
        secret_key="a key of the tests as long as one has to be",  # noqa: S106
        database_url=registry_url,
        redis_url=servers.redis_url,
        index_prefix=f"test-{run_id}-{postman.port}",
        smtp_url=f"smtp://127.0.0.1:{postman.port}",
        mail_from="Ribambelle <ne-pas-repondre@ribambelle.example>",
    )


@pytest.fixture
def small(servers: Urls, engine: Elasticsearch, run_id: str) -> Iterator[Settings]:
    """A registry of its own that knows Nantes alone: tasks go over every place, and there are 36,000."""
    name = f"small_{run_id}"
    settings = Settings(
        secret_key="a key of the tests as long as one has to be",  # noqa: S106
        database_url=make_conninfo(servers.database_url, dbname=name),
        elasticsearch_url=servers.elasticsearch_url,
        redis_url=servers.redis_url,
        index_prefix=f"test-{run_id}-small",
    )
    with psycopg.connect(servers.database_url, autocommit=True) as conn:
        conn.execute(f"create database {name}")
        database.migrate(settings.database_url)
        with database.connect(settings.database_url) as own:
            own.execute("insert into department values ('44', 'Loire-Atlantique', '52', 'Pays de la Loire')")
            own.execute(
                "insert into commune (code, name, department, postcodes, population, lat, lon)"
                " values ('44109', 'Nantes', '44', '{44000}', 327734, 47.21863, -1.55377)"
            )
            own.execute("delete from outbox")
        yield settings
        conn.execute(f"drop database {name} with (force)")
        generations.drop(engine, engine.indices.get(index=f"{settings.index_prefix}-*").body)
