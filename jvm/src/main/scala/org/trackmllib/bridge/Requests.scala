package org.trackmllib.bridge

import java.util.concurrent.{CompletableFuture, ConcurrentHashMap, TimeUnit, TimeoutException}
import java.util.concurrent.atomic.AtomicInteger

import scala.collection.immutable.ListMap

import org.trackmllib.{EventJson, Messages, Settings}

/** Questions to the sidecar that a thread waits for, for a bounded time. */
private[trackmllib] object Requests {

  /** A value, if it is one to give, or the problem. */
  type Answer = Either[String, Option[String]]

  /** A fit can go without waiting for MLflow; who asks cannot go on without the answer. */
  private val LeastMillis = 30000L
  private val ids = new AtomicInteger
  private val waiting = new ConcurrentHashMap[Int, CompletableFuture[Answer]]

  /**
   * @param interrupted
   *   somebody stopped what this is asked for, and waits for its end
   */
  def ask(settings: Settings, kind: String, interrupted: Boolean = false)(
      fields: (String, Any)*
  ): Answer = {
    val id = ids.incrementAndGet()
    val answer = new CompletableFuture[Answer]
    waiting.put(id, answer)
    val request = ListMap[String, Any]("request" -> kind, "id" -> id) ++ fields
    val store = Patience.storeOf(settings)
    val longest =
      if (interrupted) Delivery.MillisAfterInterrupt
      else math.max(settings.flushTimeoutMillis, LeastMillis)
    val millis = Patience.millis(store, longest)
    try {
      Bridge.offer(settings, EventJson.write(request)) match {
        case Some(problem) => Left(problem)
        case None =>
          val answered = answer.get(millis, TimeUnit.MILLISECONDS)
          if (answered.isRight) Patience.answered(store)
          answered
      }
    } catch {
      case _: TimeoutException =>
        Patience.lost(store, millis)
        Left(Messages.noAnswer(millis, if (millis < longest) Messages.silentBefore() else "", ""))
      case _: InterruptedException =>
        Thread.currentThread().interrupt()
        Left(Messages.interrupted())
    } finally {
      waiting.remove(id)
      ()
    }
  }

  /** Whether somebody still waits for it. */
  def reply(id: Int, answer: Answer): Boolean = Option(waiting.get(id)).exists(_.complete(answer))

  def failAll(problem: String): Unit = waiting.values.forEach { answer =>
    answer.complete(Left(problem))
    ()
  }
}
