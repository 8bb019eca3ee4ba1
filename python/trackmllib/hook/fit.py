"""What runs in place of a tuner's ``fit`` and ``_fit``, and of Spark's tasks of a fold."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from trackmllib.events import now
from trackmllib.hook import active_run, autolog, place, spark, switch
from trackmllib.hook.fold import Fold, Task
from trackmllib.hook.guard import harmless
from trackmllib.hook.live import LiveTuning
from trackmllib.hook.place import Place


def outer_fit(
    stock: Callable[..., Any], hooked: Callable[..., Any], tuner: Any, /, *args: Any, **kwargs: Any
) -> Any:
    """Spark's ``fit``: its ``_fit`` is followed, or logged afterwards where it is another one.

    Args:
        stock: the ``fit``.
        hooked: the ``_fit`` that :func:`tuning_fit` follows.
    """
    if type(tuner)._fit is not hooked and not isinstance(_params(args, kwargs), (list, tuple)):
        return own_fit(stock, tuner, *args, **kwargs)
    if harmless(_session_to_track, args, kwargs) is None:
        return stock(tuner, *args, **kwargs)
    with autolog.paused():
        return stock(tuner, *args, **kwargs)


def own_fit(stock: Callable[..., Any], tuner: Any, /, *args: Any, **kwargs: Any) -> Any:
    """The ``fit`` of a subclass that may never come to Spark's ``_fit``: logged from its model."""
    session = harmless(_session_to_track, args, kwargs, or_active=True)
    if session is None:
        return stock(tuner, *args, **kwargs)
    began, maps = now(), _params(args, kwargs)
    with autolog.paused():
        with place.at(Place(None, tuner)) as here:
            try:
                model = stock(tuner, *args, **kwargs)
            except BaseException as error:
                if not here.reached:
                    harmless(_log_error, error, session, tuner, began, maps)
                raise
        if not here.reached:
            harmless(_log_model, model, session, tuner, began, maps)
    return model


def tuning_fit(stock: Callable[..., Any], tuner: Any, /, *args: Any, **kwargs: Any) -> Any:
    """``_fit`` as Spark has it, followed trial by trial."""
    session = harmless(_session_to_track, args, kwargs)
    known = session is not None and harmless(_is_complete, tuner)
    tuning = harmless(LiveTuning, tuner, session) if known else None
    if tuning is None:
        with place.at(Place(None)):
            return stock(tuner, *args, **kwargs)
    harmless(_claim, tuner)
    with tuning:
        with (
            place.at(Place(tuning)),
            active_run.lent(lambda: harmless(tuning.run_of, None)),
        ):
            model = stock(tuner, *args, **kwargs)
        if tuning.folds == 0:  # others have put something in the place of Spark's tasks
            harmless(_tell_trials, tuning, model)
        tuning.finished(model, harmless(_best, tuner, model))
    return model


def fold_tasks(stock: Callable[..., list[Task]], /, *args: Any, **kwargs: Any) -> list[Task]:
    """The tasks of one fold, each of which tells the tuning how its trial goes."""
    here = place.here()
    given = dict(zip(_TASKS_OF, args, strict=False)) | kwargs
    if (
        here is None
        or here.tuning is None
        or here.trial is not None
        or not given.keys() >= {"est", "eva"}
        or Fold.stands_in(given["est"])  # a hook around ours, put there by someone else's wrapper
    ):
        return stock(*args, **kwargs)
    fold = Fold(here.tuning, given["est"], given["eva"])
    given.update(est=fold.estimator, eva=fold.evaluator)
    args = (*(given.pop(name) for name in _TASKS_OF[: len(args)]), *args[len(_TASKS_OF) :])
    return [fold.observed(task) for task in stock(*args, **given)]


_TASKS_OF = ("est", "train", "eva", "validation", "epm", "collectSubModel")
"""What ``_parallelFitTasks`` takes."""


def _claim(tuner: Any) -> None:
    """What runs around ``tuner`` as a ``fit`` of the user's own is logged as this tuner's."""
    for around in place.without_tuning():
        if around.tuner is not None and _has_inside(_estimator(around.tuner), tuner):
            return  # a tuning that is nested in what that one tunes
        around.reached = True


def _estimator(tuner: Any) -> Any:
    return tuner.getEstimator() if tuner.isDefined(tuner.estimator) else None


def _has_inside(stage: Any, tuner: Any) -> bool:
    """Whether ``tuner``, or what it was copied from, is a part of ``stage``."""
    if stage is tuner or getattr(stage, "uid", None) == getattr(tuner, "uid", tuner):
        return True
    found = stage.extractParamMap().values() if hasattr(stage, "extractParamMap") else ()
    parts = (part for one in found for part in (one if isinstance(one, (list, tuple)) else [one]))
    return any(_has_inside(part, tuner) for part in parts)


def _begun(session: Any, tuner: Any, began: int, params: Any) -> LiveTuning:
    return LiveTuning(tuner.copy(params) if params else tuner, session, began=began)


def _log_error(error: BaseException, session: Any, tuner: Any, began: int, params: Any) -> None:
    _claim(tuner)
    if _is_complete(tuner):
        one = None if isinstance(params, (list, tuple)) else params
        tuning = _begun(session, tuner, began, one)
        with tuning:
            tuning.failed(error)


def _log_model(model: Any, session: Any, tuner: Any, began: int, params: Any) -> None:
    _claim(tuner)
    if isinstance(params, (list, tuple)):
        for one, of_one in zip(model, params, strict=False):
            _log_model(one, session, tuner, began, of_one)
        return
    tuning = _begun(session, tuner, began, params)
    with tuning:
        harmless(_tell_trials, tuning, model)
        tuning.finished(model, harmless(_best, tuner, model))


def _tell_trials(tuning: LiveTuning, model: Any) -> None:
    """The trials as a model has them, once they are over."""
    metrics = _metrics(model)
    found = getattr(model, "stdMetrics", None)
    deviations = [] if found is None else list(found)
    if len(metrics) == len(tuning.maps):  # else nobody knows which metric is whose
        for trial, metric in enumerate(metrics):
            std = deviations[trial] if len(deviations) == len(metrics) else None
            tuning.trial_started(trial, None, now())
            tuning.trial_finished(trial, None, metric, std=std)


def _session_to_track(args: Any, kwargs: Any, *, or_active: bool = False) -> Any:
    """The session of the data that a ``fit`` is given, where tunings are tracked, else ``None``.

    Args:
        or_active: whether data without a session is that of the active one.
    """
    session = None
    for given in (*args, *kwargs.values()):
        with suppress(Exception):
            session = session or getattr(given, "sparkSession", None)
    if session is None and or_active:
        session = spark.active_session()
    return session if session is not None and switch.enabled(session) else None


def _is_complete(tuner: Any) -> bool:
    """Whether a tuner has all that it needs; Spark itself says what is missing."""
    needed = (tuner.estimator, tuner.evaluator, tuner.estimatorParamMaps)
    return all(tuner.isDefined(param) for param in needed)


def _best(tuner: Any, model: Any) -> int | None:
    """The trial that Spark chose, by its own rule."""
    import numpy as np  # as pyspark.ml does

    metrics = _metrics(model)
    if not metrics:
        return None
    choose = np.argmax if tuner.getEvaluator().isLargerBetter() else np.argmin
    return int(choose(metrics))


def _metrics(model: Any) -> list[float]:
    for name in ("avgMetrics", "validationMetrics"):
        found = getattr(model, name, None)
        if found is not None:
            return list(found)
    return []


def _params(args: Any, kwargs: Any) -> Any:
    """The param map, or maps, that a ``fit`` is given."""
    found = kwargs.get("params", args[1] if len(args) > 1 else None)
    return found if isinstance(found, (dict, list, tuple)) else None
