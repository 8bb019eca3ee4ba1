package org.trackmllib.bridge

import java.io.{IOException, RandomAccessFile}
import java.nio.channels.FileLock
import java.nio.file.{Files, Path}

import scala.util.Try

/**
 * A file of the user's own, locked while it is open. Not a FileChannel: that one closes itself when
 * the writing thread is interrupted. And one handle only: closing a second one would drop the lock.
 */
private[bridge] final class LockedFile private (val path: Path, file: RandomAccessFile) {

  // Some file systems have no locks.
  private val lock: Option[FileLock] = Try(Option(file.getChannel.tryLock())).toOption.flatten
  private var size = 0L

  /** All of `bytes`, or an exception and the file as before. */
  def append(bytes: Array[Byte]): Unit =
    try {
      file.seek(size)
      file.write(bytes)
      size += bytes.length
    } catch {
      case e: IOException =>
        Try(file.setLength(size))
        throw e
    }

  def content: Array[Byte] = {
    val bytes = new Array[Byte](size.toInt)
    file.seek(0)
    file.readFully(bytes)
    bytes
  }

  def close(): Unit = {
    lock.foreach(l => Try(l.release()))
    file.close()
  }

  def delete(): Unit = {
    close()
    Files.deleteIfExists(path)
    ()
  }
}

private[bridge] object LockedFile {

  /** A new file that holds `content`, or an exception and no file. */
  def create(
      directory: Path,
      name: String,
      content: Array[Byte] = Array.emptyByteArray
  ): LockedFile = {
    JournalDirectory.create(directory)
    val path = JournalDirectory.createFile(directory.resolve(name))
    val file = new LockedFile(path, new RandomAccessFile(path.toFile, "rw"))
    try file.append(content)
    catch {
      case e: IOException =>
        Try(file.delete())
        throw e
    }
    file
  }
}
