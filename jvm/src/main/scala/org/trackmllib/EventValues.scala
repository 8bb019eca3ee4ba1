package org.trackmllib

import scala.util.matching.Regex

import org.apache.spark.ml.param.Params

/** Param values as they stand in events: typed where JSON has the type, text otherwise. */
final class EventValues(redaction: Regex) {

  /** The value of the param `name`; secrets are replaced before anything is written. */
  def apply(name: String, value: Any): Any =
    if (isSecret(name)) EventValues.Redacted else typed(value)

  private def typed(value: Any): Any = value match {
    case null | None => null
    case _: Boolean | _: Int | _: Long | _: Double => value
    case x: Float => x.toString.toDouble
    case x: Short => x.toInt
    case x: Byte => x.toInt
    case text: String => line(text)
    // A stage in a grid over stages; its toString would be its uid, new in each program.
    case stage: Params => EventValues.className(stage)
    case array: Array[_] => list(array.toSeq)
    case seq: Seq[_] => list(seq)
    case other => EventValues.text(other.toString)
  }

  private def list(values: Seq[Any]): Any = {
    val typedValues = values.map(typed)
    val json = EventJson.write(typedValues)
    if (json.length > EventValues.MaxLength) EventValues.text(json) else typedValues
  }

  private def line(text: String): String = {
    val key = text.takeWhile(_ != '=')
    if (key.length < text.length && isSecret(key)) s"$key=${EventValues.Redacted}"
    else EventValues.text(text)
  }

  private def isSecret(name: String): Boolean = redaction.findFirstIn(name).isDefined
}

object EventValues {

  /** What Spark writes in place of a secret. */
  val Redacted = "*********(redacted)"

  /** Longer texts are cut: an event stays small. */
  val MaxLength = 100000

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
