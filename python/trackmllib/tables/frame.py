"""``trackmllib.results()``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from trackmllib import messages
from trackmllib.errors import NoTuningError
from trackmllib.hook import models
from trackmllib.tables import reading

if TYPE_CHECKING:
    import pandas as pd


def results(run: Any, *, tracking_uri: str | None = None) -> pd.DataFrame:
    """The trials of a tuning as MLflow has them, a row each, the best first.

    The columns are ``trial`` (its index in the grid), each param by its MLflow name,
    ``avg_<metric>``, ``std_<metric>`` and ``<metric>_fold_<n>`` of a cross-validation or
    ``<metric>`` of a ``TrainValidationSplit``, ``fit_seconds``, ``evaluate_seconds``, ``status``
    and ``fit_uuid``. Of a tuning that still runs there is what its trials have come to.

    Args:
        run: the id of a main run, or of one of its child runs; or the model that a tuned
            ``fit()`` returned in this process. A run with several tunings has the rows of all, the
            newest tuning first: ``fit_uuid`` tells them apart. Of a model it is its own tuning's.
        tracking_uri: the store that a run is in, by default MLflow's own.

    Raises:
        NoTuningError: there is no such run, it has no tuning, or the model is not known here.
        StoreUnreachableError: there is no server.
        MLflowUnusableError: this interpreter's MLflow is missing or too old.
        ImportError: it has no pandas.
    """
    try:
        import pandas as pd
    except ImportError:
        raise ImportError(messages.no_pandas(sys.executable)) from None
    fit_uuid = None
    if not isinstance(run, str):
        logged = models.logged(run)
        if logged is None or logged.run_id is None:
            raise NoTuningError(messages.model_not_known(known=logged is not None))
        run, fit_uuid, tracking_uri = logged.run_id, logged.fit_uuid, logged.tracking_uri
    client = reading.opened(tracking_uri)
    found = reading.tables(client, reading.run_of(client, run))
    frames = [
        pd.DataFrame(table.rows, columns=table.columns).assign(fit_uuid=table.fit_uuid)
        for table in found
        if fit_uuid in (None, table.fit_uuid)
    ]
    return pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
