package org.trackmllib

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path}

import scala.util.Try

import org.apache.spark.ml.{Model, PipelineModel, Transformer}
import org.apache.spark.ml.classification.OneVsRestModel
import org.apache.spark.ml.param.Params
import org.apache.spark.ml.tuning.{CrossValidatorModel, TrainValidationSplitModel}
import org.apache.spark.ml.util.MLWritable
import org.apache.spark.sql.DataFrame

/** All that can be asked of a model, and all that it saves, as text that can be compared. */
object Shown {

  /** Lines that are the same where two models of one `fit` cannot be told apart. */
  def apply(model: Transformer, data: DataFrame): Seq[String] =
    (stage(model, data) ++ saved(model, data) ++ model.transform(data).collect().map(_.toString))
      .map(random.replaceAllIn(_, "$1"))

  /** The uids of a forest's trees, which are new in each fit, and the time of saving. */
  private val random = """(dt[cr])_[0-9a-f]{12}|"timestamp":\d+,?""".r

  private def stage(model: Transformer, data: DataFrame): Seq[String] = {
    val figures = model match {
      case m: CrossValidatorModel =>
        m.avgMetrics.map(_.toString).toSeq ++
          (m.bestModel +: subModels(m.hasSubModels)(m.subModels.flatten)).flatMap(stage(_, data))
      case m: TrainValidationSplitModel =>
        m.validationMetrics.map(_.toString).toSeq ++
          (m.bestModel +: subModels(m.hasSubModels)(m.subModels)).flatMap(stage(_, data))
      case m: PipelineModel => m.stages.toSeq.flatMap(stage(_, data))
      case m: OneVsRestModel => m.models.toSeq.flatMap(stage(_, data))
      case _ => Nil
    }
    Seq(
      model.getClass.getName,
      model.uid,
      parent(model),
      Try(model.transformSchema(data.schema)).fold(_.getClass.getName, _.toString)
    ) ++ model.explainParams().linesIterator ++ params(model) ++ figures
  }

  private def subModels(are: Boolean)(models: => Array[Model[_]]): Seq[Model[_]] =
    if (are) models.toSeq else Nil

  private def parent(model: Transformer): String = model match {
    case m: Model[_] if m.hasParent => s"${m.parent.getClass.getName} ${m.parent}"
    case _ => "no parent"
  }

  private def params(of: Params): Seq[String] = of.params.toSeq.map { p =>
    s"${p.name} ${of.get(p).map(text)} ${of.getDefault(p).map(text)}"
  }

  private def text(value: Any): String = value match {
    case array: Array[_] => array.map(text).mkString("[", ", ", "]")
    case other => other.toString
  }

  /** Each file's path, and what is in it; or what Spark has against saving it. */
  private def saved(model: Transformer, data: DataFrame): Seq[String] = {
    val directory = Files.createTempDirectory("model").resolve("saved")
    Try(model.asInstanceOf[MLWritable].save(directory.toString))
      .fold(refused => Seq(refused.toString), _ => files(directory, data))
  }

  private def files(directory: Path, data: DataFrame): Seq[String] =
    tree(directory).filterNot(_.toString.endsWith(".crc")).flatMap { file =>
      val name = directory.relativize(file).toString.replaceAll("-[0-9a-f-]{36}-c000", "")
      val content =
        if (name.endsWith(".parquet"))
          rows(name, data.sparkSession.read.parquet(file.toString))
        else Seq(new String(Files.readAllBytes(file), UTF_8))
      name +: content
    }

  /** Spark writes the keys of a JSON object in any order. */
  private def rows(name: String, file: DataFrame): Seq[String] = {
    val texts = file.collect().map(_.toString).toSeq
    if (name.contains("treesMetadata")) texts.map(_.split("[,{}]").sorted.mkString(",")) else texts
  }

  private def tree(path: Path): Seq[Path] =
    if (!Files.isDirectory(path)) Seq(path)
    else path.toFile.listFiles.sortBy(_.getName).toSeq.flatMap(file => tree(file.toPath))
}
