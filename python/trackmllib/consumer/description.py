"""The description of a main run: the answer first, in markdown that no name or value can break."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trackmllib.consumer.trial import Trial
    from trackmllib.consumer.tuning import Tuning

TAG = "mlflow.note.content"
_TOP = 5


def of(tuning: Tuning, best: Trial | None = None, error: str | None = None) -> str:
    """What a tuning that is over has come to: its best settings, or why it failed."""
    started = tuning.started
    figure = started.metric if tuning.folds is None else f"avg_{started.metric}"
    ranked = sorted(
        (trial for trial in tuning.trials.values() if not math.isnan(_figure(trial))),
        key=lambda trial: (
            trial is not best,
            -_figure(trial) if started.larger_better else _figure(trial),
            trial.name,
        ),
    )
    lines = [f"**Failed:** {_code(error)}"] if error else []
    if best is not None:
        lines.append(f"**Best: {_code(best.name)}**, {_code(figure)} {_figure(best):.6g}")
    folds = f", {tuning.folds} folds" if tuning.folds else ""
    tuned = f"{_code(started.tuner.class_name)} of {_code(started.estimator.class_name)}"
    lines += ["", f"{tuned}: {started.trials} settings{folds}"]
    if ranked:
        lines += ["", f"| setting | {_code(figure)} |", "|---|---|"]
        lines += [f"| {_code(trial.name)} | {_figure(trial):.6g} |" for trial in ranked[:_TOP]]
    return "\n".join(lines).lstrip("\n")


def below(there: str, ours: str, fit_uuid: str) -> str:
    """``ours`` below what the user's description says."""
    return f"{there}\n\n#### Tuning {fit_uuid}\n\n{ours}" if there else ours


def _figure(trial: Trial) -> float:
    return math.nan if trial.metric is None else trial.metric


def _code(text: str | None) -> str:
    """``text`` as code, in which neither markdown nor HTML means anything."""
    plain = " ".join((text or "").split())[:300]
    for char, instead in (("`", "\N{MODIFIER LETTER GRAVE ACCENT}"), ("|", "\N{BROKEN BAR}")):
        plain = plain.replace(char, instead)
    return f"`{plain}`"
