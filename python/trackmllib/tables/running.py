"""The table of a tuning from its child runs: of one that still runs, or has no table yet."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from trackmllib.consumer import naming
from trackmllib.tables.table import Table, is_number, param

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

_NOT_TUNED = ("mlModelClass", "mlEstimatorUid")
_SMALLER_IS_BETTER = ("rmse", "mse", "mae", "logLoss", "hammingLoss", "falsePositiveRateByLabel")
_TRUTH = {"True": True, "False": False}


def table(client: MlflowClient, main: Run, fit_uuid: str, trials: list[Run]) -> Table:
    """The table as far as the trials have come: a mean is that of the folds so far."""
    metric = naming.key(param(main, "metricName", fit_uuid) or "metric")
    crossed = param(main, "mlModelClass", fit_uuid) == "CrossValidator"
    folds = {run.info.run_id: _folds(client, run, metric) if crossed else {} for run in trials}
    names = sorted({fold for found in folds.values() for fold in found})
    tuned = {name for run in trials for name in run.data.params if name not in _NOT_TUNED}
    names_first = sorted(tuned)  # a stage's own params after it
    params = sorted(names_first, key=lambda name: name.partition(".")[0], reverse=True)
    figure = f"avg_{metric}" if crossed else metric
    figures = [figure, f"std_{metric}"] if crossed else [figure]
    figures += [f"{metric}_fold_{fold}" for fold in names]
    rows = []
    for run in trials:
        found = run.data.metrics
        mine = folds[run.info.run_id]
        figured = [found.get(name) for name in figures[:2]] if crossed else [found.get(figure)]
        if crossed and figured[0] is None and mine:
            figured[0] = sum(mine.values()) / len(mine)
        rows.append(
            [
                int(run.data.tags["trackmllib.trial"]),
                *(_value(run.data.params.get(name)) for name in params),
                *figured,
                *(mine.get(fold) for fold in names),
                found.get("fit_seconds"),
                found.get("evaluate_seconds"),
                run.info.status,
            ]
        )
    at = 1 + len(params)
    best = [run.data.metrics.get(figure) for run in trials if "trackmllib.best" in run.data.tags]
    larger = _larger_is_better(metric, [row[at] for row in rows], best)
    return Table.of(
        main,
        fit_uuid,
        columns=["trial", *params, *figures, "fit_seconds", "evaluate_seconds", "status"],
        figure=figure,
        rows=sorted(rows, key=lambda row: _rank(row[at], row[0], larger=larger)),
    )


def _folds(client: MlflowClient, run: Run, metric: str) -> dict[int, float]:
    if metric not in run.data.metrics:
        return {}
    history = client.get_metric_history(run.info.run_id, metric)
    return {one.step: one.value for one in history}


def _value(text: str | None) -> Any:
    """A param as the number or truth value that it was."""
    if text is None or text in _TRUTH:
        return _TRUTH.get(text or "")
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if is_number(value) else text


def _larger_is_better(metric: str, figures: list[Any], best: list[Any]) -> bool:
    """As the winner shows, or, where there is none yet, as Spark's metrics are."""
    known = [figure for figure in figures if is_number(figure)]
    if best and is_number(best[0]) and min(known) != max(known):
        return bool(best[0] == max(known))
    return metric not in _SMALLER_IS_BETTER


def _rank(figure: Any, trial: int, *, larger: bool) -> tuple[Any, ...]:
    if figure is None or math.isnan(figure):
        return True, figure is None, 0.0, trial
    return False, False, -figure if larger else figure, trial
