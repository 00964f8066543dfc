"""CreateRoom: one room for each set of people, whoever asks, however often, wherever."""

import collections
import uuid

import grpc

from client import Client, failure_of
from harness import Chatterd, ServerTestCase
from stubs import room_pb2

INVALID = grpc.StatusCode.INVALID_ARGUMENT
DIRECT = (grpc.StatusCode.FAILED_PRECONDITION, "DIRECT_ROOM")
CALLS = 1_000


class CreateRoom(ServerTestCase):
    def setUp(self):
        self.tenant = self.make_tenant("alice", "bob", "carol")
        self.service = self.tenant.service
        self.alice = self.client(self.tenant, "alice")
        self.bob = self.client(self.tenant, "bob")

    def race(self, clients):
        """CALLS parallel calls for one set, in any order and with repetitions."""
        spellings = [["alice", "bob"], ["bob", "alice"], ["alice", "bob", "alice"],
                     ["bob", "bob", "alice", "alice"]]
        calls = [clients[i % len(clients)].rooms.CreateRoom.future(
            room_pb2.CreateRoomRequest(user_ids=spellings[i // len(clients) % len(spellings)]))
                 for i in range(CALLS)]
        answers = [call.result() for call in calls]
        self.assertEqual(len({answer.room.id for answer in answers}), 1)
        self.assertEqual(collections.Counter(answer.created for answer in answers),
                         {True: 1, False: CALLS - 1})
        return answers[0].room.id

    def test_a_thousand_parallel_calls_over_many_connections_make_one_room(self):
        clients = [self.client(self.tenant, user) for user in ("alice", "bob") * 4]
        room_id = self.race(clients)
        rooms = self.alice.rooms.ListRooms(room_pb2.ListRoomsRequest()).rooms
        self.assertEqual([room.id for room in rooms], [room_id])
        self.assertEqual(rooms[0].head_seq, 1)

    def test_a_thousand_parallel_calls_at_two_servers_make_one_room(self):
        other = Chatterd(self.database_url)
        self.addCleanup(other.destroy)
        self.servers = (self.server, other)
        other.start()
        clients = [self.client(self.tenant, user, address)
                   for user in ("alice", "bob") for address in (self.server.address, other.address)
                   for _ in range(2)]
        room_id = self.race(clients)
        at_other = self.client(self.tenant, "bob", other.address)
        room = at_other.rooms.GetRoom(room_pb2.GetRoomRequest(room_id=room_id)).room
        self.assertEqual(room.head_seq, 1)

    def test_the_room_is_described(self):
        answer = self.alice.create_room("carol", "alice", "carol")
        self.assertTrue(answer.created)
        room = answer.room
        self.assertEqual(str(uuid.UUID(room.id)), room.id)
        self.assertEqual(room.kind, room_pb2.ROOM_KIND_DIRECT)
        self.assertEqual(list(room.user_ids), ["alice", "carol"])
        self.assertEqual((room.member_count, room.head_seq), (2, 1))
        self.assertFalse(room.HasField("last_message"))

    def test_order_and_repetitions_do_not_matter(self):
        first = self.alice.create_room("alice", "bob", "carol")
        self.assertTrue(first.created)
        for client, users in ((self.bob, ["carol", "bob", "alice"]),
                              (self.alice, ["alice", "alice", "bob", "carol", "bob"]),
                              (self.service, ["bob", "carol", "carol", "alice"])):
            again = client.create_room(*users)
            self.assertEqual((again.room.id, again.created), (first.room.id, False))

    def test_another_set_is_another_room(self):
        rooms = {self.alice.room_id(*users) for users in
                 (["alice"], ["alice", "bob"], ["alice", "carol"], ["alice", "bob", "carol"])}
        self.assertEqual(len(rooms), 4)

    def test_ids_that_run_together_are_told_apart(self):
        self.tenant.add_users("a", "b", "ab", "a,b", "b,a", "A")
        sets = (["a", "b"], ["ab"], ["a,b"], ["a", "b,a"], ["A", "b"], ["A", "ab"])
        self.assertEqual(len({self.service.room_id(*users) for users in sets}), len(sets))

    def test_a_room_that_was_archived_is_opened_again(self):
        room_id = self.alice.room_id("alice", "bob")
        archive = room_pb2.ArchiveRoomRequest(room_id=room_id)
        with self.assertFails(*DIRECT):  # none of them silences the other
            self.alice.rooms.ArchiveRoom(archive)
        stream = self.bob.stream()
        self.addCleanup(stream.cancel)
        stream.wait_opened()
        for seq, client in ((2, self.alice), (4, self.service)):
            self.service.rooms.ArchiveRoom(archive)
            with self.assertFails(grpc.StatusCode.FAILED_PRECONDITION, "ROOM_ARCHIVED"):
                self.alice.send_message(room_id, "early", "hello?")
            again = client.create_room("bob", "alice")
            self.assertEqual((again.room.id, again.created), (room_id, False))
            self.assertFalse(again.room.HasField("archived_at"))
            self.assertEqual(again.room.head_seq, seq + 1)
            event = stream.room_event(room_id, seq + 1)
            self.assertFalse(event.room_updated.archived)
            self.assertEqual(event.actor_id, "alice" if client is self.alice else "")
        self.assertEqual(self.alice.send_message(room_id, "1", "hello").seq, 6)

    def test_any_number_of_calls_open_an_archived_room_once(self):
        room_id = self.alice.room_id("alice", "bob")
        self.service.rooms.ArchiveRoom(room_pb2.ArchiveRoomRequest(room_id=room_id))
        calls = [client.rooms.CreateRoom.future(room_pb2.CreateRoomRequest(user_ids=["alice", "bob"]))
                 for client in (self.alice, self.bob) * 10]
        for call in calls:
            room = call.result().room
            self.assertEqual((room.id, room.head_seq, room.HasField("archived_at")), (room_id, 3, False))

    def test_a_room_that_a_request_made_is_given_as_it_is(self):
        made = self.alice.create_group("alice", "bob", request_id="once").room.id
        self.alice.rooms.ArchiveRoom(room_pb2.ArchiveRoomRequest(room_id=made))
        again = self.alice.create_group("alice", "bob", request_id="once").room
        self.assertEqual(again.id, made)
        self.assertTrue(again.HasField("archived_at"))

    def test_a_room_with_oneself(self):
        answer = self.alice.create_room("alice", "alice")
        self.assertEqual(list(answer.room.user_ids), ["alice"])

    def test_an_empty_list_is_refused(self):
        for client in (self.alice, self.service):
            with self.assertFails(INVALID, "INVALID_FIELD") as caught:
                client.create_room()
            self.assertEqual(list(failure_of(caught.exception).violations), ["user_ids"])

    def test_every_unknown_user_is_named(self):
        with self.assertFails(INVALID, "UNKNOWN_USERS") as caught:
            self.alice.create_room("alice", "mallory", "bob", "trent", "mallory", "'; DROP TABLE x")
        violations = failure_of(caught.exception).violations
        self.assertEqual(set(violations), {"user_ids[1]", "user_ids[3]", "user_ids[5]"})
        self.assertIn("mallory", violations["user_ids[1]"])
        self.assertIn("trent", violations["user_ids[3]"])
        self.assertIn("'; DROP TABLE x", violations["user_ids[5]"])
        rooms = self.alice.rooms.ListRooms(room_pb2.ListRoomsRequest()).rooms
        self.assertEqual(len(rooms), 0, "a refused call made a room")

    def test_each_malformed_user_id_is_named(self):
        with self.assertFails(INVALID, "INVALID_FIELD") as caught:
            self.alice.create_room("alice", "", "x" * 601, "line\nbreak", "nul\0", "bob")
        self.assertEqual(set(failure_of(caught.exception).violations),
                         {"user_ids[1]", "user_ids[2]", "user_ids[3]", "user_ids[4]"})

    def test_a_thousand_users_fit_and_one_more_is_refused(self):
        users = [f"user{i:04}" for i in range(1_001)]
        self.tenant.add_users(*users)
        room = self.service.create_room(*users[:1_000]).room
        self.assertEqual(room.member_count, 1_000)
        self.assertEqual(list(room.user_ids), users[:100])
        with self.assertFails(INVALID, "INVALID_FIELD") as caught:
            self.service.create_room(*users)
        self.assertEqual(list(failure_of(caught.exception).violations), ["user_ids"])

    def test_two_thousand_with_repetitions_fit_and_one_more_is_refused(self):
        room = self.service.create_room(*["alice", "bob"] * 1_000).room
        self.assertEqual(room.member_count, 2)
        with self.assertFails(INVALID, "INVALID_FIELD"):
            self.service.create_room(*["alice", "bob"] * 1_000, "alice")

    def test_a_user_must_be_in_the_list_and_a_service_need_not(self):
        with self.assertFails(INVALID, "CALLER_NOT_INCLUDED"):
            self.alice.create_room("bob", "carol")
        self.assertTrue(self.service.create_room("bob", "carol").created)
        # Now that it's there, it is still none of Alice's business.
        with self.assertFails(INVALID, "CALLER_NOT_INCLUDED"):
            self.alice.create_room("bob", "carol")

    def test_strangers_do_not_learn_of_a_room(self):
        room_id = self.alice.room_id("alice", "bob")
        carol = self.client(self.tenant, "carol")
        for wanted in (room_id, str(uuid.uuid4())):
            with self.assertFails(grpc.StatusCode.NOT_FOUND, "ROOM_NOT_FOUND"):
                carol.rooms.GetRoom(room_pb2.GetRoomRequest(room_id=wanted))

    def test_the_call_needs_a_credential(self):
        nobody = Client(self.server.address, tenant=self.tenant.name)
        self.addCleanup(nobody.close)
        with self.assertFails(grpc.StatusCode.UNAUTHENTICATED, "CREDENTIAL_REQUIRED"):
            nobody.create_room("alice", "bob")
