"""How the JVMs of the tests start quickly: there are hundreds of them."""

from __future__ import annotations

import os
import subprocess
from functools import cache
from pathlib import Path

_BUILD = Path(__file__).resolve().parents[1] / ".build" / "classes"
_QUICK = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m -XX:+UseSerialGC"
_TUNING = Path(__file__).parent / "integration" / "apps" / "one_tuning.py"


@cache
def options(spark_home: Path) -> str:
    """For ``SPARK_SUBMIT_OPTS``: little compiling, and classes as a first tuning has left them."""
    jars = spark_home / "jars"
    kept = _BUILD / f"{jars.stat().st_mtime_ns}.jsa"
    if not kept.exists():
        _leave(spark_home, kept)
    # an archive that does not fit, for a classpath of its own for example, is silently not used
    return f"{_QUICK} -XX:SharedArchiveFile={kept} -Xlog:cds=off -Xlog:cds+dynamic=off"


def _leave(spark_home: Path, kept: Path) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    data = kept.with_suffix(".csv")
    data.write_text("a,b,c,label,fold,inner\n" + "1,2,3,0,0,0\n3,2,1,1,1,1\n" * 20)
    named = {name: text for name, text in os.environ.items() if not name.startswith("SPARK_")}
    subprocess.run(
        [str(spark_home / "bin" / "spark-submit"), str(_TUNING), str(data)],
        env=named
        | {
            "TRACKMLLIB_DISABLED": "1",
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_SUBMIT_OPTS": f"{_QUICK} -XX:ArchiveClassesAtExit={kept} -Xlog:cds=off "
            "-Xlog:cds+dynamic=off",
        },
        check=False,
        capture_output=True,
        timeout=300,
    )
