"""What the bench's commands share: their first options, what they say on the way, the file of their figures."""

import argparse
import json
import os
import sys
from pathlib import Path


def parser(prog: str, description: str) -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(prog=prog, description=description)
    found.add_argument("--scale", choices=("demo", "france"), default=os.environ.get("SCALE", "france"))
    found.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    found.add_argument("--record", action="store_true", help="append the tables to bench/RESULTS.md")
    return found


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def write(path: Path | None, figures: dict[str, object]) -> None:
    """Anew each time, so that a run that is stopped leaves what it had."""
    if path:
        path.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
