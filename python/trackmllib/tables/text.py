"""A table in a terminal: the best setting, a line a trial, and a bar for its metric."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from trackmllib.tables.table import Table, is_number

_BAR = 16
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_LONGEST_CELL = 24
_COLORS = {"FAILED": "red", "KILLED": "red", "RUNNING": "cyan"}


def lines(table: Table, width: int | None, *, most: int | None = None) -> Iterator[str]:
    """The table as lines with colours.

    Args:
        table: what is shown.
        width: how many characters a line is cut to; ``None``: it is as wide as it is.
        most: how many trials are shown; ``None``: all.
    """
    over = sum(status not in ("RUNNING", "SCHEDULED") for status in table.column("status"))
    done = f"{over} of {table.trials} trials" if table.trials else f"{over} trials"
    yield _cut(f"{table.name}  {table.status}  {done}  tuning {table.fit_uuid}", width)
    best = table.best()
    if best is not None:
        said = f"Best: {table.setting(best)}  {_figures(table, best)}"
        yield click.style(_cut(said, width), bold=True, fg="green")
    if not table.rows:
        return
    yield ""
    head, *body = _columns(table, width)
    yield click.style(_cut(head, width), underline=True)
    for line, status in zip(body[:most], table.column("status")[:most], strict=True):
        yield click.style(_cut(line, width), fg=_COLORS.get(status))
    if most is not None and len(body) > most:
        yield f"… {len(body) - most} more: trackmllib show {table.run_id}"


def _figures(table: Table, row: list[Any]) -> str:
    cells = dict(zip(table.columns, row, strict=True))
    deviation = cells.get(_deviation(table))
    more = f" ± {deviation:.4g}" if is_number(deviation) else ""
    return f"{table.figure} {cells[table.figure]:.6g}{more}"


def _deviation(table: Table) -> str:
    return f"std_{table.figure.removeprefix('avg_')}"


def _columns(table: Table, width: int | None) -> list[str]:
    """Head and rows, the columns below each other."""
    columns = [_column(table, name, width) for name in ["trial", *table.params, table.figure]]
    columns.append(["", *_bars(table.column(table.figure))])
    if _deviation(table) in table.columns:
        columns.append(_column(table, _deviation(table), width))
    columns.append(["seconds", *_seconds(table)])
    columns.append(_column(table, "status", None))
    return ["  ".join(cells).rstrip() for cells in zip(*map(_aligned, columns), strict=True)]


def _column(table: Table, name: str, width: int | None) -> list[str]:
    longest = None if width is None else _LONGEST_CELL
    return [_cut(text, longest) for text in [name, *map(_text, table.column(name))]]


def _aligned(cells: list[str]) -> list[str]:
    """Cells of one width: numbers to the right, texts to the left."""
    widest = max(map(len, cells))
    to_the_right = all(cell[:1] in "-0123456789" for cell in cells[1:] if cell)
    return [cell.rjust(widest) if to_the_right else cell.ljust(widest) for cell in cells]


def _seconds(table: Table) -> Iterator[str]:
    for fit, evaluate in zip(
        table.column("fit_seconds"), table.column("evaluate_seconds"), strict=True
    ):
        known = [seconds for seconds in (fit, evaluate) if seconds is not None]
        yield f"{sum(known):.1f}" if known else ""


def _bars(figures: list[Any]) -> list[str]:
    """A bar for each figure, from the smallest, which is just seen, to the largest."""
    known = [figure for figure in figures if is_number(figure)]
    if not known:
        return ["" for _ in figures]
    least, span = min(known), max(known) - min(known)
    bars = []
    for figure in figures:
        share = (figure - least) / span if is_number(figure) and span else 1.0
        eighths = 1 + round(share * (_BAR * 8 - 1)) if is_number(figure) else 0
        full, rest = divmod(eighths, 8)
        bars.append((_EIGHTHS[8] * full + _EIGHTHS[rest].strip()).ljust(_BAR))
    return bars


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    return f"{cell:.6g}" if isinstance(cell, float) else str(cell)


def _cut(text: str, width: int | None) -> str:
    """One line that no name or value can break, or colour."""
    plain = "".join(char if char.isprintable() else " " for char in text)
    return plain if width is None or len(plain) <= width else plain[: max(0, width - 1)] + "…"
