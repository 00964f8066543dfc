"""Presence and typing over the wire: who is told what, and who is not."""

import grpc

from harness import ServerTestCase
from stubs import chat_pb2, presence_pb2, settings_pb2

ONLINE = presence_pb2.PRESENCE_STATUS_ONLINE
AWAY = presence_pb2.PRESENCE_STATUS_AWAY
OFFLINE = presence_pb2.PRESENCE_STATUS_OFFLINE

INVALID = (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")


class Presence(ServerTestCase):
    def setUp(self):
        self.tenant = self.make_tenant("alice", "bob", "carol")
        self.alice = self.client(self.tenant, "alice")
        self.bob = self.client(self.tenant, "bob")

    def open(self, client, cursors=None, watched=()):
        stream = client.stream(cursors, watched=watched)
        self.addCleanup(stream.cancel)
        return stream

    def disable(self, *features):
        self.tenant.service.set_settings("disabled_features", disabled_features=features)

    @staticmethod
    def told(stream, user_id):
        return [e.presence.status for e in stream.snapshot()
                if e.HasField("presence") and e.presence.user_id == user_id]

    def test_a_stream_hears_of_those_whom_it_watches(self):
        bob = self.open(self.bob, watched=["alice", "carol", "nobody"])
        for user_id in ("alice", "carol", "nobody"):
            bob.presence(user_id, OFFLINE)
        alice = self.open(self.alice)
        bob.presence("alice", ONLINE)
        self.assertTrue(alice.reply(alice.set_presence(AWAY)).HasField("done"))
        bob.presence("alice", AWAY)
        phone = self.alice.subscribe()
        self.addCleanup(phone.cancel)
        bob.wait(lambda e: self.told(bob, "alice") == [OFFLINE, ONLINE, AWAY, ONLINE],
                 "alice, back on her phone")
        self.assertEqual(self.told(bob, "carol"), [OFFLINE])
        self.assertFalse(any(e.HasField("presence") for e in alice.snapshot()), "she watches nobody")

    def test_a_subscription_watches_too(self):
        self.open(self.alice)
        bob = self.bob.subscribe(watched=["alice"])
        self.addCleanup(bob.cancel)
        bob.presence("alice", ONLINE)

    def test_another_list_takes_its_place(self):
        alice, bob = self.open(self.alice), self.open(self.bob, watched=["alice"])
        bob.presence("alice", ONLINE)
        self.assertTrue(bob.reply(bob.watch_presence("carol")).HasField("done"))
        bob.presence("carol", OFFLINE)
        alice.reply(alice.set_presence(AWAY))
        self.open(self.client(self.tenant, "carol"))
        bob.presence("carol", ONLINE)
        self.assertEqual(self.told(bob, "alice"), [ONLINE])

    def test_it_can_be_asked_for(self):
        self.assertEqual([(p.user_id, p.status, p.HasField("last_seen_at"))
                          for p in self.bob.get_presence("carol", "alice", "carol")],
                         [("carol", OFFLINE, False), ("alice", OFFLINE, False),
                          ("carol", OFFLINE, False)])
        self.open(self.alice)
        self.assertEqual(self.bob.get_presence("alice")[0].status, ONLINE)
        self.assertEqual(self.tenant.service.get_presence("alice")[0].status, ONLINE)

    def test_another_tenant_sees_nothing(self):
        other = self.make_tenant("alice", "bob")
        others_bob = self.open(self.client(other, "bob"), watched=["alice"])
        others_bob.presence("alice", OFFLINE)
        bob = self.open(self.bob, watched=["alice"])
        self.open(self.alice)
        bob.presence("alice", ONLINE)
        self.assertEqual(self.client(other, "bob").get_presence("alice")[0].status, OFFLINE)
        self.assertEqual(self.told(others_bob, "alice"), [OFFLINE])

    def test_the_invisible_are_offline(self):
        self.alice.choose(invisible=True)
        bob = self.open(self.bob, watched=["alice", "carol"])
        self.open(self.alice)
        self.open(self.client(self.tenant, "carol"))
        bob.presence("carol", ONLINE)  # the two are read together
        self.assertEqual(self.bob.get_presence("alice"),
                         [presence_pb2.Presence(user_id="alice", status=OFFLINE)])
        self.assertEqual(self.told(bob, "alice"), [OFFLINE])
        self.alice.choose("invisible")
        bob.presence("alice", ONLINE)
        self.alice.choose(invisible=True)
        bob.wait(lambda e: self.told(bob, "alice") == [OFFLINE, ONLINE, OFFLINE], "alice, gone")

    def test_a_drain_writes_when_users_were_last_seen(self):
        alice, bob = self.open(self.alice), self.open(self.bob, watched=["alice"])
        bob.presence("alice", ONLINE)
        alice.cancel()
        bob.cancel()
        self.server.restart()
        bob = self.client(self.tenant, "bob")
        gone = self.open(bob, watched=["alice"]).presence("alice", OFFLINE)
        self.assertTrue(gone.HasField("last_seen_at"))
        self.assertEqual(bob.get_presence("alice"), [gone])

    def test_where_it_is_off_nobody_is_there(self):
        self.disable(settings_pb2.FEATURE_PRESENCE)
        self.open(self.alice)
        bob = self.open(self.bob, watched=["alice"])
        bob.presence("alice", OFFLINE)
        self.assertEqual(self.bob.get_presence("alice"),
                         [presence_pb2.Presence(user_id="alice", status=OFFLINE)])
        self.disable()
        bob.presence("alice", ONLINE)
        self.disable(settings_pb2.FEATURE_PRESENCE)
        bob.wait(lambda e: self.told(bob, "alice") == [OFFLINE, ONLINE, OFFLINE], "presence, off")

    def test_bad_input(self):
        for user_ids in ((), ("",), ("\n",), ("a" * 601,), ("a",) * 201):
            with self.assertFails(*INVALID):
                self.bob.get_presence(*user_ids)
        bob = self.open(self.bob)
        for request in (bob.watch_presence(""), bob.watch_presence("\n"), bob.watch_presence(*["a"] * 201),
                        bob.set_presence(OFFLINE), bob.set_presence(0), bob.set_presence(17)):
            self.assertFailure(bob.error(request), *INVALID)
        self.assertIn("user_ids[1]", bob.error(bob.watch_presence("a", "")).violations)
        refused = self.bob.stream(opened=False)
        refused.open(watched=["a", ""])
        failure = refused.end()
        self.assertFailure(failure, *INVALID)
        self.assertIn("open.watched_user_ids[1]", failure.violations)


class TypingNotices(ServerTestCase):
    def setUp(self):
        self.tenant = self.make_tenant("alice", "bob")
        self.sent = 0

    def level(self):
        """Streams of alice and bob, in a room."""
        self.alice = self.client(self.tenant, "alice")
        self.bob = self.client(self.tenant, "bob")
        self.room_id = self.alice.create_group("alice", "bob").room.id
        streams = [client.stream({self.room_id: 0}) for client in (self.alice, self.bob)]
        for stream in streams:
            self.addCleanup(stream.cancel)
            stream.caught_up(self.room_id)
        return streams

    def heard(self, stream):
        """The notices that came before a message that is sent now."""
        self.sent += 1
        seq = self.alice.send_message(self.room_id, f"id {self.sent}", "text").seq
        stream.room_event(self.room_id, seq)
        return [e.typing.active for e in stream.snapshot() if e.HasField("typing")]

    def test_the_others_hear_once_that_somebody_has_stopped(self):
        alice, bob = self.level()
        alice.reply(alice.typing(self.room_id, False))
        alice.reply(alice.typing(self.room_id))
        self.assertEqual(bob.wait(lambda e: e.HasField("typing"), "typing").typing,
                         chat_pb2.TypingNotice(room_id=self.room_id, user_id="alice", active=True))
        for _ in range(3):
            alice.reply(alice.typing(self.room_id, False))
        bob.wait(lambda e: e.HasField("typing") and not e.typing.active, "the end of the typing")
        self.assertEqual(self.heard(bob), [True, False])

    def test_read_marks_are_no_typing(self):
        _, bob = self.level()
        self.heard(bob)
        for seq in (1, 2):
            self.alice.mark_read(self.room_id, seq)
            bob.wait(lambda e, seq=seq: e.HasField("read_mark") and e.read_mark.read_seq == seq,
                     f"mark at {seq}")

    def test_where_it_is_off_it_is_accepted_and_dropped(self):
        self.tenant.service.set_settings("disabled_features",
                                         disabled_features=[settings_pb2.FEATURE_TYPING])
        alice, bob = self.level()
        self.assertTrue(alice.reply(alice.typing(self.room_id)).HasField("done"))
        self.alice.chat.SendTyping(chat_pb2.SendTypingRequest(room_id=self.room_id, active=True))
        self.assertEqual(self.heard(bob), [])
