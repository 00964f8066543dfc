"""What people choose, for all rooms and for each, and what comes of it."""

import grpc

from google.protobuf import timestamp_pb2

from client import failure_of
from harness import ServerTestCase
from stubs import member_pb2, message_pb2, preference_pb2, read_state_pb2, room_pb2

INVALID = (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")
NO_ROOM = (grpc.StatusCode.NOT_FOUND, "ROOM_NOT_FOUND")
DENIED = (grpc.StatusCode.PERMISSION_DENIED, "CREDENTIAL_NOT_ALLOWED")

ALL, MENTIONS = preference_pb2.NOTIFICATION_LEVEL_ALL, preference_pb2.NOTIFICATION_LEVEL_MENTIONS
FIRST_SECOND, LAST_SECOND = -62135596800, 253402300799  # of the years 1 and 9999
FOR_GOOD = timestamp_pb2.Timestamp(seconds=LAST_SECOND)
LONG_AGO = timestamp_pb2.Timestamp(seconds=FIRST_SECOND)
NIGHT = preference_pb2.DoNotDisturb(from_minute=1320, to_minute=420, time_zone="Europe/Berlin")
UNCHOSEN = preference_pb2.RoomPreferences(notifications=ALL)


class Preferences(ServerTestCase):
    def setUp(self):
        self.tenant = self.make_tenant("alice", "bob", "carol")
        self.alice = self.client(self.tenant, "alice")
        self.bob = self.client(self.tenant, "bob")
        self.carol = self.client(self.tenant, "carol")
        self.room_id = self.alice.create_group("alice", "bob").room.id

    def get(self, client):
        return client.preferences.GetPreferences(
            preference_pb2.GetPreferencesRequest()).preferences

    def listed(self, client, **request):
        page = client.rooms.ListRooms(room_pb2.ListRoomsRequest(**request))
        return [room.id for room in page.rooms]

    def count(self, client):
        unread = client.read_state.CountUnread(read_state_pb2.CountUnreadRequest())
        return unread.unread_rooms, unread.unread_messages

    def open(self, client):
        stream = client.stream({self.room_id: 0})
        self.addCleanup(stream.cancel)
        stream.caught_up(self.room_id)
        return stream

    @staticmethod
    def changed(stream, preferences):
        """The notice that tells of them."""
        wanted = type(preferences)
        field = {preference_pb2.Preferences: "all_rooms",
                 preference_pb2.RoomPreferences: "room"}[wanted]
        return stream.wait(lambda e: e.HasField("preferences_changed")
                           and e.preferences_changed.HasField(field)
                           and getattr(e.preferences_changed, field) == preferences,
                           f"change to {preferences}").preferences_changed

    def mark(self, stream, user_id, read_seq):
        return stream.wait(lambda e: e.HasField("read_mark") and e.read_mark.user_id == user_id
                           and e.read_mark.read_seq == read_seq,
                           f"mark of {user_id} at {read_seq}").read_mark

    def shown_marks(self):
        members = self.alice.members.ListMembers(member_pb2.ListMembersRequest(
            room_id=self.room_id)).members
        return {m.user_id: (m.read_seq, m.delivered_seq) for m in members}["bob"]

    # ---- For all rooms ----

    def test_only_what_is_named_changes(self):
        self.assertEqual(self.get(self.bob), preference_pb2.Preferences())
        self.assertEqual(self.bob.choose(do_not_disturb=NIGHT),
                         preference_pb2.Preferences(do_not_disturb=NIGHT))
        wanted = preference_pb2.Preferences(do_not_disturb=NIGHT, hides_read_marks=True,
                                            invisible=True)
        self.assertEqual(self.bob.choose(hides_read_marks=True, invisible=True), wanted)
        wanted.invisible = False
        self.assertEqual(self.bob.choose("invisible", hides_read_marks=False), wanted)
        self.assertEqual(self.get(self.bob), wanted)
        wanted.ClearField("do_not_disturb")
        self.assertEqual(self.bob.choose("do_not_disturb"), wanted)
        self.assertEqual(self.get(self.bob), wanted)
        self.assertEqual(self.get(self.alice), preference_pb2.Preferences())

    def test_the_own_streams_are_told_and_nobody_else(self):
        phone, laptop, other = self.open(self.bob), self.bob.subscribe(), self.open(self.alice)
        self.addCleanup(laptop.cancel)
        chosen = self.bob.choose(invisible=True)
        for_room = self.bob.choose_for(self.room_id, notifications=MENTIONS)
        for stream in (phone, laptop):
            self.assertEqual(self.changed(stream, chosen).room_id, "")
            self.assertEqual(self.changed(stream, for_room).room_id, self.room_id)
        self.alice.choose(hides_read_marks=True)
        self.changed(other, preference_pb2.Preferences(hides_read_marks=True))
        self.assertEqual(sum(e.HasField("preferences_changed") for e in other.snapshot()), 1)

    def test_bad_choices_are_refused(self):
        def hours(**fields):
            return {"do_not_disturb": preference_pb2.DoNotDisturb(**fields)}

        for field, paths, preferences in (
                ("update_mask", (), {}),
                ("update_mask", ("last_seen_at",), {}),
                ("update_mask", ("do_not_disturb.from_minute",), hours()),
                ("do_not_disturb.from_minute", (), hours(from_minute=-1)),
                ("do_not_disturb.from_minute", (), hours(from_minute=1440)),
                ("do_not_disturb.to_minute", (), hours(to_minute=1440)),
                ("do_not_disturb.to_minute", (), hours(to_minute=65536)),
                ("do_not_disturb.time_zone", (), hours(time_zone="Europe/Atlantis")),
                ("do_not_disturb.time_zone", (), hours(time_zone="ABC3")),
                ("do_not_disturb.time_zone", (), hours(time_zone="CEST")),
                ("do_not_disturb.time_zone", (), hours(time_zone="CET")),  # winter time all year
                ("do_not_disturb.time_zone", (), hours(time_zone="../../etc/passwd")),
                ("do_not_disturb.time_zone", (), hours(time_zone="Europe/Berlin\0")),
                ("do_not_disturb.time_zone", (), hours(time_zone="x" * 65))):
            with self.subTest(field=field, paths=paths, preferences=preferences):
                self.assertRefused(field, lambda: self.bob.choose(*paths, **preferences))
        for field, paths, preferences in (
                ("update_mask", (), {}),
                ("update_mask", ("role",), {}),
                ("notifications", ("notifications",), {}),
                ("notifications", (), {"notifications": 4}),
                ("muted_until", (),
                 {"muted_until": timestamp_pb2.Timestamp(seconds=FIRST_SECOND - 1)}),
                ("muted_until", (),
                 {"muted_until": timestamp_pb2.Timestamp(seconds=LAST_SECOND + 1)}),
                ("muted_until", (), {"muted_until": timestamp_pb2.Timestamp(nanos=10**9)})):
            with self.subTest(field=field, paths=paths, preferences=preferences):
                self.assertRefused(field, lambda: self.bob.choose_for(
                    self.room_id, *paths, **preferences))
        with self.assertFails(*INVALID):
            self.bob.choose_for("room", pinned=True)
        self.assertEqual(self.get(self.bob), preference_pb2.Preferences())
        self.assertEqual(self.bob.get_room(self.room_id).preferences, UNCHOSEN)

    def assertRefused(self, field, call):
        with self.assertRaises(grpc.RpcError) as caught:
            call()
        failure = failure_of(caught.exception)
        self.assertFailure(failure, *INVALID)
        name = field if field == "update_mask" else f"preferences.{field}"
        self.assertEqual(list(failure.violations), [name])

    def test_only_people_choose(self):
        service = self.tenant.service
        for call in (lambda: self.get(service), lambda: service.choose(invisible=True),
                     lambda: service.choose_for(self.room_id, pinned=True)):
            with self.assertFails(*DENIED):
                call()

    # ---- For one room ----

    def test_choices_for_a_room_are_the_members_own(self):
        self.assertEqual(self.bob.get_room(self.room_id).preferences, UNCHOSEN)
        wanted = preference_pb2.RoomPreferences(notifications=MENTIONS, muted_until=FOR_GOOD)
        self.assertEqual(self.bob.choose_for(self.room_id, notifications=MENTIONS,
                                             muted_until=FOR_GOOD), wanted)
        wanted.pinned = True
        self.assertEqual(self.bob.choose_for(self.room_id, pinned=True), wanted)
        self.assertEqual(self.bob.get_room(self.room_id).preferences, wanted)
        wanted.ClearField("muted_until")
        self.assertEqual(self.bob.choose_for(self.room_id, "muted_until", notifications=ALL),
                         wanted)
        listed = self.bob.rooms.ListRooms(room_pb2.ListRoomsRequest()).rooms
        self.assertEqual(listed[0].preferences, wanted)
        self.assertEqual(self.alice.get_room(self.room_id).preferences, UNCHOSEN)
        self.assertFalse(self.tenant.service.get_room(self.room_id).HasField("preferences"))

    def test_rooms_of_others_are_not_there(self):
        stranger = self.client(self.make_tenant("bob"), "bob")
        for client in (self.carol, stranger):
            with self.assertFails(*NO_ROOM):
                client.choose_for(self.room_id, pinned=True)

    def test_a_hidden_room_comes_back_with_a_message(self):
        self.assertTrue(self.bob.choose_for(self.room_id, hidden=True).hidden)
        self.assertEqual(self.listed(self.bob), [])
        self.assertEqual(self.listed(self.bob, include_hidden=True), [self.room_id])
        self.assertEqual(self.listed(self.alice), [self.room_id])
        self.assertFalse(self.bob.choose_for(self.room_id, "hidden").hidden)
        self.assertEqual(self.listed(self.bob), [self.room_id])
        self.alice.send_message(self.room_id, "1", "hello")
        self.bob.choose_for(self.room_id, hidden=True)
        place = {"room_id": self.room_id, "seq": 2}
        self.alice.messages.AddReaction(message_pb2.AddReactionRequest(reaction="+", **place))
        self.alice.messages.PinMessage(message_pb2.PinMessageRequest(**place))
        self.alice.messages.EditMessage(message_pb2.EditMessageRequest(text="hallo", **place))
        self.alice.members.AddMembers(member_pb2.AddMembersRequest(
            room_id=self.room_id, user_ids=["carol"]))
        self.assertEqual(self.listed(self.bob), [])
        self.assertTrue(self.bob.get_room(self.room_id).preferences.hidden)
        self.alice.send_message(self.room_id, "2", "hello?")
        self.assertEqual(self.listed(self.bob), [self.room_id])
        self.assertFalse(self.bob.get_room(self.room_id).preferences.hidden)
        # Other choices leave it as it is.
        self.bob.choose_for(self.room_id, hidden=True)
        self.assertTrue(self.bob.choose_for(self.room_id, pinned=True).hidden)

    def test_pinned_rooms_are_listed_page_by_page(self):
        rooms = [self.alice.create_group("alice", name=str(i)).room.id for i in range(3)]
        for room_id in rooms[:2]:
            self.alice.choose_for(room_id, pinned=True)
        page = self.alice.rooms.ListRooms(room_pb2.ListRoomsRequest(pinned_only=True, page_size=1))
        self.assertEqual([room.id for room in page.rooms], [rooms[1]])
        self.assertEqual(self.listed(self.alice, pinned_only=True, page_size=1,
                                     page_token=page.next_page_token), [rooms[0]])
        self.alice.choose_for(rooms[0], "pinned", "hidden", hidden=True)
        self.alice.choose_for(rooms[1], hidden=True)
        self.assertEqual(self.listed(self.alice, pinned_only=True), [])
        self.assertEqual(self.listed(self.alice, pinned_only=True, include_hidden=True), rooms[1:2])

    def test_what_is_unread_in_muted_rooms_isnt_counted(self):
        other = self.alice.create_room("alice", "bob").room.id
        for room_id in (self.room_id, other):
            self.alice.send_message(room_id, room_id, "hello")
        self.assertEqual(self.count(self.bob), (2, 2))
        self.bob.choose_for(other, muted_until=FOR_GOOD)
        self.assertEqual(self.count(self.bob), (1, 1))
        self.assertEqual(self.bob.get_room(other).unread_count, 1)
        self.bob.choose_for(other, muted_until=LONG_AGO)
        self.assertEqual(self.count(self.bob), (2, 2))

    def test_who_comes_back_chooses_afresh(self):
        self.bob.choose_for(self.room_id, notifications=MENTIONS, muted_until=FOR_GOOD,
                            pinned=True, hidden=True)
        self.bob.members.LeaveRoom(member_pb2.LeaveRoomRequest(room_id=self.room_id))
        with self.assertFails(*NO_ROOM):
            self.bob.choose_for(self.room_id, pinned=True)
        self.alice.members.AddMembers(member_pb2.AddMembersRequest(
            room_id=self.room_id, user_ids=["bob"]))
        self.assertEqual(self.bob.get_room(self.room_id).preferences, UNCHOSEN)

    # ---- Read marks ----

    def test_hidden_read_marks_are_told_to_the_own_devices_only(self):
        alice, phone = self.open(self.alice), self.open(self.bob)
        for text in ("a", "b", "c"):  # 2, 3, 4
            self.alice.send_message(self.room_id, text, text)
        self.bob.mark_read(self.room_id, 2)
        self.mark(alice, "bob", 2)
        self.bob.choose(hides_read_marks=True)
        self.assertEqual(self.bob.mark_read(self.room_id, 3), 3)
        self.mark(phone, "bob", 3)
        self.assertTrue(phone.reply(phone.command(mark_read=read_state_pb2.MarkRead(
            room_id=self.room_id, seq=4))).HasField("done"))
        self.mark(phone, "bob", 4)
        self.bob.read_state.MarkDelivered(read_state_pb2.MarkDeliveredRequest(
            room_id=self.room_id, seq=4))
        self.assertEqual(self.bob.get_room(self.room_id).unread_count, 0)
        self.assertEqual(self.shown_marks(), (2, 2), "what they were told before stays")
        self.bob.choose("hides_read_marks")
        self.bob.mark_read(self.room_id, 4)
        self.mark(alice, "bob", 4)
        self.assertEqual(self.shown_marks(), (4, 4))
        self.assertEqual([e.read_mark.read_seq for e in alice.snapshot()
                          if e.HasField("read_mark")], [2, 4])

    def test_a_tenant_without_read_marks_tells_nobody(self):
        alice, phone = self.open(self.alice), self.open(self.bob)
        self.alice.send_message(self.room_id, "a", "a")  # 2
        self.disable_features("{3}")
        self.bob.mark_read(self.room_id, 2)
        self.mark(phone, "bob", 2)
        self.assertEqual(self.bob.get_room(self.room_id).unread_count, 0)
        self.assertEqual(self.shown_marks(), (1, 1))
        self.disable_features("{}")
        self.bob.mark_read(self.room_id, 2)
        self.mark(alice, "bob", 2)
        self.assertEqual([e.read_mark.read_seq for e in alice.snapshot()
                          if e.HasField("read_mark")], [2])

    def disable_features(self, numbers):
        self.postgres.query(f"UPDATE {self.tenant.name}.chatter_settings "
                            f"SET disabled_features = '{numbers}'", self.database_url)
