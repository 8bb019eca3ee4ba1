"""Names and values that try to be more than text, from the grid to MLflow."""

from __future__ import annotations

import json
from pathlib import Path

import mlflow
import pytest
from drivers import LANGUAGES, Program
from logged import journals, trees
from sparks import Spark

NAME = "_i_te_xt_/i__"


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_texts(language: str, newest_spark: Spark, place, tmp_path: Path) -> None:
    """Control characters, half surrogates, 10 MB, markup in names and values: text, and logged."""
    uri, state, env = place("hostile")
    program = Program(newest_spark, language)
    try:
        driver = program.start("hostile", **env)
        assert "1.0, 1.0, 1.0, 1.0, 1.0" in driver.outcomes()["hostile"]
        ours = [line for line in driver.warnings() if "run" in line or "best" in line]
        assert ours
        assert not any("\x1b" in line or "\0" in line for line in driver.warnings())
        assert "Exception" not in driver.err
    finally:
        program.close()
    (main,) = trees(uri, "hostile")
    assert [node.status for node in main.walk()] == ["FINISHED"] * 6
    children = sorted(main.children, key=lambda child: int(child.tags["trackmllib.trial"]))
    texts = [child.params[NAME] for child in children]
    assert texts[0] == "\ufffd\x01\x1b[31m\r\n\u2028"
    assert texts[1] == "a\ufffdb\ufffd"
    assert texts[2].startswith("xxx")
    assert len(texts[2]) <= 6000
    assert texts[2].endswith("characters)")
    assert texts[3] == "<script>alert(1)</script>"
    assert texts[4].startswith("**bold** | `code`")
    for node in main.walk():
        assert node.name.isprintable()
        assert len(node.name) <= 250
    description = main.tags["mlflow.note.content"]
    outside = description.split("`")[::2]
    assert not any("<" in part or "[link]" in part for part in outside), description
    client = mlflow.MlflowClient(uri)
    table = f"tuning_results_{main.tags['fit_uuid']}.json"
    path = client.download_artifacts(main.run.info.run_id, table, str(tmp_path))
    assert len(json.loads(Path(path).read_text())["data"]) == 5
    assert journals(state) == []
