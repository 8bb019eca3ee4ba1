"""Keeps secrets out of what is written; ``Redaction.scala`` does the same.

``tests/golden/redaction.jsonl`` holds both languages to it.
"""

from __future__ import annotations

import re

REDACTED = "*********(redacted)"

# Beside what the conf names; a signature is one in a query string only.
_SECRET = re.compile(
    r"passw|passphrase|pwd|secret|credential|authorization|(?:signature|^sig)=$"
    r"|(?:access|account|api|private)[._-]?key",
    re.IGNORECASE,
)
_TOKENIZED = re.compile(r"token(?=[a-z])", re.IGNORECASE)  # as in tokens, tokenizer, tokenLength
_NAME = re.compile(r"(?<![\w.-])([\w.-]+)(?:\\?[\"'])?[ \t]*([=:])[ \t]*", re.ASCII)
_VALUE = re.compile(
    r"\\?\"[^\"]*\"|\\?'[^']*'|(?:(?:Basic|Bearer)[ \t]+)?[^\s&;\"']+", re.ASCII | re.IGNORECASE
)
_USER_INFO = re.compile(
    r"(?<=://)[^\s/:@\"'<>]*:(?:[^\s/\"'<>]+|(?!\d*[/,])[^\s\"'<>]{1,300})(?=@)"  # AWS keys have /
    r"|(?:(?<=http://)|(?<=https://))[^\s/\"'<>]+(?=@)"
    r"|(?<=:thin:)[^\s/@]+/[^\s/@]+(?=@)",  # Oracle's user/password
    re.ASCII,
)
_KEY = re.compile(r"(?<=\bBearer )[\w.~+/=-]+|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b", re.ASCII)


class Redaction:
    """Knows secrets by their names, which ``spark.redaction.regex`` has, and by their looks."""

    def __init__(self, names: re.Pattern[str]) -> None:
        self._names = names

    def hides(self, name: str) -> bool:
        """Whether the value of a param of this name is a secret."""
        return self._names.search(name) is not None

    def text(self, text: str) -> str:
        """``text`` without the passwords and keys in it: ``password=abc``, ``//user:pw@host``."""
        return _KEY.sub(REDACTED, self._named(_USER_INFO.sub(REDACTED, text)))

    def _named(self, text: str) -> str:
        parts, end = [], 0
        beginning = len(text) - len(text.lstrip())
        for name in _NAME.finditer(text):
            if name.start() < end or not self._hides_in_text(name[1], name[2]):
                continue
            value = _VALUE.match(text, name.end())
            if value:
                parts += [text[end : name.end()], REDACTED]
                # what begins with a name may be its value as a whole, blanks and all
                end = len(text) if name.start() == beginning else value.end()
        return "".join([*parts, text[end:]])

    def _hides_in_text(self, name: str, sign: str) -> bool:
        plain = _TOKENIZED.sub("", name)
        return self.hides(plain) or _SECRET.search(plain + sign) is not None
