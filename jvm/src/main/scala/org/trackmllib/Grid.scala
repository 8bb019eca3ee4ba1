package org.trackmllib

import java.util.regex.{Matcher, Pattern}

import scala.collection.mutable

import org.apache.spark.ml.param.{Param, ParamMap, ParamPair, Params}

/** The param maps of a tuning as events tell them: the same for the same grid, whatever the uids are. */
private[trackmllib] final class Grid(
    estimator: Params,
    maps: Array[ParamMap],
    redaction: Redaction
) {
  import Grid._

  private val pairs: Array[Seq[ParamPair[_]]] = maps.map(inOrder)
  private val tried = mutable.LinkedHashMap.empty[Param[_], mutable.Buffer[Any]]
  for (map <- pairs; pair <- map)
    tried.getOrElseUpdate(pair.param, mutable.Buffer.empty) += pair.value
  private val stages = Stages.within(estimator +: tried.values.flatten.toSeq)
  private val stageOf: Map[String, Params] = stages.toMap
  private val places: Map[String, (String, Int)] = {
    val classes = mutable.LinkedHashMap(stages.map { case (uid, stage) =>
      uid -> EventValues.className(stage)
    }: _*)
    // Params of a stage that is not there say no more of it than its uid, and come last.
    tried.keys.foreach(p => classes.getOrElseUpdate(p.parent, p.parent.replaceAll("_[^_]*$", "")))
    val last = mutable.Map.empty[String, Int].withDefaultValue(0)
    classes.map { case (uid, name) =>
      last(name) += 1
      uid -> (name -> last(name))
    }.toMap
  }
  private val ofStages: Map[Param[_], Any => Any] = tried.collect {
    case (param, values) if values.exists(Stages.holdStages) =>
      (param: Param[_]) -> Stages.told(values.toSeq, inStage)
  }.toMap
  private val parents: Map[Param[_], String] = {
    val sharing = tried.keys.toSeq.groupBy(p => (places(p.parent)._1, p.name))
    tried.keys.map { param =>
      val (name, place) = places(param.parent)
      (param: Param[_]) -> (if (sharing((name, param.name)).size == 1) name else s"${name}_$place")
    }.toMap
  }

  /** What each of the maps sets. */
  val settings: Array[Seq[SettingParam]] = pairs.map { map =>
    map
      .map(p => SettingParam(EventValues.text(parents(p.param)), nameOf(p), valueOf(p)))
      .sortBy(setting => (setting.name, setting.parent))
  }

  /** The params that any of the maps sets. */
  val params: Seq[GridParam] =
    settings.toSeq.flatten.map(s => GridParam(s.parent, s.name)).distinct

  /** A text with no secret in it, and the place of a stage where its uid was. */
  def text(value: String): String = clean(value) { case (name, place) =>
    if (places.values.exists(_ == (name -> 2))) s"${name}_$place" else name
  }

  private def nameOf(pair: ParamPair[_]): String = EventValues.text(pair.param.name)

  private def valueOf(pair: ParamPair[_]): Any =
    if (isSecret(stageOf.get(pair.param.parent), pair.param.name)) Redaction.Redacted
    else
      ofStages.get(pair.param) match {
        case Some(told) => told(pair.value)
        case None => EventValues.typed(pair.value, text)
      }

  /** Without the places of stages: each of those that a grid tries has another. */
  private def inStage(stage: Option[Params], name: String, value: Any): Any =
    if (isSecret(stage, name)) Redaction.Redacted
    else EventValues.typed(value, clean(_)(_._1))

  private def isSecret(stage: Option[Params], name: String): Boolean =
    redaction.hides(name) && !stage.exists(Stages.isSparks(_, name))

  private def clean(value: String)(shown: ((String, Int)) => String): String = {
    val uid = Uid.matcher(value)
    val named = new StringBuffer
    while (uid.find()) {
      val stage = places.get(uid.group)
      uid.appendReplacement(named, Matcher.quoteReplacement(stage.fold(uid.group)(shown)))
    }
    redaction.text(EventValues.text(uid.appendTail(named).toString))
  }
}

private[trackmllib] object Grid {
  private val Uid = Pattern.compile("(?<!\\w)\\w+_[0-9a-f]{12}(?![0-9a-f])")

  /** Spark's maps keep no order, and uids have none. */
  private def inOrder(map: ParamMap): Seq[ParamPair[_]] =
    map.toSeq.sortBy(p => (p.param.name, String.valueOf(EventValues.typed(p.value))))
}
