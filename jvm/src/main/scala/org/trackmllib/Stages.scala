package org.trackmllib

import java.util.IdentityHashMap

import scala.collection.immutable.ListMap
import scala.collection.mutable
import scala.util.Try

import org.apache.spark.ml.param.Params

/** The stages of a tuning: which there are, and what tells those apart that a grid tries. */
private[trackmllib] object Stages {
  private val Most = 2000 // stages of a tuning that are known
  private val MostInValue = 200 // stages in a value of the grid whose params are told
  private val Deepest = 10 // how deep in the value they may be

  /** What events say of the value of a stage's param, which is no stage. */
  type Leaf = (Option[Params], String, Any) => Any
  private type Path = Vector[String]

  /** The stages among `roots` and in their params, by uid; a stage comes before those in it. */
  def within(roots: Seq[Any]): Seq[(String, Params)] = {
    val found = mutable.LinkedHashMap.empty[String, Params]
    var waiting = roots.toList
    while (waiting.nonEmpty && found.size < Most) {
      val value = waiting.head
      waiting = waiting.tail
      value match {
        case stage: Params if !found.contains(stage.uid) =>
          found(stage.uid) = stage
          waiting = params(stage).map(_._2).toList ::: waiting
        case Elements(values) => waiting = values.filter(_.isInstanceOf[Params]).toList ::: waiting
        case _ =>
      }
    }
    found.toSeq
  }

  /** Whether a param of a stage is one that Spark's own classes have. */
  def isSparks(stage: Params, name: String): Boolean =
    Try(stage.getClass.getMethod(name).getDeclaringClass.getName).toOption
      .exists(_.startsWith("org.apache.spark.ml."))

  def holdStages(value: Any): Boolean = value match {
    case _: Params | _: Stage => true
    case Elements(values) => values.exists(holdStages)
    case _ => false
  }

  /** What events say of each of the values of one param, of which some are stages or hold some. */
  def told(values: Seq[Any], leaf: Leaf): Any => Any = {
    val trees = new IdentityHashMap[Any, Any]
    val seen = mutable.Map.empty[Path, Any]
    val apart = mutable.Set.empty[Path]
    values.filterNot(trees.containsKey).foreach { value =>
      val tree = treeOf(value, leaf, Iterator.range(0, MostInValue), 0)
      trees.put(value, tree)
      facts(tree, Vector.empty).foreach { case (path, fact) =>
        if (seen.getOrElseUpdate(path, fact) != fact) apart ++= path.inits
      }
    }
    value => told(trees.get(value), Vector.empty, apart)
  }

  /** A stage with its params; `chosen` are the names of those that somebody has set. */
  private final case class Stage(
      className: String,
      params: Seq[(String, Any)],
      chosen: Set[String]
  )

  private def treeOf(value: Any, leaf: Leaf, left: Iterator[Int], depth: Int): Any = value match {
    case stage: Params =>
      val known = depth < Deepest && left.hasNext
      if (known) left.next(): Unit
      val found = if (known) params(stage) else Nil
      def of(name: String, one: Any) =
        if (holdStages(one)) treeOf(one, leaf, left, depth + 1) else leaf(Some(stage), name, one)
      Stage(
        EventValues.className(stage),
        found.map { case (name, one, _) => name -> of(name, one) },
        found.collect { case (name, _, true) => name }.toSet
      )
    case Elements(values) if holdStages(value) => values.map(treeOf(_, leaf, left, depth))
    case other => leaf(None, "", other)
  }

  /** All that there is to compare; what stages of other classes have is on other paths. */
  private def facts(tree: Any, path: Path): Seq[(Path, Any)] = tree match {
    case stage: Stage =>
      (path -> stage.className) +: stage.params.flatMap { case (name, value) =>
        facts(value, path :+ stage.className :+ name)
      }
    case parts: Seq[_] if holdStages(parts) =>
      val all = numbered(parts)
      (path -> all.map(_._1)) +: all.flatMap { case (number, part) => facts(part, path :+ number) }
    case leaf => Seq(path -> String.valueOf(leaf))
  }

  private def told(tree: Any, path: Path, apart: Path => Boolean): Any = tree match {
    case stage: Stage =>
      val here = path :+ stage.className
      val telling = stage.params.map(_._1).filter(name => apart(here :+ name))
      val kept = stage.params.filter { case (name, _) =>
        stage.chosen(name) || telling.contains(name)
      }
      StageValue(
        stage.className,
        telling,
        ListMap(kept.map { case (name, value) => name -> told(value, here :+ name, apart) }: _*)
      )
    case parts: Seq[_] if holdStages(parts) =>
      numbered(parts).map { case (number, part) => told(part, path :+ number, apart) }
    case leaf => leaf
  }

  /** Each with its class and its place among those of that class. */
  private def numbered(trees: Seq[Any]): Seq[(String, Any)] = {
    val places = mutable.Map.empty[String, Int].withDefaultValue(0)
    trees.map { tree =>
      val name = tree match {
        case stage: Stage => stage.className
        case _ => ""
      }
      places(name) += 1
      s"${name}_${places(name)}" -> tree
    }
  }

  /** The name and value of each param that has one, by name, and whether somebody has set it. */
  private def params(stage: Params): Seq[(String, Any, Boolean)] =
    Try(stage.extractParamMap().toSeq.map { pair =>
      (pair.param.name, pair.value: Any, stage.isSet(pair.param))
    }).getOrElse(Nil).sortBy(_._1)

  private object Elements {
    def unapply(value: Any): Option[Seq[Any]] = value match {
      case array: Array[_] => Some(array.toSeq)
      case seq: Seq[_] => Some(seq)
      case _ => None
    }
  }
}
