"""What runs in place of a tuner's ``fit`` and ``_fit``, and of Spark's tasks of a fold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from trackmllib.events import now
from trackmllib.hook import active_run, autolog, place, switch
from trackmllib.hook.fold import Fold, Task
from trackmllib.hook.live import LiveTuning, harmless
from trackmllib.hook.place import Place


def outer_fit(base: Any, hooked: Callable[..., Any], tuner: Any, *args: Any, **kwargs: Any) -> Any:
    """``fit``: its ``_fit`` is followed, or logged afterwards where a subclass has one of its own.

    Args:
        base: the tuner of Spark's that this stands in.
        hooked: its ``_fit``, which :func:`tuning_fit` follows.
    """
    stock = super(base, tuner).fit  # looked up late: others patch it too
    session = harmless(lambda: _session_to_track(_dataset(*args, **kwargs)))
    if session is None:
        return stock(*args, **kwargs)
    with autolog.paused():
        if type(tuner)._fit is hooked or _several(*args, **kwargs):
            return stock(*args, **kwargs)
        return _unseen_fit(session, stock, tuner, *args, **kwargs)


def tuning_fit(stock: Callable[..., Any], tuner: Any, dataset: Any) -> Any:
    """``_fit`` as Spark has it, followed trial by trial."""
    around = place.here()
    if around is not None and around.tuning is None:
        around.reached = True
    session = harmless(_session_to_track, dataset)
    known = session is not None and harmless(_is_complete, tuner)
    tuning = harmless(LiveTuning, tuner, session) if known else None
    if tuning is None:
        with place.at(Place(None)):
            return stock(tuner, dataset)
    with place.at(Place(tuning)):
        try:
            with active_run.lent(lambda: harmless(tuning.run_of, None)):
                model = stock(tuner, dataset)
        except BaseException as error:
            harmless(tuning.failed, error)
            raise
    harmless(tuning.finished, model, harmless(_best, tuner, model))
    return model


def fold_tasks(
    stock: Callable[..., list[Task]],
    estimator: Any,
    train: Any,
    evaluator: Any,
    *args: Any,
    **kwargs: Any,
) -> list[Task]:
    """The tasks of one fold, each of which tells the tuning how its trial goes."""
    here = place.here()
    if here is None or here.tuning is None or here.trial is not None:
        return stock(estimator, train, evaluator, *args, **kwargs)
    fold = Fold(here.tuning, estimator, evaluator)
    return [fold.observed(task) for task in stock(fold, train, fold, *args, **kwargs)]


def _unseen_fit(
    session: Any, stock: Callable[..., Any], tuner: Any, *args: Any, **kwargs: Any
) -> Any:
    """The ``fit`` of a subclass that may never come to Spark's ``_fit``: logged from its model."""
    began = now()
    with place.at(Place(None)) as here:
        try:
            model = stock(*args, **kwargs)
        except BaseException as error:
            if not here.reached:
                harmless(_log_error, error, session, tuner, began, *args, **kwargs)
            raise
    if not here.reached:
        harmless(_log_model, model, session, tuner, began, *args, **kwargs)
    return model


def _begun(session: Any, tuner: Any, began: int, *args: Any, **kwargs: Any) -> LiveTuning:
    params = _params(*args, **kwargs)
    return LiveTuning(tuner.copy(params) if params else tuner, session, began=began)


def _log_error(
    error: BaseException, session: Any, tuner: Any, began: int, *args: Any, **kwargs: Any
) -> None:
    _begun(session, tuner, began, *args, **kwargs).failed(error)


def _log_model(model: Any, session: Any, tuner: Any, began: int, *args: Any, **kwargs: Any) -> None:
    tuning = _begun(session, tuner, began, *args, **kwargs)
    metrics = _metrics(model)
    found = getattr(model, "stdMetrics", None)
    deviations = [] if found is None else list(found)
    if len(metrics) == len(tuning.maps):  # else nobody knows which metric is whose
        for trial, metric in enumerate(metrics):
            std = deviations[trial] if len(deviations) == len(metrics) else None
            tuning.trial_started(trial, None, now())
            tuning.trial_finished(trial, None, metric, std=std)
    tuning.finished(model, harmless(_best, tuner, model))


def _session_to_track(dataset: Any) -> Any:
    """The session of ``dataset`` where its tunings are tracked, else ``None``."""
    session = getattr(dataset, "sparkSession", None)
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


def _dataset(dataset: Any = None, params: Any = None) -> Any:  # noqa: ARG001  # as fit() has them
    return dataset


def _params(dataset: Any = None, params: Any = None) -> Any:  # noqa: ARG001
    return params


def _several(*args: Any, **kwargs: Any) -> bool:
    return isinstance(_params(*args, **kwargs), (list, tuple))
