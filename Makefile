# Everything a checkout needs is fetched by its own targets: Python packages by uv, sbt by the Ivy
# that ships inside PySpark. Assumed are a JDK 17 or newer, Python 3.10 or newer and make.

PYTHON ?= python3
SPARK_3 := 3.5.9
SPARK_4 := 4.3.0
SBT := 1.12.2

VERSION := $(shell sed -n 's/^__version__ = "\(.*\)"/\1/p' python/trackmllib/_version.py)
BUILD := .build
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
WHEEL := dist/trackmllib-$(VERSION)-py3-none-any.whl
JARS_MADE := $(BUILD)/jars.stamp
INSTALL_WHEEL = $(UV) pip install --quiet --reinstall-package trackmllib --python
ENV_3 := $(BUILD)/spark-$(SPARK_3)
ENVS := $(ENV_3)/.stamp $(VENV)/.stamp
SBT_JAR := $(BUILD)/sbt/sbt-launch-$(SBT).jar
RUN_SBT = java -Dsbt.color=false -Dsbt.supershell=false -jar $(SBT_JAR)

# What hooks into PySpark is tested on both Sparks, what is behind that on the newer one.
ON_SPARK_3 := $(wildcard tests/python/test_hook*.py) $(patsubst %,tests/python/test_%.py, \
	autolog jars log_model pth resources same_as_stock switch tracker)

PYTHON_FILES := $(shell find python -name '*.py' -o -name '*.pth' -o -name py.typed)
JVM_FILES := build.sbt $(wildcard project/*.sbt project/build.properties) $(shell find jvm -name target -prune -o -type f -print)

# uv trusts what the system trusts, as pip does: a company's own certificates too
export UV_SYSTEM_CERTS := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-jvm test-python lint fmt jars wheel bench picture envs clean check-python check-java

help: ## what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

demo: $(VENV)/.stamp ## tune on handwritten digits in Scala and in Python; both into one MLflow store
	@$(BIN)/python examples/demo.py

test: test-jvm test-python ## all tests, on Spark 3.5 and Spark 4

test-jvm: $(SBT_JAR) $(VENV)/.stamp
	PYSPARK_PYTHON=$(abspath $(BIN)/python) $(RUN_SBT) +test </dev/null

test-python: envs
	$(ENV_3)/bin/python -m pytest $(ON_SPARK_3)
	$(BIN)/python -m pytest

lint: $(BIN)/.stamp $(SBT_JAR) ## formatting, types and warnings of both languages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy -p trackmllib
	$(RUN_SBT) scalafmtCheckAll scalafmtSbtCheck +Test/compile </dev/null

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

$(JARS_MADE): $(SBT_JAR) $(JVM_FILES) $(PYTHON_FILES) LICENSE
	rm -rf python/trackmllib/jars
	$(RUN_SBT) +assembly </dev/null
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
