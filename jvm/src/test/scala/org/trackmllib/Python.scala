package org.trackmllib

import scala.util.Try

/** The interpreter of the tests that need one. */
object Python {
  val path: String = sys.env.getOrElse("PYSPARK_PYTHON", "python3")

  def has(modules: String): Boolean = Try(Forked.run(path, "-c", s"import $modules")).isSuccess
}
