package org.trackmllib

import java.nio.file.Paths

class SettingsSuite extends munit.FunSuite {
  private val ours = "spark.trackmllib."
  private val databricks = "spark.databricks.mlflow.trackMLlib.enabled"

  private def settings(conf: (String, String)*)(env: (String, String)*) =
    new Settings(conf.toMap.get, env.toMap.get)

  test("tracking is on where the jar is, and our conf wins over the other") {
    assert(settings()().enabled)
    assert(!settings(databricks -> "false")().enabled)
    assert(settings(databricks -> "false", s"${ours}enabled" -> "true")().enabled)
    assert(!settings(s"${ours}enabled" -> "FALSE")().enabled)
  }

  test("TRACKMLLIB_DISABLED=1 wins over the confs") {
    assert(!settings(s"${ours}enabled" -> "true")("TRACKMLLIB_DISABLED" -> "1").enabled)
    assert(settings()("TRACKMLLIB_DISABLED" -> "0").enabled)
  }

  test("a conf that cannot be read gives the default") {
    assert(settings(s"${ours}enabled" -> "perhaps")().enabled)
    assertEquals(settings(s"${ours}flushTimeout" -> "soon")().flushTimeoutMillis, 60000L)
    assertEquals(settings(s"${ours}flushTimeout" -> "-1s")().flushTimeoutMillis, 60000L)
  }

  test("progress is shown as the conf says, by itself where that cannot be read") {
    assertEquals(settings()().progress, "auto")
    assertEquals(settings(s"${ours}progress" -> "OFF ")().progress, "off")
    assertEquals(settings(s"${ours}progress" -> "loud")().progress, "auto")
  }

  test("the journals' directory is a path or a file: URI; on another file system it is none") {
    val directory = Some(Paths.get("/var/my journals"))
    Seq("/var/my journals", "file:/var/my journals", "FILE:///var/my%20journals").foreach { given =>
      assertEquals(settings(s"${ours}journalDir" -> given)().journalDir, directory)
    }
    Seq("hdfs:///a", "dbfs:/a", "s3a://b/a", "file://host/a", "jar:/a", "/a\u0000b").foreach {
      given =>
        val said = Seq.newBuilder[String]
        val read = new Settings(Map(s"${ours}journalDir" -> given).get, _ => None, said += _)
        assertEquals(read.journalDir, None)
        assert(said.result().exists(_.contains("directory of the driver's own machine")))
    }
  }

  test("times are Spark's, a number alone is in seconds") {
    assertEquals(settings(s"${ours}flushTimeout" -> "500ms")().flushTimeoutMillis, 500L)
    assertEquals(settings(s"${ours}flushTimeout" -> "2m")().flushTimeoutMillis, 120000L)
    assertEquals(settings(s"${ours}flushTimeout" -> "5")().flushTimeoutMillis, 5000L)
  }

  test("an interpreter that is a shell is passed over, unless it is named by our own conf") {
    val env =
      Seq("PYSPARK_DRIVER_PYTHON" -> "/opt/bin/jupyter-lab", "PYSPARK_PYTHON" -> "python3.11")
    assertEquals(settings()(env: _*).python, "python3.11")
    val ofExecutors = "spark.pyspark.python" -> "/opt/python3.12"
    assertEquals(settings(ofExecutors)(env: _*).python, "/opt/python3.12")
    assertEquals(
      settings(ofExecutors, "spark.pyspark.driver.python" -> "python3.10")(env: _*).python,
      "python3.10"
    )
    assertEquals(settings("spark.pyspark.driver.python" -> "ipython3")().python, "python3")
    assertEquals(settings(s"${ours}python" -> "ipython3")(env: _*).python, "ipython3")
  }

  test("the destination: active run, conf, environment, in that order") {
    val env = Seq(
      "MLFLOW_TRACKING_URI" -> "http://env",
      "MLFLOW_EXPERIMENT_ID" -> "7",
      "MLFLOW_RUN_ID" -> "env"
    )
    val fromEnv = Destination(Some("http://env"), Some("7"), None, Some("env"), None, view = true)
    assertEquals(settings()(env: _*).destination(None), fromEnv)
    val conf = Seq(
      "trackingUri" -> "http://conf",
      "experimentName" -> "digits",
      "runId" -> "conf",
      "view" -> "false"
    )
    assertEquals(
      settings(conf.map { case (name, value) => ours + name -> value }: _*)(env: _*)
        .destination(Some("active")),
      Destination(Some("http://conf"), None, Some("digits"), Some("active"), None, view = false)
    )
  }

  test("ids of the environment count for its own store, the experiment's name for each") {
    def of(uri: String, own: String*) = {
      var said = Seq.empty[String]
      val env = Seq("MLFLOW_EXPERIMENT_ID" -> "7", "MLFLOW_RUN_ID" -> "r") ++
        own.map("MLFLOW_TRACKING_URI" -> _) :+ ("MLFLOW_EXPERIMENT_NAME" -> "digits")
      val conf = Map(s"${ours}trackingUri" -> uri)
      val found = new Settings(conf.get, env.toMap.get, text => said :+= text).destination(None)
      (found.experimentId, found.runId, found.experimentName, said.size)
    }
    val (theirs, none) = ((Some("7"), Some("r")), (None, None))
    for (
      (uri, own, ids) <- Seq(
        ("http://a:80/", Seq("http://ann:secret@A"), theirs),
        ("sqlite:///a.db", Seq("sqlite:///a.db"), theirs),
        ("databricks", Seq("databricks"), theirs),
        ("http://a", Seq("http://a:81"), none),
        ("http://a", Seq("http://a/b"), none),
        ("sqlite:///a.db", Seq("sqlite:///b.db"), none),
        ("sqlite:///a.db", Seq(), none),
        ("databricks://one", Seq("databricks://other"), none)
      )
    ) {
      val said = if (ids == none) 1 else 0
      assertEquals(of(uri, own: _*), (ids._1, ids._2, Some("digits"), said), (uri, own))
    }
  }
}
