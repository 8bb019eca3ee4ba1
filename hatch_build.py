"""Sees to it that no wheel is built without the jars."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SCALA_LINES = ("2.12", "2.13")


class JarsHook(BuildHookInterface):
    """Stops the build of a wheel that would lack a jar."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Looks for the jars of this version; an editable install does without them."""
        if version == "editable":
            return
        build_data["pure_python"] = True
        jars = Path(self.root, "python", "trackmllib", "jars")
        release = self.metadata.version
        wanted = [f"trackmllib_{scala}-{release}.jar" for scala in SCALA_LINES]
        missing = [name for name in wanted if not (jars / name).is_file()]
        if missing:
            message = f"{', '.join(missing)} not in {jars}: run `make wheel`, which builds them"
            raise FileNotFoundError(message)
