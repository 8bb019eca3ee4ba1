"""Puts the hook into ``pyspark.ml.tuning``."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from trackmllib import messages
from trackmllib.hook import fit


def install(module: Any) -> None:
    """Hooks the tuners of ``module``, which is ``pyspark.ml.tuning``; once."""
    try:
        tuners = (module.CrossValidator, module.TrainValidationSplit)
        stock = [(tuner, tuner.fit, tuner._fit) for tuner in tuners]
        tasks = module._parallelFitTasks
    except AttributeError as error:
        messages.logger.warning(messages.spark_not_understood(error))
        return
    if hasattr(tasks, "__wrapped__"):
        return
    for tuner, whole, inner in stock:
        tuner._fit = _hooked(inner, functools.partial(fit.tuning_fit, inner))
        tuner.fit = _hooked(whole, functools.partial(fit.outer_fit, tuner, tuner._fit))
    module._parallelFitTasks = _hooked(tasks, functools.partial(fit.fold_tasks, tasks))


def _hooked(stock: Callable[..., Any], hook: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(stock)
    def function(*args: Any, **kwargs: Any) -> Any:
        return hook(*args, **kwargs)

    return function
