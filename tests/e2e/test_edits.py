"""The texts that a message has had, and tenants who want them forgotten."""

import grpc

from harness import ServerTestCase
from stubs import member_pb2, message_pb2, room_pb2

INVALID = (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")
NO_ROOM = (grpc.StatusCode.NOT_FOUND, "ROOM_NOT_FOUND")
NO_MESSAGE = (grpc.StatusCode.NOT_FOUND, "MESSAGE_NOT_FOUND")


class EditsTestCase(ServerTestCase):
    def setUp(self):
        self.tenant = self.make_tenant("alice", "bob", "carol", "stranger")
        self.service = self.tenant.service
        self.alice = self.client(self.tenant, "alice")
        self.bob = self.client(self.tenant, "bob")
        self.carol = self.client(self.tenant, "carol")
        self.room_id = self.alice.create_group("alice", "bob", "carol").room.id
        self.seq = self.bob.send_message(self.room_id, "1", "first").seq  # 2

    def edit(self, client, text):
        client.messages.EditMessage(message_pb2.EditMessageRequest(
            room_id=self.room_id, seq=self.seq, text=text))

    def delete(self):
        self.bob.messages.DeleteMessage(message_pb2.DeleteMessageRequest(
            room_id=self.room_id, seq=self.seq))

    def page(self, client=None, seq=None, room_id=None, **page):
        return (client or self.alice).messages.ListEdits(message_pb2.ListEditsRequest(
            room_id=room_id or self.room_id, seq=self.seq if seq is None else seq, **page))

    def list(self, client=None, **message):
        return self.page(client, **message).edits

    def texts(self):
        return [(edit.seq, edit.text) for edit in self.list()]

    def stored_texts(self):
        """All that the database holds of this room."""
        rows = self.postgres.query(
            f"SELECT text FROM {self.tenant.name}.chatter_event WHERE room_id = '{self.room_id}' "
            f"UNION ALL SELECT text FROM {self.tenant.name}.chatter_message "
            f"WHERE room_id = '{self.room_id}'", self.database_url)
        return sorted(row for row in rows if row)

    def open(self, client, after_seq=0):
        stream = client.stream({self.room_id: after_seq})
        self.addCleanup(stream.cancel)
        stream.caught_up(self.room_id)
        return stream

    def replayed(self, stream):
        """The message, as a client knows it that has followed the stream."""
        text = None
        for event in stream.snapshot():
            what = event.room_event
            if what.seq == self.seq and what.HasField("message_sent"):
                text = what.message_sent.text
                self.assertFalse(what.message_sent.deleted)
            elif what.HasField("message_edited") and what.message_edited.seq == self.seq:
                text = what.message_edited.text
        return text


class ListEdits(EditsTestCase):
    def test_every_text_is_listed_with_who_wrote_it(self):
        self.assertEqual(self.texts(), [(2, "first")])
        self.edit(self.bob, "second")
        self.edit(self.alice, "third")
        self.edit(self.service, "fourth")
        for client in (self.alice, self.bob, self.carol, self.service):
            edits = self.list(client)
            self.assertEqual([(e.seq, e.text, e.actor_id) for e in edits],
                             [(2, "first", "bob"), (3, "second", "bob"), (4, "third", "alice"),
                              (5, "fourth", "")])
            times = [e.created_at.ToMicroseconds() for e in edits]
            self.assertEqual(times, sorted(times))
        self.assertEqual(self.alice.whole_log(self.room_id)[0].text, "fourth")

    def test_they_come_in_pages(self):
        for number in range(101):
            self.edit(self.bob, f"edit {number}")
        page = self.page()
        self.assertEqual([edit.seq for edit in page.edits], list(range(2, 102)))
        page = self.page(page_token=page.next_page_token)
        self.assertEqual([edit.text for edit in page.edits], ["edit 99", "edit 100"])
        self.assertEqual(page.next_page_token, "")
        page = self.page(page_size=1)
        self.assertEqual([edit.text for edit in page.edits], ["first"])
        self.assertEqual(len(self.page(page_size=2**31 - 1).edits), 100)  # the most that there is
        for arguments in ({"page_size": -1}, {"page_token": "x"}):
            with self.assertFails(*INVALID):
                self.page(**arguments)

    def test_what_there_isnt(self):
        for seq in (1, 99, 2**64 - 1):  # another event, and none
            with self.assertFails(*NO_MESSAGE):
                self.list(seq=seq)
        for arguments in ({"seq": 0}, {"room_id": "x"}):
            with self.assertFails(*INVALID):
                self.list(**arguments)
        with self.assertFails(*NO_ROOM):
            self.list(room_id="01a205de-c6f2-742f-8233-d0045f130fb3")
        with self.assertFails(*NO_ROOM):
            self.list(self.client(self.tenant, "stranger"))
        self.edit(self.bob, "second")
        self.delete()
        with self.assertFails(*NO_MESSAGE):
            self.list()

    def test_hidden_history_stays_hidden(self):
        self.room_id = self.alice.create_group(
            "alice", history=room_pb2.HISTORY_VISIBILITY_SINCE_JOINED).room.id
        self.seq = self.alice.send_message(self.room_id, "1", "secret").seq
        self.alice.members.AddMembers(member_pb2.AddMembersRequest(
            room_id=self.room_id, user_ids=["bob"]))
        self.edit(self.alice, "still secret")
        with self.assertFails(*NO_MESSAGE):
            self.list(self.bob)
        self.assertEqual(len(self.list(self.service)), 2)


class ForgottenEdits(EditsTestCase):
    def forget(self, forgets=True):
        self.service.set_settings("forgets_edits", forgets_edits=forgets)

    def test_an_edit_erases_every_earlier_text(self):
        self.edit(self.bob, "second")
        self.forget()
        self.assertEqual(self.texts(), [(2, "first"), (3, "second")])  # until it is edited
        self.edit(self.bob, "third")
        self.assertEqual(self.texts(), [(2, ""), (3, ""), (4, "third")])
        self.assertEqual(self.stored_texts(), ["third", "third"])
        self.edit(self.alice, "fourth")
        self.assertEqual(self.stored_texts(), ["fourth", "fourth"])
        self.forget(False)
        self.edit(self.bob, "fifth")
        self.assertEqual(self.texts(), [(2, ""), (3, ""), (4, ""), (5, "fourth"), (6, "fifth")])
        self.delete()
        self.assertEqual(self.stored_texts(), [])

    def test_who_was_away_ends_like_who_was_there(self):
        for number in range(300):  # so that pages of the log are kept
            self.alice.send_message(self.room_id, f"more {number}", "text")
        self.forget()
        there = self.open(self.carol)
        self.assertEqual(there.room_event(self.room_id, self.seq).message_sent.text, "first")
        self.edit(self.bob, "second")
        self.edit(self.bob, "third")
        there.room_event(self.room_id, 304)
        away = self.open(self.carol)
        self.assertEqual(away.seqs(self.room_id), list(range(1, 305)))
        self.assertEqual(away.room_event(self.room_id, self.seq).message_sent.text, "")
        self.assertEqual(away.room_event(self.room_id, 303).message_edited.text, "")
        self.assertEqual((self.replayed(there), self.replayed(away)), ("third", "third"))
        message = self.carol.whole_log(self.room_id)[0]
        self.assertEqual((message.text, message.deleted, message.HasField("edited_at")),
                         ("third", False, True))

    def test_it_is_still_one_message_that_is_unread(self):
        self.forget()
        self.edit(self.bob, "second")
        self.assertEqual(self.carol.get_room(self.room_id).unread_count, 1)
        self.assertEqual(self.carol.get_room(self.room_id).last_message.text, "second")

    def test_a_late_retry_of_the_send_has_its_first_result(self):
        self.forget()
        self.edit(self.bob, "second")
        again = self.bob.send_message(self.room_id, "1", "first")
        self.assertEqual((again.seq, again.duplicate), (self.seq, True))
        self.bob.send_message(self.room_id, "2", "another")
        with self.assertFails(grpc.StatusCode.ALREADY_EXISTS, "CLIENT_MESSAGE_ID_REUSED"):
            self.bob.send_message(self.room_id, "2", "first")

    def test_an_edit_that_changes_nothing_erases_nothing(self):
        self.edit(self.bob, "second")
        self.forget()
        self.edit(self.bob, "second")
        self.assertEqual(self.texts(), [(2, "first"), (3, "second")])

    def test_other_messages_keep_theirs(self):
        other = self.bob.send_message(self.room_id, "2", "other").seq
        self.forget()
        self.edit(self.bob, "second")
        self.assertEqual([(e.seq, e.text) for e in self.list(seq=other)], [(other, "other")])
