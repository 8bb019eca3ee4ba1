"""The modes side by side: who tracks the same tuning at what price."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from typing import Any

import requests
import workloads
from modes import MODES


class Requests:
    """Counts the requests of this process."""

    def __init__(self) -> None:
        self.made = 0
        send = requests.Session.send

        def counted(session: Any, *args: Any, **kwargs: Any) -> Any:
            self.made += 1
            return send(session, *args, **kwargs)

        requests.Session.send = counted  # type: ignore[method-assign]


def compared(
    workload: workloads.Workload, store: str, repeat: int, counter: Requests
) -> Iterator[dict[str, Any]]:
    """One row a fit, the modes in turn; the first round warms up and does not count."""
    for round_ in range(repeat + 1):
        for mode in MODES:
            before = counter.made
            with mode():
                began = time.perf_counter()
                workload.tuner().fit(workload.data)
                ended = time.perf_counter()
            if round_:
                yield {
                    "workload": workload.name,
                    "store": store,
                    "mode": mode.__name__,
                    "round": round_,
                    "trials": workload.trials,
                    "seconds": ended - began,
                    "after_last_metric": ended - workloads.last_metric,
                    "requests": counter.made - before,
                }


def table(rows: list[dict[str, Any]]) -> Iterator[str]:
    """The medians of each workload and store, what each mode added in its own round, and ratios."""
    yield (
        "| workload | store | untracked s | peer adds s | trackmllib adds s (min to max) | ratio | "
        "of the fit | after the last metric s | requests a trial |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    for workload, store in dict.fromkeys((row["workload"], row["store"]) for row in rows):
        by_mode: dict[str, list[dict[str, Any]]] = {mode.__name__: [] for mode in MODES}
        for row in rows:
            if (row["workload"], row["store"]) == (workload, store):
                by_mode[row["mode"]].append(row)
        bare = [row["seconds"] for row in by_mode["untracked"]]
        added = {
            mode: [row["seconds"] - base for row, base in zip(by_mode[mode], bare, strict=True)]
            for mode in ("peer", "ours")
        }
        mine, theirs = statistics.median(added["ours"]), statistics.median(added["peer"])
        last = statistics.median(row["after_last_metric"] for row in by_mode["ours"])
        asked = statistics.median(row["requests"] / row["trials"] for row in by_mode["ours"])
        base = statistics.median(bare)
        yield (
            f"| {workload} | {store} | {base:.2f} | {theirs:.2f} | {mine:.2f} "
            f"({min(added['ours']):.2f} to {max(added['ours']):.2f}) | {mine / theirs:.3f} | "
            f"{mine / base:.1%} | {last:.2f} | {asked:.2f} |"
        )
