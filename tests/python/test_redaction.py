"""What is taken for a secret, and what is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trackmllib import conf

GOLDEN = Path(__file__).parents[1].joinpath("golden/redaction.jsonl").read_text().splitlines()


@pytest.mark.parametrize("line", GOLDEN, ids=range(len(GOLDEN)))
def test_text(line):
    """Credentials are out of a text, and all else of it is as it was."""
    text, redacted = json.loads(line)
    assert conf.read({}.get).redaction.text(text) == redacted


@pytest.mark.parametrize("part", ["x", "://a:", "a ", "a=", "token="])
def test_long_texts(part):
    """The time that a text takes grows with its length alone, whatever is in it."""
    text = part * (100_000 // len(part))
    assert len(conf.read({}.get).redaction.text(text)) <= len(text) + 1
