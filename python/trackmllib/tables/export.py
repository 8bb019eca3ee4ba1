"""Tables as CSV and JSON, each trial with the tuning that it is of."""

from __future__ import annotations

import json
import math
from typing import Any

from trackmllib import spreadsheet
from trackmllib.tables.table import Table


def as_csv(tables: list[Table]) -> str:
    """The trials of all tables, under the columns of all."""
    records = [record for table in tables for record in table.records()]
    columns = [column for table in tables for column in table.columns]
    names = [*dict.fromkeys(columns), "fit_uuid"]
    return spreadsheet.as_csv(names, ([record.get(name) for name in names] for record in records))


def as_json(tables: list[Table]) -> str:
    """A list with an object for each trial; what is no number is null."""
    records = [
        {name: _finite(cell) for name, cell in record.items()}
        for table in tables
        for record in table.records()
    ]
    return json.dumps(records, indent=1, ensure_ascii=False, allow_nan=False)


def _finite(cell: Any) -> Any:
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell
