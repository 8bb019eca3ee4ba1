"""CSV that a spreadsheet may open."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for the start of a formula


def as_csv(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """A table as CSV; a text that a spreadsheet would run as a formula begins with a quote."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    for row in (columns, *rows):
        writer.writerow([_harmless(cell) for cell in row])
    return lines.getvalue()


def _harmless(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
