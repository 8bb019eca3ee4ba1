"""Everything that a stage or model shows and what it saves, as text that can be compared."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path

from pyarrow import parquet
from pyspark.ml.param import Params

UID = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]\w*?_[0-9a-f]{12,}(?![0-9a-z])")
IN_NAMES = re.compile(r"-[0-9a-f-]{36}-c000")
LAZY = ("_params", "_java_obj")  # what a stage fills in when it is first asked or used
TIME = re.compile(r'\\*"timestamp\\*": ?\d+')


def shown(thing):
    """All attributes and params of a stage, with those of the stages in it."""
    if isinstance(thing, Params):
        return {
            "class": type(thing).__name__,
            "explained": thing.explainParams(),
            **{
                name: shown(value)
                for name, value in sorted(vars(thing).items())
                if name not in LAZY
            },
        }
    if isinstance(thing, dict):
        return {str(key): shown(value) for key, value in thing.items()}
    if isinstance(thing, (list, tuple)):
        return [shown(one) for one in thing]
    return str(thing)


def saved(model, directory):
    """Each file, with what is in it; or what ``save`` throws."""
    try:
        model.write().save(str(directory))
    except Exception as error:
        return f"{type(error).__name__}: {error}".split("\n", maxsplit=1)[0]
    return {
        IN_NAMES.sub("", str(path.relative_to(directory))): _content(path)
        for path in sorted(Path(directory).rglob("*"))
        if path.is_file() and path.suffix != ".crc"
    }


def predicted(model, data):
    """The predictions."""
    return [str(row) for row in model.transform(data).collect()]


def comparable(facts, known):
    """``facts`` in which uids that ``known`` has not, such as a new model's, are numbered."""
    kept = set(UID.findall(json.dumps(known, default=str)))
    numbers = itertools.count()
    fresh = {}

    def number(found):
        uid = found.group()
        if uid in kept:
            return uid
        if uid not in fresh:
            fresh[uid] = f"{uid.rsplit('_', 1)[0]} #{next(numbers)}"
        return fresh[uid]

    return UID.sub(number, TIME.sub("", json.dumps(facts, indent=1))).splitlines()


def _content(path):
    if path.suffix == ".parquet":
        rows = [str(row) for row in parquet.ParquetFile(path).read().to_pylist()]
        if "treesMetadata" not in str(path):
            return rows
        return [sorted(re.split("[,{}]", row)) for row in rows]  # JSON, its keys in any order
    text = path.read_text()
    if path.parent.name != "metadata" or not text:
        return text
    return [json.dumps(json.loads(line), sort_keys=True) for line in text.splitlines()]
