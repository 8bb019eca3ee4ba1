"""What happens when an interpreter starts that has trackmllib installed."""

from __future__ import annotations

import sysconfig
from pathlib import Path

import pytest
from fresh import python

pytestmark = pytest.mark.skipif(
    not Path(sysconfig.get_path("purelib"), "trackmllib.pth").exists(),
    reason="trackmllib.pth is not installed here",
)

HOOKED = """
import sys
{imported}
from trackmllib import _pth
tuning = sys.modules["pyspark.ml.tuning"]
assert tuning.CrossValidator.fit.__module__ == "pyspark.ml.base", tuning.CrossValidator.fit
assert hasattr(tuning._parallelFitTasks, "hooked_by_trackmllib")
assert hasattr(tuning.CrossValidator._fit, "__wrapped__")
assert hasattr(tuning.TrainValidationSplit._fit, "__wrapped__")
assert not _pth.armed()
assert type(tuning.__loader__).__module__ != "trackmllib._pth"
assert tuning.__spec__.loader is tuning.__loader__
assert "mlflow" not in sys.modules
print("hooked")
"""


def test_start_imports_nothing():
    """Neither MLflow nor PySpark, nor anything of ours."""
    code = (
        "import sys; print(sorted(name for name in sys.modules "
        "if name.split('.')[0] in ('mlflow', 'pyspark', 'trackmllib')))"
    )
    assert python(code) == "[]"


def test_import_of_the_tuners_is_cheap():
    """Executors import them, too: nothing comes with them but the wrappers."""
    code = (
        "import sys, pyspark.ml.linalg; assert 'pyspark.ml.tuning' in sys.modules; "
        "print(sorted(name for name in sys.modules if name.split('.')[0] in "
        "('mlflow', 'trackmllib')))"
    )
    assert python(code) == "['trackmllib', 'trackmllib._pth', 'trackmllib.patch']"


@pytest.mark.parametrize(
    "imported",
    [
        "import pyspark.ml.tuning",
        "from pyspark.ml.tuning import CrossValidator",
        "from pyspark.ml import tuning",
        "import pyspark.ml",
        "import importlib; importlib.import_module('pyspark.ml.tuning')",
        "import importlib.util as u; u.find_spec('pyspark.ml.tuning'); import pyspark.ml.tuning",
        "import trackmllib; trackmllib.enable(); trackmllib.enable(); import pyspark.ml.tuning",
        "import pyspark.ml.tuning; import trackmllib; trackmllib.enable(); trackmllib.enable()",
    ],
)
def test_hooked_whichever_way_it_is_imported(imported):
    """The tuners are hooked before their importer sees them, and the finder has gone."""
    assert python(HOOKED.format(imported=imported)) == "hooked"


def test_hooked_in_isolated_mode():
    """Also with ``-I``, which keeps the environment and the user's directory out."""
    code = HOOKED.format(imported="import pyspark.ml.tuning")
    assert python(code, "-I") == "hooked"


def test_import_that_fails_at_first():
    """An import that failed, and succeeds later, is hooked then."""
    failing = """
import sys
sys.modules["numpy"] = None
try:
    import pyspark.ml.tuning
except ImportError:
    pass
else:
    raise AssertionError
del sys.modules["numpy"]
for name in [name for name in sys.modules if name.startswith("pyspark.ml")]:
    del sys.modules[name]
import pyspark.ml.tuning
"""
    assert python(HOOKED.format(imported=failing)) == "hooked"


def test_disabled_by_the_environment():
    """``TRACKMLLIB_DISABLED=1`` leaves the tuners as they are, and no finder."""
    code = """
import sys
print([one for one in sys.meta_path if "rackml" in repr(one)])
import pyspark.ml.tuning as tuning
print("fit" in vars(tuning.CrossValidator), hasattr(tuning._parallelFitTasks, "__wrapped__"))
"""
    assert python(code, TRACKMLLIB_DISABLED="1").splitlines() == ["[]", "False False"]


def test_without_pyspark():
    """An interpreter without PySpark starts, and its import of PySpark fails as ever."""
    code = """
import sys
sys.meta_path[:] = [one for one in sys.meta_path if "rackml" in repr(one)]
assert sys.meta_path
try:
    import pyspark.ml.tuning
except ModuleNotFoundError as error:
    print(error.name)
"""
    assert python(code) == "pyspark"


def test_ours_cannot_be_imported():
    """PySpark's tuners are what they are."""
    code = """
import sys
sys.modules["trackmllib"] = None
import pyspark.ml.tuning as tuning
print(hasattr(tuning._parallelFitTasks, "__wrapped__"))
"""
    assert python(code) == "False"


def test_ours_has_gone_at_the_first_fit():
    """By an upgrade, for example: the fit is Spark's own, and one warning says so."""
    code = """
import sys
import pyspark.ml.tuning as tuning
sys.modules["trackmllib.hook"] = None
class Mine(tuning.CrossValidator):
    def _fit(self, dataset):
        return f"fitted {dataset}"
print(Mine().fit("first"), Mine().fit("second"))
"""
    done = python(code, check=False)
    assert done.stdout.strip() == "fitted first fitted second"
    (warning,) = (line for line in done.stderr.splitlines() if "trackmllib" in line)
    assert "Training goes on" in warning


def test_line_is_run_twice():
    """By two directories of packages, for example."""
    line = Path(sysconfig.get_path("purelib"), "trackmllib.pth").read_text()
    code = f"exec({line!r}); exec({line!r}); import pyspark.ml.tuning"
    assert python(HOOKED.format(imported=code)) == "hooked"
