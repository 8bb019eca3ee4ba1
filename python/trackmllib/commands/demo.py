"""``trackmllib demo``."""

from __future__ import annotations

import click

from trackmllib import demo as digits
from trackmllib.errors import TrackMLlibError
from trackmllib.tables import reading


@click.command()
def demo() -> None:
    """Tune a decision tree on handwritten digits, and log it to a store of its own.

    It needs pyspark, scikit-learn and all of MLflow, and a Java for Spark.

    \b
    pip install 'trackmllib[local]' pyspark scikit-learn
    trackmllib demo
    """  # noqa: D301
    click.echo("Tuning a decision tree on 1,797 handwritten digits: 21 settings, 3 folds each ...")
    try:
        store = digits.run()
        client = reading.opened(store)
        (table,) = reading.tables(client, reading.newest(client, None))
    except TrackMLlibError as error:
        raise click.ClickException(str(error)) from None
    best = table.rows[0]
    figure = best[table.columns.index(table.figure)]
    click.echo(f"\nBest: {table.setting(best)}  {table.figure} {figure:.4f}\n")
    click.echo(f"  trackmllib show --tracking-uri {store}")
    click.echo(f"  mlflow ui --backend-store-uri {store}")
