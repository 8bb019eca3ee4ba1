"""Every message that a user can see: what happened, what it means for the training, what to do."""

from __future__ import annotations

import logging
import re
import shlex
from collections.abc import Iterable
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


def one_line(text: str) -> str:
    """``text`` without line breaks and other control characters, for a terminal."""
    return "".join(one if one.isprintable() else " " if one.isspace() else "?" for one in text)


def printable(text: str | Path) -> str:
    """A name from somebody else's file, to be read or pasted: quoted, with no control characters.

    Passwords are out of URIs, where it is clear which part of them is one.
    """
    plain = "".join(one if one.isprintable() else "?" for one in str(text))
    return shlex.quote(plain if "\\" in plain else without_password(plain))


def bad_conf(key: str, value: str, accepted: str, default: Any) -> str:
    return f"{key}={value!r} cannot be read: it takes {accepted}. Going on with {default}."


def ids_of_another_store(ids: Iterable[str]) -> str:
    return (
        f"trackmllib ignores {' and '.join(ids)} of the environment: set beside another store than "
        "spark.trackmllib.trackingUri. To choose a place in this one, set "
        "spark.trackmllib.experimentName or spark.trackmllib.runId."
    )


def hook_failed(error: BaseException) -> str:
    try:
        reason = repr(error)
    except BaseException:  # the user's own class of it
        reason = type(error).__name__
    return (
        f"this tuning could not be tracked ({reason}). Training goes on as without trackmllib; "
        "please report it with the Spark and MLflow versions."
    )


def not_configured(error: BaseException) -> str:
    return (
        f"trackmllib's jar could not be added to the session ({error}). What PySpark tunes is "
        "tracked without it; what the JVM itself tunes is not, and trials are not measured."
    )


def class_path_given_elsewhere(jar: str) -> str:
    return (
        "PYSPARK_SUBMIT_ARGS says what the driver's class path is, so trackmllib's jar was not "
        "added. What PySpark tunes is tracked without it; to have its trials measured, and what "
        f"the JVM tunes tracked, add {jar} there."
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


def no_artifacts(error: BaseException) -> str:
    return (
        "its results table and picture are missing, because the artifact store does not take "
        f"them ({type(error).__name__}: {error})"
    )


def still_writing(seconds: float) -> str:
    return f"MLflow had not everything {seconds:g} s after the fit (spark.trackmllib.flushTimeout)"


def still_silent() -> str:
    return "MLflow has not answered since an earlier fit waited for it in vain"


def interrupted() -> str:
    return (
        "a signal such as Ctrl-C has ended the wait for it and nothing else: the program goes on, "
        "and a second Ctrl-C stops it"
    )


def unreachable(uri: str, reason: object) -> str:
    return f"the tracking server {without_password(uri)} cannot be reached ({reason})"


def answer(url: str, status: int, reason: str, text: str) -> str:
    said = f": {text}" if text else ""
    return f"{without_password(url).partition('?')[0]} answers {status} {reason}{said}"


def refused(what: str, reason: str) -> str:
    return f"{what} is missing ({reason})"


def own_error(error: BaseException) -> str:
    return f"trackmllib has failed at it, which is to be reported: {error!r}"


def no_journal(directory: Path | None, error: OSError, instead: str) -> str:
    where = directory or "the user's state directory"
    return (
        f"the journal cannot be written to {where} ({error.strerror or error}); {instead}. "
        "Training goes on. Make room, or set spark.trackmllib.journalDir to another directory."
    )


def no_mlflow(python: str) -> str:
    return (
        f"{python} has no MLflow: install it there (`{python} -m pip install mlflow-skinny`), "
        "or name another interpreter with spark.trackmllib.python"
    )


def no_database(python: str, scheme: str) -> str:
    return (
        f"{python} has only mlflow-skinny, which cannot write to a {scheme} store: install all of "
        f"MLflow there (`{python} -m pip install mlflow`), or name a tracking server "
        "(MLFLOW_TRACKING_URI)"
    )


def no_pandas(python: str) -> str:
    return (
        f"{python} has no pandas, in which results() gives the trials: install it there "
        f"(`{python} -m pip install pandas`), or see them by `trackmllib show`"
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


def details_left_out(param: str, there: int, most: int) -> str:
    return (
        f"the stages that the param {param} takes have {there} params of their own: the run has "
        f"{most} of them. Training is not touched."
    )


def shortened(what: str, limit: int) -> str:
    return (
        f"{what} is longer than the {limit} bytes that MLflow takes: the run holds its "
        "beginning. Training is not touched."
    )


def renamed(what: str, instead: str) -> str:
    return f"MLflow refuses the name {what!r}: it is logged as {instead!r}."


def model_not_logged(error: BaseException) -> str:
    return (
        f"the best model is not in MLflow ({without_password(str(error)) or repr(error)}). The fit "
        "and its model are not affected: log it with mlflow.spark.log_model, or set "
        "spark.trackmllib.logModel=false."
    )


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


def left_alone(path: Path, *, own: bool) -> str:
    what = f"{printable(path)} was left alone, since somebody else may have written it"
    if not own:
        return f"{what}: it is not yours. Name its files if they are to be replayed"
    return f"{what}: others may. If they have not, `chmod -R go= {printable(path)}`"


def ask_for_store(file: Path, uri: str) -> str:
    return (
        f"{printable(file)} is for {printable(uri)}, which is not the configured tracking store. "
        "Log it there, with your credentials for MLflow?"
    )


def other_store(file: Path, uri: str, configured: list[str]) -> str:
    stores = " or ".join(map(without_password, configured)) or "none"
    return (
        f"it is for {printable(uri)}, and the configured tracking store is {stores}: nothing was "
        f"sent. If it belongs there, run `trackmllib replay --yes {printable(file)}`; if not, say "
        "--tracking-uri with where it does"
    )


def brought_in(run_id: str) -> str:
    return f"MLflow has all of it already, as run {run_id}: the journal was removed"


def no_such_journal(stores: list[str], problem: object) -> str:
    where = " or ".join(printable(uri) for uri in stores) or "MLflow"
    reason = f" ({without_password(str(problem))})" if problem else ""
    return (
        f"there is no such file, and no run of its tuning that has ended in {where}{reason}. A "
        "journal is removed when MLflow has all of it: name the store that it was for with "
        "--tracking-uri, or look with `trackmllib replay --all --dry-run` for where it is"
    )


def other_file_system(name: str) -> str:
    return f"{printable(name)} is on another file system: copy it to this machine first"


def journal_gone() -> str:
    return "gone meanwhile: the driver or the replay that had it has brought it into MLflow"


def orphans_ended(number: int) -> str:
    tunings = "a tuning" if number == 1 else f"{number} tunings"
    return (
        f"{tunings} of earlier drivers, which were killed, had been left RUNNING in MLflow: what "
        "the journal had is there now, and what had not ended is KILLED."
    )


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


def check_failed(check: str, error: BaseException) -> str:
    return (
        f"the check {check} could not be made ({without_password(repr(error))}): please report it"
    )


def no_java(command: str, reason: str) -> str:
    return (
        f"no Java: {command} cannot be run ({reason}). Spark needs one: install a JDK 17 or newer, "
        "or set JAVA_HOME to where it is"
    )


def old_java(version: str, command: str, oldest: int) -> str:
    return (
        f"Java {version} ({command}) is too old for this Spark: set JAVA_HOME to a JDK {oldest} "
        "or newer"
    )


def untried_spark(version: str) -> str:
    return f"Spark {version}: trackmllib is made for Spark 3.5 and 4.0 to 4.3; use one of these"


def jar_of_other_scala(jar: str, spark: str, scala: str) -> str:
    return (
        f"{jar} is in the session, and Spark {spark} runs on Scala {scala}: what PySpark tunes is "
        f"tracked, but not measured, what the JVM tunes is not. Use trackmllib_{scala} instead "
        "(`trackmllib jar` prints where it is)"
    )


def no_listener() -> str:
    return (
        "the listener is not in the session: what the JVM tunes is not tracked, what PySpark tunes "
        "is. Start the session with spark.extraListeners=org.trackmllib.TuningListener"
    )


def listener_without_jar(file: Path) -> str:
    return (
        f"{file} names the listener but no jar: sessions do not start without the jar. Add "
        "spark.jars with the path that `trackmllib jar` prints"
    )


def not_in_defaults(file: Path) -> str:
    return (
        f"neither jar nor listener are in {file}: name them for each application "
        '(--jars "$(trackmllib jar)" --conf spark.extraListeners=org.trackmllib.TuningListener, or '
        "trackmllib.configure(SparkSession.builder))"
    )


def off_by_environment() -> str:
    return "tracking is off by TRACKMLLIB_DISABLED=1 in the environment: unset it"


def off_by_conf() -> str:
    return (
        "tracking is off by spark.trackmllib.enabled or spark.databricks.mlflow.trackMLlib.enabled:"
        " set spark.trackmllib.enabled=true"
    )


def not_switched_on() -> str:
    return (
        "tracking is off in this session: call trackmllib.enable(), or start it with the jar "
        "(trackmllib.configure(SparkSession.builder)); on Spark Connect, start its server with the "
        "jar and the listener"
    )


def no_python_hook() -> str:
    return (
        "PySpark's tuners are not hooked: call trackmllib.enable(). It is so where Python runs "
        "with -S, where trackmllib is no installed package, or where something else has put "
        "functions of its own in the place of PySpark's"
    )


def trials_not_hooked(owner: str) -> str:
    return (
        f"{owner} has put a function of its own in the place of PySpark's _parallelFitTasks: the "
        "trials of a tuning may not be seen. Call trackmllib.enable() after it"
    )


def no_pth() -> str:
    return (
        "trackmllib.pth is not active in this Python: PySpark's tunings are tracked only where "
        "trackmllib.enable() is called. Install the wheel, and start Python without -S"
    )


def no_jvm_hook() -> str:
    return (
        "the JVM's own tuners are not hooked: what PySpark tunes is tracked, what Scala code tunes "
        "is not. Check spark.trackmllib.instrument and spark.trackmllib.enabled at the start"
    )


def no_python(python: str, reason: str) -> str:
    return (
        f"{python} cannot be used ({reason}): name a Python 3.10 or newer that has MLflow with "
        "spark.trackmllib.python"
    )


def old_python(python: str, version: str) -> str:
    return (
        f"{python} is Python {version}: name one that is 3.10 or newer, and has MLflow, with "
        "spark.trackmllib.python"
    )


def sidecar_fails(problem: str, instead: str | None) -> str:
    here = f"; this one can: {instead}" if instead else ""
    return f"Scala and Java drivers cannot log: {problem}{here}"


def skinny_has_no_database(python: str, uri: str) -> str:
    return (
        f"tracking store {uri}: {python} cannot open it, mlflow-skinny has no databases. "
        f"Install all of MLflow (`{python} -m pip install mlflow`), or log to a server"
    )


def store_unreachable(uri: str, reason: str) -> str:
    return (
        f"tracking store {uri} cannot be reached ({without_password(reason)}): tunings are kept in "
        "journals. Check MLFLOW_TRACKING_URI or spark.trackmllib.trackingUri, and that it runs"
    )


def store_not_writable(uri: str, reason: str) -> str:
    return (
        f"tracking store {uri} cannot be written ({without_password(reason)}): tunings are kept in "
        "journals. Check what its user may do"
    )


def experiment_deleted(name: str) -> str:
    return (
        f"the experiment {name} is deleted: restore it, or name another one with "
        "MLFLOW_EXPERIMENT_NAME or spark.trackmllib.experimentName"
    )


def no_experiment(wanted: str) -> str:
    return (
        f"there is no experiment with the id {wanted}: name one with MLFLOW_EXPERIMENT_NAME or "
        "spark.trackmllib.experimentName, which is made where it is not there"
    )


def journals_pending(number: int, directory: Path | None) -> str:
    tunings = "1 tuning waits" if number == 1 else f"{number} tunings wait"
    where = f" --journal-dir {directory}" if directory else ""
    return f"{tunings} for MLflow in journals: run `trackmllib replay --all{where}`"


def autolog_on() -> str:
    return (
        "mlflow.pyspark.ml.autolog() is on as well: it pauses while a tuning is tracked, so that "
        "it is logged once. Nothing is to be done"
    )


def no_tuning(experiment: str | None) -> str:
    where = f"the experiment {experiment}" if experiment else "this tracking store"
    return f"there is no tuning in {where}: name another store with --tracking-uri"


def no_such_run(run_id: str) -> str:
    return f"there is no run {run_id} in this tracking store: name the store that it is in"


def run_without_tuning(run_id: str) -> str:
    return f"the run {run_id} has no tuning: name the main run of one"


def model_not_known(*, known: bool) -> str:
    if known:
        return (
            "the tuning of this model was not in MLflow when fit() returned: run `trackmllib "
            "replay --all`, then ask by the id of its run"
        )
    return (
        "this is neither a run's id nor a model that a tracked fit() returned in this process: "
        "ask by the id of the tuning's main run"
    )


def demo_needs(packages: list[str]) -> str:
    return f"the demo lacks {', '.join(packages)}: pip install {' '.join(packages)}"


def demo_failed(code: int) -> str:
    return (
        f"the program of the demo has ended with {code}, see above: `trackmllib doctor` tells what "
        "is missing here"
    )
