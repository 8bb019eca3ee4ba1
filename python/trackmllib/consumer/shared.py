"""How ours goes beside what others have written on a run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from trackmllib.consumer import description, naming

TABLES = "mlflow.loggedArtifacts"
"""The tag that names the artifacts which MLflow's UI opens as tables."""


def mangled(name: str, fit_uuid: str) -> str:
    """The name of ours where others have taken ``name``."""
    return f"{naming.beginning(name, naming.KEY_LIMIT - 7)}_{fit_uuid}"


def beside(there: Mapping[str, str], ours: Mapping[str, str], fit_uuid: str) -> dict[str, str]:
    """Ours that are not there yet, a name that has another value there mangled."""
    missing = {}
    for name, value in ours.items():
        taken = there.get(name, value) != value
        key = mangled(name, fit_uuid) if taken else name
        if there.get(key) != value:
            missing[key] = value
    return missing


def tags(there: Mapping[str, str], ours: Mapping[str, str], fit_uuid: str) -> dict[str, str]:
    """The tags to write: the description and the list of tables hold theirs and ours."""
    ours = tables(there, ours)
    special = {name: ours.pop(name) for name in (TABLES, description.TAG) if name in ours}
    if description.TAG in special:
        theirs = there.get(description.TAG, "")
        special[description.TAG] = description.within(
            theirs, special[description.TAG], fit_uuid, naming.TAG_LIMIT
        )
    changed = {name: tag for name, tag in special.items() if there.get(name) != tag}
    return {**beside(there, ours, fit_uuid), **changed}


def tables(there: Mapping[str, str], ours: Mapping[str, str]) -> dict[str, str]:
    """Our tags, with our tables in the list of tables; a list that cannot be read stays theirs.

    Where there is no room for all, the tables of the tunings before are left out, the oldest first.
    """
    merged = dict(ours)
    if TABLES not in ours or TABLES not in there:
        return merged
    del merged[TABLES]
    try:
        listed = json.loads(there[TABLES])
        mine = json.loads(ours[TABLES])
        if not isinstance(listed, list):
            return merged
        listed += [one for one in mine if one not in listed]
        while naming.size(both := json.dumps(listed)) > naming.TAG_LIMIT:
            listed.remove(next(one for one in listed if _is_ours(one) and one not in mine))
    except (ValueError, TypeError, StopIteration):
        return merged
    return {**merged, TABLES: both}


def _is_ours(table: Any) -> bool:
    return isinstance(table, dict) and str(table.get("path")).startswith("tuning_results_")
