"""One tuning of this process, as its hook sees it: what happens becomes events."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from trackmllib import conf, messages
from trackmllib._version import __version__
from trackmllib.conf import Conf
from trackmllib.events import (
    Destination,
    Event,
    Stage,
    TrialFailed,
    TrialFinished,
    TrialStarted,
    TuningFailed,
    TuningFinished,
    TuningStarted,
)
from trackmllib.hook import active_run, place, spark, values
from trackmllib.hook.tracker import Tracker, tracker

if TYPE_CHECKING:
    from mlflow.entities import Run

_MAIN_RUN_WAIT = 2.0
_LONGEST_ERROR = 4900

T = TypeVar("T")


class LiveTuning:
    """A tuning that runs.

    Attributes:
        id: its id in the events.
        maps: the param maps that it tries.
        folds: how many folds have begun.
        run: the run that is active while it runs, where MLflow could say so in time.
    """

    def __init__(self, tuner: Any, session: Any, *, began: int | None = None) -> None:
        self.id = uuid.uuid4().hex
        self.maps: Sequence[Mapping[Any, Any]] = tuner.getEstimatorParamMaps()
        self.folds = 0
        self.run: Run | None = None
        self._conf = conf.read(spark.conf_of(session))
        self._tracker: Tracker = tracker()
        active = active_run.current()
        outer = place.here()
        if active is not None and outer and outer.tuning and outer.tuning.owns(active):
            active = None  # it is the outer tuning's doing: this one is nested in its trial
        started = _started(self.id, tuner, session, self._conf, active)
        if began is not None:
            started = replace(started, time=began)
        self._nested = started.parent is not None
        self._tracker.start(started, self._conf.journal_dir)
        self.run = active
        self._ours = active is None

    def open(self) -> Run | None:
        """The run that is to be active from now on, where MLflow makes it in time."""
        if self.run is None and active_run.mlflow_loaded():
            main = self._tracker.main_run(self.id, _MAIN_RUN_WAIT)
            self.run = main.entity if main else None
        return self.run

    def owns(self, run: Run) -> bool:
        """Whether ``run`` is the one that this tuning made active."""
        return self.run is not None and self.run.info.run_id == run.info.run_id

    def trial_started(self, trial: int, fold: int | None, time: int) -> None:
        """A fold of a param map begins."""
        setting = values.setting(self.maps[trial], self._conf.redaction)
        self._emit(
            TrialStarted(tuning=self.id, time=time, trial=trial, fold=fold, setting=setting)
        )

    def trial_finished(
        self,
        trial: int,
        fold: int | None,
        metric: float,
        *,
        std: float | None = None,
        fit_seconds: float | None = None,
        evaluate_seconds: float | None = None,
    ) -> None:
        """A fold of a param map, or all folds of it together, have their metric."""
        self._emit(
            TrialFinished(
                tuning=self.id,
                trial=trial,
                fold=fold,
                metric=float(metric),
                std=None if std is None else float(std),
                fit_seconds=fit_seconds,
                evaluate_seconds=evaluate_seconds,
            )
        )

    def trial_failed(self, trial: int, fold: int | None, error: BaseException) -> None:
        """A fold of a param map threw."""
        self._emit(TrialFailed(tuning=self.id, trial=trial, fold=fold, error=_text(error)))

    def finished(self, best: int | None) -> None:
        """``fit()`` has its model: waits until MLflow has everything."""
        self._over(TuningFinished(tuning=self.id, best_trial=best))

    def failed(self, error: BaseException) -> None:
        """``fit()`` throws: waits until MLflow has everything."""
        interrupted = not isinstance(error, Exception)
        self._over(TuningFailed(tuning=self.id, error=_text(error), interrupted=interrupted))

    def _over(self, event: Event) -> None:
        main = self._tracker.main_run(self.id, 0)
        self._emit(event)
        if not self._nested:
            self._tracker.wait(self.id, self._conf.flush_timeout)
        main = main or self._tracker.main_run(self.id, 0)
        if self._ours and main and main.entity:
            active_run.was_last(main.entity)

    def _emit(self, event: Event) -> None:
        self._tracker.emit(event)


def _started(
    tuning: str, tuner: Any, session: Any, settings: Conf, active: Run | None
) -> TuningStarted:
    parent = place.parent()
    estimator, evaluator = tuner.getEstimator(), tuner.getEvaluator()
    get = spark.conf_of(session)
    return TuningStarted(
        tuning=tuning,
        language="python",
        trackmllib=__version__,
        application_id=get("spark.app.id"),
        application_name=get("spark.app.name"),
        user=spark.user_of(session),
        tuner=Stage(_stock_name(tuner), tuner.uid),
        estimator=Stage(type(estimator).__name__, estimator.uid),
        evaluator=Stage(type(evaluator).__name__, evaluator.uid),
        metric=_metric_name(evaluator),
        larger_better=bool(evaluator.isLargerBetter()),
        params=_params(tuner),
        grid=values.grid(tuner.getEstimatorParamMaps()),
        trials=len(tuner.getEstimatorParamMaps()),
        parent=parent,
        destination=_destination(settings.destination, active, nested=parent is not None),
    )


def _destination(confs: Destination, active: Run | None, *, nested: bool) -> Destination:
    mlflow = active_run.mlflow_loaded()
    if active is not None:
        return replace(
            confs,
            tracking_uri=mlflow.get_tracking_uri(),
            experiment_id=active.info.experiment_id,
            experiment_name=None,
            run_id=active.info.run_id,
        )
    if nested:
        confs = replace(confs, run_id=None)  # it is the outermost tuning that was meant
    if confs.tracking_uri is None and mlflow:
        return replace(confs, tracking_uri=mlflow.get_tracking_uri())
    return confs


def _stock_name(tuner: Any) -> str:
    """The class of Spark's that a tuner is of, or derives from."""
    return "CrossValidator" if tuner.hasParam("numFolds") else "TrainValidationSplit"


def _params(tuner: Any) -> dict[str, Any]:
    found = {
        name: values.typed(tuner.getOrDefault(name))
        for name in ("numFolds", "trainRatio", "seed", "parallelism", "foldCol")
        if tuner.hasParam(name)
    }
    return {name: value for name, value in found.items() if value != ""}


def _metric_name(evaluator: Any) -> str:
    name = getattr(evaluator, "getMetricName", None)
    return str(name()) if callable(name) else "metric"


def _text(error: BaseException) -> str:
    return values.text(f"{type(error).__name__}: {error}")[:_LONGEST_ERROR]


def harmless(do: Callable[[], T]) -> T | None:
    """What ``do`` returns; nothing of ours that fails may reach the user's training."""
    try:
        return do()
    except Exception as error:
        messages.warn_once(messages.hook_failed(error))
        return None
