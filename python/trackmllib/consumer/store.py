"""Every call to MLflow's tracking store; the only module that needs MLflow."""

from __future__ import annotations

import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trackmllib import messages, uris
from trackmllib.consumer import native
from trackmllib.consumer.batch import Batch, MetricValue
from trackmllib.consumer.errand import Errand
from trackmllib.consumer.http import THREADS, for_our_threads
from trackmllib.errors import AnswerError, MLflowUnusableError
from trackmllib.events import Destination

if TYPE_CHECKING:
    from mlflow.entities import Run

OLDEST = (2, 22)
_WRITERS_HTTP = 8
_ARTIFACTS = 15.0  # seconds that an artifact store has for a few small files
_PASSING = (408, 409, 425, 429, 499)  # of what a store says of its own accord
_FOR_GOOD = (400, 401, 402, 403, 407, 413, 414, 422, 431, 501)  # of what others say, too
_CONTENT = (400, 413, 414, 422, 431)  # what they do not want is a part of the request
_OURS = (AttributeError, LookupError, TypeError, ValueError)


class Store:
    """The tracking store behind one URI, as seen by one consumer.

    Attributes:
        writers: how many threads it is worth writing with: several where the store is a server's,
            whatever its URI looks like, and one for MLflow's local stores.
        shared_run: held while a run that others write to is read and then written.

    Raises:
        MLflowUnusableError: this interpreter's MLflow is missing, too old or only a part.
    """

    def __init__(self, tracking_uri: str | None) -> None:
        try:
            with native.at_work:
                import mlflow
        except ImportError as error:
            if not (error.name or "").startswith("mlflow"):
                raise
            raise MLflowUnusableError(messages.no_mlflow(sys.executable)) from None
        version = tuple(int(part) for part in mlflow.__version__.split(".")[:2])
        if version < OLDEST:
            raise MLflowUnusableError(messages.old_mlflow(sys.executable, mlflow.__version__))
        self.uri: str = tracking_uri or mlflow.get_tracking_uri()
        from mlflow.store.db.db_types import DATABASE_ENGINES
        from mlflow.store.tracking.rest_store import RestStore
        from mlflow.utils.uri import get_uri_scheme

        scheme_of: Any = get_uri_scheme
        scheme = scheme_of(self.uri)
        if scheme in DATABASE_ENGINES and find_spec("sqlalchemy") is None:
            raise MLflowUnusableError(messages.no_database(sys.executable, scheme))
        self.shared_run = threading.Lock()
        for_our_threads()
        self._client = mlflow.MlflowClient(tracking_uri=self.uri)
        self._store = self._client._tracking_client.store
        self.writers = _WRITERS_HTTP if isinstance(self._store, RestStore) else 1

    def reach(self) -> None:
        """Asks once, where MLflow's own client would ask a server that is not there for minutes.

        Raises:
            StoreUnreachableError: it is not there.
        """
        Errand(f"{THREADS}look", self._ask).wait()

    def _ask(self) -> None:
        self._client.search_experiments(max_results=1)

    def experiment(self, destination: Destination) -> str:
        """The id of the experiment to log to; one that is named and not there is made."""
        from mlflow.exceptions import MlflowException

        if destination.experiment_id:
            return destination.experiment_id
        name = destination.experiment_name
        if not name:
            return self._default_experiment()
        found = self._client.get_experiment_by_name(name)
        if found is None:
            try:
                return str(self._client.create_experiment(name))
            except MlflowException as error:
                if error.error_code not in ("RESOURCE_ALREADY_EXISTS", "ALREADY_EXISTS"):
                    raise
                found = self._client.get_experiment_by_name(name)
                assert found is not None
        return str(found.experiment_id)

    def _default_experiment(self) -> str:
        """MLflow's own choice in MLflow's own store; elsewhere the one that each store has."""
        import mlflow
        from mlflow.tracking.fluent import _get_experiment_id  # it alone knows the choice

        if uris.same_store(self.uri, mlflow.get_tracking_uri()):
            return str(_get_experiment_id())
        return "0"

    def create_run(self, experiment: str, name: str, start: int, tags: Mapping[str, str]) -> Run:
        """Makes a run that is RUNNING since ``start``."""
        return self._client.create_run(experiment, start_time=start, tags=dict(tags), run_name=name)

    def get_run(self, run_id: str) -> Run:
        """The run as MLflow has it now."""
        return self._client.get_run(run_id)

    def experiment_of(self, run_id: str) -> str:
        """The id of the experiment that a run is in, which must not be deleted."""
        from mlflow.exceptions import MlflowException
        from mlflow.protos.databricks_pb2 import RESOURCE_DOES_NOT_EXIST

        run = self.get_run(run_id)
        if run.info.lifecycle_stage == "deleted":
            raise MlflowException("it is deleted", RESOURCE_DOES_NOT_EXIST)
        return str(run.info.experiment_id)

    def find_runs(self, experiment: str, search: str) -> list[Run]:
        """The runs of the experiment that the search finds."""
        return list(
            pages(
                lambda token: self._client.search_runs(
                    [experiment], filter_string=search, page_token=token
                )
            )
        )

    def delete_runs(self, runs: Iterable[Run]) -> None:
        """Deletes runs, which MLflow can restore."""
        for run in runs:
            self._client.delete_run(run.info.run_id)

    def log(self, run_id: str, batch: Batch) -> None:
        """Writes them in one request, or as few as MLflow's limits allow."""
        from mlflow.entities import Metric, Param, RunTag

        self._client.log_batch(
            run_id,
            params=[Param(key, value) for key, value in batch.params.items()],
            tags=[RunTag(key, value) for key, value in batch.tags.items()],
            metrics=[Metric(m.key, m.value, m.time, m.step) for m in batch.metrics],
            synchronous=True,
        )

    def metric_history(self, run_id: str, name: str) -> list[MetricValue]:
        """All values of a run's metric."""
        history = self._client.get_metric_history(run_id, name)
        return [MetricValue(one.key, one.value, one.timestamp, one.step) for one in history]

    def make_room(self, experiment: str, surplus: Callable[[Iterable[str]], list[str]]) -> bool:
        """Deletes those of an experiment's tags that are ``surplus``; whether it could."""
        names = surplus(self._client.get_experiment(experiment).tags)
        if names and not hasattr(self._client, "delete_experiment_tag"):  # MLflow 2 has none
            return False
        for name in names:
            self._client.delete_experiment_tag(experiment, name)
        return True

    def set_experiment_tag(self, experiment: str, name: str, value: str) -> None:
        """Writes one tag of an experiment."""
        self._client.set_experiment_tag(experiment, name, value)

    def log_artifacts(self, run: Run, files: Mapping[str, bytes]) -> None:
        """Writes files among a run's artifacts, all at once.

        Raises:
            TimeoutError: the artifact store, whose client may try for minutes, has not answered.
        """

        def write_all() -> None:
            artifacts = self._artifacts_of(run)
            for errand in [Errand(name, write, artifacts, *file) for file in files.items()]:
                errand.wait()

        def write(artifacts: Any, file: str, content: bytes) -> None:
            with tempfile.TemporaryDirectory(prefix="trackmllib-") as folder:
                path = Path(folder, file)
                path.write_bytes(content)
                artifacts.log_artifact(str(path))

        name = f"{THREADS}artifacts"
        Errand(name, write_all).wait(_ARTIFACTS)

    def log_directory(self, run_id: str, directory: Path, name: str) -> None:
        """Writes all that is in a directory among a run's artifacts, below ``name``."""
        self._client.log_artifacts(run_id, str(directory), name)

    def has_artifact(self, run_id: str, name: str) -> bool:
        """Whether a run has a file or a folder of this name, or (MLflow 3) a logged model."""
        there = {one.path for one in self._client.list_artifacts(run_id)}
        return name in there or bool(self._client.list_artifacts(run_id, name))

    def _artifacts_of(self, run: Run) -> Any:
        from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository
        from mlflow.store.artifact.mlflow_artifacts_repo import MlflowArtifactsRepository

        uri = run.info.artifact_uri
        if uri.startswith("mlflow-artifacts:"):  # MLflow 2 would ask the global tracking server
            through: Any = MlflowArtifactsRepository
            return get_artifact_repository(through.resolve_uri(uri, self.uri))
        return self._client._tracking_client._get_artifact_repo(run.info.run_id)

    def end_run(self, run_id: str, status: str, end: int) -> None:
        """Gives the run its final status (``FINISHED``, ``FAILED`` or ``KILLED``) and its end."""
        from mlflow.entities import RunStatus

        # not set_terminated(): it asks for the run once more and prints two lines a trial
        self._store.update_run_info(run_id, RunStatus.from_string(status), end, run_name=None)


def default_uri() -> str | None:
    """The store that MLflow itself would use; ``None``: there is no MLflow here."""
    try:
        import mlflow
    except ImportError:
        return None
    return mlflow.get_tracking_uri()


def pages(ask: Callable[[str | None], Any]) -> Iterator[Any]:
    """All that a search finds, which MLflow gives page by page."""
    token = None
    while token != "":
        page = ask(token)
        yield from page
        token = page.token or ""


def is_permanent(error: BaseException) -> bool:
    """Whether trying again cannot help: it is not wanted, or the fault is ours."""
    if isinstance(error, (ImportError, *_OURS)) and not isinstance(error, OSError):
        return True
    status = _status(error)
    if isinstance(error, AnswerError):
        return status in _FOR_GOOD
    return status == 501 or (400 <= status < 500 and status not in _PASSING)


def refuses_a_part(error: BaseException) -> bool:
    """Whether the store may take another part of the same request."""
    return _is_ours(error) or _status(error) in _CONTENT


def reason(error: BaseException) -> str:
    """Why something was not written, for people."""
    if _is_ours(error):
        return messages.own_error(error)
    text = str(error) or repr(error)
    # not imported: what is wrong may be that there is no MLflow
    of_server: Any = getattr(sys.modules.get("mlflow.exceptions"), "RestException", ())
    return f"{text} ({_status(error)})" if isinstance(error, of_server) else text


def _status(error: BaseException) -> int:
    """The status of HTTP that an error has, also where there was no HTTP; 0: none."""
    if isinstance(error, AnswerError):
        return error.status
    status = getattr(error, "get_http_status_code", None)
    return int(status()) if callable(status) else 0


def _is_ours(error: BaseException) -> bool:
    """Whether an error is a fault in a program, and no answer."""
    return isinstance(error, _OURS) and not isinstance(error, OSError)


def is_missing(error: BaseException) -> bool:
    """Whether the store says that a run is not there."""
    return getattr(error, "error_code", None) in (
        "RESOURCE_DOES_NOT_EXIST",
        "INVALID_PARAMETER_VALUE",
    )
