"""The Python process beside a Scala or Java driver: polls its events and consumes them.

It is started by the jar, which carries this package, in an interpreter that has MLflow. The first
line of its standard input says where the driver's gateway is; the end of that input says that the
driver is gone.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from trackmllib import journal, messages, orphans
from trackmllib.consumer import Consumer
from trackmllib.consumer.http import THREADS
from trackmllib.consumer.requests import answer
from trackmllib.consumer.tuning import Tuning
from trackmllib.errors import InvalidEventError
from trackmllib.events import Event, TuningFailed, TuningFinished, TuningStarted, from_line, now
from trackmllib.progress import Progress
from trackmllib.progress.display import Display, Lines, Terminal
from trackmllib.tables import finished

_DISPLAYS: dict[str, Callable[[Any], Display]] = {
    "terminal": lambda driver: Terminal(driver.show),
    "lines": lambda driver: Lines(driver.log),
}
_MOST_EVENTS = 500
_POLL_MILLIS = 1000
_LONGEST_WAIT = 3600.0  # the driver has its own, shorter bound
_AFTER_DRIVER = 3.5  # seconds for what the driver left; the journal has it too


class Sidecar:
    """One driver's sidecar.

    Args:
        driver: the entry point of the driver's gateway (``poll``, ``done``, ``reply``, ``show``,
            ``log``).
        resume: whether another sidecar was there before.
        display: where the driver's user sees how tunings come along.
    """

    def __init__(
        self,
        driver: Any,
        *,
        resume: bool,
        display: Display | None = None,
    ) -> None:
        self._driver = driver
        self._journals: dict[str, Path] = {}  # of each tuning, where the driver keeps its events
        self._taken: Counter[str] = Counter()  # of each tuning, how many of its lines
        self._alone = threading.Event()
        self._consumer = Consumer(self._done, resumed=resume, troubled=self._trouble)
        self._display = display
        self._progress = Progress()
        self._open_runs: dict[str, dict[str, Any]] = {}

    def run(self) -> None:
        """Consumes events until the driver is gone, and then what it left."""
        threading.Thread(target=self._watch_driver, daemon=True).start()
        while not self._alone.is_set():
            try:
                lines = self._driver.poll(_MOST_EVENTS, _POLL_MILLIS)
            except Exception:  # the driver is going: its end is what counts
                self._alone.wait(_AFTER_DRIVER)
                break
            for line in filter(None, lines.split("\n")):
                self._take(line)
        self._take_unsent()
        self._consumer.interrupt("the driver has ended while the tuning ran")
        end = time.monotonic() + _AFTER_DRIVER
        with ExitStack() as held:
            others = set(self._consumer.unfinished())
            while self._consumer.unfinished() and time.monotonic() < end:
                others = {tuning for tuning in others if not self._claim(tuning, held)}
                time.sleep(0.02)
        self._end_open_runs()

    def _take(self, line: str) -> None:
        if line.startswith('{"request":'):
            self._start(self._answer, line)
            return
        if line.startswith('{"journal":'):
            where = json.loads(line)
            self._journals[where["tuning"]] = Path(where["journal"])
            return
        if line.startswith('{"returned":'):
            self._start(self._progress.end, json.loads(line)["returned"])
            return
        try:
            event = from_line(line)
        except InvalidEventError as error:
            messages.warn_once(messages.unreadable_event(error))
            return
        if event is None:
            return
        self._taken[event.tuning] += 1
        self._consumer.accept(event)
        self._follow(event)
        if isinstance(event, (TuningFinished, TuningFailed)):
            self._start(self._wait, event.tuning)

    def _take_unsent(self) -> None:
        """The driver is gone: takes the lines that it has written to its journals and not sent."""
        for tuning, path in list(self._journals.items()):
            with suppress(OSError):
                lines = path.read_text(encoding="utf-8", errors="replace").split("\n")[:-1]
                for line in lines[self._taken[tuning] :]:
                    self._take(line)

    def _follow(self, event: Event) -> None:
        tuning = self._consumer.tuning(event.tuning)
        if isinstance(event, TuningStarted) and tuning is not None:
            kept = self._journals.get(event.tuning)
            directory = kept.parent if kept else None
            of_driver = self._consumer.unfinished()
            orphans.end_once(directory, event.destination.tracking_uri, of_driver)
            self._progress.begin(tuning, self._display)
        else:
            self._progress.take(event)

    def _wait(self, tuning: str) -> None:
        """Tells the driver, whose fit waits for it, when waiting is in vain."""
        found = self._consumer.tuning(tuning)
        problem = self._consumer.wait(tuning, _LONGEST_WAIT)
        if problem is not None and not self._alone.is_set():
            self._progress.end(tuning)
            run_id = found.main.id if found else None
            self._driver.done(tuning, run_id, messages.without_password(problem))

    def _start(self, work: Callable[[str], None], of: str) -> None:
        # the name tells MLflow's client not to retry for minutes
        threading.Thread(target=work, args=(of,), name=f"{THREADS}asked", daemon=True).start()

    def _claim(self, tuning: str, held: ExitStack) -> bool:
        """Keeps replays from a journal whose driver is gone; not yet, where that still has it."""
        kept = self._journals.get(tuning)
        if kept is not None:
            try:
                held.enter_context(journal.claimed(kept))
            except BlockingIOError:
                return False
            except OSError:  # there is none
                return True
        return True

    def _end_open_runs(self) -> None:
        """The driver is gone in the middle of its ``withRun`` blocks."""
        for run_id in list(self._open_runs):
            self._end_run(run_id)

    def _end_run(self, run_id: str) -> None:
        end = {"request": "endRun", "runId": run_id, "status": "KILLED", "time": now()}
        answer({**self._open_runs.pop(run_id), **end})

    def _answer(self, line: str) -> None:
        request = json.loads(line)
        value, problem = answer(request)
        if value is not None and request["request"] == "createRun":
            self._open_runs[value] = request
        if value is not None and request["request"] == "endRun":
            self._open_runs.pop(value, None)
        awaited = self._driver.reply(request["id"], value, problem)
        if not awaited and value in self._open_runs:
            self._end_run(value)  # its block runs without it

    def _done(self, tuning: Tuning) -> None:
        problem = messages.without_password(tuning.refused) if tuning.refused else None
        self._progress.end(tuning.started.tuning)
        with suppress(Exception):  # the driver has gone: its journal is ours to remove
            if tuning.main.outermost:
                self._driver.log(finished.text(tuning))
            self._driver.done(tuning.started.tuning, tuning.main.id, problem)
            return
        kept = self._journals.get(tuning.started.tuning)
        if kept is not None and not tuning.refused:
            kept.unlink(missing_ok=True)

    def _trouble(self, tuning: Tuning) -> None:
        """Tells the driver why MLflow does not have all, should its fit not wait any longer."""
        with suppress(Exception):
            reason = messages.without_password(tuning.trouble or "")
            self._driver.trouble(tuning.started.tuning, reason)

    def _watch_driver(self) -> None:
        sys.stdin.read()
        self._alone.set()
        time.sleep(_AFTER_DRIVER)
        os._exit(0)  # also in the middle of an import or a request


def main() -> None:
    """Runs the sidecar that the driver has started."""
    logging.basicConfig(format="%(levelname)s:%(name)s:%(message)s")  # the driver reads this
    hello = json.loads(sys.stdin.readline())
    driver = _driver(hello["port"], hello["token"])
    display = _DISPLAYS.get(hello["progress"])
    Sidecar(
        driver,
        resume=hello["resume"],
        display=display(driver) if display else None,
    ).run()


def _driver(port: int, token: str) -> Any:
    from py4j.java_gateway import GatewayParameters, JavaGateway

    parameters = GatewayParameters(port=port, auth_token=token)
    return JavaGateway(gateway_parameters=parameters).entry_point
