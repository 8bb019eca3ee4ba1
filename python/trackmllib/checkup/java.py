"""The Java that Spark runs on."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from trackmllib import messages
from trackmllib.checkup.check import Check, fail, ok
from trackmllib.checkup.scene import Scene
from trackmllib.checkup.spark import version_of

_PATIENCE = 20.0


def java(scene: Scene) -> Check | None:
    """Spark 4 needs 17 or newer; Spark 3.5 runs on 8 as well."""
    if scene.connect:
        return None  # the server has one
    if scene.jvm is not None:
        return ok(f"Java {scene.jvm.java.lang.System.getProperty('java.version')}")
    home = os.environ.get("JAVA_HOME")
    command = str(Path(home, "bin", "java")) if home else "java"
    try:
        done = subprocess.run(
            [command, "-version"], capture_output=True, text=True, check=False, timeout=_PATIENCE
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return fail(messages.no_java(command, str(error)))
    said = re.search(r'version "(?:1\.)?(\d+)([^"]*)"', done.stderr + done.stdout)
    if said is None:
        return fail(messages.no_java(command, done.stderr.strip() or "it tells no version"))
    spark = version_of(scene)
    oldest = 8 if spark and spark.startswith("3.") else 17
    if int(said[1]) < oldest:
        return fail(messages.old_java(f"{said[1]}{said[2]}", command, oldest))
    return ok(f"Java {said[1]}{said[2]} ({command})")
