"""Every code block of the README and the docs is run as it stands there, on the newest Spark."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from apps_built import compiled
from cluster import cluster
from doc_blocks import PAGES, Block, blocks
from drivers import wait_until
from logged import experiments, trees
from sparks import LISTENER, ROOT, Finished, Spark

from workplace import BUILD, kept

JOURNAL = "tuning.jsonl"
SNIPPETS = Path(__file__).parent / "snippets"
RUN = {"bash", "java", "properties", "python", "scala"}
NOT_RUN = {
    "make demo": "it builds the environment that the tests run in",
    "spark-submit --packages": "Maven Central has no version that is not released yet",
}
STARTS_A_TUNING = ("spark-submit", "python script.py")
SAYS = {
    "trackmllib doctor": r"ok .*MLflow",
    "trackmllib show": r"maxDepth",
    "trackmllib replay --all": r"1 tuning in (MLflow|it)",
    "trackmllib replay spark-events": r"1 tuning in MLflow",
    "spark-submit --jars trackmllib.jar": r"from .*/trackmllib\.jar/",
}


def excused(block: Block) -> str | None:
    """Which of ``NOT_RUN`` a block is."""
    return next((start for start in NOT_RUN if block.text.startswith(start)), None)


def parametrized(language: str):
    """A test of each block in this language; of two that are the same, the first is run."""
    wanted = {block.text: block for block in reversed(blocks(language)) if not excused(block)}
    found = list(reversed(wanted.values()))
    return pytest.mark.parametrize("block", found, ids=lambda block: block.where)


def only_shell(block: Block) -> bool:
    """The block that starts the shell which the Scala blocks are typed into."""
    return block.text.startswith("spark-shell")


@dataclass
class Desk:
    """A directory with what the blocks name, and the store that they log to."""

    spark: Spark
    directory: Path
    uri: str
    env: dict[str, str]

    def bash(self, block: str, stdin: str = "", **env: str) -> Finished:
        """Runs a block as a user does who has trackmllib and Spark at hand."""
        text = block
        for name, meant in {
            "FILE": JOURNAL,
            "https://mlflow.example.com": self.uri,
            "/usr/bin/python3": self.spark.python,
        }.items():
            text = text.replace(name, meant)
        command = ["bash", "-euo", "pipefail", "-c", f"cd {self.directory}\n{text}"]
        return self.spark.run(command, stdin, **{**self.env, **env})

    def leave_a_journal(self) -> None:
        """One is pending, and a copy of it at hand, of the tuning that could not be logged."""
        for place in ("trackmllib", "."):
            shutil.copy(self.directory / "kept" / JOURNAL, self.directory / place)

    def names(self, language: str) -> set[str]:
        """The names of the runs that tunings in a language are logged under."""
        top = [node for name in experiments(self.uri) for node in trees(self.uri, name)]
        return {one.name for one in top if one.tags["trackmllib.language"] == language}

    def tunings(self) -> list[str]:
        """The runs that tunings are logged under and that have come to a good end."""
        top = [node for name in experiments(self.uri) for node in trees(self.uri, name)]
        return [one.run.info.run_id for one in top if one.status == "FINISHED" and one.children]


@pytest.fixture(scope="module")
def desk(newest_spark: Spark, place, data: Path) -> Desk:
    """With an application, a script, a journal that is pending and an event log."""
    uri, directory, env = place("docs")
    path = [newest_spark.home / "bin", newest_spark.bin]
    env["PATH"] = ":".join([*map(str, path), os.environ["PATH"]])
    desk = Desk(newest_spark, directory, uri, env)
    shutil.copy(data, directory / "data.csv")
    shutil.copy(newest_spark.jar, directory / "trackmllib.jar")

    # in cluster mode the driver is in a directory of its own; where the program is kept for later
    # runs, its data must be, too
    always = kept(BUILD / "docs" / "data.csv", lambda file: shutil.copy(data, file))
    prelude = (SNIPPETS / "prelude.scala").read_text().replace("data.csv", str(always))
    source = directory / "App.scala"
    source.write_text(
        "object App {\n  def main(args: Array[String]): Unit = {\n"
        "val spark = org.apache.spark.sql.SparkSession.builder().getOrCreate()\n"
        f"{prelude}\n{blocks('scala')[0].text}\nspark.stop()\n  }}\n}}\n"
    )
    shutil.copy(compiled(newest_spark, source, main="App"), directory / "app.jar")
    script = (SNIPPETS / "prelude.py").read_text()
    script += "import trackmllib\nprint('from', trackmllib.__file__)\n"
    (directory / "script.py").write_text(f"{script}cv.fit(training)\nspark.stop()\n")

    events = directory / "spark-events"
    events.mkdir()
    done = desk.bash(
        f"spark-submit --jars trackmllib.jar --conf spark.extraListeners={LISTENER} "
        "--conf spark.trackmllib.python=no-python-here "
        "--conf spark.eventLog.enabled=true --conf spark.eventLog.dir=spark-events app.jar"
    )
    assert done.code == 0, done.err[-3000:]
    (log,) = events.iterdir()
    log.rename(events / "eventlog_v2_local-1700000000000")
    (journal,) = (directory / "trackmllib").glob("*.jsonl")
    (directory / "kept").mkdir()
    journal.rename(directory / "kept" / JOURNAL)
    return desk


@pytest.fixture(scope="module")
def python_session(desk: Desk) -> Finished:
    """All Python blocks in one process; those that make the session come first, as in a script."""
    wanted = sorted(blocks("python"), key=lambda block: "SparkSession" not in block.text)
    makes = sum("SparkSession" in block.text for block in wanted)
    texts = [(block.where, block.text) for block in wanted]
    texts.insert(makes, ("prelude.py", (SNIPPETS / "prelude.py").read_text()))
    script = desk.directory / "blocks.py"
    script.write_text(
        "import traceback\nnames = {}\n"
        f"for where, text in {texts!r}:\n"
        "    try:\n"
        "        exec(compile(text, where, 'exec'), names)\n"
        "        print('ran', where, flush=True)\n"
        "    except Exception:\n"
        "        traceback.print_exc()\n"
        "print('rows:', len(names['results']))\n"
    )
    return desk.bash("python blocks.py")


@pytest.fixture(scope="module")
def scala_session(desk: Desk) -> Finished:
    """All Scala blocks, each pasted into the shell that the docs start."""
    lines = []
    prelude = Block("prelude", "scala", (SNIPPETS / "prelude.scala").read_text())
    for number, block in enumerate([prelude, *blocks("scala")]):
        file = desk.directory / f"block_{number}.scala"
        file.write_text(f'{block.text}\nprintln("ran " + "{block.where}")\n')
        lines.append(f":paste {file}")
    (shell,) = filter(only_shell, blocks("bash"))
    return desk.bash(shell.text, "\n".join([*lines, ":quit", ""]))


@pytest.fixture
def cluster_mode(desk: Desk, tmp_path: Path):
    """Submits a block to a cluster and waits for its tuning."""

    def submit(block: Block) -> None:
        before = desk.tunings()
        with cluster(desk.spark, tmp_path) as master:
            done = desk.bash(block.text, MASTER=master, MLFLOW_TRACKING_URI="sqlite:///not-used.db")
            assert done.code == 0, done.err[-3000:]
            wait_until(lambda: len(desk.tunings()) == len(before) + 1, 400)
        assert not list(desk.directory.glob("**/not-used.db"))

    return submit


@parametrized("python")
def test_python(block: Block, python_session: Finished) -> None:
    """It runs after those before it."""
    assert f"ran {block.where}\n" in python_session.out, python_session.err[-5000:]


@parametrized("scala")
def test_scala(block: Block, scala_session: Finished) -> None:
    """It compiles and runs in the shell."""
    assert f"ran {block.where}\n" in scala_session.out, scala_session.out + scala_session.err


@parametrized("java")
def test_java(block: Block, desk: Desk, tmp_path: Path) -> None:
    """It compiles in a method, and its tuning is logged."""
    source = tmp_path / "Snippet.java"
    program = (SNIPPETS / "Snippet.java").read_text()
    source.write_text(program.replace("// the snippet", block.text))
    before = desk.tunings()
    app = compiled(desk.spark, source)
    done = desk.bash(
        f"spark-submit --jars trackmllib.jar --conf spark.extraListeners={LISTENER} "
        f"--class Snippet {app}"
    )
    assert "ran\n" in done.out, done.err[-3000:]
    assert len(desk.tunings()) == len(before) + 1


@parametrized("properties")
def test_spark_defaults(block: Block, desk: Desk, tmp_path: Path) -> None:
    """With it as ``spark-defaults.conf``, an application is tracked."""
    ours = block.text.replace("/path/that/trackmllib/jar/printed", desk.spark.jar)
    (tmp_path / "spark-defaults.conf").write_text(ours)
    before = desk.tunings()
    done = desk.bash("spark-submit app.jar", SPARK_CONF_DIR=str(tmp_path))
    assert done.code == 0, done.err[-3000:]
    assert len(desk.tunings()) == len(before) + 1


@parametrized("bash")
def test_bash(block: Block, desk: Desk, python_session: Finished, request) -> None:
    """It ends well, and says or logs what the docs promise."""
    if only_shell(block):
        request.getfixturevalue("scala_session")
        return
    if "$MASTER" in block.text:
        request.getfixturevalue("cluster_mode")(block)
        return
    if "replay" in block.text:
        desk.leave_a_journal()
    before = desk.tunings()
    done = desk.bash(block.text)
    assert done.code == 0, done.out + done.err[-3000:]
    if any(word in block.text for word in STARTS_A_TUNING):
        assert len(desk.tunings()) == len(before) + 1
    for line, said in SAYS.items():
        if block.text.startswith(line):
            assert re.search(said, done.out), done.out


def test_python_logs_and_reads_its_tuning(desk: Desk, python_session: Finished) -> None:
    """The run that the docs name is there, and a row of results for each setting."""
    assert "rows: 2\n" in python_session.out, python_session.out
    assert {"nightly"} <= desk.names("python")


def test_scala_logs_under_the_run(desk: Desk, scala_session: Finished) -> None:
    """The shell's tunings are logged, too."""
    assert {"nightly", "CrossValidator(Pipeline)"} <= desk.names("scala")


def test_each_block_has_a_runner() -> None:
    """No block is overlooked: it is run, or the list says why not; and the list has no other."""
    strangers = [block for block in blocks() if block.language not in RUN]
    assert strangers == []
    assert {excused(block) for block in blocks()} - {None} == set(NOT_RUN)
    assert len(blocks()) > 20
    fences = sum(page.read_text().count("\n```") for page in PAGES)
    assert fences == 2 * len(blocks())


def test_links_lead_somewhere() -> None:
    """What a page of the docs links to in this repository is there."""
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)}: {target}"


def test_what_is_logged_is_documented(
    desk: Desk, python_session: Finished, scala_session: Finished
) -> None:
    """Each name that the tunings of the docs have in MLflow is in what-is-logged.md."""
    page = (ROOT / "docs" / "what-is-logged.md").read_text()
    known = set(re.findall(r"`([\w.<>]+)", page)) | {"maxDepth", "test_f1"}
    for experiment in experiments(desk.uri):
        for top in trees(desk.uri, experiment):
            for node in top.walk():
                names = [*node.params, *node.metrics, *node.tags]
                plain = {_general(name, node.tags) for name in names if "mlflow." not in name}
                assert plain <= known, plain - known


def _general(name: str, tags: dict[str, str]) -> str:
    name = name.removesuffix(f"_{tags.get('fit_uuid')}")
    return name.replace("accuracy", "<metric>").replace("best_maxDepth", "best_<param>")
