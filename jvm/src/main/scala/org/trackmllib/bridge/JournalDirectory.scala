package org.trackmllib.bridge

import java.io.IOException
import java.nio.file.{FileSystems, Files, Path, Paths}
import java.nio.file.attribute.{FileAttribute, PosixFilePermissions}
import java.util.Locale

import org.trackmllib.Settings

/** Where journals are: by default the user's state directory, as Python's platformdirs has it. */
private[bridge] object JournalDirectory {
  // Java's home of a user that has none; no directory of that name is to be made.
  private val NoHome = "?"
  private val posix = FileSystems.getDefault.supportedFileAttributeViews.contains("posix")

  lazy val temporary: Path = Files.createTempDirectory("trackmllib-")

  def of(settings: Settings): Path = settings.journalDir.getOrElse(default)

  def create(directory: Path): Path =
    if (directory.startsWith(NoHome)) throw new IOException("this user has no home directory")
    else Files.createDirectories(directory, only("rwx------"): _*)

  def createFile(file: Path): Path = Files.createFile(file, only("rw-------"): _*)

  private def default: Path = {
    val home = Paths.get(sys.props("user.home"))
    val system = sys.props("os.name").toLowerCase(Locale.ROOT)
    if (system.startsWith("mac")) home.resolve("Library/Application Support/trackmllib")
    else if (system.startsWith("windows"))
      sys.env
        .get("LOCALAPPDATA")
        .fold(home.resolve("AppData/Local"))(Paths.get(_))
        .resolve("trackmllib")
    else
      sys.env
        .get("XDG_STATE_HOME")
        .filter(_.nonEmpty)
        .fold(home.resolve(".local/state"))(Paths.get(_))
        .resolve("trackmllib")
  }

  private def only(permissions: String): Seq[FileAttribute[_]] =
    if (posix)
      Seq(PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)))
    else Nil
}
