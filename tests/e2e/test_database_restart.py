"""PostgreSQL goes and comes back while chatterd stays up, or comes later than chatterd."""

import grpc

from client import Client, failure_of
from harness import NOT_SERVING, SERVING, WHOLE_TEST, Chatterd, ServerTestCase
from load import Follower, Load
from stubs import tenant_pb2
from threads import Threads

SENDERS = [f"sender{i}" for i in range(4)]


class DatabaseRestart(ServerTestCase):
    durable = True

    def restart_under_load(self, mode, rounds):
        self.server.wait_for_health(SERVING)  # if another test has stopped the database
        tenant = self.make_tenant("reader", "room0", "room1", *SENDERS)
        for user_id in ("reader", *SENDERS):
            tenant.token(user_id)
        room_ids = [tenant.service.room_id("reader", *SENDERS, room) for room in ("room0", "room1")]
        pid = self.server.pid
        follower = Follower(self, tenant, "reader", room_ids)
        following = Threads(follower.run)
        load = Load(tenant, SENDERS, room_ids)
        self.addCleanup(load.stop)

        for _ in range(rounds):
            enough = load.acknowledged() + 200
            self.until(lambda: load.acknowledged() >= enough, f"{enough} acknowledged messages")
            self.postgres.stop(mode)
            self.server.wait_for_health(NOT_SERVING)
            self.assertGreater(load.in_doubt(), 0, "no send was under way")
            self.postgres.start()
            self.server.wait_for_health(SERVING)
        enough = load.acknowledged() + 100
        self.until(lambda: load.acknowledged() >= enough, "life after the last restart")
        load.finish(WHOLE_TEST)

        self.assertEqual((self.server.pid, self.server.running()), (pid, True))
        reader = self.client(tenant, "reader")
        load.check(self, reader)
        follower.finish({room_id: len(reader.whole_log(room_id)) + 1 for room_id in room_ids})
        following.join(WHOLE_TEST)
        follower.check()

    def test_an_orderly_restart_under_load_loses_nothing(self):
        self.restart_under_load("fast", rounds=3)

    def test_a_crash_of_postgresql_under_load_loses_nothing(self):
        self.restart_under_load("immediate", rounds=3)

    def chatterd_without_database(self):
        """Another one, started while PostgreSQL is away, and for now listening."""
        self.postgres.stop()
        self.addCleanup(self.postgres.start)  # whatever comes; does nothing if it is up
        server = Chatterd(self.database_url)
        self.addCleanup(server.destroy)
        self.servers = (server,)
        server.start(wait=False)
        server.wait_for_health(NOT_SERVING)
        self.until(lambda: "waiting for PostgreSQL" in server.log.read_text("utf-8"),
                   "a line in the log that says what it waits for")
        return server

    def test_health_never_says_serving_too_early(self):
        """To whoever asks from the first moment on."""
        self.postgres.stop()
        self.addCleanup(self.postgres.start)
        server = Chatterd(self.database_url)
        self.addCleanup(server.destroy)
        self.servers = (server,)
        for _ in range(20):
            server.start(wait=False)
            self.assertEqual(server.first_health(), NOT_SERVING)
            server.kill()

    def test_calls_without_the_database_fail_soon_and_say_when_to_try_again(self):
        server = self.chatterd_without_database()
        admin = Client(server.address, token=server.admin_key)
        service = Client(server.address, tenant="tenant", token=server.admin_key)
        self.addCleanup(admin.close)
        self.addCleanup(service.close)
        for call in (lambda: admin.tenants.ListTenants(tenant_pb2.ListTenantsRequest()),
                     lambda: service.create_room("alice", "bob")):
            with self.assertFails(grpc.StatusCode.UNAVAILABLE, "DATABASE_UNAVAILABLE") as caught:
                call()
            self.assertIsNotNone(failure_of(caught.exception).retry_after)

    def test_chatterd_that_starts_first_serves_once_postgresql_is_up(self):
        server = self.chatterd_without_database()
        self.postgres.start()
        server.wait_for_health(SERVING)

    def test_chatterd_that_still_waits_for_postgresql_can_be_ended(self):
        self.assertEqual(self.chatterd_without_database().end(), 0)
