package org.trackmllib.bridge

import java.io.RandomAccessFile
import java.nio.channels.OverlappingFileLockException
import java.nio.file.{Files, Path, Paths}
import java.nio.file.attribute.PosixFilePermissions

import org.trackmllib.Settings

class JournalSuite extends munit.FunSuite {
  private val directory = FunFixture[Path](_ => Files.createTempDirectory("journal"), _ => ())

  private def journal(directory: Path) = Journal.open(
    new Settings(Map("spark.trackmllib.journalDir" -> directory.toString).get, _ => None),
    "abc"
  )

  private def permissions(file: Path) =
    PosixFilePermissions.toString(Files.getPosixFilePermissions(file))

  directory.test("lines are on disk at once, in a file of the user's own") { directory =>
    val opened = journal(directory.resolve("a/b"))
    opened.append("one")
    opened.append("zwei ü")
    val file = directory.resolve("a/b/abc.jsonl")
    assertEquals(new String(Files.readAllBytes(file), "UTF-8"), "one\nzwei ü\n")
    assertEquals(opened.lines, Seq("one", "zwei ü"))
    assertEquals(permissions(file), "rw-------")
    assertEquals(permissions(file.getParent), "rwx------")
    opened.delete()
    assert(!Files.exists(file))
  }

  directory.test("it is locked while it is open") { directory =>
    val opened = journal(directory)
    def lock() = {
      val file = new RandomAccessFile(directory.resolve("abc.jsonl").toFile, "rw")
      try file.getChannel.tryLock()
      finally file.close()
    }
    intercept[OverlappingFileLockException](lock())
    opened.close()
    assert(lock() != null)
  }

  directory.test("a thread that was interrupted writes all the same") { directory =>
    val opened = journal(directory)
    Thread.currentThread().interrupt()
    opened.append("one")
    assert(Thread.interrupted())
    opened.append("two")
    assertEquals(opened.lines, Seq("one", "two"))
  }

  directory.test("where its directory cannot be made it is in the temporary one") { directory =>
    val file = Files.createFile(directory.resolve("file"))
    val opened = journal(file.resolve("below"))
    opened.append("one")
    assertEquals(opened.path.map(_.getParent), Some(JournalDirectory.temporary))
    assertEquals(opened.lines, Seq("one"))
    opened.delete()
  }

  test("a user without a home has it in the temporary one, and no directory is called ?") {
    val home = sys.props("user.home")
    val opened =
      try {
        sys.props("user.home") = "?"
        Journal.open(new Settings(_ => None, _ => None), "abc")
      } finally sys.props("user.home") = home
    // where XDG_STATE_HOME is set, home is not asked for
    assert(!Files.exists(Paths.get("?")))
    if (sys.env.get("XDG_STATE_HOME").forall(_.isEmpty))
      assertEquals(opened.path.map(_.getParent), Some(JournalDirectory.temporary))
    opened.delete()
  }

  test("the default is the user's state directory") {
    assert(JournalDirectory.of(new Settings(_ => None, _ => None)).endsWith("trackmllib"))
  }
}
