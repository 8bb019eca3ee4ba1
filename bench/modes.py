"""The ways of tracking that are compared, each switched on for one fit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import mlflow.pyspark.ml

import trackmllib


@contextmanager
def untracked() -> Iterator[None]:
    """Spark alone."""
    trackmllib.disable()
    yield


@contextmanager
def peer() -> Iterator[None]:
    """``mlflow.pyspark.ml.autolog`` with everything turned off that it can turn off."""
    trackmllib.disable()
    mlflow.pyspark.ml.autolog(
        log_models=False,
        log_datasets=False,
        log_input_examples=False,
        log_model_signatures=False,
        log_post_training_metrics=False,
        silent=True,
    )
    try:
        yield
    finally:
        mlflow.pyspark.ml.autolog(disable=True, silent=True)


@contextmanager
def ours() -> Iterator[None]:
    """Trackmllib as it comes."""
    trackmllib.enable()
    try:
        yield
    finally:
        trackmllib.disable()


MODES = (untracked, peer, ours)
