"""Makes the jars that users get: our classes, and for the sidecar our Python package and py4j.

python jvm/bundle.py CLASSES.jar [CLASSES.jar ...] INTO
"""

from __future__ import annotations

import importlib.metadata
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "python" / "trackmllib"
TIME = (2010, 1, 1, 0, 0, 0)  # sbt-assembly's own: the same input gives the same bytes


def bundle(classes: Path, jar: Path) -> None:
    """Writes ``jar``: what ``classes`` has, the Python packages and their licences."""
    python = [file for file in sorted(PACKAGE.rglob("*.py*")) if file.suffix in (".py", ".typed")]
    added = {str(file.relative_to(PACKAGE.parent)): file for file in python}
    added["META-INF/LICENSE"] = ROOT / "LICENSE"
    added |= py4j()
    with (
        zipfile.ZipFile(classes) as old,
        zipfile.ZipFile(jar, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            new.writestr(entry, old.read(entry), zipfile.ZIP_DEFLATED)
        for name, file in added.items():
            new.writestr(zipfile.ZipInfo(name, TIME), file.read_bytes(), zipfile.ZIP_DEFLATED)


def py4j() -> dict[str, Path]:
    """The py4j that came with PySpark, in a folder that only the sidecar looks into."""
    found = importlib.metadata.files("py4j") or []
    modules = [file for file in found if file.parts[0] == "py4j" and file.suffix == ".py"]
    used = [file for file in modules if "tests" not in file.parts]
    (licence,) = (file for file in found if file.name == "LICENSE.txt")
    added = {f"sidecar/{file}": Path(str(file.locate())) for file in sorted(used)}
    added["META-INF/licenses/py4j.txt"] = Path(str(licence.locate()))
    return added


if __name__ == "__main__":
    *sources, into = map(Path, sys.argv[1:])
    into.mkdir(exist_ok=True)
    for old in into.glob("*.jar"):
        old.unlink()
    for source in sources:
        bundle(source, into / source.name)
