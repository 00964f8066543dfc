"""Edits of what a message holds beside its text; edits that must not undo others; how many are kept."""

import grpc

from google.protobuf import field_mask_pb2

from client import failure_of
from harness import ServerTestCase
from stubs import chat_pb2, message_pb2

INVALID = (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")
NO_MESSAGE = (grpc.StatusCode.NOT_FOUND, "MESSAGE_NOT_FOUND")
CHANGED = (grpc.StatusCode.ABORTED, "MESSAGE_CHANGED")
KEPT = 1_000


def attachment(name):
    return message_pb2.Attachment(url=f"https://files.example/{name}", name=name)


def details(name="", **more):
    return message_pb2.MessageDetails(attachments=[attachment(name)] if name else [], **more)


class EditsTestCase(ServerTestCase):
    def setUp(self):
        self.tenant = self.make_tenant("alice", "bob", "carol")
        self.service = self.tenant.service
        self.alice = self.client(self.tenant, "alice")
        self.bob = self.client(self.tenant, "bob")
        self.carol = self.client(self.tenant, "carol")
        self.room_id = self.alice.create_group("alice", "bob", "carol").room.id
        self.sent = details("old", attributes={"order": "sent secret"}, mentioned_user_ids=["carol"])
        self.seq = self.bob.chat.SendMessage(chat_pb2.SendMessageRequest(
            room_id=self.room_id, client_message_id="1", text="first", details=self.sent)).seq

    def edit(self, client, *mask, **fields):
        """Returns the message's edit_seq."""
        return client.messages.EditMessage(message_pb2.EditMessageRequest(
            room_id=self.room_id, seq=self.seq,
            update_mask=field_mask_pb2.FieldMask(paths=mask) if mask else None, **fields)).edit_seq

    def get(self, client=None):
        return (client or self.alice).chat.GetMessage(chat_pb2.GetMessageRequest(
            room_id=self.room_id, seq=self.seq)).message

    def send_again(self):
        return self.bob.chat.SendMessage(chat_pb2.SendMessageRequest(
            room_id=self.room_id, client_message_id="1", text="first", details=self.sent))

    def open(self, client):
        stream = client.stream({self.room_id: 0})
        self.addCleanup(stream.cancel)
        stream.caught_up(self.room_id)
        return stream

    def texts(self):
        edits, token = [], ""
        while True:
            page = self.alice.messages.ListEdits(message_pb2.ListEditsRequest(
                room_id=self.room_id, seq=self.seq, page_token=token))
            edits += [(edit.seq, edit.text) for edit in page.edits]
            token = page.next_page_token
            if not token:
                return edits

    def replayed(self, stream):
        """What a client knows of the message that has followed the stream."""
        text, known = None, message_pb2.MessageDetails()
        for event in stream.snapshot():
            what = event.room_event
            if what.seq == self.seq and what.HasField("message_sent"):
                text, known = what.message_sent.text, what.message_sent.details
            elif what.HasField("message_edited") and what.message_edited.seq == self.seq:
                text = what.message_edited.text
                if what.message_edited.HasField("details"):
                    known = what.message_edited.details
        return text, known

    def holds(self, word):
        """In how many rows of the tenant's messages and events the database has the word."""
        schema = self.tenant.name
        return sum(int(count) for count in self.postgres.query(
            f"SELECT count(*) FROM {schema}.chatter_event t "
            f"WHERE coalesce(text, '') || encode(coalesce(details, ''), 'escape') LIKE '%{word}%' "
            f"UNION ALL SELECT count(*) FROM {schema}.chatter_message t "
            f"WHERE coalesce(text, '') || encode(coalesce(details, ''), 'escape') LIKE '%{word}%'",
            self.database_url))


class EditedDetails(EditsTestCase):
    def test_all_who_look_see_them(self):
        there = self.open(self.carol)
        seq = self.edit(self.bob, "attachments", "attributes", text="not named",
                        attachments=[attachment("new")], attributes={"order": "4711"})
        edited = details("new", attributes={"order": "4711"}, mentioned_user_ids=["carol"])
        for stream in (there, self.open(self.alice)):
            event = stream.room_event(self.room_id, seq)
            self.assertEqual((event.actor_id, event.message_edited), ("bob", message_pb2.MessageEdited(
                seq=self.seq, text="first", details=edited)))
        listed = self.alice.whole_log(self.room_id)[-1]
        for message in (self.get(), listed, self.alice.get_room(self.room_id).last_message):
            self.assertEqual((message.text, message.details), ("first", edited))
            self.assertTrue(message.HasField("edited_at"))
        copy = self.carol.send_message(self.room_id, "copy", forwarded_from=message_pb2.ForwardedFrom(
            room_id=self.room_id, seq=self.seq)).seq
        copied = self.carol.chat.GetMessage(chat_pb2.GetMessageRequest(
            room_id=self.room_id, seq=copy)).message.details
        self.assertEqual(list(copied.attachments), [attachment("new")])
        # A late retry of the send has its first result.
        self.assertTrue(self.send_again().duplicate)

    def test_a_later_edit_of_the_text_says_them_again(self):
        self.edit(self.bob, "attachments", attachments=[attachment("new")])
        seq = self.edit(self.bob, text="second")
        kept = details("new", attributes={"order": "sent secret"}, mentioned_user_ids=["carol"])
        stream = self.open(self.alice)
        self.assertEqual(stream.room_event(self.room_id, seq).message_edited.details, kept)
        self.assertEqual(self.replayed(stream), ("second", kept))
        self.assertEqual(self.texts(), [(self.seq, "first"), (seq - 1, "first"), (seq, "second")])

    def test_without_them_an_edit_says_nothing_of_them(self):
        seq = self.edit(self.bob, text="second")
        self.assertFalse(self.open(self.alice).room_event(self.room_id, seq).message_edited.HasField("details"))
        self.assertEqual(self.get().details, self.sent)

    def test_a_message_keeps_a_text_or_an_attachment(self):
        self.edit(self.bob, text="")
        self.assertEqual((self.get().text, self.get().deleted), ("", False))
        with self.assertFails(*INVALID) as caught:
            self.edit(self.bob, "attachments")
        self.assertEqual(set(failure_of(caught.exception).violations), {"attachments"})
        self.edit(self.bob, "*", text="text")
        self.assertEqual(self.get().details, message_pb2.MessageDetails(mentioned_user_ids=["carol"]))
        for mask, fields, field in (((), {"text": ""}, "text"),
                                    (("attachments",), {"attachments": [attachment("x")] * 11}, "attachments"),
                                    (("attachments",), {"attachments": [message_pb2.Attachment()]},
                                     "attachments[0].url"),
                                    (("attributes",), {"attributes": {"a b": ""}}, "attributes"),
                                    (("details",), {}, "update_mask")):
            with self.subTest(field), self.assertFails(*INVALID) as caught:
                self.edit(self.bob, *mask, **fields)
            self.assertEqual(set(failure_of(caught.exception).violations), {field})

    def test_a_deletion_erases_what_there_was_wherever_it_was(self):
        for number in range(300):  # so that pages of the log are kept
            self.alice.send_message(self.room_id, f"more {number}", "text")
        self.edit(self.bob, "attributes", attributes={"order": "secret, too"})
        seq = self.edit(self.bob, text="a secret")
        self.assertTrue(self.open(self.carol).room_event(self.room_id, seq).message_edited.HasField("details"))
        self.bob.messages.DeleteMessage(message_pb2.DeleteMessageRequest(
            room_id=self.room_id, seq=self.seq))
        self.assertEqual(self.holds("secret"), 0)
        stream = self.open(self.carol)
        for edit in (seq - 1, seq):
            self.assertEqual(stream.room_event(self.room_id, edit).message_edited,
                             message_pb2.MessageEdited(seq=self.seq))
        self.assertEqual(self.get().details, message_pb2.MessageDetails())

    def test_what_the_release_before_has_deleted_is_shown_to_nobody(self):
        """It erases the texts of edits, and knows nothing of their details."""
        seq = self.edit(self.bob, "attributes", attributes={"order": "edited"})
        schema = self.tenant.name
        self.postgres.query(
            f"UPDATE {schema}.chatter_event SET text = NULL, "
            f"details = CASE WHEN seq <> {self.seq} THEN details END WHERE seq IN ({self.seq}, {seq}); "
            f"UPDATE {schema}.chatter_message SET text = NULL", self.database_url)
        self.assertEqual(self.get().details, message_pb2.MessageDetails())
        self.assertEqual(self.open(self.carol).room_event(self.room_id, seq).message_edited,
                         message_pb2.MessageEdited(seq=self.seq))

    def test_where_edits_are_forgotten_they_are_gone(self):
        self.service.set_settings("forgets_edits", forgets_edits=True)
        there = self.open(self.carol)
        self.edit(self.bob, "attributes", attributes={"order": "new secret"})
        # By the edit's event and as the message is now.
        self.assertEqual((self.holds("sent secret"), self.holds("new secret"), self.holds("old")), (0, 2, 2))
        self.edit(self.bob, "attachments", "attributes", attachments=[attachment("new")])
        last = self.edit(self.bob, text="second")
        self.assertEqual((self.holds("secret"), self.holds("old"), self.holds("first")), (0, 0, 0))
        kept = details("new", mentioned_user_ids=["carol"])
        there.room_event(self.room_id, last)
        for stream in (there, self.open(self.alice)):
            self.assertEqual(self.replayed(stream), ("second", kept))
        self.assertEqual((self.get().text, self.get().details), ("second", kept))
        self.assertEqual(self.carol.get_room(self.room_id).unread_mention_count, 1)
        self.assertEqual((self.send_again().seq, self.send_again().duplicate), (self.seq, True))


class Preconditions(EditsTestCase):
    def test_a_message_says_who_edited_it_and_by_which_event(self):
        def known():
            self.assertEqual(self.get(), self.alice.whole_log(self.room_id)[0])
            last = self.alice.get_room(self.room_id).last_message
            self.assertEqual((last.edited_by, last.edit_seq), (self.get().edited_by, self.get().edit_seq))
            return last.edited_by, last.edit_seq
        self.assertEqual(known(), ("", self.seq))
        for client, name in ((self.bob, "bob"), (self.alice, "alice"), (self.service, "")):
            seq = self.edit(client, text=f"text of {name}")
            self.assertEqual(known(), (name, seq))
        self.assertEqual(self.edit(self.bob, text="text of "), seq)  # it is so already

    def test_a_late_retry_undoes_nobodys_edit(self):
        mine = self.edit(self.bob, text="bob's", expected_edit_seq=self.seq)
        # Again, since the answer was lost.
        self.assertEqual(self.edit(self.bob, text="bob's", expected_edit_seq=self.seq), mine)
        # Somebody who hasn't seen it, though they want the same.
        for text in ("alice's", "bob's"):
            with self.assertFails(*CHANGED):
                self.edit(self.alice, text=text, expected_edit_seq=self.seq)
        hers = self.edit(self.alice, text="alice's", expected_edit_seq=mine)
        with self.assertFails(*CHANGED):
            self.edit(self.bob, text="bob's", expected_edit_seq=self.seq)
        self.assertEqual((self.get().text, self.get().edit_seq), ("alice's", hers))
        self.assertEqual(self.texts(), [(self.seq, "first"), (mine, "bob's"), (hers, "alice's")])
        self.edit(self.bob, text="whatever there is")

    def test_a_retry_may_come_when_the_time_for_edits_is_over(self):
        self.service.set_settings("rewrite_window", rewrite_window={"seconds": 3_600})
        edits = [self.edit(self.bob, text="in time", expected_edit_seq=self.seq)]
        self.postgres.query(f"UPDATE {self.tenant.name}.chatter_event "
                            "SET created_at = created_at - interval '2 hours'", self.database_url)
        edits += [self.edit(self.bob, text="in time", expected_edit_seq=seq) for seq in (self.seq, 0)]
        self.assertEqual(set(edits), {edits[0]})
        for expected in (self.seq, edits[0]):
            with self.assertFails(grpc.StatusCode.FAILED_PRECONDITION, "REWRITE_WINDOW_OVER"):
                self.edit(self.bob, text="late", expected_edit_seq=expected)

    def test_of_those_who_edit_at_once_one_is_first(self):
        edits = [self.alice.messages.EditMessage.future(message_pb2.EditMessageRequest(
            room_id=self.room_id, seq=self.seq, text=f"text {i}", expected_edit_seq=self.seq))
            for i in range(20)]
        failures = [failure_of(edit).reason for edit in edits if edit.exception()]
        self.assertEqual(failures, ["MESSAGE_CHANGED"] * 19)
        self.assertEqual(len(self.texts()), 2)

    def test_what_isnt_there_has_no_edits(self):
        self.bob.messages.DeleteMessage(message_pb2.DeleteMessageRequest(
            room_id=self.room_id, seq=self.seq))
        with self.assertFails(*NO_MESSAGE):
            self.edit(self.bob, text="late", expected_edit_seq=99)


class KeptEdits(EditsTestCase):
    def test_of_so_many_the_latest_are_kept(self):
        self.edit(self.bob, "attributes", attributes={"order": "secret"})
        first = self.edit(self.bob, text="edit 0 secret")
        for number in range(1, KEPT - 1):
            self.edit(self.bob, text=f"edit {number}")
        self.assertEqual(len(self.texts()), KEPT + 1)
        self.edit(self.bob, text="one more")
        self.assertEqual(self.texts()[:2], [(self.seq, "first"), (first, "edit 0 secret")])
        self.edit(self.bob, text="and another")
        texts = self.texts()
        self.assertEqual((len(texts), texts[0], texts[1][1], texts[-1][1]),
                         (KEPT + 1, (self.seq, "first"), "edit 1", "and another"))
        self.assertEqual(self.holds("edit 0 secret"), 0)
        stream = self.open(self.carol)
        self.assertEqual(stream.room_event(self.room_id, first).message_edited,
                         message_pb2.MessageEdited(seq=self.seq))
        self.assertEqual(self.replayed(stream)[0], "and another")
        self.bob.messages.DeleteMessage(message_pb2.DeleteMessageRequest(
            room_id=self.room_id, seq=self.seq))
        self.assertEqual(self.holds("edit") + self.holds("secret"), 0)
