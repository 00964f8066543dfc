"""The log, when those who call, or those who read it, mean no good."""

import fcntl
import os
import re
import tempfile
import urllib.request
from pathlib import Path

import grpc

import raw_http2
from certificates import Authority
from client import CHANNEL_OPTIONS
from harness import PATIENCE, SERVING, Chatterd, E2ETestCase, Postgres, ServerTestCase, free_port
from stubs import health_pb2, health_pb2_grpc

LINE = re.compile(r"[-0-9]+T[:.0-9]+Z (debug|info|warning|error|critical) [ -~]+")


class ForgedLines(ServerTestCase):
    flags = ("--log-level", "debug")

    def test_no_header_begins_a_line(self):
        forged = b"x\n2026-11-29T00:00:00.000Z info call method=/forged"
        for name in (b"content-type", b"te", b"grpc-timeout", b"grpc-encoding", b"user-agent",
                     b":path", b"x-request-id", b"authorization", b"x-chatter-tenant", b"cookie",
                     b"x-new\nline"):
            with self.subTest(name=name):
                try:
                    raw_http2.unary_call(self.server.port, b"/chatter.v1.RoomService/ListRooms",
                                         [(name, forged)], PATIENCE)
                except ConnectionError:
                    pass  # refused before it was a call
        log = self.until(lambda: r"x\n2026" in (log := self.server.log.read_text("ascii")) and log,
                         "logged")
        for line in log.splitlines(keepends=True)[:-1]:
            self.assertRegex(line, LINE)
            self.assertFalse("T00:00:00.000Z info call method=/forged" in line[:80], line)


class StalledReader(E2ETestCase):
    """Whoever reads the log (a shell's pipe, a container engine) stops reading."""

    def setUp(self):
        self.metrics = f"127.0.0.1:{free_port()}"
        self.server = Chatterd(Postgres.shared(durable=False).make_database(),
                               "--metrics-listen", self.metrics)
        self.addCleanup(self.server.destroy)
        # Opened by both ends; nobody reads yet.
        os.mkfifo(self.server.log)
        self.reader = os.open(self.server.log, os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, self.reader)
        fcntl.fcntl(self.reader, fcntl.F_SETPIPE_SZ, 4096)
        self.server.start()
        self.channel = grpc.insecure_channel(self.server.address, CHANNEL_OPTIONS)
        self.addCleanup(self.channel.close)

    def call(self, count):
        """Calls that are refused, each of which makes a line of some 400 bytes."""
        method = self.channel.unary_unary("/chatter.v1.UserService/GetUser")
        calls = [method.future(b"", timeout=PATIENCE, metadata=[("x-request-id", f"{i:0128}")])
                 for i in range(count)]
        codes = {call.code() for call in calls}
        self.assertFalse(codes & {grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.UNAVAILABLE},
                         codes)

    def dropped(self):
        with urllib.request.urlopen(f"http://{self.metrics}/metrics", timeout=PATIENCE) as answer:
            return int(re.search(r"^chatter_log_lines_dropped_total (\d+)",
                                 answer.read().decode(), re.MULTILINE)[1])

    def read(self):
        try:
            return os.read(self.reader, 1 << 16)
        except BlockingIOError:
            return b""

    def test_calls_go_on_and_the_log_says_what_it_lost(self):
        for _ in range(10):
            self.call(500)
        health = health_pb2_grpc.HealthStub(self.channel)
        self.assertEqual(health.Check(health_pb2.HealthCheckRequest(), timeout=PATIENCE).status,
                         SERVING)
        dropped = self.dropped()
        self.assertGreater(dropped, 0)

        text = bytearray()
        notice = re.compile(rb"Z warning log lines dropped, nobody read them in time: lines=(\d+)\n")
        self.until(lambda: text.extend(self.read()) or notice.search(text), "the notice is there")
        self.assertEqual(int(notice.search(text)[1]), dropped)
        # From then on it is complete.
        self.call(1)
        self.until(lambda: text.extend(self.read()) or
                   b"request_id=" + b"0" * 128 in text[notice.search(text).end():], "the next line")
        for line in text.decode("ascii").splitlines():
            self.assertRegex(line, LINE)

    def test_it_ends_though_nobody_reads(self):
        for _ in range(10):
            self.call(500)
        self.assertEqual(self.server.end(), 0)


class Warnings(E2ETestCase):
    def log_of(self, host, *flags, credentials=None):
        """What it has said once it serves."""
        server = Chatterd(Postgres.shared(durable=False).make_database(), *flags,
                          credentials=credentials)
        server.address = f"{host}:{server.port}"
        self.addCleanup(server.destroy)
        server.start()
        return self.until(lambda: "health: serving" in (log := server.log.read_text("ascii")) and log,
                          "logged")

    def test_of_a_port_in_the_clear_that_others_get_to(self):
        warning = "aren't encrypted, and other machines get there"
        self.assertIn(warning, self.log_of("0.0.0.0"))
        self.assertNotIn(warning, self.log_of("0.0.0.0", "--insecure"))
        self.assertNotIn(warning, self.log_of("127.0.0.1"))

    def test_of_a_key_that_everybody_can_read(self):
        warning = "warning every user of this machine can read the private key"
        with tempfile.TemporaryDirectory(prefix="chatter-e2e.") as folder:
            authority = Authority(Path(folder), "authority")
            certificate, key = authority.sign("server", "DNS:localhost,IP:127.0.0.1")
            credentials = grpc.ssl_channel_credentials(authority.certificate.read_bytes())
            for mode, warned in ((0o644, True), (0o640, False)):
                os.chmod(key, mode)
                log = self.log_of("127.0.0.1", "--tls-cert-file", certificate, "--tls-key-file",
                                  key, credentials=credentials)
                self.assertEqual(warning in log, warned, log)
