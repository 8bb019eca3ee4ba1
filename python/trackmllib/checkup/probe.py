"""Looks at MLflow from an interpreter that may have nothing of ours: run there as a text.

It says what it has found in JSON lines, each as soon as it is known: who asks does not wait for
ever. It keeps to what old interpreters read, so that they can say that they are old.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

SAID = os.fdopen(os.dup(1), "w", encoding="utf-8")
DATABASES = ("sqlite", "postgresql", "mysql", "mssql")
MARK = "trackmllib.doctor"


def say(**found: Any) -> None:
    """One line more."""
    SAID.write(json.dumps(found) + "\n")
    SAID.flush()


def main() -> None:
    """Answers the question on the standard input."""
    os.dup2(2, 1)  # what MLflow prints is not for who asks
    asked = json.loads(sys.stdin.readline())
    say(python=".".join(map(str, sys.version_info[:3])))
    if sys.version_info < (3, 10):  # noqa: UP036
        return
    try:
        mlflow: Any = importlib.import_module("mlflow")
    except ImportError as error:
        say(no_mlflow=str(error))
        return
    uri = asked["uri"] or mlflow.get_tracking_uri()
    say(mlflow=mlflow.__version__, uri=uri)
    try:
        look(mlflow, uri, asked["experiment_id"], asked["experiment_name"])
    except Exception as error:
        say(error=reason(error)[:300])


def look(mlflow: Any, uri: str, experiment_id: str | None, experiment_name: str | None) -> None:
    """Whether the store answers, has the experiment, and takes a run."""
    scheme = uri.split(":", maxsplit=1)[0].split("+", maxsplit=1)[0] if ":" in uri else "file"
    if scheme in DATABASES:
        try:
            importlib.import_module("mlflow.store.tracking.sqlalchemy_store")
        except ImportError as error:
            say(no_database=str(error))
            return
    place = Path(uri.split("?", maxsplit=1)[0].partition(":///")[2]) if scheme == "sqlite" else None
    if place and place.name and not place.exists():
        say(new=True, writable=os.access(place.resolve().parent, os.W_OK))
        return
    client = mlflow.MlflowClient(uri)
    say(asks=True)
    experiment = wanted(mlflow, client, experiment_id, experiment_name)
    there = experiment is not None and experiment.lifecycle_stage == "active"
    say(answers=True, experiment=experiment and experiment.name, deleted=experiment and not there)
    write(client, experiment.experiment_id if there else "0")
    say(takes=True)


def reason(error: BaseException) -> str:
    """What an error comes down to: MLflow wraps "connection refused" in four others."""
    inner = error
    while inner.__context__ is not None:
        inner = inner.__context__
    return str(inner if isinstance(inner, OSError) else error) or repr(error)


def wanted(mlflow: Any, client: Any, experiment_id: str | None, experiment_name: str | None) -> Any:
    """The experiment that tunings would be logged to."""
    if experiment_name and not experiment_id:
        return client.get_experiment_by_name(experiment_name)
    try:
        return client.get_experiment(experiment_id or "0")
    except mlflow.exceptions.MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        return None


def write(client: Any, experiment: str) -> None:
    """Makes a run and deletes it; later checks take the same one out of the trash for that."""
    search = f"tags.`{MARK}` = 'true'"
    mine = client.search_runs([experiment], search, run_view_type=3, max_results=1)  # all of them
    if not mine:
        run = client.create_run(experiment, tags={MARK: "true"}, run_name="trackmllib doctor")
        client.set_terminated(run.info.run_id)
    else:
        run = mine[0]
        if run.info.lifecycle_stage == "deleted":
            client.restore_run(run.info.run_id)
    client.delete_run(run.info.run_id)


main()
