"""What a Scala driver asks for beside its events: a run for ``TrackMLlib.withRun``, and its end."""

from __future__ import annotations

from typing import Any

from trackmllib import messages
from trackmllib.consumer import naming
from trackmllib.consumer.reachable import refusal
from trackmllib.consumer.store import Store
from trackmllib.events import Destination


def answer(request: dict[str, Any]) -> tuple[str | None, str | None]:
    """Does what a request line asks for.

    Returns:
        The answer, and why there is none.
    """
    where = request["destination"]
    uri = where["trackingUri"]
    reason = refusal(uri)
    if reason:
        return None, reason
    try:
        store = Store(uri)
        if request["request"] == "endRun":
            store.end_run(request["runId"], request["status"], request["time"])
            return request["runId"], None
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
        return run.info.run_id, None
    except Exception as error:
        return None, messages.without_password(str(error))
