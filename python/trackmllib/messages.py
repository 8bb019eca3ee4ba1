"""Every message that a user can see: what happened, what it means for the training, what to do."""

from __future__ import annotations

import logging
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

logger = logging.getLogger("trackmllib")

_USERINFO = re.compile(r"(?<=://)[^/\s]+@")


@lru_cache(maxsize=1000)
def warn_once(message: str) -> None:
    """Warns, unless the same was said before."""
    logger.warning(message)


def without_password(text: str) -> str:
    """``text`` with ``user:password@`` taken out of every URI in it."""
    return _USERINFO.sub("", text)


def bad_conf(key: str, value: str, accepted: str, default: Any) -> str:
    return f"{key}={value!r} cannot be read: it takes {accepted}. Going on with {default}."


def hook_failed(error: BaseException) -> str:
    return (
        f"this tuning could not be tracked ({error!r}). Training goes on as without trackmllib; "
        "please report it with the Spark and MLflow versions."
    )


def not_measured(error: BaseException) -> str:
    reason = " ".join(str(error).split("\n")[:2]) or repr(error)
    return (
        f"what this tuning uses of Spark cannot be measured, and it is not in the event log "
        f"({reason}). All else is tracked, and training goes on as without trackmllib."
    )


def spark_not_understood(error: BaseException) -> str:
    return (
        f"trackmllib does not fit this PySpark ({error!r}): tunings are not tracked, training is "
        "as without it. It supports Spark 3.5 and 4.0 to 4.3."
    )


def not_in_mlflow(reason: str, journal: Path | None) -> str:
    kept = (
        f"Nothing is lost: when MLflow is back, run `trackmllib replay {journal}`."
        if journal
        else "No journal could be kept either, so what is missing stays missing."
    )
    return f"the tuning is not wholly in MLflow: {without_password(reason)}. {kept}"


def still_writing(seconds: float) -> str:
    return f"MLflow had not everything {seconds:g} s after the fit (spark.trackmllib.flushTimeout)"


def unreachable(uri: str, reason: object) -> str:
    return f"the tracking server {without_password(uri)} cannot be reached ({reason})"


def no_journal(directory: Path, error: OSError, instead: str) -> str:
    return (
        f"the journal cannot be written to {directory} ({error.strerror or error}); {instead}. "
        "Training goes on. Make room, or set spark.trackmllib.journalDir to another directory."
    )


def no_mlflow(python: str) -> str:
    return (
        f"{python} has no MLflow: install it there (`{python} -m pip install mlflow-skinny`), "
        "or name another interpreter with spark.trackmllib.python"
    )


def old_mlflow(python: str, version: str) -> str:
    return (
        f"{python} has MLflow {version}, and trackmllib needs 2.22 or newer: "
        f"`{python} -m pip install -U mlflow-skinny`"
    )


def run_not_found(run_id: str, reason: object) -> str:
    return (
        f"the run {run_id} that the tuning was to be logged under cannot be used "
        f"({without_password(str(reason))}); it is logged under a main run of its own. "
        "Check spark.trackmllib.runId and MLFLOW_RUN_ID."
    )


def shortened(what: str, limit: int) -> str:
    return (
        f"{what} is longer than the {limit} characters that MLflow takes: the run holds its "
        "beginning. Training is not touched."
    )


def renamed(what: str, instead: str) -> str:
    return f"MLflow refuses the name {what!r}: it is logged as {instead!r}."


def autolog_too() -> str:
    return (
        "mlflow.pyspark.ml.autolog() is on as well: trackmllib logs this tuning, and autologging "
        "pauses while it runs, so that it is logged once."
    )


def unreadable_event(error: object) -> str:
    return f"an event was skipped: {error}"


def no_jar(spark: str, where: Path, there: list[str]) -> str:
    return (
        f"there is no trackmllib jar for Spark {spark} in {where} "
        f"(found: {', '.join(there) or 'none'}). Install the wheel, or `make jars` in a checkout."
    )


def no_spark() -> str:
    return "no Spark is found: install pyspark, or set SPARK_HOME to where Spark is"


def not_a_spark_home(home: Path) -> str:
    return f"{home} holds no Spark (no jars/scala-library-*.jar): set SPARK_HOME to where Spark is"


def journal_unreadable(error: OSError) -> str:
    if isinstance(error, BlockingIOError):
        return "a driver that still runs, or another replay, has it: nothing was done"
    return f"it cannot be read ({error.strerror or error})"


def lines_unreadable(damaged: int) -> str:
    return (
        f"{damaged} of its lines cannot be read and were left out: a newer trackmllib may read "
        "them. The file is kept"
    )


def nothing_of_ours() -> str:
    return "it is neither a journal of trackmllib nor a Spark event log: nothing was done"


def event_log_needs_spark(error: object) -> str:
    return f"this event log is compressed or rolled over, and so Spark has to read it, but {error}"


def event_log_unreadable(output: str) -> str:
    said = [line for line in output.splitlines() if line.strip()]
    return f"Spark cannot read it: {said[-1].strip() if said else 'it does not say why'}"
