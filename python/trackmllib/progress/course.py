"""How far a tuning has come, in words that fit on a line."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from trackmllib import messages
from trackmllib.consumer import naming, view
from trackmllib.consumer.http import is_server
from trackmllib.events import Event, TrialFailed, TrialFinished, TuningFailed, TuningFinished

if TYPE_CHECKING:
    from trackmllib.consumer.tuning import Tuning

_BAR = 8
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_LONGEST = 200  # characters of a setting or an error in a line that stays


class Course:
    """One tuning, as its events have told so far.

    Attributes:
        said_where: whether the user has been told where it is.
        end: what it has come to, once it is over.
    """

    def __init__(self, tuning: Tuning) -> None:
        self.tuning = tuning
        self.said_where = False
        self.end: str | None = None
        self._began = time.monotonic()
        self._folds = tuning.folds or 1
        self._fits = tuning.started.trials * self._folds
        self._done = 0
        self._failed: set[int] = set()
        self._metrics: dict[int, list[float]] = {}

    def take(self, event: Event) -> None:
        """A fold of a trial has ended, or all of it."""
        if isinstance(event, TrialFinished):
            self._done += 1 if event.fold is not None else self._folds
            self._metrics.setdefault(event.trial, []).append(event.metric)
        elif isinstance(event, TrialFailed):
            self._done += 1
            self._failed.add(event.trial)
        elif isinstance(event, (TuningFinished, TuningFailed)):
            self.end = self._end(event)

    def where(self) -> str | None:
        """Where to look at it, once its run and its view are there."""
        started, main = self.tuning.started, self.tuning.main
        experiment = main.experiment_id
        if main.id is None or main.view_due or experiment is None:
            return None
        import mlflow  # no sooner: the writer has imported it by now

        uri = messages.without_password(
            started.destination.tracking_uri or mlflow.get_tracking_uri()
        )
        what = f"{self._what()}, {_counted(started.trials, 'trial')}"
        if is_server(uri):
            if main.view is not None:
                return f"{what}: {view.link(uri, experiment, main.view)}"
            return f"{what}: {view.search_link(uri, experiment, self.tuning.fit_uuid)}"
        if uri.startswith("databricks"):
            return f"{what}: run {main.id} of experiment {experiment}"
        return f"{what}: run {main.id}, seen with `mlflow ui --backend-store-uri {uri}`"

    def line(self, width: int) -> str:
        """How far it is, in less than ``width`` characters: the setting is cut first."""
        done = f"trackmllib {self._bar()} {self._done}/{self._fits} fits"
        failed = f", {len(self._failed)} failed" if self._failed else ""
        left = f"  {self._left()}"
        found = self._best_so_far()
        best = f"  best {found[1]:.4g}" if found else ""
        line = done + failed + best
        setting = self._name(found[0], width - len(line) - len(left) - 4) if found else ""
        return (line + (f" ({setting})" if setting else "") + left)[: width - 1]

    def _end(self, event: TuningFinished | TuningFailed) -> str:
        took = f"{time.monotonic() - self._began:.0f} s"
        failed = f", {len(self._failed)} failed" if self._failed else ""
        if isinstance(event, TuningFailed):
            how = "was interrupted" if event.interrupted else "failed"
            error = _one_line(event.error, _LONGEST)
            done = f"{self._done} of {self._fits} fits{failed}"
            return f"{self._what()} {how} after {done}, {took}: {error}"
        trials = f"{_counted(self.tuning.started.trials, 'trial')}{failed}, {took}"
        best = None if event.best_trial is None else self.tuning.trials.get(event.best_trial)
        if best is None or best.metric is None:
            return f"{self._what()} is done: {trials}"
        metric = self.tuning.started.metric
        figure = metric if self.tuning.folds is None else f"avg_{metric}"
        setting = self._name(best.index, _LONGEST)
        return f"best {setting}: {figure} {best.metric:.6g} ({trials})"

    def _what(self) -> str:
        return f"{self.tuning.started.tuner.class_name}({self.tuning.started.estimator.class_name})"

    def _bar(self) -> str:
        eighths = _BAR * 8 * min(self._done, self._fits) // max(1, self._fits)
        full, rest = divmod(eighths, 8)
        return (_EIGHTHS[8] * full + _EIGHTHS[rest].strip()).ljust(_BAR, "·")

    def _left(self) -> str:
        if self.end is not None:
            return "bringing the rest to MLflow"
        if self._done >= self._fits:
            return "fitting the best"
        if not self._done:
            return "fitting"
        passed = time.monotonic() - self._began
        seconds = round(passed / self._done * (self._fits - self._done))
        minutes, seconds = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        return f"{f'{hours}:{minutes:02}' if hours else minutes}:{seconds:02} left"

    def _best_so_far(self) -> tuple[int, float] | None:
        """The trial with the best mean over the folds that it has."""
        means = {
            trial: sum(metrics) / len(metrics)
            for trial, metrics in self._metrics.items()
            if trial not in self._failed
        }
        known = [(mean, trial) for trial, mean in means.items() if not math.isnan(mean)]
        if not known:
            return None
        choose = max if self.tuning.started.larger_better else min
        mean, trial = choose(known, key=lambda one: one[0])
        return trial, mean

    def _name(self, trial: int, room: int) -> str:
        known = self.tuning.trials.get(trial)
        return _one_line(known.name, room) if known and room > 5 else ""


def _one_line(text: str, room: int) -> str:
    plain = naming.shortened_name(text)
    return plain if len(plain) <= room else plain[: room - 1] + "…"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
