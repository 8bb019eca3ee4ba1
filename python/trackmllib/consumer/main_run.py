"""A tuning's main run: one that trackmllib makes, or the user's active run."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from trackmllib import messages
from trackmllib.consumer import naming, picture, shared, view
from trackmllib.consumer.conclusion import Conclusion
from trackmllib.consumer.run import Run
from trackmllib.consumer.store import Store, is_missing

if TYPE_CHECKING:
    import mlflow.entities

    from trackmllib.consumer.tuning import Tuning

_PAUSE = 2.0  # seconds between the requests with what has come of a tuning that runs


class MainRun(Run):
    """The main run of one tuning.

    Attributes:
        ours: whether trackmllib makes it, and so ends it.
        outermost: whether the tuning is nested in no other.
        view: the key of the tuning's view; ``None``: there is none, or not yet.
        view_due: whether it is still to be written.
    """

    def __init__(self, tuning: Tuning) -> None:
        super().__init__(tuning, tuning.started.destination.run_id, resumed=tuning.resumed)
        self.ours = self.id is None
        self.contested = not self.ours
        self.view: str | None = None
        # hundreds of tunings may be nested in one: they have their tables, and no more
        self.outermost = tuning.started.parent is None
        self.view_due = self.outermost and tuning.started.destination.view
        self._experiment: str | None = None
        self._looking = threading.Lock()
        self._children: dict[str, mlflow.entities.Run] | None = None
        self._written_at: float | None = None
        self._tried = 0
        self._best: float | None = None
        self._conclusion = Conclusion(tuning)
        self._concluded = True
        started = tuning.started
        self.set_params(
            [
                ("mlModelClass", started.tuner.class_name),
                ("mlEstimatorUid", started.tuner.uid),
                ("estimator", started.estimator.class_name),
                ("evaluator", started.evaluator.class_name),
                ("estimatorParamMapsLength", str(started.trials)),
                ("metricName", started.metric),
                *((name, naming.text(value)) for name, value in started.params.items()),
            ]
        )
        tags = {
            **tuning.common_tags(),
            "trackmllib.version": started.trackmllib,
            "trackmllib.language": started.language,
        }
        if started.application_id:
            tags["spark.applicationId"] = started.application_id
        self.set_tags(tags.items())

    def tried(self, trial: int, metric: float, time: int) -> None:
        """A trial has its metric, which may be the best so far."""
        started = self.tuning.started
        self._tried += 1
        self.add_metric(f"trial_{started.metric}", metric, time, step=trial)
        if not math.isnan(metric):
            better = max if started.larger_better else min
            self._best = metric if self._best is None else better(self._best, metric)
        if self._best is not None:
            self.add_metric(f"best_{started.metric}", self._best, time, step=self._tried)

    @property
    def tried_all(self) -> bool:
        """Whether all trials have their metric."""
        return self._tried == self.tuning.started.trials

    def won(self, metric: float, time: int) -> None:
        """The winner's metric, which is the last of those that were the best so far."""
        if metric != self._best:  # Spark may prefer a metric that is no number
            self.add_metric(f"best_{self.tuning.started.metric}", metric, time, self._tried + 1)

    def conclude(self) -> None:
        """All trials are over, or one has outlived its tuning: the run should show the results."""
        self._concluded = False

    def experiment(self, store: Store) -> str:
        """The id of the experiment that the run is in."""
        if self._experiment is None:
            if self.id is not None:
                self._experiment = store.experiment_of(self.id)
            else:
                parent = self.tuning.parent_run
                destination = self.tuning.started.destination
                self._experiment = (
                    parent.tuning.main.experiment(store)
                    if parent
                    else store.experiment(destination)
                )
        return self._experiment

    @property
    def experiment_id(self) -> str | None:
        """The same, where it is known already."""
        return self._experiment

    def create(self, store: Store) -> str:
        """The run's id; where the run to log under is not there, one of our own."""
        if not self.ours and self._experiment is None:
            try:
                self.experiment(store)
            except Exception as error:
                if not is_missing(error):
                    raise
                messages.logger.warning(messages.run_not_found(self.id or "", error))
                self.id, self.ours, self.contested = None, True, False
        return super().create(store)

    def children(self, store: Store) -> dict[str, mlflow.entities.Run]:
        """The child runs that an earlier consumer made, by their trial."""
        main = self.create(store)
        with self._looking:
            if self._children is None:
                made = self.children_where(store, main) if self.was_there else []
                self._children = {run.data.tags["trackmllib.trial"]: run for run in made}
        return self._children

    def children_where(self, store: Store, main: str, more: str = "") -> list[mlflow.entities.Run]:
        """The child runs of this tuning that ``more`` of a search finds, too."""
        return self._of_the_tuning(store, f"tags.`mlflow.parentRunId` = '{main}'{more}")

    def due_in(self) -> float | None:
        """At once at the beginning and at the end; in between now and then."""
        if self._written_at is None or self.tuning.ended or not self._concluded:
            return 0.0
        if not self._anything():
            return None
        return max(0.0, self._written_at + _PAUSE - time.monotonic())

    def write(self, store: Store) -> bool:
        """Brings MLflow up to what the run should hold; its end comes after all trials."""
        run_id = self.create(store)
        if self.view_due:
            self._show(store, run_id)
            self.view_due = False
        if not self._concluded:
            self._concluded = True
            try:
                self.set_tags(self._conclusion.bring(store, self).items())
            except BaseException:
                self._concluded = False
                raise
        was_due = super().write(store)
        if was_due:
            self._written_at = time.monotonic()
        if self.outermost and not self.tuning.ended:
            picture.prepare()
        return was_due

    def forget(self) -> bool:
        """Drops what is pending, what has come of the tuning as well."""
        due, self._concluded = not self._concluded, True
        return super().forget() or due

    def _anything(self) -> bool:
        return super()._anything() or not self._concluded

    def _show(self, store: Store, run_id: str) -> None:
        """Gives the tuning its view; a server that does not want it has none."""
        key = view.key(self.tuning.fit_uuid, self.tuning.started.time)
        experiment = self.experiment(store)
        try:
            if not store.make_room(experiment, view.surplus):
                return
            store.set_experiment_tag(experiment, view.tag(key), view.state(self.tuning, run_id))
        except Exception as error:
            messages.logger.debug("no view of the tuning: %r", error)
        else:
            self.view = key

    def _found(self, store: Store) -> list[mlflow.entities.Run]:
        return self._of_the_tuning(store, f"attributes.start_time = {self.tuning.started.time}")

    def _of_the_tuning(self, store: Store, search: str) -> list[mlflow.entities.Run]:
        search = f"tags.fit_uuid = '{self.tuning.fit_uuid}' AND {search}"
        found = store.find_runs(self.experiment(store), search)
        return [run for run in found if self.tuning.owns(run)]

    def _leave_out(self, there: mlflow.entities.Run) -> None:
        super()._leave_out(there)
        table = f"tuning_results_{self.tuning.fit_uuid}.json"
        if self._written_end is not None and table in there.data.tags.get(shared.TABLES, ""):
            self._concluded, self.view_due = True, False  # they were written before its end

    def _create(self, store: Store, tags: dict[str, str]) -> mlflow.entities.Run:
        started = self.tuning.started
        name = started.destination.run_name or (
            f"{started.tuner.class_name}({started.estimator.class_name})"
        )
        tags |= self.tuning.identity()
        if self.tuning.parent_run is not None:
            tags["mlflow.parentRunId"] = self.tuning.parent_run.create(store)
        return store.create_run(
            self.experiment(store), naming.shortened_name(name), started.time, tags
        )

    def _tags_beside(self, there: Mapping[str, str], tags: dict[str, str]) -> dict[str, str]:
        if self.ours:  # also with other values than before
            return shared.tables(there, tags)
        return super()._tags_beside(there, tags)

    def _may_end(self) -> bool:
        return self.ours and self._concluded and self.tuning.only_main_is_left()

    def _end_due(self) -> bool:
        return self.ours and super()._end_due()
