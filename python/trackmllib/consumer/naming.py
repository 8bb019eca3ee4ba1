"""How params, values and runs are named in MLflow, and what MLflow takes."""

from __future__ import annotations

import math
import posixpath
import re
from collections import Counter
from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from trackmllib import messages
from trackmllib.events import ParamName, ParamValue, encodable

KEY_LIMIT = 250
PARAM_LIMIT = 6000
TAG_LIMIT = 5000
NAME_LIMIT = 250

_NAME = attrgetter("name", "parent")
_REFUSED = re.compile(r"[^\w.\- /]")
_NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def fit_uuid(tuning: str) -> str:
    """The six hex digits that mark the runs of a tuning with this id."""
    return tuning[:6]


def param_keys(grid: Iterable[ParamName]) -> dict[ParamName, str]:
    """The MLflow param of each param of a grid: its name, or ``parent.name`` where two share it."""
    params = sorted(set(grid), key=_NAME, reverse=True)
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


def ordered(setting: Iterable[ParamValue]) -> list[ParamValue]:
    """A setting in one order whatever the language: Scala's param maps keep none.

    By name, descending: with Spark's names ``maxDepth`` comes before ``maxBins``, ``regParam``
    before ``elasticNetParam``.
    """
    return sorted(setting, key=_NAME, reverse=True)


def text(value: Any) -> str:
    """A typed value as MLflow writes Python values: ``5``, ``0.0001``, ``True``, ``[1.0, 2.0]``."""
    return str(_finite(value))


def _finite(value: Any) -> Any:
    """Undoes JSON's way of writing the floats that are no numbers."""
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return _NOT_FINITE.get(value, value) if isinstance(value, str) else value


def in_words(setting: Iterable[ParamValue], keys: dict[ParamName, str]) -> str:
    """The name of a trial's run, such as ``maxDepth=5, maxBins=8``."""
    words = (f"{param_key(keys, param)}={text(param.value)}" for param in ordered(setting))
    return shortened_name(", ".join(words) or "default params")


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
