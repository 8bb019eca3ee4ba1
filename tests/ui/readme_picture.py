"""The README's picture: the example's tuning in MLflow's UI, as ``make picture`` takes it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import mlflow
from windows import opened

from trackmllib.consumer import view
from trackmllib.demo import write_digits

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / ".build" / "ui" / "picture.png"


def tuned(server, directory: Path) -> str:
    """The address of the tuning's page."""
    example = ROOT / "examples" / "python" / "digits_tuning.py"
    subprocess.run(
        [sys.executable, str(example), str(write_digits(directory / "digits.json"))],
        check=True,
        env=os.environ
        | {
            "TRACKMLLIB_ENABLED": "1",
            "MLFLOW_TRACKING_URI": server.uri,
            "MLFLOW_EXPERIMENT_NAME": "digits",
            "SPARK_LOCAL_IP": "127.0.0.1",
        },
        cwd=directory,
    )
    client = mlflow.MlflowClient(server.uri)
    experiment = client.get_experiment_by_name("digits").experiment_id
    (main,) = client.search_runs([experiment], "params.numFolds = '3'")
    key = view.key(main.data.tags["fit_uuid"], main.info.start_time)
    return view.link(server.uri, experiment, key)


def test_picture(browser, server, tmp_path):
    """All 21 settings, the best first, and all six charts are on the page."""
    page = opened(browser, 1360, 1010, "light")
    page.goto(tuned(server, tmp_path))
    page.get_by_text("21 matching runs").wait_for()
    page.wait_for_function("document.querySelectorAll('.js-plotly-plot').length >= 5")
    page.get_by_label("Hide banner").click()
    page.get_by_label("Toggle sidebar").click()
    edge = page.locator("[handleaxis=e]").bounding_box()
    page.mouse.move(edge["x"], edge["y"] + 100)
    page.mouse.down()
    page.mouse.move(edge["x"] + 70, edge["y"] + 100, steps=5)
    page.mouse.up()
    page.mouse.move(edge["x"], 5)
    page.wait_for_timeout(3000)  # the charts are drawn anew
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURE)
    page.close()
