package org.trackmllib.bridge

import java.net.InetAddress
import java.util.{List => JList}
import java.util.concurrent.TimeUnit
import javax.net.SocketFactory

import py4j.{CallbackClient, Gateway, GatewayServer, Protocol, Py4JException, ReturnObject}

/**
 * A py4j gateway on which the methods of one object can be called, and no others. What py4j answers
 * beside calls is in `SECURITY.md`.
 */
private[bridge] final class SidecarGateway private (calls: SidecarCalls, client: CallbackClient)
    extends Gateway(calls, client) {
  override def invoke(constructor: String, arguments: JList[AnyRef]): ReturnObject =
    throw new Py4JException(s"$constructor is not available here")

  override def invoke(method: String, target: String, arguments: JList[AnyRef]): ReturnObject = {
    val allowed = target == Protocol.ENTRY_POINT_OBJECT_ID && SidecarGateway.methods(method)
    if (!allowed) throw new Py4JException(s"$method is not available here")
    super.invoke(method, target, arguments)
  }
}

private[bridge] object SidecarGateway {

  /** Where py4j's Python half looks for us, also when this JVM prefers IPv6. */
  private val loopback = InetAddress.getByAddress(Array[Byte](127, 0, 0, 1))
  private val methods = Set("poll", "done", "log", "reply", "show", "trouble")

  /** On loopback, on a free port. To be called in a daemon thread: py4j's threads inherit that. */
  def start(calls: SidecarCalls, token: String): GatewayServer = {
    // Never used, but the default one keeps a thread that keeps the JVM from ending.
    val client = new CallbackClient(
      0,
      loopback,
      token,
      0L,
      TimeUnit.SECONDS,
      SocketFactory.getDefault,
      false,
      0
    )
    val server = new GatewayServer.GatewayServerBuilder()
      .gateway(new SidecarGateway(calls, client))
      .javaAddress(loopback)
      .javaPort(0)
      .authToken(token)
      .build()
    server.start(true)
    server
  }
}
