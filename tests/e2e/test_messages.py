"""What becomes of messages: edits, deletions, reactions, pins."""

import grpc

from harness import ServerTestCase
from stubs import chat_pb2, member_pb2, message_pb2, read_state_pb2, room_pb2
from threads import Threads

INVALID = (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")
NO_ROOM = (grpc.StatusCode.NOT_FOUND, "ROOM_NOT_FOUND")
NO_MESSAGE = (grpc.StatusCode.NOT_FOUND, "MESSAGE_NOT_FOUND")
DENIED = (grpc.StatusCode.PERMISSION_DENIED, "ROLE_NOT_ALLOWED")
ARCHIVED = (grpc.StatusCode.FAILED_PRECONDITION, "ROOM_ARCHIVED")


class Messages(ServerTestCase):
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

    def edit(self, client, text, seq=None):
        client.messages.EditMessage(message_pb2.EditMessageRequest(
            room_id=self.room_id, seq=seq or self.seq, text=text))

    def delete(self, client, seq=None):
        client.messages.DeleteMessage(message_pb2.DeleteMessageRequest(
            room_id=self.room_id, seq=seq or self.seq))

    def react(self, client, reaction="👍", seq=None):
        client.messages.AddReaction(message_pb2.AddReactionRequest(
            room_id=self.room_id, seq=seq or self.seq, reaction=reaction))

    def take_back(self, client, reaction="👍"):
        client.messages.RemoveReaction(message_pb2.RemoveReactionRequest(
            room_id=self.room_id, seq=self.seq, reaction=reaction))

    def pin(self, client, seq=None):
        client.messages.PinMessage(message_pb2.PinMessageRequest(
            room_id=self.room_id, seq=seq or self.seq))

    def unpin(self, client):
        client.messages.UnpinMessage(message_pb2.UnpinMessageRequest(
            room_id=self.room_id, seq=self.seq))

    def get(self, client=None, seq=None):
        return (client or self.alice).chat.GetMessage(chat_pb2.GetMessageRequest(
            room_id=self.room_id, seq=seq or self.seq)).message

    def pinned(self, client=None):
        return [message.seq for message in (client or self.alice).chat.ListPinnedMessages(
            chat_pb2.ListPinnedMessagesRequest(room_id=self.room_id)).messages]

    def reacted(self, **page):
        return self.carol.messages.ListReactions(message_pb2.ListReactionsRequest(
            room_id=self.room_id, seq=self.seq, **page))

    def reactions(self, client=None):
        return [(r.reaction, r.count, r.mine) for r in self.get(client).reactions]

    def open(self, client, after_seq=0):
        stream = client.stream({self.room_id: after_seq})
        self.addCleanup(stream.cancel)
        stream.caught_up(self.room_id)
        return stream

    def head(self):
        return self.alice.get_room(self.room_id).head_seq

    def test_an_edit_is_an_event_and_changes_what_is_read(self):
        stream = self.open(self.carol)
        self.edit(self.bob, "hello!")
        event = stream.room_event(self.room_id, 4)
        self.assertEqual((event.actor_id, event.message_edited.seq, event.message_edited.text),
                         ("bob", self.seq, "hello!"))
        for message in (self.get(), self.alice.whole_log(self.room_id)[0],
                        self.alice.get_room(self.room_id).last_message,
                        self.alice.rooms.ListRooms(room_pb2.ListRoomsRequest()).rooms[0]
                        .last_message):
            self.assertEqual((message.text, message.HasField("edited_at"), message.sender_id),
                             ("hello!", True, "bob"))
        self.edit(self.bob, "hello!")  # is so already
        self.assertEqual(self.head(), 4)
        # The log keeps what was said, and a retry of the send returns the first result.
        self.assertEqual(stream.room_event(self.room_id, self.seq).message_sent.text, "hello")
        self.assertTrue(self.bob.send_message(self.room_id, "1", "hello").duplicate)

    def test_a_deletion_erases_the_text_wherever_it_is(self):
        for number in range(300):  # so that pages of the log are kept
            self.alice.send_message(self.room_id, f"more {number}", "text")
        self.edit(self.bob, "secret")
        self.react(self.alice)
        self.pin(self.alice)
        before = self.open(self.carol)
        self.assertEqual(before.room_event(self.room_id, self.seq).message_sent.text, "hello")
        self.delete(self.bob)
        head = self.head()
        event = before.room_event(self.room_id, head)
        self.assertEqual((event.actor_id, event.message_deleted.seq), ("bob", self.seq))
        message = self.get()
        self.assertEqual((message.text, message.deleted, message.pinned, list(message.reactions)),
                         ("", True, False, []))
        self.assertEqual(self.pinned(), [])
        after = self.open(self.carol)
        self.assertEqual(after.seqs(self.room_id), list(range(1, head + 1)))
        self.assertEqual(after.room_event(self.room_id, self.seq).message_sent.text, "")
        self.assertEqual(after.room_event(self.room_id, 304).message_edited.text, "")
        text = self.postgres.query(
            f"SELECT count(*) FROM {self.tenant.name}.chatter_event e LEFT JOIN "
            f"{self.tenant.name}.chatter_message m USING (room_id, seq) "
            "WHERE e.text IN ('hello', 'secret') OR m.text IN ('hello', 'secret')",
            self.database_url)
        self.assertEqual(text, ["0"])
        self.delete(self.bob)  # again: nothing more happens
        self.assertEqual(self.head(), head)
        for call in (lambda: self.edit(self.bob, "x"), lambda: self.react(self.bob),
                     lambda: self.pin(self.alice)):
            with self.assertFails(*NO_MESSAGE):
                call()
        # A late retry of the send still has its first result.
        self.assertEqual(self.bob.send_message(self.room_id, "1", "hello").seq, self.seq)

    def test_what_is_deleted_isnt_unread(self):
        self.bob.send_message(self.room_id, "2", "second")
        self.assertEqual(self.carol.get_room(self.room_id).unread_count, 2)
        self.delete(self.bob)
        self.assertEqual(self.carol.get_room(self.room_id).unread_count, 1)
        unread = self.carol.read_state.CountUnread(read_state_pb2.CountUnreadRequest())
        self.assertEqual(unread.unread_messages, 1)
        self.edit(self.bob, "second, edited", 4)
        self.assertEqual(self.carol.get_room(self.room_id).unread_count, 1)

    def test_reactions_are_counted(self):
        stream = self.open(self.carol)
        self.react(self.alice)
        self.react(self.bob)
        self.react(self.alice, "🎉")
        self.react(self.alice)  # has reacted so already
        self.assertEqual(self.reactions(self.bob), [("👍", 2, True), ("🎉", 1, False)])
        event = stream.room_event(self.room_id, 5)
        self.assertEqual((event.actor_id, event.reaction_added.seq, event.reaction_added.reaction),
                         ("bob", self.seq, "👍"))
        self.assertEqual([(r.reaction, r.user_id) for r in self.reacted().reactions],
                         [("👍", "alice"), ("👍", "bob"), ("🎉", "alice")])
        self.take_back(self.bob)
        self.take_back(self.bob)
        self.assertEqual(stream.room_event(self.room_id, 7).reaction_removed.reaction, "👍")
        self.assertEqual(self.reactions(self.bob), [("👍", 1, False), ("🎉", 1, False)])
        self.assertEqual(self.head(), 7)

    def test_many_who_react_at_once_are_all_counted(self):
        users = [f"user{i}" for i in range(20)]
        self.tenant.add_users(*users)
        self.alice.members.AddMembers(member_pb2.AddMembersRequest(
            room_id=self.room_id, user_ids=users))
        clients = [self.client(self.tenant, user) for user in users]
        head = self.head()
        Threads(*[lambda c=client: self.react(c) for client in clients]).join(60)
        self.assertEqual(self.reactions(), [("👍", 20, False)])
        self.assertEqual(self.head(), head + 20)

    def test_an_emoji_is_one_reaction_with_variation_selector_and_without(self):
        for client, heart in ((self.alice, "\u2764\ufe0f"), (self.bob, "\u2764")):
            self.react(client, heart)
        self.assertEqual(self.reactions(self.bob), [("\u2764\ufe0f", 2, True)])
        self.take_back(self.alice, "\u2764")
        self.take_back(self.bob, "\u2764\ufe0f")
        self.assertEqual(self.reactions(self.bob), [])

    def test_a_message_has_a_bounded_number_of_different_reactions(self):
        for number in range(50):
            self.react(self.alice, f"r{number}")
        with self.assertFails(grpc.StatusCode.FAILED_PRECONDITION, "TOO_MANY_REACTIONS"):
            self.react(self.alice, "one more")
        self.react(self.bob, "r7")

    def test_pins(self):
        stream = self.open(self.carol)
        other = self.bob.send_message(self.room_id, "2", "second").seq
        self.pin(self.alice)
        self.pin(self.alice, other)
        self.pin(self.alice, other)
        self.assertEqual(self.pinned(self.carol), [other, self.seq])
        self.assertTrue(self.get().pinned)
        self.assertEqual(stream.room_event(self.room_id, 5).message_pinned.seq, self.seq)
        self.unpin(self.alice)
        self.assertEqual(stream.room_event(self.room_id, 7).message_unpinned.seq, self.seq)
        self.assertEqual(self.pinned(), [other])

    def test_reactions_and_pins_come_in_pages(self):
        seqs = [self.seq, *(self.bob.send_message(self.room_id, str(n), "text").seq for n in (2, 3))]
        for reaction, seq in zip("zyx", seqs, strict=True):
            self.react(self.alice, reaction)
            self.pin(self.alice, seq)

        def pinned(**page):
            return self.carol.chat.ListPinnedMessages(
                chat_pb2.ListPinnedMessagesRequest(room_id=self.room_id, **page))

        first, pins = self.reacted(page_size=2), pinned(page_size=2)
        self.assertEqual([r.reaction for r in first.reactions], ["z", "y"])
        self.assertEqual([m.seq for m in pins.messages], [seqs[2], seqs[1]])
        rest = self.reacted(page_size=2, page_token=first.next_page_token)
        self.assertEqual(([r.reaction for r in rest.reactions], rest.next_page_token), (["x"], ""))
        rest = pinned(page_size=2, page_token=pins.next_page_token)
        self.assertEqual(([m.seq for m in rest.messages], rest.next_page_token), ([seqs[0]], ""))
        for call in (lambda: self.reacted(page_size=-1),
                     lambda: self.reacted(page_token=pins.next_page_token),
                     lambda: pinned(page_size=-1),
                     lambda: pinned(page_token=first.next_page_token)):
            with self.assertFails(*INVALID):
                call()

    def test_roles_decide(self):
        own = self.alice.send_message(self.room_id, "own", "of the owner").seq
        service = self.tenant.service
        allowed, denied, hidden = None, DENIED, NO_ROOM
        for what, call, outcomes in (  # by owner, sender, another member, reader, stranger, service
                ("edit", lambda c: self.edit(c, f"text by {id(c)}"),
                 (allowed, allowed, denied, denied, hidden, allowed)),
                ("react", lambda c: self.react(c),
                 (allowed, allowed, allowed, denied, hidden,
                  (grpc.StatusCode.PERMISSION_DENIED, "CREDENTIAL_NOT_ALLOWED"))),
                ("pin", self.pin, (allowed, denied, denied, denied, hidden, allowed)),
                ("unpin", self.unpin, (allowed, denied, denied, denied, hidden, allowed)),
                ("delete", self.delete, (allowed, allowed, denied, denied, hidden, allowed))):
            for client, outcome in zip((self.alice, self.bob, self.carol, self.reader,
                                        self.stranger, service), outcomes, strict=True):
                with self.subTest(what, outcome=outcome):
                    if outcome is allowed:
                        call(client)
                    else:
                        with self.assertFails(*outcome):
                            call(client)
        with self.assertFails(*DENIED):
            self.delete(self.bob, own)

    def test_nobody_touches_the_other_s_words_in_a_direct_room(self):
        self.room_id = self.alice.room_id("alice", "bob")
        self.seq = self.bob.send_message(self.room_id, "1", "hello").seq
        for call in (self.delete, lambda client: self.edit(client, "x")):
            with self.assertFails(*DENIED):
                call(self.alice)
        self.pin(self.alice)
        self.edit(self.bob, "hello!")
        self.delete(self.bob)

    def test_who_becomes_a_reader_edits_no_more(self):
        self.alice.members.SetRoles(member_pb2.SetRolesRequest(room_id=self.room_id, roles=[
            member_pb2.RoleAssignment(user_id="bob", role=member_pb2.MEMBER_ROLE_READER)]))
        with self.assertFails(*DENIED):
            self.edit(self.bob, "x")

    def test_nothing_changes_in_an_archived_room(self):
        self.alice.rooms.ArchiveRoom(room_pb2.ArchiveRoomRequest(room_id=self.room_id))
        for call in (lambda: self.edit(self.bob, "x"), lambda: self.delete(self.bob),
                     lambda: self.react(self.bob), lambda: self.pin(self.alice)):
            with self.assertFails(*ARCHIVED):
                call()

    def test_a_client_that_was_away_ends_like_one_that_was_there(self):
        there = self.open(self.carol, self.seq)
        self.edit(self.bob, "edited")
        self.react(self.alice)
        self.pin(self.alice)
        self.take_back(self.alice)
        self.unpin(self.alice)
        there.room_event(self.room_id, self.seq + 5)
        away = self.open(self.carol, self.seq)
        self.assertEqual([e.room_event for e in there.snapshot() if e.HasField("room_event")],
                         [e.room_event for e in away.snapshot() if e.HasField("room_event")])

    def test_bad_input_is_refused(self):
        for call in (lambda: self.edit(self.bob, ""), lambda: self.edit(self.bob, "x" * 16_385),
                     lambda: self.edit(self.bob, "\0"), lambda: self.react(self.bob, ""),
                     lambda: self.react(self.bob, "x" * 65), lambda: self.react(self.bob, "a\n"),
                     lambda: self.take_back(self.bob, ""),
                     lambda: self.alice.messages.PinMessage(
                         message_pb2.PinMessageRequest(room_id=self.room_id)),
                     lambda: self.alice.messages.PinMessage(
                         message_pb2.PinMessageRequest(room_id="x", seq=1))):
            with self.assertFails(*INVALID):
                call()
        for seq in (1, 2, 99, 2**64 - 1):  # other events, and none
            with self.assertFails(*NO_MESSAGE):
                self.react(self.bob, seq=seq)

    def test_hidden_history_cant_be_reacted_to(self):
        self.room_id = self.alice.create_group(
            "alice", history=room_pb2.HISTORY_VISIBILITY_SINCE_JOINED).room.id
        seq = self.alice.send_message(self.room_id, "1", "secret").seq
        self.react(self.alice, seq=seq)
        self.alice.members.AddMembers(member_pb2.AddMembersRequest(
            room_id=self.room_id, user_ids=["bob"]))
        with self.assertFails(*NO_MESSAGE):
            self.react(self.bob, seq=seq)
        self.assertFalse(self.bob.messages.ListReactions(message_pb2.ListReactionsRequest(
            room_id=self.room_id, seq=seq)).reactions)
        self.pin(self.alice, seq)
        self.assertEqual((self.pinned(self.bob), self.pinned(self.alice)), ([], [seq]))
