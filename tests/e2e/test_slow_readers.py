"""Clients that call and don't read: what they may hold is bounded, and others are served."""

import grpc

import raw_http2
from harness import PATIENCE, ServerTestCase
from stubs import chat_pb2

OVERLOADED = (grpc.StatusCode.RESOURCE_EXHAUSTED, "OVERLOADED")
CALLS = 100
MAX_BYTES_OF_CALLER = 16 << 20


class SlowReaders(ServerTestCase):
    def setUp(self):
        self.tenant = self.make_tenant("alice", "bob")
        self.alice = self.client(self.tenant, "alice")
        self.room_id = self.alice.room_id("alice", "bob")
        for i in range(50):
            self.alice.send_message(self.room_id, f"id {i}", "x" * 16_000)
        self.request = chat_pb2.ListMessagesRequest(room_id=self.room_id, page_size=50)

    def test_unread_replies_are_bounded(self):
        page_bytes = self.alice.chat.ListMessages(self.request).ByteSize()
        unread = raw_http2.UnreadCalls(
            self.server.port, b"/chatter.v1.ChatService/ListMessages",
            [(key.encode(), value.encode()) for key, value in self.alice.metadata],
            self.request.SerializeToString(), CALLS, PATIENCE)
        self.addCleanup(unread.close)
        # One reply may go beyond the bound.
        unread.wait_for_ends(CALLS - MAX_BYTES_OF_CALLER // page_bytes - 1)
        with self.assertFails(*OVERLOADED):
            self.alice.chat.ListMessages(self.request)
        bob = self.client(self.tenant, "bob")
        self.assertEqual(len(bob.chat.ListMessages(self.request).messages), 50)
        unread.close()
        self.until(self.alice_is_served, "alice's calls to be served again")

    def alice_is_served(self):
        try:
            return len(self.alice.chat.ListMessages(self.request).messages) == 50
        except grpc.RpcError:
            return False
