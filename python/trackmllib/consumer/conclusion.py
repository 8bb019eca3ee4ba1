"""What has come of a tuning, on its way into MLflow: tables, picture, description."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec, TypeVar
from urllib.parse import quote

from trackmllib import messages
from trackmllib.consumer import description, picture, results, shared, table, view
from trackmllib.consumer.store import Store, is_permanent

if TYPE_CHECKING:
    from trackmllib.consumer.main_run import MainRun
    from trackmllib.consumer.results import Results
    from trackmllib.consumer.tuning import Tuning

_ATTEMPTS = 3

P = ParamSpec("P")
T = TypeVar("T")


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
        found, error = self._made("its results", results.of, self._tuning), self._tuning.error
        if found is None or self._brought == (found, error):
            return {}
        run_id = main.create(store)
        files = self._files(found, drawn=main.outermost)
        try:
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
        path = f"{found.name}.json"
        if path in files:
            tags[shared.TABLES] = json.dumps([{"path": path, "type": "table"}])
            page = f"#/experiments/{quote(experiment)}/runs/{run_id}/artifacts/{path}"
            links.append(("results table", page))
        # the view may be gone one day, the search finds the runs as long as they are there
        links.append(("charts", view.search_link(None, experiment, self._tuning.fit_uuid)))
        drawn = f"{found.name}.png"
        address = f"get-artifact?path={drawn}&run_uuid={run_id}" if drawn in files else None
        text = self._made(
            "its description",
            description.of,
            self._tuning.started,
            found,
            error=error,
            links=links,
            picture=address,
        )
        if text is not None:
            tags[description.TAG] = text
        self._brought = found, error
        return tags

    def _files(self, found: Results, *, drawn: bool) -> dict[str, bytes]:
        contents = {
            "json": self._made("its results table", table.as_json, found),
            "csv": self._made("its results table", table.as_csv, found),
            "png": self._made("its picture", picture.of, found) if drawn else None,
        }
        return {f"{found.name}.{end}": content for end, content in contents.items() if content}

    def _made(self, what: str, make: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """What ``make`` makes; if it fails, that is what is missing, and no more."""
        try:
            return make(*args, **kwargs)
        except Exception as error:
            self._tuning.refuse(messages.refused(what, messages.own_error(error)))
            return None
