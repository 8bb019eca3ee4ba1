"""How params, values and runs are named in MLflow, and what MLflow takes."""

from __future__ import annotations

import math
import posixpath
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import Any, TypeVar

from trackmllib import messages
from trackmllib.events import ParamName, ParamValue, encodable

KEY_LIMIT = 250
PARAM_LIMIT = 6000
TAG_LIMIT = 5000
NAME_LIMIT = 250
_MOST_DETAILS = 100  # params of the stages in one value

_DOT = re.compile(r"\.")
_REFUSED = re.compile(r"[^\w.\- /]")
_NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


P = TypeVar("P", ParamName, ParamValue)


def fit_uuid(tuning: str) -> str:
    """The six hex digits that mark the runs of a tuning with this id."""
    return tuning[:6]


def param_keys(grid: Iterable[ParamName]) -> dict[ParamName, str]:
    """The MLflow param of each param of a grid: its name, or ``parent.name`` where two share it."""
    params = ordered(set(grid))
    shared = Counter(param.name for param in params)
    keys: dict[ParamName, str] = {}
    for param in params:
        plain = param.name if shared[param.name] == 1 else f"{param.parent}.{param.name}"
        name = key(plain)
        while name in keys.values():
            name = key(beginning(name, KEY_LIMIT - 1) + "_")
        keys[param] = name
    return keys


def param_key(keys: dict[ParamName, str], param: ParamValue) -> str:
    """The MLflow param of a setting's ``param``, be it in the grid or not."""
    return keys.get(ParamName(param.parent, param.name)) or key(param.name)


def key(name: str) -> str:
    """``name`` as a param, tag or metric that MLflow takes."""
    taken = beginning(_REFUSED.sub("_", name), KEY_LIMIT) or "_"
    if posixpath.normpath(taken) != taken or taken.startswith(("/", "..")) or taken == ".":
        taken = taken.replace("/", "_").replace(".", "_")
    if taken != name:
        messages.warn_once(messages.renamed(name, taken))
    return taken


def ordered(params: Iterable[P]) -> list[P]:
    """Params in one order whatever the language: Scala's param maps keep none.

    By name, descending: with Spark's names ``maxDepth`` comes before ``maxBins``, ``regParam``
    before ``elasticNetParam``.
    """
    return sorted(
        sorted(params, key=lambda one: one.parent), key=lambda one: one.name, reverse=True
    )


def by_key(setting: Iterable[ParamValue], keys: dict[ParamName, str]) -> dict[str, Any]:
    """The values of a setting by their MLflow params, a stage's own params after it."""
    found: dict[str, Any] = {}
    for param in ordered(setting):
        name = param_key(keys, param)
        found[name] = _named(param.value)
        details = [(key(f"{name}.{one}"), value) for one, value in _details(param.value)]
        if len(details) > _MOST_DETAILS:
            messages.warn_once(messages.details_left_out(name, len(details), _MOST_DETAILS))
        found.update(details[:_MOST_DETAILS])
    return found


def without_details(keys: Collection[str]) -> list[str]:
    """The ``keys`` that are not of a param of a stage which is the value of another."""
    return [
        one for one in keys if not any(one[: dot.start()] in keys for dot in _DOT.finditer(one))
    ]


def _is_stage(value: Any) -> bool:
    return isinstance(value, dict) and {"className", "apart", "params"} <= value.keys()


def _named(value: Any) -> Any:
    """Each stage by its class and what tells it apart, all else as it is."""
    if isinstance(value, list):
        return [_named(one) for one in value]
    if isinstance(value, dict) and not _is_stage(value):  # a param map
        return ", ".join(f"{name}={text(value[name])}" for name in sorted(value, reverse=True))
    if not isinstance(value, dict):
        return value
    apart = (f"{name}={text(value['params'].get(name))}" for name in value["apart"])
    words = ", ".join(apart)
    return f"{value['className']}({words})" if words else value["className"]


def _details(value: Any) -> Iterator[tuple[str, Any]]:
    """The params of the stages in a value, by their path: ``regParam``, ``HashingTF_1.binary``."""
    if _is_stage(value):
        for name, one in sorted(value["params"].items()):
            yield name, _named(one)
            yield from ((f"{name}.{path}", more) for path, more in _details(one))
    elif isinstance(value, list):
        stages = [one for one in value if _is_stage(one)]
        classes = Counter(one["className"] for one in stages)
        places: Counter[str] = Counter()
        for one in stages:
            name = one["className"]
            places[name] += 1
            label = name if classes[name] == 1 else f"{name}_{places[name]}"
            yield from ((f"{label}.{path}", more) for path, more in _details(one))


def text(value: Any) -> str:
    """A typed value as MLflow writes Python values: ``5``, ``0.0001``, ``True``, ``[1.0, 2.0]``."""
    return str(_finite(_named(value)))


def _finite(value: Any) -> Any:
    """Undoes JSON's way of writing the floats that are no numbers."""
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return _NOT_FINITE.get(value, value) if isinstance(value, str) else value


def in_words(setting: dict[str, Any]) -> str:
    """The name of a trial's run, such as ``maxDepth=5, maxBins=8``."""
    values = {name: setting[name] for name in without_details(setting)}
    name = _joined(values)
    if len(name) > NAME_LIMIT:  # then of many stages those that tell it apart
        name = _joined({name: _telling(value) for name, value in values.items()})
    return shortened_name(name or "default params")


def _joined(values: dict[str, Any]) -> str:
    return ", ".join(f"{name}={text(value)}" for name, value in values.items())


def _telling(value: Any) -> Any:
    telling = [one for one in value if str(one).endswith(")")] if isinstance(value, list) else []
    return ["…", *telling] if telling else value


def shortened_name(name: str) -> str:
    """A run's name within what the UI and the stores take, on one line."""
    plain = "".join(char if char.isprintable() else " " for char in name)
    return plain if size(plain) <= NAME_LIMIT else beginning(plain, NAME_LIMIT - size("…")) + "…"


def size(text: str) -> int:
    """The length of a text in bytes, which is what every store has the same limits for."""
    return len(text.encode("utf-8", "surrogatepass"))


def beginning(text: str, limit: int) -> str:
    """As many characters of ``text`` as fit in ``limit`` bytes."""
    if size(text) <= limit:
        return text
    return text.encode("utf-8", "surrogatepass")[:limit].decode("utf-8", "ignore")


def within(limit: int, what: str, value: str) -> str:
    """``value`` cut, and said so in it and in a message, where it is longer than ``limit``."""
    value = encodable(value).replace("\x00", "\N{REPLACEMENT CHARACTER}")  # no SQL store takes it
    if size(value) <= limit:
        return value
    messages.warn_once(messages.shortened(what, limit))
    mark = f"… ({len(value)} characters)"
    return beginning(value, limit - size(mark)) + mark
