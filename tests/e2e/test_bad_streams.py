"""Streams that break the rules: each breach has its stated answer; only the worst end a stream."""

import threading
import uuid

import grpc

from client import Stream, failure_of
from harness import PATIENCE, ServerTestCase
from stubs import chat_pb2, tenant_pb2

INVALID = grpc.StatusCode.INVALID_ARGUMENT
NOT_FOUND = grpc.StatusCode.NOT_FOUND
PRECONDITION = grpc.StatusCode.FAILED_PRECONDITION

# Half an emoji, as JavaScript's `slice` leaves and Protobuf for it sends it.
HALF = "\ud83c".encode(errors="surrogatepass")


def halved(request):
    """A request's bytes, with half an emoji for each euro sign."""
    return request.SerializeToString().replace("€".encode(), HALF)


class RawStream(Stream):
    """A stream whose requests may be bytes, too."""

    def __init__(self, client):
        self._begin()
        chat = client.channel.stream_stream(
            "/chatter.v1.ChatService/Chat",
            request_serializer=lambda r: r if isinstance(r, bytes) else r.SerializeToString(),
            response_deserializer=chat_pb2.ChatResponse.FromString)
        self._read_from(chat(self._requests(), metadata=client.metadata, timeout=PATIENCE * 20))


class BadStreams(ServerTestCase):
    def setUp(self):
        self.tenant = self.make_tenant("alice", "bob", "carol")
        self.alice = self.client(self.tenant, "alice")
        self.bob = self.client(self.tenant, "bob")
        self.room_id = self.alice.room_id("alice", "bob")

    def stream(self, client=None, cursors=None, opened=True):
        stream = (client or self.alice).stream(cursors, opened)
        self.addCleanup(stream.cancel)
        return stream

    def assert_goes_on(self, stream, seq=2):
        sent = stream.sent(stream.send(self.room_id, f"still there {seq}", "still there"))
        self.assertEqual(sent.seq, seq)
        stream.room_event(self.room_id, seq)

    def raw_stream(self, *requests):
        """A stream of these very bytes, left open; returns how it ended."""
        chat = self.alice.channel.stream_stream("/chatter.v1.ChatService/Chat")
        ended = threading.Event()

        def without_end():
            yield from requests
            ended.wait(PATIENCE)

        call = chat(without_end(), metadata=self.alice.metadata, timeout=PATIENCE)
        with self.assertRaises(grpc.RpcError) as caught:
            for _ in call:
                pass
        ended.set()
        return failure_of(caught.exception)

    # ---- What ends a stream ----

    def test_bytes_that_are_no_protobuf(self):
        opening = chat_pb2.ChatRequest(open=chat_pb2.Open()).SerializeToString()
        not_utf8 = b"\x0a\x02\xc3\x28"
        for garbage in (b"\xff\xff\xff\xff", b"\x0a\x7fshort", b"GET / HTTP/1.1\r\n\r\n",
                        b"\x12\x02\x0a\x05", not_utf8):
            for requests in ((garbage,), (opening, garbage)):
                with self.subTest(requests=requests):
                    self.assertFailure(self.raw_stream(*requests), INVALID, "MALFORMED_REQUEST")
        self.assert_goes_on(self.stream())

    def test_a_first_command_that_is_not_open(self):
        for command in ({"ping": chat_pb2.Ping()},
                        {"send": chat_pb2.SendMessage(room_id=self.room_id, client_message_id="id",
                                                      text="too early")},
                        {"typing": chat_pb2.Typing(room_id=self.room_id, active=True)},
                        {}):
            with self.subTest(command=command):
                stream = self.stream(opened=False)
                stream.command(**command)
                self.assertFailure(stream.end(), PRECONDITION, "OPEN_REQUIRED")
                self.assertEqual(stream.snapshot(), [])
        self.assertEqual(len(self.alice.whole_log(self.room_id)), 0)

    def test_a_request_of_more_than_512_kib(self):
        for opened in (True, False):
            with self.subTest(opened=opened):
                stream = self.stream(opened=opened)
                stream.send(self.room_id, "id", "x" * (512 * 1024 + 1))
                self.assertEqual(stream.end().code, grpc.StatusCode.RESOURCE_EXHAUSTED)
        self.assert_goes_on(self.stream())

    def test_more_than_ten_thousand_cursors(self):
        stream = self.stream(opened=False)
        stream.open({str(uuid.UUID(int=i)): i for i in range(10_001)})
        failure = stream.end()
        self.assertFailure(failure, INVALID, "INVALID_FIELD")
        self.assertEqual(list(failure.violations), ["open.cursors"])
        self.assert_goes_on(self.stream())

    def test_ten_thousand_cursors_are_taken(self):
        stream = self.stream(opened=False)
        # With the longest sequence numbers that there are.
        unknown = {str(uuid.UUID(int=i)): 2**64 - 1 for i in range(9_999)}
        stream.open({**unknown, self.room_id: 0})
        self.assertEqual(set(stream.wait_opened().unknown_room_ids), set(unknown))
        self.assertEqual(stream.caught_up(self.room_id).head_seq, 1)

    def test_cursors_that_are_malformed_or_there_twice(self):
        for cursors, field in (
                ([chat_pb2.RoomCursor(room_id="not-a-uuid")], "open.cursors[0].room_id"),
                ([chat_pb2.RoomCursor(room_id=self.room_id.upper())], "open.cursors[0].room_id"),
                ([chat_pb2.RoomCursor(room_id=self.room_id, after_seq=1)] * 2,
                 "open.cursors[1].room_id")):
            with self.subTest(cursors=cursors):
                stream = self.stream(opened=False)
                stream.command(open=chat_pb2.Open(cursors=cursors))
                failure = stream.end()
                self.assertFailure(failure, INVALID, "INVALID_FIELD")
                self.assertEqual(list(failure.violations), [field])

    def test_an_open_with_text_that_is_not_utf8(self):
        failure = self.raw_stream(halved(chat_pb2.ChatRequest(
            open=chat_pb2.Open(watched_user_ids=["bob", "€"]))))
        self.assertFailure(failure, INVALID, "INVALID_FIELD")
        self.assertEqual(list(failure.violations), ["open.watched_user_ids[1]"])

    # ---- What doesn't ----

    def test_text_that_is_not_utf8_is_named(self):
        stream = RawStream(self.alice)
        self.addCleanup(stream.cancel)
        stream.open()
        stream.wait_opened()
        send = {"room_id": self.room_id, "client_message_id": "id", "text": "Party tonight"}
        for command, field in (
                ({"send": {**send, "text": "Party tonight €"}}, "text"),
                ({"send": {**send, "details": {"attributes": {"mood": "€"}}}},
                 'details.attributes["mood"]'),
                ({"send": {**send, "details": {"mentioned_user_ids": ["bob", "€"]}}},
                 "details.mentioned_user_ids[1]"),
                ({"typing": {"room_id": "€"}}, "room_id")):
            with self.subTest(field):
                stream.request(halved(chat_pb2.ChatRequest(request_id=field, **command)))
                failure = stream.error(field)
                self.assertFailure(failure, INVALID, "INVALID_FIELD")
                self.assertEqual(list(failure.violations), [field])
                self.assertIn("must be UTF-8 text", failure.violations[field])
        self.assert_goes_on(stream)
        self.assertEqual([m.text for m in self.bob.whole_log(self.room_id)], ["still there"])
        self.assertNotIn("UTF-8", self.server.log.read_text("ascii"))

    def test_a_second_open_is_refused_and_the_stream_goes_on(self):
        stream = self.stream()
        self.assertFailure(stream.error(stream.open({self.room_id: 0})), PRECONDITION,
                           "ALREADY_OPEN")
        self.assert_goes_on(stream)
        self.assertEqual(stream.seqs(self.room_id), [2], "the refused cursor had an effect")

    def test_an_empty_command_is_unknown(self):
        stream = self.stream()
        self.assertFailure(stream.error(stream.command("nothing")), INVALID, "UNKNOWN_COMMAND")
        self.assert_goes_on(stream)

    def test_a_command_of_the_future_is_unknown(self):
        stream = self.stream()
        request = chat_pb2.ChatRequest(request_id="future")
        # Field 1000, a message: what this version's parser keeps, and its server doesn't know.
        request.MergeFromString(b"\xc2\x3e\x02\x08\x01")
        stream.request(request)
        self.assertFailure(stream.error("future"), INVALID, "UNKNOWN_COMMAND")
        self.assert_goes_on(stream)

    def test_texts_out_of_bounds(self):
        stream = self.stream()
        for text in ("", "x" * 16_385, "ä" * 8_193, "nul\0nul", "\0", "\n", "\t ", "\u202e", "\x01\x7f",
                     "\ufeff"):
            with self.subTest(text=text[:10], size=len(text.encode())):
                failure = stream.error(stream.send(self.room_id, "id", text))
                self.assertFailure(failure, INVALID, "INVALID_FIELD")
                self.assertEqual(list(failure.violations), ["text"])
        self.assert_goes_on(stream)
        self.assertEqual(len(self.bob.whole_log(self.room_id)), 1)

    def test_texts_at_the_bounds_and_of_all_kinds(self):
        bob = self.stream(self.bob)
        texts = ["x", "x" * 16_384, "ä" * 8_192, "\nx", "\tx ", "\u202ex", "<script>alert(1)</script>",
                 "'; DROP TABLE chatter_event;--", "\\", "x\x01\x7f", "🧑‍🚀", "\ufeffx", "{}", "NULL",
                 "$1"]
        stream = self.stream()
        for number, text in enumerate(texts):
            sent = stream.sent(stream.send(self.room_id, f"id{number}", text))
            self.assertEqual(bob.room_event(self.room_id, sent.seq).message_sent.text, text)
        self.assertEqual([m.text for m in self.bob.whole_log(self.room_id)], texts)

    def test_client_message_ids_out_of_bounds(self):
        stream = self.stream()
        for client_id in ("", "x" * 65, "ä" * 33, "line\nbreak", "nul\0", "\x7f"):
            with self.subTest(client_id=client_id):
                failure = stream.error(stream.send(self.room_id, client_id, "text"))
                self.assertFailure(failure, INVALID, "INVALID_FIELD")
                self.assertEqual(list(failure.violations), ["client_message_id"])
        self.assert_goes_on(stream)

    def test_all_that_is_wrong_with_a_command_is_named_at_once(self):
        stream = self.stream()
        failure = stream.error(stream.send("not-a-uuid", "", ""))
        self.assertFailure(failure, INVALID, "INVALID_FIELD")
        self.assertEqual(set(failure.violations), {"room_id", "client_message_id", "text"})

    def test_an_overlong_request_id_is_refused_and_cut_in_the_reply(self):
        stream = self.stream()
        stream.command("r" * 65, ping=chat_pb2.Ping())
        self.assertFailure(stream.error("r" * 64), INVALID, "INVALID_FIELD")
        stream.command("x" + "ä" * 32, ping=chat_pb2.Ping())  # the cut would be within a character
        self.assertFailure(stream.error("x" + "ä" * 31), INVALID, "INVALID_FIELD")
        self.assert_goes_on(stream)

    def test_a_room_one_is_not_in_does_not_exist(self):
        carols = self.client(self.tenant, "carol").room_id("carol", "bob")
        stream = self.stream()
        for room_id in (carols, str(uuid.uuid4())):
            self.assertFailure(stream.error(stream.send(room_id, "id", "let me in")), NOT_FOUND,
                               "ROOM_NOT_FOUND")
            self.assertFailure(stream.error(stream.typing(room_id)), NOT_FOUND, "ROOM_NOT_FOUND")
        self.assert_goes_on(stream)
        self.assertEqual(len(self.bob.whole_log(carols)), 0)

    def test_cursors_of_rooms_one_is_not_in_are_told_and_the_rest_is_honoured(self):
        carols = self.client(self.tenant, "carol").room_id("carol", "bob")
        nowhere = str(uuid.uuid4())
        stream = self.stream(cursors={carols: 0, nowhere: 5, self.room_id: 0})
        self.assertEqual(set(stream.wait_opened().unknown_room_ids), {carols, nowhere})
        stream.caught_up(self.room_id)
        self.assertEqual(stream.seqs(self.room_id), [1])
        self.assertEqual(stream.seqs(carols), [])

    def test_a_cursor_beyond_the_head_is_reset(self):
        for head, after_seq in enumerate((2, 1_000, 2**63 - 1, 2**63, 2**64 - 1), start=1):
            with self.subTest(after_seq=after_seq):
                stream = self.stream(cursors={self.room_id: after_seq})
                reset = stream.wait(lambda e: e.HasField("reset"), "reset").reset
                self.assertEqual((reset.room_id, reset.min_seq, reset.next_seq),
                                 (self.room_id, 1, head + 1))
                self.assert_goes_on(stream, head + 1)
                self.assertEqual(stream.seqs(self.room_id), [head + 1])

    def test_a_flood_of_bad_commands_is_answered_one_by_one(self):
        stream = self.stream()
        requests = [stream.send(self.room_id, "", "") for _ in range(500)]
        for request in requests:
            self.assertFailure(stream.error(request), INVALID, "INVALID_FIELD")
        self.assert_goes_on(stream)

    # ---- Other calls ----

    def test_text_that_is_not_utf8_is_named_by_calls_of_one_request(self):
        send = chat_pb2.SendMessageRequest(room_id=self.room_id, client_message_id="id", text="€")
        subscribe = chat_pb2.SubscribeRequest(open=chat_pb2.Open(epoch="€"))
        export = tenant_pb2.ExportTenantRequest(schema_name="€")
        for client, method, request, field in (
                (self.alice, "ChatService/SendMessage", send, "text"),
                (self.alice, "ChatService/Subscribe", subscribe, "open.epoch"),
                (self.tenant.admin, "TenantService/ExportTenant", export, "schema_name")):
            with self.subTest(method):
                call = client.channel.unary_stream(f"/chatter.v1.{method}")
                with self.assertFails(INVALID, "INVALID_FIELD") as caught:
                    list(call(halved(request), metadata=client.metadata, timeout=PATIENCE))
                self.assertEqual(list(failure_of(caught.exception).violations), [field])
        self.assertEqual(len(self.bob.whole_log(self.room_id)), 0)
