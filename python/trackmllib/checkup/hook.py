"""What follows the tunings: the hook on PySpark's tuners, and the one on the JVM's."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

from trackmllib import _pth, conf, messages
from trackmllib.checkup.check import Check, fail, ok, warn
from trackmllib.checkup.scene import Scene
from trackmllib.hook import spark, switch

_PROVIDER = "trackmllib"  # FitProvider.java


def switched(scene: Scene) -> Check:
    """Whether a tuning that begins now, or in an application to come, is tracked."""
    if conf.switched_off():
        return fail(messages.off_by_environment())
    said = conf.enabled(scene.get)
    if said is False:
        return fail(messages.off_by_conf())
    if scene.session is not None:
        if switch.enabled(scene.session):
            return ok("tracking is on")
        return fail(messages.not_switched_on())
    if os.environ.get("TRACKMLLIB_ENABLED") == "1":
        return ok("tracking is on for PySpark (TRACKMLLIB_ENABLED=1), and wherever the jar is")
    return ok("tracking is on wherever the jar is, or trackmllib.enable() is called")


def in_python(scene: Scene) -> Check | None:
    """The hook on PySpark's tuners, as it is once they are imported."""
    if conf.switched_off():
        return None
    expected = scene.session is not None or _pth.armed() or _pth.TARGET in sys.modules
    try:
        tuning = importlib.import_module(_pth.TARGET)
    except ImportError:
        return None  # here is nothing that PySpark could tune
    functions = (tuning.CrossValidator._fit, tuning.TrainValidationSplit._fit)
    if not all(map(_is_ours, functions)):
        return fail(messages.no_python_hook()) if expected else warn(messages.no_pth())
    if not _is_ours(tuning._parallelFitTasks):
        return warn(messages.trials_not_hooked(tuning._parallelFitTasks.__module__))
    return ok("PySpark's tuners are hooked")


def _is_ours(function: Any) -> bool:
    """Whether a function of PySpark's is our hook, or one of the functions that it wraps is."""
    while function is not None:
        if getattr(function, "__globals__", {}).get("__name__", "").startswith("trackmllib."):
            return True
        function = getattr(function, "__wrapped__", None)
    return False


def in_jvm(scene: Scene) -> Check | None:
    """The hook on the tuners of Scala and Java."""
    if scene.jvm is None or not spark.has_fitting_jar(scene.jvm):
        return None
    if scene.jvm.java.security.Security.getProvider(_PROVIDER) is None:
        return warn(messages.no_jvm_hook())
    agent = scene.jvm.java.lang.System.getProperty("org.trackmllib.agent")
    return ok(f"the JVM's tuners are hooked{' by -javaagent' if agent else ''}")
