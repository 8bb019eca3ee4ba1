# Everything a checkout needs is fetched by its own targets: Python packages by uv, sbt by the Ivy
# that ships inside PySpark. Assumed are a JDK 17 or newer, Python 3.10 or newer and make.

PYTHON ?= python3
SPARK_3 := 3.5.9
# PySpark 4.3 is not for Python 3.10
SPARK_4 := $(shell $(PYTHON) -c 'import sys; print("4.3.0" if sys.version_info >= (3, 11) else "4.2.1")' 2>/dev/null)
SBT := 1.12.2
OLDEST_MLFLOW := 2.22.5

VERSION := $(shell sed -n 's/^__version__ = "\(.*\)"/\1/p' python/trackmllib/_version.py)
BUILD := .build
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
WHEEL := dist/trackmllib-$(VERSION)-py3-none-any.whl
CLASSES := $(foreach scala,2.12 2.13,$(BUILD)/classes/trackmllib_$(scala)-$(VERSION).jar)
CLASSES_MADE := $(BUILD)/classes/.stamp
JARS_MADE := $(BUILD)/jars.stamp
INSTALL_WHEEL = $(UV) pip install --quiet --reinstall-package trackmllib --python
ENV_3 := $(BUILD)/spark-$(SPARK_3)
ENV_MLFLOW := $(BUILD)/mlflow-$(OLDEST_MLFLOW)
ENVS := $(ENV_3)/.stamp $(VENV)/.stamp
SBT_JAR := $(BUILD)/sbt/sbt-launch-$(SBT).jar
RUN_SBT = java -Dsbt.color=false -Dsbt.supershell=false -jar $(SBT_JAR)

JOBS ?= $(shell nproc 2>/dev/null || echo 2)
ACTIONLINT := $(BUILD)/bin/actionlint
PYTEST := -m pytest --numprocesses $(JOBS) --dist loadgroup --quiet
SCALAFMT := scalafmtCheckAll scalafmtSbtCheck

# What hooks into PySpark is tested on both Sparks, what is behind that on the newer one.
ON_SPARK_3 := $(wildcard tests/python/test_hook*.py) $(patsubst %,tests/python/test_%.py, \
	autolog jars log_model pth resources same_as_stock switch tracker)

PYTHON_FILES := $(shell find python -name '*.py' -o -name '*.pth' -o -name py.typed)
JVM_FILES := build.sbt $(wildcard project/*.sbt project/build.properties) $(shell find jvm/src -type f)

# uv trusts what the system trusts, as pip does: a company's own certificates too
export UV_SYSTEM_CERTS := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo check test test-jvm test-spark-3 test-spark-4 test-all test-all-sparks test-all-mlflow \
	test-all-kills test-all-examples lint lint-python lint-workflows fmt jars wheel bench picture envs clean check-python check-java

help: ## what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

demo: $(VENV)/.stamp ## tune on handwritten digits in Scala and in Python; both into one MLflow store
	@$(BIN)/python examples/demo.py

check: lint-python $(JARS_MADE) ## what needs no Spark driver, from the source tree, and lint of Python (2 minutes)
	PYTHONPATH=python $(BIN)/python $(PYTEST) -m "not driver and not release" tests/python

test: lint-python lint-workflows test-jvm test-spark-3 test-spark-4 ## what a change must pass: both Sparks, both Scala lines, the browser, lint (20 minutes)

test-jvm: $(SBT_JAR) $(BIN)/.stamp
	PYSPARK_PYTHON=$(abspath $(BIN)/python) $(RUN_SBT) $(SCALAFMT) +test </dev/null

test-spark-3: $(ENV_3)/.stamp
	$(ENV_3)/bin/python $(PYTEST) -m "not release" $(ON_SPARK_3)

test-spark-4: envs
	$(BIN)/python $(PYTEST) -m "not release"

test-all: $(addprefix test-all-,$(or $(ONLY),sparks mlflow kills examples)) ## once before a release: what `test` leaves out (90 minutes; ONLY=sparks, mlflow, kills or examples)

# All tests on both Sparks; what programs do without trackmllib is looked at anew.
test-all-sparks: envs
	rm -rf $(BUILD)/untracked
	ALL_TUNERS=1 $(MAKE) test-jvm
	$(ENV_3)/bin/python $(PYTEST) tests/python
	$(BIN)/python $(PYTEST)

# The oldest MLflow, on the oldest Spark.
test-all-mlflow: $(WHEEL)
	$(UV) venv --quiet --clear --python $(BIN)/python $(ENV_MLFLOW)
	$(UV) pip install --quiet --python $(ENV_MLFLOW)/bin/python --group test pyspark==$(SPARK_3) $(WHEEL)
	$(UV) pip install --quiet --python $(ENV_MLFLOW)/bin/python mlflow==$(OLDEST_MLFLOW) "sqlalchemy<2.1"
	$(ENV_MLFLOW)/bin/python $(PYTEST) tests/python

# Drivers that are killed at random moments, and many tunings at once, again and again.
test-all-kills: envs
	KILLS=20 ROUNDS=10 $(BIN)/python $(PYTEST) tests/integration/test_faults_ends.py tests/integration/test_many_at_once.py

# The examples in an environment that has no more than a user installs.
test-all-examples: envs
	$(UV) venv --quiet --clear --python $(BIN)/python $(BUILD)/new
	$(UV) pip install --quiet --python $(BUILD)/new/bin/python "$(WHEEL)[local]" pyspark==$(SPARK_4) scikit-learn
	SPARKS=$(BUILD)/new $(BIN)/python $(PYTEST) tests/integration/test_examples.py

lint: lint-python lint-workflows $(SBT_JAR) ## formatting, types and warnings of both languages
	$(RUN_SBT) $(SCALAFMT) +Test/compile </dev/null

lint-python: $(BIN)/.stamp
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check .
	$(BIN)/mypy --no-error-summary -p trackmllib

# actionlint comes by Go's own means, where there is a Go
lint-workflows:
	@if test -x $(ACTIONLINT) || GOBIN=$(abspath $(dir $(ACTIONLINT))) \
		go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.7 2>/dev/null; then $(ACTIONLINT); \
	else echo "the workflow files are not checked: actionlint cannot be installed here"; fi

fmt: $(BIN)/.stamp $(SBT_JAR) ## format both languages
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .
	$(RUN_SBT) scalafmtAll scalafmtSbt </dev/null

jars: $(JARS_MADE) ## the jars for Spark 3.5 (Scala 2.12) and Spark 4 (Scala 2.13)

wheel: $(WHEEL) ## the Python package with both jars, in dist/

bench: $(VENV)/.stamp ## what tracking costs, beside mlflow.pyspark.ml.autolog (40 minutes; leave the machine alone)
	$(UV) pip install --quiet --python $(BIN)/python --group bench
	$(BIN)/python bench/run.py $(BENCH)

picture: $(VENV)/.stamp ## the README's picture, taken from MLflow's UI (with the Chromium on the path, or in CHROMIUM)
	$(BIN)/python -m pytest tests/ui/readme_picture.py
	cp $(BUILD)/ui/picture.png docs/images/tuning.png

envs: $(ENVS)

clean: ## remove what was built
	rm -rf $(BUILD) $(VENV) dist python/trackmllib/jars jvm/target target project/target project/project .mypy_cache .pytest_cache .ruff_cache

# Class files by sbt, which takes half a minute; the Python files go in by a second step, which does not.
$(CLASSES_MADE): $(SBT_JAR) $(JVM_FILES) python/trackmllib/_version.py
	$(RUN_SBT) +assembly </dev/null
	@touch $@

$(JARS_MADE): $(CLASSES_MADE) $(PYTHON_FILES) LICENSE jvm/bundle.py
	$(BIN)/python jvm/bundle.py $(CLASSES) python/trackmllib/jars
	@touch $@

$(WHEEL): $(BIN)/.stamp $(JARS_MADE) pyproject.toml hatch_build.py README.md
	$(BIN)/python -m hatchling build -t wheel

# The checkout's own environment has Spark 4, beside it there is one with Spark 3.5: each with the
# built wheel, as a user has it.
$(VENV)/.stamp: $(WHEEL)
	$(INSTALL_WHEEL) $(BIN)/python $(WHEEL)
	@touch $@

$(ENV_3)/.stamp: $(WHEEL)
	test -x $(ENV_3)/bin/python || $(UV) venv --quiet --python $(BIN)/python $(ENV_3)
	$(UV) pip install --quiet --python $(ENV_3)/bin/python --group test pyspark==$(SPARK_3)
	$(INSTALL_WHEEL) $(ENV_3)/bin/python $(WHEEL)
	@touch $@

$(BIN)/.stamp: pyproject.toml | check-python
	test -x $(UV) || { $(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip install --quiet uv; }
	$(UV) pip install --quiet --python $(BIN)/python --group tools --group test pyspark==$(SPARK_4)
	@touch $@

$(SBT_JAR): $(BIN)/.stamp | check-java
	java -jar $$(ls $(VENV)/lib/python*/site-packages/pyspark/jars/ivy-*.jar) -warn -types jar \
		-dependency org.scala-sbt sbt-launch $(SBT) -retrieve "$(@D)/[artifact]-[revision].[ext]" </dev/null
	@touch $@

check-python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null || { \
		echo 'make needs Python 3.10 or newer: install it, or name one with `make PYTHON=...`'; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo '$(PYTHON) lacks venv: install it (Debian: apt install python3-venv)'; exit 1; }

check-java:
	@java -version 2>&1 | awk -F'[".]' '/version/ { ok = $$2 >= 17 } END { exit !ok }' && javac -version >/dev/null 2>&1 || { \
		echo 'make needs a JDK 17 or newer as `java` and `javac` on the PATH (Debian: apt install openjdk-17-jdk)'; exit 1; }
