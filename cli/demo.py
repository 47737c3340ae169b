"""`demo`: from an empty machine to a parent's search; `up`: the servers alone."""

import base64
import os
import secrets
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cli.data import Scale, Size, today
from cli.progress import progress, say
from cli.serve import Port
from cli.servers import LOCAL, completed, plain_failures, refuse, valid_settings
from indexer import bulk, generations, rebuild
from local.children import Child, start, stopping, wait_until
from local.servers import chosen_port, running
from registry import database
from registry.agrements import expiry
from settings import Settings

if TYPE_CHECKING:
    from demo.accounts import DemoAccount

ROOT = Path(__file__).parent.parent
STRUCTURES = ROOT / "demo" / "real"
COMMUNES = ROOT / "registry" / "data" / "geo" / "communes.csv"
IDENTITIES = "docs/identity-service.md"
SEED = 1


def up() -> None:
    """Démarrer les serveurs seuls (Elasticsearch, PostgreSQL, Valkey), jusqu’à Ctrl-C."""
    with plain_failures(), running(valid_settings(), LOCAL / "demo", say) as urls:
        say(f"DATABASE_URL={urls.database_url}")
        say(f"ELASTICSEARCH_URL={urls.elasticsearch_url}")
        say(f"REDIS_URL={urls.redis_url}")
        _wait_for_the_end([])


def demo(
    scale: Size = Scale.demo,
    port: Port = 8000,
) -> None:
    """Tout démarrer, charger les données et ouvrir le site\u202f; Ctrl-C arrête tout."""
    begun = time.monotonic()
    _refuse_taken_port(port)
    directory = LOCAL / scale.value
    with plain_failures(), running(valid_settings(), directory, say) as urls:
        settings = completed(valid_settings(), urls)
        known = _fill(settings, scale)
        children: list[Child] = []
        with stopping(children), Path(os.devnull).open() as nothing:
            os.environ.update(
                DATABASE_URL=settings.database_url,
                ELASTICSEARCH_URL=settings.elasticsearch_url,
                REDIS_URL=settings.redis_url,
                SECRET_KEY=settings.secret_key or _kept(directory / "secret_key", secrets.token_urlsafe(32)),
                DOCUMENT_KEYS=settings.document_keys or _kept(directory / "document_key", _document_key()),
                DEMO="true",
                # Not by its number: a passkey belongs to a name.
                SITE_URL=f"http://localhost:{port}",
            )
            answers_port = chosen_port("Les réponses par mail", None)
            mailbox = _services(settings, directory.resolve(), nothing.fileno(), children, answers_port)
            program = str(Path(sys.argv[0]).resolve())
            if mailbox:
                os.environ.update(RELAY_HOST="127.0.0.1", RELAY_PORT=str(answers_port))
            for name, command, stop in (
                ("L’indexeur", ["index", "run"], signal.SIGTERM),
                # A task under way may take long: this signal gives it ten seconds. Each may be cut off anywhere.
                ("Le programme des tâches", ["jobs", "--directory", str(directory.resolve() / "jobs")], signal.SIGQUIT),
                *([("Les réponses par mail", ["mail", "receive"], signal.SIGTERM)] if mailbox else []),
                ("Le site", ["serve", "--port", str(port)], signal.SIGTERM),
            ):
                if command[0] == "serve":
                    os.environ["METRICS_PORT"] = "0"  # whatever it was, the indexer has it
                log = directory.resolve() / f"{command[0]}.log"
                lock = nothing.fileno()
                children.append(start(name, [program, *command], log=log, lock=lock, stop_signal=stop))
            wait_until(children[-1], partial(_answers, f"http://127.0.0.1:{port}/readyz"), 60)
            _show(port, time.monotonic() - begun)
            _show_accounts(known, mailbox)
            say("Ctrl-C arrête tout\u202f; les données restent.")
            _wait_for_the_end(children)


def _services(settings: Settings, directory: Path, lock: int, children: list[Child], answers_port: int) -> str | None:
    """Start what stands in for the services of others, where the settings name none, and name it in the environment.

    The page of mails sends what is answered there to `answers_port`.

    Returns the address of the page where mails are read; None where they go to a server of the user's own.
    """
    mailbox = None
    waits: list[tuple[Child, int]] = []

    def launch(name: str, module: str, more: list[str]) -> int:
        port = chosen_port(name, None)
        option = "--http-port" if module == "mailbox" else "--port"
        command = [sys.executable, "-m", f"local.reference.{module}", option, str(port), *more]
        children.append(start(name, command, log=directory / f"{module}.log", lock=lock, patience_s=5))
        waits.append((children[-1], port))
        return port

    if not settings.identity_url:
        port = launch("Le service d’identité", "identity", [])
        os.environ["IDENTITY_URL"] = f"http://127.0.0.1:{port}"
    if not settings.geocoder_url:
        port = launch("Le géocodeur", "geocoder", ["--communes", str(COMMUNES)])
        os.environ["GEOCODER_URL"] = f"http://127.0.0.1:{port}/search"
    if not settings.smtp_url:
        smtp_port = chosen_port("La boîte aux lettres", None)
        more = ["--smtp-port", str(smtp_port), "--answers-port", str(answers_port)]
        port = launch("La boîte aux lettres", "mailbox", more)
        os.environ["SMTP_URL"] = f"smtp://127.0.0.1:{smtp_port}"
        mailbox = f"http://127.0.0.1:{port}/"
    for child, port in waits:
        wait_until(child, partial(_answers, f"http://127.0.0.1:{port}/healthz"), 60)
    return mailbox


def _fill(settings: Settings, scale: Scale) -> "list[DemoAccount]":
    """Bring registry and index to what the demo shows; a second start finds all of it there.

    Returns the accounts that one can sign in with.
    """
    # Here for the reason that cli/data.py gives.
    from demo import generate
    from demo.accounts import demo_accounts
    from registry import territory
    from registry.imports import mapping
    from registry.imports.report import lines
    from registry.imports.structures import import_structures

    say("Le registre se prépare…")
    database.migrate(settings.database_url)
    engine = bulk.client(settings, timeout_s=120)
    with database.connect(settings.database_url) as conn, progress() as steps:
        if not conn.execute("select 1 from commune limit 1").fetchone():
            territory.load(conn, lambda done, total: steps("communes de France", done, total))
        else:
            territory.renew_names(conn)
        conn.commit()
        if not conn.execute("select 1 from import_record limit 1").fetchone():
            for file in sorted(STRUCTURES.glob("*.geojson")):
                say(f"  {file.name}\u00a0: {list(lines(import_structures(conn, file, mapping.find(file))))[-1]}")
            conn.commit()
        if not conn.execute("select 1 from offer where fictitious limit 1").fetchone():
            generate(conn, scale=scale.value, seed=SEED, today=today(), report=steps)
            conn.commit()
        expiry.expire(conn, today())
        found = demo_accounts(conn, today())
        conn.commit()
        if not generations.is_current(conn, engine, settings.index_prefix):
            rebuild.rebuild(settings, engine, steps)
        return found


def _refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            refuse(
                f"Le port {port} est déjà pris\u00a0: arrêtez ce qui l’occupe, ou choisissez-en un autre (PORT=8001)."
            )


def _kept(path: Path, fresh: str) -> str:
    """A key of the demo's own, kept so that cursors, sessions and copies survive a restart."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(fresh, "utf-8")
    return path.read_text("utf-8")


def _document_key() -> str:
    """As Fernet wants it: 32 bytes in base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 (our own, on loopback)
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _show(port: int, seconds: float) -> None:
    site = f"http://localhost:{port}"
    start_date = today() + timedelta(days=7)
    say(f"""
Prêt en {seconds:.0f}\u00a0s.

  Le site        {site}/
  L’API          {site}/docs

Trois requêtes pour essayer :
  curl '{site}/api/v1/offers?near=47.2186,-1.5541&radius_km=5&kind=eaje'
  curl '{site}/api/v1/offers?commune=44109&need=mon-fri@08:00-18:00&places=1&from={start_date}'
  curl '{site}/api/v1/suggest?q=saint-herb'
""")


def _show_accounts(accounts: "list[DemoAccount]", mailbox: str | None) -> None:
    """Who can sign in, and where the codes arrive."""
    width = max(len(account.mail) for account in accounts)
    lines = "\n".join(f"  {account.mail:<{width}}  {account.what}" for account in accounts)
    where = (
        f"Les mails, avec les codes de connexion, arrivent ici\u00a0: {mailbox}\n"
        "On peut aussi y répondre aux messages entre parents et assistantes maternelles.\n"
        "Sauf pour les assistantes maternelles et l’employeur, la connexion demande deux codes, l’un après l’autre.\n"
        if mailbox
        else ""
    )
    say(
        f"Comptes pour essayer les espaces (connexion par mail)\u00a0:\n{lines}\n\n{where}"
        f"Identités fictives pour une inscription\u00a0: {IDENTITIES}\n"
    )


def _wait_for_the_end(children: list[Child]) -> None:
    """Until Ctrl-C, SIGTERM, or the end of a child, which is told."""
    ended = threading.Event()
    previous = {number: signal.signal(number, lambda *_: ended.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        while not ended.wait(0.5):
            for child in children:
                if child.guard.poll() is not None:
                    refuse(f"{child.name} s’est arrêté\u00a0: son journal, {child.log}, dit pourquoi.")
        say("Arrêt…")
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
