"""Values as events carry them: typed as JSON types them, whatever the user's object is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from trackmllib.events import encodable

T = TypeVar("T")

LONGEST = 100_000
"""Characters of one text in an event; what is longer is cut there, with a mark."""


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


def is_stage(value: Any) -> bool:
    """Whether a value is an estimator, a transformer or an evaluator."""
    return hasattr(value, "extractParamMap") and not isinstance(value, type)


def typed(value: Any, clean: Callable[[str], str] = text) -> Any:
    """``value`` as JSON has it, and what JSON has no type for as its ``str``.

    Args:
        value: any object of the user's; a stage is its class name.
        clean: what becomes of a text.
    """
    if hasattr(value, "toArray"):  # Spark's vectors and matrices, which have a text of their own
        return clean(shown(value))
    if hasattr(value, "tolist"):  # numpy's arrays and scalars, some of which are floats too
        return typed(value.tolist(), clean)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, (list, tuple)):
        return [typed(item, clean) for item in value]
    if is_stage(value):
        return type(value).__name__
    if isinstance(value, Mapping) and all(hasattr(param, "typeConverter") for param in value):
        return {param.name: typed(one, clean) for param, one in value.items()}
    return clean(shown(value))
