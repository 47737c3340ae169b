"""Holds servers until it is stopped: what the tests of an interrupted program interrupt.

Usage: hold.py DIRECTORY [ELASTICSEARCH_URL]; prints one line when all is ready.
"""

import sys
import threading
from pathlib import Path

from local.servers import running
from settings import Settings

if __name__ == "__main__":
    settings = Settings(elasticsearch_url=sys.argv[2] if len(sys.argv) > 2 else "")
    with running(settings, Path(sys.argv[1]), lambda _: None, heap_mb=512):
        print("ready", flush=True)
        threading.Event().wait()
