"""Tunings of all kinds, and the ways to fit them."""

from __future__ import annotations

from pyspark.ml import Pipeline
from pyspark.ml.classification import (
    DecisionTreeClassifier,
    GBTClassifier,
    LogisticRegression,
    NaiveBayes,
    OneVsRest,
    RandomForestClassifier,
)
from pyspark.ml.clustering import KMeans
from pyspark.ml.evaluation import (
    BinaryClassificationEvaluator,
    ClusteringEvaluator,
    MulticlassClassificationEvaluator,
    MultilabelClassificationEvaluator,
    RankingEvaluator,
    RegressionEvaluator,
)
from pyspark.ml.feature import PCA, SQLTransformer, StandardScaler
from pyspark.ml.recommendation import ALS
from pyspark.ml.regression import (
    DecisionTreeRegressor,
    GeneralizedLinearRegression,
    LinearRegression,
    RandomForestRegressor,
)
from pyspark.ml.tuning import CrossValidator, ParamGridBuilder, TrainValidationSplit


def cv(estimator, evaluator, grid, **params):
    """A cross-validation over ``grid``: values by the names of params, or param maps."""
    params = {"numFolds": 2, "estimatorParamMaps": maps(estimator, grid), **params}
    return CrossValidator(estimator=estimator, evaluator=evaluator, **params)


def tvs(estimator, evaluator, grid, **params):
    """The same as one split."""
    params = {"estimatorParamMaps": maps(estimator, grid), **params}
    return TrainValidationSplit(estimator=estimator, evaluator=evaluator, **params)


def maps(estimator, grid):
    """All settings of a grid."""
    if isinstance(grid, list):
        return grid
    builder = ParamGridBuilder()
    for name, values in grid.items():
        builder.addGrid(estimator.getParam(name), values)
    return builder.build()


def line(**params):
    """A regression in one job."""
    return LinearRegression(solver="normal", **params)


def rmse():
    return RegressionEvaluator(metricName="rmse")


def accuracy():
    return MulticlassClassificationEvaluator(metricName="accuracy")


LINES = {"regParam": [5.0, 0.1]}
TREES = {"maxDepth": [1, 2]}


def with_scaler():
    """A pipeline of which two stages are tuned."""
    scaler = StandardScaler(inputCol="features", outputCol="scaled")
    logistic = LogisticRegression(featuresCol="scaled", maxIter=2)
    grid = ParamGridBuilder().addGrid(scaler.withMean, [True, False])
    return cv(
        Pipeline(stages=[scaler, logistic]),
        MulticlassClassificationEvaluator(metricName="logLoss"),
        grid.addGrid(logistic.regParam, [0.0, 1.0]).build(),
        parallelism=2,
    )


def with_other_stages():
    """A grid over the stages of a pipeline."""
    pipeline, tree = (
        Pipeline(stages=[]),
        DecisionTreeRegressor(featuresCol="pca", seed=1, maxDepth=1),
    )
    pca = PCA(k=1, inputCol="features", outputCol="pca")
    return tvs(pipeline, rmse(), [{pipeline.stages: [line()]}, {pipeline.stages: [pca, tree]}])


def in_lists(evaluator):
    """An evaluator of lists, of which the pipeline's last stage makes some."""
    tree = DecisionTreeClassifier(seed=5)
    lists = SQLTransformer(
        statement="SELECT array(prediction, 7D) AS predicted, array(label) AS actual FROM __THIS__"
    )
    grid = ParamGridBuilder().addGrid(tree.maxDepth, [1, 3]).build()
    evaluator.setPredictionCol("predicted").setLabelCol("actual")
    return cv(Pipeline(stages=[tree, lists]), evaluator, grid, seed=2)


def one_vs_rest():
    """A grid over what is a stage itself."""
    estimator = OneVsRest()
    grid = [{estimator.classifier: LogisticRegression(maxIter=steps)} for steps in (1, 3)]
    return tvs(estimator, accuracy(), grid, seed=1)


def recommender(evaluator, *, lists=False):
    """A tuning of recommendations."""
    als = ALS(userCol="user", itemCol="item", ratingCol="weight", rank=2, maxIter=1, seed=1)
    als.setColdStartStrategy("drop").setNumBlocks(1)
    grid = ParamGridBuilder().addGrid(als.regParam, [0.1, 1.0]).build()
    if not lists:
        return tvs(als, evaluator, grid, collectSubModels=True)
    made = SQLTransformer(
        statement="SELECT array(round(CAST(prediction AS DOUBLE)), 1D) AS prediction, "
        "array(weight) AS label FROM __THIS__"
    )
    return tvs(Pipeline(stages=[als, made]), evaluator, grid)


def the_same_map_twice():
    estimator = line()
    setting = {estimator.regParam: 0.1}
    return cv(estimator, rmse(), [setting, setting, dict(setting), {estimator.regParam: 5.0}])


def nested():
    """A cross-validation of a split."""
    inner = tvs(line(), rmse(), LINES, seed=4, collectSubModels=True)  # else PySpark cannot copy it
    return cv(inner, rmse(), [{inner.trainRatio: 0.5}, {inner.trainRatio: 0.8}], seed=1)


BY_TREE = DecisionTreeClassifier
TUNERS = {
    "logistic regression": lambda: cv(
        LogisticRegression(maxIter=2), accuracy(), {"regParam": [0.0, 1.0]}
    ),
    "area under the curve": lambda: tvs(
        GBTClassifier(maxIter=2, maxDepth=1, seed=1, labelCol="fold"),
        BinaryClassificationEvaluator(labelCol="fold"),
        {"stepSize": [0.1, 0.5]},
        seed=8,
    ),
    "naive Bayes": lambda: cv(NaiveBayes(modelType="gaussian"), accuracy(), [{}]),
    "smaller is better": lambda: cv(line(), rmse(), LINES),
    "error of the mean": lambda: tvs(
        line(), RegressionEvaluator(metricName="mae"), {"fitIntercept": [True, False]}, seed=1
    ),
    "larger is better": lambda: tvs(line(), RegressionEvaluator(metricName="r2"), LINES),
    "weights": lambda: cv(
        line(weightCol="weight"), RegressionEvaluator(weightCol="weight"), LINES, seed=3
    ),
    "trees": lambda: cv(BY_TREE(seed=7), accuracy(), TREES, seed=3),
    "parallelism": lambda: cv(
        BY_TREE(seed=7), accuracy(), {"maxDepth": [1, 2, 3]}, parallelism=3, collectSubModels=True
    ),
    "folds of the user's": lambda: cv(BY_TREE(seed=7), accuracy(), TREES, foldCol="fold"),
    "split": lambda: tvs(BY_TREE(seed=7), accuracy(), TREES, collectSubModels=True),
    "split, in parallel": lambda: tvs(
        BY_TREE(seed=7), accuracy(), TREES, trainRatio=0.6, parallelism=2, seed=9
    ),
    "forest": lambda: tvs(
        RandomForestClassifier(numTrees=2, seed=1), accuracy(), TREES, collectSubModels=True
    ),
    "forest of numbers": lambda: cv(
        RandomForestRegressor(numTrees=2, maxDepth=1, seed=1), rmse(), {"numTrees": [1, 2]}
    ),
    "generalized": lambda: tvs(
        GeneralizedLinearRegression(maxIter=1), rmse(), {"regParam": [0.0, 1.0]}, seed=2
    ),
    "clusters": lambda: cv(
        KMeans(seed=1, maxIter=1, initMode="random"), ClusteringEvaluator(), {"k": [2, 3]}
    ),
    "recommendations": lambda: recommender(
        RegressionEvaluator(labelCol="weight", predictionCol="prediction")
    ),
    "rankings": lambda: recommender(RankingEvaluator(metricName="precisionAtK", k=1), lists=True),
    "ranking of labels": lambda: in_lists(RankingEvaluator(metricName="meanAveragePrecision")),
    "many labels": lambda: in_lists(MultilabelClassificationEvaluator(metricName="hammingLoss")),
    "one against the rest": one_vs_rest,
    "pipeline": with_scaler,
    "other stages": with_other_stages,
    "the same map twice": the_same_map_twice,
    "nested": nested,
}


def by_map(data):
    """``fit`` with params of the tuner's."""
    tuner = cv(line(), rmse(), LINES)
    return tuner, lambda: tuner.fit(data, {tuner.numFolds: 3, tuner.seed: 5})


def by_maps(data):
    """``fit`` with several maps gives several models."""
    tuner = tvs(line(), rmse(), LINES)
    return tuner, lambda: tuner.fit(data, [{tuner.trainRatio: 0.5}, {tuner.seed: 6}])


def as_a_stage(data):
    """A tuner in a pipeline."""
    scaler = StandardScaler(inputCol="features", outputCol="scaled")
    tuner = cv(line(featuresCol="scaled"), rmse(), LINES, collectSubModels=True)
    pipeline = Pipeline(stages=[scaler, tuner])
    return pipeline, lambda: pipeline.fit(data)


def plain(name):
    """``fit`` of one of the tuners."""

    def prepared(data):
        tuner = TUNERS[name]()
        return tuner, lambda: tuner.fit(data)

    return prepared


FITS = {name: plain(name) for name in TUNERS} | {
    "by map": by_map,
    "by maps": by_maps,
    "as a stage": as_a_stage,
}
