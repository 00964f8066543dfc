"""Subscribe: what Chat has to say, to those who can't send on a stream."""

import threading

import grpc

from client import Client, Subscription, failure_of
from harness import PATIENCE, ServerTestCase, seeded_random
from stubs import chat_pb2, service_account_pb2, session_pb2

INVALID = grpc.StatusCode.INVALID_ARGUMENT
MESSAGES = 400


class Subscribe(ServerTestCase):
    def setUp(self):
        if not self.server.running():
            self.server.start()
        self.tenant = self.make_tenant("alice", "bob", "carol")
        self.alice = self.client(self.tenant, "alice")
        self.bob = self.client(self.tenant, "bob")
        self.room_id = self.alice.room_id("alice", "bob")

    def subscribe(self, client, cursors=None):
        subscription = client.subscribe(cursors)
        self.addCleanup(subscription.cancel)
        return subscription

    def test_says_what_chat_says(self):
        stream = self.bob.stream({self.room_id: 0})
        self.addCleanup(stream.cancel)
        subscription = self.subscribe(self.bob, {self.room_id: 0})
        for each in (stream, subscription):
            self.assertEqual(each.caught_up(self.room_id).head_seq, 1)
        self.alice.send_message(self.room_id, "1", "hello")
        self.bob.send_message(self.room_id, "2", "my own comes as well")
        for seq in (1, 2, 3):
            self.assertEqual(subscription.room_event(self.room_id, seq),
                             stream.room_event(self.room_id, seq))
        self.assertFalse([e for e in subscription.snapshot() if e.HasField("reply")])

    def test_typing_reaches_the_others_only(self):
        bobs = self.subscribe(self.bob, {self.room_id: 0})
        alices = self.subscribe(self.alice, {self.room_id: 0})
        for each in (bobs, alices):
            each.caught_up(self.room_id)
        request = chat_pb2.SendTypingRequest(room_id=self.room_id, active=True)
        self.alice.chat.SendTyping(request)
        typing = bobs.wait(lambda e: e.HasField("typing"), "typing").typing
        self.assertEqual((typing.room_id, typing.user_id, typing.active),
                         (self.room_id, "alice", True))
        self.bob.send_message(self.room_id, "1", "after it")
        alices.room_event(self.room_id, 2)
        self.assertFalse([e for e in alices.snapshot() if e.HasField("typing")])
        with self.assertFails(grpc.StatusCode.NOT_FOUND, "ROOM_NOT_FOUND"):
            self.client(self.tenant, "carol").chat.SendTyping(request)
        with self.assertFails(INVALID, "INVALID_FIELD"):
            self.alice.chat.SendTyping(chat_pb2.SendTypingRequest(room_id="none"))

    def test_a_room_made_meanwhile_appears(self):
        subscription = self.subscribe(self.bob)
        room_id = self.alice.room_id("alice", "bob", "carol")
        subscription.room_event(room_id, 1)

    def test_one_that_comes_and_goes_misses_nothing(self):
        random = seeded_random()

        def send():
            for i in range(MESSAGES):
                self.alice.send_message(self.room_id, f"m{i}", "x")

        sender = threading.Thread(target=send)
        sender.start()
        seen = 0
        while seen < MESSAGES + 1:
            subscription = self.subscribe(self.bob, {self.room_id: seen})
            goal = min(seen + random.randrange(1, 100), MESSAGES + 1)
            subscription.room_event(self.room_id, goal)
            subscription.cancel()
            for seq in subscription.seqs(self.room_id):
                seen += 1
                self.assertEqual(seq, seen)
        sender.join()

    def test_requests_that_are_wrong(self):
        failure = Subscription(self.bob, {"none": 1}).end()
        self.assertFailure(failure, INVALID, "INVALID_FIELD")
        self.assertIn("open.cursors[0].room_id", failure.violations)
        raw = self.bob.channel.unary_stream("/chatter.v1.ChatService/Subscribe")
        with self.assertRaises(grpc.RpcError) as caught:
            list(raw(b"\x0a\x7fshort", metadata=self.bob.metadata, timeout=PATIENCE))
        self.assertFailure(failure_of(caught.exception), INVALID, "MALFORMED_REQUEST")

    def test_strangers_hear_nothing(self):
        for client, code, reason in (
                (Client(self.server.address, tenant=self.tenant.name),
                 grpc.StatusCode.UNAUTHENTICATED, "CREDENTIAL_REQUIRED"),
                (self.tenant.service, grpc.StatusCode.PERMISSION_DENIED, "CREDENTIAL_NOT_ALLOWED")):
            self.assertFailure(Subscription(client).end(), code, reason)

    def test_an_account_that_may_only_read_may_subscribe(self):
        accounts = self.tenant.admin.service_accounts
        accounts.SetServiceAccount(service_account_pb2.SetServiceAccountRequest(
            service_account=service_account_pb2.ServiceAccount(
                name="reader", tenants=[self.tenant.name], services=["*"], read_only=True,
                may_act_for_users=True)))
        key = accounts.CreateApiKey(service_account_pb2.CreateApiKeyRequest(account="reader")).key
        gateway = Client(self.server.address, tenant=self.tenant.name, token=key,
                         metadata=[("x-chatter-on-behalf-of", "bob")])
        self.addCleanup(gateway.close)
        subscription = self.subscribe(gateway)
        self.alice.send_message(self.room_id, "1", "hello")
        subscription.room_event(self.room_id, 2)
        self.assertFailure(gateway.stream(opened=False).end(), grpc.StatusCode.PERMISSION_DENIED,
                           "OUT_OF_SCOPE")

    def test_ends_with_its_session(self):
        subscription = self.subscribe(self.bob)
        self.tenant.service.sessions.RevokeSessions(
            session_pb2.RevokeSessionsRequest(user_id="bob"))
        self.assertFailure(subscription.end(), grpc.StatusCode.UNAUTHENTICATED,
                           "CREDENTIAL_INVALID")

    def test_is_asked_to_go_and_can_resume(self):
        subscription = self.subscribe(self.bob, {self.room_id: 0})
        subscription.caught_up(self.room_id)
        self.server.begin_to_end()
        subscription.wait(lambda e: e.HasField("drain"), "drain")
        self.assertFailure(subscription.end(), grpc.StatusCode.UNAVAILABLE, "DRAINING")
        self.assertEqual(self.server.wait(), 0)
        self.server.start()
        self.alice.send_message(self.room_id, "1", "meanwhile")
        self.subscribe(self.bob, {self.room_id: 1}).room_event(self.room_id, 2)
