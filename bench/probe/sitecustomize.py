"""Put into a sidecar by the bench: notes how long each event was on its way."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path


def _watch(file: str) -> None:
    while not hasattr(sys.modules.get("trackmllib.sidecar"), "main"):
        time.sleep(0.0005)
    module = sys.modules["trackmllib.sidecar"]
    read, delays = module.from_line, Path(file).open("a", buffering=1)

    def timed(line: str) -> object:
        event = read(line)
        delays.write(f"{event.tuning} {time.time() * 1e3 - event.time:.2f}\n")
        return event

    module.from_line = timed


if "TRACKMLLIB_BENCH_DELAYS" in os.environ:
    delays = os.environ["TRACKMLLIB_BENCH_DELAYS"]
    threading.Thread(target=_watch, args=(delays,), daemon=True).start()
