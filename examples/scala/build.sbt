// Spark is there when the application runs. trackmllib is not needed to build it: nothing in it is
// about tracking.
name := "digits-tuning"
version := "0.1"
scalaVersion := "2.13.16"
libraryDependencies += "org.apache.spark" %% "spark-mllib" % "4.0.0" % Provided
