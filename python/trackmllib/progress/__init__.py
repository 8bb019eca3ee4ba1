"""What a user sees of a tuning while it runs: where it is, how far it is, what it comes to."""

from __future__ import annotations

from trackmllib.progress.display import for_mode
from trackmllib.progress.progress import Progress

__all__ = ["Progress", "for_mode"]
