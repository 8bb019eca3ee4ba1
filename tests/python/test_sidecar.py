"""The sidecar's own part: what it takes from a driver, and what is left when that is gone."""

from __future__ import annotations

import json

from found import Experiment, statuses
from story import Story

from trackmllib.events import Destination, to_line
from trackmllib.sidecar import Sidecar


class Driver:
    """Sends its lines once, and is gone."""

    def __init__(self, lines):
        self._lines = lines

    def poll(self, most, millis):
        if not self._lines:
            raise ConnectionError("gone")
        lines, self._lines = self._lines, None
        return "\n".join(lines)

    def __getattr__(self, name):
        raise ConnectionError("gone")


def test_lines_that_were_not_sent(store, tmp_path, monkeypatch):
    """A driver is killed with lines in its journal that it had not sent: they are logged, too."""
    monkeypatch.setattr(Sidecar, "_watch_driver", lambda _: None)  # it ends the process
    there = Experiment(store)
    story = (
        Story(Destination(experiment_id=there.id), folds=2, trials=1).begin(0).end(0, metric=0.5)
    )
    sent = len(story.events)
    story.begin(0, 1).end(0, 1, metric=0.7)
    lines = [to_line(event) for event in story.events]
    journal = tmp_path / f"{story.id}.jsonl"
    journal.write_text("".join(f"{line}\n" for line in lines) + lines[-1][:20], "utf-8")
    where = json.dumps({"journal": str(journal), "tuning": story.id})
    Sidecar(Driver([where, *lines[:sent]]), resume=False).run()
    (child,) = there.children()
    assert there.steps(child, "f1") == {0: 0.5, 1: 0.7}
    assert statuses([there.main(), child]) == ["KILLED", "FINISHED"]
    assert not journal.exists()
