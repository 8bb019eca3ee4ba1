"""The code blocks of the README and the docs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sparks import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Attributes:
        where: its page and line.
    """

    where: str
    language: str
    text: str


def blocks(language: str | None = None) -> list[Block]:
    """All blocks, or those in one language, in the order of the pages."""
    found = []
    for page in PAGES:
        content = page.read_text()
        for match in re.finditer(r"^```(\w*)\n(.*?)^```$", content, re.MULTILINE | re.DOTALL):
            line = content.count("\n", 0, match.start()) + 1
            found.append(Block(f"{page.relative_to(ROOT)}:{line}", match[1], match[2]))
    return [block for block in found if language in (None, block.language)]
