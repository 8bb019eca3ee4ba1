"""The one event format: JSON lines, read and written."""

from __future__ import annotations

import json
import math
import random
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from story import Story

from trackmllib.errors import InvalidEventError
from trackmllib.events import Destination, from_line, to_line

GOLDEN = Path(__file__).parent.parent / "golden" / "events.jsonl"
LINES = GOLDEN.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("line", LINES)
def test_golden_line_is_written_as_it_was_read(line):
    """Reading a golden line and writing it again gives the same line."""
    assert to_line(from_line(line)) == line


def test_golden_file_has_every_kind():
    """The golden file holds all events."""
    assert {type(from_line(line)).__name__ for line in LINES} == {
        "TuningStarted",
        "TrialStarted",
        "TrialFinished",
        "TrialFailed",
        "TrialMeasured",
        "TuningFinished",
        "TuningFailed",
    }


def test_values_keep_their_types():
    """A whole double stays a double, a big integer exact, a list a list."""
    values = {one.name: one.value for one in from_line(LINES[3]).setting}
    assert values["whole"] == 1.0
    assert isinstance(values["whole"], float)
    assert values["long"] == 9007199254740993
    assert values["bool"] is True
    assert values["lists"] == [[1.0, 2.0], [3.0, 4.0]]
    assert values["none"] is None


def test_unknown_fields_are_skipped():
    """What a later trackmllib adds to an event does not disturb this one."""
    for line in LINES:
        more = {**json.loads(line), "later": {"a": [1, None]}}
        assert to_line(from_line(json.dumps(more))) == line


@pytest.mark.parametrize("kind", ["SparkListenerJobStart", "org.trackmllib.TuningPaused", ""])
def test_other_kinds_are_skipped(kind):
    """A Spark event log's own events, and kinds that a later trackmllib has, are no events here."""
    assert from_line(json.dumps({"Event": kind, "version": 1})) is None


def test_newer_version_says_so():
    """An event of a newer protocol is refused, with the advice to update."""
    newer = {**json.loads(LINES[0]), "version": 2}
    with pytest.raises(InvalidEventError, match="update trackmllib") as thrown:
        from_line(json.dumps(newer))
    assert thrown.value.newer


@pytest.mark.parametrize(
    "line", ["", "nonsense", "[]", "7", "null", "{}", '{"Event":7}', "[" * 9999]
)
def test_what_is_no_event_is_invalid(line):
    """A line that is no event raises :class:`InvalidEventError`, and is not of a newer version."""
    with pytest.raises(InvalidEventError) as thrown:
        from_line(line)
    assert not thrown.value.newer


@pytest.mark.parametrize("garbage", [None, True, 7, 1.5, "x", [], [1], {}, {"name": 1}, 10**400])
def test_wrong_types_are_invalid(garbage):
    """Whatever stands in a field: it is read, or it is an :class:`InvalidEventError`."""
    for line in LINES:
        for field in json.loads(line):
            wrong = {**json.loads(line), field: garbage}
            with suppress(InvalidEventError):
                from_line(json.dumps(wrong))


def test_missing_fields_are_invalid():
    """An event that lacks one of its fields is invalid."""
    for line in LINES:
        for field in json.loads(line):
            less = {name: value for name, value in json.loads(line).items() if name != field}
            with pytest.raises(InvalidEventError):
                from_line(json.dumps(less))


def test_any_bytes_are_an_event_or_invalid():
    """Lines with bytes changed, cut and mixed raise :class:`InvalidEventError` at worst."""
    chance = random.Random(7)
    for _ in range(3000):
        data = bytearray(chance.choice(LINES).encode())
        for _ in range(chance.randint(1, 5)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        line = bytes(data[: chance.randint(1, len(data))]).decode("utf-8", "replace")
        with suppress(InvalidEventError):
            from_line(line)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_floats_that_are_no_numbers(number):
    """NaN and the infinities are written as strings, as Spark's JSON has them, and read again."""
    story = Story(Destination()).begin(0, setting={("a", "x"): number}).end(0, metric=number)
    line = to_line(story.events[-1])
    json.loads(line, parse_constant=pytest.fail)
    assert repr(from_line(line).metric) == repr(number)
    assert "NaN" not in json.dumps(json.loads(to_line(story.events[1]))).replace('"NaN"', "")


def test_surrogate_halves_can_be_written():
    """A lone surrogate, which no UTF-8 file can hold, does not keep an event from its line."""
    event = replace(Story(Destination()).events[0], application_name="a\ud800b")
    assert "a" in to_line(event)
    assert (
        from_line(
            '{"Event":"org.trackmllib.TuningFinished","\\ud800":1,"version":1,'
            '"tuning":"\\udfff","time":1,"bestTrial":null}'
        ).tuning
        == "\udfff"
    )


def test_a_line_is_one_line():
    """Line ends in values are escaped."""
    story = Story(Destination()).fail(0, error="a\nb\r\nc\u2028d\x85e")
    assert "\n" not in to_line(story.events[-1])
    assert "\r" not in to_line(story.events[-1])
