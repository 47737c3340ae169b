"""Hostile files and mails beside ordinary sign-ins: `make bench-hostile`.

    python -m bench.hostile [--seconds 60] [--json FILE] [--record]

The site and the mail server run as their processes. People sign in by a mailed code, two a second, each from an
address of her own: first alone, then while every account of a crowd sends hostile files, and every thread hostile
mails, as fast as they are answered. What is measured is what somebody waits for who signs in, and how much memory the
two hold.
"""

import multiprocessing
import os
import re
import secrets
import smtplib
import socket
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import cycle
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event

import httpx
import psutil

from bench import command, report
from bench.command import say, write
from bench.processes import alongside
from bench.setup import PROGRAM, directory, environment, prepared
from local.errors import LocalError
from registry import accounts, database
from registry.accounts import Account, sessions
from registry.accounts.sessions import Proof
from registry.parents.contact import tokens
from settings import Settings
from tests.product.security import hostile

SECRET_KEY = "the key of the bench which has more than thirty-two letters"  # noqa: S105 (of the bench alone)
SIGN_INS_PER_S = 2
CAFS, MINDERS, WRITERS = 8, 44, 8
PROOFS: tuple[Proof, ...] = ("mail", "passkey", "second")
COOKIE = "ribambelle"
WANTED_S = 0.5


@dataclass
class Figures:
    """`waits_s`: of each request of a sign-in; `mb`: memory of the site and the mail server, every second; `answers`:
    what became of hostile files and mails; `failed`: sign-ins that did not come to their end."""

    waits_s: list[float] = field(default_factory=list)
    mb: list[tuple[float, float]] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    failed: int = 0


@dataclass(frozen=True)
class Running:
    settings: Settings
    port: int
    mail_port: int
    pids: tuple[int, int]


def main() -> None:
    assert __doc__
    parser = command.parser("bench.hostile", __doc__.split("\n")[0])
    parser.add_argument("--seconds", type=int, default=60, help="of each of the two parts")
    parser.add_argument("--addresses", type=int, default=4, help="that those who send files come from")
    given = parser.parse_args()
    try:
        with prepared("demo", say) as found, served(found) as world:
            people = crowd(world, given.addresses)
            say("Sign-ins alone …")
            alone = measured(world, given.seconds, [])
            say("Sign-ins beside hostile files and mails …")
            beside = measured(world, given.seconds, people)
    except LocalError as error:
        raise SystemExit(str(error)) from error
    write(given.json, {"alone": alone.waits_s, "beside": beside.waits_s, "answers": dict(beside.answers)})
    report.show(HEAD, tabled(alone, beside))
    say(noted(beside, given.seconds, given.addresses))
    if given.record:
        title = "Sign-ins beside hostile files and mails"
        report.record(title, HEAD, tabled(alone, beside), noted(beside, given.seconds, given.addresses))


@contextmanager
def served(settings: Settings) -> Iterator[Running]:
    """The site and the mail server; each visitor's address is what X-Forwarded-For says."""
    port, mail_port = free_port(), free_port()
    env = environment(settings) | {
        "SECRET_KEY": SECRET_KEY,
        "TRUSTED_PROXIES": "127.0.0.1",
        "RELAY_PORT": str(mail_port),
        "SITE_URL": f"http://127.0.0.1:{port}",
    }
    logs = directory("demo")
    with (
        alongside([PROGRAM, "serve", "--port", str(port)], env, logs / "hostile-site.log") as site,
        alongside([PROGRAM, "mail", "receive"], env, logs / "hostile-mail.log") as mails,
    ):
        for each in (port, mail_port):
            deadline = time.monotonic() + 60
            while socket.socket().connect_ex(("127.0.0.1", each)):
                if time.monotonic() > deadline:
                    raise LocalError("The site or the mail server does not start.")
                time.sleep(0.1)
        known = settings.model_copy(update={"secret_key": SECRET_KEY})
        yield Running(known, port, mail_port, (site, mails))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


Attack = Callable[[Figures], None]


def crowd(world: Running, addresses: int) -> list[Attack]:
    """What each of them does again and again."""
    lines = cycle([f"2001:db8:{secrets.token_hex(2)}::1" for _ in range(addresses)])
    settings, now = world.settings, datetime.now(UTC)
    with database.connect(settings.database_url) as conn:
        offers = [
            row[0]
            for row in conn.execute(
                "select o.id from offer o where kind = 'assistant_maternel'"
                " and not exists (select from account a where a.offer = o.id) order by id limit %s",
                [MINDERS],
            )
        ]
        names = [secrets.token_hex(6) for _ in range(CAFS + MINDERS)]
        cafs = [
            accounts.create(conn, f"caf-{each}@example.org", "caf", department="44", now=now) for each in names[:CAFS]
        ]
        minders = [
            accounts.create(conn, f"am-{name}@example.org", "am", offer=offer, now=now)
            for name, offer in zip(names[CAFS:], offers, strict=True)
        ]

        def session(account: Account) -> str:
            return sessions.open_session(conn, account, datetime.now(UTC), PROOFS, "bench")

        sending = [
            *(upload(world, next(lines), session(each), "/mouvements", "fichier", movements()) for each in cafs),
            *(upload(world, next(lines), session(each), "/espace/agrement", "copie", copies()) for each in minders),
        ]
        writing = []
        for number in range(WRITERS):
            parent = f"parent-{secrets.token_hex(6)}@example.org"
            (thread,) = conn.execute(
                "insert into contact_thread (offer, parent_name, parent_mail, sender, opened_at, ends_at)"
                " values (%s, 'Camille', %s, %s, %s, %s) returning id",
                [offers[number], parent, tokens.sender_of(settings.keys, parent), now, now + timedelta(days=30)],
            ).fetchall()[0]
            to = tokens.reply_address(settings.keys, settings.relay_domain, thread, "parent")
            writing.append(deliver(world, to, parent))
    return [*sending, *writing]


def movements() -> Iterator[bytes]:
    return cycle([*hostile.WORKBOOKS.values(), *hostile.TABLES.values()])


def copies() -> Iterator[bytes]:
    return cycle([hostile.nested_forms(each=400)])


def upload(world: Running, line: str, session: str, path: str, name: str, files: Iterator[bytes]) -> Attack:
    http = httpx.Client(
        base_url=f"http://127.0.0.1:{world.port}",
        cookies={COOKIE: session},
        headers={"X-Forwarded-For": line},
        timeout=60,
    )
    token = world.settings.keys.digest("csrf", session).hex()

    def attack(figures: Figures) -> None:
        sent = http.post(path, data={"csrf": token}, files={name: ("a.bin", next(files))})
        said = "refused at once" if "dans une minute" in sent.text else "read, or refused by its content"
        figures.answers[f"files: {said} ({sent.status_code})"] += 1

    return attack


def deliver(world: Running, to: str, sender: str) -> Attack:
    mails = cycle(hostile.MAILS.values())

    def attack(figures: Figures) -> None:
        head, body = next(mails)
        with smtplib.SMTP("127.0.0.1", world.mail_port, timeout=60) as server:
            try:
                server.sendmail(sender, [to], hostile.mail(to, sender, head, body))
                figures.answers["mails: taken"] += 1
            except smtplib.SMTPResponseException as error:
                figures.answers[f"mails: {error.smtp_code}"] += 1

    return attack


def measured(world: Running, seconds: int, people: list[Attack]) -> Figures:
    """Sign-ins at their pace, and what the crowd does meanwhile."""
    figures, over = Figures(), threading.Event()
    fork = multiprocessing.get_context("fork")
    stop, said = fork.Event(), fork.SimpleQueue()
    attackers = fork.Process(target=attacking, args=[people, stop, said])
    if people:
        attackers.start()
    watching = threading.Thread(target=watch, args=[world, figures, over])
    watching.start()
    ends = time.monotonic() + seconds
    signing: list[threading.Thread] = []
    while time.monotonic() < ends:
        signing.append(threading.Thread(target=sign_in, args=[world, figures]))
        signing[-1].start()
        time.sleep(1 / SIGN_INS_PER_S)
    for each in signing:
        each.join()
    over.set()
    watching.join()
    if people:
        stop.set()
        figures.answers = said.get()
        attackers.join()
    return figures


def attacking(people: list[Attack], stop: Event, said: "SimpleQueue[Counter[str]]") -> None:
    """The crowd, in a process of its own, which gets what processor time the others leave: attackers bring their own
    machines, and what they spend there is no wait of ours."""
    os.nice(19)
    figures = Figures()

    def again(attack: Attack) -> None:
        while not stop.is_set():
            try:
                attack(figures)
            except (httpx.HTTPError, OSError, smtplib.SMTPException) as error:
                figures.answers[f"broken: {type(error).__name__}"] += 1

    threads = [threading.Thread(target=again, args=[each]) for each in people]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    said.put(figures.answers)


def watch(world: Running, figures: Figures, over: threading.Event) -> None:
    """Memory of the two processes themselves, in MB; their children are bounded one by one."""
    site, mails = (psutil.Process(pid) for pid in world.pids)
    while not over.wait(1):
        figures.mb.append((site.memory_info().rss / 1e6, mails.memory_info().rss / 1e6))


def sign_in(world: Running, figures: Figures) -> None:
    """The page, the address, the code: three requests of a person who has an account."""
    mail = f"bench-{secrets.token_hex(8)}@example.org"
    with database.connect(world.settings.database_url) as conn:
        accounts.create(conn, mail, "am", now=datetime.now(UTC))
    forwarded = f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}::1"
    with httpx.Client(
        base_url=f"http://127.0.0.1:{world.port}", headers={"X-Forwarded-For": forwarded}, timeout=60
    ) as http:

        def asked(method: str, path: str, data: dict[str, str] | None = None) -> httpx.Response:
            began = time.monotonic()
            answer = http.request(method, path, data=data)
            figures.waits_s.append(time.monotonic() - began)
            return answer

        csrf = token_in(asked("GET", "/connexion").text)
        answer = asked("POST", "/connexion", {"csrf": csrf, "mail": mail})
        path = answer.headers.get("location", "")
        with database.connect(world.settings.database_url) as conn:
            rows = conn.execute("select body from mail_outbox where recipient = %s", [mail]).fetchall()
        code = re.findall(r"^ {4}(\d{6})$", rows[0][0], re.MULTILINE) if rows else []
        if answer.status_code != 303 or not code:
            figures.failed += 1
            return
        ended = asked("POST", path.partition("?")[0], {"csrf": csrf, "code": code[0]})
        figures.failed += ended.status_code != 303


def token_in(html: str) -> str:
    found = re.search(r'name="csrf" value="([^"]*)"', html)
    return found[1] if found else ""


HEAD = ("", "alone", "beside")


def tabled(alone: Figures, beside: Figures) -> list[tuple[str, ...]]:
    """The two parts side by side."""

    def row(label: str, value: Callable[[Figures], str]) -> tuple[str, ...]:
        return (label, value(alone), value(beside))

    def at(figures: Figures, share: float) -> str:
        return f"{statistics.quantiles(figures.waits_s, n=1000)[round(share * 1000) - 1] * 1000:.0f}"

    def memory(figures: Figures, which: int) -> str:
        seen = [each[which] for each in figures.mb]
        return f"{seen[0]:.0f}, {seen[-1]:.0f}, {max(seen):.0f}"

    return [
        row("requests of sign-ins", lambda each: f"{len(each.waits_s)}"),
        row("failed", lambda each: f"{each.failed}"),
        row("p50 ms", lambda each: at(each, 0.5)),
        row(f"p99 ms (wanted: < {WANTED_S * 1000:.0f})", lambda each: at(each, 0.99)),
        row("longest ms", lambda each: f"{max(each.waits_s) * 1000:.0f}"),
        row("site MB at first, at last, at most", lambda each: memory(each, 0)),
        row("mail server MB at first, at last, at most", lambda each: memory(each, 1)),
    ]


def noted(beside: Figures, seconds: int, addresses: int) -> str:
    answers = ", ".join(f"{said} {count}" for said, count in sorted(beside.answers.items()))
    crowd = f"{CAFS + MINDERS} accounts at {addresses} addresses, {WRITERS} threads of mails"
    pace = f"{seconds} s each, {SIGN_INS_PER_S} sign-ins of three requests a second"
    return f"{crowd}; {pace}. What was sent meanwhile: {answers}."


if __name__ == "__main__":
    main()
