"""No line, whatever its bytes, stops the consumer: what comes after it is logged."""

from __future__ import annotations

import json
from pathlib import Path

from found import statuses
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from story import LONG, Story, to

from trackmllib.consumer import Consumer
from trackmllib.errors import InvalidEventError
from trackmllib.events import Destination, from_line, to_line

GOLDEN = Path(__file__).parents[1].joinpath("golden/events.jsonl").read_text().splitlines()
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)


@st.composite
def mutated(draw):
    """A golden line, of whose fields some have something else in them or are not there."""
    body = json.loads(draw(st.sampled_from(GOLDEN)))
    fields = [name for name in body if name not in ("Event", "version", "tuning")]
    for name in draw(st.lists(st.sampled_from(fields), min_size=1, max_size=3)):
        if draw(st.booleans()):
            body[name] = draw(JSON)
        else:
            body.pop(name, None)
    return json.dumps(body)


LINES = mutated() | st.text() | st.binary().map(lambda data: data.decode("utf-8", "replace"))


@given(st.lists(LINES, min_size=1, max_size=20))
@settings(max_examples=300, deadline=None)
def test_reader(lines):
    """A line is an event, of another kind, or invalid; an event is written as it was read."""
    for line in lines:
        try:
            event = from_line(line)
        except InvalidEventError:
            continue
        if event is not None:
            assert to_line(from_line(to_line(event))) == to_line(event)


@given(lines=st.lists(LINES, min_size=1, max_size=50))
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_consumer(lines, experiment):
    """Events that make no sense together are taken too, and a tuning after them is whole."""
    consumer = Consumer(lambda tuning: None)
    nowhere = Destination(tracking_uri="http://127.0.0.1:9")
    for line in lines:
        try:
            event = from_line(line)
        except InvalidEventError:
            continue
        if event is None:
            continue
        strange = Story(nowhere, tell=consumer.accept)
        consumer.accept(type(event)(**{**vars(event), "tuning": strange.id}))
        strange.finish(0)
    before = len(experiment.runs())
    story = Story(to(experiment), tell=consumer.accept).run(0, 0.5, 0.6).run(1, 0.1, 0.2).finish(0)
    assert consumer.wait(story.id, LONG) is None
    runs = experiment.runs()[before:]
    assert statuses(runs) == ["FINISHED"] * 3
