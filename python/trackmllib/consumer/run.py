"""One MLflow run: what it should hold, and the writing of what is still missing there.

Events only change what a run should hold; a writer brings MLflow up to it later. So what is
outdated by then is never sent, and a writer that failed simply tries again.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from trackmllib.consumer import naming, shared
from trackmllib.consumer.store import MetricValue, Store

if TYPE_CHECKING:
    import mlflow.entities

    from trackmllib.consumer.tuning import Tuning


class Run(ABC):
    """A main or a child run.

    Attributes:
        tuning: the tuning that it belongs to.
        id: MLflow's id, once the run is there.
        entity: MLflow's own object of a run that was made or found here.
        lent: whether the user's code may have written to it, under names of ours too.
    """

    def __init__(self, tuning: Tuning, run_id: str | None, *, resumed: bool) -> None:
        self.tuning = tuning
        self.id = run_id
        self.entity: mlflow.entities.Run | None = None
        self.lent = False
        self.was_there = resumed  # whether MLflow had it before this consumer, as far as we know
        self._asked = resumed  # whether MLflow may have made it, also where no answer came
        self._doubled = False  # whether it may still make it a second time
        self._making = threading.Lock()  # held while it is made, which its children ask for too
        self._pending = threading.Lock()  # held for moments
        self._params: dict[str, str] = {}
        self._tags: dict[str, str] = {}
        self._metrics: list[MetricValue] = []
        self._metric_keys: dict[str, str] = {}  # what our metrics are called on the run
        self._end: tuple[str, int] | None = None
        self._written_end: tuple[str, int] | None = None

    def set_params(self, params: Iterable[tuple[str, str]]) -> None:
        """Params that the run should have; what MLflow refuses in them is made to fit."""
        with self._pending:
            for name, value in params:
                key = naming.key(name)
                self._params[key] = naming.within(naming.PARAM_LIMIT, f"the param {key}", value)

    def set_tags(self, tags: Iterable[tuple[str, str]]) -> None:
        """Tags that the run should have."""
        with self._pending:
            for name, value in tags:
                key = naming.key(name)
                self._tags[key] = naming.within(naming.TAG_LIMIT, f"the tag {key}", value)

    def add_metric(self, name: str, value: float, time: int, step: int = 0) -> None:
        """One more value of a metric, at ``time`` in milliseconds since the epoch."""
        with self._pending:
            self._metrics.append(MetricValue(naming.key(name), value, time, step))

    def set_status(self, status: str, end: int) -> None:
        """The status that the run should end with, and when it ended."""
        with self._pending:
            self._end = (status, end)

    @property
    def status(self) -> str | None:
        """The status that the run should end with; ``None`` while it runs."""
        return self._end[0] if self._end else None

    def due_in(self) -> float | None:
        """In how many seconds what is pending is worth a request; ``None``: with more only."""
        return 0.0

    @property
    def written(self) -> bool:
        """Whether MLflow has everything that the run should hold."""
        with self._pending:
            return self.id is not None and not self._anything() and not self._end_due()

    def create(self, store: Store) -> str:
        """The run's id; the run is made first where MLflow has none yet."""
        if self.id is None:
            with self._making:
                if self.id is None:
                    self.id = str(self._make(store).info.run_id)
        return self.id

    def _make(self, store: Store) -> mlflow.entities.Run:
        may_be_there, self._asked = self._asked, True
        found = self._found(store) if may_be_there else []
        self._doubled = self._doubled or (may_be_there and not found)
        with self._pending:
            tags = dict(self._tags)
        self.was_there = bool(found)
        run = found[0] if found else self._create(store, tags)
        with self._pending:
            self._leave_out(run)
        self.entity = run
        return run

    def _leave_out(self, there: mlflow.entities.Run) -> None:
        """What MLflow has already is not pending."""
        info, data = there.info, there.data
        self._params = {
            k: value for k, value in self._params.items() if data.params.get(k) != value
        }
        self._tags = {k: value for k, value in self._tags.items() if data.tags.get(k) != value}
        if self._end == (info.status, info.end_time):  # its metrics were written before its end
            self._metrics = [one for one in self._metrics if one.key not in data.metrics]
            self._written_end = self._end

    def write(self, store: Store) -> bool:
        """Brings MLflow up to what the run should hold, if that is due.

        Returns:
            Whether it was.

        Raises:
            mlflow.exceptions.MlflowException: MLflow did not take it; it stays pending.
        """
        run_id = self.create(store)
        if self.due_in() != 0:
            return False
        with self._pending:
            params, self._params = self._params, {}
            tags, self._tags = self._tags, {}
            metrics, self._metrics = self._metrics, []
        if params or tags or metrics:
            try:
                self._log(store, params, tags, metrics)
            except BaseException:
                with self._pending:
                    self._params = {**params, **self._params}
                    self._tags = {**tags, **self._tags}
                    self._metrics = metrics + self._metrics
                raise
        end = self._end
        if end and self._end_due() and self._may_end():
            if self._doubled:  # a request whose answer was lost may have been served late
                store.delete_runs(run for run in self._found(store) if run.info.run_id != run_id)
                self._doubled = False
            store.end_run(run_id, *end)
            self._written_end = end
        return True

    def forget(self) -> bool:
        """Drops what is pending, but not the run's end; whether there was something to drop."""
        with self._pending:
            dropped = self._anything()
            self._params, self._tags, self._metrics = {}, {}, []
            return dropped

    @abstractmethod
    def _found(self, store: Store) -> list[mlflow.entities.Run]:
        """The run, where MLflow has it already."""

    @abstractmethod
    def _create(self, store: Store, tags: dict[str, str]) -> mlflow.entities.Run:
        """Makes the run in MLflow."""

    def _log(
        self,
        store: Store,
        params: dict[str, str],
        tags: dict[str, str],
        metrics: list[MetricValue],
    ) -> None:
        assert self.id is not None
        if not self.lent:
            self._metric_keys.update((one.key, one.key) for one in metrics)
            store.log(self.id, params, tags, metrics)
            return
        with store.shared_run:  # what stands on a run that others write to decides our names
            there = store.get_run(self.id).data
            uuid = self.tuning.fit_uuid
            store.log(
                self.id,
                shared.beside(there.params, params, uuid),
                self._tags_beside(there.tags, tags),
                self._metrics_beside(store, there.metrics, metrics),
            )

    def _tags_beside(self, there: Mapping[str, str], tags: dict[str, str]) -> dict[str, str]:
        return shared.tags(there, tags, self.tuning.fit_uuid)

    def _metrics_beside(
        self, store: Store, there: Mapping[str, float], metrics: list[MetricValue]
    ) -> list[MetricValue]:
        """The metrics, a name that the run has from someone else mangled."""
        for name in {one.key for one in metrics} - self._metric_keys.keys():
            key = shared.mangled(name, self.tuning.fit_uuid)
            plain = name not in there or (self.tuning.resumed and self._wrote(store, name, metrics))
            self._metric_keys[name] = name if plain and key not in there else key
        return [replace(one, key=self._metric_keys[one.key]) for one in metrics]

    def _wrote(self, store: Store, name: str, metrics: list[MetricValue]) -> bool:
        """Whether another consumer has written some of these values of ours already."""
        assert self.id is not None
        there = store.metric_history(self.id, name)
        return any(one.key == name and one in there for one in metrics)

    def _may_end(self) -> bool:
        return True

    def _anything(self) -> bool:
        return bool(self._params or self._tags or self._metrics)

    def _end_due(self) -> bool:
        return self._end is not None and self._end != self._written_end
