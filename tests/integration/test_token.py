"""The bridge between a Scala driver and its sidecar, from outside, and where its token stands."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from drivers import Program, journal_of, wait_until
from logged import journals, trees
from sparks import Spark

INTERPRETER = """#!/bin/sh
# Its python, with a copy of what comes down its standard input.
tee -a {copy} | exec {python} "$@"
"""
LOG4J = """rootLogger.level = info
rootLogger.appenderRef.stderr.ref = err
appender.err.type = Console
appender.err.name = err
appender.err.target = SYSTEM_ERR
appender.err.layout.type = PatternLayout
appender.err.layout.pattern = %d %p %c: %m%n%ex
logger.ours.name = org.trackmllib
logger.ours.level = all
logger.py4j.name = py4j
logger.py4j.level = all
"""


@pytest.fixture
def program(newest_spark: Spark) -> Iterator[Program]:
    """The fault program in Scala."""
    made = Program(newest_spark, "scala")
    yield made
    made.close()


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is looked into")
def test_strangers_and_the_token(program: Program, place, tmp_path: Path) -> None:
    """Who has no token is not served, the tuning is logged, and the token stands nowhere."""
    uri, state, env = place("token")
    copy, interpreter, conf = tmp_path / "copy", tmp_path / "python", tmp_path / "conf"
    interpreter.write_text(INTERPRETER.format(copy=copy, python=program.spark.python))
    interpreter.chmod(0o755)
    conf.mkdir()
    (conf / "log4j2.properties").write_text(LOG4J)
    (state / "events").mkdir()
    confs = {
        "spark.trackmllib.python": str(interpreter),
        "spark.eventLog.enabled": "true",
        "spark.eventLog.compress": "false",
        "spark.eventLog.dir": f"file://{state / 'events'}",
    }
    driver = program.start("long", conf=confs, **{**env, "SPARK_CONF_DIR": str(conf)})
    wait_until(lambda: copy.exists() and copy.read_text().endswith("\n"), 120)
    hello = json.loads(copy.read_text())
    token = hello["token"].encode()
    assert len(token) == 64
    wait_until(lambda: journal_of(state) and driver.out.count("fitting") > 3, 120)
    for content in (os.urandom(10_000), b"\n" * 10_000, b"A\nwrong\ne\n", POLL, b"A\n" * 9):
        assert b"TrialStarted" not in answer(hello["port"], content)
    places = [what for process in of_driver(state) for what in process]
    assert len(places) >= 4
    kept = files(state)
    assert driver.outcomes()["long"].startswith("Success")
    texts = [*places, *kept, *files(state), driver.out.encode(), driver.err.encode()]
    assert b"org.trackmllib" in texts[-1]
    assert not [text[:200] for text in texts if token in text]
    assert any(b"org.trackmllib.TrialFinished" in text for text in files(state / "events"))
    (main,) = trees(uri, "long")
    assert [node.status for node in main.walk()] == ["FINISHED"] * 41
    assert journals(state) == []


POLL = b"c\nt\npoll\ni500\ni1000\ne\n"


def answer(port: int, content: bytes) -> bytes:
    """What a stranger is told."""
    told = b""
    stranger = socket.create_connection(("127.0.0.1", port), 10)
    with stranger, suppress(OSError):  # it is hung up on
        stranger.sendall(content)
        stranger.shutdown(socket.SHUT_WR)
        while more := stranger.recv(65536):
            told += more
    return told


def of_driver(state: Path) -> list[tuple[bytes, bytes]]:
    """Command line and environment of the processes that run with this state directory."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            both = tuple((process / name).read_bytes() for name in ("cmdline", "environ"))
        except OSError:
            continue
        if f"XDG_STATE_HOME={state}".encode() in both[1].split(b"\0"):
            found.append(both)
    return found


def files(directory: Path) -> list[bytes]:
    """The contents of all files below a directory, the store's among them."""
    found = []
    for path in directory.rglob("*"):
        with suppress(FileNotFoundError):  # sqlite's own journal goes at each commit
            if path.is_file():
                found.append(path.read_bytes())
    return found
