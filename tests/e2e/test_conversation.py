"""Two people of one tenant talk through a running chatterd."""

import unittest

from harness import ServerTestCase

# Nothing of it is rewritten: not what looks like markup, a link, a mention or several spaces.
WILD_TEXT = "Hello, @bob!  ☕ <b>\u0301 [see](https://example.org/?a=1&b=%20#c) :smile:\r\n\t**x** "


class Conversation(ServerTestCase):
    flags = ("--heartbeat-interval", "1s")

    def setUp(self):
        tenant = self.make_tenant("alice", "bob", "carol")
        self.alice = self.client(tenant, "alice")
        self.bob = self.client(tenant, "bob")

    def stream(self, client, cursors=None):
        stream = client.stream(cursors)
        self.addCleanup(stream.cancel)
        return stream

    def test_opened_is_first_and_tells_who_and_which_rooms(self):
        room_id = self.alice.room_id("alice", "bob")
        self.alice.send_message(room_id, "m1", "before")
        stream = self.stream(self.bob)
        first = stream.snapshot()[0]
        self.assertEqual(first.WhichOneof("event"), "opened")
        self.assertEqual(first.opened.user_id, "bob")
        self.assertEqual([(room.room_id, room.head_seq) for room in first.opened.rooms],
                         [(room_id, 2)])
        self.assertEqual(first.opened.room_count, 1)
        self.assertEqual(list(first.opened.unknown_room_ids), [])
        self.assertEqual(first.opened.heartbeat_interval.seconds, 1)

    def test_what_one_says_reaches_the_other_and_the_answer_comes_back(self):
        room_id = self.alice.room_id("alice", "bob")
        alice, bob = self.stream(self.alice), self.stream(self.bob)

        sent = alice.sent(alice.send(room_id, "a1", WILD_TEXT))
        self.assertEqual((sent.room_id, sent.seq, sent.duplicate), (room_id, 2, False))
        heard = bob.room_event(room_id, 2)
        self.assertEqual(heard.actor_id, "alice")
        self.assertEqual(heard.message_sent.text, WILD_TEXT)
        self.assertEqual(heard.message_sent.client_message_id, "a1")
        self.assertEqual(heard.created_at, sent.created_at)

        answer = bob.sent(bob.send(room_id, "b1", "Hello, Alice."))
        self.assertEqual(answer.seq, 3)
        self.assertEqual(alice.room_event(room_id, 3).message_sent.text, "Hello, Alice.")
        self.assertEqual(alice.room_event(room_id, 3).actor_id, "bob")

    def test_ones_own_send_comes_to_ones_own_streams(self):
        room_id = self.alice.room_id("alice", "bob")
        phone, laptop = self.stream(self.alice), self.stream(self.alice)
        phone.sent(phone.send(room_id, "from-phone", "hi"))
        for stream in (phone, laptop):
            event = stream.room_event(room_id, 2)
            self.assertEqual(event.message_sent.client_message_id, "from-phone")
            self.assertEqual(event.actor_id, "alice")

    def test_a_unary_send_comes_to_the_streams(self):
        room_id = self.alice.room_id("alice", "bob")
        bob = self.stream(self.bob)
        sent = self.alice.send_message(room_id, "u1", "unary")
        self.assertEqual(bob.room_event(room_id, sent.seq).message_sent.text, "unary")

    def test_typing_is_seen_by_the_other_and_is_not_in_the_log(self):
        room_id = self.alice.room_id("alice", "bob")
        alice, bob = self.stream(self.alice), self.stream(self.bob)
        for active in (True, False):
            self.assertTrue(alice.reply(alice.typing(room_id, active)).HasField("done"))
            notice = bob.wait(lambda e, active=active: e.HasField("typing")
                              and e.typing.active == active, "typing").typing
            self.assertEqual((notice.room_id, notice.user_id), (room_id, "alice"))
        # Whatever was to come to Alice came before this.
        sent = alice.sent(alice.send(room_id, "a1", "after typing"))
        self.assertEqual(sent.seq, 2)
        alice.room_event(room_id, 2)
        self.assertFalse([e for e in alice.snapshot() if e.HasField("typing")],
                         "one's own typing came back")

    def test_ping_is_answered_by_its_request_id(self):
        alice = self.stream(self.alice)
        first = alice.ping()
        second = alice.ping()
        self.assertTrue(alice.reply(second).HasField("done"))
        self.assertTrue(alice.reply(first).HasField("done"))

    def test_a_cursor_brings_the_log_then_caught_up_then_what_is_live(self):
        room_id = self.alice.room_id("alice", "bob")
        for number in range(2, 302):  # several pages of the log
            self.alice.send_message(room_id, f"m{number}", f"text {number}")
        bob = self.stream(self.bob, {room_id: 0})
        self.assertEqual(bob.caught_up(room_id).head_seq, 301)
        self.alice.send_message(room_id, "live", "live")
        bob.room_event(room_id, 302)
        self.assertEqual(bob.seqs(room_id), list(range(1, 303)))
        kinds = [e.WhichOneof("event") for e in bob.snapshot()
                 if e.WhichOneof("event") in ("room_event", "caught_up")]
        self.assertEqual(kinds, ["room_event"] * 301 + ["caught_up", "room_event"])
        self.assertEqual(list(bob.room_event(room_id, 1).room_created.user_ids), ["alice", "bob"])

    def test_a_cursor_in_the_middle_brings_exactly_what_comes_after_it(self):
        room_id = self.alice.room_id("alice", "bob")
        for number in range(2, 12):
            self.alice.send_message(room_id, f"m{number}", "text")
        bob = self.stream(self.bob, {room_id: 7})
        self.assertEqual(bob.caught_up(room_id).head_seq, 11)
        self.assertEqual(bob.seqs(room_id), [8, 9, 10, 11])

    def test_a_cursor_at_the_head_brings_caught_up_alone(self):
        room_id = self.alice.room_id("alice", "bob")
        bob = self.stream(self.bob, {room_id: 1})
        self.assertEqual(bob.caught_up(room_id).head_seq, 1)
        self.assertEqual(bob.seqs(room_id), [])

    def test_without_a_cursor_only_what_is_new_comes(self):
        room_id = self.alice.room_id("alice", "bob")
        self.alice.send_message(room_id, "old", "old")
        bob = self.stream(self.bob)
        self.alice.send_message(room_id, "new", "new")
        bob.room_event(room_id, 3)
        self.assertEqual(bob.seqs(room_id), [3])

    def test_a_room_made_while_the_stream_is_open_appears_from_its_first_event(self):
        alice, bob = self.stream(self.alice), self.stream(self.bob)
        room_id = self.alice.room_id("alice", "bob")
        sent = alice.sent(alice.send(room_id, "first", "first"))
        self.assertEqual(sent.seq, 2)
        for stream in (alice, bob):
            stream.room_event(room_id, 2)
            self.assertEqual(stream.seqs(room_id), [1, 2])
            self.assertEqual(stream.room_event(room_id, 1).WhichOneof("what"), "room_created")

    def test_a_room_of_others_does_not_appear(self):
        carols_room = self.alice.room_id("alice", "carol")
        bob = self.stream(self.bob)
        self.alice.send_message(carols_room, "secret", "not for Bob")
        new_room = self.alice.room_id("alice", "carol", "bob")
        self.alice.send_message(new_room, "open", "for Bob, too")
        bob.room_event(new_room, 2)
        self.assertEqual(bob.seqs(carols_room), [])

    def test_heartbeats_come_and_tell_the_heads_of_what_was_sent(self):
        room_id = self.alice.room_id("alice", "bob")
        bob = self.stream(self.bob)
        self.alice.send_message(room_id, "m", "text")
        beat = bob.wait(lambda e: e.HasField("heartbeat") and e.heartbeat.heads,
                        "heartbeat with heads").heartbeat
        self.assertEqual([(head.room_id, head.head_seq) for head in beat.heads], [(room_id, 2)])
        self.assertGreater(beat.server_time.seconds, 0)

    def test_the_clients_close_ends_the_stream_well_once_all_is_answered(self):
        room_id = self.alice.room_id("alice", "bob")
        alice = self.stream(self.alice)
        requests = [alice.send(room_id, f"last{i}", "bye") for i in range(20)]
        alice.close()
        self.assertEqual(alice.end().code.name, "OK")
        self.assertEqual(sorted(alice.sent(request).seq for request in requests),
                         list(range(2, 22)))


if __name__ == "__main__":
    unittest.main()
