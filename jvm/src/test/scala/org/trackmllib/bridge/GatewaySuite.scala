package org.trackmllib.bridge

import java.util.concurrent.LinkedBlockingQueue

import org.trackmllib.{Forked, Python}

/** The bridge from the other side: a Python with py4j is the client. */
class GatewaySuite extends munit.FunSuite {
  private val client =
    """import os, socket, sys
      |from py4j.java_gateway import GatewayParameters, JavaGateway
      |def entry(token):
      |    return JavaGateway(gateway_parameters=GatewayParameters(port=int(sys.argv[1]), auth_token=token))
      |def refused(call):
      |    try: call(); return False
      |    except Exception: return True
      |def sent(content):
      |    with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10) as raw: raw.sendall(content)
      |for content in (os.urandom(5000), b"\\n" * 5000, b"A\\nwrong\\ne\\n", b"c\\nt\\npoll\\ni1\\ni1\\ne\\n"):
      |    sent(content)
      |gateway = entry(sys.argv[2])
      |print(repr(gateway.entry_point.poll(2, 1000)))
      |print(repr(gateway.entry_point.poll(500, 1000)))
      |print(repr(gateway.entry_point.poll(500, 1)))
      |gateway.entry_point.done("unknown", None, None)
      |gateway.entry_point.reply(1, None, "no")
      |gateway.entry_point.show("a line")
      |print(refused(lambda: entry("wrong").entry_point.poll(1, 1)))
      |print(refused(lambda: gateway.jvm.java.lang.System.exit(3)))
      |print(refused(lambda: gateway.jvm.java.util.ArrayList()))
      |print(refused(lambda: gateway.entry_point.getClass().getClassLoader()))
      |print(refused(lambda: gateway.entry_point.hashCode()))
      |print(repr(gateway.entry_point.poll(500, 1)))
      |""".stripMargin

  test(
    "a client with the token reaches the methods of the driver that are meant, and nothing else"
  ) {
    assume(Python.has("py4j"), "PYSPARK_PYTHON names no Python that has py4j")
    val lines = new LinkedBlockingQueue[String]
    Seq("one", "two ü\\n", "three").foreach(lines.add)
    val calls = new SidecarCalls(lines)
    val server = SidecarGateway.start(calls, "secret")
    try {
      val output = Forked.run(
        Python.path,
        "-c",
        client,
        server.getListeningPort.toString,
        "secret"
      )
      val expected = "'one\\ntwo ü\\\\n' 'three' '' True True True True True ''"
      assertEquals(output.trim.replace("\n", " "), expected)
    } finally server.shutdown()
    assert(calls.polled)
    assert(server.getAddress.isLoopbackAddress)
  }
}
