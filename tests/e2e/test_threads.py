"""The threads that people follow: who does, what is unread in them, and their marks."""

import grpc

from harness import ServerTestCase
from stubs import chat_pb2, thread_pb2

INVALID = (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")
NO_ROOM = (grpc.StatusCode.NOT_FOUND, "ROOM_NOT_FOUND")
NO_MESSAGE = (grpc.StatusCode.NOT_FOUND, "MESSAGE_NOT_FOUND")


class Threads(ServerTestCase):
    def setUp(self):
        self.tenant = self.make_tenant("alice", "bob", "carol")
        self.alice = self.client(self.tenant, "alice")
        self.bob = self.client(self.tenant, "bob")
        self.carol = self.client(self.tenant, "carol")
        self.room_id = self.alice.create_group("alice", "bob").room.id
        self.root = self.alice.send_message(self.room_id, "root", "Where do we meet?").seq

    def reply(self, client, text, **details):
        return client.send_message(self.room_id, f"id {text}", text, thread_seq=self.root,
                                   **details).seq

    def listed(self, client):
        return [(thread.root.seq, thread.read_seq, thread.unread_count,
                 thread.unread_mention_count)
                for thread in client.threads.ListThreads(thread_pb2.ListThreadsRequest()).threads]

    def about(self, request, **fields):
        return request(**{"room_id": self.room_id, "thread_seq": self.root, **fields})

    def mark(self, client, seq):
        return client.threads.MarkThreadRead(
            self.about(thread_pb2.MarkThreadReadRequest, seq=seq)).read_seq

    def test_who_takes_part_follows_and_reads_on(self):
        self.assertEqual(self.listed(self.alice), [])
        first = self.reply(self.bob, "At the harbour")
        second = self.reply(self.bob, "Are you there?", mentioned_user_ids=["alice"])
        self.assertEqual(self.listed(self.alice), [(self.root, self.root, 2, 1)])
        self.assertEqual(self.listed(self.bob), [(self.root, first, 0, 0)])
        self.assertEqual(self.mark(self.alice, first), first)
        self.assertEqual(self.listed(self.alice), [(self.root, first, 1, 1)])
        self.assertEqual(self.mark(self.alice, 2**63), second)
        (thread,) = self.alice.threads.ListThreads(thread_pb2.ListThreadsRequest()).threads
        self.assertEqual((thread.root.text, thread.root.thread.reply_count,
                          thread.root.thread.last_reply_seq), ("Where do we meet?", 2, second))
        latest = self.bob.chat.GetMessage(chat_pb2.GetMessageRequest(
            room_id=self.room_id, seq=second)).message
        self.assertEqual(thread.last_reply_at, latest.created_at)

    def test_who_chooses_otherwise_follows_no_more(self):
        self.reply(self.bob, "At the harbour")
        self.alice.threads.UnfollowThread(self.about(thread_pb2.UnfollowThreadRequest))
        self.reply(self.bob, "The second pier")
        self.assertEqual(self.listed(self.alice), [])
        self.assertEqual(self.mark(self.alice, 2**63), 0)
        self.alice.threads.FollowThread(self.about(thread_pb2.FollowThreadRequest))
        self.assertEqual(self.listed(self.alice), [(self.root, self.root, 2, 0)])

    def test_what_is_refused(self):
        reply = self.reply(self.bob, "At the harbour")
        calls = [(self.alice.threads.FollowThread, thread_pb2.FollowThreadRequest, {}),
                 (self.alice.threads.UnfollowThread, thread_pb2.UnfollowThreadRequest, {}),
                 (self.alice.threads.MarkThreadRead, thread_pb2.MarkThreadReadRequest, {"seq": 1})]
        other_room = self.bob.create_group("bob").room.id
        for call, request, fields in calls:
            for wrong, failure in (({"thread_seq": 0}, INVALID), ({"room_id": "?"}, INVALID),
                                   ({"thread_seq": reply}, NO_MESSAGE),
                                   ({"thread_seq": 99}, NO_MESSAGE),
                                   ({"room_id": other_room}, NO_ROOM)):
                with self.subTest(request=request.__name__, wrong=wrong), \
                        self.assertFails(*failure):
                    call(self.about(request, **{**fields, **wrong}))
        with self.assertFails(*INVALID):
            self.mark(self.alice, 0)
        with self.assertFails(*INVALID):
            self.alice.threads.ListThreads(thread_pb2.ListThreadsRequest(room_id="?"))
        with self.assertFails(grpc.StatusCode.PERMISSION_DENIED, "CREDENTIAL_NOT_ALLOWED"):
            self.tenant.service.threads.ListThreads(thread_pb2.ListThreadsRequest())
