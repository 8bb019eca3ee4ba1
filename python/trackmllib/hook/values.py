"""Param values as events carry them: typed as JSON types them, whatever the user's object is."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from trackmllib.events import ParamName, ParamValue, encodable

T = TypeVar("T")

LONGEST = 100_000
"""Characters of one text in an event; what is longer is cut there, with a mark."""

REDACTED = "*********(redacted)"


def grid(maps: Iterable[Mapping[Any, Any]]) -> list[ParamName]:
    """The params that any of the maps sets."""
    names = (ParamName(param.parent, param.name) for one in maps for param in one)
    return list(dict.fromkeys(names))


def setting(param_map: Mapping[Any, Any], redaction: re.Pattern[str]) -> list[ParamValue]:
    """One param map."""
    return [
        ParamValue(param.parent, param.name, _shielded(_converted(param, value), redaction))
        if not redaction.search(param.name)
        else ParamValue(param.parent, param.name, REDACTED)
        for param, value in param_map.items()
    ]


def _shielded(value: Any, redaction: re.Pattern[str]) -> Any:
    """``value`` without the secret that a text such as ``password=abc`` may be."""
    if isinstance(value, list):
        return [_shielded(item, redaction) for item in value]
    name, equals, _ = value.partition("=") if isinstance(value, str) else ("", "", "")
    return f"{name}={REDACTED}" if equals and redaction.search(name) else value


def shown(value: Any) -> str:
    """The ``str`` of an object of the user's, whose ``__str__`` may throw."""
    text = asked(lambda: str(value))
    return f"({type(value).__name__})" if text is None else text


def asked(do: Callable[[], T]) -> T | None:
    """What an object of the user's answers; ``None``: it throws."""
    try:
        return do()
    except BaseException as error:
        if is_signal(error):
            raise
        return None


def is_signal(error: BaseException) -> bool:
    """Whether ``error`` may be the doing of a signal, such as Ctrl-C."""
    stops = isinstance(error, (KeyboardInterrupt, SystemExit))
    return stops and threading.current_thread() is threading.main_thread()


def text(value: str) -> str:
    """``value`` as any UTF-8 file can hold it, and not longer than an event should be."""
    plain = encodable(value)
    if len(plain) <= LONGEST:
        return plain
    return f"{plain[:LONGEST]}… ({len(plain)} characters)"


def _converted(param: Any, value: Any) -> Any:
    """``value`` as Spark would set it: an integer for a param that is a float is a float."""
    with suppress(Exception):  # Spark says so itself when it sets the value
        value = param.typeConverter(value)
    return typed(value)


def typed(value: Any) -> Any:
    """``value`` as JSON has it; a stage is its class name, anything else its ``str``."""
    if hasattr(value, "toArray"):  # Spark's vectors and matrices, which have a text of their own
        return text(shown(value))
    if hasattr(value, "tolist"):  # numpy's arrays and scalars, some of which are floats too
        return typed(value.tolist())
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return text(value)
    if isinstance(value, (list, tuple)):
        return [typed(item) for item in value]
    if hasattr(value, "extractParamMap"):
        return type(value).__name__
    return text(shown(value))
