"""Deleting rooms: who may, what open streams hear of it, and that nothing is left."""

import grpc

from harness import ServerTestCase
from stubs import member_pb2, message_pb2, room_pb2

INVALID = (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")
NO_ROOM = (grpc.StatusCode.NOT_FOUND, "ROOM_NOT_FOUND")
DENIED = (grpc.StatusCode.PERMISSION_DENIED, "ROLE_NOT_ALLOWED")
DIRECT = (grpc.StatusCode.FAILED_PRECONDITION, "DIRECT_ROOM")


def delete(client, room_id):
    client.rooms.DeleteRoom(room_pb2.DeleteRoomRequest(room_id=room_id))


class DeleteRoom(ServerTestCase):
    def setUp(self):
        self.tenant = self.make_tenant("alice", "bob", "carol", "dave")
        self.alice = self.client(self.tenant, "alice")
        self.bob = self.client(self.tenant, "bob")
        self.carol = self.client(self.tenant, "carol")
        self.room_id = self.alice.create_group("alice", "bob", request_id="first").room.id

    def open(self, client, cursors=None):
        stream = client.stream(cursors)
        self.addCleanup(stream.cancel)
        return stream

    def count(self, table):
        return int(self.postgres.query(f"SELECT count(*) FROM {table}", self.database_url)[0])

    def test_each_open_stream_hears_of_it_as_the_last_of_the_room(self):
        own, watcher = self.open(self.alice, {self.room_id: 1}), self.open(self.bob, {self.room_id: 0})
        own.caught_up(self.room_id)
        watcher.caught_up(self.room_id)
        self.alice.send_message(self.room_id, "1", "hello")
        delete(self.alice, self.room_id)
        for stream in (own, watcher):
            event = stream.room_event(self.room_id, 3)
            self.assertTrue(event.HasField("room_deleted"))
            self.assertEqual(event.actor_id, "alice")
        self.assertEqual(watcher.error(watcher.send(self.room_id, "2", "still here?")).reason,
                         "ROOM_NOT_FOUND")
        self.assertEqual(watcher.seqs(self.room_id), [1, 2, 3])
        # A stream that opens later is told that the room isn't known.
        away = self.open(self.bob, {self.room_id: 1})
        self.assertEqual(list(away.wait_opened().unknown_room_ids), [self.room_id])

    def test_nobody_sees_anything_of_it_any_more(self):
        self.bob.send_message(self.room_id, "1", "hello")
        delete(self.alice, self.room_id)
        place = {"room_id": self.room_id, "seq": 2}
        for client in (self.alice, self.bob, self.tenant.service):
            for call in (lambda c=client: c.get_room(self.room_id),
                         lambda c=client: c.whole_log(self.room_id),
                         lambda c=client: delete(c, self.room_id),
                         lambda c=client: c.messages.DeleteMessage(message_pb2.DeleteMessageRequest(**place)),
                         lambda c=client: c.members.ListMembers(
                             member_pb2.ListMembersRequest(room_id=self.room_id))):
                with self.assertFails(*NO_ROOM):
                    call()
        with self.assertFails(*NO_ROOM):
            self.bob.send_message(self.room_id, "1", "hello")  # a late retry
        self.assertEqual(len(self.bob.rooms.ListRooms(room_pb2.ListRoomsRequest()).rooms), 0)

    def test_what_it_held_is_erased(self):
        self.bob.send_message(self.room_id, "1", "hello")
        self.bob.messages.AddReaction(message_pb2.AddReactionRequest(
            room_id=self.room_id, seq=2, reaction="+"))
        delete(self.alice, self.room_id)
        self.postgres.query("UPDATE chatter.room_to_purge SET deleted_at = now() - interval '1 hour'",
                            self.database_url)
        self.until(lambda: self.count("chatter.room_to_purge") == 0, "the room is purged")
        for table in ("event", "message", "reaction", "member", "room"):
            self.assertEqual(self.count(f"{self.tenant.name}.chatter_{table}"), 0)

    def test_who_may(self):
        self.tenant.service.members.AddMembers(member_pb2.AddMembersRequest(
            room_id=self.room_id, user_ids=["dave"], role=member_pb2.MEMBER_ROLE_MODERATOR))
        for client, outcome in ((self.client(self.tenant, "dave"), DENIED), (self.bob, DENIED),
                                (self.carol, NO_ROOM),
                                (self.client(self.make_tenant("alice"), "alice"), NO_ROOM)):
            with self.assertFails(*outcome):
                delete(client, self.room_id)
        self.assertEqual(self.bob.get_room(self.room_id).member_count, 3)
        delete(self.tenant.service, self.room_id)
        with self.assertFails(*NO_ROOM):
            self.bob.get_room(self.room_id)

    def test_a_direct_room_is_deleted_by_services_and_made_anew(self):
        direct = self.alice.room_id("alice", "bob")
        with self.assertFails(*DIRECT):
            delete(self.alice, direct)
        with self.assertFails(*NO_ROOM):
            delete(self.carol, direct)
        delete(self.tenant.service, direct)
        again = self.bob.create_room("alice", "bob")
        self.assertTrue(again.created)
        self.assertNotEqual(again.room.id, direct)
        self.assertEqual(again.room.head_seq, 1)

    def test_an_archived_room_can_be_deleted(self):
        self.alice.rooms.ArchiveRoom(room_pb2.ArchiveRoomRequest(room_id=self.room_id))
        delete(self.alice, self.room_id)
        with self.assertFails(*NO_ROOM):
            self.alice.get_room(self.room_id)

    def test_bad_input_is_refused(self):
        for room_id in ("", "no uuid"):
            with self.assertFails(*INVALID):
                delete(self.alice, room_id)
        with self.assertFails(*NO_ROOM):
            delete(self.alice, "00000000-0000-0000-0000-000000000000")
