"""``trackmllib show``."""

from __future__ import annotations

import shutil
import sys

import click

from trackmllib.errors import TrackMLlibError
from trackmllib.tables import export, reading, text


@click.command()
@click.argument("run_id", required=False)
@click.option("--experiment", metavar="NAME", help="Look for the newest tuning in this one only.")
@click.option("--tracking-uri", metavar="URI", help="The store, if not MLflow's own.")
@click.option("--csv", "form", flag_value="csv", help="Print all figures as CSV.")
@click.option("--json", "form", flag_value="json", help="Print all figures as JSON.")
def show(
    run_id: str | None, experiment: str | None, tracking_uri: str | None, form: str | None
) -> None:
    """Show a tuning as MLflow has it: the best setting, and a line a trial.

    RUN_ID is a main run or a child run; without it, the newest tuning is shown. A run with several
    tunings has the newest first.

    \b
    trackmllib show --experiment digits
    trackmllib show --json | jq '.[0]'
    """  # noqa: D301
    try:
        client = reading.opened(tracking_uri)
        run = reading.run_of(client, run_id) if run_id else reading.newest(client, experiment)
        tables = reading.tables(client, run)
    except TrackMLlibError as error:
        raise click.ClickException(str(error)) from None
    if form == "csv":
        click.echo(export.as_csv(tables), nl=False)
    elif form == "json":
        click.echo(export.as_json(tables))
    else:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        click.echo(f"run {run.info.run_id}")
        for table in tables:
            click.echo("\n".join(text.lines(table, width)))
            click.echo()
