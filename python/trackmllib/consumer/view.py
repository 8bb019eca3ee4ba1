"""A page of its own for each tuning in MLflow's UI: a shared view of the experiment's runs.

The UI keeps such views as tags of the experiment, each with the state of its runs page.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from trackmllib import messages
from trackmllib.consumer import naming
from trackmllib.consumer.http import is_server

if TYPE_CHECKING:
    from trackmllib.consumer.tuning import Tuning

MOST = 40
"""Views of ours that an experiment has: its tags come with every answer that has it."""

_MOST_DELETED = 10  # for one tuning
_TAG = "mlflow.sharedViewState."
_OURS = f"{_TAG}trackmllib-"
_MOST_PARAMS = 20  # a page with more charts is read by nobody


def key(fit_uuid: str, time: int) -> str:
    """The key of a tuning's view; in the order of the keys, the oldest is the first."""
    return f"trackmllib-{time:012x}-{fit_uuid}"


def surplus(tags: Iterable[str]) -> list[str]:
    """The tags with the oldest views of ours among ``tags``, which a new one is to replace."""
    ours = sorted(name for name in tags if name.startswith(_OURS))
    return ours[: len(ours) - MOST + 1][:_MOST_DELETED] if len(ours) >= MOST else []


def tag(of: str) -> str:
    """The experiment's tag that holds the view with this key."""
    return f"{_TAG}{of}"


def link(uri: str | None, experiment: str, of: str) -> str:
    """Where the view is to be seen: a server's address, or one relative to MLflow's UI."""
    shown = {"viewStateShareKey": of, "compareRunsMode": "CHART"}
    return _page(uri, experiment, shown)


def search_link(uri: str | None, experiment: str, fit_uuid: str) -> str:
    """Where a tuning's runs are to be seen, whether it has a view or not."""
    shown = {"searchFilter": f"tags.fit_uuid = '{fit_uuid}'", "compareRunsMode": "CHART"}
    return _page(uri, experiment, shown)


def _page(uri: str | None, experiment: str, shown: dict[str, str]) -> str:
    server = messages.without_password(uri).rstrip("/") + "/" if uri and is_server(uri) else ""
    query = urlencode({**shown, "workflowType": "machine_learning"}, quote_via=quote)
    return f"{server}#/experiments/{quote(experiment)}/runs?{query}"


def state(tuning: Tuning, main_run: str) -> str:
    """The view of a tuning's children, with as many params as MLflow has room for."""
    params = list(tuning.param_keys.values())[:_MOST_PARAMS]
    while True:
        text = json.dumps(_state(tuning, main_run, params), separators=(",", ":"))
        if len(text) > naming.TAG_LIMIT:
            packed = zlib.compress(text.encode(), 9)
            text = "deflate;" + base64.b64encode(packed).decode()
        if len(text) <= naming.TAG_LIMIT:
            return text
        params = params[: len(params) * 3 // 4]


def _state(tuning: Tuning, main_run: str, params: Sequence[str]) -> dict[str, Any]:
    metric = naming.key(tuning.started.metric)
    crossed = tuning.folds is not None
    figure = naming.key(f"avg_{tuning.started.metric}") if crossed else metric
    std = [naming.key(f"std_{tuning.started.metric}"), metric] if crossed else []
    columns = [
        *(f"params.`{name}`" for name in params),
        *(f"metrics.`{name}`" for name in (figure, *std, "fit_seconds")),
    ]
    name = "attributes.`Run Name`"
    return {
        "searchFilter": (
            f"tags.`mlflow.parentRunId` = '{main_run}' AND tags.fit_uuid = '{tuning.fit_uuid}'"
        ),
        "orderByKey": f"metrics.`{figure}`",
        "orderByAsc": not tuning.started.larger_better,
        "startTime": "ALL",
        "lifecycleFilter": "Active",
        "modelVersionFilter": "All Runs",
        "datasetsFilter": [],
        "selectedColumns": columns,
        "columnOrder": [name, *columns],
        "columnWidths": {name: 260},
        "runsExpanded": {},
        "runsPinned": [],
        "runsHidden": [],
        "runsVisibilityMap": {},
        "runsHiddenMode": "SHOW_ALL",
        "viewMaximized": False,
        "runListHidden": False,
        "isAccordionReordered": True,
        "groupBy": None,
        "groupsExpanded": {},
        "autoRefreshEnabled": True,
        "useGroupedValuesInCharts": True,
        "hideEmptyCharts": True,
        "compareRunCharts": _charts(params, figure, metric if crossed else None),
        "compareRunSections": [
            _section("tuning", "Tuning", ours=True),
            _section("model", "Model metrics", ours=False),
            _section("system", "System metrics", ours=False),
        ],
        "globalLineChartConfig": {
            "xAxisKey": "step",
            "lineSmoothness": 0,
            "selectedXAxisMetricKey": "",
        },
    }


def _charts(params: Sequence[str], figure: str, folds: str | None) -> list[dict[str, Any]]:
    measured = {"key": figure, "type": "METRIC"}
    axes = [{"key": name, "type": "PARAM"} for name in params]
    charts = []
    if params:
        charts.append(
            _chart(
                "PARALLEL",
                selectedParams=list(params),
                selectedMetrics=[figure],
                showAllRuns=True,
            )
        )
    charts += [_chart("SCATTER", axis["key"], xaxis=axis, yaxis=measured) for axis in axes]
    if len(axes) > 1:
        charts.append(_chart("CONTOUR", xaxis=axes[0], yaxis=axes[1], zaxis=measured))
    charts.append(_chart("BAR", metricKey=figure))
    if folds is not None:
        charts.append(_chart("LINE", metricKey=folds, selectedMetricKeys=[folds]))
    return charts


def _chart(kind: str, of: str = "", **what: Any) -> dict[str, Any]:
    return {
        "uuid": f"tuning-{kind}-{of}",
        "type": kind,
        "metricSectionId": "tuning",
        "deleted": False,
        "isGenerated": False,
        "runsCountToCompare": 100,
        **what,
    }


def _section(uuid: str, name: str, *, ours: bool) -> dict[str, Any]:
    return {
        "uuid": uuid,
        "name": name,
        "display": ours,
        "isReordered": ours,
        "deleted": False,
        "isGenerated": not ours,
    }
