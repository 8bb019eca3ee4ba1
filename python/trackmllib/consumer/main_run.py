"""A tuning's main run: one that trackmllib makes, or the user's active run."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from trackmllib import messages
from trackmllib.consumer import description, naming
from trackmllib.consumer.run import Run
from trackmllib.consumer.store import MetricValue, Store, is_missing

if TYPE_CHECKING:
    import mlflow.entities

    from trackmllib.consumer.tuning import Tuning


class MainRun(Run):
    """The main run of one tuning.

    Attributes:
        ours: whether trackmllib makes it, and so ends it.
    """

    def __init__(self, tuning: Tuning) -> None:
        super().__init__(tuning.started.destination.run_id, resumed=tuning.resumed)
        self.tuning = tuning
        self.ours = self.id is None
        self._experiment: str | None = None
        self._looking = threading.Lock()
        self._children: dict[str, mlflow.entities.Run] | None = None
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
                self.id, self.ours = None, True
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
        return store.find_runs(
            self.experiment(store),
            f"tags.`mlflow.parentRunId` = '{main}' AND tags.fit_uuid = "
            f"'{self.tuning.fit_uuid}'{more}",
        )

    def _found(self, store: Store) -> list[mlflow.entities.Run]:
        return store.find_runs(
            self.experiment(store),
            f"tags.fit_uuid = '{self.tuning.fit_uuid}' AND attributes.start_time = "
            f"{self.tuning.started.time}",
        )

    def _create(self, store: Store, tags: dict[str, str]) -> mlflow.entities.Run:
        started = self.tuning.started
        name = started.destination.run_name or (
            f"{started.tuner.class_name}({started.estimator.class_name})"
        )
        tags |= self.tuning.origin_tags()
        if self.tuning.parent_run is not None:
            tags["mlflow.parentRunId"] = self.tuning.parent_run.create(store)
        return store.create_run(
            self.experiment(store), naming.shortened_name(name), started.time, tags
        )

    def _log(
        self,
        store: Store,
        params: dict[str, str],
        tags: dict[str, str],
        metrics: list[MetricValue],
    ) -> None:
        assert self.id is not None
        if self.ours:
            store.log(self.id, params, tags, metrics)
            return
        with store.shared_run:  # what stands on a run that others write to decides our names
            there = store.get_run(self.id).data
            note = tags.get(description.TAG)
            beside = self._beside(
                there.tags, {name: tag for name, tag in tags.items() if name != description.TAG}
            )
            if note is not None:
                beside |= self._described(there.tags.get(description.TAG, ""), note)
            store.log(self.id, self._beside(there.params, params), beside, metrics)

    def _described(self, there: str, note: str) -> dict[str, str]:
        """The user's description with ours below it, unless it is there or there is no room."""
        both = description.below(there, note, self.tuning.fit_uuid)
        if note in there or len(both) > naming.TAG_LIMIT:
            return {}
        return {description.TAG: both}

    def _beside(self, there: dict[str, str], ours: dict[str, str]) -> dict[str, str]:
        """Ours that are not there yet, a name that has another value there mangled."""
        beside = {}
        for name, value in ours.items():
            taken = there.get(name, value) != value
            mangled = f"{name[: naming.KEY_LIMIT - 7]}_{self.tuning.fit_uuid}"
            key = mangled if taken else name
            if there.get(key) != value:
                beside[key] = value
        return beside

    def _may_end(self) -> bool:
        return self.ours and self.tuning.only_main_is_left()

    def _end_due(self) -> bool:
        return self.ours and super()._end_due()
