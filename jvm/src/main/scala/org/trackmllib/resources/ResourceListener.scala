package org.trackmllib.resources

import java.util.Properties
import java.util.concurrent.ConcurrentHashMap

import scala.collection.mutable

import org.apache.spark.{Resubmitted, SparkContext, SparkInternals}
import org.apache.spark.scheduler._
import org.trackmllib.{Guard, TrialFailed, TrialFinished, TuningFailed, TuningFinished}

/**
 * Adds up what the tasks of the trials use. A job is a trial's by a local property of the thread
 * that started it. Our own events come down the same queue, so that the end of a trial is seen after
 * its tasks. What has ended is forgotten.
 */
private[resources] final class ResourceListener extends SparkListener {
  private val trials = new ConcurrentHashMap[String, TrialResources]
  private val stages = mutable.HashMap.empty[(Int, Int), ResourceListener.Stage]

  /** Whether nothing in here has failed. */
  @volatile var works = true

  def watch(key: String, trial: TrialResources): Unit = {
    trials.put(key, trial)
    ()
  }

  override def onJobStart(event: SparkListenerJobStart): Unit = guarded {
    trialOf(event.properties).foreach(_.jobs += 1)
  }

  // Jobs of several trials may need one stage: it is that one's whose job runs it.
  override def onStageSubmitted(event: SparkListenerStageSubmitted): Unit = guarded {
    val stage = event.stageInfo
    trialOf(event.properties).foreach { trial =>
      stages.put((stage.stageId, stage.attemptNumber()), new ResourceListener.Stage(trial))
    }
  }

  override def onTaskStart(event: SparkListenerTaskStart): Unit = guarded {
    stages.get((event.stageId, event.stageAttemptId)).foreach { stage =>
      stage.running += 1
      stage.trial.running += 1
    }
  }

  override def onTaskEnd(event: SparkListenerTaskEnd): Unit = guarded {
    val id = (event.stageId, event.stageAttemptId)
    // One that is resubmitted had its end, and will have another.
    stages.get(id).filter(_ => event.reason != Resubmitted).foreach { stage =>
      stage.trial.add(Option(event.taskMetrics))
      stage.running -= 1
      stage.trial.running -= 1
      if (stage.isForgettable) stages -= id
      tellIfOver(stage.trial)
    }
  }

  override def onStageCompleted(event: SparkListenerStageCompleted): Unit = guarded {
    val id = (event.stageInfo.stageId, event.stageInfo.attemptNumber())
    stages.get(id).foreach { stage =>
      stage.completed = true
      if (stage.isForgettable) stages -= id
    }
  }

  override def onOtherEvent(event: SparkListenerEvent): Unit = guarded {
    event match {
      case e: TrialFinished => over(Measuring.key(e.tuning, e.trial, e.fold))
      case e: TrialFailed => over(Measuring.key(e.tuning, e.trial, e.fold))
      case e: TuningFinished => forget(e.tuning, all = true)
      case e: TuningFailed => forget(e.tuning, all = false)
      case _ =>
    }
  }

  private def over(key: String): Unit = Option(trials.get(key)).foreach { trial =>
    trial.over = true
    tellIfOver(trial)
  }

  /** Its last tasks may end later than it. */
  private def tellIfOver(trial: TrialResources): Unit =
    if (trial.over && trial.running <= 0) tell(trial)

  private def tell(trial: TrialResources): Unit =
    if (trials.remove(trial.key, trial)) {
      stages --= stages.collect { case (id, stage) if stage.trial eq trial => id }
      trial.measuring.told(trial)
    }

  /** Tasks that still run are not waited for; trials may still run after a failure only. */
  private def forget(tuning: String, all: Boolean): Unit = trials.values.forEach { trial =>
    if (trial.measuring.tuning == tuning) {
      if (trial.over) tell(trial) else if (all) trials.remove(trial.key, trial)
    }
  }

  private def trialOf(properties: Properties): Option[TrialResources] =
    if (properties == null || trials.isEmpty) None
    else Option(properties.getProperty(Measuring.Property)).flatMap(key => Option(trials.get(key)))

  /** A failure ends the measuring. (A LinkageError from a callback would stop the SparkContext.) */
  def guarded(action: => Unit): Unit =
    if (works) {
      try action
      catch {
        case t: Throwable =>
          works = false
          Guard.report(Measuring.What, t)
      }
    }
}

private[resources] object ResourceListener {

  /** The one of the application; its first tuning adds it. */
  def of(sc: SparkContext): ResourceListener = synchronized {
    SparkInternals.listenerOf(sc, classOf[ResourceListener]).getOrElse {
      val listener = new ResourceListener
      SparkInternals.addToQueue(sc, listener, "trackmllib")
      listener
    }
  }

  private final class Stage(val trial: TrialResources) {
    var running = 0
    var completed = false

    def isForgettable: Boolean = completed && running == 0
  }
}
