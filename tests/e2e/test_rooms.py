"""Groups and public rooms: making, finding, changing and archiving them."""

import grpc

from google.protobuf import field_mask_pb2

from client import failure_of
from harness import ServerTestCase
from stubs import chat_pb2, member_pb2, message_pb2, room_pb2
from threads import Threads

NOWHERE = "00000000-0000-7000-8000-000000000000"
INVALID = (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")
NO_ROOM = (grpc.StatusCode.NOT_FOUND, "ROOM_NOT_FOUND")
DENIED = (grpc.StatusCode.PERMISSION_DENIED, "ROLE_NOT_ALLOWED")
ARCHIVED = (grpc.StatusCode.FAILED_PRECONDITION, "ROOM_ARCHIVED")
GROUP, PUBLIC = room_pb2.ROOM_KIND_GROUP, room_pb2.ROOM_KIND_PUBLIC
OWNER, MEMBER = member_pb2.MEMBER_ROLE_OWNER, member_pb2.MEMBER_ROLE_MEMBER


class Rooms(ServerTestCase):
    def setUp(self):
        self.tenant = self.make_tenant("alice", "bob", "carol")
        self.alice = self.client(self.tenant, "alice")
        self.bob = self.client(self.tenant, "bob")
        self.carol = self.client(self.tenant, "carol")

    def update(self, client, room_id, *paths, kind=room_pb2.ROOM_KIND_UNSPECIFIED, **profile):
        return client.rooms.UpdateRoom(room_pb2.UpdateRoomRequest(
            room_id=room_id, kind=kind, profile=room_pb2.RoomProfile(**profile),
            update_mask=field_mask_pb2.FieldMask(paths=paths))).room

    def browse(self, client, **request):
        page = client.rooms.BrowseRooms(room_pb2.BrowseRoomsRequest(**request))
        return [room.profile.name for room in page.rooms], page.next_page_token

    def test_every_group_is_a_new_room(self):
        first = self.alice.create_group("bob", "alice", name="Trip", topic="Where to?",
                                        avatar_url="https://example.org/a.png",
                                        attributes={"color": "blue"})
        second = self.alice.create_group("alice", "bob", name="Trip")
        self.assertTrue(first.created and second.created)
        self.assertNotEqual(first.room.id, second.room.id)
        room = self.bob.get_room(first.room.id)
        self.assertEqual((room.kind, room.display_name, room.profile.topic, room.role),
                         (GROUP, "Trip", "Where to?", MEMBER))
        self.assertEqual(dict(room.profile.attributes), {"color": "blue"})
        self.assertEqual(self.alice.get_room(first.room.id).role, OWNER)
        # The direct room of the same users is yet another.
        self.assertTrue(self.alice.create_room("alice", "bob").created)

    def test_a_caller_gets_the_fields_that_it_asks_for(self):
        made = self.alice.create_group("alice", "bob", attributes={"color": "blue"}).room.id
        self.bob.send_message(made, "1", "All of you", mentions_everyone=True)
        self.alice.rooms.ArchiveRoom(room_pb2.ArchiveRoomRequest(room_id=made))
        whole = self.alice.get_room(made)
        fields = [field.name for field in room_pb2.Room.DESCRIPTOR.fields]
        self.assertEqual({field.name for field, _ in whole.ListFields()}, set(fields), "a field that shows nothing")
        for name in fields:
            mask = field_mask_pb2.FieldMask(paths=[name])
            wanted = room_pb2.Room()
            mask.MergeMessage(whole, wanted)
            with self.subTest(name):
                self.assertEqual(self.alice.rooms.GetRoom(room_pb2.GetRoomRequest(
                    room_id=made, read_mask=mask)).room, wanted)
                self.assertEqual(self.alice.rooms.ListRooms(room_pb2.ListRoomsRequest(
                    read_mask=mask)).rooms[0], wanted)
        created = self.alice.rooms.CreateRoom(room_pb2.CreateRoomRequest(
            user_ids=["alice", "bob"], read_mask=field_mask_pb2.FieldMask(paths=["user_ids", "kind"])))
        self.assertEqual(created.room, room_pb2.Room(kind=room_pb2.ROOM_KIND_DIRECT, user_ids=["alice", "bob"]))

    def test_the_last_message_says_where_a_room_is_listed(self):
        rooms = [self.alice.create_group("alice", "bob", name=str(i)).room.id for i in range(3)]
        for room_id in rooms:
            self.bob.send_message(room_id, "1", "hello")
        self.assertEqual(self.listed(), rooms[::-1])
        self.bob.messages.AddReaction(message_pb2.AddReactionRequest(
            room_id=rooms[0], seq=2, reaction="+"))
        self.update(self.alice, rooms[0], "profile.name", name="Zero")
        self.assertEqual(self.listed(), rooms[::-1])
        self.bob.send_message(rooms[1], "2", "hello")
        self.assertEqual(self.listed(), [rooms[1], rooms[2], rooms[0]])
        # Who is put into an old room finds it in front.
        new = self.carol.create_group("carol", name="new").room.id
        self.alice.members.AddMembers(member_pb2.AddMembersRequest(
            room_id=rooms[0], user_ids=["carol"]))
        self.assertEqual(self.listed(self.carol), [rooms[0], new])

    def listed(self, client=None):
        rooms = (client or self.alice).rooms.ListRooms(room_pb2.ListRoomsRequest()).rooms
        return [room.id for room in rooms]

    def batch(self, client, *room_ids, **request):
        return client.rooms.BatchGetRooms(room_pb2.BatchGetRoomsRequest(
            room_ids=room_ids, **request)).rooms

    def test_several_rooms_at_once(self):
        mine = [self.alice.create_group("alice", "bob", name=str(i)).room.id for i in range(3)]
        theirs = self.bob.create_group("bob", "carol").room.id
        elsewhere = self.client(self.make_tenant("alice"), "alice").room_id("alice")
        self.bob.send_message(mine[1], "1", "hello")
        asked = [mine[2], theirs, mine[1], NOWHERE, elsewhere, mine[1]]
        # Each as GetRoom gives it, and of no other a word.
        self.assertEqual(list(self.batch(self.alice, *asked)),
                         [self.alice.get_room(room_id) for room_id in sorted(mine[1:])])
        self.assertEqual(list(self.batch(self.tenant.service, *asked)),
                         [self.tenant.service.get_room(room_id) for room_id in sorted([*mine[1:], theirs])])
        self.assertEqual(list(self.batch(self.carol, *mine)), [])
        masked = self.batch(self.alice, mine[1], read_mask=field_mask_pb2.FieldMask(paths=["profile"]))
        self.assertEqual(list(masked), [room_pb2.Room(profile=room_pb2.RoomProfile(
            name="1", history=room_pb2.HISTORY_VISIBILITY_WHOLE))])

    def test_a_batch_of_rooms_is_bounded(self):
        self.assertEqual(list(self.batch(self.alice, *[NOWHERE] * 100)), [])
        for room_ids in ([], [NOWHERE] * 101, [NOWHERE, "room"]):
            with self.assertFails(*INVALID) as caught:
                self.batch(self.alice, *room_ids)
        self.assertEqual(list(failure_of(caught.exception).violations), ["room_ids[1]"])
        with self.assertFails(*INVALID):
            self.batch(self.alice, NOWHERE, read_mask=field_mask_pb2.FieldMask(paths=["nose"]))

    def test_a_batch_of_large_rooms_holds_the_first_of_them(self):
        # Of 100 users with the longest ids, and with the longest topics: some 70 KB each.
        users = [f"{i:02}" + "x" * 598 for i in range(100)]
        self.tenant.add_users(*users)
        made = sorted(self.tenant.service.create_group(*users, owner_ids=users[:1], topic="x" * 1024).room.id
                      for _ in range(40))
        got = [room.id for room in self.batch(self.tenant.service, *made)]
        self.assertEqual(got, made[:len(got)])
        self.assertTrue(20 < len(got) < 40, len(got))
        rest = [room.id for room in self.batch(self.tenant.service, *made[len(got):])]
        self.assertEqual(got + rest, made)

    def test_masks_name_fields_of_rooms(self):
        wrong = field_mask_pb2.FieldMask(paths=["id", "profile.name"])
        rooms = self.alice.rooms
        with self.assertFails(*INVALID):
            rooms.CreateRoom(room_pb2.CreateRoomRequest(user_ids=["alice"], read_mask=wrong))
        with self.assertFails(*INVALID):
            rooms.GetRoom(room_pb2.GetRoomRequest(room_id=NOWHERE, read_mask=wrong))
        with self.assertFails(*INVALID):
            rooms.ListRooms(room_pb2.ListRoomsRequest(read_mask=wrong))
        self.assertFalse(rooms.ListRooms(room_pb2.ListRoomsRequest()).rooms)  # nothing was made

    def test_a_request_that_is_repeated_makes_one_room(self):
        made = []
        threads = Threads(*[lambda: made.append(self.alice.create_group(
            "alice", "bob", name="Once", request_id="once")) for _ in range(8)])
        threads.join(60)
        self.assertEqual(len({answer.room.id for answer in made}), 1)
        self.assertEqual(sum(answer.created for answer in made), 1)
        # Another caller's request of that name is another request.
        self.assertTrue(self.bob.create_group("alice", "bob", request_id="once").created)

    def test_bad_rooms_are_refused(self):
        for arguments in (
                {"kind": PUBLIC}, {"kind": 9}, {"name": "x" * 257}, {"name": "a\nb"},
                {"topic": "x" * 1025}, {"avatar_url": "javascript:alert(1)"},
                {"avatar_url": "https://example.org/\"onload"},
                {"attributes": {"": "x"}}, {"attributes": {"a b": "x"}},
                {"attributes": {"a": "x" * 8200}},
                {"attributes": {str(i): "" for i in range(33)}},
                {"attributes": {"a": "\0"}}, {"owner_ids": ["carol"]}, {"owner_ids": ["nobody"]},
                {"request_id": "x" * 65}, {"history": 7},
                {"kind": room_pb2.ROOM_KIND_DIRECT, "owner_ids": ["alice"]},
                {"kind": room_pb2.ROOM_KIND_DIRECT, "request_id": "once"}):
            with self.subTest(arguments), self.assertFails(*INVALID):
                self.alice.create_group("alice", "bob", **arguments)
        with self.assertFails(*INVALID):  # nobody would own it
            self.tenant.service.create_group("alice", "bob")
        made = self.tenant.service.create_group("alice", "bob", owner_ids=["bob"])
        self.assertEqual(self.bob.get_room(made.room.id).role, OWNER)

    def test_rooms_without_a_name_are_called_as_django_chatter_does(self):
        self.tenant.add_users(*(f"user{i:02}" for i in range(20)))
        alone = self.alice.create_room("alice").room
        two = self.alice.create_room("alice", "bob").room
        three = self.alice.create_room("alice", "bob", "carol").room
        many = self.alice.create_room("alice", *(f"user{i:02}" for i in range(20))).room
        self.assertEqual(alone.display_name, "Notes to Yourself")
        self.assertEqual(two.display_name, "bob")
        self.assertEqual(self.bob.get_room(two.id).display_name, "alice")
        self.assertEqual(three.display_name, "bob, carol")
        self.assertEqual(many.display_name,
                         ", ".join(f"user{i:02}" for i in range(10)) + " and 10 more")
        self.assertEqual(self.tenant.service.get_room(two.id).display_name, "alice, bob")
        listed = self.bob.rooms.ListRooms(room_pb2.ListRoomsRequest()).rooms
        self.assertEqual({room.id: room.display_name for room in listed},
                         {two.id: "alice", three.id: "alice, carol"})

    def test_updates_are_events_and_change_what_the_mask_names(self):
        room_id = self.alice.create_group("alice", "bob", name="Trip", topic="Where?").room.id
        stream = self.bob.stream()
        self.addCleanup(stream.cancel)
        self.assertEqual(self.update(self.alice, room_id, "profile.topic", name="no", topic="When?")
                         .profile.name, "Trip")
        event = stream.room_event(room_id, 2).room_updated
        self.assertEqual((event.profile.name, event.profile.topic, event.kind),
                         ("Trip", "When?", GROUP))
        room = self.update(self.alice, room_id, "profile.name", "kind", name="Lobby", kind=PUBLIC)
        self.assertEqual((room.kind, room.profile.name, room.profile.topic),
                         (PUBLIC, "Lobby", "When?"))
        for paths, fields in ((("profile.nose",), {}), ((), {}), (("kind",), {}),
                              (("profile.history",), {}), (("profile.name",), {"name": ""}),
                              (("profile.topic",), {"topic": "\n"})):
            with self.subTest(paths), self.assertFails(*INVALID):
                self.update(self.alice, room_id, *paths, **fields)
        with self.assertFails(*DENIED):
            self.update(self.bob, room_id, "profile.name", name="Mine")
        with self.assertFails(*NO_ROOM):
            self.update(self.carol, room_id, "profile.name", name="Mine")

    def test_an_archived_room_is_read_only(self):
        room_id = self.alice.create_group("alice", "bob").room.id
        request = room_pb2.ArchiveRoomRequest(room_id=room_id)
        with self.assertFails(*DENIED):
            self.bob.rooms.ArchiveRoom(request)
        self.alice.send_message(room_id, "before", "text")
        self.alice.rooms.ArchiveRoom(request)
        self.alice.rooms.ArchiveRoom(request)  # again: nothing more happens
        self.assertTrue(self.bob.get_room(room_id).HasField("archived_at"))
        with self.assertFails(*ARCHIVED):
            self.bob.send_message(room_id, "after", "text")
        # What was stored is answered as before.
        self.assertTrue(self.alice.send_message(room_id, "before", "text").duplicate)
        with self.assertFails(*ARCHIVED):
            self.update(self.alice, room_id, "profile.name", name="Name")
        self.alice.rooms.UnarchiveRoom(room_pb2.UnarchiveRoomRequest(room_id=room_id))
        self.assertEqual(self.bob.send_message(room_id, "after", "text").seq, 5)
        self.assertFalse(self.bob.get_room(room_id).HasField("archived_at"))

    def test_public_rooms_are_found_by_name(self):
        names = ["apple", "Apricot", "avocado", "Äpfel", "banana"]
        ids = {name: self.alice.create_group("alice", kind=PUBLIC, name=name).room.id
               for name in names}
        self.alice.create_group("alice", name="apart")  # not for all
        self.assertEqual(self.browse(self.bob), (["apple", "Apricot", "avocado", "banana", "Äpfel"],
                                                 ""))
        self.assertEqual(self.browse(self.bob, name_prefix="AP")[0], ["apple", "Apricot"])
        self.assertEqual(self.browse(self.bob, name_prefix="%")[0], [])
        self.update(self.alice, ids["banana"], "profile.topic", topic="Not Apples")
        self.assertEqual(self.browse(self.bob, query="PPL")[0], ["apple", "banana"])
        self.assertEqual(self.browse(self.bob, query="ppl", name_prefix="a")[0], ["apple"])
        self.assertEqual(self.browse(self.bob, query="%")[0], [])
        found, token = [], ""
        while True:
            page, token = self.browse(self.bob, page_size=2, page_token=token)
            found += page
            if not token:
                break
        self.assertEqual(found, ["apple", "Apricot", "avocado", "banana", "Äpfel"])
        self.alice.rooms.ArchiveRoom(room_pb2.ArchiveRoomRequest(room_id=ids["avocado"]))
        self.assertEqual(self.browse(self.bob, name_prefix="a")[0], ["apple", "Apricot"])
        with self.assertFails(*INVALID):
            self.browse(self.bob, page_token="x")
        other = self.make_tenant("alice")
        self.assertEqual(self.browse(self.client(other, "alice"))[0], [])

    def test_names_that_grow_in_lower_case_end_no_list(self):
        names = ["a", "\u023a" * 128, "\u023e"]
        for name in names:
            self.alice.create_group("alice", kind=PUBLIC, name=name)
        found, token = [], ""
        while len(found) < len(names):
            page, token = self.browse(self.bob, page_size=1, page_token=token)
            found += page
        self.assertEqual((found, token), (names, ""))

    def test_hidden_history_is_hidden_everywhere(self):
        history = room_pb2.HISTORY_VISIBILITY_SINCE_JOINED
        room_id = self.alice.create_group("alice", "bob", history=history).room.id
        self.alice.send_message(room_id, "secret", "secret")
        self.alice.members.AddMembers(member_pb2.AddMembersRequest(room_id=room_id,
                                                                   user_ids=["carol"]))
        room = self.carol.get_room(room_id)
        self.assertEqual(room.first_seq, 3)
        self.assertFalse(room.HasField("last_message"))
        (listed,) = self.carol.rooms.ListRooms(room_pb2.ListRoomsRequest()).rooms
        self.assertFalse(listed.HasField("last_message"))
        self.assertEqual(self.carol.whole_log(room_id), [])
        for position in ({}, {"before_seq": 9}, {"after_seq": 0}, {"around_seq": 2}):
            page = self.carol.chat.ListMessages(chat_pb2.ListMessagesRequest(room_id=room_id,
                                                                             **position))
            self.assertEqual((list(page.messages), page.has_more, page.has_later),
                             ([], False, False))
        with self.assertFails(grpc.StatusCode.NOT_FOUND, "MESSAGE_NOT_FOUND"):
            self.carol.chat.GetMessage(chat_pb2.GetMessageRequest(room_id=room_id, seq=2))
        stream = self.carol.stream({room_id: 0})
        self.addCleanup(stream.cancel)
        stream.caught_up(room_id)
        self.assertEqual(stream.seqs(room_id), [3])
        self.assertEqual(len(self.bob.whole_log(room_id)), 1)
