package org.trackmllib.bridge

import java.io.IOException
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.Path

import org.trackmllib.{Messages, Settings, WarnOnce}

/**
 * The file of a tuning's event lines, kept until MLflow has them. Where its directory cannot be
 * written, or the disk gets full, it is in the temporary directory; what that has no room for either
 * waits for the next attempt.
 */
private[bridge] final class Journal private (wanted: Path, name: String) {
  private var file: Option[LockedFile] = None
  private var waiting = Vector.empty[String]
  flush()

  /** None where it does not have every line. */
  def path: Option[Path] = file.filter(_ => waiting.isEmpty).map(_.path)

  def append(line: String): Unit = {
    waiting :+= line
    flush()
  }

  /** The lines so far. */
  def lines: Seq[String] =
    file.toSeq.flatMap(f => new String(f.content, UTF_8).split('\n')).filter(_.nonEmpty) ++ waiting

  /** From here on `trackmllib replay` may take it. */
  def close(): Unit = file.foreach(_.close())

  def delete(): Unit = file.foreach(_.delete())

  private def flush(): Unit = {
    val bytes = waiting.map(line => s"$line\n").mkString.getBytes(UTF_8)
    try {
      if (file.isEmpty) file = Some(LockedFile.create(wanted, name))
      file.foreach(_.append(bytes))
      waiting = Vector.empty
    } catch { case e: IOException => move(e, bytes) }
  }

  /** To the temporary directory, with all lines so far. */
  private def move(error: IOException, bytes: Array[Byte]): Unit =
    try {
      val moved = LockedFile.create(
        JournalDirectory.temporary,
        name,
        file.fold(bytes)(_.content ++ bytes)
      )
      file.foreach(_.delete())
      file = Some(moved)
      waiting = Vector.empty
      val directory = moved.path.getParent.toString
      WarnOnce(Messages.journalElsewhere(wanted.toString, error.toString, directory))
    } catch {
      case _: IOException => WarnOnce(Messages.noJournal(wanted.toString, error.toString))
    }
}

private[bridge] object Journal {
  def open(settings: Settings, tuning: String): Journal =
    new Journal(JournalDirectory.of(settings), s"$tuning.jsonl")
}
