"""What a Scala driver asks for beside its events: the run of a ``TrackMLlib.withRun``, a model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from trackmllib import messages
from trackmllib.consumer import naming, spark_model
from trackmllib.consumer.store import Store
from trackmllib.events import Destination


def answer(request: dict[str, Any]) -> tuple[str | None, str | None]:
    """Does what a request line asks for.

    Returns:
        The run that it was done to, and why it was not.
    """
    try:
        store = Store(request["destination"]["trackingUri"])
        return _KINDS[request["request"]](store, request), None
    except Exception as error:
        return None, messages.without_password(str(error))


def _create_run(store: Store, request: dict[str, Any]) -> str:
    where = request["destination"]
    destination = Destination(
        experiment_id=where["experimentId"], experiment_name=where["experimentName"]
    )
    tags = {
        "mlflow.user": request["user"],
        "mlflow.source.name": request["applicationName"],
        "mlflow.source.type": "JOB",
        "spark.applicationId": request["applicationId"],
    }
    run = store.create_run(
        store.experiment(destination),
        naming.shortened_name(request["name"]),
        request["time"],
        {key: value for key, value in tags.items() if value},
    )
    return str(run.info.run_id)


def _end_run(store: Store, request: dict[str, Any]) -> str:
    run_id: str = request["runId"]
    store.end_run(run_id, request["status"], request["time"])
    return run_id


def _log_model(store: Store, request: dict[str, Any]) -> str:
    run_id: str = request["runId"]
    files = Path(request["directory"])
    fit_uuid = naming.fit_uuid(request["tuning"])
    with spark_model.own_folder(store, run_id, fit_uuid) as folder:
        spark_model.complete(files, run_id, folder, request["sparkVersion"])
        store.log_directory(run_id, files, folder)
    return run_id


_KINDS = {"createRun": _create_run, "endRun": _end_run, "logModel": _log_model}
