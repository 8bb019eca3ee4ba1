"""Ends the runs that killed drivers have left RUNNING: a later driver of the same user does it.

Their journals have what is missing. It is done once a process, in a daemon thread that nobody waits
for; what it does not get done is left to the next driver, or to ``trackmllib replay``.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from trackmllib import journal, messages, replay, uris
from trackmllib.consumer import naming
from trackmllib.consumer.http import THREADS
from trackmllib.consumer.store import default_uri
from trackmllib.events import Event, TuningStarted
from trackmllib.source import Source

_TIMEOUT = 600.0

_begun = threading.Lock()
"""Taken by the first that asks."""


def end_once(directory: Path | None, tracking_uri: str | None, but: Collection[str] = ()) -> None:
    """Has it done in the background, at the first tuning of this process.

    Args:
        directory: where this process keeps its journals, by default the user's state directory.
        tracking_uri: where its tuning is logged; nothing is logged elsewhere.
        but: tunings whose driver may have just ended, and which this process looks after.
    """
    if _begun.acquire(blocking=False):
        thread = threading.Thread(
            target=_end_quietly,
            args=(directory, tracking_uri, but),
            name=f"{THREADS}orphans",
            daemon=True,
        )
        with suppress(RuntimeError):  # the interpreter is ending
            thread.start()


def _end_quietly(*arguments: object) -> None:
    with suppress(Exception):  # it is tried again by the next driver; the fit says what is wrong
        ended = end(*arguments)  # type: ignore[arg-type]
        if ended:
            messages.logger.warning(messages.orphans_ended(ended))


def end(directory: Path | None, tracking_uri: str | None, but: Collection[str] = ()) -> int:
    """Ends them, and brings into MLflow what their journals have.

    Returns:
        How many tunings it has ended.
    """
    files = [file for file in journal.pending(directory).files if file.stem not in but]
    if not files or not journal.locks():
        return 0
    from trackmllib.tables import reading

    running = reading.running_tunings(reading.opened(tracking_uri))
    left = [file for file in files if naming.fit_uuid(file.stem) in running]
    with replay.sources(left, wait=0.0) as found:
        orphans = [source for source in found if _is_for(source, tracking_uri)]
        for source in orphans:
            source.events = [_where_it_is(event, running) for event in source.events]
        replay.replay(orphans, timeout=_TIMEOUT)
        return sum(len(source.tunings) for source in orphans if source.problem is None)


def _is_for(source: Source, tracking_uri: str | None) -> bool:
    """Whether all that ``source`` has can be read, and is for this store."""
    if not source.is_journal or source.gone or source.problem is not None:
        return False
    here = tracking_uri or default_uri()
    stores = {started.destination.tracking_uri or default_uri() for started in source.tunings}
    return all(uri and here and uris.same_store(uri, here) for uri in stores)


def _where_it_is(event: Event, running: Mapping[str, str]) -> Event:
    """``event``, for the experiment of its run: this process may have another default."""
    if not isinstance(event, TuningStarted) or event.destination.run_id is not None:
        return event
    experiment = running.get(naming.fit_uuid(event.tuning), event.destination.experiment_id)
    return replace(event, destination=replace(event.destination, experiment_id=experiment))
