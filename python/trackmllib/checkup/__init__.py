"""``trackmllib doctor``: whether tunings will be logged here, and what to do if not."""

from __future__ import annotations

from collections.abc import Iterator

from trackmllib import messages
from trackmllib.checkup import autologging, hook, java, journals, mlflow, spark
from trackmllib.checkup.check import Check, fail
from trackmllib.checkup.scene import around

_CHECKS = (
    java.java,
    spark.spark_and_jar,
    spark.listener,
    hook.switched,
    hook.in_python,
    hook.in_jvm,
    mlflow.here,
    mlflow.sidecar,
    mlflow.store,
    mlflow.experiment,
    journals.journals,
    autologging.autologging,
)


def doctor(*, spark_home: str | None = None, tracking_uri: str | None = None) -> bool:
    """Prints what is as it should be and what is not, a line a check, and what to do about it.

    With an active session it looks at that one, else at what an application would find here. It
    needs neither a session, nor Spark, nor Java, nor MLflow, and takes a bounded time. To see
    whether the store can be written it makes a run there and deletes it; it stays in the trash.

    Args:
        spark_home: the Spark; by default ``SPARK_HOME``, else the installed PySpark.
        tracking_uri: the store; by default the one that tunings would be logged to.

    Returns:
        Whether tunings will be logged: no line says ``fail``.
    """
    well = True
    for check in checks(spark_home, tracking_uri):
        print(check, flush=True)  # noqa: T201  # it is what it is for
        well = well and check.mark != "fail"
    return well


def checks(spark_home: str | None = None, tracking_uri: str | None = None) -> Iterator[Check]:
    """The checks that apply here, one after the other."""
    scene = around(spark_home, tracking_uri)
    for look in _CHECKS:
        try:
            check = look(scene)
        except Exception as error:
            check = fail(messages.check_failed(look.__name__, error))
        if check is not None:
            yield check
