"""From events to MLflow runs; the same in a PySpark driver and in the sidecar of a Scala one."""

from __future__ import annotations

from trackmllib.consumer.consumer import Consumer

__all__ = ["Consumer"]
