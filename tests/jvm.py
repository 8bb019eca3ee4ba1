"""How the JVMs of the tests start quickly: there are hundreds of them."""

from __future__ import annotations

import os
import subprocess
import tempfile
from functools import cache
from pathlib import Path

_BUILD = Path(__file__).resolve().parents[1] / ".build" / "classes"
_QUICK = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m -XX:+UseSerialGC"
_SILENT = "-Xlog:cds=off -Xlog:cds+dynamic=off"
_TUNING = Path(__file__).parent / "integration" / "apps" / "one_tuning.py"


@cache
def options(spark_home: Path) -> str:
    """For ``SPARK_SUBMIT_OPTS``: little compiling, and classes as a first tuning has left them."""
    jars = spark_home / "jars"
    kept = _BUILD / f"{jars.stat().st_mtime_ns}.jsa"
    if not kept.exists():
        _leave(spark_home, kept)
    # an archive that does not fit, for a classpath of its own for example, is silently not used
    return f"{_QUICK} -XX:SharedArchiveFile={kept} {_SILENT}"


def _leave(spark_home: Path, kept: Path) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    named = {name: text for name, text in os.environ.items() if not name.startswith("SPARK_")}
    leaving = f"{_QUICK} -XX:ArchiveClassesAtExit={kept} {_SILENT}"
    env = {"TRACKMLLIB_DISABLED": "1", "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_SUBMIT_OPTS": leaving}
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as data:
        data.write("a,b,c,label,fold,inner\n" + "1,2,3,0,0,0\n3,2,1,1,1,1\n" * 20)
        data.flush()
        subprocess.run(
            [str(spark_home / "bin" / "spark-submit"), str(_TUNING), data.name],
            env=named | env,
            check=False,
            capture_output=True,
            timeout=300,
        )
