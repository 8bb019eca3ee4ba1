"""The interpreters' MLflow, and the store that they log to."""

from __future__ import annotations

import re
import shutil
import sys

from trackmllib import messages
from trackmllib.checkup.check import Check, fail, ok
from trackmllib.checkup.probe_run import PATIENCE, Findings
from trackmllib.checkup.scene import Scene
from trackmllib.consumer.store import OLDEST


def here(scene: Scene) -> Check | None:
    """Where nothing but this interpreter tunes, it logs as well."""
    if not scene.tunes_here:
        return None
    problem = _problem(scene.found_here)
    return fail(problem) if problem else ok(_is(scene.found_here, "logs PySpark's tunings"))


def sidecar(scene: Scene) -> Check | None:
    """The interpreter beside a Scala or Java driver; PySpark's own tunings do without."""
    if scene.tunes_here:
        return None
    problem = _problem(scene.found_by_sidecar)
    if problem:
        return fail(messages.sidecar_fails(problem, _usable_here(scene)))
    return ok(_is(scene.found_by_sidecar, "logs for Scala and Java drivers"))


def store(scene: Scene) -> Check | None:
    """The store answers, and takes a run, in time."""
    findings = _findings(scene)
    if findings is None:
        return None
    said = findings.said
    uri = messages.without_password(said.get("uri", ""))
    if "no_database" in said:
        return fail(messages.skinny_has_no_database(findings.python, uri))
    if said.get("new"):
        if said["writable"]:
            return ok(f"tracking store {uri}: it is made by the first tuning")
        return fail(messages.store_not_writable(uri, "its directory cannot be written"))
    reason = f"no answer within {PATIENCE:g} s" if findings.late else said.get("error")
    if reason is None:
        return ok(f"tracking store {uri}: it answers and can be written")
    if said.get("answers"):
        return fail(messages.store_not_writable(uri, reason))
    return fail(messages.store_unreachable(uri, reason))


def experiment(scene: Scene) -> Check | None:
    """The experiment is there, or can be made by its name."""
    findings = _findings(scene)
    said = findings.said if findings else {}
    if not said.get("answers"):
        return None
    wanted = scene.conf.destination
    name = wanted.experiment_name or wanted.experiment_id
    if said["deleted"]:
        return fail(messages.experiment_deleted(said["experiment"]))
    if said["experiment"]:
        return ok(f"experiment {said['experiment']}")
    if wanted.experiment_id or not name:
        return fail(messages.no_experiment(wanted.experiment_id or "0"))
    return ok(f"experiment {name}: it is made by the first tuning")


def _findings(scene: Scene) -> Findings | None:
    """Those of the interpreter that logs, where it has a MLflow to look with."""
    candidates = [scene.found_here] if scene.tunes_here else [scene.found_by_sidecar]
    if _problem(candidates[-1]):
        candidates = [scene.found_here]
    return None if _problem(candidates[0]) else candidates[0]


def _usable_here(scene: Scene) -> str | None:
    return None if _problem(scene.found_here) else sys.executable


def _is(findings: Findings, does: str) -> str:
    said = findings.said
    path = shutil.which(findings.python) or findings.python
    return f"{path} (Python {said['python']}, MLflow {said['mlflow']}) {does}"


def _problem(findings: Findings) -> str | None:
    """Why an interpreter cannot log."""
    said, python = findings.said, findings.python
    if "python" not in said:
        return messages.no_python(python, findings.problem or "it does not answer")
    if tuple(map(int, said["python"].split(".")[:2])) < (3, 10):
        return messages.old_python(python, said["python"])
    if "no_mlflow" in said:
        return messages.no_mlflow(python)
    if "mlflow" not in said:
        return messages.no_python(python, "it takes too long to import MLflow")
    if tuple(map(int, re.findall(r"\d+", said["mlflow"])[:2])) < OLDEST:
        return messages.old_mlflow(python, said["mlflow"])
    return None
