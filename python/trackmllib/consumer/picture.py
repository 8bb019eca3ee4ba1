"""A picture of the metric over the settings, drawn by matplotlib where that is installed.

PNG and not SVG: names and values of any kind stay pixels, wherever the picture is opened. Only
matplotlib's objects are used, with every colour, font and tick given: neither the user's backend
nor their style is touched, or shows.
"""

from __future__ import annotations

import importlib
import io
import math
import threading
from collections import defaultdict
from contextlib import suppress
from functools import cache
from statistics import fmean
from typing import TYPE_CHECKING, Any

from trackmllib import messages
from trackmllib.consumer import naming, native
from trackmllib.consumer.http import THREADS
from trackmllib.consumer.scale import FONT, Scale, drawable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trackmllib.consumer.results import Results, Row

_PAPER, _INK, _FAINT, _RULE = "#ffffff", "#24292f", "#57606a", "#e4e7eb"
_BLUE, _GOLD = "#1f6feb", "#d4af37"
_LINES = (_BLUE, "#d1570a", "#1a7f37", "#8250df", "#bf3989", "#57606a", "#9a6700", "#0a7ea4")
_COLOURS = "viridis"
_WIDTH = 7.4  # inches
_DPI = 100  # MLflow's UI shows a picture pixel by pixel, and cuts what is wider than the page
_FEW = 12  # values that can have a row or a column each
_MOST_PANELS = 12


@cache
def prepare() -> None:
    """Begins to import matplotlib, so that nobody waits for it later."""
    threading.Thread(target=_imported, name=f"{THREADS}picture", daemon=True).start()


def of(results: Results) -> bytes | None:
    """The picture as PNG; ``None``: there are no two trials to compare, or no matplotlib."""
    rows = [row for row in results.rows if math.isfinite(row.figure)]
    if len(rows) < 2 or not _imported():
        return None
    try:
        with native.at_work:
            return _png(_Picture(results, rows).figure)
    except Exception as error:
        messages.logger.debug("no picture of the tuning: %r", error)
        return None


def _imported() -> bool:
    with suppress(Exception), native.at_work:
        importlib.import_module("matplotlib.backends.backend_agg")
        return True
    return False


def _png(figure: Figure) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        text.set(usetex=False, parse_math=False, fontfamily=FONT)
    image = io.BytesIO()
    canvas: Any = FigureCanvasAgg(figure)
    canvas.print_png(image)
    return image.getvalue()


class _Picture:
    """The figure of one tuning's trials, of which there are two or more, all with a metric."""

    def __init__(self, results: Results, rows: list[Row]) -> None:
        from matplotlib.figure import Figure

        self.rows = rows
        self.larger_better = results.larger_better
        self.name = results.figure
        best = results.best or rows[0]
        self.best = rows.index(best) if best in rows else 0
        self.metric = Scale(self.name, [row.figure for row in rows])
        scales = [
            Scale(name, [row.setting.get(name) for row in rows], param=True)
            for name in naming.without_details(results.params)
        ]
        varied = [scale for scale in scales if len(scale.places) > 1]
        self.figure = Figure(facecolor=_PAPER, dpi=_DPI, layout="constrained")
        if len(varied) > 2:
            self._panels(varied)
        else:
            self.figure.set_size_inches(_WIDTH, 4.2)
            axes = self._axes(self.figure.add_subplot())
            if len(varied) == 2:
                self._two(axes, *varied)
            else:
                trial = Scale("trial", [row.trial for row in rows], param=True)
                self._line(axes, varied[0] if varied else trial)
        self._title(f"{self.name}: best {self.metric.shown(rows[self.best].figure)} at {best.name}")

    def _two(self, axes: Axes, one: Scale, other: Scale) -> None:
        few, many = sorted((one, other), key=lambda scale: len(scale.places))
        cells = len({*zip(few.at, many.at, strict=True)})
        if len(many.places) <= _FEW and 2 * cells >= len(few.places) * len(many.places):
            self._heat_map(axes, many, few)
        elif len(few.places) <= len(_LINES):
            self._lines(axes, many, few)
        else:
            self._cloud(axes, many, few)

    def _line(self, axes: Axes, x: Scale) -> None:
        """The metric over one param, with its deviation."""
        self._band(axes, x, range(len(self.rows)), _BLUE)
        self._ruled(axes, x, self.metric)
        self._star(axes, x.at[self.best], self.metric.at[self.best])

    def _lines(self, axes: Axes, x: Scale, of: Scale) -> None:
        """The metric over one param, a line for each value of the other."""
        for place, colour in zip(of.places, _LINES, strict=False):
            members = [index for index, at in enumerate(of.at) if at == place]
            self._band(axes, x, members, colour, label=of.label(place))
        self._ruled(axes, x, self.metric)
        self._star(axes, x.at[self.best], self.metric.at[self.best])
        legend = axes.legend(
            title=of.title,
            loc="upper left",
            bbox_to_anchor=(1.01, 1.0),
            frameon=False,
            fontsize=8,
            labelcolor=_INK,
        )
        legend.get_title().set(color=_INK, fontsize=8)

    def _band(
        self, axes: Axes, x: Scale, members: Any, colour: str, label: str | None = None
    ) -> None:
        """The members' mean at each place of ``x``, and their deviation around it."""
        at: dict[float, list[Row]] = defaultdict(list)
        for index in members:
            at[x.at[index]].append(self.rows[index])
        places = sorted(at)
        means = [fmean(row.figure for row in at[place]) for place in places]
        stds = [fmean(row.std or 0.0 for row in at[place]) for place in places]
        low = [max(mean - std, self.metric.floor) for mean, std in zip(means, stds, strict=True)]
        high = [mean + std for mean, std in zip(means, stds, strict=True)]
        style: dict[str, Any] = {
            "color": colour,
            "marker": "o",
            "markersize": 4.5,
            "label": label,
            "zorder": 3,
        }
        if x.numeric:
            axes.plot(places, means, linestyle="-", linewidth=1.6, **style)
            if any(stds):
                axes.fill_between(places, low, high, color=colour, alpha=0.15, linewidth=0)
        else:
            axes.plot(places, means, linestyle="none", **style)
            axes.vlines(places, low, high, colors=colour, linewidth=1.4, alpha=0.6)

    def _heat_map(self, axes: Axes, x: Scale, y: Scale) -> None:
        """The metric in a cell for each pair of values."""
        columns = {place: index for index, place in enumerate(x.places)}
        lines = {place: index for index, place in enumerate(y.places)}
        cells = [[math.nan] * len(columns) for _ in lines]
        order = sorted(range(len(self.rows)), key=lambda index: index != self.best, reverse=True)
        for index in order:  # of several in one cell the winner is seen
            cells[lines[y.at[index]]][columns[x.at[index]]] = self.rows[index].figure
        image = axes.imshow(
            cells,
            cmap=self._colours(),
            norm=self._norm(),
            origin="lower",
            aspect="auto",
            interpolation="nearest",
        )
        shade: Any = image.to_rgba
        size = 8 if len(columns) <= 8 else 6
        for line, values in enumerate(cells):
            for column, value in enumerate(values):
                if math.isfinite(value):
                    red, green, blue, _ = shade(value)
                    dark = 0.299 * red + 0.587 * green + 0.114 * blue < 0.55
                    axes.text(
                        *(column, line, self.metric.shown(value)),
                        ha="center",
                        va="center",
                        color="#ffffff" if dark else "#000000",
                        fontsize=size,
                    )
        axes.set_xticks(range(len(columns)), [x.label(place) for place in x.places])
        axes.set_yticks(range(len(lines)), [y.label(place) for place in y.places])
        self._turned(axes)
        axes.set_xlabel(x.title, color=_INK, fontsize=9)
        axes.set_ylabel(y.title, color=_INK, fontsize=9)
        axes.grid(visible=False)
        axes.set_facecolor(_RULE)  # a setting without a metric
        self._frame(axes, columns[x.at[self.best]], lines[y.at[self.best]])
        self._bar(axes, image)

    def _cloud(self, axes: Axes, x: Scale, y: Scale) -> None:
        """A dot for each pair of values, coloured by the metric."""
        dots = axes.scatter(
            x.at,
            y.at,
            c=[row.figure for row in self.rows],
            cmap=self._colours(),
            norm=self._norm(),
            s=34,
            edgecolors=_PAPER,
            linewidths=0.5,
            zorder=3,
        )
        self._ruled(axes, x, y)
        self._star(axes, x.at[self.best], y.at[self.best])
        self._bar(axes, dots)

    def _panels(self, varied: list[Scale]) -> None:
        """A panel for each param: every trial, and the mean at each value."""
        shown = sorted(varied, key=self._effect, reverse=True)[:_MOST_PANELS]
        across = 2 if len(shown) == 4 else 3
        down = math.ceil(len(shown) / across)
        self.figure.set_size_inches(_WIDTH, max(2.6, 2.0 * down) + 0.4)
        for position, x in enumerate(shown):
            axes = self._axes(self.figure.add_subplot(down, across, position + 1))
            alpha = 0.7 if len(self.rows) < 200 else 0.2
            axes.plot(
                x.at,
                self.metric.at,
                linestyle="none",
                marker="o",
                markersize=4,
                markeredgewidth=0,
                color=_BLUE,
                alpha=alpha,
            )
            if len(x.places) <= _FEW:
                means = self._means(x)
                style = "-" if x.numeric else "none"
                axes.plot(
                    list(means),
                    list(means.values()),
                    linestyle=style,
                    linewidth=1.4,
                    marker="_",
                    markersize=9,
                    markeredgewidth=1.8,
                    color=_INK,
                )
            self._ruled(axes, x, self.metric, small=True)
            if position % across:
                axes.set_ylabel("")
                axes.set_yticklabels([])
            self._star(axes, x.at[self.best], self.metric.at[self.best], size=10)
        if len(shown) < len(varied):
            rest = f"{len(shown)} of {len(varied)} params, those that the metric depends on most"
            self.figure.supxlabel(rest, fontsize=8, color=_FAINT)

    def _effect(self, x: Scale) -> float:
        """How far apart the means at the values of a param are."""
        means = self._means(x).values()
        return max(means) - min(means) if len(x.places) <= _FEW else 0.0

    def _means(self, x: Scale) -> dict[float, float]:
        at: dict[float, list[float]] = defaultdict(list)
        for place, figure in zip(x.at, self.metric.at, strict=True):
            at[place].append(figure)
        return {place: fmean(at[place]) for place in sorted(at)}

    def _axes(self, axes: Axes) -> Axes:
        axes.set_facecolor(_PAPER)
        for side, spine in axes.spines.items():
            spine.set(visible=side in {"left", "bottom"}, color=_FAINT, linewidth=0.8)
        axes.set_axisbelow(True)
        axes.tick_params(
            which="both", colors=_FAINT, labelcolor=_INK, labelsize=8, length=3, width=0.8
        )
        return axes

    def _ruled(self, axes: Axes, x: Scale, y: Scale, *, small: bool = False) -> None:
        """Scales, ticks, names and a grid, once everything is drawn."""
        axes.grid(visible=True, which="major", color=_RULE, linewidth=0.8, linestyle="-")
        x.put_on(axes, "x", most=4 if small else 9)
        y.put_on(axes, "y", most=4 if small else 6)
        self._turned(axes)
        size = 8 if small else 9
        axes.set_xlabel(x.title, color=_INK, fontsize=size)
        axes.set_ylabel(y.title, color=_INK, fontsize=size)

    def _turned(self, axes: Axes) -> None:
        """Long values do not run into each other."""
        labels = axes.get_xticklabels()
        if sum(len(label.get_text()) + 2 for label in labels) > 75:
            for label in labels:
                label.set(rotation=35, ha="right", rotation_mode="anchor")

    def _star(self, axes: Axes, x: float, y: float, size: float = 15) -> None:
        axes.plot(
            [x],
            [y],
            linestyle="none",
            marker="*",
            markersize=size,
            markerfacecolor=_GOLD,
            markeredgecolor=_INK,
            markeredgewidth=0.8,
            clip_on=False,
            zorder=5,
        )

    def _frame(self, axes: Axes, column: int, line: int) -> None:
        from matplotlib.patches import Rectangle

        corner = (column - 0.5, line - 0.5)
        for colour, width in ((_INK, 5.0), (_GOLD, 3.0)):
            axes.add_patch(
                Rectangle(
                    corner, 1, 1, fill=False, edgecolor=colour, linewidth=width, clip_on=False
                )
            )

    def _colours(self) -> str:
        """The better, the brighter."""
        return _COLOURS if self.larger_better else f"{_COLOURS}_r"

    def _norm(self) -> Any:
        from matplotlib.colors import LogNorm, Normalize

        low, high = min(self.metric.at), max(self.metric.at)
        return LogNorm(low, high) if self.metric.kind == "log" else Normalize(low, high)

    def _bar(self, axes: Axes, drawn: Any) -> None:
        bar = self.figure.colorbar(drawn, ax=axes, pad=0.02)
        bar.outline.set(visible=False)
        self._axes(bar.ax)
        self.metric.put_on(bar.ax, "y", most=6, scaled=False)
        bar.set_label(self.metric.title, color=_INK, fontsize=9)

    def _title(self, text: str) -> None:
        self.figure.suptitle(drawable(text, 80), x=0.01, ha="left", fontsize=10, color=_INK)
