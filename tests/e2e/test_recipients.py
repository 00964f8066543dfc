"""Whom a back end is to notify of a message."""

import datetime

import grpc

from google.protobuf import timestamp_pb2

from harness import ServerTestCase
from stubs import member_pb2, message_pb2, preference_pb2, room_pb2, user_pb2

INVALID = (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")
NO_ROOM = (grpc.StatusCode.NOT_FOUND, "ROOM_NOT_FOUND")
NO_MESSAGE = (grpc.StatusCode.NOT_FOUND, "MESSAGE_NOT_FOUND")
DENIED = (grpc.StatusCode.PERMISSION_DENIED, "CREDENTIAL_NOT_ALLOWED")

ALL, MENTIONS, NONE = (preference_pb2.NOTIFICATION_LEVEL_ALL,
                       preference_pb2.NOTIFICATION_LEVEL_MENTIONS,
                       preference_pb2.NOTIFICATION_LEVEL_NONE)
USERS = ("alice", "bob", "carol", "dave")


def zone_where_it_is(hour):
    """A time zone whose clocks show that hour now."""
    behind = datetime.datetime.now(datetime.timezone.utc).hour - hour
    return f"Etc/GMT{behind if behind <= 12 else behind - 24:+d}"  # the sign is POSIX's


def hours(first, last, zone=""):
    return preference_pb2.DoNotDisturb(from_minute=first * 60, to_minute=last * 60, time_zone=zone)


class Recipients(ServerTestCase):
    def setUp(self):
        self.tenant = self.make_tenant(*USERS, "stranger")
        self.clients = {user_id: self.client(self.tenant, user_id) for user_id in USERS}
        self.alice, self.bob = self.clients["alice"], self.clients["bob"]
        self.room_id = self.alice.create_group(*USERS).room.id
        self.seq = self.alice.send_message(self.room_id, "1", "hello").seq

    def page(self, client=None, **request):
        return (client or self.tenant.service).preferences.ListRecipients(
            preference_pb2.ListRecipientsRequest(
                **{"room_id": self.room_id, "seq": self.seq, **request}))

    def recipients(self, **request):
        return list(self.page(**request).user_ids)

    def choose_all(self, client_ids, **preferences):
        for user_id in client_ids:
            self.clients[user_id].choose_for(self.room_id, **preferences)

    def mention(self, *user_ids):
        """As if the message did; empty: everyone."""
        for user_id in user_ids:
            self.postgres.query(
                f"INSERT INTO {self.tenant.name}.chatter_mention (room_id, seq, user_id, sender_id)"
                f" VALUES ('{self.room_id}', {self.seq}, '{user_id}', 'alice')", self.database_url)

    def test_all_but_the_sender(self):
        self.assertEqual(self.recipients(), ["bob", "carol", "dave"])
        self.seq = self.bob.send_message(self.room_id, "2", "hi").seq
        self.assertEqual(self.recipients(), ["alice", "carol", "dave"])

    def test_levels_and_mentions(self):
        self.choose_all(["bob", "carol"], notifications=MENTIONS)
        self.choose_all(["dave"], notifications=NONE)
        self.assertEqual(self.recipients(), [])
        self.mention("carol", "dave", "stranger")
        self.assertEqual(self.recipients(), ["carol"])
        self.choose_all(["dave"], notifications=ALL)
        self.assertEqual(self.recipients(), ["carol", "dave"])
        self.choose_all(["dave"], notifications=NONE)
        self.mention("", "alice")
        self.assertEqual(self.recipients(), ["bob", "carol"])
        self.seq = self.alice.send_message(self.room_id, "2", "mentions nobody").seq
        self.assertEqual(self.recipients(), [])

    def test_who_has_muted_the_room_isnt_notified_of_mentions_either(self):
        self.mention("bob")
        later = timestamp_pb2.Timestamp(seconds=2**32)
        self.choose_all(["bob"], muted_until=later)
        self.assertEqual(self.recipients(), ["carol", "dave"])
        self.choose_all(["bob"], muted_until=timestamp_pb2.Timestamp(seconds=1))
        self.assertEqual(self.recipients(), ["bob", "carol", "dave"])

    def test_nobody_is_disturbed(self):
        noon, midnight = zone_where_it_is(12), zone_where_it_is(0)
        for quiet, when in ((True, hours(0, 0)), (True, hours(17, 17)),
                            (True, hours(10, 14, noon)), (False, hours(14, 16, noon)),
                            (False, hours(8, 10, noon)), (False, hours(22, 6, noon)),
                            (True, hours(22, 6, midnight)), (False, hours(10, 14, midnight)),
                            (False, hours(2, 0, midnight)), (True, hours(0, 2, midnight))):
            with self.subTest(when=when):
                self.bob.choose(do_not_disturb=when)
                self.assertEqual("bob" not in self.recipients(), quiet)
        self.bob.choose(do_not_disturb=hours(0, 0))
        self.bob.choose("do_not_disturb")
        self.assertEqual(self.recipients(), ["bob", "carol", "dave"])

    def test_other_choices_dont_keep_anybody_quiet(self):
        self.bob.choose(invisible=True, hides_read_marks=True)
        self.choose_all(["carol"], pinned=True, hidden=True)
        self.assertEqual(self.recipients(), ["bob", "carol", "dave"])

    def test_only_those_who_are_there_and_may_read_it(self):
        self.tenant.service.users.DeactivateUser(user_pb2.DeactivateUserRequest(user_id="bob"))
        self.alice.members.RemoveMembers(member_pb2.RemoveMembersRequest(
            room_id=self.room_id, user_ids=["carol"]))
        self.alice.members.AddMembers(member_pb2.AddMembersRequest(
            room_id=self.room_id, user_ids=["stranger"]))
        self.assertEqual(self.recipients(), ["dave", "stranger"])
        self.tenant.service.users.ReactivateUser(user_pb2.ReactivateUserRequest(user_id="bob"))
        self.assertEqual(self.recipients(), ["bob", "dave", "stranger"])
        self.room_id = self.alice.create_group(
            "alice", "bob", history=room_pb2.HISTORY_VISIBILITY_SINCE_JOINED).room.id
        self.seq = self.alice.send_message(self.room_id, "3", "before").seq
        self.alice.members.AddMembers(member_pb2.AddMembersRequest(
            room_id=self.room_id, user_ids=["carol"]))
        self.assertEqual(self.recipients(), ["bob"])
        self.seq = self.alice.send_message(self.room_id, "4", "after").seq
        self.assertEqual(self.recipients(), ["bob", "carol"])

    def test_page_by_page(self):
        self.choose_all(["carol"], notifications=NONE)
        self.alice.members.AddMembers(member_pb2.AddMembersRequest(
            room_id=self.room_id, user_ids=["stranger"]))
        page = self.page(page_size=2)
        self.assertEqual(page.user_ids, ["bob", "dave"])
        page = self.page(page_size=2, page_token=page.next_page_token)
        self.assertEqual((page.user_ids, page.next_page_token), (["stranger"], ""))

    def test_what_there_is_no_message_of(self):
        deleted = self.seq
        self.alice.messages.DeleteMessage(message_pb2.DeleteMessageRequest(
            room_id=self.room_id, seq=deleted))
        for seq in (deleted, 1, 99, 2**63):  # 1: an event, but no message
            with self.assertFails(*NO_MESSAGE):
                self.page(seq=seq)
        other = self.make_tenant("erin")
        for request in ({"room_id": "00000000-0000-7000-8000-000000000000"},
                        {"client": other.service}):
            with self.assertFails(*NO_ROOM):
                self.page(**request)
        other_room = self.client(other, "erin").create_group("erin").room.id
        with self.assertFails(*NO_ROOM):
            self.page(room_id=other_room)

    def test_bad_requests_are_refused(self):
        token = self.page(page_size=1).next_page_token
        for request in ({"room_id": "room"}, {"seq": 0}, {"page_size": -1},
                        {"page_token": token + "x" * 600}, {"page_token": "x"}):
            with self.subTest(request=request), self.assertFails(*INVALID):
                self.page(**request)

    def test_only_services_may_ask(self):
        with self.assertFails(*DENIED):
            self.page(self.alice)
