"""The one place where the version stands; build.sbt reads it too."""

__version__ = "0.1.0"
