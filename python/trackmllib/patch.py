"""Puts the hook into ``pyspark.ml.tuning``.

The first ``fit()`` imports the rest of ours: executors, and programs that tune nothing, import
PySpark's tuners too.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from types import FunctionType
from typing import Any

_MARK = "hooked_by_trackmllib"


def install(module: Any) -> None:
    """Hooks the tuners of ``module``, which is ``pyspark.ml.tuning``; once.

    What others have put in the place of Spark's functions is kept, and called as they were.
    """
    try:
        tuners = (module.CrossValidator, module.TrainValidationSplit)
        stock = [(tuner, tuner.fit, tuner._fit) for tuner in tuners]
        tasks = module._parallelFitTasks
    except AttributeError as error:
        from trackmllib import messages

        messages.logger.warning(messages.spark_not_understood(error))
        return
    for tuner, whole, inner in stock:
        if not hasattr(inner, _MARK):
            tuner._fit = _hooked(inner, "tuning_fit", inner)
            inherited = functools.partial(_inherited_fit, tuner)
            stock_fit = vars(tuner).get("fit", inherited)
            tuner.fit = _hooked(whole, "outer_fit", stock_fit, tuner._fit)
            _hook_subclasses(tuner)
    if not is_hooked(module):
        module._parallelFitTasks = _hooked(tasks, "fold_tasks", tasks)


def is_hooked(module: Any) -> bool:
    """Whether ``module`` has our hook, whoever else has wrapped the same functions."""
    return hasattr(getattr(module, "_parallelFitTasks", None), _MARK)


def fits() -> Any:
    """``trackmllib.hook.fit``; ``None``: it cannot be imported, and tunings are not tracked."""
    try:
        from trackmllib.hook import fit
    except Exception as error:
        from trackmllib import messages

        messages.warn_once(messages.hook_failed(error))
        return None
    return fit


def _hooked(stock: Callable[..., Any], name: str, first: Any, *more: Any) -> Callable[..., Any]:
    """Runs a function of ``hook/fit.py``, of which ``first`` is the stock function."""

    @functools.wraps(stock)
    def function(*args: Any, **kwargs: Any) -> Any:
        hook = fits()
        if hook is None:
            return first(*args, **kwargs)
        return getattr(hook, name)(first, *more, *args, **kwargs)

    setattr(function, _MARK, True)
    return function


def _inherited_fit(base: Any, tuner: Any, *args: Any, **kwargs: Any) -> Any:
    return super(base, tuner).fit(*args, **kwargs)  # looked up late: others patch it too


def _hook_subclasses(tuner: Any) -> None:
    """Hooks each ``fit`` that a subclass has of its own, which may never come to Spark's."""
    own = vars(tuner).get("__init_subclass__")

    def init_subclass(cls: Any, /, **kwargs: Any) -> None:
        stock = own.__get__(None, cls) if own else super(tuner, cls).__init_subclass__
        stock(**kwargs)
        _hook_own_fit(cls)

    tuner.__init_subclass__ = classmethod(init_subclass)
    known = tuner.__subclasses__()
    while known:
        cls = known.pop()
        _hook_own_fit(cls)
        known += cls.__subclasses__()


def _hook_own_fit(cls: Any) -> None:
    stock = vars(cls).get("fit")
    if not isinstance(stock, FunctionType):
        return

    @functools.wraps(stock)
    def function(*args: Any, **kwargs: Any) -> Any:
        # looked up by name, so that the class can be sent to a process that has no trackmllib
        patch = sys.modules.get("trackmllib.patch")
        hook = patch.fits() if patch else None
        return hook.own_fit(stock, *args, **kwargs) if hook else stock(*args, **kwargs)

    cls.fit = function
