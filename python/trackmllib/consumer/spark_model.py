"""A model that a Scala driver has saved, as the MLflow Spark model that Python would log."""

from __future__ import annotations

import platform
import uuid
from datetime import datetime, timezone
from pathlib import Path

NAME = "model"
"""Where the model is among a run's artifacts."""

DATA = "sparkml"
"""Where Spark's own files are among the model's."""


def requirements(spark: str | None = None) -> list[str]:
    """What a Python needs to load the model; no version of Spark: the one that is installed."""
    import mlflow

    if spark is None:
        import pyspark

        spark = pyspark.__version__
    return [f"mlflow=={mlflow.__version__}", f"pyspark=={spark}"]


def complete(directory: Path, run_id: str, spark: str) -> None:
    """Puts what MLflow wants beside Spark's files, which are in ``directory`` already."""
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
        "artifact_path": NAME,
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
