"""Each known defect of Django-Chatter, which Chatter descends from, shown not to be here.

Its list, and where else the same is tried harder:

  two concurrent create_room calls make two rooms          test_create_room
  a list that names a user twice makes a new room          test_create_room
  the alert group doesn't carry the tenant                 test_tenants
  a refused message is saved and broadcast nevertheless    test_bad_streams
  membership is read once, at connect                      here, as far as it can change: rooms are
                                                           made while the stream is open
  delivery is at most once, and drops over capacity        test_resume, test_crash
  no sequence, no resume, no idempotency                   test_resend, test_resume
"""

import threading

import grpc

from harness import WHOLE_TEST, ServerTestCase
from proxy import Proxy
from threads import Threads
from stubs import room_pb2


class Heritage(ServerTestCase):
    def setUp(self):
        self.tenant = self.make_tenant("alice", "bob", "mallory")
        self.alice = self.client(self.tenant, "alice")
        self.bob = self.client(self.tenant, "bob")

    def stream(self, client, cursors=None):
        stream = client.stream(cursors)
        self.addCleanup(stream.cancel)
        return stream

    def test_two_concurrent_create_room_calls_make_two_rooms(self):
        for number in range(50):
            self.tenant.add_users(f"guest{number}")
            barrier = threading.Barrier(2)
            answers = []

            def create(client, guest=f"guest{number}", barrier=barrier, answers=answers):
                barrier.wait()
                answers.append(client.create_room("alice", "bob", guest))

            Threads(lambda: create(self.alice), lambda: create(self.bob)).join(WHOLE_TEST)
            self.assertEqual(answers[0].room.id, answers[1].room.id)
            self.assertEqual(sorted(answer.created for answer in answers), [False, True])

    def test_a_list_that_names_a_user_twice_makes_a_new_room_at_every_call(self):
        rooms = {self.alice.room_id("alice", "bob", "bob") for _ in range(5)}
        rooms.add(self.bob.room_id("bob", "alice"))
        self.assertEqual(len(rooms), 1)
        room = self.alice.rooms.GetRoom(room_pb2.GetRoomRequest(room_id=rooms.pop())).room
        self.assertEqual(list(room.user_ids), ["alice", "bob"])

    def test_the_same_user_name_in_another_tenant_gets_the_text(self):
        elsewhere = self.make_tenant("alice", "bob")
        namesake = self.client(elsewhere, "bob")
        theirs = self.stream(namesake)
        ours = self.stream(self.bob)
        room_id = self.alice.room_id("alice", "bob")
        self.alice.send_message(room_id, "id", "for our Bob")
        ours.room_event(room_id, 2)
        # Something of their own comes, after which ours would have come.
        notes = namesake.room_id("bob")
        namesake.send_message(notes, "id", "a note")
        theirs.room_event(notes, 2)
        self.assertEqual([e.room_event.room_id for e in theirs.snapshot()
                          if e.HasField("room_event")], [notes, notes])

    def test_a_refused_message_is_saved_and_broadcast_nevertheless(self):
        room_id = self.alice.room_id("alice", "bob")
        mallory_client = self.client(self.tenant, "mallory")
        mallory, bob = self.stream(mallory_client), self.stream(self.bob)
        self.assertFailure(mallory.error(mallory.send(room_id, "id", "I am Alice")),
                           grpc.StatusCode.NOT_FOUND, "ROOM_NOT_FOUND")
        with self.assertFails(grpc.StatusCode.NOT_FOUND, "ROOM_NOT_FOUND"):
            mallory_client.send_message(room_id, "id", "I am Alice")
        self.alice.send_message(room_id, "id", "I am the real one")
        self.assertEqual(bob.room_event(room_id, 2).message_sent.text, "I am the real one")
        self.assertEqual([(m.sender_id, m.text) for m in self.bob.whole_log(room_id)],
                         [("alice", "I am the real one")])
        self.assertEqual(mallory.seqs(room_id), [])

    def test_membership_is_read_once_at_connect(self):
        """Who becomes a member of something later hears of it, and may speak in it, at once."""
        bob = self.stream(self.bob)
        for number in range(20):
            self.tenant.add_users(f"guest{number}")
            room_id = self.alice.room_id("alice", "bob", f"guest{number}")
            sent = bob.sent(bob.send(room_id, "id", "here I am"))
            self.assertEqual(sent.seq, 2)
            bob.room_event(room_id, 2)
            self.assertEqual(bob.seqs(room_id), [1, 2])

    def test_messages_over_capacity_are_dropped_silently(self):
        """Many more bytes than any buffer on the way holds, for a reader who doesn't read."""
        room_id = self.alice.room_id("alice", "bob")
        bob = self.bob.stream(opened=False)
        self.addCleanup(bob.cancel)
        bob.pause()
        bob.open({room_id: 0})
        alice = self.stream(self.alice)
        text = "x" * 16_000
        requests = [alice.send(room_id, f"id{i}", text) for i in range(1_000)]
        for request in requests:
            alice.sent(request)
        bob.resume()
        bob.room_event(room_id, 1_001)
        self.assertEqual(bob.seqs(room_id), list(range(1, 1_002)))

    def test_what_is_said_while_one_is_away_never_comes(self):
        proxy = Proxy(self.server.port)
        self.addCleanup(proxy.close)
        room_id = self.alice.room_id("alice", "bob")
        bob = self.client(self.tenant, "bob", proxy.address).stream()
        self.addCleanup(bob.cancel)
        self.alice.send_message(room_id, "seen", "seen")
        bob.room_event(room_id, 2)
        proxy.cut()
        self.assertEqual(bob.end().code, grpc.StatusCode.UNAVAILABLE)
        for number in range(30):
            self.alice.send_message(room_id, f"missed{number}", "missed")
        again = self.stream(self.bob, {room_id: 2})
        self.assertEqual(again.caught_up(room_id).head_seq, 32)
        self.assertEqual(again.seqs(room_id), list(range(3, 33)))

    def test_a_message_sent_again_comes_twice(self):
        room_id = self.alice.room_id("alice", "bob")
        bob = self.stream(self.bob)
        seqs = [self.alice.send_message(room_id, "id", "once").seq for _ in range(3)]
        self.assertEqual(seqs, [2, 2, 2])
        self.alice.send_message(room_id, "id2", "next")
        bob.room_event(room_id, 3)
        self.assertEqual(bob.seqs(room_id), [2, 3])
