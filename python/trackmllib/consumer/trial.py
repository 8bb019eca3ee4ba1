"""A trial's child run: one param map, its folds, and the figures over them."""

from __future__ import annotations

import math
import time
from dataclasses import fields
from typing import TYPE_CHECKING

from trackmllib.consumer import description, naming
from trackmllib.consumer.run import Run
from trackmllib.consumer.store import Store
from trackmllib.events import Resources, TrialFailed, TrialFinished, TrialMeasured, TrialStarted

if TYPE_CHECKING:
    import mlflow.entities

    from trackmllib.consumer.tuning import Tuning

_ASIDE = 0.01  # seconds that a thread which trains has first, as Python runs one at a time
_MEASURED = 0.3  # seconds that the end of a trial waits for its resources, to be one request
_SLOW = 1.0  # seconds; a longer fold is shown while the trial runs, for one more request


class Trial(Run):
    """The child run of one param map.

    Attributes:
        index: its index in the grid.
        setting: the values that it tries, by their MLflow params.
        running: how many of its folds have begun and not ended.
        metric: the trial's figure, once all folds have theirs.
        std: its deviation over the folds, where there are several.
        folds: the metric of each fold that has one.
        timed: whether its seconds are known.
    """

    def __init__(self, tuning: Tuning, first: TrialStarted) -> None:
        super().__init__(tuning, None, resumed=False)
        self.index = first.trial
        self.setting = naming.by_key(first.setting, tuning.param_keys)
        self.running = 0
        self.metric: float | None = None
        self.std: float | None = None
        self.folds: dict[int, float] = {}
        self.timed = True
        self.fit_seconds = 0.0
        self.evaluate_seconds = 0.0
        self._start = first.time
        self._fold_began = 0.0
        self._slow = False
        self._ended = 0.0
        self._unmeasured = 0
        self._resources: dict[str, float] = {}
        started = tuning.started
        self.name = naming.in_words(self.setting)
        self.set_params(
            [
                ("mlModelClass", started.estimator.class_name),
                ("mlEstimatorUid", started.estimator.uid),
                *self.params(),
            ]
        )
        self.set_tags({**tuning.common_tags(), "trackmllib.trial": str(self.index)}.items())

    def params(self) -> list[tuple[str, str]]:
        """The setting as MLflow params."""
        return [(name, naming.text(value)) for name, value in self.setting.items()]

    def due_in(self) -> float | None:
        """A trial of quick folds is written when it is over; a slow one shows what it has."""
        if self.id is None:
            return _left(self._fold_began + _ASIDE)
        if self.status is not None:
            unmeasured = self._unmeasured > self.running
            return _left(self._ended + (_MEASURED if unmeasured else _ASIDE))
        if self._slow:
            return 0.0
        return _left(self._fold_began + _SLOW) if self.running else None

    def on_started(self, event: TrialStarted) -> None:
        """A fold has begun."""
        self.running += 1
        self._unmeasured += event.measured
        self._fold_began = time.monotonic()

    def on_finished(self, event: TrialFinished) -> None:
        """A fold has its metric, or all of them together have."""
        self.running = max(0, self.running - 1)
        metric = self.tuning.started.metric
        seconds = (event.fit_seconds or 0.0) + (event.evaluate_seconds or 0.0)
        self.fit_seconds += event.fit_seconds or 0.0
        self.evaluate_seconds += event.evaluate_seconds or 0.0
        self._slow = self._slow or seconds >= _SLOW
        if event.fold is None:
            self.timed = event.fit_seconds is not None
            self._over(event.metric, event.std, event.time)
            return
        self.folds[event.fold] = event.metric
        if self.tuning.folds is None:
            self._over(event.metric, None, event.time)
            return
        self.add_metric(metric, event.metric, event.time, step=event.fold)
        if len(self.folds) == self.tuning.folds:
            values = list(self.folds.values())
            self._over(_mean(values), _deviation(values), event.time)
        elif self.tuning.ended:
            self.interrupt(event.time)

    def on_failed(self, event: TrialFailed) -> None:
        """A fold threw."""
        self.running = max(0, self.running - 1)
        self.set_tags(
            [("trackmllib.error", event.error), (description.TAG, description.failure(event.error))]
        )
        self._seconds(event.time)
        self.set_status("FAILED", event.time)

    def on_measured(self, event: TrialMeasured) -> None:
        """It is known what a fold has used; the run has the figures of all of them together."""
        self._unmeasured -= 1
        self._resources = _together(self._resources, event.resources)
        self._tell_resources()

    def interrupt(self, end: int) -> None:
        """The tuning is over and this trial is not, or was not then."""
        if self.status in (None, "KILLED"):
            self._seconds(end)
            self.set_status("KILLED", end)

    def _over(self, value: float, std: float | None, end: int) -> None:
        name = self.tuning.started.metric
        self.metric, self.std = value, std
        if self.tuning.folds is None:
            self.add_metric(name, value, end)
        else:
            self.add_metric(f"avg_{name}", value, end)
            if std is not None:
                self.add_metric(f"std_{name}", std, end)
        if self.timed:
            self._seconds(end)
        self.set_status("FINISHED", end)

    def set_status(self, status: str, end: int) -> None:
        """The status that the run should end with, and when it ended."""
        super().set_status(status, end)
        self._ended = time.monotonic()
        self._tell_resources()

    def _tell_resources(self) -> None:
        """Once the trial is over; a part of the folds that have ended would mislead."""
        if self._end is not None and self._unmeasured <= self.running:
            for name, used in self._resources.items():
                self.add_metric(f"spark.{name}", used, self._end[1])

    def _seconds(self, end: int) -> None:
        self.add_metric("fit_seconds", self.fit_seconds, end)
        self.add_metric("evaluate_seconds", self.evaluate_seconds, end)

    def _found(self, store: Store) -> list[mlflow.entities.Run]:
        main = self.tuning.main
        trial = f" AND tags.`trackmllib.trial` = '{self.index}'"
        return main.children_where(store, main.create(store), trial)

    def _create(self, store: Store, tags: dict[str, str]) -> mlflow.entities.Run:
        main = self.tuning.main
        there = main.children(store).pop(str(self.index), None)
        if there is not None:
            return there
        tags |= {**self.tuning.identity(), "trackmllib.trial": str(self.index)}
        tags["mlflow.parentRunId"] = main.create(store)
        return store.create_run(main.experiment(store), self.name, self._start, tags)


def _left(until: float) -> float:
    return max(0.0, until - time.monotonic())


def _together(before: dict[str, float], fold: Resources) -> dict[str, float]:
    """The resources of all folds: their sums, and the highest peak."""
    found = {}
    for name in (field.name for field in fields(Resources)):
        used = getattr(fold, name)
        already = before.get(name, 0)
        found[name] = max(already, used) if name.startswith("peak") else already + used
    return found


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def _deviation(values: list[float]) -> float:
    """The population's standard deviation, also of values that are no numbers."""
    mean = _mean(values)
    return math.sqrt(_mean([(value - mean) * (value - mean) for value in values]))
