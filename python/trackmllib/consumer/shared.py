"""How ours goes beside what others have written on a run."""

from __future__ import annotations

import json
from collections.abc import Mapping

from trackmllib.consumer import description, naming

TABLES = "mlflow.loggedArtifacts"
"""The tag that names the artifacts which MLflow's UI opens as tables."""


def mangled(name: str, fit_uuid: str) -> str:
    """The name of ours where others have taken ``name``."""
    return f"{name[: naming.KEY_LIMIT - 7]}_{fit_uuid}"


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
    """Our tags, with their tables in the list of tables; one that cannot be read stays theirs."""
    merged = dict(ours)
    if TABLES in ours and TABLES in there:
        try:
            theirs = json.loads(there[TABLES])
            new = [one for one in json.loads(ours[TABLES]) if one not in theirs]
        except (ValueError, TypeError):
            theirs = None
        if isinstance(theirs, list) and len(both := json.dumps(theirs + new)) <= naming.TAG_LIMIT:
            merged[TABLES] = both
        else:
            del merged[TABLES]
    return merged
