"""One MLflow run: what it should hold, and the writing of what is still missing there.

Events only change what a run should hold; a writer brings MLflow up to it later. So what is
outdated by then is never sent, and a writer that failed simply tries again.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from trackmllib import messages
from trackmllib.consumer import naming, shared
from trackmllib.consumer.batch import Batch, MetricValue
from trackmllib.consumer.store import Store, reason, refuses_a_part

if TYPE_CHECKING:
    import mlflow.entities

    from trackmllib.consumer.tuning import Tuning

_MOST_ATTEMPTS = 200
"""Requests that it may take to find out what of a run MLflow refuses."""


class Run(ABC):
    """A main or a child run.

    Attributes:
        tuning: the tuning that it belongs to.
        failures: how often in a row it could not be written.
        id: MLflow's id, once the run is there.
        entity: MLflow's own object of a run that was made or found here.
        contested: whether others may have written to it, under names of ours too.
    """

    def __init__(self, tuning: Tuning, run_id: str | None, *, resumed: bool) -> None:
        self.tuning = tuning
        self.id = run_id
        self.entity: mlflow.entities.Run | None = None
        self.contested = False
        self.failures = 0
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
        run = found[0] if found else self._created(store, tags)
        with self._pending:
            self._leave_out(run)
        self.entity = run
        return run

    def _created(self, store: Store, tags: dict[str, str]) -> mlflow.entities.Run:
        try:
            return self._create(store, tags | self.tuning.origin_tags())
        except Exception as error:
            if not refuses_a_part(error):
                raise
            self.set_tags(self.tuning.origin_tags().items())  # which of them shows when it is there
            return self._create(store, {})

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
            batch = Batch(self._params, self._tags, self._metrics)
            self._params, self._tags, self._metrics = {}, {}, []
        if batch:
            try:
                self._bring(store, batch)
            except BaseException:
                with self._pending:
                    self._params = {**batch.params, **self._params}
                    self._tags = {**batch.tags, **self._tags}
                    self._metrics = batch.metrics + self._metrics
                raise
        end = self._end
        if end and self._end_due() and self._may_end():
            if self._doubled:  # a request whose answer was lost may have been served late
                found = [run for run in self._found(store) if self.tuning.marked(run)]
                store.delete_runs(run for run in found if run.info.run_id != run_id)
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

    def _bring(self, store: Store, batch: Batch) -> None:
        """Logs all that MLflow takes, so that what it refuses costs itself only."""
        try:
            self._log(store, batch)
        except Exception as error:
            if not refuses_a_part(error) or not self._is_there(store):
                raise
        else:
            return
        self.contested = True
        parts, attempts = deque([batch]), 0
        while parts:
            part, attempts = parts.popleft(), attempts + 1
            try:
                self._log(store, part)
            except Exception as error:
                if not refuses_a_part(error):
                    raise
                if len(part) > 1 and attempts < _MOST_ATTEMPTS:
                    parts.extend(part.halves())
                else:
                    self.tuning.refuse(messages.refused(str(part), reason(error)))

    def _is_there(self, store: Store) -> bool:
        assert self.id is not None
        return bool(store.get_run(self.id).info.lifecycle_stage == "active")

    def _log(self, store: Store, batch: Batch) -> None:
        assert self.id is not None
        if not self.contested:
            self._metric_keys.update((one.key, one.key) for one in batch.metrics)
            store.log(self.id, batch)
            return
        with store.shared_run:  # what stands on a run that others write to decides our names
            there = store.get_run(self.id).data
            ours = Batch(
                shared.beside(there.params, batch.params, self.tuning.fit_uuid),
                self._tags_beside(there.tags, batch.tags),
                self._metrics_beside(store, there, batch.metrics),
            )
            store.log(self.id, ours)

    def _tags_beside(self, there: Mapping[str, str], tags: dict[str, str]) -> dict[str, str]:
        return shared.tags(there, tags, self.tuning.fit_uuid)

    def _metrics_beside(
        self, store: Store, there: mlflow.entities.RunData, metrics: list[MetricValue]
    ) -> list[MetricValue]:
        """The metrics, a name that the run has from someone else mangled."""
        for name in {one.key for one in metrics} - self._metric_keys.keys():
            key = shared.mangled(name, self.tuning.fit_uuid)
            plain = name not in there.metrics or (
                self._has_written_to(there) and self._wrote(store, name, metrics)
            )
            self._metric_keys[name] = name if plain and key not in there.metrics else key
        return [replace(one, key=self._metric_keys[one.key]) for one in metrics]

    def _has_written_to(self, there: mlflow.entities.RunData) -> bool:
        """Whether another consumer has written some of ours already."""
        uuid = self.tuning.fit_uuid
        names = ("fit_uuid", shared.mangled("fit_uuid", uuid))
        return self.tuning.resumed and uuid in map(there.tags.get, names)

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
