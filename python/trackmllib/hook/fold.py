"""One fold of a tuning: which trial each of its threads is in, and how that ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from trackmllib.events import now
from trackmllib.hook import active_run, place
from trackmllib.hook.guard import harmless
from trackmllib.hook.live import LiveTuning
from trackmllib.hook.place import Place

Task = Callable[[], "tuple[int, float, Any]"]


class _Trial(threading.local):
    index: int | None = None
    fit_seconds = 0.0
    evaluate_seconds = 0.0


class Fold:
    """One fold: tells the tuning of each trial.

    Spark asks the estimator for the models of all param maps, and takes each model, transforms the
    validation data and evaluates it in a pool's thread.

    Attributes:
        estimator: what Spark is given instead of the user's estimator.
        evaluator: and instead of the user's evaluator.
    """

    def __init__(self, tuning: LiveTuning, estimator: Any, evaluator: Any) -> None:
        self._tuning = tuning
        self._number = tuning.folds
        self._trial = _Trial()
        self.estimator = _Estimator(self, estimator)
        self.evaluator = _Evaluator(self, evaluator)
        tuning.folds += 1

    @staticmethod
    def stands_in(estimator: Any) -> bool:
        """Whether an estimator is that of a fold, and not the user's."""
        return type(estimator) is _Estimator

    def models(self, models: Any) -> Iterator[tuple[int, Any]]:
        """The models, as the user's estimator makes them."""
        if type(models).__name__ == "_FitMultipleIterator":  # it names the map before it fits
            harmless(self._announce, models)
        return _Models(self, models)

    def _announce(self, models: Any) -> None:
        fit_one = models.fitSingleModel

        def fit_announced(index: int) -> Any:
            self._begin(index, now(), seen_from_its_start=True)
            return fit_one(index)

        models.fitSingleModel = fit_announced

    def evaluate(self, evaluator: Any, *args: Any, **kwargs: Any) -> float:
        """The metric, as the user's evaluator has it."""
        began = time.perf_counter()
        metric: float = evaluator.evaluate(*args, **kwargs)
        self._trial.evaluate_seconds = time.perf_counter() - began
        return metric

    def observed(self, task: Task) -> Task:
        """A task of Spark's that tells how its trial ends."""

        def run() -> tuple[int, float, Any]:
            self._trial.index = None
            with (
                place.at(Place(self._tuning)) as here,
                active_run.lent(lambda: harmless(self._tuning.run_of, here.trial)),
            ):
                try:
                    result = task()
                except BaseException as error:
                    harmless(self._failed, error)
                    raise
                harmless(self._finished, result)
                return result

        return run

    def next_model(self, models: Iterator[tuple[int, Any]]) -> tuple[int, Any]:
        """The next model of ``models``, fitted in this thread."""
        start, began = now(), time.perf_counter()
        index, model = next(models)
        self._trial.fit_seconds = time.perf_counter() - began
        if self._trial.index is None:
            self._begin(index, start)
        return index, model

    def _begin(self, index: int, time: int, *, seen_from_its_start: bool = False) -> None:
        self._trial.index = index
        here = place.here()
        if here is not None:
            here.trial = index
        harmless(
            self._tuning.trial_started,
            index,
            self._number,
            time,
            seen_from_its_start=seen_from_its_start,
        )

    def _finished(self, result: tuple[int, float, Any]) -> None:
        trial = self._trial
        seen = trial.index is not None
        if not seen:  # the task is not Spark's, and has not asked for the estimator's models
            self._begin(result[0], now())
        self._tuning.trial_finished(
            result[0],
            self._number,
            result[1],
            fit_seconds=trial.fit_seconds if seen else None,
            evaluate_seconds=trial.evaluate_seconds if seen else None,
        )

    def _failed(self, error: BaseException) -> None:
        if self._trial.index is not None:
            self._tuning.trial_failed(self._trial.index, self._number, error)


class _StandIn:
    """Is in all else what it stands in for: others than Spark may ask for more."""

    def __init__(self, fold: Fold, user: Any) -> None:
        self._fold = fold
        self._user = user

    def __getattr__(self, name: str) -> Any:
        return getattr(self._user, name)

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return type(self._user)

    def __reduce_ex__(self, protocol: Any) -> Any:  # its copies are the user's
        return self._user.__reduce_ex__(protocol)


class _Estimator(_StandIn):
    def fitMultiple(self, *args: Any, **kwargs: Any) -> Iterator[tuple[int, Any]]:  # noqa: N802
        return self._fold.models(self._user.fitMultiple(*args, **kwargs))


class _Evaluator(_StandIn):
    def evaluate(self, *args: Any, **kwargs: Any) -> float:
        return self._fold.evaluate(self._user, *args, **kwargs)


class _Models:
    """An iterator that several threads may ask, as Spark's is."""

    def __init__(self, fold: Fold, models: Iterator[tuple[int, Any]]) -> None:
        self._fold = fold
        self._models = models

    def __iter__(self) -> Iterator[tuple[int, Any]]:
        return self

    def __next__(self) -> tuple[int, Any]:
        return self._fold.next_model(self._models)
