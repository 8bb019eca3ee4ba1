"""The results table: as JSON that MLflow's UI opens as a table, and as CSV."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from trackmllib import spreadsheet
from trackmllib.consumer import naming
from trackmllib.consumer.results import Results, Row


def columns(results: Results) -> list[str]:
    """The names of the columns; the params stand under their MLflow keys."""
    others = ["trial", *_figures(results)]
    params = [f"param.{name}" if name in others else name for name in results.params]
    return [others[0], *params, *others[1:]]


def rows(results: Results) -> list[list[Any]]:
    """The cells of each row."""
    return [list(_cells(results, row)) for row in results.rows]


def as_json(results: Results) -> bytes:
    """The table in pandas' split form; what JSON has no number for is null."""
    data = [[_finite(cell) for cell in row] for row in rows(results)]
    return json.dumps({"columns": columns(results), "data": data}, allow_nan=False).encode()


def as_csv(results: Results) -> bytes:
    """The table as CSV."""
    return spreadsheet.as_csv(columns(results), rows(results)).encode()


def _figures(results: Results) -> list[str]:
    names = [results.metric]
    if results.cross_validation:
        names = [f"avg_{results.metric}", f"std_{results.metric}"]
    figures = [naming.key(name) for name in names]
    folds = [f"{naming.key(results.metric)}_fold_{fold}" for fold in results.folds]
    return [*figures, *folds, "fit_seconds", "evaluate_seconds", "status"]


def _cells(results: Results, row: Row) -> Iterator[Any]:
    yield row.trial
    for name in results.params:
        yield _value(name, row.setting.get(name))
    yield row.metric
    if results.cross_validation:
        yield row.std
    yield from (row.folds.get(fold) for fold in results.folds)
    yield from (row.fit_seconds, row.evaluate_seconds, row.status)


def _value(name: str, value: Any) -> Any:
    """Numbers and truth values as they are, all else as MLflow's params have it."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return naming.within(naming.PARAM_LIMIT, f"the param {name}", naming.text(value))


def _finite(cell: Any) -> Any:
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell
