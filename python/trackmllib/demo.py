"""The demo: a tuning on real data, from an unchanged program, logged to a store of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from trackmllib import messages
from trackmllib.errors import DemoError

FOLDS = 3

_NEEDED = {"pyspark": "pyspark", "sklearn": "scikit-learn", "sqlalchemy": "mlflow"}
_HERE = Path(__file__).parent
_PROGRAMS = (
    _HERE / "examples" / "digits_tuning.py",  # in the wheel
    _HERE.parents[1] / "examples" / "python" / "digits_tuning.py",  # in a checkout
)


def run() -> str:
    """Tunes in a program of its own, and says where its store is.

    Raises:
        DemoError: a package that it needs is missing, or the program has failed.
    """
    missing = [package for module, package in _NEEDED.items() if find_spec(module) is None]
    if missing:
        raise DemoError(messages.demo_needs(missing))
    directory = Path(tempfile.mkdtemp(prefix="trackmllib-demo-"))
    store = f"sqlite:///{directory / 'mlflow.db'}"
    program = next(path for path in _PROGRAMS if path.is_file())
    data = write_digits(directory / "digits.json")
    ours = {
        "TRACKMLLIB_ENABLED": "1",
        "MLFLOW_TRACKING_URI": store,
        "MLFLOW_EXPERIMENT_NAME": "digits",
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
    }
    user = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
    done = subprocess.run(
        [sys.executable, str(program), str(data)], check=False, env=user | ours, cwd=directory
    )
    if done.returncode:
        raise DemoError(messages.demo_failed(done.returncode))
    return store


def write_digits(path: Path) -> Path:
    """Writes scikit-learn's handwritten digits as JSON lines, each with its fold."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    with path.open("w") as lines:
        for row, (pixels, digit) in enumerate(zip(digits.data, digits.target, strict=True)):
            record = {"digit": str(digit), "fold": row % FOLDS, "pixels": pixels.tolist()}
            lines.write(json.dumps(record) + "\n")
    return path
