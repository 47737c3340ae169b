"""A sender that is killed after the server took the mail, and before that was noted: the mail goes out again, and its
Message-ID tells that it is the same."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field

from aiosmtpd.smtp import SMTP, Envelope, Session

from jobs.mail import send_due
from registry import letters
from registry.database import Connection
from settings import Settings
from tests.conftest import ROOT, wait_for
from tests.jobs.conftest import Postman, mailing, postman

__all__ = ["mailing", "postman"]

SEND = "from jobs.mail import send_due; from settings import Settings; send_due(Settings())"


@dataclass
class Deadly(Postman):
    """Takes the mail, and kills who brings it before it hears so."""

    victims: list[int] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = await super().handle_DATA(server, session, envelope)
        os.kill(self.victims.pop(), signal.SIGKILL)
        return answer


def test_a_mail_sent_by_a_killed_sender_comes_again_with_the_same_message_id(
    registry: Connection, mailing: Settings, postman: Postman
) -> None:
    values = {"writer": "Camille", "side": "parent", "text": "Bonjour", "first": True, "begins": True, "number": 4821}
    links = dict.fromkeys(("block", "report", "switch"), "http://localhost/")
    letters.queue(registry, "nadia@example.org", "contact/message", values | links, reply_to="jeton@reponses.localhost")
    registry.commit()
    deadly = Deadly(postman.port)
    environment = {name.upper(): str(value) for name, value in mailing.model_dump(exclude_defaults=True).items()}
    with subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdin.readline(); " + SEND],
        stdin=subprocess.PIPE,
        cwd=ROOT,
        env=os.environ | environment,
    ) as sender:
        deadly.victims.append(sender.pid)
        with deadly.at_work():
            assert sender.stdin is not None
            sender.stdin.write(b"\n")
            sender.stdin.flush()
            wait_for(lambda: sender.poll() is not None, seconds=30, what="the sender's end")
    assert sender.returncode == -signal.SIGKILL
    assert registry.execute("select sent_at, attempts from mail_outbox").fetchall() == [(None, 1)]
    # Its lease ends.
    registry.execute("update mail_outbox set not_before = now()")
    registry.commit()
    with postman.at_work():
        assert send_due(mailing) == 1
    (first,), (second,) = deadly.received, postman.received
    assert first["Message-ID"] == second["Message-ID"]
    assert first.get_content() == second.get_content()
    assert second["Reply-To"] == "jeton@reponses.localhost"
