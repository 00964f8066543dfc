"""A tenant's back end deactivates users of Chatter's own table, and takes it back."""

import grpc

from harness import ServerTestCase
from stubs import member_pb2, room_pb2, user_pb2

UNAUTHENTICATED = grpc.StatusCode.UNAUTHENTICATED


class Deactivation(ServerTestCase):
    def setUp(self):
        self.tenant = self.make_tenant("alice", "bob", "carol")
        self.alice = self.client(self.tenant, "alice")
        self.bob = self.client(self.tenant, "bob")
        self.users = self.tenant.service.users

    def deactivate(self, user_id):
        return self.users.DeactivateUser(user_pb2.DeactivateUserRequest(user_id=user_id)).user

    def reactivate(self, user_id):
        return self.users.ReactivateUser(user_pb2.ReactivateUserRequest(user_id=user_id)).user

    def listed(self):
        users = self.bob.users.ListUsers(user_pb2.ListUsersRequest()).users
        return [user.id for user in users]

    def can_call(self):
        try:
            self.alice.rooms.ListRooms(room_pb2.ListRoomsRequest())
        except grpc.RpcError:
            return False
        return True

    def test_a_deactivated_user_is_out(self):
        room_id = self.bob.room_id("alice", "bob")
        stream = self.alice.stream()
        self.addCleanup(stream.cancel)
        user = self.deactivate("alice")
        self.assertEqual((user.id, user.deactivated), ("alice", True))
        self.assertFailure(stream.end(), UNAUTHENTICATED, "USER_DEACTIVATED")
        self.until(lambda: not self.can_call(), "refused")
        with self.assertFails(UNAUTHENTICATED, "USER_DEACTIVATED"):
            self.alice.rooms.ListRooms(room_pb2.ListRoomsRequest())
        self.assertEqual(self.listed(), ["bob", "carol"])
        found = self.bob.users.GetUser(user_pb2.GetUserRequest(user_id="alice")).user
        self.assertTrue(found.deactivated)
        with self.assertFails(grpc.StatusCode.INVALID_ARGUMENT, "UNKNOWN_USERS"):
            self.bob.create_room("alice", "bob", "carol")
        self.bob.send_message(room_id, "1", "still here")  # rooms stay as they are
        self.bob.members.AddMembers(member_pb2.AddMembersRequest(
            room_id=room_id, user_ids=["alice", "carol"]))
        self.assertEqual(list(self.bob.get_room(room_id).user_ids), ["alice", "bob", "carol"])

    def test_a_reactivated_user_is_in_again(self):
        self.deactivate("alice")
        self.assertTrue(self.deactivate("alice").deactivated)
        self.until(lambda: not self.can_call(), "refused")
        self.assertFalse(self.reactivate("alice").deactivated)
        self.assertFalse(self.reactivate("alice").deactivated)
        self.until(self.can_call, "let in")
        self.assertEqual(self.listed(), ["alice", "bob", "carol"])

    def test_changing_the_name_does_not_reactivate(self):
        self.deactivate("alice")
        stored = self.users.UpsertUsers(user_pb2.UpsertUsersRequest(
            users=[user_pb2.User(id="alice", display_name="Alice")])).users[0]
        self.assertTrue(stored.deactivated)

    def test_it_is_refused_where_it_must_be(self):
        with self.assertFails(grpc.StatusCode.NOT_FOUND, "USER_NOT_FOUND"):
            self.deactivate("nobody")
        with self.assertFails(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD"):
            self.reactivate("")
        with self.assertFails(grpc.StatusCode.PERMISSION_DENIED, "CREDENTIAL_NOT_ALLOWED"):
            self.bob.users.DeactivateUser(user_pb2.DeactivateUserRequest(user_id="alice"))
        # The user of another tenant with the same name is another one.
        other = self.make_tenant("alice")
        self.deactivate("alice")
        self.client(other, "alice").rooms.ListRooms(room_pb2.ListRoomsRequest())
