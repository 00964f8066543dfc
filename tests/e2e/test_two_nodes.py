"""Two servers on one database that share nothing else, as while a new version rolls out."""

from harness import Chatterd, E2ETestCase, Postgres, Tenant
from stubs import room_pb2


class TwoNodes(E2ETestCase):
    """Rooms are made at the old one; bob's stream is at the new one."""

    def setUp(self):
        database_url = Postgres.shared(False).make_database()
        self.old, self.new = self.servers = Chatterd(database_url), Chatterd(database_url)
        for server in self.servers:
            self.addCleanup(server.destroy)
            server.start()
        tenant = Tenant(self.old, "acme")
        self.addCleanup(tenant.close)
        tenant.add_users("alice", "bob", "carol")
        self.clients = {}
        for user_id in ("alice", "bob"):
            for server in self.servers:
                client = tenant.client(user_id, server.address)
                self.addCleanup(client.close)
                self.clients[user_id, server] = client
        self.bob = self.clients["bob", self.new].stream()
        self.addCleanup(self.bob.cancel)
        self.room = self.clients["alice", self.old].create_group("alice", "bob", "carol").room.id
        self.clients["alice", self.old].send_message(self.room, "old", "by the old one")

    def assertBobHasAll(self, last):
        self.bob.room_event(self.room, last)
        self.assertEqual(self.bob.seqs(self.room), list(range(1, last + 1)))

    def test_a_message_that_goes_through_the_new_one(self):
        self.clients["alice", self.new].send_message(self.room, "new", "by the new one")
        self.assertBobHasAll(3)

    def test_a_mention_that_goes_through_the_new_one(self):
        self.clients["alice", self.new].send_message(self.room, "new", "bob!",
                                                     mentioned_user_ids=["bob"])
        self.assertBobHasAll(3)

    def test_who_deleted_a_room_is_known_at_both(self):
        self.clients["alice", self.new].send_message(self.room, "new", "by the new one")
        self.assertBobHasAll(3)
        self.clients["alice", self.old].rooms.DeleteRoom(room_pb2.DeleteRoomRequest(room_id=self.room))
        event = self.bob.room_event(self.room, 4)
        self.assertTrue(event.HasField("room_deleted"))
        self.assertEqual(event.actor_id, "alice")

    def test_what_the_stream_itself_sends(self):
        sent = self.bob.sent(self.bob.send(self.room, "mine", "by myself"))
        self.assertEqual(sent.seq, 3)
        self.assertBobHasAll(3)

    def test_then_the_stream_hears_of_what_goes_through_the_old_one_as_well(self):
        self.clients["alice", self.new].send_message(self.room, "new", "by the new one")
        self.assertBobHasAll(3)
        self.clients["alice", self.old].send_message(self.room, "more", "by the old one")
        self.assertBobHasAll(4)
