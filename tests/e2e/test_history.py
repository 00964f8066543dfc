"""A room's history: one message, and pages of them in each direction."""

import grpc

from harness import ServerTestCase
from stubs import chat_pb2, member_pb2, message_pb2, room_pb2

INVALID = (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")
NO_ROOM = (grpc.StatusCode.NOT_FOUND, "ROOM_NOT_FOUND")
NO_MESSAGE = (grpc.StatusCode.NOT_FOUND, "MESSAGE_NOT_FOUND")
HEAD = 21  # 1 is the room's creation, 2 to 21 are messages


class History(ServerTestCase):
    def setUp(self):
        self.tenant = self.make_tenant("alice", "bob", "carol")
        self.alice = self.client(self.tenant, "alice")
        self.room_id = self.alice.room_id("alice", "bob")
        for seq in range(2, HEAD + 1):
            self.alice.send_message(self.room_id, f"id {seq}", f"text {seq}")

    def list(self, client=None, **request):
        page = (client or self.alice).chat.ListMessages(
            chat_pb2.ListMessagesRequest(room_id=self.room_id, **request))
        return [message.seq for message in page.messages], page.has_more, page.has_later

    def get(self, seq, client=None, room_id=None):
        return (client or self.alice).chat.GetMessage(chat_pb2.GetMessageRequest(
            room_id=room_id or self.room_id, seq=seq)).message

    def batch(self, *seqs, client=None, room_id=None):
        return (client or self.alice).chat.BatchGetMessages(chat_pb2.BatchGetMessagesRequest(
            room_id=room_id or self.room_id, seqs=seqs)).messages

    def test_several_at_once(self):
        service = self.tenant.service
        service.messages.DeleteMessage(message_pb2.DeleteMessageRequest(room_id=self.room_id, seq=4))
        self.alice.messages.EditMessage(message_pb2.EditMessageRequest(
            room_id=self.room_id, seq=3, text="edited"))
        self.alice.messages.AddReaction(message_pb2.AddReactionRequest(
            room_id=self.room_id, seq=3, reaction="ok"))
        # Neither what is no message nor what isn't there.
        for client in (self.alice, self.client(self.tenant, "bob"), service):
            messages = self.batch(5, 3, 99, 4, 1, 3, 2**64 - 1, HEAD + 1, client=client)
            self.assertEqual(list(messages), [self.get(seq, client) for seq in (3, 4, 5)])
        self.assertEqual((messages[0].text, messages[0].edit_seq, messages[1].deleted),
                         ("edited", HEAD + 2, True))
        self.assertEqual(len(self.batch(*range(1, 201))), HEAD - 1)
        self.assertEqual(list(self.batch(99)), [])
        for seqs in ((), (0, 2), range(1, 202), [2] * 201):
            with self.assertFails(*INVALID):
                self.batch(*seqs)
        with self.assertFails(*INVALID):
            self.batch(2, room_id="x")
        for arguments in ({"client": self.client(self.tenant, "carol")},
                          {"room_id": "01a205de-c6f2-742f-8233-d0045f130fb3"}):
            with self.assertFails(*NO_ROOM):
                self.batch(2, **arguments)

    def test_hidden_history_is_in_no_batch(self):
        room_id = self.alice.create_group(
            "alice", history=room_pb2.HISTORY_VISIBILITY_SINCE_JOINED).room.id
        hidden = self.alice.send_message(room_id, "1", "secret").seq
        self.alice.members.AddMembers(member_pb2.AddMembersRequest(room_id=room_id, user_ids=["bob"]))
        seen = self.alice.send_message(room_id, "2", "seen").seq
        bob = self.client(self.tenant, "bob")
        self.assertEqual([m.seq for m in self.batch(hidden, seen, room_id=room_id)], [hidden, seen])
        self.assertEqual([m.seq for m in self.batch(hidden, seen, room_id=room_id, client=bob)], [seen])

    def test_pages(self):
        for request, seqs, has_more, has_later in (
                ({}, range(2, 22), False, False),
                ({"page_size": 3}, range(19, 22), True, False),
                ({"page_size": 3, "before_seq": 10}, range(7, 10), True, False),
                ({"page_size": 3, "before_seq": 4}, range(2, 4), False, False),
                ({"page_size": 3, "before_seq": 1}, (), False, False),
                ({"page_size": 3, "before_seq": 2**64 - 1}, range(19, 22), True, False),
                ({"page_size": 3, "after_seq": 10}, range(11, 14), True, False),
                ({"page_size": 3, "after_seq": 0}, range(2, 5), True, False),
                ({"page_size": 3, "after_seq": 18}, range(19, 22), False, False),
                ({"page_size": 3, "after_seq": 2**64 - 1}, (), False, False),
                ({"page_size": 5, "around_seq": 10}, range(8, 13), True, True),
                ({"page_size": 4, "around_seq": 10}, range(8, 12), True, True),
                ({"page_size": 1, "around_seq": 10}, (10,), True, True),
                ({"page_size": 5, "around_seq": 1}, range(2, 5), False, True),
                ({"page_size": 1, "around_seq": 2}, (2,), False, True),
                ({"page_size": 1, "around_seq": 1}, (2,), False, True),
                ({"page_size": 5, "around_seq": 21}, range(19, 22), True, False),
                ({"page_size": 4, "around_seq": 99}, range(20, 22), True, False),
                ({"page_size": 4, "around_seq": 2**64 - 1}, range(20, 22), True, False)):
            with self.subTest(request=request):
                self.assertEqual(self.list(**request), (list(seqs), has_more, has_later))

    def test_a_page_fits_in_what_clients_take(self):
        """4 MiB, unless they are told otherwise: pages end earlier than they might."""
        self.room_id = self.alice.create_group("alice").room.id
        attachments = [message_pb2.Attachment(
            name="a", url="https://x.example/" + "a" * 2_000, media_type="image/png",
            thumbnail_url="https://x.example/" + "b" * 2_000)] * 10
        sent = [self.alice.send_message(self.room_id, str(i), "x" * 16_000,
                                        attachments=attachments).seq for i in range(120)]
        seqs, has_more, _ = self.list(page_size=200)
        self.assertTrue(has_more)
        self.assertEqual(seqs, sent[-len(seqs):])
        seqs, has_more, has_later = self.list(page_size=200, around_seq=sent[60])
        self.assertTrue(has_more and has_later)
        self.assertEqual(seqs, sent[seqs[0] - sent[0]:][:len(seqs)])
        found = []
        while len(found) < len(sent):
            messages = self.batch(*sent[len(found):])
            self.assertGreater(len(messages), 0)
            found += [message.seq for message in messages]
        self.assertEqual(found, sent)
        for seq in sent:
            self.alice.messages.PinMessage(message_pb2.PinMessageRequest(room_id=self.room_id, seq=seq))
        found, token = [], ""
        while True:
            page = self.alice.chat.ListPinnedMessages(chat_pb2.ListPinnedMessagesRequest(
                room_id=self.room_id, page_token=token))
            found += [message.seq for message in page.messages]
            token = page.next_page_token
            if not token:
                break
        self.assertEqual(found, sent[::-1])

    def test_walking_in_either_direction_meets_every_message_once(self):
        back, place = [], {}
        while True:
            seqs, has_more, _ = self.list(page_size=3, **place)
            back = seqs + back
            if not has_more:
                break
            place = {"before_seq": seqs[0]}
        self.assertEqual(back, list(range(2, HEAD + 1)))

    def test_one_message(self):
        message = self.get(7)
        self.assertEqual((message.room_id, message.seq, message.sender_id, message.text,
                          message.client_message_id),
                         (self.room_id, 7, "alice", "text 7", "id 7"))
        self.assertEqual(self.get(7, self.client(self.tenant, "bob")), message)
        self.assertEqual(self.get(7, self.tenant.service), message)

    def test_what_is_no_message(self):
        for seq in (1, HEAD + 1, 2**63, 2**64 - 1):
            with self.subTest(seq=seq), self.assertFails(*NO_MESSAGE):
                self.get(seq)

    def test_what_is_wrong(self):
        for request in ({"before_seq": 0}, {"around_seq": 0}, {"page_size": -1}):
            with self.subTest(request=request), self.assertFails(*INVALID):
                self.list(**request)
        with self.assertFails(*INVALID):
            self.get(0)
        with self.assertFails(*INVALID):
            self.get(1, room_id="none")

    def test_others_see_nothing(self):
        carol = self.client(self.tenant, "carol")
        for seq in (1, 7, HEAD + 1):
            with self.subTest(seq=seq), self.assertFails(*NO_ROOM):
                self.get(seq, carol)
        with self.assertFails(*NO_ROOM):
            self.list(carol, around_seq=7)
