"""Two tenants with the same user names: nothing of the one is ever seen in the other."""

import uuid

import grpc

from client import Client
from harness import ServerTestCase
from stubs import chat_pb2, room_pb2, session_pb2, user_pb2

NOT_FOUND = grpc.StatusCode.NOT_FOUND
UNAUTHENTICATED = grpc.StatusCode.UNAUTHENTICATED


class Tenants(ServerTestCase):
    def setUp(self):
        self.red = self.make_tenant("alice", "bob")
        self.blue = self.make_tenant("alice", "bob")
        self.red_alice = self.client(self.red, "alice")
        self.blue_alice = self.client(self.blue, "alice")
        self.red_room = self.red_alice.room_id("alice", "bob")
        self.blue_room = self.blue_alice.room_id("alice", "bob")

    def stream(self, client, cursors=None):
        stream = client.stream(cursors)
        self.addCleanup(stream.cancel)
        return stream

    def test_the_same_two_names_have_a_room_in_each(self):
        self.assertNotEqual(self.red_room, self.blue_room)
        for client, room_id in ((self.red_alice, self.red_room), (self.blue_alice, self.blue_room)):
            rooms = client.rooms.ListRooms(room_pb2.ListRoomsRequest()).rooms
            self.assertEqual([room.id for room in rooms], [room_id])

    def test_messages_and_typing_never_meet(self):
        red_bob = self.stream(self.client(self.red, "bob"))
        blue_bob = self.stream(self.client(self.blue, "bob"))
        red_alice, blue_alice = self.stream(self.red_alice), self.stream(self.blue_alice)
        for number in range(50):
            # The same client message id in both.
            red_alice.send(self.red_room, f"id{number}", f"red {number}")
            red_alice.typing(self.red_room, active=number % 2 == 0)
            blue_alice.send(self.blue_room, f"id{number}", f"blue {number}")
        red_alice.room_event(self.red_room, 51)
        blue_alice.room_event(self.blue_room, 51)
        for stream, room_id, colour in ((red_bob, self.red_room, "red"),
                                        (blue_bob, self.blue_room, "blue")):
            stream.room_event(room_id, 51)
            events = [e.room_event for e in stream.snapshot() if e.HasField("room_event")]
            self.assertEqual([(e.room_id, e.message_sent.text) for e in events],
                             [(room_id, f"{colour} {i}") for i in range(50)])
        self.assertFalse([e for e in blue_bob.snapshot() if e.HasField("typing")])

    def test_a_room_made_in_one_tenant_appears_in_that_alone(self):
        red, blue = self.stream(self.red_alice), self.stream(self.blue_alice)
        red_notes = self.red_alice.room_id("alice")
        blue_notes = self.blue_alice.room_id("alice")
        red.room_event(red_notes, 1)
        blue.room_event(blue_notes, 1)
        self.assertEqual(red.seqs(blue_notes), [])
        self.assertEqual(blue.seqs(red_notes), [])

    def test_a_token_is_worth_nothing_in_another_tenant(self):
        # Valid at home, and used there just now: no cache may let it through.
        self.red_alice.rooms.ListRooms(room_pb2.ListRoomsRequest())
        thief = Client(self.server.address, tenant=self.blue.name, token=self.red.token("alice"))
        self.addCleanup(thief.close)
        with self.assertFails(UNAUTHENTICATED, "CREDENTIAL_INVALID"):
            thief.rooms.ListRooms(room_pb2.ListRoomsRequest())
        stream = thief.stream(opened=False)
        stream.open()
        self.assertFailure(stream.end(), UNAUTHENTICATED, "CREDENTIAL_INVALID")
        self.assertEqual(stream.snapshot(), [])
        self.red_alice.rooms.ListRooms(room_pb2.ListRoomsRequest())

    def test_a_room_of_another_tenant_does_not_exist(self):
        """In the same words as one that exists nowhere."""
        self.red_alice.send_message(self.red_room, "id", "red's secret")
        for room_id in (self.red_room, str(uuid.uuid4())):
            for client in (self.blue_alice, self.blue.service):
                with self.assertFails(NOT_FOUND, "ROOM_NOT_FOUND"):
                    client.rooms.GetRoom(room_pb2.GetRoomRequest(room_id=room_id))
                with self.assertFails(NOT_FOUND, "ROOM_NOT_FOUND"):
                    client.chat.ListMessages(chat_pb2.ListMessagesRequest(room_id=room_id))
            with self.assertFails(NOT_FOUND, "ROOM_NOT_FOUND"):
                self.blue_alice.send_message(room_id, "id", "from blue")
            stream = self.stream(self.blue_alice, {room_id: 0, self.blue_room: 0})
            self.assertEqual(list(stream.wait_opened().unknown_room_ids), [room_id])
            self.assertFailure(stream.error(stream.send(room_id, "id", "from blue")),
                               NOT_FOUND, "ROOM_NOT_FOUND")
            self.assertFailure(stream.error(stream.typing(room_id)), NOT_FOUND, "ROOM_NOT_FOUND")
            self.assertEqual(stream.caught_up(self.blue_room).head_seq, 1)
            self.assertEqual(stream.seqs(room_id), [])
        self.assertEqual([m.text for m in self.red_alice.whole_log(self.red_room)],
                         ["red's secret"])

    def test_users_of_one_tenant_are_unknown_in_the_other(self):
        self.red.add_users("rita")
        with self.assertFails(NOT_FOUND, "USER_NOT_FOUND"):
            self.blue_alice.users.GetUser(user_pb2.GetUserRequest(user_id="rita"))
        with self.assertFails(grpc.StatusCode.INVALID_ARGUMENT, "UNKNOWN_USERS"):
            self.blue_alice.create_room("alice", "rita")
        with self.assertFails(NOT_FOUND, "USER_NOT_FOUND"):
            self.blue.sign_in("rita")
        listed = self.blue_alice.users.ListUsers(user_pb2.ListUsersRequest()).users
        self.assertEqual([user.id for user in listed], ["alice", "bob"])

    def test_a_session_can_be_revoked_in_its_own_tenant_only(self):
        session = self.red.sign_in("alice")
        revocation = session_pb2.RevokeSessionRequest(session_id=session.session.id)
        alice = Client(self.server.address, tenant=self.red.name, token=session.token)
        self.addCleanup(alice.close)
        with self.assertFails(NOT_FOUND, "SESSION_NOT_FOUND"):
            self.blue.service.sessions.RevokeSession(revocation)
        alice.rooms.ListRooms(room_pb2.ListRoomsRequest())
        self.red.service.sessions.RevokeSession(revocation)
        with self.assertFails(UNAUTHENTICATED, "CREDENTIAL_INVALID"):
            alice.rooms.ListRooms(room_pb2.ListRoomsRequest())

    def test_the_tables_are_in_schemas_of_their_own(self):
        self.red_alice.send_message(self.red_room, "id", "only in red")
        for tenant, count in ((self.red, 1), (self.blue, 0)):
            sql = f"SELECT count(*) FROM {tenant.name}.chatter_event WHERE text = 'only in red'"
            rows = self.postgres.query(sql, self.database_url)
            self.assertEqual(rows, [str(count)])
