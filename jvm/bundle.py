"""Makes the jars that users get: our classes, and the Python package for the sidecar.

python jvm/bundle.py CLASSES.jar [CLASSES.jar ...] INTO
"""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "python" / "trackmllib"
TIME = (2010, 1, 1, 0, 0, 0)  # sbt-assembly's own: the same input gives the same bytes


def bundle(classes: Path, jar: Path) -> None:
    """Writes ``jar``: what ``classes`` has, the Python package and the licence."""
    python = [file for file in sorted(PACKAGE.rglob("*.py*")) if file.suffix in (".py", ".typed")]
    added = {str(file.relative_to(PACKAGE.parent)): file for file in python}
    added["META-INF/LICENSE"] = ROOT / "LICENSE"
    with (
        zipfile.ZipFile(classes) as old,
        zipfile.ZipFile(jar, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            new.writestr(entry, old.read(entry), zipfile.ZIP_DEFLATED)
        for name, file in added.items():
            new.writestr(zipfile.ZipInfo(name, TIME), file.read_bytes(), zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    *sources, into = map(Path, sys.argv[1:])
    into.mkdir(exist_ok=True)
    for old in into.glob("*.jar"):
        old.unlink()
    for source in sources:
        bundle(source, into / source.name)
