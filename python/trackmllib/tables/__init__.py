"""The table of a tuning, read back from MLflow: a row a trial, the best first."""

from __future__ import annotations

from trackmllib.tables.frame import results
from trackmllib.tables.table import Table

__all__ = ["Table", "results"]
