"""What a tenant has chosen, and what that switches."""

import grpc

from harness import Chatterd, ServerTestCase
from stubs import member_pb2, message_pb2, room_pb2, settings_pb2

INVALID = (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")
DISABLED = (grpc.StatusCode.FAILED_PRECONDITION, "FEATURE_DISABLED")
TOO_LATE = (grpc.StatusCode.FAILED_PRECONDITION, "REWRITE_WINDOW_OVER")
NOT_ALLOWED = (grpc.StatusCode.PERMISSION_DENIED, "CREDENTIAL_NOT_ALLOWED")


class SettingsTestCase(ServerTestCase):
    def setUp(self):
        self.tenant = self.make_tenant("alice", "bob", "carol")
        self.service = self.tenant.service
        self.alice = self.client(self.tenant, "alice")
        self.bob = self.client(self.tenant, "bob")
        self.room_id = self.alice.create_group("alice", "bob", "carol").room.id
        self.seq = self.bob.send_message(self.room_id, "1", "hello").seq  # 2

    def get(self, client=None):
        return (client or self.alice).settings.GetSettings(settings_pb2.GetSettingsRequest())

    def disable(self, *features):
        return self.service.set_settings("disabled_features", disabled_features=features)

    def edit(self, client, text, seq=None):
        client.messages.EditMessage(message_pb2.EditMessageRequest(
            room_id=self.room_id, seq=seq or self.seq, text=text))

    def delete(self, client, seq=None):
        client.messages.DeleteMessage(message_pb2.DeleteMessageRequest(
            room_id=self.room_id, seq=seq or self.seq))

    def react(self, client):
        client.messages.AddReaction(message_pb2.AddReactionRequest(
            room_id=self.room_id, seq=self.seq, reaction="ok"))

    def head(self):
        return self.alice.get_room(self.room_id).head_seq


class Settings(SettingsTestCase):
    def test_a_tenant_begins_with_everything(self):
        for client in (self.alice, self.service):
            self.assertEqual(self.get(client).settings, settings_pb2.Settings())

    def test_what_a_service_sets_everybody_gets(self):
        made = self.service.set_settings(
            "disabled_features rewrite_window forgets_edits", rewrite_window={"seconds": 900},
            disabled_features=[settings_pb2.FEATURE_TYPING, settings_pb2.FEATURE_THREADS],
            forgets_edits=True)
        self.assertEqual(self.get().settings, made)
        self.assertEqual((list(made.disabled_features), made.rewrite_window.seconds, made.forgets_edits),
                         ([settings_pb2.FEATURE_TYPING, settings_pb2.FEATURE_THREADS], 900, True))
        made = self.service.set_settings("rewrite_window", forgets_edits=False)
        self.assertEqual((made.HasField("rewrite_window"), made.forgets_edits), (False, True))
        self.assertEqual(len(made.disabled_features), 2)

    def test_another_tenant_has_its_own(self):
        other = self.make_tenant("alice")
        self.disable(settings_pb2.FEATURE_PUBLIC_ROOMS)
        alice = self.client(other, "alice")
        self.assertEqual(self.get(alice).settings, settings_pb2.Settings())
        alice.create_group("alice", kind=room_pb2.ROOM_KIND_PUBLIC, name="Lobby")

    def test_another_server_hears_of_it(self):
        other = Chatterd(self.database_url)
        self.addCleanup(other.destroy)
        other.start()
        alice = self.client(self.tenant, "alice", other.address)
        self.assertFalse(self.get(alice).settings.disabled_features)
        self.disable(settings_pb2.FEATURE_REACTIONS)
        self.until(lambda: self.get(alice).settings.disabled_features, "what the other server was told")
        with self.assertFails(*DISABLED):
            self.react(alice)

    def test_only_services_change_them(self):
        with self.assertFails(*NOT_ALLOWED):
            self.alice.set_settings("forgets_edits", forgets_edits=True)
        with self.assertFails(grpc.StatusCode.UNAUTHENTICATED, "CREDENTIAL_REQUIRED"):
            stranger = self.tenant.client("alice")
            self.addCleanup(stranger.close)
            stranger.metadata.pop()
            self.get(stranger)

    def test_bad_input_is_refused_by_name(self):
        for field, mask, settings in (
                ("update_mask", "", {}), ("update_mask", "settings.forgets_edits", {}),
                ("settings.disabled_features[0]", "disabled_features", {"disabled_features": [0]}),
                ("settings.disabled_features[1]", "disabled_features", {"disabled_features": [1, 99]}),
                ("settings.disabled_features[1]", "disabled_features", {"disabled_features": [1, 1]}),
                ("settings.rewrite_window", "rewrite_window", {"rewrite_window": {"seconds": 0}}),
                ("settings.rewrite_window", "rewrite_window", {"rewrite_window": {"seconds": -1}}),
                ("settings.rewrite_window", "rewrite_window",
                 {"rewrite_window": {"seconds": 1, "nanos": 1}}),
                ("settings.rewrite_window", "rewrite_window",
                 {"rewrite_window": {"seconds": 3_650 * 86_400 + 1}})):
            with self.subTest(field, settings=settings), self.assertFails(*INVALID) as failed:
                self.service.set_settings(mask, **settings)
            self.assertIn(field, str(failed.exception.trailing_metadata()))
        self.assertEqual(self.get().settings, settings_pb2.Settings())


class Bounds(SettingsTestCase):
    """They are those that hold."""

    def test_each_is_told(self):
        server = self.get()
        self.assertRegex(server.server_version, r"^\d+\.\d+\.\d+$")
        self.assertEqual(list(server.server_features), settings_pb2.Feature.values()[1:])
        limits = self.get().limits
        for field in limits.DESCRIPTOR.fields:
            self.assertGreater(getattr(limits, field.name), 0, field.name)

    def test_the_next_one_is_refused(self):
        limits = self.get().limits
        self.bob.send_message(self.room_id, "2", "x" * limits.text_bytes)
        with self.assertFails(*INVALID):
            self.bob.send_message(self.room_id, "3", "x" * (limits.text_bytes + 1))
        entries = {f"k{number}": "" for number in range(limits.attribute_entries)}
        self.alice.create_group("alice", attributes=entries)
        for attributes in (entries | {"one-more": ""}, {"k": "x" * limits.attribute_bytes}):
            with self.assertFails(*INVALID):
                self.alice.create_group("alice", attributes=attributes)

    def test_unread_messages_are_counted_that_far(self):
        most = self.get().limits.unread_messages
        stream = self.bob.stream({self.room_id: 0})
        self.addCleanup(stream.cancel)
        for request in [stream.send(self.room_id, f"more {number}", "text")
                        for number in range(most + 1)]:
            stream.sent(request)
        self.assertEqual(self.alice.get_room(self.room_id).unread_count, most)


class Switches(SettingsTestCase):
    def test_reactions(self):
        self.react(self.bob)
        stream = self.alice.stream({self.room_id: 0})
        self.addCleanup(stream.cancel)
        self.disable(settings_pb2.FEATURE_REACTIONS)
        head = self.head()
        with self.assertFails(*DISABLED):
            self.react(self.alice)
        self.assertEqual(self.head(), head)
        # What is there stays, and can be taken back.
        self.assertEqual(self.alice.whole_log(self.room_id)[0].reactions[0].count, 1)
        self.bob.messages.RemoveReaction(message_pb2.RemoveReactionRequest(
            room_id=self.room_id, seq=self.seq, reaction="ok"))
        self.assertEqual(stream.room_event(self.room_id, head + 1).reaction_removed.seq, self.seq)
        self.disable()
        self.react(self.alice)

    def test_editing_and_deleting(self):
        for feature, call, other in (
                (settings_pb2.FEATURE_EDITING, lambda c: self.edit(c, f"by {id(c)}"), self.delete),
                (settings_pb2.FEATURE_DELETING, self.delete, lambda c: self.edit(c, f"by {id(c)}"))):
            with self.subTest(feature):
                self.seq = self.bob.send_message(self.room_id, f"{feature}", "hello").seq
                self.disable(feature)
                for user in (self.alice, self.bob):  # the room's owner, the sender
                    with self.assertFails(*DISABLED):
                        call(user)
                call(self.service)
                self.seq = self.bob.send_message(self.room_id, f"{feature} more", "hello").seq
                other(self.bob)

    def test_public_rooms(self):
        lobby = self.alice.create_group("alice", kind=room_pb2.ROOM_KIND_PUBLIC, name="Lobby").room
        self.disable(settings_pb2.FEATURE_PUBLIC_ROOMS)

        def open_up(client):
            client.rooms.UpdateRoom(room_pb2.UpdateRoomRequest(
                room_id=self.room_id, kind=room_pb2.ROOM_KIND_PUBLIC,
                profile=room_pb2.RoomProfile(name="Open"),
                update_mask={"paths": ["kind", "profile.name"]}))

        with self.assertFails(*DISABLED):
            self.alice.create_group("alice", kind=room_pb2.ROOM_KIND_PUBLIC, name="Second")
        with self.assertFails(*DISABLED):
            open_up(self.alice)
        self.alice.create_group("alice", name="no public one")
        self.service.create_group("alice", kind=room_pb2.ROOM_KIND_PUBLIC, name="Made for all",
                                  owner_ids=["alice"])
        open_up(self.service)
        # What is there stays as it is.
        self.bob.members.JoinRoom(member_pb2.JoinRoomRequest(room_id=lobby.id))
        self.alice.rooms.UpdateRoom(room_pb2.UpdateRoomRequest(
            room_id=lobby.id, profile=room_pb2.RoomProfile(topic="All welcome"),
            update_mask={"paths": ["profile.topic"]}))


class RewriteWindow(SettingsTestCase):
    def setUp(self):
        super().setUp()
        self.service.set_settings("rewrite_window", rewrite_window={"seconds": 3_600})

    def let_pass(self, minutes):
        self.postgres.query(
            f"UPDATE {self.tenant.name}.chatter_event "
            f"SET created_at = created_at - interval '{minutes} minutes'", self.database_url)

    def test_the_sender_is_bound_by_it(self):
        self.let_pass(50)
        self.edit(self.bob, "hello!")
        self.let_pass(11)
        head = self.head()
        for call in (lambda: self.edit(self.bob, "too late"), lambda: self.delete(self.bob)):
            with self.assertFails(*TOO_LATE):
                call()
        self.assertEqual(self.head(), head)
        self.react(self.bob)  # rewrites nothing
        self.service.set_settings("rewrite_window")
        self.edit(self.bob, "always")

    def test_who_may_rewrite_all_isnt(self):
        own = self.alice.send_message(self.room_id, "own", "of the owner").seq
        self.let_pass(61)
        self.edit(self.alice, "by the owner")
        self.edit(self.service, "by a service")
        self.edit(self.alice, "the owner's own", own)
        self.alice.members.SetRoles(member_pb2.SetRolesRequest(room_id=self.room_id, roles=[
            member_pb2.RoleAssignment(user_id="bob", role=member_pb2.MEMBER_ROLE_MODERATOR)]))
        self.edit(self.bob, "by a moderator")

    def test_in_a_direct_room_all_are_bound_but_services(self):
        self.room_id = self.alice.room_id("alice", "bob")
        self.seq = self.bob.send_message(self.room_id, "1", "hello").seq
        self.let_pass(61)
        with self.assertFails(*TOO_LATE):
            self.edit(self.bob, "too late")
        with self.assertFails(grpc.StatusCode.PERMISSION_DENIED, "ROLE_NOT_ALLOWED"):
            self.edit(self.alice, "not mine")
        self.edit(self.service, "by a service")

    def test_a_late_repetition_of_a_deletion_is_no_error(self):
        self.delete(self.bob)
        self.let_pass(61)
        self.delete(self.bob)
        with self.assertFails(grpc.StatusCode.NOT_FOUND, "MESSAGE_NOT_FOUND"):
            self.edit(self.bob, "x")

    def test_what_a_stranger_may_know_stays_the_same(self):
        self.let_pass(61)
        self.tenant.add_users("stranger")
        with self.assertFails(grpc.StatusCode.NOT_FOUND, "ROOM_NOT_FOUND"):
            self.edit(self.client(self.tenant, "stranger"), "x")
