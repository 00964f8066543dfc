"""Strangers without a credential, who want connections, descriptors and memory."""

import contextlib
import re
import socket
import ssl
import tempfile
import threading
from pathlib import Path

import grpc

import raw_http2
from certificates import Authority
from client import CHANNEL_OPTIONS, failure_of
from harness import PATIENCE, SANITIZED, SERVING, Chatterd, E2ETestCase, Postgres, ServerTestCase, Tenant
from stubs import health_pb2, health_pb2_grpc, user_pb2

MIB = 1 << 20


def connect(port, host="127.0.0.1"):
    return socket.create_connection((host, port), PATIENCE)


def was_closed(connection):
    """Waits until the server closes it."""
    with contextlib.suppress(ConnectionError):
        while connection.recv(1 << 16):
            pass
    return True


class Descriptors(E2ETestCase):
    """A server with few descriptors, and somebody who wants all of them."""

    DESCRIPTORS = 200  # of which half are for connections

    def setUp(self):
        self.server = Chatterd(Postgres.shared(durable=False).make_database(),
                               "--max-connections-per-address", "1000",
                               within=("prlimit", f"--nofile={self.DESCRIPTORS}"))
        self.addCleanup(self.server.destroy)
        self.servers = (self.server,)
        self.server.start()
        self.tenant = Tenant(self.server, "acme")
        self.addCleanup(self.tenant.close)
        self.tenant.add_users("alice")
        self.alice = self.tenant.client("alice")
        self.addCleanup(self.alice.close)
        self.room_id = self.alice.room_id("alice")
        self.held = contextlib.ExitStack()
        self.addCleanup(self.held.close)

    def hold(self, count, greet):
        for _ in range(count):
            connection = self.held.enter_context(connect(self.server.port))
            if greet:
                with contextlib.suppress(ConnectionError):
                    raw_http2.greet(connection)

    def newcomer_is_served(self):
        with contextlib.suppress(ConnectionError):
            status, _ = raw_http2.unary_call(self.server.port, b"/grpc.health.v1.Health/Check", [],
                                             PATIENCE)
            return status == 0
        return False

    def test_silent_connections_take_nobodys_place(self):
        self.hold(2 * self.DESCRIPTORS, greet=False)
        self.assertTrue(self.newcomer_is_served())
        self.alice.whole_log(self.room_id)
        self.held.close()
        self.assertTrue(self.newcomer_is_served())

    def test_the_limit_is_reached_and_then_there_is_room_again(self):
        self.hold(2 * self.DESCRIPTORS, greet=True)
        # Those who came too late are told at once; those who were there before are served.
        self.assertFalse(self.newcomer_is_served())
        self.alice.whole_log(self.room_id)
        stream = self.alice.stream()
        self.addCleanup(stream.cancel)
        stream.sent(stream.send(self.room_id, "1", "still here"))
        self.held.close()
        self.until(self.newcomer_is_served, "a newcomer is served")
        self.until(lambda: "warning connections refused: count=" in
                   self.server.log.read_text("ascii"), "logged")

    def test_the_soft_limit_is_no_bound(self):
        limits = Path(f"/proc/{self.server.pid}/limits").read_text("ascii")
        soft, hard = re.search(r"Max open files\s+(\d+)\s+(\d+)", limits).groups()
        self.assertEqual(soft, hard)


class Idle(E2ETestCase):
    """Connections that are closed because nothing happens on them."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="chatter-e2e.")
        cls.addClassCleanup(cls.folder.cleanup)
        database_url = Postgres.shared(durable=False).make_database()
        cls.authority = Authority(Path(cls.folder.name), "authority")
        certificate, key = cls.authority.sign("server", "DNS:localhost,IP:127.0.0.1")
        credentials = grpc.ssl_channel_credentials(cls.authority.certificate.read_bytes())
        cls.clear = Chatterd(database_url, "--idle-connection-time", "1s")
        cls.tls = Chatterd(database_url, "--tls-cert-file", certificate, "--tls-key-file", key,
                           credentials=credentials)
        cls.servers = (cls.clear, cls.tls)
        for server in cls.servers:
            cls.addClassCleanup(server.destroy)
            server.start()

    def test_whoever_does_not_get_as_far_as_a_call(self):
        silent = [connect(server.port) for server in self.servers]
        without_settings = connect(self.clear.port)
        without_settings.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        half_a_hello = connect(self.tls.port)
        half_a_hello.sendall(b"\x16\x03\x01\x01\x00")
        context = ssl.create_default_context(cafile=self.authority.certificate)
        context.set_alpn_protocols(["h2"])
        after_tls = context.wrap_socket(connect(self.tls.port), server_hostname="localhost")
        without_calls = connect(self.clear.port)
        raw_http2.greet(without_calls)
        # All of them wait together.
        for connection in (*silent, without_settings, half_a_hello, after_tls, without_calls):
            with connection:
                self.assertTrue(was_closed(connection))

    def test_whoever_calls_stays(self):
        channel = grpc.insecure_channel(self.clear.address, CHANNEL_OPTIONS)
        self.addCleanup(channel.close)
        watch = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest(),
                                                          timeout=PATIENCE)
        self.addCleanup(watch.cancel)
        self.assertEqual(next(watch).status, SERVING)
        with connect(self.clear.port) as idle:
            raw_http2.greet(idle)
            self.assertTrue(was_closed(idle))  # later than the watch began
        self.assertTrue(watch.is_active())


class Pings(ServerTestCase):
    TOO_SOON = 10  # so many a connection may send too soon, as docs/bounds.md says

    def test_some_may_come_too_soon_and_a_flood_ends_the_connection(self):
        with connect(self.server.port) as connection, connection.makefile("rb") as stream:
            raw_http2.greet(connection)
            # The last but one has been taken well if another is answered.
            for number in range(1 + self.TOO_SOON):
                connection.sendall(raw_http2.ping_frame())
                self.assertIsNone(raw_http2.read_pongs(stream, 1), f"ping {number}")
            connection.sendall(raw_http2.ping_frame() * 2)
            self.assertEqual(raw_http2.read_pongs(stream, 3), b"too_many_pings")


class Peers(ServerTestCase):
    flags = ("--trusted-proxies", "127.0.0.7", "--max-connections-per-address", "5")

    def test_the_log_has_the_callers_own_address(self):
        with socket.create_connection(("127.0.0.1", self.server.port), PATIENCE,
                                      source_address=("127.0.0.3", 0)) as connection:
            peer = "peer=ipv4:%s:%d" % connection.getsockname()
            raw_http2.greet(connection)
            connection.sendall(raw_http2.headers_frame(
                1, b"/chatter.v1.RoomService/ListRooms") + bytes.fromhex("000005000100000001")
                + bytes(5))
            self.until(lambda: peer in self.server.log.read_text("ascii"), peer)

    def test_one_address_has_its_bound_and_a_proxy_has_none(self):
        with contextlib.ExitStack() as held:
            def open_from(address, count):
                connections = [held.enter_context(socket.create_connection(
                    ("127.0.0.1", self.server.port), PATIENCE, source_address=(address, 0)))
                    for _ in range(count)]
                for connection in connections:
                    with contextlib.suppress(ConnectionError):
                        raw_http2.greet(connection)
                return connections

            def answered(connection):
                """The server's own greeting comes, or the end."""
                try:
                    return bool(connection.recv(1))
                except ConnectionError:
                    return False

            self.assertEqual([answered(c) for c in open_from("127.0.0.5", 8)].count(True), 5)
            self.assertTrue(all(answered(c) for c in open_from("127.0.0.7", 8)))
            self.assertTrue(all(answered(c) for c in open_from("127.0.0.6", 5)))


class Memory(ServerTestCase):
    def setUp(self):
        self.channel = grpc.insecure_channel(self.server.address, CHANNEL_OPTIONS)
        self.addCleanup(self.channel.close)
        self.upsert = self.channel.unary_unary("/chatter.v1.UserService/UpsertUsers")
        self.stream = self.channel.stream_unary("/chatter.v1.ChatService/Chat")
        self.metadata = [("x-chatter-tenant", "acme"), ("authorization", "Bearer chs_" + "A" * 43)]

    @contextlib.contextmanager
    def grows_by_less_than(self, size):
        before = self.server.peak_memory()
        yield
        self.assertLess(self.server.peak_memory() - before, size)

    def test_a_compressed_bomb_is_refused_unopened(self):
        bomb = bytes(100 * MIB)
        with self.grows_by_less_than(32 * MIB):
            for call in (lambda: self.upsert(bomb, compression=grpc.Compression.Gzip,
                                             metadata=self.metadata, timeout=PATIENCE),
                         lambda: self.stream(iter([bomb]), compression=grpc.Compression.Gzip,
                                             metadata=self.metadata, timeout=PATIENCE)):
                with self.assertRaises(grpc.RpcError) as caught:
                    call()
                self.assertEqual(caught.exception.code(), grpc.StatusCode.UNIMPLEMENTED)
                self.assertIn("gzip", caught.exception.details())

    def test_requests_of_strangers_are_not_parsed(self):
        # 245,760 users without an id.
        request = b"\x0a\x00" * (240 << 10)
        metadata = [("x-chatter-tenant", "never_heard_of"), self.metadata[1]]
        self.postgres.stop()  # so that look-ups wait
        try:
            with self.grows_by_less_than(150 * MIB):
                calls = [self.upsert.future(request, metadata=metadata, timeout=PATIENCE)
                         for _ in range(100)]
                failures = [failure_of(call) for call in calls]
        finally:
            self.postgres.start()
            self.server.wait_for_health(SERVING)
        for failure in failures:
            self.assertIn(failure.reason, ("OVERLOADED", "DATABASE_UNAVAILABLE"))
            self.assertGreater(failure.retry_after, 0)

    def test_requests_that_never_end_are_not_taken(self):
        bound = (1000 if SANITIZED else 150) * MIB  # that allocator keeps what is freed
        for path, size in ((b"/chatter.v1.UserService/UpsertUsers", 4 * MIB - 1),
                           (b"/grpc.health.v1.Health/Check", 500 << 10)):
            with self.subTest(path), self.grows_by_less_than(bound), contextlib.ExitStack() as stack:
                requests = [stack.enter_context(contextlib.closing(raw_http2.EndlessRequests(
                    self.server.port, f"127.0.0.{10 + i}", path, size, 100, PATIENCE)))
                    for i in range(5)]

                def run(request):
                    with contextlib.suppress(OSError, ValueError):  # either end has closed it
                        request.run()
                for request in requests:
                    threading.Thread(target=run, args=(request,), daemon=True).start()
                # All but those of anybody's that may come at once.
                self.until(lambda requests=requests: sum(r.calls for r in requests) <= 100, "an end")
                for _ in range(20):
                    status, _ = raw_http2.unary_call(
                        self.server.port, b"/grpc.health.v1.Health/Check", [], PATIENCE)
                    self.assertEqual(status, 0)

    def test_a_request_that_is_admitted_is_still_parsed(self):
        tenant = self.make_tenant("alice")
        user = user_pb2.User(id="bob", display_name="Bob")
        answer = tenant.service.users.UpsertUsers(user_pb2.UpsertUsersRequest(users=[user]))
        self.assertEqual(answer.users[0].display_name, "Bob")
        with self.assertFails(grpc.StatusCode.INVALID_ARGUMENT, "MALFORMED_REQUEST"):
            self.upsert(b"\x0a\x7fx", timeout=PATIENCE, metadata=[
                ("x-chatter-tenant", tenant.name),
                ("authorization", "Bearer " + self.server.admin_key)])
