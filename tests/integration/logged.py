"""What a store has of an experiment, as trees of runs."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import mlflow

if TYPE_CHECKING:
    from collections.abc import Iterator

# what belongs to one fit or one program; Scala's grids come in an order of their own
OF_ONE_FIT = {
    "fit_uuid",
    "mlflow.parentRunId",
    "spark.applicationId",
    "trackmllib.language",
    "mlEstimatorUid",
    "trackmllib.trial",
}


@dataclass
class Node:
    """A run and the runs nested in it, in the order of their names."""

    run: mlflow.entities.Run
    children: list[Node] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The run's name."""
        return str(self.run.info.run_name)

    @property
    def status(self) -> str:
        """The run's status."""
        return str(self.run.info.status)

    @property
    def params(self) -> dict[str, str]:
        """The run's params."""
        return dict(self.run.data.params)

    @property
    def tags(self) -> dict[str, str]:
        """The run's tags."""
        return dict(self.run.data.tags)

    @property
    def metrics(self) -> dict[str, float]:
        """The run's metrics, each with its last value."""
        return dict(self.run.data.metrics)

    def walk(self) -> Iterator[Node]:
        """This run and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


def experiments(uri: str) -> list[str]:
    """The names of the experiments that have runs."""
    client = mlflow.MlflowClient(uri)
    return sorted(e.name for e in client.search_experiments() if trees(uri, e.name))


def trees(uri: str, experiment: str) -> list[Node]:
    """The top-level runs of an experiment, oldest first."""
    client = mlflow.MlflowClient(uri)
    found = client.get_experiment_by_name(experiment)
    if found is None:
        return []
    runs = client.search_runs([found.experiment_id], max_results=5000)
    nodes = {run.info.run_id: Node(run) for run in runs}
    top = []
    for node in nodes.values():
        parent = node.tags.get("mlflow.parentRunId")
        (nodes[parent].children if parent else top).append(node)
    for node in nodes.values():
        node.children.sort(key=_order)
    return sorted(top, key=_order)


def history(uri: str, run_id: str, metric: str) -> list[tuple[int, float]]:
    """Each step of a metric with its value."""
    values = mlflow.MlflowClient(uri).get_metric_history(run_id, metric)
    return sorted((value.step, value.value) for value in values)


def journals(state: os.PathLike[str] | str) -> list[str]:
    """The journals left in a state directory."""
    directory = os.path.join(state, "trackmllib")  # noqa: PTH118
    return sorted(os.listdir(directory)) if os.path.isdir(directory) else []  # noqa: PTH112, PTH208


def _order(node: Node) -> tuple[str, int]:
    return node.name, node.run.info.start_time
