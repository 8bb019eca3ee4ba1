"""The stages of a tuning: which there are, and what tells those apart that a grid tries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from trackmllib.hook.values import is_stage

_MOST = 2000  # stages of a tuning that are known
_MOST_IN_VALUE = 200  # stages in a value of the grid whose params are told
_DEEPEST = 10  # how deep in the value they may be

Path: TypeAlias = tuple[str, ...]


def within(roots: Iterable[Any]) -> dict[str, Any]:
    """The stages among ``roots`` and in their params, by uid; a stage comes before those in it."""
    found: dict[str, Any] = {}
    waiting = [*roots][::-1]
    while waiting and len(found) < _MOST:
        value = waiting.pop()
        if isinstance(value, (list, tuple)):
            waiting.extend(one for one in reversed(value) if is_stage(one))
        elif is_stage(value) and getattr(value, "uid", "") not in found:
            found[getattr(value, "uid", "")] = value
            waiting.extend(one for _, one, _ in reversed(_params(value)))
    return found


def is_sparks(stage: Any, name: str) -> bool:
    """Whether a param of a stage is one that Spark's own classes have."""
    return any(
        name in vars(kind) and kind.__module__.startswith("pyspark.ml.")
        for kind in type(stage).__mro__
    )


def holds_stages(value: Any) -> bool:
    """Whether a value is a stage, or a list with one in it."""
    if isinstance(value, (list, tuple)):
        return any(map(holds_stages, value))
    return isinstance(value, _Stage) or is_stage(value)


def told(values: Iterable[Any], leaf: Callable[[Any, str, Any], Any]) -> Callable[[Any], Any]:
    """What events say of each of the values of one param, of which some are stages or hold some.

    Args:
        values: all that the grid has.
        leaf: what events say of the value of a stage's param, which is no stage.
    """
    trees = {id(value): _tree(value, leaf, iter(range(_MOST_IN_VALUE)), 0) for value in values}
    seen: dict[Path, Any] = {}
    apart: set[Path] = set()
    for tree in trees.values():
        for path, fact in _facts(tree, ()):
            if seen.setdefault(path, fact) != fact:
                apart.update(path[:length] for length in range(len(path) + 1))
    return lambda value: _told(trees[id(value)], (), apart)


@dataclass(frozen=True)
class _Stage:
    """A stage with its params; ``chosen`` are the names of those that somebody has set."""

    class_name: str
    params: dict[str, Any]
    chosen: frozenset[str]


def _tree(value: Any, leaf: Callable[[Any, str, Any], Any], left: Iterator[int], depth: int) -> Any:
    def of(stage: Any, name: str, one: Any) -> Any:
        return _tree(one, leaf, left, depth + 1) if holds_stages(one) else leaf(stage, name, one)

    if isinstance(value, (list, tuple)):
        return [_tree(one, leaf, left, depth) for one in value]
    if not is_stage(value):
        return leaf(None, "", value)
    params = _params(value) if depth < _DEEPEST and next(left, None) is not None else []
    return _Stage(
        type(value).__name__,
        {name: of(value, name, one) for name, one, _ in params},
        frozenset(name for name, _, chosen in params if chosen),
    )


def _facts(tree: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """All that there is to compare; what stages of other classes have is on other paths."""
    if isinstance(tree, _Stage):
        yield path, tree.class_name
        for name, value in tree.params.items():
            yield from _facts(value, (*path, tree.class_name, name))
    elif holds_stages(tree):
        parts = _numbered(tree)
        yield path, [number for number, _ in parts]
        for number, part in parts:
            yield from _facts(part, (*path, number))
    else:
        yield path, repr(tree)


def _told(tree: Any, path: Path, apart: set[Path]) -> Any:
    if isinstance(tree, _Stage):
        here = (*path, tree.class_name)
        telling = [name for name in tree.params if (*here, name) in apart]
        return {
            "className": tree.class_name,
            "apart": telling,
            "params": {
                name: _told(value, (*here, name), apart)
                for name, value in tree.params.items()
                if name in tree.chosen or name in telling
            },
        }
    if holds_stages(tree):
        return [_told(part, (*path, number), apart) for number, part in _numbered(tree)]
    return tree


def _numbered(trees: list[Any]) -> list[tuple[str, Any]]:
    """Each with its class and its place among those of that class."""
    places: Counter[str] = Counter()
    found = []
    for tree in trees:
        name = tree.class_name if isinstance(tree, _Stage) else ""
        places[name] += 1
        found.append((f"{name}_{places[name]}", tree))
    return found


def _params(stage: Any) -> list[tuple[str, Any, bool]]:
    """The name and value of each param that has one, by name, and whether somebody has set it."""
    try:
        values = stage.extractParamMap().items()
        listed = [(param.name, value, stage.isSet(param)) for param, value in values]
    except Exception:  # a stage that is not as Spark wants it has its class all the same
        return []
    return sorted(listed, key=lambda one: one[0])
