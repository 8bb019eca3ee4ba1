"""The table of one tuning."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trackmllib.consumer import naming

if TYPE_CHECKING:
    from mlflow.entities import Run


@dataclass(frozen=True)
class Table:
    """One tuning's trials, the best first.

    Attributes:
        run_id: the main run.
        name: the main run's name.
        status: the main run's status.
        trials: how many trials there are to be, where that is known.
        columns: ``trial``, each param, the figures, ``fit_seconds``, ``evaluate_seconds``,
            ``status``.
        figure: the column that the trials are compared by.
        rows: a cell for each column; what a trial has no value of is ``None``.
    """

    run_id: str
    experiment_id: str
    fit_uuid: str
    name: str
    status: str
    trials: int | None
    columns: list[str]
    figure: str
    rows: list[list[Any]]

    @classmethod
    def of(
        cls, main: Run, fit_uuid: str, *, columns: list[str], figure: str, rows: list[list[Any]]
    ) -> Table:
        """The table of the tuning ``fit_uuid`` that ``main`` is the main run of."""
        said = param(main, "estimatorParamMapsLength", fit_uuid)
        return cls(
            run_id=main.info.run_id,
            experiment_id=main.info.experiment_id,
            fit_uuid=fit_uuid,
            name=main.info.run_name,
            status=main.info.status,
            trials=int(said) if said and said.isdigit() else None,
            columns=columns,
            figure=figure,
            rows=rows,
        )

    @property
    def params(self) -> list[str]:
        """The columns of the grid's params."""
        return self.columns[1 : self.columns.index(self.figure)]

    def records(self) -> list[dict[str, Any]]:
        """The rows by column, each with the tuning that it is of."""
        return [
            {**dict(zip(self.columns, row, strict=True)), "fit_uuid": self.fit_uuid}
            for row in self.rows
        ]

    def column(self, name: str) -> list[Any]:
        """The cells of one column."""
        at = self.columns.index(name)
        return [row[at] for row in self.rows]

    def best(self) -> list[Any] | None:
        """The row of the best trial so far; ``None``: no trial has a metric yet."""
        if not self.rows or not is_number(self.column(self.figure)[0]):
            return None
        return self.rows[0]

    def setting(self, row: list[Any]) -> str:
        """The setting of a row in words."""
        cells = dict(zip(self.columns, row, strict=True))
        names = naming.without_details(self.params)
        words = (f"{name}={cells[name]}" for name in names if cells[name] is not None)
        return ", ".join(words) or "default params"


def is_number(cell: Any) -> bool:
    """Whether a cell is a figure that can be compared."""
    return isinstance(cell, (int, float)) and not isinstance(cell, bool) and math.isfinite(cell)


def param(main: Run, name: str, fit_uuid: str) -> str | None:
    """A param of a tuning; on a run that has another tuning's its name is mangled."""
    params: dict[str, str] = main.data.params
    return params.get(f"{name}_{fit_uuid}", params.get(name))
