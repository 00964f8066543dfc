"""How far people have read: marks, what is unread, and what streams hear of it."""

import grpc

from harness import ServerTestCase
from stubs import chat_pb2, member_pb2, read_state_pb2, room_pb2

INVALID = (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")
NO_ROOM = (grpc.StatusCode.NOT_FOUND, "ROOM_NOT_FOUND")


class ReadState(ServerTestCase):
    def setUp(self):
        self.tenant = self.make_tenant("alice", "bob", "carol")
        self.alice = self.client(self.tenant, "alice")
        self.bob = self.client(self.tenant, "bob")
        self.carol = self.client(self.tenant, "carol")
        self.room_id = self.alice.create_group("alice", "bob").room.id

    def send(self, client, *texts):
        for text in texts:
            self.last_seq = client.send_message(self.room_id, f"id {text}", text).seq

    def unread(self, client, room_id=None):
        return client.get_room(room_id or self.room_id).unread_count

    def count(self, client):
        unread = client.read_state.CountUnread(read_state_pb2.CountUnreadRequest())
        return unread.unread_rooms, unread.unread_messages

    def mark_unread(self, client, seq):
        return client.read_state.MarkUnread(read_state_pb2.MarkUnreadRequest(
            room_id=self.room_id, seq=seq)).read_seq

    def mark_delivered(self, client, seq):
        return client.read_state.MarkDelivered(read_state_pb2.MarkDeliveredRequest(
            room_id=self.room_id, seq=seq)).delivered_seq

    def open(self, client):
        stream = client.stream({self.room_id: 0})
        self.addCleanup(stream.cancel)
        stream.caught_up(self.room_id)
        return stream

    @staticmethod
    def mark(stream, user_id, read_seq):
        return stream.wait(lambda e: e.HasField("read_mark") and e.read_mark.user_id == user_id
                           and e.read_mark.read_seq == read_seq,
                           f"mark of {user_id} at {read_seq}").read_mark

    def test_counts_the_messages_of_others_after_the_mark(self):
        self.assertEqual(self.unread(self.bob), 0)
        self.send(self.alice, "a", "b", "c")  # 2, 3, 4
        self.send(self.bob, "d")  # 5: one's own is never unread
        self.assertEqual((self.unread(self.bob), self.unread(self.alice)), (3, 1))
        self.assertEqual(self.bob.mark_read(self.room_id, 3), 3)
        self.assertEqual(self.unread(self.bob), 1)
        self.assertEqual(self.bob.mark_read(self.room_id, 2), 3, "a mark only moves forward")
        self.assertEqual(self.bob.mark_read(self.room_id, 2**63), 5, "the head is the end")
        self.assertEqual(self.unread(self.bob), 0)
        self.assertEqual(self.mark_unread(self.bob, 4), 3)
        self.assertEqual(self.unread(self.bob), 1)
        # What isn't a message doesn't count.
        self.alice.rooms.ArchiveRoom(room_pb2.ArchiveRoomRequest(room_id=self.room_id))
        self.assertEqual(self.unread(self.bob), 1)

    def test_the_same_is_told_by_lists_and_by_opened(self):
        other = self.alice.create_room("alice", "bob").room.id
        self.send(self.alice, "a", "b")
        self.bob.mark_read(self.room_id, 2)
        self.alice.send_message(other, "1", "hello")
        listed = self.bob.rooms.ListRooms(room_pb2.ListRoomsRequest()).rooms
        opened = self.bob.stream()
        self.addCleanup(opened.cancel)
        for rooms in ({room.id: room for room in listed},
                      {room.room_id: room for room in opened.wait_opened().rooms}):
            self.assertEqual({room_id: (room.read_seq, room.unread_count)
                              for room_id, room in rooms.items()},
                             {self.room_id: (2, 1), other: (1, 1)})
        self.assertEqual(self.count(self.bob), (2, 2))
        self.assertEqual(self.count(self.carol), (0, 0))
        self.bob.mark_read(other, 2)
        self.assertEqual(self.count(self.bob), (1, 1))
        self.alice.members.RemoveMembers(member_pb2.RemoveMembersRequest(
            room_id=self.room_id, user_ids=["bob"]))
        self.assertEqual(self.count(self.bob), (0, 0))

    def test_who_comes_in_has_nothing_unread(self):
        self.send(self.alice, "a", "b")
        self.alice.members.AddMembers(member_pb2.AddMembersRequest(
            room_id=self.room_id, user_ids=["carol"]))
        self.assertEqual(self.unread(self.carol), 0)
        self.send(self.alice, "c")
        self.assertEqual(self.unread(self.carol), 1)

    def test_many_are_counted_up_to_a_bound(self):
        stream = self.open(self.alice)
        requests = [stream.send(self.room_id, f"id {i}", "text") for i in range(1_019)]
        for request in requests:
            stream.sent(request)
        self.assertEqual(self.unread(self.bob), 999)
        self.bob.mark_read(self.room_id, 21)
        self.assertEqual(self.unread(self.bob), 999)
        self.bob.mark_read(self.room_id, 22)
        self.assertEqual(self.unread(self.bob), 998)

    def test_marks_reach_the_others_and_the_own_devices(self):
        alice, bob, bobs_phone = self.open(self.alice), self.open(self.bob), self.open(self.bob)
        self.send(self.alice, "a", "b", "c")
        self.assertEqual(self.mark_delivered(self.bob, 4), 4)
        self.assertEqual(self.mark(alice, "bob", 1).delivered_seq, 4)
        self.assertTrue(bob.reply(bob.command(mark_read=read_state_pb2.MarkRead(
            room_id=self.room_id, seq=3))).HasField("done"))
        for stream in (alice, bob, bobs_phone):
            self.assertEqual(self.mark(stream, "bob", 3).delivered_seq, 4)
        self.send(self.alice, "d")  # 5
        # What is kept from others isn't seen in any way.
        self.bob.mark_read(self.room_id, 5, silent=True)
        self.mark(bobs_phone, "bob", 5)
        self.mark_unread(self.bob, 2)
        self.mark(bobs_phone, "bob", 1)
        self.alice.mark_read(self.room_id, 4)
        self.mark(alice, "alice", 4)
        self.assertEqual([e.read_mark.read_seq for e in alice.snapshot()
                          if e.HasField("read_mark") and e.read_mark.user_id == "bob"], [1, 3])
        members = self.alice.members.ListMembers(member_pb2.ListMembersRequest(
            room_id=self.room_id)).members
        self.assertEqual({m.user_id: (m.read_seq, m.delivered_seq) for m in members},
                         {"alice": (4, 4), "bob": (3, 4)})

    def test_in_large_rooms_only_the_own_devices_are_told(self):
        users = [f"user{i}" for i in range(100)]
        self.tenant.add_users(*users)
        self.alice.members.AddMembers(member_pb2.AddMembersRequest(
            room_id=self.room_id, user_ids=users))
        alice, bob = self.open(self.alice), self.open(self.bob)
        self.bob.mark_read(self.room_id, 2)
        self.mark(bob, "bob", 2)
        self.alice.mark_read(self.room_id, 2)
        self.mark(alice, "alice", 2)
        self.assertFalse([e for e in alice.snapshot()
                          if e.HasField("read_mark") and e.read_mark.user_id == "bob"])

    def test_bad_marks_are_refused(self):
        for client, room_id, seq, failure in ((self.bob, self.room_id, 0, INVALID),
                                              (self.bob, "room", 1, INVALID),
                                              (self.carol, self.room_id, 1, NO_ROOM)):
            request = {"room_id": room_id, "seq": seq}
            for call in (lambda: client.read_state.MarkRead(
                             read_state_pb2.MarkReadRequest(**request)),
                         lambda: client.read_state.MarkDelivered(
                             read_state_pb2.MarkDeliveredRequest(**request)),
                         lambda: client.read_state.MarkUnread(
                             read_state_pb2.MarkUnreadRequest(**request))):
                with self.assertFails(*failure):
                    call()
        stream = self.open(self.bob)
        for command in ({"mark_read": read_state_pb2.MarkRead(room_id=self.room_id)},
                        {"mark_delivered": read_state_pb2.MarkDelivered(room_id="x", seq=1)}):
            self.assertEqual(stream.error(stream.command(**command)).reason, "INVALID_FIELD")
        other = self.client(self.make_tenant("bob"), "bob")
        with self.assertFails(*NO_ROOM):
            other.mark_read(self.room_id, 1)

    def test_hidden_history_stays_read(self):
        history = room_pb2.HISTORY_VISIBILITY_SINCE_JOINED
        self.room_id = self.alice.create_group("alice", history=history).room.id
        self.send(self.alice, "a", "b")
        self.alice.members.AddMembers(member_pb2.AddMembersRequest(
            room_id=self.room_id, user_ids=["bob"]))  # 4
        self.assertEqual(self.mark_unread(self.bob, 1), 4)
        self.assertEqual(self.unread(self.bob), 0)
        page = self.bob.chat.ListMessages(chat_pb2.ListMessagesRequest(room_id=self.room_id))
        self.assertFalse(page.messages)

    def test_history_that_becomes_hidden_becomes_read(self):
        self.room_id = self.alice.create_group("alice").room.id
        self.alice.send_message(self.room_id, "a", "a", mentions_everyone=True)  # 2
        self.alice.members.AddMembers(member_pb2.AddMembersRequest(
            room_id=self.room_id, user_ids=["bob"]))  # 3
        self.assertEqual(self.mark_unread(self.bob, 1), 1)
        self.assertEqual(self.unread(self.bob), 1)
        self.alice.rooms.UpdateRoom(room_pb2.UpdateRoomRequest(
            room_id=self.room_id, update_mask={"paths": ["profile.history"]},
            profile=room_pb2.RoomProfile(history=room_pb2.HISTORY_VISIBILITY_SINCE_JOINED)))
        room = self.bob.get_room(self.room_id)
        self.assertEqual((room.unread_count, room.unread_mention_count, room.read_seq), (0, 0, 3))
        self.send(self.alice, "b")
        self.assertEqual(self.unread(self.bob), 1)
