"""Reads the tables of tunings from a tracking store."""

from __future__ import annotations

import itertools
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from trackmllib import messages
from trackmllib.consumer import naming
from trackmllib.consumer.store import Store, is_missing, pages
from trackmllib.errors import NoTuningError
from trackmllib.tables import running
from trackmllib.tables.table import Table

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

_OURS = "tags.runSource = 'mllibAutoTracking'"
_PAGE = 1000
_LATEST = ["attributes.start_time DESC"]


def opened(tracking_uri: str | None) -> MlflowClient:
    """The client of a store, by default of MLflow's own.

    Raises:
        MLflowUnusableError: this interpreter's MLflow is missing or too old.
        StoreUnreachableError: there is no server.
    """
    store = Store(tracking_uri)
    store.reach()
    from mlflow import MlflowClient

    return MlflowClient(store.uri)


def newest(client: MlflowClient, experiment: str | None) -> Run:
    """The main run of the tuning that began last, in one experiment or in all.

    Raises:
        NoTuningError: there is none.
    """
    found = _experiments(client, experiment)
    runs = client.search_runs(found, _OURS, order_by=_LATEST, max_results=1)
    if not runs:
        raise NoTuningError(messages.no_tuning(experiment))
    run = main_of(client, runs[0])
    while "mlflow.parentRunId" in run.data.tags:  # a tuning within a trial is a part of another
        above = client.get_run(run.data.tags["mlflow.parentRunId"])
        if not _is_ours(above):
            break
        run = main_of(client, above)
    return run


def running_tunings(client: MlflowClient) -> dict[str, str]:
    """The ``fit_uuid`` of each tuning with a run that is RUNNING, and the experiment it is in."""
    search = f"{_OURS} AND attributes.status = 'RUNNING'"
    runs = client.search_runs(_experiments(client), search, order_by=_LATEST, max_results=_PAGE)
    return {
        run.data.tags["fit_uuid"]: run.info.experiment_id
        for run in runs
        if "fit_uuid" in run.data.tags
    }


def of_tuning(client: MlflowClient, tuning: str) -> Run | None:
    """The main run of the tuning with this id, if it is in any experiment."""
    search = f"{_OURS} AND tags.fit_uuid = '{naming.fit_uuid(tuning)}'"
    runs = client.search_runs(_experiments(client), search, order_by=_LATEST, max_results=1)
    return main_of(client, runs[0]) if runs else None


def run_of(client: MlflowClient, run_id: str) -> Run:
    """The main run with this id, or the one that the trial with this id is of.

    Raises:
        NoTuningError: there is no such run.
    """
    try:
        return main_of(client, client.get_run(run_id))
    except Exception as error:
        if is_missing(error):
            raise NoTuningError(messages.no_such_run(run_id)) from None
        raise


def main_of(client: MlflowClient, run: Run) -> Run:
    """The main run of a trial's run; a main run is its own."""
    tags = run.data.tags
    is_trial = "trackmllib.trial" in tags and "mlflow.parentRunId" in tags
    return client.get_run(tags["mlflow.parentRunId"]) if is_trial else run


def tables(client: MlflowClient, main: Run) -> list[Table]:
    """The tunings of a main run, the newest first; also one that still runs.

    Raises:
        NoTuningError: the run has none.
    """
    children: dict[str, list[Run]] = {}
    search = f"tags.`mlflow.parentRunId` = '{main.info.run_id}' AND {_OURS}"
    for run in pages(
        lambda token: client.search_runs(
            [main.info.experiment_id], search, 1, _PAGE, _LATEST, page_token=token
        )
    ):
        if "trackmllib.trial" in run.data.tags:
            children.setdefault(run.data.tags["fit_uuid"], []).append(run)
    if not children and not _is_ours(main):
        raise NoTuningError(messages.run_without_tuning(main.info.run_id))
    written = _artifacts(client, main) if children else set()
    found = []
    for fit_uuid, trials in children.items():
        table = None
        name = f"tuning_results_{fit_uuid}.json"
        if name in written:
            table = _from_artifact(client, main, fit_uuid, name)
        found.append(table or running.table(client, main, fit_uuid, trials))
    if not found:  # its first trial is still to come
        found.append(running.table(client, main, main.data.tags["fit_uuid"], []))
    return found


def _experiments(client: MlflowClient, only: str | None = None) -> list[str]:
    return [
        found.experiment_id
        for found in pages(lambda token: client.search_experiments(page_token=token))
        if only is None or only in (found.name, found.experiment_id)
    ]


def _is_ours(run: Run) -> bool:
    return run.data.tags.get("runSource") == "mllibAutoTracking"


def _artifacts(client: MlflowClient, main: Run) -> set[str]:
    try:
        return {file.path for file in client.list_artifacts(main.info.run_id)}
    except Exception:  # the runs have it all, too
        return set()


def _from_artifact(client: MlflowClient, main: Run, fit_uuid: str, name: str) -> Table | None:
    with tempfile.TemporaryDirectory() as directory:
        try:
            file = client.download_artifacts(main.info.run_id, name, directory)
            split = json.loads(Path(file).read_text(encoding="utf-8"))
        except Exception:  # the runs have it all, too
            return None
    columns = split["columns"]
    return Table.of(main, fit_uuid, columns=columns, figure=_figure(columns), rows=split["data"])


def _figure(columns: list[str]) -> str:
    """A mean that stands before its deviation, else the only metric."""
    for mean, deviation in itertools.pairwise(columns):
        if mean.startswith("avg_") and deviation == f"std_{mean.removeprefix('avg_')}":
            return mean
    return columns[-4]
