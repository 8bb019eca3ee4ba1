"""The values of one param, or of the metric, along an axis of the picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any

from trackmllib.consumer import naming

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FONT = "DejaVu Sans"
"""The font of the picture, which matplotlib brings."""

_DECADES = 50.0  # what spans more is easier to read on a logarithmic scale
_NARROW = 0.06  # of the axis: values that are nearer have no tick each
_LONGEST = 18
_WHOLE = 1e10  # whole numbers below it are written with all their digits


class Scale:
    """Where values stand.

    Attributes:
        title: what the axis is called.
        numeric: whether all values are numbers; others stand side by side.
        at: the place of each value.
        places: the places that are taken, in order.
        kind: matplotlib's name of the scale: ``linear``, ``log``, or ``symlog`` where 0 is a value.
        floor: nothing is drawn below it.
    """

    def __init__(self, name: str, values: Sequence[Any], *, param: bool = False) -> None:
        self.title = drawable(name, 40)
        self.param = param
        self.numeric = all(
            isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
            for value in values
        )
        self._texts: dict[float, str] = {}
        if self.numeric:
            self.at = [float(value) for value in values]
        else:
            texts = [naming.text(value) for value in values]
            order = {text: float(index) for index, text in enumerate(sorted(set(texts)))}
            self._texts = {place: drawable(text, _LONGEST) for text, place in order.items()}
            self.at = [order[text] for text in texts]
        self.places = sorted(set(self.at))
        self.kind, self._least = self._spread()
        self.floor = self.places[0] / 2 if self.kind == "log" else -math.inf
        self._digits = self._needed()

    def label(self, place: float) -> str:
        """What stands at a tick."""
        whole = place.is_integer() and abs(place) < _WHOLE
        return self._texts.get(place) or (f"{place:.0f}" if whole else f"{place:.{self._digits}g}")

    def shown(self, value: float) -> str:
        """A value with as many digits as tell it from the others."""
        return f"{value:.{self._digits}g}"

    def put_on(self, axes: Axes, side: str, *, most: int, scaled: bool = True) -> None:
        """Gives an axis its scale and at most about ``most`` ticks."""
        axis = axes.xaxis if side == "x" else axes.yaxis
        if scaled and self.kind != "linear":
            more = {"linthresh": self._least, "linscale": 0.5} if self.kind == "symlog" else {}
            (axes.set_xscale if side == "x" else axes.set_yscale)(self.kind, **more)
        low, high = axis.get_view_interval()
        ticks = [tick for tick in self._ticks(low, high, most) if low <= tick <= high]
        axis.set_ticks([], minor=True)
        axis.set_ticks(ticks, labels=[self.label(tick) for tick in ticks])
        if not self.numeric:
            axes.set_xlim(self.places[0] - 0.5, self.places[-1] + 0.5)

    def _ticks(self, low: float, high: float, most: int) -> Sequence[float]:
        if not self.numeric:
            return self.places[:: math.ceil(len(self.places) / (2 * most))]
        if self.param and len(self.places) <= most and self._apart():
            return self.places
        if self.kind == "linear":
            from matplotlib.ticker import MaxNLocator

            locator = MaxNLocator(most, steps=[1, 2, 5, 10])
            return [float(tick) for tick in locator.tick_values(low, high)]
        first, last = math.floor(math.log10(self._least)), math.ceil(math.log10(self.places[-1]))
        step = math.ceil((last - first + 1) / most)
        decades = [10.0**power for power in range(first, last + 1, step)]
        return [0.0, *decades] if self.kind == "symlog" else decades

    def _apart(self) -> bool:
        """Whether each place has room for a label."""
        places = [self._along(place) for place in self.places]
        gaps = [high - low for low, high in pairwise(places)]
        return min(gaps, default=1.0) >= _NARROW * (places[-1] - places[0])

    def _along(self, place: float) -> float:
        if self.kind == "linear":
            return place
        return math.log10(place) if place > 0 else math.log10(self._least) - 1

    def _spread(self) -> tuple[str, float]:
        """The kind of scale, and the least value above 0."""
        positive = [place for place in self.places if place > 0]
        if not self.numeric or self.places[0] < 0 or not positive:
            return "linear", 0.0
        least, middle, most = positive[0], median(positive), positive[-1]
        even = abs(math.log(middle / ((least + most) / 2)))
        if most < _DECADES * least or even < abs(math.log(middle / math.sqrt(least * most))):
            return "linear", least
        if self.places[0] > 0:
            return "log", least
        return ("symlog" if self.param else "linear"), least

    def _needed(self) -> int:
        """How many digits tell the values apart, from 4 to 9."""
        largest = max(map(abs, self.places))
        spread = self.places[-1] - self.places[0]
        if self.param or self.kind != "linear" or not spread:
            return 6 if self.param else 4
        return min(9, max(4, math.ceil(math.log10(largest / spread)) + 2))


def drawable(text: str, longest: int) -> str:
    """``text`` on one line, short enough, in characters that the font has."""
    from matplotlib import font_manager

    font = font_manager.get_font(font_manager.findfont(FONT))
    plain = " ".join(text.split())
    plain = plain if len(plain) <= longest else f"{plain[: longest - 1]}…"
    return "".join(char if font.get_char_index(ord(char)) else "?" for char in plain)
