"""The fault programs, ``apps/Faults.scala`` and ``apps/faults.py``, as processes to be watched."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from apps_built import apps
from logged import journals
from sparks import APPS, LISTENER, Spark

from workplace import BUILD, kept

LANGUAGES = ["scala", "python"]
LONGEST = 900


@dataclass(frozen=True)
class Program:
    """The fault program of one language.

    Attributes:
        jar: trackmllib's, where it is not the installed one.
    """

    spark: Spark
    language: str
    jar: str = ""
    started: list[Driver] = field(default_factory=list)

    def start(
        self, *scenarios: str, tracked: bool = True, conf: dict[str, str] | None = None, **env: str
    ) -> Driver:
        """Starts it in a process group of its own, as a terminal does."""
        confs = [word for item in (conf or {}).items() for word in ("--conf", "=".join(item))]
        if self.language == "python":
            command = [self.spark.python, str(APPS / "faults.py")]
            env["PYSPARK_SUBMIT_ARGS"] = shlex.join([*confs, "pyspark-shell"])
            env |= {"TRACKMLLIB_ENABLED": "1"} if tracked else {}
        else:
            listening = [
                "--jars",
                self.jar or self.spark.jar,
                "--conf",
                f"spark.extraListeners={LISTENER}",
            ]
            command = [str(self.spark.home / "bin" / "spark-submit"), "--class", "Faults"]
            command += [*confs, *(listening if tracked else []), str(apps(self.spark))]
        driver = Driver([*command, *scenarios], self.spark.environment(**env))
        self.started.append(driver)
        return driver

    def close(self) -> None:
        """Ends what still runs of it."""
        for driver in self.started:
            driver.close()

    def replay(self, state: Path, *options: str, **env: str) -> None:
        """Brings in what is pending, in a state directory or where the temporary ones are."""
        command = [str(self.spark.bin / "trackmllib"), "replay", "--all", *options]
        done = self.spark.run(command, **{"TMPDIR": str(state), **env})
        assert done.code == 0, done.out + done.err


class Driver:
    """A fault program that runs; what it says goes to files."""

    def __init__(self, command: list[str], env: dict[str, str]) -> None:
        self._out, self._err = (tempfile.TemporaryFile() for _ in range(2))  # noqa: SIM115
        self._process = subprocess.Popen(
            command,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=self._out,
            stderr=self._err,
            start_new_session=True,
            preexec_fn=_heed_signals,  # noqa: PLW1509
        )

    @property
    def out(self) -> str:
        """What it has printed."""
        return _content(self._out)

    @property
    def err(self) -> str:
        """What it has printed beside that."""
        return _content(self._err)

    def runs(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def signal_group(self, what: signal.Signals) -> None:
        """Sends a signal to all of its process group, as Ctrl-C does."""
        os.killpg(self._process.pid, what)

    def kill(self) -> None:
        """Ends the driver alone, without warning."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Ends all of it that is left."""
        with suppress(ProcessLookupError):
            self.signal_group(signal.SIGKILL)
        self._process.wait()
        self._out.close()
        self._err.close()

    def code(self) -> int:
        """How it ended."""
        try:
            return self._process.wait(LONGEST)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it hangs: {self.out}\n{self.err[-3000:]}") from None

    def outcomes(self) -> dict[str, str]:
        """What came of each scenario; it has ended well."""
        code = self.code()
        assert code == 0, self.err[-3000:]
        return dict(line.split(": ", 1) for line in self.out.splitlines() if ": " in line)

    def warnings(self) -> list[str]:
        """The lines of its log that are ours."""
        return [line for line in self.err.splitlines() if "trackmllib" in line]


def untracked(program: Program, scenario: str, run: Callable[[Driver], Any], **how: Any) -> Any:
    """What the program does without trackmllib, kept for as long as it and its Spark stay.

    Args:
        run: what is to be known of the program, which it has started; JSON can hold it.
        how: the arguments of :meth:`Program.start`.
    """
    source = APPS / ("faults.py" if program.language == "python" else "Faults.scala")
    known = hashlib.sha256(source.read_bytes()).hexdigest()[:16]
    name = f"{scenario}-{program.language}-{program.spark.version}-{known}.json"

    def make(file: Path) -> None:
        started = program.start(*how.pop("scenarios", [scenario]), tracked=False, **how)
        file.write_text(json.dumps(run(started)))

    return json.loads(kept(BUILD / "untracked" / name, make).read_text())


def wait_until(true: Callable[[], object], seconds: float) -> None:
    """Waits for a condition, for a bounded time."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def processes_of(state: Path) -> list[str]:
    """The processes that run with this state directory."""
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"XDG_STATE_HOME={state}".encode() in environ.read_bytes().split(b"\0"):
                found.append((environ.parent / "cmdline").read_text())
        except OSError:
            continue
    return [command for command in found if command]


def journal_of(state: Path) -> Path | None:
    """The journal of the tuning that runs."""
    found = journals(state)
    return state / "trackmllib" / found[0] if found else None


def _content(file) -> str:
    return os.pread(file.fileno(), 10_000_000, 0).decode(errors="replace")


def _heed_signals() -> None:
    """As a terminal starts programs; what runs the tests may have been told to ignore some."""
    for one in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        signal.signal(one, signal.SIG_DFL)
