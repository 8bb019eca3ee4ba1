"""One tuning of this process, as its hook sees it: what happens becomes events."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from trackmllib import conf, messages, progress
from trackmllib._version import __version__
from trackmllib.events import (
    Destination,
    Event,
    Parent,
    Stage,
    TrialFailed,
    TrialFinished,
    TrialStarted,
    TuningFailed,
    TuningFinished,
    TuningStarted,
)
from trackmllib.hook import active_run, best_model, models, place, spark, values
from trackmllib.hook.bus import Bus
from trackmllib.hook.grid import Grid
from trackmllib.hook.guard import harmless, uninterrupted
from trackmllib.hook.models import Logged
from trackmllib.hook.tracker import Tracker, tracker

if TYPE_CHECKING:
    from mlflow.entities import Run

    from trackmllib.consumer.tuning import Tuning

_RUN_WAIT = 2.0  # seconds that MLflow has to make a run which the user's code asks for
_INTERRUPTED_WAIT = 2.0
_OF_THAT_FOR_MLFLOW = 1.5
_LONGEST_ERROR = 4900


class LiveTuning:
    """A tuning that runs, as a context: it begins there, and an exception in there ends it.

    Ctrl-C may come at any line of the main thread. What it must not cut in half, the beginning and
    the end, is done in a thread that nothing interrupts; the main thread only waits for it.

    Attributes:
        id: its id in the events.
        maps: the param maps that it tries.
        folds: how many folds have begun.
        destination: where it is logged.
        logged: where it is in MLflow, once it is over.
    """

    def __init__(self, tuner: Any, session: Any, *, began: int | None = None) -> None:
        self.id = uuid.uuid4().hex
        self.maps: Sequence[Mapping[Any, Any]] = tuner.getEstimatorParamMaps()
        self.folds = 0
        self.logged: Logged | None = None
        self._conf = conf.read(spark.conf_of(session))
        self._tracker: Tracker = tracker()
        active = active_run.current()
        outer, parent = place.around() or _trial_of_thread(session) or (None, None)
        self._users_run = active
        if outer is not None and active is not None and outer.is_under(active):
            active = None  # it was active before the outer tuning, in one of whose trials this is
        goes_with = outer.destination if outer is not None else self._conf.destination
        self._grid = Grid(tuner.getEstimator(), self.maps, self._conf.redaction)
        started = _started(self.id, tuner, session, self._grid, goes_with, active, parent)
        if began is not None:
            started = replace(started, time=began)
        self._nested = parent is not None
        self._started = started
        self._display = None if self._nested else progress.for_mode(self._conf.progress)
        self._tuning: Tuning | None = None
        self._changing = threading.Lock()
        self._is_over = False
        self._told = threading.Event()
        self._bus = Bus(session, self.id, self._tracker.emit)
        self.destination: Destination = started.destination
        self._logs_to = active
        self._run_wait = _RUN_WAIT

    def run_of(self, trial: int | None) -> Run | None:
        """The run that what the user's code logs now belongs to: a trial's own, or the main run.

        Waits until MLflow has made it, for 2 s at most, and once that was too short not again.
        """
        if not self._is_where_mlflow_logs():
            return None
        if trial is None and self._logs_to is not None:
            return self._logs_to
        run = self._tracker.run(self.id, trial, self._run_wait)
        if run is None:
            self._run_wait = 0.0
        return run

    def is_under(self, run: Run) -> bool:
        """Whether ``run`` was the user's active run when this tuning began."""
        return self._users_run is not None and self._users_run.info.run_id == run.info.run_id

    def _is_where_mlflow_logs(self) -> bool:
        """Whether the user's code logs to the store that this tuning is logged to."""
        mlflow = active_run.mlflow_loaded()
        uri = self.destination.tracking_uri
        return mlflow is not None and uri in (None, mlflow.get_tracking_uri())

    def __enter__(self) -> None:
        """``fit()`` begins."""
        try:
            if self._display is not None:
                harmless(self._display.begin, self.id)
            uninterrupted(self._begin)
        except BaseException as error:
            self.failed(error)
            raise

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """``fit()`` returns, or throws ``error``."""
        if error is not None:
            self.failed(error)

    def trial_started(
        self, trial: int, fold: int | None, time: int, *, seen_from_its_start: bool = False
    ) -> None:
        """A fold of a param map begins."""
        measured = seen_from_its_start and self._bus.begin(trial, fold)
        self._emit(
            TrialStarted(
                tuning=self.id,
                time=time,
                trial=trial,
                fold=fold,
                measured=measured,
                setting=self._grid.setting(trial),
            )
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
        self._emit(TrialFailed(tuning=self.id, trial=trial, fold=fold, error=self._text(error)))

    def finished(self, model: Any, best: int | None) -> None:
        """``fit()`` has its model: waits until MLflow has everything, or for Ctrl-C."""
        self._end(lambda: TuningFinished(tuning=self.id, best_trial=best))
        harmless(self._keep, model)

    def _keep(self, model: Any) -> None:
        if self.logged is not None:
            models.remember(model, self.logged)
            if self._conf.log_model and not self._nested:
                self._log_model(model, self.logged)

    def _log_model(self, model: Any, logged: Logged) -> None:
        try:
            if logged.run_id is not None:
                best_model.log(model, logged.tracking_uri, logged.run_id, logged.fit_uuid)
        except Exception as error:
            messages.logger.warning(messages.model_not_logged(error))

    def failed(self, error: BaseException) -> None:
        """``fit()`` throws: waits until MLflow has everything, or a moment where it is to stop."""
        interrupted = not isinstance(error, Exception)

        def event() -> Event:
            return TuningFailed(tuning=self.id, error=self._text(error), interrupted=interrupted)

        if self._is_over:  # a signal, while MLflow was waited for
            self._tracker.stop_waiting(self.id)
        if interrupted or self._is_over:
            self._stop(event)
        else:
            self._end(event)

    def _begin(self) -> None:
        with self._changing:
            if not self._is_over:
                _running[self.id] = self
                self._tracker.start(self._started, self._conf.journal_dir, self._display)
                self._tuning = self._tracker.tuning(self.id)
                self._bus.tell(self._started)

    def _end(self, event: Callable[[], Event]) -> None:
        try:
            uninterrupted(self._over, event, self._conf.flush_timeout)
        except KeyboardInterrupt:  # it ends the wait, and no more
            self._tracker.stop_waiting(self.id)
            self._stop(event)
        harmless(self._look_up)

    def _stop(self, event: Callable[[], Event]) -> None:
        wait = min(_OF_THAT_FOR_MLFLOW, self._conf.flush_timeout)
        with suppress(TimeoutError):
            uninterrupted(self._over, event, wait, timeout=_INTERRUPTED_WAIT)

    def _look_up(self) -> None:
        tuning = self._tuning
        if tuning is None:
            return
        self.logged = Logged(tuning.main.id, tuning.fit_uuid, self.destination.tracking_uri)
        if tuning.main.entity and not self._nested and self._is_where_mlflow_logs():
            active_run.was_last(tuning.main.entity)

    def _over(self, event: Callable[[], Event], timeout: float) -> None:
        with self._changing:
            first, self._is_over = not self._is_over, True
        if not first:
            self._told.wait(timeout)
            return
        try:
            _running.pop(self.id, None)
            self._bus.rest()
            self._emit(event())
            self._bus.close()
            if not self._nested:
                self._tracker.wait(self.id, timeout)
        finally:
            self._tracker.end(self.id)
            self._told.set()

    def _text(self, error: BaseException) -> str:
        return self._grid.text(f"{type(error).__name__}: {values.shown(error)}")[:_LONGEST_ERROR]

    def _emit(self, event: Event) -> None:
        self._tracker.emit(event)
        self._bus.tell(event)
        if self._is_over:  # nobody asks later than a trial that outlives its tuning
            self._bus.rest()


_running: dict[str, LiveTuning] = {}


def _trial_of_thread(session: Any) -> tuple[LiveTuning, Parent] | None:
    """The trial that has started this thread as PySpark's ``InheritableThread`` does.

    It has the local properties of the trial's thread, and so what says whose the jobs there are.
    """
    key = spark.local_property(session, "trackmllib.trial") if _running else None
    tuning, _, rest = (key or "").partition(":")
    outer = _running.get(tuning)
    return (outer, Parent(tuning, int(rest.partition(":")[0]))) if outer else None


def _started(
    tuning: str,
    tuner: Any,
    session: Any,
    grid: Grid,
    destination: Destination,
    active: Run | None,
    parent: Parent | None,
) -> TuningStarted:
    estimator, evaluator = tuner.getEstimator(), tuner.getEvaluator()
    get = spark.conf_of(session)
    name = get("spark.app.name")
    return TuningStarted(
        tuning=tuning,
        language="python",
        trackmllib=__version__,
        application_id=get("spark.app.id"),
        application_name=None if name is None else grid.text(name),
        user=spark.user_of(session),
        tuner=Stage(_stock_name(tuner), _uid(tuner)),
        estimator=Stage(type(estimator).__name__, _uid(estimator)),
        evaluator=Stage(type(evaluator).__name__, _uid(evaluator)),
        metric=_metric_name(evaluator),
        larger_better=_larger_better(evaluator),
        params=_params(tuner, grid),
        grid=grid.params,
        trials=len(grid.maps),
        parent=parent,
        destination=_destination(destination, active, nested=parent is not None),
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
        confs = replace(confs, run_id=None, run_name=None)  # the outermost tuning was meant
    if confs.tracking_uri is None and mlflow:
        return replace(confs, tracking_uri=mlflow.get_tracking_uri())
    return confs


def _stock_name(tuner: Any) -> str:
    """The class of Spark's that a tuner is of, or derives from."""
    return "CrossValidator" if tuner.hasParam("numFolds") else "TrainValidationSplit"


def _params(tuner: Any, grid: Grid) -> dict[str, Any]:
    found = {
        name: values.typed(tuner.getOrDefault(name), grid.text)
        for name in ("numFolds", "trainRatio", "seed", "parallelism", "foldCol")
        if tuner.hasParam(name)
    }
    return {name: value for name, value in found.items() if value != ""}


def _metric_name(evaluator: Any) -> str:
    """Not every evaluator has a name for its metric."""
    name = values.asked(lambda: str(evaluator.getMetricName()))
    name = name or values.asked(lambda: str(evaluator.getOrDefault("metricName")))
    return values.text(name or "metric")


def _larger_better(evaluator: Any) -> bool:
    return values.asked(lambda: bool(evaluator.isLargerBetter())) is not False


def _uid(stage: Any) -> str:
    """The uid of a stage; its class name where it has none."""
    return values.asked(lambda: str(stage.uid)) or type(stage).__name__
