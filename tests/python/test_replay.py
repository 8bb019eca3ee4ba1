"""Replay: what a journal has and MLflow lacks."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest
from found import Experiment, statuses, whole
from fresh import python
from story import LONG, Story, consumed, to, until

from trackmllib import journal, replay
from trackmllib.events import Destination
from trackmllib.journal import Journal, Pending


def replayed(*files, **options):
    """The problems of files that were replayed."""
    return [source.problem for source in sources_of(*files, **options)]


def sources_of(*files, **options):
    """What came of files that were replayed."""
    with replay.sources(files) as found:
        replay.replay(found, **{"timeout": LONG, **options})
    return found


def test_whole_journal(experiment, tmp_path):
    """Everything is in MLflow, as if it had been there at once, and the journal is gone."""
    story = Story(to(experiment)).run(0, 0.5, 0.6).run(1, 0.7, 0.8).finish(1)
    file = story.write(tmp_path / "one.jsonl")
    (came,) = sources_of(file)
    assert (came.file, len(came.tunings), came.problem) == (file, 1, None)
    assert not file.exists()
    assert experiment.main().info.status == "FINISHED"
    assert len(experiment.children()) == 2


def test_only_what_is_missing(gate, remote, tmp_path):
    """What a server has already is looked up in a few requests, and not sent again."""
    story = Story(to(remote, tracking_uri=gate.uri), trials=30)
    for trial in range(30):
        story.run(trial, 0.5, 0.6)
    story.finish(0)
    replayed(story.write(tmp_path / "one.jsonl"))
    before = gate.requests
    replayed(story.write(tmp_path / "one.jsonl"))
    assert gate.requests - before < 10
    assert len(remote.children()) == 30


def test_twice_is_once(experiment, tmp_path):
    """A journal that is replayed again changes nothing."""
    story = Story(to(experiment)).run(0, 0.5, 0.6).begin(1).fail(1).abort()
    replayed(story.write(tmp_path / "one.jsonl"))
    before = [whole(run) for run in experiment.runs()]
    replayed(story.write(tmp_path / "one.jsonl"))
    assert [whole(run) for run in experiment.runs()] == before


DRIVER = """
import os, signal, sys
from pathlib import Path
from trackmllib.consumer import Consumer
from trackmllib.events import from_line

consumer = Consumer(lambda tuning: None)
for file in sys.argv[1:]:
    for line in Path(file).read_text().splitlines():
        consumer.accept(from_line(line))
    consumer.run(Path(file).stem, None, 30)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_killed_driver(store, tmp_path):
    """Wherever in its tunings, and in writing them, the driver was killed.

    Every trial that had ended is there, nothing twice, and no run is RUNNING.
    """
    journals, experiments = [], []
    for events in range(1, 9):
        experiments.append(Experiment(store))
        story = Story(to(experiments[-1])).run(0, 0.5, 0.6).begin(1).end(1).begin(1, 1)
        del story.events[events:]
        journals.append(story.write(tmp_path / f"{story.id}.jsonl"))
    assert subprocess.run([sys.executable, "-c", DRIVER, *journals], check=False).returncode == -9
    assert sum(len(experiment.runs()) for experiment in experiments) >= 8
    assert replayed(*journals) == [None] * 8
    for events, experiment in enumerate(experiments, 1):
        assert experiment.main().info.status == "KILLED"
        assert "driver ended" in experiment.main().data.tags["trackmllib.error"]
        expected = ["FINISHED" if events >= 5 else "KILLED"] * (events >= 2)
        assert statuses(experiment.children()) == expected + ["KILLED"] * (events >= 6)
    assert experiments[-1].steps(experiments[-1].children()[0], "f1") == {0: 0.5, 1: 0.6}


def test_cut_in_the_middle_of_a_line(experiment, tmp_path, caplog):
    """The cut line is skipped with a warning, the rest is logged."""
    story = Story(to(experiment)).run(0, 0.5, 0.6)
    file = story.write(tmp_path / "one.jsonl")
    file.write_bytes(file.read_bytes()[:-20])
    assert replayed(file) == [None]
    assert statuses(experiment.children()) == ["KILLED"]
    assert any("skipped" in text for text in caplog.messages)


def test_garbage(experiment, tmp_path):
    """Lines of any bytes do not keep the rest from MLflow; the file is kept, and that is said."""
    file = Story(to(experiment)).run(0, 0.5, 0.6).finish(0).write(tmp_path / "one.jsonl")
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"\xff\xfe\x00\n" + b"{}\n[1]\n".join(lines) + b"\x80" * 99)
    (problem,) = replayed(file)
    assert "lines cannot be read" in problem
    assert file.exists()
    assert experiment.main().info.status == "FINISHED"


def test_foreign_files(experiment, tmp_path):
    """Files that are not ours are left as they are, and that is said."""
    for name in ("one.jsonl", "one.log"):
        for content in ("\n", "hello", '{"Event":"x"}\n', "[1]\n"):
            file = tmp_path / name
            file.write_text(content)
            (came,) = sources_of(file)
            assert came.tunings == []
            assert came.problem
            assert file.read_text() == content
    assert experiment.runs() == []


def test_nothing_in_it(experiment, tmp_path):
    """An event log of an application that tuned nothing; a journal that was only just made."""
    (tmp_path / "a.jsonl").touch()
    (tmp_path / "b.log").write_text('{"Event":"SparkListenerLogStart"}\n')
    assert replayed(*tmp_path.iterdir()) == [None, None]
    assert [file.name for file in tmp_path.iterdir()] == ["b.log"]


def test_another_version(experiment, tmp_path):
    """A newer trackmllib's journal is kept for it."""
    file = Story(to(experiment)).run(0, 0.5, 0.6).finish(0).write(tmp_path / "one.jsonl")
    file.write_text(file.read_text().replace('"version":1', '"version":2'))
    (problem,) = replayed(file)
    assert "newer trackmllib" in problem
    assert file.exists()
    assert experiment.runs() == []


def test_event_log(experiment, tmp_path):
    """A Spark event log holds several tunings among other events, and is not removed."""
    first = Story(to(experiment)).run(0, 0.5, 0.6).finish(0).write(tmp_path / "a").read_text()
    second = Story(to(experiment)).run(0, 0.1, 0.2).write(tmp_path / "b").read_text()
    log = tmp_path / "log.jsonl"
    log.write_text('{"Event":"SparkListenerLogStart"}\n' + first + '{"Event":"x"}\n' + second)
    (came,) = sources_of(log)
    assert (len(came.tunings), came.problem) == (2, None)
    assert log.exists()
    assert sorted(statuses(experiment.mains())) == ["FINISHED", "KILLED"]


def nested(experiment):
    """An inner tuning that ran in the first trial of an outer one."""
    outer = Story(to(experiment), trials=1).begin(0)
    inner = Story(to(experiment), trials=1, parent=outer.inside(0)).run(0, 0.5, 0.6).finish(0)
    later = len(inner.events) * 1000
    from dataclasses import replace

    inner.events = [replace(event, time=event.time + 1500) for event in inner.events]
    outer.end(0).begin(0, 1).end(0, 1).finish(0)
    outer.events[2:] = [replace(event, time=event.time + later) for event in outer.events[2:]]
    return outer, inner


def assert_nested(experiment):
    """The inner tuning's main run is a child of the trial."""
    (trial,) = experiment.children()
    (inner,) = experiment.children(trial)
    assert statuses(experiment.children(inner)) == ["FINISHED"]
    assert len(experiment.runs()) == 4


def test_nested_tunings_in_one_journal(experiment, tmp_path):
    """Each under the run that it belongs to."""
    outer, inner = nested(experiment)
    outer.events[2:2] = inner.events
    assert replayed(outer.write(tmp_path / "one.jsonl")) == [None]
    assert_nested(experiment)
    replayed(outer.write(tmp_path / "one.jsonl"))
    assert_nested(experiment)


def test_nested_tunings_in_two_journals(experiment, tmp_path):
    """Whichever is named first."""
    outer, inner = nested(experiment)
    files = [inner.write(tmp_path / "a.jsonl"), outer.write(tmp_path / "b.jsonl")]
    assert replayed(*files) == [None, None]
    assert_nested(experiment)
    assert not any(tmp_path.iterdir())


def test_one_tuning_in_two_files(experiment, tmp_path):
    """A journal and an event log have the same tuning: it is logged once."""
    story = Story(to(experiment)).run(0, 0.5, 0.6).run(1, 0.7, 0.8).finish(1)
    files = [story.write(tmp_path / name) for name in ("a.jsonl", "b.log")]
    files[1].write_text('{"Event":"SparkListenerLogStart"}\n' + files[1].read_text())
    assert replayed(*files, files[0]) == [None, None]
    assert len(experiment.runs()) == 3
    assert [file.exists() for file in files] == [False, True]


def test_under_a_run_that_is_there(experiment, store, tmp_path):
    """A tuning that was to be under the user's run is so after replay, and mangled once."""
    run_id = store.create_run(experiment.id).info.run_id
    store.log_param(run_id, "seed", "mine")
    story = Story(to(experiment, run_id=run_id)).run(0, 0.5, 0.6).finish(0)
    replayed(story.write(tmp_path / "one.jsonl"))
    replayed(story.write(tmp_path / "one.jsonl"))
    main = experiment.main()
    assert main.info.status == "RUNNING"
    assert {name for name in main.data.params if name.startswith("seed")} == {
        "seed",
        f"seed_{story.id[:6]}",
    }
    assert len(experiment.children()) == 1


def test_elsewhere(experiment, server, tmp_path):
    """To another store, and to another experiment, than the driver was to."""
    import mlflow

    other = mlflow.MlflowClient(server.uri)
    story = Story(to(experiment, run_id="0" * 32), trials=1).run(0, 0.5, 0.6).finish(0)
    file = story.write(tmp_path / "one.jsonl")
    assert replayed(file, tracking_uri=server.uri, experiment="elsewhere") == [None]
    found = other.search_runs([other.get_experiment_by_name("elsewhere").experiment_id])
    assert len(found) == 2
    assert experiment.runs() == []


def test_mlflow_cannot_be_reached(tmp_path):
    """It says so soon, and the journals stay."""
    nowhere = Destination(tracking_uri="http://ann:secret@127.0.0.1:9", experiment_id="0")
    files = [
        Story(nowhere).run(0, 0.5, 0.6).finish(0).write(tmp_path / f"{name}.jsonl")
        for name in range(3)
    ]
    began = time.monotonic()
    for problem in replayed(*files, timeout=60):
        assert "cannot be reached" in problem
        assert "secret" not in problem
    assert time.monotonic() - began < 10
    assert all(file.exists() for file in files)


def test_mlflow_refuses(tmp_path):
    """What MLflow refuses stays in the journal, with MLflow's reason."""
    story = Story(Destination(experiment_id="987654321")).run(0, 0.5, 0.6).finish(0)
    file = story.write(tmp_path / "one.jsonl")
    assert "987654321" in replayed(file)[0]
    assert file.exists()


def test_journal_in_use(experiment, tmp_path):
    """The journal of a driver that runs is left alone; the others are replayed."""
    story = Story(to(experiment)).run(0, 0.5, 0.6).finish(0)
    used, free = (
        story.write(tmp_path / "a.jsonl"),
        Story(to(experiment)).write(tmp_path / "b.jsonl"),
    )
    code = f"""
import fcntl, sys
file = open({str(used)!r}, "r+b")
fcntl.lockf(file, fcntl.LOCK_EX)
print("locked", flush=True)
sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as driver:
        driver.stdout.readline()
        problems = replayed(used, free)
        driver.stdin.close()
    assert "still runs" in problems[0]
    assert problems[1] is None
    assert used.exists()
    assert len(experiment.runs()) == 1


def test_event_log_in_use(experiment, tmp_path, monkeypatch):
    """Another replay has it, or the driver that writes it still has its journal."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    story = Story(to(experiment)).run(0, 0.5, 0.6)
    log = tmp_path / "log"
    log.write_text('{"Event":"SparkListenerLogStart"}\n' + story.write(log).read_text())
    log.chmod(0o400)
    with replay.sources([log]):
        assert "still runs, or another replay" in replayed(log)[0]
    driver = Journal(tmp_path / "trackmllib", story.id)
    code = f"""
from trackmllib.cli import main
main(["replay", {str(log)!r}])
"""
    done = python(code, check=False)
    assert "still runs" in done.stdout
    assert experiment.runs() == []
    driver.close()
    assert replayed(log) == [None]
    assert len(experiment.runs()) == 2


def test_journal_gone_meanwhile(tmp_path):
    """Who had a journal brought it in, after it was listed and before it was read: all is well."""
    (tmp_path / "brought.jsonl").write_text("{}\n")
    code = f"""
from trackmllib import cli
listed = cli.pending
def pending(directory):
    found = listed(directory)
    found.files[0].unlink()
    return found
cli.pending = pending
cli.main(["replay", "--all", "--journal-dir", {str(tmp_path)!r}])
"""
    assert "brought.jsonl: gone meanwhile" in python(code)


def test_killed_in_the_middle(remote, gate, tmp_path):
    """A replay that is killed, and run again: the same runs, once."""
    stories = [Story(to(remote, tracking_uri=gate.uri), trials=20) for _ in range(3)]
    for story in stories:
        for trial in range(20):
            story.run(trial, 0.5, 0.6)
        story.finish(3).write(tmp_path / f"{story.id}.jsonl")
    command = [sys.executable, "-c", "from trackmllib.cli import main; main()", "replay", "--all"]
    command += ["--yes", "--journal-dir", tmp_path]
    for written in (5, 20, 40):
        with subprocess.Popen(command) as running:
            until(lambda enough=written: len(remote.runs()) >= enough, 60)
            running.kill()
    replayed(*tmp_path.iterdir(), timeout=180)
    assert len(remote.runs()) == 3 * 21
    assert [len(remote.children(main)) for main in remote.mains()] == [20] * 3
    assert {run.info.status for run in remote.runs()} == {"FINISHED"}
    assert not any(tmp_path.iterdir())


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Makes journals below a state directory and a temporary one of the test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))

    def make(folder, mode=0o700, name="one.jsonl", file_mode=0o600):
        directory = tmp_path / folder
        directory.mkdir(parents=True, exist_ok=True)
        directory.chmod(mode)
        file = directory / name
        file.write_text("{}\n")
        file.chmod(file_mode)
        return file

    return make


def test_pending(places):
    """Journals in the user's state directory, and in those that stood in for it."""
    assert journal.pending() == Pending([], [])
    folders = ("state/trackmllib", "tmp/trackmllib-0", "tmp/trackmllib-17", "tmp/other")
    made = [places(folder) for folder in folders]
    assert journal.pending() == Pending(made[:3], [])
    assert journal.pending(made[3].parent) == Pending(made[3:], [])


def test_what_others_may_write(places):
    """It is left alone, and told: a folder as a whole, a file by itself, a link to anywhere."""
    kept = places("state/trackmllib", 0o755, file_mode=0o644)
    written = places("state/trackmllib", 0o755, "two.jsonl", 0o666)
    link = kept.with_name("zero.jsonl")
    link.symlink_to(kept)
    shared = places("tmp/trackmllib-a", 0o777)
    readable = places("tmp/trackmllib-b", 0o755)
    readable_file = places("tmp/trackmllib-c", file_mode=0o644)
    (kept.parents[2] / "tmp" / "trackmllib-d").symlink_to(kept.parent)
    assert journal.pending() == Pending(
        [kept],
        [
            written,
            link,
            shared.parent,
            readable.parent,
            readable_file,
            kept.parents[2] / "tmp" / "trackmllib-d",
        ],
    )
    kept.parent.chmod(0o770)
    assert journal.pending().files == []
    assert journal.pending().left_alone[0] == kept.parent
    # a folder that was named may be shared
    assert journal.pending(kept.parent) == Pending([kept], [written, link])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_what_others_own(places):
    """It is left alone, also where its modes are as ours."""
    for path in (file := places("tmp/trackmllib-a"), file.parent):
        os.chown(path, 65534, 65534)
    assert journal.pending() == Pending([], [file.parent])
    os.chown(file.parent, 0, 0)
    assert journal.pending() == Pending([], [file])
    assert journal.pending(file.parent) == Pending([], [file])


def test_late_events(experiment, tmp_path):
    """Events behind the end of their tuning are in the journal too."""
    story = Story(to(experiment), folds=None, trials=3).begin(0).begin(1).fail(0).abort()
    replayed(story.end(1).begin(2).write(tmp_path / "one.jsonl"))
    assert statuses(experiment.children()) == ["FAILED", "FINISHED", "KILLED"]


def test_consumed_and_replayed_are_equal(experiment, tmp_path):
    """Nothing but the ids tells a replayed run from one that was logged at once."""
    story = Story(to(experiment), trials=1).run(0, 0.5, 0.6).finish(0)
    replayed(story.write(tmp_path / "one.jsonl"))
    again = Story(to(experiment), trials=1).run(0, 0.5, 0.6).finish(0)
    consumed(again)
    one, two = (
        {
            name: value.replace(run.info.run_id, "run").replace(run.data.tags["fit_uuid"], "fit")
            for name, value in run.data.tags.items()
            if name != "trackmllib.tuning"
        }
        for run in experiment.mains()
    )
    assert one == two
    assert experiment.mains()[0].data.params == experiment.mains()[1].data.params
