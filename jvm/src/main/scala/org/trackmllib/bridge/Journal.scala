package org.trackmllib.bridge

import java.io.IOException
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.Path

import org.trackmllib.{Messages, Settings, WarnOnce}

/**
 * The file of a tuning's event lines, kept until MLflow has them. Where its directory cannot be
 * written, or the disk gets full, it is in the temporary directory; else there is none.
 */
private[bridge] final class Journal private (wanted: Path, name: String) {
  private var file: Option[LockedFile] =
    try Some(LockedFile.create(wanted, name))
    catch { case e: IOException => elsewhere(e, Array.emptyByteArray) }

  def path: Option[Path] = file.map(_.path)

  def append(line: String): Unit = {
    val bytes = s"$line\n".getBytes(UTF_8)
    file.foreach { current =>
      try current.append(bytes)
      catch { case e: IOException => file = move(current, e, bytes) }
    }
  }

  /** The lines so far. */
  def lines: Seq[String] =
    file.toSeq.flatMap(f => new String(f.content, UTF_8).split('\n')).filter(_.nonEmpty)

  /** From here on `trackmllib replay` may take it. */
  def close(): Unit = file.foreach(_.close())

  def delete(): Unit = file.foreach(_.delete())

  private def move(full: LockedFile, error: IOException, bytes: Array[Byte]) = {
    val moved = elsewhere(error, full.content ++ bytes)
    if (moved.isDefined) full.delete()
    moved
  }

  private def elsewhere(error: IOException, content: Array[Byte]): Option[LockedFile] =
    try {
      val file = LockedFile.create(JournalDirectory.temporary, name)
      file.append(content)
      WarnOnce(
        Messages.journalElsewhere(wanted.toString, error.toString, file.path.getParent.toString)
      )
      Some(file)
    } catch {
      case _: IOException =>
        WarnOnce(Messages.noJournal(wanted.toString, error.toString))
        None
    }
}

private[bridge] object Journal {
  def open(settings: Settings, tuning: String): Journal =
    new Journal(JournalDirectory.of(settings), s"$tuning.jsonl")
}
