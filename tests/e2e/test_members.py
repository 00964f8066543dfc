"""Who is in a room: adding, removing, roles, joining, leaving, and what open streams hear of it."""

import grpc

from harness import ServerTestCase
from stubs import chat_pb2, member_pb2, room_pb2
from threads import Threads

INVALID = (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")
UNKNOWN = (grpc.StatusCode.INVALID_ARGUMENT, "UNKNOWN_USERS")
NO_ROOM = (grpc.StatusCode.NOT_FOUND, "ROOM_NOT_FOUND")
NO_MEMBER = (grpc.StatusCode.NOT_FOUND, "MEMBER_NOT_FOUND")
DENIED = (grpc.StatusCode.PERMISSION_DENIED, "ROLE_NOT_ALLOWED")
DIRECT = (grpc.StatusCode.FAILED_PRECONDITION, "DIRECT_ROOM")
LAST_OWNER = (grpc.StatusCode.FAILED_PRECONDITION, "LAST_OWNER")
SINCE_JOINED, WHOLE = (room_pb2.HISTORY_VISIBILITY_SINCE_JOINED, room_pb2.HISTORY_VISIBILITY_WHOLE)
OWNER, MODERATOR, MEMBER, READER = (member_pb2.MEMBER_ROLE_OWNER, member_pb2.MEMBER_ROLE_MODERATOR,
                                    member_pb2.MEMBER_ROLE_MEMBER, member_pb2.MEMBER_ROLE_READER)


def add(client, room_id, *user_ids, role=member_pb2.MEMBER_ROLE_UNSPECIFIED, shares_history=False):
    return client.members.AddMembers(member_pb2.AddMembersRequest(
        room_id=room_id, user_ids=user_ids, role=role, shares_history=shares_history)).added_user_ids


def remove(client, room_id, *user_ids):
    return client.members.RemoveMembers(member_pb2.RemoveMembersRequest(
        room_id=room_id, user_ids=user_ids)).removed_user_ids


def set_roles(client, room_id, **roles):
    client.members.SetRoles(member_pb2.SetRolesRequest(room_id=room_id, roles=[
        member_pb2.RoleAssignment(user_id=user_id, role=role) for user_id, role in roles.items()]))


def join(client, room_id):
    client.members.JoinRoom(member_pb2.JoinRoomRequest(room_id=room_id))


def leave(client, room_id):
    client.members.LeaveRoom(member_pb2.LeaveRoomRequest(room_id=room_id))


def roles_of(client, room_id):
    page = client.members.ListMembers(member_pb2.ListMembersRequest(room_id=room_id))
    return {member.user_id: member.role for member in page.members}


class Members(ServerTestCase):
    def setUp(self):
        self.tenant = self.make_tenant("alice", "bob", "carol", "dave")
        self.alice = self.client(self.tenant, "alice")
        self.bob = self.client(self.tenant, "bob")
        self.carol = self.client(self.tenant, "carol")
        self.dave = self.client(self.tenant, "dave")
        self.room_id = self.alice.create_group("alice", "bob").room.id

    def open(self, client, cursors=None):
        stream = client.stream(cursors)
        self.addCleanup(stream.cancel)
        return stream

    def test_who_is_added_hears_the_room_and_who_is_removed_no_more(self):
        stream, watcher = self.open(self.carol), self.open(self.bob)
        self.assertEqual(add(self.alice, self.room_id, "carol", "bob", "carol"), ["carol"])
        event = stream.room_event(self.room_id, 2)
        self.assertEqual(event.actor_id, "alice")
        self.assertEqual(list(event.members_added.user_ids), ["carol"])
        self.assertEqual(event.members_added.role, MEMBER)
        self.alice.send_message(self.room_id, "1", "hello")
        stream.room_event(self.room_id, 3)
        self.assertEqual(remove(self.alice, self.room_id, "carol", "dave"), ["carol"])
        stream.room_event(self.room_id, 4)
        self.alice.send_message(self.room_id, "2", "secret")
        watcher.room_event(self.room_id, 5)
        stream.reply(stream.ping())
        self.assertEqual(stream.seqs(self.room_id), [2, 3, 4])
        # Nor by any other way.
        for call in (lambda: self.carol.get_room(self.room_id),
                     lambda: self.carol.whole_log(self.room_id),
                     lambda: roles_of(self.carol, self.room_id),
                     lambda: self.carol.send_message(self.room_id, "3", "still here?"),
                     lambda: add(self.carol, self.room_id, "dave"),
                     lambda: leave(self.carol, self.room_id)):
            with self.assertFails(*NO_ROOM):
                call()
        self.assertEqual(stream.error(stream.send(self.room_id, "4", "or so?")).reason,
                         "ROOM_NOT_FOUND")

    def test_a_client_that_was_away_ends_like_one_that_was_there(self):
        there = self.open(self.bob, {self.room_id: 0})
        add(self.alice, self.room_id, "carol", "dave")
        set_roles(self.alice, self.room_id, carol=READER)
        remove(self.alice, self.room_id, "dave")
        add(self.alice, self.room_id, "dave", role=MODERATOR)
        leave(self.carol, self.room_id)
        there.room_event(self.room_id, 6)
        away = self.open(self.bob, {self.room_id: 1})
        away.caught_up(self.room_id)
        back = self.open(self.dave, {self.room_id: 2})
        back.caught_up(self.room_id)

        def log(stream):
            return [event.room_event for event in stream.snapshot() if event.HasField("room_event")]
        self.assertEqual(log(there)[1:], log(away))
        self.assertEqual(log(away)[1:], log(back))
        self.assertEqual(roles_of(self.bob, self.room_id),
                         {"alice": OWNER, "bob": MEMBER, "dave": MODERATOR})

    def test_who_is_in_again_reads_what_lay_between_as_the_history_says(self):
        for history in (WHOLE, SINCE_JOINED):
            with self.subTest(history):
                room_id = self.alice.create_group("alice", "bob", history=history).room.id
                remove(self.alice, room_id, "bob")  # 2
                self.alice.send_message(room_id, "1", "without bob")
                with self.assertFails(*NO_ROOM):
                    self.bob.whole_log(room_id)
                add(self.alice, room_id, "bob")  # 4
                self.alice.send_message(room_id, "2", "with bob")
                away = self.open(self.bob, {room_id: 1})
                away.caught_up(room_id)
                whole = history == WHOLE
                self.assertEqual(away.seqs(room_id), [2, 3, 4, 5] if whole else [4, 5])
                self.assertEqual(self.texts(self.bob, room_id),
                                 ["without bob", "with bob"] if whole else ["with bob"])

    def test_readers_read(self):
        set_roles(self.alice, self.room_id, bob=READER)
        with self.assertFails(*DENIED):
            self.bob.send_message(self.room_id, "1", "hello")
        stream = self.open(self.bob)
        self.assertEqual(stream.error(stream.send(self.room_id, "1", "hello")).reason,
                         "ROLE_NOT_ALLOWED")
        self.alice.send_message(self.room_id, "1", "hello")
        self.assertEqual(stream.room_event(self.room_id, 3).message_sent.text, "hello")
        set_roles(self.alice, self.room_id, bob=MEMBER)
        self.assertEqual(stream.sent(stream.send(self.room_id, "1", "hello")).seq, 5)

    def test_roles_decide(self):
        add(self.alice, self.room_id, "carol", role=MODERATOR)
        with self.assertFails(*DENIED):
            add(self.bob, self.room_id, "dave")
        with self.assertFails(*DENIED):
            add(self.carol, self.room_id, "dave", role=OWNER)
        self.assertEqual(add(self.carol, self.room_id, "dave", role=READER), ["dave"])
        with self.assertFails(*DENIED):
            remove(self.carol, self.room_id, "alice")
        with self.assertFails(*DENIED):
            set_roles(self.bob, self.room_id, dave=MEMBER)
        set_roles(self.carol, self.room_id, dave=MEMBER, bob=READER)
        self.assertEqual(roles_of(self.dave, self.room_id),
                         {"alice": OWNER, "bob": READER, "carol": MODERATOR, "dave": MEMBER})
        # The tenant's own back end does what it wants.
        set_roles(self.tenant.service, self.room_id, dave=OWNER)
        self.assertEqual(remove(self.tenant.service, self.room_id, "alice"), ["alice"])

    def test_a_room_is_handed_over_and_never_left_without_an_owner(self):
        with self.assertFails(*LAST_OWNER):
            leave(self.alice, self.room_id)
        with self.assertFails(*LAST_OWNER):
            set_roles(self.alice, self.room_id, alice=MEMBER)
        with self.assertFails(*NO_MEMBER):  # all or none
            set_roles(self.alice, self.room_id, bob=OWNER, carol=READER)
        self.assertEqual(roles_of(self.alice, self.room_id), {"alice": OWNER, "bob": MEMBER})
        set_roles(self.alice, self.room_id, alice=MEMBER, bob=OWNER)
        leave(self.alice, self.room_id)
        leave(self.bob, self.room_id)
        self.assertEqual(self.tenant.service.get_room(self.room_id).member_count, 0)

    def test_two_owners_who_leave_at_once_dont_leave_both(self):
        for _ in range(10):
            room_id = self.alice.create_group("alice", "bob", "carol",
                                              owner_ids=["alice", "bob"]).room.id
            failures = []

            def try_to_leave(client, room_id=room_id, failures=failures):
                try:
                    leave(client, room_id)
                except grpc.RpcError as error:
                    failures.append(error)
            Threads(lambda room=try_to_leave: room(self.alice),
                    lambda room=try_to_leave: room(self.bob)).join(60)
            self.assertEqual(len(failures), 1)
            self.assertEqual(sorted(roles_of(self.carol, room_id).values()), [OWNER, MEMBER])

    def test_a_direct_room_that_gets_a_member_becomes_a_group(self):
        room_id = self.alice.room_id("alice", "bob")
        for call in (lambda: leave(self.bob, room_id), lambda: remove(self.alice, room_id, "bob"),
                     lambda: set_roles(self.alice, room_id, bob=READER),
                     lambda: remove(self.tenant.service, room_id, "bob")):
            with self.assertFails(*DIRECT):
                call()
        add(self.bob, room_id, "carol")
        self.assertEqual(self.carol.get_room(room_id).kind, room_pb2.ROOM_KIND_GROUP)
        self.assertEqual(roles_of(self.carol, room_id),
                         {"alice": OWNER, "bob": OWNER, "carol": MEMBER})
        again = self.alice.create_room("bob", "alice")
        self.assertTrue(again.created)
        self.assertNotEqual(again.room.id, room_id)

    def texts(self, client, room_id):
        page = client.chat.ListMessages(chat_pb2.ListMessagesRequest(room_id=room_id))
        return [message.text for message in page.messages]

    def test_a_third_person_reads_what_comes_from_then_on(self):
        room_id = self.alice.room_id("alice", "bob")
        watcher = self.open(self.bob)
        self.alice.send_message(room_id, "1", "between us")
        add(self.alice, room_id, "carol")
        self.alice.send_message(room_id, "2", "welcome")
        # The log tells all who were there, and nobody loses what they had.
        self.assertEqual(watcher.room_event(room_id, 3).room_updated.profile.history, SINCE_JOINED)
        self.assertEqual(self.texts(self.bob, room_id), ["between us", "welcome"])
        self.assertEqual(self.texts(self.carol, room_id), ["welcome"])
        self.assertEqual(self.carol.get_room(room_id).first_seq, 4)
        self.assertEqual(self.bob.get_room(room_id).unread_count, 2)
        # So it is for the next.
        add(self.bob, room_id, "dave")
        self.assertEqual(self.texts(self.dave, room_id), [])

    def test_a_third_person_reads_all_if_the_others_share_it(self):
        room_id = self.alice.room_id("alice", "bob")
        watcher = self.open(self.bob)
        self.alice.send_message(room_id, "1", "between us")
        add(self.alice, room_id, "carol", shares_history=True)
        self.assertEqual(watcher.room_event(room_id, 3).room_updated.profile.history, WHOLE)
        self.assertEqual(self.texts(self.carol, room_id), ["between us"])

    def test_one_of_three_leaves_a_direct_room_and_stays_out(self):
        room_id = self.alice.room_id("alice", "bob", "carol")
        watcher = self.open(self.bob)
        self.alice.send_message(room_id, "1", "the three of us")
        leave(self.carol, room_id)
        self.assertEqual(watcher.room_event(room_id, 3).room_updated.kind, room_pb2.ROOM_KIND_GROUP)
        self.assertEqual(list(watcher.room_event(room_id, 4).members_removed.user_ids), ["carol"])
        self.assertEqual(self.bob.send_message(room_id, "2", "the two of us").seq, 5)
        self.assertEqual(roles_of(self.bob, room_id), {"alice": OWNER, "bob": OWNER})
        self.assertEqual(self.texts(self.bob, room_id), ["the three of us", "the two of us"])
        with self.assertFails(*NO_ROOM):
            self.carol.get_room(room_id)
        # The room is neither that of the two nor that of the three any more.
        for others in (("alice", "bob"), ("alice", "bob", "carol")):
            again = self.alice.create_room(*others)
            self.assertTrue(again.created)
            self.assertNotEqual(again.room.id, room_id)
        add(self.alice, room_id, "dave")
        self.assertEqual(self.texts(self.dave, room_id), [])

    def test_public_rooms_are_joined_and_left(self):
        lobby = self.alice.create_group("alice", kind=room_pb2.ROOM_KIND_PUBLIC,
                                        name="Lobby").room.id
        stream = self.open(self.bob)
        join(self.bob, lobby)
        join(self.bob, lobby)  # is in it already
        self.assertEqual(list(stream.room_event(lobby, 2).members_added.user_ids), ["bob"])
        self.bob.send_message(lobby, "1", "hello")
        leave(self.bob, lobby)
        self.assertEqual(list(stream.room_event(lobby, 4).members_removed.user_ids), ["bob"])
        with self.assertFails(*NO_ROOM):  # a group isn't for all
            join(self.carol, self.room_id)
        with self.assertFails(*NO_ROOM):
            join(self.carol, "00000000-0000-0000-0000-000000000000")

    def test_bad_input_is_refused(self):
        for call in (lambda: add(self.alice, self.room_id),
                     lambda: add(self.alice, self.room_id, ""),
                     lambda: add(self.alice, self.room_id, "carol", role=9),
                     lambda: add(self.alice, self.room_id, *(f"u{i}" for i in range(1001))),
                     lambda: add(self.alice, "room", "carol"),
                     lambda: remove(self.alice, self.room_id),
                     lambda: set_roles(self.alice, self.room_id),
                     lambda: set_roles(self.alice, self.room_id, bob=0),
                     lambda: self.alice.members.SetRoles(member_pb2.SetRolesRequest(
                         room_id=self.room_id, roles=[
                             member_pb2.RoleAssignment(user_id="bob", role=MEMBER)] * 2)),
                     lambda: self.alice.members.ListMembers(member_pb2.ListMembersRequest(
                         room_id=self.room_id, page_size=-1)),
                     lambda: self.alice.members.ListMembers(member_pb2.ListMembersRequest(
                         room_id=self.room_id, page_token="x"))):
            with self.assertFails(*INVALID):
                call()
        with self.assertFails(*UNKNOWN):
            add(self.alice, self.room_id, "carol", "nobody")
        self.assertEqual(roles_of(self.alice, self.room_id), {"alice": OWNER, "bob": MEMBER})

    def test_ten_thousand_members(self):
        users = [f"user{i:05}" for i in range(9_999)]
        self.tenant.add_users(*users)
        room_id = self.alice.create_group("alice").room.id
        stream = self.open(self.client(self.tenant, users[-1]))
        for first in range(0, len(users), 1_000):
            add(self.alice, room_id, *users[first:first + 1_000])
        self.assertEqual(self.alice.get_room(room_id).member_count, 10_000)
        with self.assertFails(grpc.StatusCode.FAILED_PRECONDITION, "TOO_MANY_MEMBERS"):
            add(self.alice, room_id, "bob")
        listed, token = [], ""
        while True:
            page = self.alice.members.ListMembers(member_pb2.ListMembersRequest(
                room_id=room_id, page_size=1_000, page_token=token))
            listed += [member.user_id for member in page.members]
            token = page.next_page_token
            if not token:
                break
        self.assertEqual(listed, ["alice", *users])
        self.assertEqual(self.alice.send_message(room_id, "1", "hello all").seq, 12)
        stream.room_event(room_id, 12)
        remove(self.alice, room_id, *users[:1_000])
        self.assertEqual(self.alice.get_room(room_id).member_count, 9_000)

    def test_another_tenants_room_isnt_there(self):
        other = self.make_tenant("alice", "bob")
        stranger = self.client(other, "alice")
        for call in (lambda: add(stranger, self.room_id, "bob"),
                     lambda: remove(stranger, self.room_id, "bob"),
                     lambda: set_roles(stranger, self.room_id, bob=READER),
                     lambda: join(stranger, self.room_id), lambda: leave(stranger, self.room_id),
                     lambda: add(other.service, self.room_id, "bob")):
            with self.assertFails(*NO_ROOM):
                call()
