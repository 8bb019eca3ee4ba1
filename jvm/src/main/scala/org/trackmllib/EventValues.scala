package org.trackmllib

import scala.collection.immutable.ListMap
import scala.util.Try

import org.apache.spark.ml.param.{ParamMap, Params}

/** Values as they stand in events: typed where JSON has the type, text otherwise. */
object EventValues {

  /** Longer texts are cut: an event stays small. */
  val MaxLength = 100000

  /**
   * @param clean
   *   what becomes of a text
   */
  def typed(value: Any, clean: String => String = text(_)): Any = value match {
    case null | None => null
    case _: Boolean | _: Int | _: Long | _: Double => value
    case x: Float => x.toString.toDouble
    case x: Short => x.toInt
    case x: Byte => x.toInt
    case text: String => clean(text)
    // Its toString would be its uid, new in each program.
    case stage: Params => className(stage)
    case map: ParamMap =>
      ListMap(map.toSeq.map(p => p.param.name -> typed(p.value, clean)).sortBy(_._1): _*)
    case array: Array[_] => list(array.toSeq, clean)
    case seq: Seq[_] => list(seq, clean)
    // A user's object may throw.
    case other => clean(Try(String.valueOf(other.toString)).getOrElse(s"(${className(other)})"))
  }

  private def list(values: Seq[Any], clean: String => String): Any = {
    val typedValues = values.map(typed(_, clean))
    val json = EventJson.write(typedValues)
    if (json.length > MaxLength) text(json) else typedValues
  }

  /** Text that every JSON reader takes: halves of surrogate pairs replaced, of bounded length. */
  def text(value: String, limit: Int = MaxLength): String = {
    val cut =
      if (value.length <= limit) value
      else s"${value.take(limit)}… (cut, ${value.length} characters)"
    cut.replaceAll("\\p{Cs}", "\uFFFD")
  }

  /** The simple class name, without the `$` of a Scala object. */
  def className(instance: Any): String = {
    val cls = instance.getClass
    // Java 8 throws "Malformed class name" for some Scala classes.
    val simple =
      try cls.getSimpleName
      catch { case _: InternalError => "" }
    (if (simple.isEmpty) cls.getName.split('.').last else simple).stripSuffix("$")
  }
}
