"""The grid of a tuning as events tell it: the same for the same grid, whatever the uids are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from trackmllib.events import ParamName, ParamValue
from trackmllib.hook import stages, values
from trackmllib.redaction import REDACTED, Redaction

_UID = re.compile(r"(?<!\w)\w+_[0-9a-f]{12}(?![0-9a-f])", re.ASCII)


class Grid:
    """The param maps of a tuning.

    Attributes:
        maps: the maps themselves.
        params: the params that any of them sets.
    """

    def __init__(
        self, estimator: Any, maps: Sequence[Mapping[Any, Any]], redaction: Redaction
    ) -> None:
        self.maps = maps
        self._redaction = redaction
        tried: dict[Any, list[Any]] = {}
        for one in maps:
            for param, value in one.items():
                tried.setdefault(param, []).append(value)
        listed = [value for some in tried.values() for value in some]
        self._stages = stages.within([estimator, *listed])
        self._places = _places(self._stages, tried)
        sharing = Counter((self._places[param.parent][0], param.name) for param in tried)
        self._names = {
            param: ParamName(self._parent(param, sharing), param.name) for param in tried
        }
        self.params = list(self._names.values())
        self._of_stages = {
            param: stages.told(some, self._in_stage)
            for param, some in tried.items()
            if any(stages.holds_stages(value) for value in some)
        }

    def setting(self, trial: int) -> list[ParamValue]:
        """One param map."""
        found = []
        for param, value in self.maps[trial].items():
            name = self._names[param]
            found.append(ParamValue(name.parent, name.name, self._value(param, value)))
        return found

    def text(self, value: str) -> str:
        """A text with no secret in it, and the place of a stage where its uid was."""
        return self._redaction.text(values.text(_UID.sub(self._place, value)))

    def _parent(self, param: Any, sharing: Counter[tuple[str, str]]) -> str:
        class_name, place = self._places[param.parent]
        return class_name if sharing[class_name, param.name] == 1 else f"{class_name}_{place}"

    def _value(self, param: Any, value: Any) -> Any:
        stage = self._stages.get(param.parent)
        if self._is_secret(stage, param.name):
            return REDACTED
        if param in self._of_stages:
            return self._of_stages[param](value)
        with suppress(Exception):  # Spark says so itself when it sets the value
            value = param.typeConverter(value)  # an integer for a param that is a float is a float
        return values.typed(value, self.text)

    def _in_stage(self, stage: Any, name: str, value: Any) -> Any:
        """Without the places of stages: each of those that a grid tries has another."""
        if self._is_secret(stage, name):
            return REDACTED
        return values.typed(value, lambda text: self.text(_UID.sub(self._class, text)))

    def _is_secret(self, stage: Any, name: str) -> bool:
        return self._redaction.hides(name) and not stages.is_sparks(stage, name)

    def _class(self, uid: re.Match[str]) -> str:
        return self._places[uid[0]][0] if uid[0] in self._places else uid[0]

    def _place(self, uid: re.Match[str]) -> str:
        if uid[0] not in self._places:
            return uid[0]
        class_name, place = self._places[uid[0]]
        several = (class_name, 2) in self._places.values()
        return f"{class_name}_{place}" if several else class_name


def _places(known: dict[str, Any], tried: Mapping[Any, list[Any]]) -> dict[str, tuple[str, int]]:
    """The class of each stage, by uid, and its place among those of that class.

    Params of a stage that is not there say no more of it than its uid, and come last.
    """
    classes = {uid: type(stage).__name__ for uid, stage in known.items()}
    for param in tried:
        classes.setdefault(param.parent, param.parent.rpartition("_")[0] or param.parent)
    places: Counter[str] = Counter()
    found = {}
    for uid, class_name in classes.items():
        places[class_name] += 1
        found[uid] = class_name, places[class_name]
    return found
