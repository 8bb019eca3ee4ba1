"""What MLflow has of the tunings of one test."""

from __future__ import annotations

import tempfile
import uuid
from pathlib import Path


class Experiment:
    """An experiment of its own, in the store of ``client``."""

    def __init__(self, client, name=None):
        self.client = client
        self.name = name or uuid.uuid4().hex
        artifacts = Path(tempfile.gettempdir(), "trackmllib-tests", self.name).as_uri()
        self.id = client.create_experiment(self.name, artifact_location=artifacts)

    def runs(self):
        """All runs, the latest last."""
        found = []
        token = None
        while token != "":
            page = self.client.search_runs(
                [self.id], order_by=["attributes.start_time ASC"], page_token=token
            )
            found.extend(page)
            token = page.token or ""
        return found

    def mains(self):
        """The runs that are nobody's child."""
        return [run for run in self.runs() if "mlflow.parentRunId" not in run.data.tags]

    def main(self):
        """The only main run."""
        (main,) = self.mains()
        return main

    def children(self, run=None):
        """The child runs of ``run``, by default of the only main run, in the order of the grid."""
        parent = (run or self.main()).info.run_id
        ours = [r for r in self.runs() if r.data.tags.get("mlflow.parentRunId") == parent]
        return sorted(ours, key=lambda r: int(r.data.tags.get("trackmllib.trial", -1)))

    def steps(self, run, metric):
        """The values of a metric by step."""
        history = self.client.get_metric_history(run.info.run_id, metric)
        return {one.step: one.value for one in history}


def statuses(runs):
    """The statuses of runs."""
    return [run.info.status for run in runs]


def whole(run):
    """Everything that MLflow has of a run."""
    return run.to_dictionary()
