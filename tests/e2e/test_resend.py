"""A message sent again, whenever and wherever, is stored once and answered as the first time."""

import grpc

from harness import ServerTestCase

ALREADY_EXISTS = grpc.StatusCode.ALREADY_EXISTS


class Resend(ServerTestCase):
    def setUp(self):
        tenant = self.make_tenant("alice", "bob")
        self.alice = self.client(tenant, "alice")
        self.bob = self.client(tenant, "bob")
        self.room_id = self.alice.room_id("alice", "bob")

    def stream(self, client=None, cursors=None):
        stream = (client or self.alice).stream(cursors)
        self.addCleanup(stream.cancel)
        return stream

    def assert_same(self, first, again):
        self.assertEqual((again.room_id, again.seq, again.created_at, again.duplicate),
                         (first.room_id, first.seq, first.created_at, True))

    def assert_log(self, *texts):
        log = self.bob.whole_log(self.room_id)
        self.assertEqual([message.text for message in log], list(texts))
        self.assertEqual([message.seq for message in log], list(range(2, len(texts) + 2)))

    def test_on_the_same_stream(self):
        stream = self.stream()
        first = stream.sent(stream.send(self.room_id, "id", "once"))
        self.assertFalse(first.duplicate)
        self.assert_same(first, stream.sent(stream.send(self.room_id, "id", "once")))
        self.assert_log("once")

    def test_after_a_reconnect(self):
        stream = self.stream()
        first = stream.sent(stream.send(self.room_id, "id", "once"))
        stream.cancel()
        stream.end()
        again = self.stream()
        self.assert_same(first, again.sent(again.send(self.room_id, "id", "once")))
        self.assert_log("once")

    def test_after_a_restart_of_the_server(self):
        stream = self.stream()
        first = stream.sent(stream.send(self.room_id, "id", "once"))
        stream.cancel()
        self.server.restart()
        again = self.stream()
        self.assert_same(first, again.sent(again.send(self.room_id, "id", "once")))
        other = again.sent(again.send(self.room_id, "id2", "next"))
        self.assertEqual((other.seq, other.duplicate), (3, False))
        self.assert_log("once", "next")

    def test_after_much_else_has_been_said(self):
        first = self.alice.send_message(self.room_id, "id", "once")
        for number in range(200):
            self.bob.send_message(self.room_id, f"b{number}", "else")
        self.assert_same(first, self.alice.send_message(self.room_id, "id", "once"))
        self.assertEqual(len(self.bob.whole_log(self.room_id)), 201)

    def test_at_once_on_two_streams(self):
        """In the same batch or in two, as it happens: many times over."""
        watcher = self.stream(self.bob)
        streams = [self.stream(), self.stream()]
        requests = [[stream.send(self.room_id, f"id{i}", f"text {i}") for i in range(300)]
                    for stream in streams]
        for i in range(300):
            results = [stream.sent(sent[i]) for stream, sent in zip(streams, requests)]
            self.assertEqual(results[0].seq, results[1].seq, f"message {i}")
            self.assertEqual(sorted(result.duplicate for result in results), [False, True])
        watcher.room_event(self.room_id, 301)
        self.assertEqual(watcher.seqs(self.room_id), list(range(2, 302)))
        self.assertEqual(sorted(m.client_message_id for m in self.bob.whole_log(self.room_id)),
                         sorted(f"id{i}" for i in range(300)))

    def test_many_times_at_once_on_one_stream(self):
        stream = self.stream()
        results = [stream.sent(request) for request in
                   [stream.send(self.room_id, "id", "once") for _ in range(50)]]
        self.assertEqual({result.seq for result in results}, {2})
        self.assertEqual(sum(not result.duplicate for result in results), 1)
        self.assert_log("once")

    def test_by_unary_calls_and_by_stream(self):
        first = self.alice.send_message(self.room_id, "id", "once")
        self.assert_same(first, self.alice.send_message(self.room_id, "id", "once"))
        stream = self.stream()
        self.assert_same(first, stream.sent(stream.send(self.room_id, "id", "once")))
        self.assert_log("once")

    def test_the_same_id_with_another_text_is_refused(self):
        stream = self.stream()
        stream.sent(stream.send(self.room_id, "id", "once"))
        self.assertFailure(stream.error(stream.send(self.room_id, "id", "another")),
                           ALREADY_EXISTS, "CLIENT_MESSAGE_ID_REUSED")
        with self.assertFails(ALREADY_EXISTS, "CLIENT_MESSAGE_ID_REUSED"):
            self.alice.send_message(self.room_id, "id", "another")
        # The stream goes on, and nothing was changed.
        stream.sent(stream.send(self.room_id, "id2", "next"))
        self.assert_log("once", "next")

    def test_the_same_id_with_another_text_at_once_is_refused_once(self):
        streams = [self.stream(), self.stream()]
        requests = [[stream.send(self.room_id, f"id{i}", text) for i in range(100)]
                    for stream, text in zip(streams, ("one", "two"))]
        for i in range(100):
            replies = [stream.reply(sent[i]) for stream, sent in zip(streams, requests)]
            self.assertEqual(sorted(reply.WhichOneof("outcome") for reply in replies),
                             ["error", "sent"], f"message {i}")
        self.assertEqual(len(self.bob.whole_log(self.room_id)), 100)

    def test_the_same_id_of_another_sender_is_another_message(self):
        first = self.alice.send_message(self.room_id, "id", "Alice's")
        other = self.bob.send_message(self.room_id, "id", "Bob's")
        self.assertEqual((first.seq, other.seq, other.duplicate), (2, 3, False))
        self.assert_log("Alice's", "Bob's")

    def test_the_same_id_in_another_room_is_another_message(self):
        notes = self.alice.room_id("alice")
        first = self.alice.send_message(self.room_id, "id", "to Bob")
        other = self.alice.send_message(notes, "id", "to myself")
        self.assertEqual((first.seq, other.seq), (2, 2))
        self.assertFalse(other.duplicate)
