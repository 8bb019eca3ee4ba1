package org.trackmllib.bridge

import java.util.concurrent.{CompletableFuture, ConcurrentHashMap, TimeUnit, TimeoutException}
import java.util.concurrent.atomic.AtomicInteger

import scala.collection.immutable.ListMap

import org.trackmllib.{EventJson, Messages, Settings}

/** Questions to the sidecar that a thread waits for, for a bounded time. */
private[trackmllib] object Requests {

  /** A value, if it is one to give, or the problem. */
  type Answer = Either[String, Option[String]]

  private val ids = new AtomicInteger
  private val waiting = new ConcurrentHashMap[Int, CompletableFuture[Answer]]

  def ask(settings: Settings, kind: String, fields: (String, Any)*): Answer = {
    val id = ids.incrementAndGet()
    val answer = new CompletableFuture[Answer]
    waiting.put(id, answer)
    val request = ListMap[String, Any]("request" -> kind, "id" -> id) ++ fields
    val millis = settings.flushTimeoutMillis
    try {
      Bridge.offer(settings, EventJson.write(request)) match {
        case Some(problem) => Left(problem)
        case None => answer.get(millis, TimeUnit.MILLISECONDS)
      }
    } catch {
      case _: TimeoutException => Left(Messages.noAnswer(millis, ""))
      case _: InterruptedException =>
        Thread.currentThread().interrupt()
        Left(Messages.interrupted())
    } finally {
      waiting.remove(id)
      ()
    }
  }

  def reply(id: Int, answer: Answer): Unit = Option(waiting.get(id)).foreach(_.complete(answer))

  def failAll(problem: String): Unit = waiting.values.forEach { answer =>
    answer.complete(Left(problem))
    ()
  }
}
