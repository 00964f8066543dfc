"""Finding messages by their words."""

import grpc

from harness import ServerTestCase
from stubs import message_pb2, search_pb2

INVALID = (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")
NO_ROOM = (grpc.StatusCode.NOT_FOUND, "ROOM_NOT_FOUND")
DISABLED = (grpc.StatusCode.FAILED_PRECONDITION, "FEATURE_DISABLED")


def search(client, query, **fields):
    return client.search.SearchMessages(search_pb2.SearchMessagesRequest(query=query, **fields))


def seqs(client, query, **fields):
    return [hit.message.seq for hit in search(client, query, **fields).hits]


class Search(ServerTestCase):
    def setUp(self):
        self.tenant = self.make_tenant("alice", "bob", "carol")
        self.alice = self.client(self.tenant, "alice")
        self.bob = self.client(self.tenant, "bob")
        self.carol = self.client(self.tenant, "carol")
        self.room_id = self.alice.room_id("alice", "bob")
        self.tenant.service.set_search_language("english")

    def test_messages_are_found_with_what_matches(self):
        self.alice.send_message(self.room_id, "1", "Grüße 👍 from the sailing boats")
        self.bob.messages.AddReaction(message_pb2.AddReactionRequest(
            room_id=self.room_id, seq=2, reaction="+"))
        [hit] = search(self.bob, "boat sail").hits
        self.assertEqual((hit.message.room_id, hit.message.seq, hit.message.sender_id),
                         (self.room_id, 2, "alice"))
        self.assertEqual([(count.reaction, count.mine) for count in hit.message.reactions],
                         [("+", True)])
        text = hit.message.text.encode()
        self.assertEqual([text[mark.begin:mark.end] for mark in hit.highlights],
                         [b"sailing", b"boats"])

    def test_edits_and_deletions_count_at_once(self):
        self.alice.send_message(self.room_id, "1", "the first draft")
        place = {"room_id": self.room_id, "seq": 2}
        self.alice.messages.EditMessage(message_pb2.EditMessageRequest(text="the last word", **place))
        self.assertEqual(seqs(self.bob, "draft"), [])
        self.assertEqual(seqs(self.bob, "word"), [2])
        self.alice.messages.DeleteMessage(message_pb2.DeleteMessageRequest(**place))
        self.assertEqual(seqs(self.bob, "word"), [])

    def test_each_finds_what_they_may_read(self):
        other_tenant = self.make_tenant("alice", "bob")
        other_tenant.service.set_search_language("english")
        elsewhere = self.client(other_tenant, "alice")
        elsewhere.send_message(elsewhere.room_id("alice", "bob"), "1", "apples abroad")
        self.alice.send_message(self.room_id, "1", "apples")
        notes = self.carol.room_id("carol")
        self.carol.send_message(notes, "1", "my apples")
        self.assertEqual(len(seqs(self.alice, "apples")), 1)
        self.assertEqual(len(seqs(self.carol, "apples")), 1)
        self.assertEqual(len(seqs(self.tenant.service, "apples")), 2)
        self.assertEqual(len(seqs(self.tenant.service, "apples", sender_id="carol")), 1)
        for room_id in (notes, "00000000-0000-0000-0000-000000000000"):
            with self.assertFails(*NO_ROOM):
                search(self.alice, "apples", room_id=room_id)

    def test_pages_go_on_to_the_end(self):
        for i in range(12):
            self.alice.send_message(self.room_id, str(i), "apples")
        found, token, pages = [], "", 0
        while pages == 0 or token:
            page = search(self.bob, "apples", page_size=5, page_token=token)
            found += [hit.message.seq for hit in page.hits]
            token, pages = page.next_page_token, pages + 1
        self.assertEqual(found, list(range(13, 1, -1)))  # the latest first
        self.assertEqual(pages, 3)

    def test_bad_input_is_refused(self):
        for fields in ({"query": ""}, {"query": "a" * 257}, {"query": "a\nb"}, {"query": "the"},
                       {"query": "a", "room_id": "no uuid"},
                       {"query": "apples", "page_size": -1}, {"query": "apples", "page_token": "x"},
                       {"query": "apples", "sender_id": "\n"}):
            with self.assertFails(*INVALID):
                search(self.alice, **fields)

    def test_the_language_is_the_tenants_choice(self):
        self.alice.send_message(self.room_id, "1", "Wir segeln mit Schiffen")
        self.assertEqual(seqs(self.alice, '"Schiff"'), [])
        settings = self.tenant.service.set_settings("search_language forgets_edits",
                                                    search_language="german", forgets_edits=True)
        self.assertTrue(settings.forgets_edits)
        self.assertEqual(settings.search_language_change.search_language, "german")
        self.tenant.service.set_search_language("german")
        self.assertEqual(seqs(self.alice, "Schiff segeln"), [2])
        with self.assertFails(*INVALID):
            self.tenant.service.set_settings("search_language forgets_edits", search_language="klingon")
        settings = self.tenant.service.set_settings("rewrite_window")
        self.assertEqual((settings.search_language, settings.forgets_edits), ("german", True))
        self.tenant.service.set_search_language("")
        with self.assertFails(*DISABLED):
            search(self.alice, "Schiff")
        with self.assertFails(grpc.StatusCode.PERMISSION_DENIED, "CREDENTIAL_NOT_ALLOWED"):
            self.alice.set_search_language("english")

    def test_there_is_none_unless_the_tenant_wants_it(self):
        other_tenant = self.make_tenant("alice")
        with self.assertFails(*DISABLED):
            search(self.client(other_tenant, "alice"), "apples")
