"""What is logged to a run in one request."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class MetricValue:
    """One value of a metric, its time in milliseconds since the epoch."""

    key: str
    value: float
    time: int
    step: int = 0


@dataclass
class Batch:
    """Params, tags and values of metrics."""

    params: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    metrics: list[MetricValue] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.params) + len(self.tags) + len(self.metrics)

    def __str__(self) -> str:
        names = [
            *(f"the param {name}" for name in self.params),
            *(f"the tag {name}" for name in self.tags),
            *(f"the metric {one.key} of {one.value}" for one in self.metrics),
        ]
        return names[0] if len(names) == 1 else f"{names[0]} or one of {len(names) - 1} others"

    def halves(self) -> Iterator[Batch]:
        """The same in two batches; values that are no numbers, which some refuse, stay together."""
        kinds = (
            [Batch(params={name: value}) for name, value in self.params.items()],
            [Batch(tags={name: value}) for name, value in self.tags.items()],
            [Batch(metrics=[one]) for one in sorted(self.metrics, key=_is_no_number)],
        )
        things = [one for kind in kinds for one in kind]
        middle = len(things) // 2
        for half in (things[:middle], things[middle:]):
            whole = Batch()
            for one in half:
                whole.params |= one.params
                whole.tags |= one.tags
                whole.metrics += one.metrics
            yield whole


def _is_no_number(metric: MetricValue) -> bool:
    return not math.isfinite(metric.value)
