"""The demo: one tuning, from unchanged Scala and unchanged Python programs, into one store.

It needs an interpreter with trackmllib, PySpark, MLflow and scikit-learn; ``make demo`` has it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import mlflow
import pyspark
from sklearn.datasets import load_digits

import trackmllib
from trackmllib.demo import write_digits

EXAMPLES = Path(__file__).resolve().parent
OUT = EXAMPLES.parent / ".build" / "demo"
STORE = f"sqlite:///{OUT / 'mlflow.db'}"
SPARK_HOME = Path(pyspark.__file__).parent


def main() -> None:
    """Writes the data, runs both programs, and shows what MLflow has of them."""
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    data = write_digits(OUT / "digits.json")
    env = os.environ | {
        "SPARK_HOME": str(SPARK_HOME),
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "MLFLOW_TRACKING_URI": STORE,
        "MLFLOW_EXPERIMENT_NAME": "digits",
    }
    source = EXAMPLES / "scala/src/main/scala/DigitsTuning.scala"
    app = compile_scala(source, OUT / "digits-tuning.jar")
    run(
        "Scala",
        [
            str(SPARK_HOME / "bin" / "spark-submit"),
            *("--master", "local[2]"),
            *("--jars", trackmllib.jar_path()),
            *("--conf", "spark.extraListeners=org.trackmllib.TuningListener"),
            *("--class", "DigitsTuning", str(app), str(data)),
        ],
        env,
    )
    run(
        "Python",
        [sys.executable, str(EXAMPLES / "python" / "digits_tuning.py"), str(data)],
        env | {"TRACKMLLIB_ENABLED": "1"},
    )
    show()


def compile_scala(source: Path, jar: Path) -> Path:
    """Compiles with the Scala compiler that Spark ships."""
    spark = str(SPARK_HOME / "jars" / "*")
    compiler = ["java", "-cp", spark, "scala.tools.nsc.Main", "-usejavacp", "-nowarn"]
    subprocess.run([*compiler, "-d", str(jar), str(source)], check=True)
    return jar


def run(language: str, command: list[str], env: dict[str, str]) -> None:
    """Runs a program, its log in a file."""
    log = OUT / f"{language.lower()}.log"
    print(f"{language}: tuning on {len(load_digits().target)} digits ...", flush=True)
    with log.open("w") as file:
        done = subprocess.run(
            command, check=False, env=env, stdout=subprocess.PIPE, stderr=file, text=True
        )
    if done.returncode:
        tail = "\n".join(log.read_text().splitlines()[-20:])
        sys.exit(f"{tail}\n{language} failed ({done.returncode}); its whole log is {log}")
    print(f"{language}: {done.stdout.strip()}")


def show() -> None:
    """Prints the two main runs side by side, and the command that opens them."""
    mlflow.set_tracking_uri(STORE)
    client = mlflow.MlflowClient()
    experiment = client.get_experiment_by_name("digits")
    assert experiment is not None, "nothing was logged"
    runs = client.search_runs([experiment.experiment_id], max_results=1000)
    mains = {r.data.tags["trackmllib.language"]: r for r in runs if "numFolds" in r.data.params}
    scala, python = mains["scala"], mains["python"]
    rows = [("run", scala.info.run_id, python.info.run_id)]
    rows += [("status", scala.info.status, python.info.status)]
    rows += [("child runs", *(str(len(children(runs, main))) for main in (scala, python)))]
    rows += both("param ", scala.data.params, python.data.params)
    rows += both("metric ", scala.data.metrics, python.data.metrics)
    rows += both("tag ", ours(scala.data.tags), ours(python.data.tags))
    width = max(len(row[0]) for row in rows)
    print(f"\n{'':{width}}  {'Scala':36}  Python")
    for name, left, right in rows:
        print(f"{name:{width}}  {left:36}  {right}")
    same = figures(children(runs, scala)) == figures(children(runs, python))
    print(f"\nThe child runs of the two have {'the same' if same else 'OTHER'} figures.")
    print(f"Store: {STORE}, experiment digits. Open it with:\n")
    ui = Path(sys.executable).parent / "mlflow"
    print(f"  {ui} ui --backend-store-uri {STORE}")


def children(runs: list[mlflow.entities.Run], main: mlflow.entities.Run) -> list:
    """The child runs of a main run."""
    return [r for r in runs if r.data.tags.get("mlflow.parentRunId") == main.info.run_id]


def figures(runs: list[mlflow.entities.Run]) -> list[tuple[str, float, float]]:
    """Each child run's name, mean and deviation, to nine digits."""
    return sorted(
        (
            r.info.run_name,
            round(r.data.metrics["avg_weightedPrecision"], 9),
            round(r.data.metrics["std_weightedPrecision"], 9),
        )
        for r in runs
    )


def both(kind: str, left: dict, right: dict) -> list[tuple[str, str, str]]:
    """A row for each name that either has."""
    names = sorted(left | right)
    return [(kind + name, str(left.get(name, "-")), str(right.get(name, "-"))) for name in names]


def ours(tags: dict[str, str]) -> dict[str, str]:
    """The tags that are not MLflow's own."""
    return {name: value for name, value in tags.items() if not name.startswith("mlflow.")}


if __name__ == "__main__":
    main()
