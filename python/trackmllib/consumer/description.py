"""Descriptions of runs: the answer first, in markdown that no name or value can break."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from trackmllib.consumer import naming

if TYPE_CHECKING:
    from trackmllib.consumer.results import Results, Row
    from trackmllib.events import TuningStarted

TAG = "mlflow.note.content"
_TOP = 5
_LONGEST_ERROR = 1500  # the whole of it is in the tag trackmllib.error


def of(
    started: TuningStarted,
    results: Results,
    *,
    error: str | None,
    links: Iterable[tuple[str, str]],
    picture: str | None,
) -> str:
    """What a tuning that is over has come to.

    Args:
        started: what was tuned.
        results: how its settings did.
        error: why it failed; ``None``: it did not.
        links: where there is more to see, each with its name.
        picture: the address of its picture, where it has one.
    """
    paragraphs = []
    if error is not None:
        paragraphs.append(f"**Failed:** {_code(error)}")
    if results.best is not None:
        name, figure = _code(results.best.name), _code(results.figure)
        paragraphs.append(f"**Best: {name}**, {figure} {_number(results.best)}")
    failed = sum(row.status == "FAILED" for row in results.rows)
    facts = [
        f"{started.trials} setting{'s' * (started.trials != 1)}",
        *([f"{len(results.folds)} folds"] if results.cross_validation and results.folds else []),
        *([f"{failed} failed"] if failed else []),
    ]
    tuned = f"{_code(started.tuner.class_name)} of {_code(started.estimator.class_name)}"
    more = [f"[{name}]({address})" for name, address in links]
    paragraphs.append(" · ".join([f"{tuned}: {', '.join(facts)}", *more]))
    if picture is not None:
        paragraphs.append(f"![the metric over the settings]({picture})")
    top = [row for row in results.rows if row.figure == row.figure][:_TOP]
    if top:
        head = [f"| setting | {_code(results.figure)} |", "|---|---|"]
        rows = [f"| {_code(row.name)} | {_number(row)} |" for row in top]
        paragraphs.append("\n".join([*head, *rows]))
    return "\n\n".join(paragraphs)


def failure(error: str) -> str:
    """Why a trial has no metric."""
    shown = error if len(error) <= _LONGEST_ERROR else f"{error[:_LONGEST_ERROR]}…"
    longest = max(map(len, re.findall("`+", shown)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"**Failed**\n\n{fence}text\n{shown}\n{fence}"


def within(there: str, ours: str, fit_uuid: str, room: int) -> str:
    """A user's description with ours under our heading, in the place of what we wrote there before.

    Where there is no room for all of ours, its first paragraphs are taken, or nothing.
    """
    heading = f"#### Tuning {fit_uuid}"
    before = re.search(rf"^{heading}$.*?(?=^#{{1,4}} |\Z)", there, re.MULTILINE | re.DOTALL)
    for text in (ours, "\n\n".join(ours.split("\n\n")[:2])):
        section = f"{heading}\n\n{text}"
        if before is None:
            both = f"{there}\n\n{section}" if there else section
        else:
            after = there[before.end() :]
            both = there[: before.start()] + section + (f"\n\n{after}" if after else "")
        if naming.size(both) <= room:
            return both
    return there


def _number(row: Row) -> str:
    return f"{row.figure:.6g}" + ("" if row.std is None else f" ± {row.std:.2g}")


def _code(text: str | None) -> str:
    """``text`` as code, in which neither markdown nor HTML means anything."""
    plain = " ".join((text or "").split())[:300]
    for char, instead in (("`", "\N{MODIFIER LETTER GRAVE ACCENT}"), ("|", "\N{BROKEN BAR}")):
        plain = plain.replace(char, instead)
    return f"`{plain}`"
