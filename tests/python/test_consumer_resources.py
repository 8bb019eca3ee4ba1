"""What trials use of Spark, told in events: metrics of their child runs."""

from __future__ import annotations

from story import LONG, Story, consumed, to, until

from measured import RESOURCES
from trackmllib.consumer import Consumer


def resources(run):
    """The resources that are on a run, without those that are 0."""
    return {name: used for name, used in run.data.metrics.items() if name in RESOURCES and used}


def measured_fold(story, trial, fold, **used):
    """A fold whose resources come after its metric."""
    story.begin(trial, fold, measured=True).end(trial, fold)
    return story.measure(trial, fold, **used)


def test_folds_together(experiment):
    """Sums over the folds, and the highest peak; the time is that of the trial's end."""
    story = Story(to(experiment), trials=1)
    measured_fold(story, 0, 0, jobs=3, executor_cpu_seconds=0.5, peak_execution_memory_bytes=9)
    story.begin(0, 1, measured=True).end(0, 1)
    ended = story.events[-1].time
    story.measure(0, 1, jobs=4, executor_cpu_seconds=0.25, peak_execution_memory_bytes=7)
    consumed(story.finish(0))
    (run,) = experiment.children()
    assert resources(run) == {
        "spark.jobs": 7,
        "spark.executor_cpu_seconds": 0.75,
        "spark.peak_execution_memory_bytes": 9,
    }
    assert run.data.metrics.keys() >= RESOURCES
    history = experiment.client.get_metric_history(run.info.run_id, "spark.jobs")
    assert [one.timestamp for one in history] == [ended]


def test_failed_and_interrupted_trials(experiment):
    """A trial that failed has what it used, and so has one that was stopped between its folds."""
    story = Story(to(experiment))
    measured_fold(story, 0, 0, tasks=5)
    story.begin(1, 0, measured=True).fail(1).measure(1, tasks=8).abort()
    consumed(story)
    killed, failed = experiment.children()
    assert (killed.info.status, resources(killed)) == ("KILLED", {"spark.tasks": 5})
    assert (failed.info.status, resources(failed)) == ("FAILED", {"spark.tasks": 8})


def test_measured_before_the_end_is_seen(experiment):
    """Events in another order than that of time give the same."""
    story = Story(to(experiment), trials=1, folds=None)
    story.begin(0, measured=True).measure(0, jobs=2).end(0).finish(0)
    consumed(story)
    (run,) = experiment.children()
    assert resources(run) == {"spark.jobs": 2}


def test_lost_resources(experiment):
    """A trial of which one fold's never come has none: a part of them would mislead."""
    story = Story(to(experiment), trials=2)
    measured_fold(story, 0, 0, jobs=3)
    story.begin(0, 1, measured=True).end(0, 1)
    measured_fold(story, 1, 0, jobs=1)
    measured_fold(story, 1, 1, jobs=1)
    assert consumed(story.finish(0)) == [None]
    lost, whole = experiment.children()
    assert lost.info.status == "FINISHED"
    assert not lost.data.metrics.keys() & RESOURCES
    assert resources(whole) == {"spark.jobs": 2}


def test_lost_resources_of_a_tuning_that_goes_on(experiment):
    """The trial's end is written without them, after a moment."""
    story = Story(to(experiment), trials=2, folds=None).begin(0, measured=True).end(0)
    consumer = Consumer(lambda tuning: None)
    for event in story.events:
        consumer.accept(event)
    (run,) = until(lambda: [r for r in experiment.runs() if r.info.status == "FINISHED"])
    assert run.data.metrics["f1"] == 0.5


def test_late_resources(experiment):
    """They are logged as long as the tuning is being written, and do no harm afterwards."""
    consumer = Consumer(lambda tuning: None)
    story = Story(to(experiment), trials=2, folds=None, tell=consumer.accept)
    story.begin(0, measured=True).end(0)
    until(lambda: [r for r in experiment.runs() if r.info.status == "FINISHED"])
    story.measure(0, jobs=6)
    until(lambda: resources(experiment.children()[0]) == {"spark.jobs": 6})
    story.begin(1, measured=True).end(1).finish(0)
    assert consumer.wait(story.id, LONG) is None
    story.measure(1, jobs=7)
    assert consumer.wait(story.id, LONG) is None
    assert not consumer.unfinished()


def test_resources_that_nobody_expected(experiment):
    """Of a trial that is not known, or that was not said to be measured."""
    story = Story(to(experiment), trials=1, folds=None).measure(4, jobs=1)
    consumed(story.begin(0).measure(0, jobs=2).end(0).finish(0))
    (run,) = experiment.children()
    assert resources(run) == {"spark.jobs": 2}
