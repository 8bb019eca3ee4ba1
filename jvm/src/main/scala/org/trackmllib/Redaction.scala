package org.trackmllib

import java.util.regex.Pattern

import scala.util.matching.Regex

/**
 * Keeps secrets out of what is written: knows them by their names, which `spark.redaction.regex`
 * has, and by their looks. `redaction.py` does the same; tests/golden/redaction.jsonl holds both
 * languages to it.
 */
final class Redaction(names: Regex) {
  import Redaction._

  /** Whether the value of a param of this name is a secret. */
  def hides(name: String): Boolean = names.findFirstIn(name).isDefined

  /** `text` without the passwords and keys in it: `password=abc`, `//user:pw@host`. */
  def text(text: String): String =
    Key.matcher(named(UserInfo.matcher(text).replaceAll(Quoted))).replaceAll(Quoted)

  private def named(text: String): String = {
    val beginning = text.indexWhere(!_.isWhitespace)
    val found = new java.lang.StringBuilder
    val name = Name.matcher(text)
    val value = Value.matcher(text)
    var end = 0
    while (name.find())
      if (name.start >= end && hidesInText(name.group(1), name.group(2))) {
        if (value.region(name.end, text.length).lookingAt()) {
          found.append(text, end, name.end).append(Redacted)
          // What begins with a name may be its value as a whole, blanks and all.
          end = if (name.start == beginning) text.length else value.end
        }
      }
    found.append(text, end, text.length).toString
  }

  private def hidesInText(name: String, sign: String): Boolean = {
    val plain = Tokenized.matcher(name).replaceAll("")
    hides(plain) || Secret.matcher(plain + sign).find()
  }
}

object Redaction {

  /** What Spark writes in place of a secret. */
  val Redacted = "*********(redacted)"

  private val Quoted = java.util.regex.Matcher.quoteReplacement(Redacted)

  // Beside what the conf names; a signature is one in a query string only.
  private val Secret = Pattern.compile(
    "passw|passphrase|pwd|secret|credential|authorization|(?:signature|^sig)=$" +
      "|(?:access|account|api|private)[._-]?key",
    Pattern.CASE_INSENSITIVE
  )
  // As in tokens, tokenizer, tokenLength.
  private val Tokenized = Pattern.compile("token(?=[a-z])", Pattern.CASE_INSENSITIVE)
  private val Name =
    Pattern.compile("""(?<![\w.-])([\w.-]+)(?:\\?["'])?[ \t]*([=:])[ \t]*""")
  private val Value = Pattern.compile(
    """\\?"[^"]*"|\\?'[^']*'|(?:(?:Basic|Bearer)[ \t]+)?[^\s&;"']+""",
    Pattern.CASE_INSENSITIVE
  )
  private val UserInfo = Pattern.compile(
    // AWS keys have a / in them.
    """(?<=://)[^\s/:@"'<>]*:(?:[^\s/"'<>]+|(?!\d*[/,])[^\s"'<>]{1,300})(?=@)""" +
      """|(?:(?<=http://)|(?<=https://))[^\s/"'<>]+(?=@)""" +
      """|(?<=:thin:)[^\s/@]+/[^\s/@]+(?=@)""" // Oracle's user/password
  )
  private val Key =
    Pattern.compile("""(?<=\bBearer )[\w.~+/=-]+|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b""")
}
