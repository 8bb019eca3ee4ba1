"""Tunings told in events, with no Spark: what a driver would have sent."""

from __future__ import annotations

import time
import uuid
from dataclasses import fields

from trackmllib.consumer import Consumer
from trackmllib.events import (
    Destination,
    ParamName,
    ParamValue,
    Parent,
    Resources,
    Stage,
    TrialFailed,
    TrialFinished,
    TrialMeasured,
    TrialStarted,
    TuningFailed,
    TuningFinished,
    TuningStarted,
    to_line,
)

BEGAN = 1_760_000_000_000
LONG = 20.0


class Story:
    """The events of one tuning so far, a second apart; ``tell`` hands each of them on."""

    def __init__(self, destination, *, folds=2, trials=2, parent=None, tell=None, **changes):
        self.id = uuid.uuid4().hex
        self.events = []
        self._tell = tell
        facts = {
            "language": "scala",
            "trackmllib": "0.1.0",
            "application_id": "local-1",
            "application_name": "digits",
            "user": "ann",
            "tuner": Stage("CrossValidator" if folds else "TrainValidationSplit", "cv_1"),
            "estimator": Stage("Pipeline", "pipe_1"),
            "evaluator": Stage("MulticlassClassificationEvaluator", "eval_1"),
            "metric": "f1",
            "larger_better": True,
            "params": {"numFolds": folds, "seed": 7} if folds else {"trainRatio": 0.75, "seed": 7},
            "grid": [ParamName("dt_1", "maxDepth")],
            "trials": trials,
            "parent": parent,
            "destination": destination,
        }
        self._say(TuningStarted, **{**facts, **changes})

    def _say(self, kind, **facts):
        event = kind(tuning=self.id, time=BEGAN + 1000 * len(self.events), **facts)
        self.events.append(event)
        if self._tell:
            self._tell(event)
        return self

    def begin(self, trial, fold=0, setting=None, *, measured=False):
        """A fold of a trial begins."""
        values = {("dt_1", "maxDepth"): trial} if setting is None else setting
        listed = [ParamValue(parent, name, value) for (parent, name), value in values.items()]
        return self._say(TrialStarted, trial=trial, fold=fold, measured=measured, setting=listed)

    def end(self, trial, fold=0, metric=0.5, std=None, seconds=(0.25, 0.125)):
        """A fold of a trial has its metric."""
        fit, evaluate = seconds or (None, None)
        return self._say(
            TrialFinished,
            trial=trial,
            fold=fold,
            metric=metric,
            std=std,
            fit_seconds=fit,
            evaluate_seconds=evaluate,
        )

    def fail(self, trial, fold=0, error="ValueError: too deep"):
        """A fold of a trial throws."""
        return self._say(TrialFailed, trial=trial, fold=fold, error=error)

    def measure(self, trial, fold=0, **used):
        """It is known what a fold of a trial has used."""
        resources = Resources(**{**{one.name: 0 for one in fields(Resources)}, **used})
        return self._say(TrialMeasured, trial=trial, fold=fold, resources=resources)

    def run(self, trial, *metrics):
        """All folds of a trial, one after the other."""
        for fold, metric in enumerate(metrics):
            self.begin(trial, fold).end(trial, fold, metric)
        return self

    def finish(self, best=0):
        """``fit()`` returns."""
        return self._say(TuningFinished, best_trial=best)

    def abort(self, error="ValueError: too deep", *, interrupted=False):
        """``fit()`` throws."""
        return self._say(TuningFailed, error=error, interrupted=interrupted)

    def inside(self, trial):
        """Where a tuning that begins in a trial of this one is."""
        return Parent(self.id, trial)

    def write(self, file):
        """Makes ``file`` the journal of this story."""
        file.write_text("".join(f"{to_line(event)}\n" for event in self.events))
        return file


def to(experiment, **more):
    """The destination of a tuning that is logged to ``experiment``."""
    return Destination(experiment_id=experiment.id, **more)


def consumed(*stories, resumed=False):
    """Has the events of stories consumed; what :meth:`Consumer.wait` said of each of them."""
    consumer = Consumer(lambda tuning: None, resumed=resumed)
    for story in stories:
        for event in story.events:
            consumer.accept(event)
    return [consumer.wait(story.id, LONG) for story in stories]


def until(condition, seconds=LONG):
    """Waits for a condition, and gives what it gave."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise TimeoutError
