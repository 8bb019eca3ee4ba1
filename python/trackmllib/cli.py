"""The ``trackmllib`` command."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from trackmllib import __version__, replay
from trackmllib.errors import JarNotFoundError
from trackmllib.jars import jar_path


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="trackmllib")
def main() -> None:
    """Logs Spark MLlib tunings to MLflow."""


@main.command()
@click.option("--spark-home", metavar="DIR", help="The Spark; by default SPARK_HOME or PySpark.")
def jar(spark_home: str | None) -> None:
    """Print the path of the jar for the installed Spark.

    \b
    spark-submit --jars "$(trackmllib jar)" \\
        --conf spark.extraListeners=org.trackmllib.TuningListener app.jar
    """  # noqa: D301  # click reads the backspace
    try:
        click.echo(jar_path(spark_home))
    except JarNotFoundError as error:
        raise click.ClickException(str(error)) from None


@main.command("replay")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--all", "everything", is_flag=True, help="Every pending journal.")
@click.option(
    "--journal-dir",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Where --all looks, if not in the user's state directory.",
)
@click.option("--tracking-uri", metavar="URI", help="Log there, not where the driver was to.")
@click.option("--experiment", metavar="NAME", help="The experiment to log to, likewise.")
@click.option(
    "--timeout", default=600.0, show_default=True, help="The longest wait for MLflow, in seconds."
)
def replay_command(
    files: tuple[Path, ...],
    everything: bool,
    journal_dir: Path | None,
    tracking_uri: str | None,
    experiment: str | None,
    timeout: float,
) -> None:
    """Bring into MLflow what journals have and MLflow lacks.

    \b
    trackmllib replay --all
    """  # noqa: D301
    wanted = [*files, *(replay.pending(journal_dir) if everything else ())]
    if not wanted and not everything:
        raise click.UsageError("name a journal, or say --all")
    replayed = replay.replay(
        wanted, tracking_uri=tracking_uri, experiment=experiment, timeout=timeout
    )
    for came in replayed:
        tunings = f"{came.tunings} tuning{'' if came.tunings == 1 else 's'}"
        click.echo(f"{came.file}: {came.problem or f'{tunings} in MLflow'}")
    if not wanted:
        click.echo("no journal is pending")
    sys.exit(any(came.problem for came in replayed))
