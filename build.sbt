import java.nio.charset.StandardCharsets.UTF_8

val scala212 = "2.12.18"
val scala213 = "2.13.16"

val pythonRoot = file("python")

/** The single place of the version is the Python package's `_version.py`. */
val versionLine = """__version__ = "(.+)"""".r
val trackmllibVersion = IO
  .readLines(pythonRoot / "trackmllib" / "_version.py")
  .collectFirst { case versionLine(v) => v }
  .getOrElse(sys.error("python/trackmllib/_version.py has no line like: __version__ = \"0.1.0\""))

/** The line's oldest Spark: what is compiled against it runs on the later ones too. */
def forLine[T](scalaBinary: String)(on212: T, on213: T): T =
  if (scalaBinary == "2.12") on212 else on213

lazy val trackmllib = (project in file("."))
  .settings(
    name := "trackmllib",
    organization := "org.trackmllib",
    version := trackmllibVersion,
    description := "Spark ML tuning, tracked in MLflow by itself",
    licenses := Seq("Apache-2.0" -> url("https://www.apache.org/licenses/LICENSE-2.0.txt")),
    scalaVersion := scala213,
    crossScalaVersions := Seq(scala212, scala213),
    sourceDirectory := baseDirectory.value / "jvm" / "src",
    target := baseDirectory.value / "jvm" / "target",
    libraryDependencies ++= Seq(
      "org.apache.spark" %% "spark-mllib" %
        forLine(scalaBinaryVersion.value)("3.5.0", "4.0.0") % Provided,
      // Provided for the pom: assembly bundles it, shaded.
      "net.bytebuddy" % "byte-buddy-agent" % "1.17.8" % Provided,
      "org.scalameta" %% "munit" % "1.2.2" % Test
    )
  )
  .settings(compiling, testing, assembling)

/** Spark 3.5 runs on Java 8 and 11: there, a class of a newer Java's keeps a session from starting. */
val oldestJava = "8"

lazy val compiling = Seq(
  javacOptions ++= Seq(
    "--release",
    oldestJava,
    // "options" warns of Java 8 itself, "processing" of annotations that no processor takes,
    // "classfile" of annotations on the dependencies' classes.
    "-Xlint:all,-options,-processing,-classfile",
    "-Werror"
  ),
  scalacOptions ++= Seq("-encoding", "utf8", "-deprecation", "-feature", "-unchecked", "-Xlint") ++
    Seq("-release", oldestJava) ++
    forLine(scalaBinaryVersion.value)(Seq("-Xfatal-warnings"), Seq("-Werror", "-Wunused")),
  Compile / doc / scalacOptions --= Seq("-Xfatal-warnings", "-Werror"),
  Compile / sourceGenerators += Def.task {
    val target = (Compile / sourceManaged).value / "org" / "trackmllib" / "BuildInfo.java"
    val text =
      s"""package org.trackmllib;
         |
         |/** What the build knows of this jar. */
         |final class BuildInfo {
         |    private BuildInfo() {}
         |
         |    static final String VERSION = "${version.value}";
         |    static final String SCALA_BINARY_VERSION = "${scalaBinaryVersion.value}";
         |}
         |""".stripMargin
    if (!target.exists || IO.read(target) != text) IO.write(target, text)
    Seq(target)
  }.taskValue
)

lazy val testing = Seq(
  Test / fork := true,
  // The sidecar's Python is in the jar; where there are classes only, it is the checkout's.
  Test / envVars += "PYTHONPATH" -> pythonRoot.getAbsolutePath,
  Test / baseDirectory := baseDirectory.value,
  Test / parallelExecution := false,
  // What Spark's own launcher opens on JDK 17 (org.apache.spark.launcher.JavaModuleOptions).
  Test / javaOptions ++= Seq(
    "java.lang",
    "java.lang.invoke",
    "java.lang.reflect",
    "java.io",
    "java.net",
    "java.nio",
    "java.util",
    "java.util.concurrent",
    "java.util.concurrent.atomic",
    "sun.nio.ch",
    "sun.nio.cs",
    "sun.security.action",
    "sun.util.calendar"
  ).map(p => s"--add-opens=java.base/$p=ALL-UNNAMED") ++ Seq(
    "-Xmx2g",
    // Short runs: less compiling pays.
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC"
  )
)

/** Our classes and what they bundle; `make jars` adds the Python package, which changes faster. */
lazy val assembling = Seq(
  assembly / fullClasspath := (Runtime / exportedProducts).value ++
    (Compile / dependencyClasspath).value.filter(_.data.getName.startsWith("byte-buddy-agent")),
  assembly / assemblyOutputPath := file(".build") / "classes" / jarName.value,
  assembly / assemblyRepeatableBuild := true,
  assembly / test := {},
  assembly / assemblyShadeRules := Seq(
    ShadeRule.rename("net.bytebuddy.agent.**" -> "org.trackmllib.shaded.bytebuddy.agent.@1").inAll
  ),
  assembly / assemblyMergeStrategy := {
    case path
        if path.endsWith(".dll") || path.startsWith("META-INF/versions/") ||
          path == "META-INF/LICENSE" =>
      MergeStrategy.discard
    case path => (assembly / assemblyMergeStrategy).value(path)
  },
  assembly / packageOptions += Package.ManifestAttributes(
    "Premain-Class" -> "org.trackmllib.Agent",
    "Can-Retransform-Classes" -> "true"
  ),
  // What is published is the jar that users of the wheel have.
  Compile / packageBin := {
    val jar = pythonRoot / "trackmllib" / "jars" / jarName.value
    if (jar.exists) jar else sys.error(s"there is no $jar: run `make jars` first")
  }
)

lazy val jarName = Def.setting(s"trackmllib_${scalaBinaryVersion.value}-${version.value}.jar")
