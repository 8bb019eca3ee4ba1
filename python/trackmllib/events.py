"""The events of a tuning and their one format: a JSON line as Spark writes a listener event.

The same lines stand in the bridge, in the journal and in a Spark event log. The golden files under
``tests/golden`` hold both languages to them.
"""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from typing import Any, TypeAlias, get_args, get_origin, get_type_hints

from trackmllib.errors import InvalidEventError

VERSION = 1
_PACKAGE = "org.trackmllib."


@dataclass(frozen=True)
class Stage:
    """An estimator, evaluator or tuner: its simple class name and its uid."""

    class_name: str
    uid: str


@dataclass(frozen=True)
class ParamName:
    """A param of the grid: the stage it belongs to, and its name there.

    The stage is its class, and its place among the stages of that class (``HashingTF_2``) where the
    grid has a param of this name of several of them. In older journals it is the stage's uid.
    """

    parent: str
    name: str


@dataclass(frozen=True)
class ParamValue:
    """One value of a setting, typed as JSON types it.

    A stage is an object: its ``className``; ``params``, those that somebody has set, and those by
    which it differs from another value of the grid; and the names of these, ``apart``.
    """

    parent: str
    name: str
    value: Any


@dataclass(frozen=True)
class Parent:
    """The tuning, and the trial in it, that a nested tuning ran in; no trial: its final refit."""

    tuning: str
    trial: int | None


@dataclass(frozen=True)
class Resources:
    """What the Spark tasks of a trial used, those that failed or were tried again included."""

    executor_cpu_seconds: float
    executor_run_seconds: float
    jobs: int
    tasks: int
    shuffle_read_bytes: int
    shuffle_write_bytes: int
    input_bytes: int
    peak_execution_memory_bytes: int
    jvm_gc_seconds: float


@dataclass(frozen=True)
class Destination:
    """Where to log; what is ``None`` is MLflow's own default.

    Attributes:
        view: whether the experiment gets a view of the tuning for MLflow's UI.
    """

    tracking_uri: str | None = None
    experiment_id: str | None = None
    experiment_name: str | None = None
    run_id: str | None = None
    run_name: str | None = None
    view: bool = True


def now() -> int:
    """The time as events carry it, in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, kw_only=True)
class _Event:
    version: int = VERSION
    tuning: str
    time: int = field(default_factory=now)


@dataclass(frozen=True, kw_only=True)
class TuningStarted(_Event):
    """A tuner's ``fit()`` has begun: what is tuned, over which grid, and where to log it."""

    language: str
    trackmllib: str
    application_id: str | None
    application_name: str | None
    user: str | None
    tuner: Stage
    estimator: Stage
    evaluator: Stage
    metric: str
    larger_better: bool
    params: dict[str, Any]
    grid: list[ParamName]
    trials: int
    parent: Parent | None
    destination: Destination


@dataclass(frozen=True, kw_only=True)
class TrialStarted(_Event):
    """One fold of one param map has begun; measured: its resources will be told, too."""

    trial: int
    fold: int | None
    measured: bool
    setting: list[ParamValue]


@dataclass(frozen=True, kw_only=True)
class TrialFinished(_Event):
    """One fold of one param map has its metric; no fold: the figures of all folds together."""

    trial: int
    fold: int | None
    metric: float
    std: float | None
    fit_seconds: float | None
    evaluate_seconds: float | None


@dataclass(frozen=True, kw_only=True)
class TrialFailed(_Event):
    """One fold of one param map threw."""

    trial: int
    fold: int | None
    error: str


@dataclass(frozen=True, kw_only=True)
class TrialMeasured(_Event):
    """Spark's listener bus has seen the last task of one fold of one param map."""

    trial: int
    fold: int | None
    resources: Resources


@dataclass(frozen=True, kw_only=True)
class TuningFinished(_Event):
    """``fit()`` is about to return its model."""

    best_trial: int | None


@dataclass(frozen=True, kw_only=True)
class TuningFailed(_Event):
    """``fit()`` is about to throw, or the driver has gone."""

    error: str
    interrupted: bool


Event: TypeAlias = (
    TuningStarted
    | TrialStarted
    | TrialFinished
    | TrialFailed
    | TrialMeasured
    | TuningFinished
    | TuningFailed
)
_KINDS: dict[str, type[Event]] = {_PACKAGE + kind.__name__: kind for kind in get_args(Event)}


def encodable(text: str) -> str:
    """``text`` with surrogate halves, which neither a file nor MLflow takes, replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def to_line(event: Event) -> str:
    """``event`` as its JSON line, without the line's end."""
    body = {"Event": _PACKAGE + type(event).__name__, **_to_json(event)}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def from_line(line: str) -> Event | None:
    """The event that ``line`` holds; ``None`` for an event of another kind.

    Raises:
        InvalidEventError: the line is no event, or is one of a newer version of the protocol.
    """
    try:
        body = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InvalidEventError(f"not a JSON line: {error}") from None
    if not isinstance(body, dict) or not isinstance(body.get("Event"), str):
        raise InvalidEventError("a JSON line, but no event")
    kind = _KINDS.get(body["Event"])
    if kind is None:
        return None
    version = body.get("version")
    if isinstance(version, int) and version > VERSION:
        raise InvalidEventError(
            f"an event of version {version}, while this trackmllib reads version {VERSION}: "
            "update trackmllib",
            newer=True,
        )
    try:
        event: Event = _from_json(kind, body)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise InvalidEventError(f"{body['Event']} is not as it should be: {error!r}") from None
    return event


@cache
def _layout(kind: Any) -> tuple[tuple[str, str, Any], ...]:
    """Each field's Python name, JSON name (``fit_seconds`` is ``fitSeconds``) and type."""
    hints = get_type_hints(kind)
    return tuple((f.name, _camel(f.name), hints[f.name]) for f in fields(kind))


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def _to_json(value: Any) -> Any:
    if is_dataclass(value):
        kind: Any = type(value)
        return {key: _to_json(getattr(value, name)) for name, key, _ in _layout(kind)}
    if isinstance(value, list):
        return [_to_json(item) for item in value]
    if isinstance(value, dict):
        return {key: _to_json(item) for key, item in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def _from_json(hint: Any, value: Any) -> Any:
    if hint is Any:
        return value
    origin = get_origin(hint)
    if origin is list:
        _expect(list, value)
        return [_from_json(get_args(hint)[0], item) for item in value]
    if origin is dict:
        _expect(dict, value)
        return value
    if origin is not None:  # an optional value is the only union here
        inner = next(arg for arg in get_args(hint) if arg is not type(None))
        return None if value is None else _from_json(inner, value)
    if is_dataclass(hint):
        _expect(dict, value)
        kind: Any = hint
        return kind(**{name: _from_json(of, value[key]) for name, key, of in _layout(kind)})
    if hint is float:
        if isinstance(value, bool):
            raise TypeError("a truth value where a number should be")
        return float(value)  # reads "NaN" and "Infinity" too
    _expect(hint, value)
    return value


def _expect(kind: type, value: Any) -> None:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise TypeError(f"{type(value).__name__} where {kind.__name__} should be")
