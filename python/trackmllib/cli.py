"""The ``trackmllib`` command."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from trackmllib import __version__, destination, messages, replay
from trackmllib.commands.demo import demo
from trackmllib.commands.doctor import doctor
from trackmllib.commands.show import show
from trackmllib.conf import local_path
from trackmllib.errors import JarNotFoundError
from trackmllib.jars import jar_path
from trackmllib.journal import Pending, pending
from trackmllib.ownership import belongs_to_caller
from trackmllib.source import Source
from trackmllib.tables import reading

_JOURNAL = re.compile(r"[0-9a-f]{32}\.jsonl")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="trackmllib")
def main() -> None:
    """Logs Spark MLlib tunings to MLflow.

    \b
    trackmllib doctor        # whether tunings will be logged here
    trackmllib demo          # a tuning on real data
    trackmllib show          # the newest tuning in MLflow
    """  # noqa: D301


main.add_command(demo)
main.add_command(doctor)
main.add_command(show)


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


def _here(_context: click.Context, _parameter: click.Parameter, given: object) -> object:
    """What paths and ``file:`` URIs name here; a journal may have been replayed already."""
    if isinstance(given, tuple):
        return tuple(_here(_context, _parameter, one) for one in given)
    if not isinstance(given, str):
        return given
    path = local_path(given)
    if path is None:
        raise click.BadParameter(messages.other_file_system(given))
    if not path.exists() and not _JOURNAL.fullmatch(path.name):
        raise click.BadParameter(f"{messages.printable(given)} does not exist.")
    return path


@main.command("replay")
@click.argument("files", nargs=-1, callback=_here)
@click.option("--all", "everything", is_flag=True, help="Every pending journal.")
@click.option(
    "--journal-dir",
    metavar="DIR",
    callback=_here,
    help="Where --all looks, if not in the user's state directory.",
)
@click.option("--tracking-uri", metavar="URI", help="Log there, not where the driver was to.")
@click.option("--experiment", metavar="NAME", help="The experiment to log to, likewise.")
@click.option("--yes", is_flag=True, help="Log to the stores that the files name, unasked.")
@click.option("--dry-run", is_flag=True, help="Say what the files hold, and log nothing.")
@click.option(
    "--timeout", default=600.0, show_default=True, help="The longest wait for MLflow, in seconds."
)
def replay_command(
    files: tuple[Path, ...],
    everything: bool,
    journal_dir: Path | None,
    tracking_uri: str | None,
    experiment: str | None,
    yes: bool,
    dry_run: bool,
    timeout: float,
) -> None:
    """Bring into MLflow what journals, or Spark event logs, have and MLflow lacks.

    A Spark event log may be compressed, and rolled over: name its directory then. A file that names
    a tracking store which is neither the configured one (MLFLOW_TRACKING_URI, or
    spark.trackmllib.trackingUri in spark-defaults.conf) nor a file of your own is logged there only
    after you have said yes, since your credentials for MLflow could be sent there.

    \b
    trackmllib replay --all
    trackmllib replay spark-events/eventlog_v2_local-1700000000000
    """  # noqa: D301
    if journal_dir is not None and not journal_dir.is_dir():
        raise click.UsageError(f"{messages.printable(journal_dir)} is no directory.")
    found_journals = pending(journal_dir) if everything else Pending([], [])
    missing = [file for file in files if not file.exists()]
    wanted = [*(file for file in files if file not in missing), *found_journals.files]
    if not files and not everything:
        raise click.UsageError("name a journal, or say --all")
    with replay.sources(wanted) as found:
        if not dry_run:
            to_log = [one for one in found if tracking_uri or _may_be_logged(one, yes=yes)]
            with _progress() as show:
                replay.replay(
                    to_log,
                    tracking_uri=tracking_uri,
                    experiment=experiment,
                    timeout=timeout,
                    progress=show,
                )
        for source in found:
            outcome = _outcome(source, dry_run=dry_run)
            click.echo(messages.one_line(f"{source.file}: {outcome}"))
            for started in source.tunings if dry_run else ():
                click.echo(messages.one_line(f"  {source.summary(started)}"))
    problem = any(source.problem for source in found)
    for file in missing:
        problem |= not _is_brought_in(file, tracking_uri)
    if not wanted and not files:
        click.echo("no journal is pending")
    for path in found_journals.left_alone:
        click.echo(messages.left_alone(path, own=belongs_to_caller(path)), err=True)
    sys.exit(problem)


def _is_brought_in(file: Path, tracking_uri: str | None) -> bool:
    """Says whether MLflow has the tuning of a journal that is not there."""
    stores = [tracking_uri] if tracking_uri else destination.configured()
    problem = None
    for uri in stores:
        try:
            run = reading.of_tuning(reading.opened(uri), file.stem)
        except Exception as error:
            problem = error
            continue
        if run is not None and run.info.status != "RUNNING":
            click.echo(messages.one_line(f"{file}: {messages.brought_in(run.info.run_id)}"))
            return True
    click.echo(messages.one_line(f"{file}: {messages.no_such_journal(stores, problem)}"))
    return False


def _may_be_logged(source: Source, *, yes: bool) -> bool:
    """Whether the stores that ``source`` names may be asked; why not becomes its problem."""
    for uri in () if yes else sorted(source.stores):
        if destination.is_trusted(uri):
            continue
        if sys.stdin.isatty() and click.confirm(messages.ask_for_store(source.file, uri)):
            continue
        source.problem = messages.other_store(source.file, uri, destination.configured())
        return False
    return True


def _outcome(source: Source, *, dry_run: bool) -> str:
    if source.gone:
        return messages.journal_gone()
    tunings = len(source.tunings)
    number = f"{tunings or 'no'} tuning{'' if tunings == 1 else 's'}"
    return source.problem or (f"{number} in {'it' if dry_run or not tunings else 'MLflow'}")


@contextmanager
def _progress() -> Iterator[replay.Progress]:
    """A bar on a terminal, of the runs that are written; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _left: None
        return
    with click.progressbar(length=0, label="runs", file=sys.stderr, show_pos=True) as bar:

        def show(left: int) -> None:
            bar.length = max(bar.length or 0, left)
            bar.update(bar.length - left - bar.pos)

        yield show
