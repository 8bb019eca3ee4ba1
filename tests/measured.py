"""The metrics of what a trial used of Spark."""

from __future__ import annotations

RESOURCES = {
    "spark.executor_cpu_seconds",
    "spark.executor_run_seconds",
    "spark.jobs",
    "spark.tasks",
    "spark.shuffle_read_bytes",
    "spark.shuffle_write_bytes",
    "spark.input_bytes",
    "spark.peak_execution_memory_bytes",
    "spark.jvm_gc_seconds",
}
