"""What has come of a tuning, on its way into MLflow: tables, picture, description."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

from trackmllib import messages
from trackmllib.consumer import description, picture, results, shared, table, view
from trackmllib.consumer.store import Store, is_permanent

if TYPE_CHECKING:
    from trackmllib.consumer.main_run import MainRun
    from trackmllib.consumer.results import Results
    from trackmllib.consumer.tuning import Tuning

_ATTEMPTS = 3


class Conclusion:
    """What is shown of one tuning, once all its trials are over."""

    def __init__(self, tuning: Tuning) -> None:
        self._tuning = tuning
        self._attempts = _ATTEMPTS
        self._brought: tuple[Results, str | None] | None = None

    def bring(self, store: Store, main: MainRun) -> dict[str, str]:
        """Puts the files into the main run's artifacts, unless it has brought the same before.

        Returns:
            The tags that the run should have then. Where the artifact store does not take the
            files, they tell of none, and the tuning knows what is missing.

        Raises:
            Exception: it did not take them this time, and may take them another.
        """
        found, error = results.of(self._tuning), self._tuning.error
        if self._brought == (found, error):
            return {}
        run_id = main.create(store)
        try:
            files = _files(found, drawn=main.outermost)
            store.log_artifacts(main.entity or store.get_run(run_id), files)
        except Exception as refusal:
            if self._tuning.ended:  # beside the last fit there is time
                self._attempts -= 1
            hopeless = is_permanent(refusal) or isinstance(refusal, TimeoutError)
            if self._attempts > 0 and not hopeless:
                raise
            self._tuning.refuse(messages.no_artifacts(refusal))
            files = {}
        experiment = main.experiment(store)
        links = []
        tags = {}
        if files:
            path = f"{found.name}.json"
            tags[shared.TABLES] = json.dumps([{"path": path, "type": "table"}])
            page = f"#/experiments/{quote(experiment)}/runs/{run_id}/artifacts/{path}"
            links.append(("results table", page))
        if main.view is not None:
            links.append(("charts", view.link(None, experiment, main.view)))
        else:
            links.append(("runs", view.search_link(None, experiment, self._tuning.fit_uuid)))
        drawn = f"{found.name}.png"
        address = f"get-artifact?path={drawn}&run_uuid={run_id}" if drawn in files else None
        tags[description.TAG] = description.of(
            self._tuning.started, found, error=error, links=links, picture=address
        )
        self._brought = found, error
        return tags


def _files(found: Results, *, drawn: bool) -> dict[str, bytes]:
    files = {
        f"{found.name}.json": table.as_json(found).encode(),
        f"{found.name}.csv": table.as_csv(found).encode(),
    }
    image = picture.of(found) if drawn else None
    if image is not None:
        files[f"{found.name}.png"] = image
    return files
