"""What follows the tunings: the hook on PySpark's tuners, and the one on the JVM's."""

from __future__ import annotations

import os
import sys

from trackmllib import _pth, conf, messages, patch
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


def in_python(_: Scene) -> Check:
    """The hook on PySpark's tuners."""
    tuning = sys.modules.get(_pth.TARGET)
    if tuning is not None:
        if patch.is_hooked(tuning):
            return ok("PySpark's tuners are hooked")
        return fail(messages.no_python_hook())
    if _pth.armed():
        return ok("PySpark's tuners are hooked as soon as they are imported")
    return warn(messages.no_pth())


def in_jvm(scene: Scene) -> Check | None:
    """The hook on the tuners of Scala and Java."""
    if scene.jvm is None or not spark.has_jar(scene.session):
        return None
    if scene.jvm.java.security.Security.getProvider(_PROVIDER) is None:
        return warn(messages.no_jvm_hook())
    agent = scene.jvm.java.lang.System.getProperty("org.trackmllib.agent")
    return ok(f"the JVM's tuners are hooked{' by -javaagent' if agent else ''}")
