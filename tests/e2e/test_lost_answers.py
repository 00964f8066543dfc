"""A connection to the database is lost with the answer to what has been committed.

chatterd runs the transaction again, and must answer as the first run would have; and what was to happen has happened
once.
"""

import urllib.parse

import grpc

from client import Client
from harness import Chatterd, ServerTestCase
from proxy import LosingProxy
from stubs import (member_pb2, message_pb2, read_state_pb2, room_pb2, service_account_pb2,
                   session_pb2, tenant_pb2)

# Pieces of the statements by which the transactions are known.
CHANGE_ROOM = b"cardinality($14::smallint[])"
DELETE_ROOM = b"WHERE id = $1 AND version = $2 RETURNING id"
CHANGE_MESSAGE = b"SELECT $1, event_seq,"  # pieces/event_of_change.sql
CREATE_ROOM = b"cardinality($4::text[])"

GROUP = room_pb2.ROOM_KIND_GROUP
PUBLIC = room_pb2.ROOM_KIND_PUBLIC


class LostAnswers(ServerTestCase):
    # So that the text of each statement goes over the wire each time.
    flags = ("--no-prepared-statements",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        url = urllib.parse.urlsplit(cls.database_url)
        cls.proxy = LosingProxy(url.port)
        cls.addClassCleanup(cls.proxy.close)
        away = url._replace(netloc=f"{url.username}:{url.password}@{cls.proxy.address}").geturl()
        cls.behind = Chatterd(away, *cls.flags)
        cls.addClassCleanup(cls.behind.destroy)
        cls.behind.start()

    def setUp(self):
        self.tenant = self.make_tenant("alice", "bob", "carol")
        self.alice = self.client(self.tenant, "alice", self.behind.address)
        self.bob = self.client(self.tenant, "bob", self.behind.address)
        self.room_id = self.make_room(kind=GROUP)

    def make_room(self, **request):
        return self.alice.rooms.CreateRoom(room_pb2.CreateRoomRequest(
            user_ids=["alice", "bob"], **request)).room.id

    def losing(self, marker, call):
        """What the call answers, though the answer to its transaction was lost."""
        before = self.proxy.lost
        self.proxy.lose_answer_to(marker)
        answer = call()
        self.assertEqual(self.proxy.lost, before + 1, "nothing was lost")
        return answer

    def events(self, room_id=None):
        """The kinds of the room's events."""
        return [int(kind) for kind in self.postgres.query(
            f"SELECT kind FROM {self.tenant.name}.chatter_event "
            f"WHERE room_id = '{room_id or self.room_id}' ORDER BY seq", self.database_url)]

    def test_leaving(self):
        self.losing(CHANGE_ROOM, lambda: self.bob.members.LeaveRoom(
            member_pb2.LeaveRoomRequest(room_id=self.room_id)))
        self.assertEqual(self.events(), [1, 5])

    def test_deleting_a_room(self):
        self.losing(DELETE_ROOM, lambda: self.alice.rooms.DeleteRoom(
            room_pb2.DeleteRoomRequest(room_id=self.room_id)))
        with self.assertFails(grpc.StatusCode.NOT_FOUND, "ROOM_NOT_FOUND"):
            self.alice.get_room(self.room_id)
        with self.assertFails(grpc.StatusCode.NOT_FOUND, "ROOM_NOT_FOUND"):
            self.alice.rooms.DeleteRoom(room_pb2.DeleteRoomRequest(room_id=self.room_id))

    def test_adding_and_removing_members(self):
        added = self.losing(CHANGE_ROOM, lambda: self.alice.members.AddMembers(
            member_pb2.AddMembersRequest(room_id=self.room_id, user_ids=["carol"])))
        self.assertEqual(list(added.added_user_ids), ["carol"])
        removed = self.losing(CHANGE_ROOM, lambda: self.alice.members.RemoveMembers(
            member_pb2.RemoveMembersRequest(room_id=self.room_id, user_ids=["carol"])))
        self.assertEqual(list(removed.removed_user_ids), ["carol"])
        self.assertEqual(self.events(), [1, 4, 5])

    def test_who_steps_down_or_opens_a_direct_room(self):
        # Run again on what it had made of the room, each of these would be refused.
        self.alice.members.SetRoles(member_pb2.SetRolesRequest(
            room_id=self.room_id,
            roles=[member_pb2.RoleAssignment(user_id="bob", role=member_pb2.MEMBER_ROLE_OWNER)]))
        self.losing(CHANGE_ROOM, lambda: self.alice.members.SetRoles(member_pb2.SetRolesRequest(
            room_id=self.room_id,
            roles=[member_pb2.RoleAssignment(user_id="alice", role=member_pb2.MEMBER_ROLE_READER),
                   member_pb2.RoleAssignment(user_id="bob", role=member_pb2.MEMBER_ROLE_OWNER)])))
        self.assertEqual(self.events(), [1, 6, 6])
        direct = self.alice.room_id("alice", "bob")
        added = self.losing(CHANGE_ROOM, lambda: self.alice.members.AddMembers(
            member_pb2.AddMembersRequest(room_id=direct, user_ids=["carol"])))
        self.assertEqual(list(added.added_user_ids), ["carol"])
        self.assertEqual(self.events(direct), [1, 3, 4])

    def test_who_hears_of_it(self):
        stream = self.bob.stream({self.room_id: 1})
        self.addCleanup(stream.cancel)
        self.losing(CHANGE_ROOM, lambda: self.alice.members.AddMembers(
            member_pb2.AddMembersRequest(room_id=self.room_id, user_ids=["carol"])))
        self.losing(CHANGE_MESSAGE, lambda: self.alice.messages.PinMessage(
            message_pb2.PinMessageRequest(
                room_id=self.room_id, seq=self.alice.send_message(self.room_id, "1", "hello").seq)))
        self.assertEqual([stream.room_event(self.room_id, seq).WhichOneof("what") for seq in (2, 3, 4)],
                         ["members_added", "message_sent", "message_pinned"])

    def test_rooms(self):
        public = self.make_room(kind=PUBLIC, profile=room_pb2.RoomProfile(name="all"))
        carol = self.client(self.tenant, "carol", self.behind.address)
        self.losing(CHANGE_ROOM, lambda: carol.members.JoinRoom(
            member_pb2.JoinRoomRequest(room_id=public)))
        self.losing(CHANGE_ROOM, lambda: self.alice.rooms.ArchiveRoom(
            room_pb2.ArchiveRoomRequest(room_id=public)))
        self.losing(CHANGE_ROOM, lambda: self.alice.rooms.UnarchiveRoom(
            room_pb2.UnarchiveRoomRequest(room_id=public)))
        self.assertEqual(self.events(public), [1, 4, 3, 3])
        for request in ({"kind": GROUP}, {"kind": GROUP, "request_id": "a request"}, {}):
            made = self.losing(CREATE_ROOM, lambda request=request: self.alice.rooms.CreateRoom(
                room_pb2.CreateRoomRequest(user_ids=["alice", "bob"], **request)))
            self.assertTrue(made.created, request)
            self.assertEqual(self.events(made.room.id), [1])

    def test_messages(self):
        sent = self.losing(b"AS same_content", lambda: self.alice.send_message(self.room_id, "1", "one"))
        place = {"room_id": self.room_id, "seq": sent.seq}
        calls = self.alice.messages
        for call, request in (
                (calls.EditMessage, message_pb2.EditMessageRequest(text="two", **place)),
                (calls.AddReaction, message_pb2.AddReactionRequest(reaction="+", **place)),
                (calls.RemoveReaction, message_pb2.RemoveReactionRequest(reaction="+", **place)),
                (calls.PinMessage, message_pb2.PinMessageRequest(**place)),
                (calls.UnpinMessage, message_pb2.UnpinMessageRequest(**place)),
                (calls.DeleteMessage, message_pb2.DeleteMessageRequest(**place))):
            self.losing(CHANGE_MESSAGE, lambda call=call, request=request: call(request))
        self.assertEqual(self.events(), [1, 2, 7, 9, 10, 11, 12, 8])

    def test_what_has_no_event(self):
        sent = self.alice.send_message(self.room_id, "1", "one")
        marked = self.losing(b"SET read_seq = greatest", lambda: self.bob.read_state.MarkRead(
            read_state_pb2.MarkReadRequest(room_id=self.room_id, seq=sent.seq)))
        self.assertEqual(marked.read_seq, sent.seq)
        service = Client(self.behind.address, tenant=self.tenant.name, token=self.behind.admin_key)
        self.addCleanup(service.close)
        made = self.losing(b"chatter_session AS s",
                           lambda: service.sessions.CreateSession(
                               session_pb2.CreateSessionRequest(user_id="alice")))
        self.assertEqual(made.session.user_id, "alice")

    def test_administration(self):
        name = self.tenant.name
        admin = Client(self.behind.address, token=self.behind.admin_key)
        self.addCleanup(admin.close)
        for marker, call in (
                (b"SET state = 2", lambda: admin.tenants.SuspendTenant(
                    tenant_pb2.SuspendTenantRequest(schema_name=name, reason="a test"))),
                (b"SET state = 1", lambda: admin.tenants.ResumeTenant(
                    tenant_pb2.ResumeTenantRequest(schema_name=name))),
                (b"SET state = 3", lambda: admin.tenants.DeleteTenant(
                    tenant_pb2.DeleteTenantRequest(schema_name=name))),
                (b"CASE WHEN state_reason", lambda: admin.tenants.UndeleteTenant(
                    tenant_pb2.UndeleteTenantRequest(schema_name=name)))):
            self.losing(marker, call)
        self.losing(b"INTO chatter.service_account", lambda: admin.service_accounts.SetServiceAccount(
            service_account_pb2.SetServiceAccountRequest(
                service_account=service_account_pb2.ServiceAccount(
                    name=f"account-of-{name}", tenants=["*"], services=["*"]))))
        key = self.losing(b"INTO chatter.api_key", lambda: admin.service_accounts.CreateApiKey(
            service_account_pb2.CreateApiKeyRequest(account=f"account-of-{name}")))
        keys = admin.service_accounts.ListApiKeys(
            service_account_pb2.ListApiKeysRequest(account=f"account-of-{name}")).api_keys
        self.assertEqual([held.id for held in keys], [key.api_key.id])
