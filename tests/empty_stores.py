"""Empty sqlite stores: MLflow takes seconds to make one, so each is a copy of one that is kept."""

from __future__ import annotations

import shutil
from pathlib import Path

from workplace import BUILD, kept


def empty_store(file: Path) -> str:
    """Makes an empty store; its URI."""
    import mlflow

    def make(first: Path) -> None:
        mlflow.MlflowClient(f"sqlite:///{first}").search_experiments()

    shutil.copy(kept(BUILD / "stores" / f"{mlflow.__version__}.db", make), file)
    return f"sqlite:///{file}"
