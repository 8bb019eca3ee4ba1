"""The ``spark.trackmllib.*`` confs, read anew at every ``fit()``."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from trackmllib import messages, uris
from trackmllib.events import Destination
from trackmllib.redaction import Redaction

Get = Callable[[str], "str | None"]
"""Looks a conf up in the session: its value, or ``None`` where it is not set."""

PREFIX = "spark.trackmllib."
DATABRICKS_ENABLED = "spark.databricks.mlflow.trackMLlib.enabled"
REDACTION = "spark.redaction.regex"

_REDACTION_DEFAULT = "(?i)secret|password|token|access[.]?key"
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}
_PROGRESS = ("auto", "on", "off")
_BOOLEANS = {"true": True, "false": False}
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")  # a single letter is a Windows drive


@dataclass(frozen=True)
class Conf:
    """What the confs and the environment say about one ``fit()``.

    Attributes:
        flush_timeout: the longest wait at the end of ``fit()``, in seconds.
        journal_dir: where journals are kept; ``None``: the user's state directory.
        log_model: whether the best model is logged, too.
        progress: ``auto``, ``on`` or ``off``.
        redaction: keeps secrets out of what is written.
    """

    destination: Destination
    flush_timeout: float
    journal_dir: Path | None
    log_model: bool
    progress: str
    redaction: Redaction


def switched_off() -> bool:
    """Whether the environment turns everything off, whatever the confs say."""
    return os.environ.get("TRACKMLLIB_DISABLED") == "1"


def enabled(get: Get) -> bool | None:
    """What the confs say about tracking; ``None`` where they say nothing."""
    for key in (PREFIX + "enabled", DATABRICKS_ENABLED):
        if get(key) is not None:
            return _boolean(key, get)
    return None


def read(get: Get) -> Conf:
    """The confs of the session that ``get`` looks into; what cannot be read has its default."""
    return Conf(
        destination=_destination(get),
        flush_timeout=_seconds(PREFIX + "flushTimeout", get, 60.0),
        journal_dir=_directory(PREFIX + "journalDir", get),
        log_model=_boolean(PREFIX + "logModel", get) or False,
        progress=_progress(get),
        redaction=Redaction(_pattern(get)),
    )


def local_path(text: str) -> Path | None:
    """What a path or a ``file:`` URI names here; ``None``: it is on another file system."""
    if _URI.match(text):
        scheme, _, rest = text.partition(":")
        parts = urlsplit(rest)
        if scheme.lower() != "file" or parts.netloc not in ("", "localhost"):
            return None
        text = unquote(parts.path)
    return Path(text) if "\0" not in text else None


def _directory(key: str, get: Get) -> Path | None:
    value = get(key)
    if not value:
        return None
    found = local_path(value)
    if found is None:
        accepted = "a directory of the driver's own machine"
        messages.warn_once(messages.bad_conf(key, value, accepted, "the default"))
    return found


def _destination(get: Get) -> Destination:
    env = os.environ.get
    uri, own_uri = get(PREFIX + "trackingUri"), env("MLFLOW_TRACKING_URI")
    # ids are those of the store that was set beside them, in the environment or by MLflow's API
    name, run_id = get(PREFIX + "experimentName"), get(PREFIX + "runId")
    wanted = {"MLFLOW_EXPERIMENT_ID": not name, "MLFLOW_RUN_ID": not run_id}
    ids = {key: value for key in wanted if wanted[key] and (value := env(key))}
    if uri and not uris.same_store(uri, own_uri or ""):
        if ids:
            messages.warn_once(messages.ids_of_another_store(ids))
        ids = {}
    return Destination(
        tracking_uri=uri or own_uri,
        experiment_id=ids.get("MLFLOW_EXPERIMENT_ID"),
        experiment_name=name or env("MLFLOW_EXPERIMENT_NAME"),
        run_id=run_id or ids.get("MLFLOW_RUN_ID"),
        run_name=get(PREFIX + "runName"),
        view=_boolean(PREFIX + "view", get) is not False,
    )


def _boolean(key: str, get: Get) -> bool | None:
    value = get(key)
    if value is None:
        return None
    said = _BOOLEANS.get(value.strip().lower())
    if said is None:
        messages.warn_once(messages.bad_conf(key, value, "true or false", "the default"))
    return said


def _seconds(key: str, get: Get, default: float) -> float:
    value = get(key)
    if value is None:
        return default
    match = re.fullmatch(r"(\d+)\s*([a-z]*)", value.strip().lower())
    unit = _SECONDS.get(match[2] or "s") if match else None
    if match is None or unit is None:
        accepted = "a time such as 60s, 500ms or 2m"
        messages.warn_once(messages.bad_conf(key, value, accepted, f"{default:g}s"))
        return default
    return int(match[1]) * unit


def _progress(get: Get) -> str:
    value = get(PREFIX + "progress") or "auto"
    if value.strip().lower() in _PROGRESS:
        return value.strip().lower()
    messages.warn_once(messages.bad_conf(PREFIX + "progress", value, "auto, on or off", "auto"))
    return "auto"


def _pattern(get: Get) -> re.Pattern[str]:
    value = get(REDACTION) or _REDACTION_DEFAULT
    try:
        # Java takes this flag anywhere, Python at the beginning only
        flags = re.IGNORECASE if "(?i)" in value else 0
        return re.compile(value.replace("(?i)", ""), flags)
    except re.error:
        accepted = "a regular expression that Python reads too"
        messages.warn_once(messages.bad_conf(REDACTION, value, accepted, "every name matching"))
        return re.compile("")
