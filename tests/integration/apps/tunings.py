"""Stock tunings, each in an experiment of its own; Tunings.scala beside it has them in Scala."""

import sys
from threading import Thread

from pyspark.ml import Pipeline
from pyspark.ml.classification import DecisionTreeClassifier, LogisticRegression, OneVsRest
from pyspark.ml.evaluation import MulticlassClassificationEvaluator
from pyspark.ml.feature import MaxAbsScaler, MinMaxScaler, StandardScaler, VectorAssembler
from pyspark.ml.tuning import CrossValidator, ParamGridBuilder, TrainValidationSplit
from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("tunings").getOrCreate()
evaluator = MulticlassClassificationEvaluator(metricName="accuracy")


def tree(**params):
    return DecisionTreeClassifier(seed=7, **params)


def validator(fold_col="fold", folds=3, **params):
    return CrossValidator(evaluator=evaluator, numFolds=folds, foldCol=fold_col, seed=7, **params)


def depths(dt):
    return ParamGridBuilder().addGrid(dt.maxDepth, [1, 3]).build()


def tree_validator(parallelism=1):
    dt = tree()
    return validator(
        "inner", folds=2, estimator=dt, estimatorParamMaps=depths(dt), parallelism=parallelism
    )


def pipeline_validator():
    dt = tree(featuresCol="scaled")
    scaler = StandardScaler(inputCol="features", outputCol="scaled")
    grid = ParamGridBuilder().addGrid(dt.maxDepth, [1, 3]).addGrid(dt.maxBins, [4, 8]).build()
    return validator(estimator=Pipeline(stages=[scaler, dt]), estimatorParamMaps=grid)


def split(parallelism):
    dt = tree()
    return TrainValidationSplit(
        estimator=dt,
        evaluator=evaluator,
        estimatorParamMaps=depths(dt),
        trainRatio=0.7,
        seed=7,
        parallelism=parallelism,
    )


def nested():
    dt = tree()
    inner = validator(
        "inner",
        folds=2,
        collectSubModels=True,  # else PySpark cannot copy the model that it transforms with
        estimator=dt,
        estimatorParamMaps=ParamGridBuilder().addGrid(dt.maxDepth, [1, 2]).build(),
    )
    grid = ParamGridBuilder().addGrid(dt.maxBins, [4, 8]).build()
    return validator(estimator=inner, estimatorParamMaps=grid)


def values():
    lr = LogisticRegression(maxIter=2)
    dt = tree()
    pipeline = Pipeline(stages=[lr])
    return validator(
        estimator=pipeline,
        estimatorParamMaps=[
            {pipeline.stages: [lr], lr.regParam: 0.0001},
            {pipeline.stages: [lr], lr.fitIntercept: False},
            {pipeline.stages: [dt], dt.impurity: "entropy"},
            {pipeline.stages: [lr], lr.thresholds: [0.2, 0.3, 0.5]},
        ],
    )


def same_name():
    first = MinMaxScaler(inputCol="features", outputCol="first")
    second = MinMaxScaler(inputCol="first", outputCol="second")
    largest = MaxAbsScaler(inputCol="second", outputCol="third")
    dt = tree(featuresCol="third")
    grid = ParamGridBuilder().addGrid(first.max, [1.0, 2.0]).addGrid(second.max, [3.0]).build()
    return validator(
        estimator=Pipeline(stages=[first, second, largest, dt]), estimatorParamMaps=grid
    )


def pipelines():
    """Whole pipelines; some of their stages differ in what was set, others in what was not."""
    pipeline = Pipeline(stages=[])
    scalers = [MinMaxScaler(inputCol="features"), MinMaxScaler(inputCol="features", max=2.0)]

    def regression(enet):
        return LogisticRegression(
            maxIter=2,
            regParam=0.0001,
            elasticNetParam=enet,
            featuresCol=scalers[0].getOutputCol(),
        )

    stages = [
        [*scalers, regression(0.0)],
        [*scalers, regression(1.0)],
        [Pipeline(stages=[tree(maxDepth=1)])],
    ]
    other = LogisticRegression()  # the grid has a param of a stage that is in none of them, too
    grid = [{pipeline.stages: some, other.tol: 0.5} for some in stages]
    return validator("inner", folds=2, estimator=pipeline, estimatorParamMaps=grid)


def classifiers():
    lr = LogisticRegression(maxIter=1)
    rest = OneVsRest(classifier=lr)
    return validator(
        "inner",
        folds=2,
        estimator=rest,
        estimatorParamMaps=[
            {rest.classifier: LogisticRegression(maxIter=1, regParam=0.0001)},
            {rest.classifier: LogisticRegression(maxIter=1, regParam=0.5)},
            {rest.classifier: LogisticRegression(maxIter=1)},
            {lr.fitIntercept: False},
        ],
    )


def failing(parallelism):
    """A binomial regression on three classes throws when it is fitted."""
    lr = LogisticRegression(maxIter=2)
    families = ["multinomial", "binomial", "auto"]
    grid = ParamGridBuilder().addGrid(lr.family, families).build()
    return validator(estimator=lr, estimatorParamMaps=grid, parallelism=parallelism)


def in_threads(data):
    threads = [Thread(target=tree_validator(parallelism=2).fit, args=(data,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(threads)


def run_in(experiment, tune):
    spark.conf.set("spark.trackmllib.experimentName", experiment)
    try:
        print(f"{experiment}: Success({tune()})")
    except Exception as error:
        print(f"{experiment}: Failure({type(error).__name__})")


def main():
    flat = spark.read.option("header", "true").option("inferSchema", "true").csv(sys.argv[1])
    assembler = VectorAssembler(inputCols=["a", "b", "c"], outputCol="features")
    data = assembler.transform(flat).cache()
    cv = tree_validator()
    run_in("bare", lambda: tree_validator().fit(data).avgMetrics)
    run_in("parallel", lambda: tree_validator(parallelism=3).fit(data).avgMetrics)
    run_in("pipeline", lambda: pipeline_validator().fit(data).avgMetrics)
    run_in("split", lambda: len(split(parallelism=3).fit(data).validationMetrics))
    run_in("map", lambda: cv.fit(data, {cv.parallelism: 2}).avgMetrics)
    run_in("maps", lambda: len(cv.fit(data, [{cv.parallelism: 1}, {cv.parallelism: 2}])))
    run_in("stage", lambda: len(Pipeline(stages=[tree_validator()]).fit(dataset=data).stages))
    run_in("nested", lambda: nested().fit(data).avgMetrics)
    run_in("values", lambda: values().fit(data).avgMetrics)
    run_in("same-name", lambda: same_name().fit(data).avgMetrics)
    run_in("pipelines", lambda: len(pipelines().fit(data).avgMetrics))
    run_in("classifiers", lambda: len(classifiers().fit(data).avgMetrics))
    run_in("failing", lambda: failing(parallelism=1).fit(data))
    run_in("failing-parallel", lambda: failing(parallelism=3).fit(data))
    run_in("threads", lambda: in_threads(data))
    spark.stop()


if __name__ == "__main__":
    main()
