"""Logs the best model of a tuning as an MLflow Spark model (``spark.trackmllib.logModel``)."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from trackmllib.consumer.spark_model import own_folder, requirements
from trackmllib.consumer.store import Store


def log(model: Any, tracking_uri: str | None, run_id: str, fit_uuid: str) -> None:
    """Saves the best of a tuning's ``model`` and logs it to the tuning's main run.

    Raises:
        Exception: the model cannot be saved, or MLflow does not take it.
    """
    import mlflow.spark

    store = Store(tracking_uri)
    with (
        tempfile.TemporaryDirectory(prefix="trackmllib-") as temporary,
        own_folder(store, run_id, fit_uuid) as folder,
    ):
        files = Path(temporary, folder)
        mlflow.spark.save_model(model.bestModel, str(files), pip_requirements=requirements())
        store.log_directory(run_id, files, folder)
