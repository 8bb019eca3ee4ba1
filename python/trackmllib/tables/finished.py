"""The table of a tuning that has just ended, for a log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackmllib.consumer import naming, results, table
from trackmllib.tables.table import Table

if TYPE_CHECKING:
    from trackmllib.consumer.tuning import Tuning

_WIDTH = 120
_MOST = 20  # a log is no place for thousands of trials


def text(tuning: Tuning) -> str:
    """Its best trials, a line each."""
    import click  # MLflow brings it

    from trackmllib.tables.text import lines

    found = results.of(tuning)
    started = tuning.started
    shown = Table(
        run_id=tuning.main.id or "",
        experiment_id=tuning.main.experiment_id or "",
        fit_uuid=tuning.fit_uuid,
        name=f"{started.tuner.class_name}({started.estimator.class_name})",
        status=tuning.main.status or "",
        trials=started.trials,
        columns=table.columns(found),
        figure=naming.key(found.figure),
        rows=table.rows(found),
    )
    return click.unstyle("\n".join(lines(shown, _WIDTH, most=_MOST)))
