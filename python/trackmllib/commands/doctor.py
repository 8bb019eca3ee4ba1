"""``trackmllib doctor``."""

from __future__ import annotations

import sys

import click

from trackmllib import checkup


@click.command()
@click.option("--spark-home", metavar="DIR", help="The Spark; by default SPARK_HOME or PySpark.")
@click.option("--tracking-uri", metavar="URI", help="The store to look at, not the configured one.")
def doctor(spark_home: str | None, tracking_uri: str | None) -> None:
    """Check whether tunings will be logged, and say what to do where not.

    It looks at what an application that is started here would find: environment and
    spark-defaults.conf. Inside a session, call trackmllib.doctor(). The exit code is 1 where a line
    says fail.

    \b
    trackmllib doctor --tracking-uri http://localhost:5000
    """  # noqa: D301
    sys.exit(not checkup.doctor(spark_home=spark_home, tracking_uri=tracking_uri))
