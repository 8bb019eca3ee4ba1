"""Code in an interpreter of its own, as a user's program starts, and the command in this one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from trackmllib.cli import main


def python(code, *options, check=True, timeout=180, **env):
    """What a program prints; ``env`` is set on top, and ``None`` unsets."""
    merged = {**os.environ, **{name: value for name, value in env.items() if value is not None}}
    for name, value in env.items():
        if value is None:
            merged.pop(name, None)
    done = subprocess.run(
        [sys.executable, *options, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env=merged,
        timeout=timeout,
    )
    assert not check or done.returncode == 0, done.stderr
    return done.stdout.strip() if check else done


SESSION = """
import sys, threading
from pyspark.sql import SparkSession
from pyspark.ml.tuning import CrossValidator
sys.path.insert(0, {tests!r})
spark = (
    SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    .config("spark.sql.shuffle.partitions", "1")
    .config("spark.log.level", "ERROR"){more}.getOrCreate()
)
from quick import validator
rows = spark.range(10)
def ours():
    names = [one.name for one in threading.enumerate()]
    return ("mlflow" in sys.modules, any("trackmllib" in name for name in names))
"""


def session(more=""):
    """The beginning of a program with a session, and a tuner to fit."""
    return SESSION.format(tests=str(Path(__file__).parent), more=more)


def command_here(*arguments):
    """What the ``trackmllib`` command prints in this process, and its exit code."""
    done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def command(*arguments, before="", check=True, timeout=180, **env):
    """The ``trackmllib`` command as it ends, in a process of its own."""
    given = [str(argument) for argument in arguments]
    code = f"{before}\nfrom trackmllib.cli import main; main({given!r}, prog_name='trackmllib')"
    done = python(code, check=False, timeout=timeout, **env)
    assert not check or done.returncode == 0, done.stderr
    return done
