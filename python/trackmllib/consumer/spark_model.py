"""The best model of a tuning as an MLflow Spark model, and its folder among a run's artifacts."""

from __future__ import annotations

import platform
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

from trackmllib.consumer.store import Store

NAME = "model"
"""The folder of a run's first model."""

DATA = "sparkml"
"""Where Spark's own files are among the model's."""


_uploading: set[str] = set()  # the runs whose first model is on its way
_choosing = threading.Lock()


@contextmanager
def own_folder(store: Store, run_id: str, fit_uuid: str) -> Iterator[str]:
    """The folder for a tuning's model, which is to be uploaded meanwhile.

    It is ``model``, or ``model_<fit_uuid>`` where the run has another model, be it the user's or
    that of another tuning of this process which is being uploaded just now.
    """
    with _choosing:
        first = run_id not in _uploading
        _uploading.add(run_id)
    try:
        yield NAME if first and _is_free(store, run_id) else f"{NAME}_{fit_uuid}"
    finally:
        if first:
            _uploading.discard(run_id)


def _is_free(store: Store, run_id: str) -> bool:
    """Whether a run is known to have no model yet."""
    try:
        return not store.has_artifact(run_id, NAME)
    except Exception:  # who may write to an artifact store need not be one who may list it
        return False


def requirements(spark: str | None = None) -> list[str]:
    """What a Python needs to load the model; no version of Spark: the one that is installed."""
    import mlflow

    if spark is None:
        import pyspark

        spark = pyspark.__version__
    return [f"mlflow=={mlflow.__version__}", f"pyspark=={spark}"]


def complete(directory: Path, run_id: str, folder: str, spark: str) -> None:
    """Puts what MLflow wants beside Spark's files, which are in ``directory`` already.

    Args:
        folder: where they will be among the artifacts of the run.
        spark: the version of Spark that has saved them.
    """
    import mlflow
    import yaml

    python = platform.python_version()
    needed = requirements(spark)
    conda = {
        "name": "mlflow-env",
        "channels": ["conda-forge"],
        "dependencies": [f"python={python}", "pip", {"pip": needed}],
    }
    pyfunc = {
        "data": DATA,
        "env": {"conda": "conda.yaml", "virtualenv": "python_env.yaml"},
        "loader_module": "mlflow.spark",
        "python_version": python,
    }
    flavor = {
        "code": None,
        "model_class": "pyspark.ml.pipeline.PipelineModel",
        "model_data": DATA,
        "pyspark_version": spark,
    }
    model = {
        "artifact_path": folder,
        "flavors": {"python_function": pyfunc, "spark": flavor},
        "mlflow_version": mlflow.__version__,
        "model_uuid": uuid.uuid4().hex,
        "run_id": run_id,
        "utc_time_created": f"{datetime.now(timezone.utc):%Y-%m-%d %H:%M:%S.%f}",
    }
    environment = {
        "python": python,
        "build_dependencies": ["pip", "setuptools", "wheel"],
        "dependencies": ["-r requirements.txt"],
    }
    (directory / "requirements.txt").write_text("\n".join(needed))
    for name, content in (
        ("MLmodel", model),
        ("conda.yaml", conda),
        ("python_env.yaml", environment),
    ):
        (directory / name).write_text(yaml.safe_dump(content, sort_keys=False))
