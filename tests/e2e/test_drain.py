"""SIGTERM: every stream is told, ends in an orderly way, and misses nothing at the next server."""

import grpc

from client import CHANNEL_OPTIONS
from harness import NOT_SERVING, PATIENCE, SERVING, Chatterd, ServerTestCase
from stubs import health_pb2, health_pb2_grpc

UNAVAILABLE = grpc.StatusCode.UNAVAILABLE


class Drain(ServerTestCase):
    def setUp(self):
        if not self.server.running():
            self.server.start()
        self.tenant = self.make_tenant("alice", "bob", "carol")

    def stream(self, user_id, cursors=None):
        stream = self.client(self.tenant, user_id).stream(cursors)
        self.addCleanup(stream.cancel)
        return stream

    def test_every_stream_is_told_and_then_ended_and_the_process_exits_0(self):
        streams = [self.stream(user_id) for user_id in ("alice", "bob", "carol", "alice")]
        self.server.begin_to_end()
        for stream in streams:
            drain = stream.wait(lambda e: e.HasField("drain"), "drain").drain
            self.assertTrue(drain.HasField("after"))
            self.assertTrue(drain.HasField("jitter"))
        for stream in streams:
            self.assertFailure(stream.end(), UNAVAILABLE, "DRAINING")
        self.assertEqual(self.server.wait(), 0)

    def test_it_ends_as_soon_as_all_streams_have_gone(self):
        """Without waiting for the grace to be over, which is longer than any test."""
        patient = Chatterd(self.database_url, "--drain-grace", "10m")
        self.addCleanup(patient.destroy)
        patient.start()
        client = self.client(self.tenant, "alice", patient.address)
        stream = client.stream()
        patient.begin_to_end()
        stream.wait(lambda e: e.HasField("drain"), "drain")
        self.assertTrue(patient.running())
        stream.close()
        self.assertEqual(stream.end().code, grpc.StatusCode.OK)
        self.assertEqual(patient.wait(), 0)

    def test_what_is_sent_while_it_drains_is_answered(self):
        room_id = self.tenant.service.room_id("alice", "bob")
        alice, bob = self.stream("alice"), self.stream("bob")
        self.server.begin_to_end()
        alice.wait(lambda e: e.HasField("drain"), "drain")
        sent = alice.sent(alice.send(room_id, "late", "before you go"))
        self.assertEqual(bob.room_event(room_id, sent.seq).message_sent.text, "before you go")
        self.assertEqual(self.server.wait(), 0)

    def test_who_resumes_at_the_next_server_misses_nothing(self):
        room_id = self.tenant.service.room_id("alice", "bob")
        alice, bob = self.stream("alice"), self.stream("bob", {room_id: 0})
        requests = [alice.send(room_id, f"id{i}", f"text {i}") for i in range(100)]
        alice.sent(requests[50])
        self.server.begin_to_end()
        for stream in (alice, bob):
            self.assertFailure(stream.end(), UNAVAILABLE, "DRAINING")
        self.assertEqual(self.server.wait(), 0)
        self.server.start()

        seen = bob.seqs(room_id)
        self.assertEqual(seen, list(range(1, len(seen) + 1)))
        again = self.stream("alice")
        for i in range(100):  # all of them: some may have been stored without an answer
            again.sent(again.send(room_id, f"id{i}", f"text {i}"))
        resumed = self.stream("bob", {room_id: len(seen)})
        self.assertEqual(resumed.caught_up(room_id).head_seq, 101)
        self.assertEqual(seen + resumed.seqs(room_id), list(range(1, 102)))

    def test_health_says_not_serving_to_those_who_watch(self):
        alice = self.stream("alice")
        with grpc.insecure_channel(self.server.address, CHANNEL_OPTIONS) as channel:
            watch = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest(),
                                                              timeout=PATIENCE)
            self.assertEqual(next(watch).status, SERVING)
            self.server.begin_to_end()
            self.assertEqual(next(watch).status, NOT_SERVING)
            self.assertFailure(alice.end(), UNAVAILABLE, "DRAINING")
            self.assertEqual(self.server.wait(), 0)

    def test_sigterm_without_any_stream_exits_0(self):
        self.assertEqual(self.server.end(), 0)

    def test_streams_move_from_one_server_to_another(self):
        new = Chatterd(self.database_url)
        self.addCleanup(new.destroy)
        self.servers = (self.server, new)
        new.start()
        room_id = self.tenant.service.room_id("alice", "bob")
        alice_at_new = self.client(self.tenant, "alice", new.address)
        bob = self.stream("bob", {room_id: 0})
        bob.caught_up(room_id)

        self.server.begin_to_end()
        bob.wait(lambda e: e.HasField("drain"), "drain")
        alice_at_new.send_message(room_id, "id", "said at the new one")
        self.assertFailure(bob.end(), UNAVAILABLE, "DRAINING")
        seen = bob.seqs(room_id)
        moved = self.client(self.tenant, "bob", new.address).stream({room_id: len(seen)})
        self.addCleanup(moved.cancel)
        moved.caught_up(room_id)
        self.assertEqual(seen + moved.seqs(room_id), [1, 2])
        self.assertEqual(self.server.wait(), 0)
