"""What a message holds beside its text: threads, replies, mentions, attachments, attributes, forwarding."""

import grpc

from client import failure_of
from harness import ServerTestCase
from stubs import chat_pb2, member_pb2, message_pb2, read_state_pb2, room_pb2
from threads import Threads

INVALID = (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")
UNKNOWN_USERS = (grpc.StatusCode.INVALID_ARGUMENT, "UNKNOWN_USERS")
NO_ROOM = (grpc.StatusCode.NOT_FOUND, "ROOM_NOT_FOUND")
NO_MESSAGE = (grpc.StatusCode.NOT_FOUND, "MESSAGE_NOT_FOUND")
REUSED = (grpc.StatusCode.ALREADY_EXISTS, "CLIENT_MESSAGE_ID_REUSED")
DISABLED = (grpc.StatusCode.FAILED_PRECONDITION, "FEATURE_DISABLED")

PICTURE = message_pb2.Attachment(
    url="https://files.example/a.png", name="a.png", media_type="image/png", size_bytes=2**50,
    thumbnail_url="http://files.example/a-small.png")


class Details(ServerTestCase):
    def setUp(self):
        self.tenant = self.make_tenant("alice", "bob", "carol", "reader", "stranger")
        self.alice = self.client(self.tenant, "alice")
        self.bob = self.client(self.tenant, "bob")
        self.carol = self.client(self.tenant, "carol")
        self.reader = self.client(self.tenant, "reader")
        self.stranger = self.client(self.tenant, "stranger")
        self.room_id = self.alice.create_group("alice", "bob", "carol").room.id
        self.alice.members.AddMembers(member_pb2.AddMembersRequest(
            room_id=self.room_id, user_ids=["reader"], role=member_pb2.MEMBER_ROLE_READER))
        self.seq = self.bob.send_message(self.room_id, "1", "hello").seq  # 3

    def send(self, client, client_message_id, text="", **details):
        return client.send_message(self.room_id, client_message_id, text, **details).seq

    def source(self, seq=None, room_id=None, **more):
        return message_pb2.ForwardedFrom(room_id=room_id or self.room_id, seq=seq or self.seq, **more)

    def get(self, seq=None, client=None):
        return (client or self.alice).chat.GetMessage(chat_pb2.GetMessageRequest(
            room_id=self.room_id, seq=seq or self.seq)).message

    def list(self, client=None, **request):
        return (client or self.alice).chat.ListMessages(chat_pb2.ListMessagesRequest(
            room_id=self.room_id, **request))

    def seqs(self, **request):
        return [message.seq for message in self.list(**request).messages]

    def delete(self, client, seq):
        client.messages.DeleteMessage(message_pb2.DeleteMessageRequest(room_id=self.room_id, seq=seq))

    def edit(self, client, seq, text):
        client.messages.EditMessage(message_pb2.EditMessageRequest(
            room_id=self.room_id, seq=seq, text=text))

    def thread(self, seq=None):
        """Of the message: how many replies, and the latest."""
        summary = self.get(seq).thread
        return summary.reply_count, summary.last_reply_seq

    def open(self, client, after_seq=0):
        stream = client.stream({self.room_id: after_seq})
        self.addCleanup(stream.cancel)
        stream.caught_up(self.room_id)
        return stream

    def unread_mentions(self, client):
        """As the room, the opened stream and the badge tell."""
        stream = self.open(client)
        opened = next(room for room in stream.wait_opened().rooms if room.room_id == self.room_id)
        count = client.read_state.CountUnread(read_state_pb2.CountUnreadRequest())
        return {client.get_room(self.room_id).unread_mention_count, opened.unread_mention_count,
                count.unread_mentions}

    def violations(self, caught):
        return set(failure_of(caught.exception).violations)

    def hidden_room(self):
        """A room in which bob may not read the message that is returned with it."""
        room_id = self.alice.create_group(
            "alice", history=room_pb2.HISTORY_VISIBILITY_SINCE_JOINED).room.id
        seq = self.alice.send_message(room_id, "1", "secret").seq
        self.alice.members.AddMembers(member_pb2.AddMembersRequest(room_id=room_id, user_ids=["bob"]))
        return room_id, seq

    # ---- What is kept ----

    def test_details_go_wherever_the_message_goes(self):
        details = message_pb2.MessageDetails(
            reply_to_seq=self.seq, thread_seq=self.seq, mentioned_user_ids=["alice", "bob"],
            mentions_everyone=True, attachments=[PICTURE, PICTURE],
            attributes={f"key{i}": f"value{i}" for i in range(32)})
        stream = self.open(self.alice)
        request = stream.command(send=chat_pb2.SendMessage(
            room_id=self.room_id, client_message_id="x", text="look", details=message_pb2.MessageDetails(
                mentioned_user_ids=["bob"])))
        self.assertEqual(stream.sent(request).seq, 4)
        seq = self.carol.chat.SendMessage(chat_pb2.SendMessageRequest(
            room_id=self.room_id, client_message_id="x", text="look", details=details)).seq
        for event in (stream.room_event(self.room_id, seq),
                      self.open(self.bob).room_event(self.room_id, seq)):
            self.assertEqual(event.message_sent.details, details)
            self.assertFalse(event.message_sent.deleted)
        for message in (self.get(seq), self.list().messages[-1], self.list(thread_seq=self.seq).messages[0],
                        self.alice.get_room(self.room_id).last_message):
            self.assertEqual((message.text, message.details), ("look", details))
        self.edit(self.carol, seq, "look again")
        self.assertEqual((self.get(seq).text, self.get(seq).details), ("look again", details))

    def test_a_message_may_be_nothing_but_attachments(self):
        seq = self.send(self.bob, "2", attachments=[PICTURE])
        self.assertEqual((self.get(seq).text, list(self.get(seq).details.attachments)), ("", [PICTURE]))
        self.assertTrue(self.bob.send_message(self.room_id, "2", attachments=[PICTURE]).duplicate)
        with self.assertFails(*REUSED):
            self.send(self.bob, "2", attachments=[PICTURE, PICTURE])

    def test_what_this_version_doesnt_know_is_not_kept(self):
        details = message_pb2.MessageDetails(attachments=[PICTURE])
        details.attachments[0].MergeFromString(b"\xf2\x07\x06secret")  # field 126
        details.MergeFromString(b"\xf2\x07\x06secret")
        seq = self.bob.chat.SendMessage(chat_pb2.SendMessageRequest(
            room_id=self.room_id, client_message_id="2", details=details)).seq
        self.assertEqual(self.get(seq).details, message_pb2.MessageDetails(attachments=[PICTURE]))
        self.assertEqual(self.stored("position('secret' IN encode(details, 'escape'))", seq), ["0"])

    def test_details_that_say_nothing_are_none(self):
        seq = self.bob.chat.SendMessage(chat_pb2.SendMessageRequest(
            room_id=self.room_id, client_message_id="2", text="x", details=message_pb2.MessageDetails())).seq
        self.assertEqual(self.stored("details IS NULL AND thread_seq IS NULL", seq), ["t"])
        self.assertTrue(self.bob.send_message(self.room_id, "2", "x").duplicate)

    def stored(self, what, seq):
        return self.postgres.query(
            f"SELECT {what} FROM {self.tenant.name}.chatter_event WHERE room_id = '{self.room_id}' "
            f"AND seq = {seq}", self.database_url)

    # ---- Threads ----

    def test_a_thread_is_counted_and_listed(self):
        self.assertFalse(self.get().HasField("thread"))
        replies = [self.send(self.alice, f"r{i}", "reply", thread_seq=self.seq) for i in range(5)]
        other = self.send(self.alice, "other", "no reply")
        self.assertEqual(self.thread(), (5, replies[-1]))
        self.assertEqual(self.seqs(thread_seq=self.seq), replies)
        self.assertEqual(self.seqs(thread_seq=self.seq, after_seq=replies[0], page_size=2), replies[1:3])
        page = self.list(thread_seq=self.seq, before_seq=replies[3], page_size=2)
        self.assertEqual(([m.seq for m in page.messages], page.has_more), (replies[1:3], True))
        around = self.list(thread_seq=self.seq, around_seq=replies[2], page_size=2)
        self.assertEqual(([m.seq for m in around.messages], around.has_more, around.has_later),
                         (replies[1:3], True, True))
        self.assertEqual(self.seqs(top_level_only=True), [self.seq, other])
        self.assertEqual(self.seqs(), [self.seq, *replies, other])
        self.assertEqual(self.seqs(thread_seq=other), [])
        with self.assertFails(*INVALID):
            self.list(thread_seq=self.seq, top_level_only=True)

    def test_a_deleted_reply_isnt_counted(self):
        first = self.send(self.alice, "r1", "reply", thread_seq=self.seq)
        last = self.send(self.alice, "r2", "reply", thread_seq=self.seq)
        self.delete(self.alice, last)
        self.delete(self.alice, last)
        self.assertEqual(self.thread(), (1, last))
        self.assertTrue(self.list(thread_seq=self.seq).messages[1].deleted)
        # A late retry neither counts again nor brings anything back.
        self.assertEqual(self.send(self.alice, "r2", "reply", thread_seq=self.seq), last)
        self.assertEqual(self.thread(), (1, last))
        self.delete(self.bob, self.seq)
        self.assertEqual(self.thread(), (1, last))
        self.delete(self.alice, first)
        self.assertEqual(self.thread(), (0, last))

    def test_replies_that_come_at_once_are_all_counted(self):
        def send(client, name):
            for number in range(20):
                self.send(client, f"{name} {number % 15}", "reply", thread_seq=self.seq)
        Threads(*[lambda c=client, n=name: send(c, n) for client, name in
                  ((self.alice, "a"), (self.alice, "a"), (self.bob, "b"), (self.carol, "c"))]).join(60)
        self.assertEqual(self.thread(), (45, self.alice.get_room(self.room_id).head_seq))

    def test_a_thread_goes_on_without_its_first_message(self):
        with_thread, without = self.seq, self.send(self.alice, "2", "no thread")
        self.send(self.alice, "r1", "reply", thread_seq=with_thread)
        for seq in (with_thread, without):
            self.delete(self.tenant.service, seq)
        last = self.send(self.carol, "r2", "another reply", thread_seq=with_thread)
        self.assertEqual(self.thread(with_thread), (2, last))
        self.delete(self.tenant.service, last)
        self.send(self.bob, "r3", "still", thread_seq=with_thread)
        with self.assertFails(*NO_MESSAGE):
            self.send(self.carol, "r4", "a new thread", thread_seq=without)
        with self.assertFails(*NO_MESSAGE):
            self.send(self.carol, "r4", "no thread", reply_to_seq=with_thread)

    def test_threads_are_flat(self):
        reply = self.send(self.alice, "r", "reply", thread_seq=self.seq)
        with self.assertFails(*INVALID) as caught:
            self.send(self.bob, "n", "nested", thread_seq=reply)
        self.assertIn("details.thread_seq", self.violations(caught))
        self.send(self.bob, "n", "to the reply", reply_to_seq=reply, thread_seq=self.seq)

    # ---- Mentions ----

    def test_mentions_are_counted_until_they_are_read(self):
        self.assertEqual(self.unread_mentions(self.carol), {0})
        one = self.send(self.alice, "2", "for carol", mentioned_user_ids=["carol", "reader"])
        two = self.send(self.bob, "2", "for all", mentions_everyone=True, mentioned_user_ids=["carol"])
        self.send(self.bob, "3", "for none")
        self.assertEqual(self.unread_mentions(self.carol), {2})
        self.assertEqual(self.unread_mentions(self.alice), {1})
        self.assertEqual(self.unread_mentions(self.bob), {0})  # one's own don't count
        self.carol.mark_read(self.room_id, one)
        self.assertEqual(self.unread_mentions(self.carol), {1})
        self.delete(self.bob, two)
        self.assertEqual(self.unread_mentions(self.carol), {0})
        self.assertEqual(self.unread_mentions(self.reader), {1})

    def test_a_refused_send_mentions_nobody(self):
        self.send(self.bob, "2", "no mention")
        with self.assertFails(*REUSED):
            self.send(self.bob, "2", "no mention", mentioned_user_ids=["carol"])
        with self.assertFails(grpc.StatusCode.PERMISSION_DENIED, "ROLE_NOT_ALLOWED"):
            self.send(self.reader, "1", "x", mentioned_user_ids=["carol"], thread_seq=self.seq)
        seq = self.send(self.bob, "3", "gone", mentioned_user_ids=["carol"])
        self.delete(self.bob, seq)
        self.assertEqual(self.send(self.bob, "3", "gone", mentioned_user_ids=["carol"]), seq)
        self.assertEqual(self.unread_mentions(self.carol), {0})
        self.assertFalse(self.get().HasField("thread"))

    def test_only_members_can_be_mentioned(self):
        with self.assertFails(*UNKNOWN_USERS) as caught:
            self.send(self.bob, "2", "x", mentioned_user_ids=["alice", "stranger", "nobody"])
        self.assertEqual(self.violations(caught),
                         {"details.mentioned_user_ids[1]", "details.mentioned_user_ids[2]"})

    # ---- Forwarding ----

    def test_a_copy_has_what_the_message_has_by_now(self):
        original = self.send(self.bob, "2", "draft", attachments=[PICTURE], attributes={"not": "copied"})
        self.edit(self.bob, original, "final")
        there = self.carol.create_group("carol", "stranger").room.id
        seq = self.carol.send_message(
            there, "copy", forwarded_from=self.source(original, sender_id="forged"),
            attributes={"its": "own"}).seq
        copy = self.stranger.chat.GetMessage(chat_pb2.GetMessageRequest(room_id=there, seq=seq)).message
        self.assertEqual((copy.sender_id, copy.text), ("carol", "final"))
        self.assertEqual(copy.details, message_pb2.MessageDetails(
            attachments=[PICTURE], attributes={"its": "own"},
            forwarded_from=self.source(original, sender_id="bob",
                                       created_at=self.get(original).created_at)))
        event = self.stranger.stream({there: 0}).room_event(there, seq)
        self.assertEqual((event.message_sent.text, event.message_sent.details), ("final", copy.details))

    def test_a_forward_may_be_repeated_whatever_has_become_of_the_message(self):
        original = self.send(self.bob, "2", "first", attachments=[PICTURE])
        copy = self.send(self.carol, "copy", forwarded_from=self.source(original))
        other = self.source(self.seq)
        for change in (lambda: None, lambda: self.edit(self.bob, original, "second"),
                       lambda: self.delete(self.bob, original), lambda: self.edit(self.carol, copy, "mine")):
            change()
            again = self.carol.send_message(self.room_id, "copy", forwarded_from=self.source(original))
            self.assertEqual((again.seq, again.duplicate), (copy, True))
            with self.assertFails(*REUSED):
                self.send(self.carol, "copy", forwarded_from=other)
            with self.assertFails(*REUSED):
                self.send(self.carol, "copy", forwarded_from=self.source(original), reply_to_seq=self.seq)
            with self.assertFails(*REUSED):
                self.send(self.carol, "copy", "first", attachments=[PICTURE])
        self.delete(self.carol, copy)
        self.assertEqual(self.send(self.carol, "copy", forwarded_from=self.source(original)), copy)
        self.assertTrue(self.get(copy).deleted)

    def test_only_what_one_may_read_can_be_forwarded(self):
        hidden, secret = self.hidden_room()
        private = self.alice.create_group("alice").room.id
        theirs = self.alice.send_message(private, "1", "private").seq
        deleted = self.send(self.bob, "2", "gone")
        self.delete(self.bob, deleted)
        missing = "00000000-0000-4000-8000-000000000000"
        failures = set()
        for source in (self.source(secret, hidden), self.source(theirs, private),
                       self.source(theirs, missing), self.source(deleted), self.source(1),
                       self.source(2**64 - 1)):
            with self.subTest(source), self.assertFails(*NO_MESSAGE) as caught:
                self.send(self.bob, "copy", forwarded_from=source)
            failures.add(caught.exception.details())
        self.assertEqual(len(failures), 1)

    # ---- What is referred to ----

    def test_what_is_referred_to_must_be_there(self):
        deleted = self.send(self.bob, "2", "gone")
        self.delete(self.bob, deleted)
        for seq in (1, 2, deleted, deleted + 1, 99, 2**64 - 1):  # other events, and none
            for field in ("reply_to_seq", "thread_seq"):
                with self.subTest(seq), self.assertFails(*NO_MESSAGE):
                    self.send(self.bob, "3", "x", **{field: seq})
        hidden, secret = self.hidden_room()
        for field in ("reply_to_seq", "thread_seq"):
            with self.assertFails(*NO_MESSAGE):
                self.bob.send_message(hidden, "1", "x", **{field: secret})
            self.alice.send_message(hidden, field, "x", **{field: secret})

    def test_a_retry_is_one_whatever_has_become_of_what_it_refers_to(self):
        details = {"reply_to_seq": self.seq, "thread_seq": self.seq, "mentioned_user_ids": ["carol"]}
        seq = self.send(self.alice, "2", "reply", **details)
        self.delete(self.bob, self.seq)
        self.alice.members.RemoveMembers(member_pb2.RemoveMembersRequest(
            room_id=self.room_id, user_ids=["carol"]))
        self.assertEqual(self.send(self.alice, "2", "reply", **details), seq)
        stream = self.open(self.alice)
        self.assertEqual(stream.sent(stream.send(self.room_id, "2", "reply", **details)).seq, seq)
        for other in ({}, {"reply_to_seq": self.seq}, {**details, "mentions_everyone": True}):
            with self.assertFails(*REUSED):
                self.send(self.alice, "2", "reply", **other)
        with self.assertFails(*REUSED):
            self.send(self.alice, "2", "another", **details)

    def test_roles_decide(self):
        denied = (grpc.StatusCode.PERMISSION_DENIED, "ROLE_NOT_ALLOWED")
        not_a_user = (grpc.StatusCode.PERMISSION_DENIED, "CREDENTIAL_NOT_ALLOWED")
        for name, details in (("reply", {"reply_to_seq": self.seq}), ("thread", {"thread_seq": self.seq}),
                              ("mention", {"mentioned_user_ids": ["carol"]}),
                              ("everyone", {"mentions_everyone": True}),
                              ("attach", {"attachments": [PICTURE]}),
                              ("forward", {"forwarded_from": self.source()})):
            text = "" if name == "forward" else "x"
            for client, outcome in ((self.alice, None), (self.bob, None), (self.reader, denied),
                                    (self.stranger, NO_ROOM), (self.tenant.service, not_a_user)):
                with self.subTest(name, outcome=outcome):
                    if outcome is None:
                        self.send(client, name, text, **details)
                    else:
                        with self.assertFails(*outcome):
                            self.send(client, name, text, **details)
        self.alice.rooms.ArchiveRoom(room_pb2.ArchiveRoomRequest(room_id=self.room_id))
        with self.assertFails(grpc.StatusCode.FAILED_PRECONDITION, "ROOM_ARCHIVED"):
            self.send(self.bob, "late", "x", thread_seq=self.seq)

    def test_what_the_tenant_has_switched_off_is_refused(self):
        self.postgres.query(f"UPDATE {self.tenant.name}.chatter_settings SET disabled_features = '{{5,6}}'",
                            self.database_url)
        stream = self.open(self.bob)
        for details in ({"thread_seq": self.seq}, {"mentions_everyone": True}):
            with self.assertFails(*DISABLED):
                self.send(self.bob, "2", "x", **details)
            error = stream.error(stream.send(self.room_id, "2", "x", **details))
            self.assertFailure(error, *DISABLED)
        self.send(self.bob, "2", "x", reply_to_seq=self.seq, mentioned_user_ids=["carol"])

    # ---- Deletion, and bad input ----

    def test_a_deletion_erases_the_details_wherever_they_are(self):
        for number in range(300):  # so that pages of the log are kept
            self.alice.send_message(self.room_id, f"more {number}", "text")
        seq = self.send(self.bob, "2", "secret", attachments=[PICTURE], attributes={"secret": "secret"},
                        mentioned_user_ids=["carol"], thread_seq=self.seq)
        self.edit(self.bob, seq, "edited")
        self.assertEqual(self.open(self.carol).room_event(self.room_id, seq).message_sent.details.thread_seq,
                         self.seq)
        self.delete(self.bob, seq)
        self.assertEqual(self.get(seq).details, message_pb2.MessageDetails())
        after = self.open(self.carol)
        sent = after.room_event(self.room_id, seq).message_sent
        self.assertEqual((sent.text, sent.deleted, sent.HasField("details")), ("", True, False))
        self.assertEqual(after.room_event(self.room_id, seq + 1).message_edited.seq, seq)
        self.assertEqual(self.stored("details IS NULL, thread_seq", seq), [f"t|{self.seq}"])
        self.assertEqual(self.postgres.query(
            f"SELECT count(*) FROM {self.tenant.name}.chatter_mention", self.database_url), ["0"])

    def test_bad_input_is_refused(self):
        attachment = message_pb2.Attachment
        for field, text, details in (
                ("text", "", {}),
                ("text", "x", {"forwarded_from": self.source()}),
                ("text", "\0", {"attachments": [PICTURE]}),
                ("text", "", {"reply_to_seq": self.seq}),
                ("details.mentioned_user_ids", "x", {"mentioned_user_ids": [f"u{i}" for i in range(51)]}),
                ("details.mentioned_user_ids[1]", "x", {"mentioned_user_ids": ["alice", "alice"]}),
                ("details.mentioned_user_ids[0]", "x", {"mentioned_user_ids": ["bob"]}),
                ("details.mentioned_user_ids[0]", "x", {"mentioned_user_ids": [""]}),
                ("details.mentioned_user_ids[0]", "x", {"mentioned_user_ids": ["a\nb"]}),
                ("details.attachments", "x", {"attachments": [PICTURE] * 11}),
                ("details.attachments", "", {"attachments": [PICTURE], "forwarded_from": self.source()}),
                ("details.attachments[0].url", "x", {"attachments": [attachment()]}),
                ("details.attachments[0].url", "x", {"attachments": [attachment(url="javascript:alert(1)")]}),
                ("details.attachments[1].url", "x",
                 {"attachments": [PICTURE, attachment(url="https://" + "x" * 2041)]}),
                ("details.attachments[0].name", "x",
                 {"attachments": [attachment(url="https://a", name="x" * 257)]}),
                ("details.attachments[0].media_type", "x",
                 {"attachments": [attachment(url="https://a", media_type="a\tb")]}),
                ("details.attachments[0].size_bytes", "x",
                 {"attachments": [attachment(url="https://a", size_bytes=-1)]}),
                ("details.attachments[0].size_bytes", "x",
                 {"attachments": [attachment(url="https://a", size_bytes=2**50 + 1)]}),
                ("details.attachments[0].thumbnail_url", "x",
                 {"attachments": [attachment(url="https://a", thumbnail_url="data:image/png,x")]}),
                ("details.attributes", "x", {"attributes": {"a b": "x"}}),
                ("details.attributes", "x", {"attributes": {f"k{i}": "" for i in range(33)}}),
                ("details.attributes", "x", {"attributes": {"k": "x" * 8192}}),
                ("details.attributes[\"k\"]", "x", {"attributes": {"k": "\0"}}),
                ("details.forwarded_from.room_id", "",
                 {"forwarded_from": message_pb2.ForwardedFrom(room_id="x", seq=1)}),
                ("details.forwarded_from.seq", "",
                 {"forwarded_from": message_pb2.ForwardedFrom(room_id=self.room_id)})):
            with self.subTest(field, details=details):
                with self.assertFails(*INVALID) as caught:
                    self.send(self.bob, "2", text, **details)
                self.assertEqual(self.violations(caught), {field})
        stream = self.open(self.bob)
        error = stream.error(stream.send(self.room_id, "2", "x", attachments=[attachment()]))
        self.assertFailure(error, *INVALID)
        self.assertEqual(self.alice.get_room(self.room_id).head_seq, self.seq)
