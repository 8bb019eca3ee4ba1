"""One tuning: its main run, its trials, and what each event means for them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from trackmllib.consumer import naming
from trackmllib.consumer.main_run import MainRun
from trackmllib.consumer.run import Run
from trackmllib.consumer.trial import Trial
from trackmllib.events import (
    Event,
    TrialFailed,
    TrialFinished,
    TrialMeasured,
    TrialStarted,
    TuningFailed,
    TuningFinished,
    TuningStarted,
)

if TYPE_CHECKING:
    import mlflow.entities

WHOLE_ID = "trackmllib.tuning"
"""The tag with the whole id of a tuning, of which ``fit_uuid`` is only the beginning."""

_LONGEST_REASON = 1000
_GOLD = "#d4af37"  # the winner's colour in MLflow's charts


class Tuning:
    """What a tuning's runs should hold, as its events have told so far.

    Attributes:
        fit_uuid: the six hex digits that mark the runs of one ``fit()``.
        folds: the number of folds of a cross-validation; ``None``: there is one split only.
        resumed: whether runs of it may be in MLflow already.
        best: the winner, once all trials are over and there is one.
        error: why ``fit()`` threw; ``None``: it did not.
        ended: whether ``fit()`` is over.
        settled: whether MLflow has everything, also of the tunings nested in this one.
        reported: whether that was said.
        parent_run: the run that this tuning is nested in.
        trouble: why the last attempt to write failed; ``None``: it did not.
        refused: why something of it, or of a tuning nested in it, was given up; ``None``: nothing.
    """

    def __init__(
        self, started: TuningStarted, parent_run: Trial | MainRun | None, *, resumed: bool
    ) -> None:
        self.started = started
        self.fit_uuid = naming.fit_uuid(started.tuning)
        self.param_keys = naming.param_keys(started.grid)
        self.folds: int | None = started.params.get("numFolds")
        self.parent_run = parent_run
        self.resumed = resumed
        self.ended = False
        self.settled = False
        self.reported = False
        self.trouble: str | None = None
        self.refused: str | None = None
        self.trials: dict[int, Trial] = {}
        self.best: Trial | None = None
        self.error: str | None = None
        self.main = MainRun(self)
        self._unwritten: set[Run] = {self.main}

    def common_tags(self) -> dict[str, str]:
        """The tags that main and child runs share."""
        return {"fit_uuid": self.fit_uuid, "runSource": "mllibAutoTracking"}

    def identity(self) -> dict[str, str]:
        """The tags that a run of this tuning is found by."""
        return {"fit_uuid": self.fit_uuid, WHOLE_ID: self.started.tuning}

    def marked(self, run: mlflow.entities.Run) -> bool:
        """Whether a run is certainly of this tuning."""
        return bool(run.data.tags.get(WHOLE_ID) == self.started.tuning)

    def owns(self, run: mlflow.entities.Run) -> bool:
        """Whether a run with its ``fit_uuid`` is; older runs have no more than that."""
        return self.marked(run) or WHOLE_ID not in run.data.tags

    def origin_tags(self) -> dict[str, str]:
        """MLflow's own tags of the runs that are made here."""
        tags = {
            "mlflow.source.type": "JOB",
            "mlflow.source.name": self.started.application_name,
            "mlflow.user": self.started.user,
        }
        return {
            name: naming.within(naming.TAG_LIMIT, f"the tag {name}", value)
            for name, value in tags.items()
            if value
        }

    def apply(self, event: Event) -> Iterable[Run]:
        """Takes in an event; the runs that now have something for MLflow."""
        # a trial that outlived its tuning changes what has come of that
        late = self.ended and not isinstance(event, TrialMeasured)
        match event:
            case TrialStarted():
                touched: Sequence[Run] = self._begin(event)
            case TrialFinished():
                touched = self._change(event, lambda trial: trial.on_finished(event))
            case TrialFailed():
                touched = self._change(event, lambda trial: trial.on_failed(event))
            case TrialMeasured():
                touched = self._change(event, lambda trial: trial.on_measured(event))
            case TuningFinished():
                touched = [*self._best(event), *self._end("FINISHED", event.time)]
            case TuningFailed():
                self.best, self.error = None, event.error
                self.main.set_tags([("trackmllib.error", event.error)])
                self.main.conclude()
                touched = self._end("KILLED" if event.interrupted else "FAILED", event.time)
            case TuningStarted():
                touched = [self.main]
        if late and touched:
            self.main.conclude()
            touched = [*touched, self.main]
        self._unwritten.update(touched)
        self.settled = self.reported = False
        return touched

    def abandon(self) -> None:
        """No more events come of trials that still run."""
        for trial in self.trials.values():
            trial.running = 0
        self.settled = False

    def wrote(self, run: Run) -> None:
        """A writer has written ``run``."""
        self.trouble = None
        if run.written:
            self._unwritten.discard(run)

    def gave_up(self, run: Run, reason: str) -> bool:
        """MLflow does not want what ``run`` should hold; whether it may still want its end."""
        self.refuse(reason)
        if run.id is not None and run.forget():
            return True
        self._unwritten.discard(run)
        return False

    def refuse(self, reason: str) -> None:
        """Something of this tuning will not be in MLflow."""
        for tuning in (self, *self.around()):
            known = tuning.refused or ""
            if reason not in known and len(known) < _LONGEST_REASON:
                tuning.refused = f"{known}; {reason}" if known else reason

    @property
    def left(self) -> int:
        """How many of its runs MLflow does not have wholly."""
        return len(self._unwritten)

    def only_main_is_left(self) -> bool:
        """Whether MLflow has all trials."""
        return self._unwritten <= {self.main}

    @property
    def complete(self) -> bool:
        """Whether ``fit()`` is over and MLflow has everything that it wants."""
        return self.ended and not self._unwritten

    @property
    def running(self) -> bool:
        """Whether events may still come: after a failure, trials go on in their threads."""
        return not self.ended or any(trial.running for trial in self.trials.values())

    def around(self) -> Iterator[Tuning]:
        """The tunings that this one is nested in, to any depth, the nearest first."""
        above = self.parent_run
        while above is not None:
            yield above.tuning
            above = above.tuning.parent_run

    def _begin(self, event: TrialStarted) -> list[Run]:
        trial = self.trials.get(event.trial)
        if trial is None:
            trial = self.trials[event.trial] = Trial(self, event)
        trial.on_started(event)
        if self.ended:
            trial.interrupt(event.time)
        return [trial]

    def _change(
        self, event: TrialFinished | TrialFailed | TrialMeasured, change: Callable[[Trial], None]
    ) -> list[Run]:
        trial = self.trials.get(event.trial)
        if trial is None:  # its start was lost, in an event log for example
            return []
        tried = trial.metric is not None
        change(trial)
        if trial.metric is None or tried:
            return [trial]
        self.main.tried(trial.index, trial.metric, event.time)
        if self.main.tried_all and self.main.outermost and not self.ended:
            self._foresee()
        return [trial, self.main]

    def _foresee(self) -> None:
        """All trials have their metric: the results can be shown beside the last fit."""
        trials = [trial for _, trial in sorted(self.trials.items())]
        metrics = [math.nan if trial.metric is None else trial.metric for trial in trials]
        if not any(map(math.isnan, metrics)):  # else Spark's choice is a language's own
            choose = max if self.started.larger_better else min
            self.best = trials[metrics.index(choose(metrics))]
            self.main.conclude()

    def _best(self, event: TuningFinished) -> list[Run]:
        best = self.trials.get(event.best_trial) if event.best_trial is not None else None
        self.best = best
        self.main.conclude()
        if best is None:
            return []
        best.set_tags([("trackmllib.best", "true"), ("mlflow.runColor", _GOLD)])
        self.main.set_tags([("trackmllib.bestTrial", best.name)])
        self.main.set_params((f"best_{name}", value) for name, value in best.params())
        if best.metric is not None:
            self.main.won(best.metric, event.time)
        return [best]

    def _end(self, status: str, time: int) -> list[Run]:
        self.ended = True
        self.main.set_status(status, time)
        unfinished = [trial for trial in self.trials.values() if trial.status is None]
        for trial in unfinished:
            trial.interrupt(time)
        return [*unfinished, self.main]
