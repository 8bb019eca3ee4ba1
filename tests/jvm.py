"""How the JVMs of the tests start quickly: there are hundreds of them."""

from __future__ import annotations

import os
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from workplace import BUILD, kept

_QUICK = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m -XX:+UseSerialGC"
_SILENT = "-Xlog:cds=off -Xlog:cds+dynamic=off"
_TUNING = Path(__file__).parent / "integration" / "apps" / "one_tuning.py"


@cache
def options(spark_home: Path) -> str:
    """For ``SPARK_SUBMIT_OPTS``: little compiling, and classes as a first tuning has left them."""
    archive = BUILD / "cds" / f"{(spark_home / 'jars').stat().st_mtime_ns}.jsa"
    kept(archive, lambda file: _leave(spark_home, file))
    # an archive that does not fit, for a classpath of its own for example, is silently not used
    temporary = f"-Djava.io.tmpdir={tempfile.gettempdir()}"
    return f"{_QUICK} -XX:SharedArchiveFile={archive} {_SILENT} {temporary}"


def _leave(spark_home: Path, archive: Path) -> None:
    named = {name: text for name, text in os.environ.items() if not name.startswith("SPARK_")}
    leaving = f"{_QUICK} -XX:ArchiveClassesAtExit={archive} {_SILENT}"
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
    archive.touch()  # a JVM that cannot write one is slower, and no more
