"""What has come of a tuning, trial by trial: table, picture and description show it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trackmllib.consumer.trial import Trial
    from trackmllib.consumer.tuning import Tuning


@dataclass(frozen=True, slots=True)
class Row:
    """One trial; what it has no value of is ``None``."""

    trial: int
    name: str
    setting: dict[str, Any]
    metric: float | None
    std: float | None
    folds: dict[int, float]
    fit_seconds: float | None
    evaluate_seconds: float | None
    status: str

    @property
    def figure(self) -> float:
        """The metric as a number to compare and draw; NaN where there is none."""
        return math.nan if self.metric is None else self.metric


@dataclass(frozen=True)
class Results:
    """All trials of a tuning, the best first, what failed last.

    Attributes:
        metric: the metric's name, as a fold has it.
        figure: the name of the trials' figure: the metric's, or that of its mean over the folds.
        folds: of a cross-validation, the folds that any trial has a metric of.
        params: the MLflow keys of the grid's params.
        best: the winner; ``None``: the tuning has none.
    """

    fit_uuid: str
    metric: str
    figure: str
    larger_better: bool
    cross_validation: bool
    folds: list[int]
    params: list[str]
    best: Row | None
    rows: list[Row]

    @property
    def name(self) -> str:
        """The name of the artifacts, without what it ends with."""
        return f"tuning_results_{self.fit_uuid}"


def of(tuning: Tuning) -> Results:
    """The results of a tuning that is over."""
    started = tuning.started
    crossed = tuning.folds is not None
    rows = {trial.index: _row(trial) for trial in list(tuning.trials.values())}
    winner = rows[tuning.best.index] if tuning.best is not None else None
    found = dict.fromkeys(name for row in rows.values() for name in row.setting)
    return Results(
        fit_uuid=tuning.fit_uuid,
        metric=started.metric,
        figure=f"avg_{started.metric}" if crossed else started.metric,
        larger_better=started.larger_better,
        cross_validation=crossed,
        folds=sorted({fold for row in rows.values() for fold in row.folds}) if crossed else [],
        params=list(dict.fromkeys([*tuning.param_keys.values(), *found])),
        best=winner,
        rows=sorted(rows.values(), key=lambda row: _rank(row, winner, started.larger_better)),
    )


def _row(trial: Trial) -> Row:
    return Row(
        trial=trial.index,
        name=trial.name,
        setting=trial.setting,
        metric=trial.metric,
        std=trial.std,
        folds=trial.folds,
        fit_seconds=trial.fit_seconds if trial.timed else None,
        evaluate_seconds=trial.evaluate_seconds if trial.timed else None,
        status=trial.status or "RUNNING",
    )


def _rank(row: Row, best: Row | None, larger_better: bool) -> tuple[Any, ...]:
    """The best, then what has a metric by it, then metrics that are no number, then no metric."""
    figure = row.figure
    ordered = 0.0 if math.isnan(figure) else -figure if larger_better else figure
    return row is not best, row.metric is None, math.isnan(figure), ordered, row.name, row.trial
