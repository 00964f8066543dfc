"""PostgreSQL goes back to what it was before: streams and cursors notice, and each new message arrives."""

import json
import os
import shutil
import subprocess
import threading

import grpc

from client import Client
from harness import CHATTER, PATIENCE, SERVING, Chatterd, E2ETestCase, Postgres, Tenant
from load import TRY_AGAIN
from stubs import chat_pb2, tenant_pb2

ROOMS = 3


class Reader:
    """Follows a user's rooms as any client should: resumes with cursors and their epoch, and loads a room anew where the
    stream says so. Run by a thread of its own."""

    def __init__(self, test, tenant, user_id, subscribes=False):
        self._test = test
        self._tenant = tenant
        self._user_id = user_id
        self._subscribes = subscribes
        self._over = threading.Event()
        self.texts = {}  # by room id, by seq
        self.cursors = {}
        self.epoch = ""
        self.resets = 0
        self.ends = []

    def run(self):
        while not self._over.is_set():
            client = self._tenant.client(self._user_id)
            try:
                self._follow(client)
            finally:
                client.close()

    def end(self):
        self._over.set()

    def has(self, room_id, text):
        return text in self.texts.get(room_id, {}).values()

    def _follow(self, client):
        if self._subscribes:
            stream = client.subscribe(self.cursors, epoch=self.epoch)
        else:
            stream = client.stream(opened=False)
            stream.open(self.cursors, epoch=self.epoch)
        while not self._over.is_set():
            events = stream.take(timeout=0.05)
            for event in events:
                self._take(client, event)
            if not events and stream.failure is not None:
                self.ends.append(stream.failure)
                return
        stream.cancel()

    def _take(self, client, event):
        if event.HasField("opened"):
            self.epoch = event.opened.epoch or self.epoch
            for room in event.opened.rooms:
                self.cursors.setdefault(room.room_id, room.head_seq)
        elif event.HasField("reset"):
            self.resets += 1
            room_id = event.reset.room_id
            self.texts[room_id] = {message.seq: message.text for message in client.whole_log(room_id)
                                   if message.seq < event.reset.next_seq}
            self.cursors[room_id] = event.reset.next_seq - 1
        elif event.HasField("room_event"):
            room_id, seq = event.room_event.room_id, event.room_event.seq
            self._test.assertEqual(seq, self.cursors.get(room_id, 0) + 1)
            self.cursors[room_id] = seq
            if event.room_event.HasField("message_sent"):
                self.texts.setdefault(room_id, {})[seq] = event.room_event.message_sent.text


class GoneBack(E2ETestCase):
    def setUp(self):
        self.postgres = Postgres(durable=True)
        self.addCleanup(self.postgres.destroy)
        self.postgres.start()
        self.server = Chatterd(self.postgres.make_database())
        self.addCleanup(self.server.destroy)
        self.servers = (self.server,)
        self.server.start()
        self.tenant = Tenant(self.server, "acme")
        self.addCleanup(self.tenant.close)
        self.tenant.add_users("alice", "bob", *(f"user{i}" for i in range(ROOMS)))
        self.tenant.token("bob")  # signed in before the database is copied: sessions go back, too
        self.alice = self.tenant.client("alice")
        self.addCleanup(self.alice.close)
        self.rooms = [self.alice.room_id("alice", "bob", f"user{i}") for i in range(ROOMS)]
        self.number = 0

    def read(self, *readers):
        for reader in readers:
            thread = threading.Thread(target=reader.run)
            thread.start()
            self.addCleanup(thread.join)
            self.addCleanup(reader.end)

    def send(self, room_id, count, word):
        """Sends so many messages, in turn; returns their texts. Each is acknowledged."""
        texts = []
        for _ in range(count):
            self.number += 1
            texts.append(f"{word} {self.number}")
            self.alice.send_message(room_id, f"id{self.number}", texts[-1])
        return texts

    def data(self):
        return self.postgres.home() / "data"

    def copy_data(self):
        """The cluster as it is now, in a folder beside it. The server's connections are lost."""
        copy = self.data().with_name("copy")
        self.postgres.stop()
        subprocess.run(["cp", "-a", self.data(), copy], check=True)
        self.postgres.start()
        self.server.wait_for_health(SERVING)
        return copy

    def put_back(self, copy, standby=False):
        """The cluster is as the copy; `standby`: it is one that has come no further, until it is promoted."""
        self.postgres.stop("immediate")
        shutil.rmtree(self.data())
        copy.rename(self.data())
        if standby:
            signal = self.data() / "standby.signal"
            signal.touch()
            owner = self.data().stat()
            os.chown(signal, owner.st_uid, owner.st_gid)
        self.postgres.start()

    def check_all_arrives(self, readers, texts):
        """What was acknowledged after the database had gone back has reached all readers, and they hold what the log
        holds."""
        for reader in readers:
            for room_id, wanted in texts.items():
                for text in wanted:
                    self.until(lambda r=reader, i=room_id, t=text: r.has(i, t), f"{text} has come")
        for room_id in texts:
            log = {message.seq: message.text for message in self.alice.whole_log(room_id)}
            for reader in readers:
                held = {seq: text for seq, text in reader.texts[room_id].items() if seq in log}
                self.assertEqual(held, {seq: log[seq] for seq in held})
                self.assertEqual(reader.cursors[room_id], max(log))
        for reader in readers:
            self.assertGreater(reader.resets, 0)
            for end in reader.ends:
                self.assertIn(end.code, TRY_AGAIN, end)

    def readers(self):
        return [Reader(self, self.tenant, "bob"), Reader(self, self.tenant, "bob", subscribes=True)]

    def test_a_copy_that_is_put_back(self):
        self.send(self.rooms[0], 3, "kept")
        copy = self.copy_data()
        readers = self.readers()
        self.read(*readers)
        for reader in readers:
            self.until(lambda r=reader: len(r.cursors) == ROOMS, "the reader is there")
        lost = {room_id: self.send(room_id, 5, "lost") for room_id in self.rooms}
        for reader in readers:
            self.until(lambda r=reader: all(r.has(room_id, texts[-1])
                                            for room_id, texts in lost.items()), "all has come")
        self.put_back(copy)
        self.server.wait_for_health(SERVING)
        new = {self.rooms[0]: self.send(self.rooms[0], 2, "new"),  # fewer than were lost
               self.rooms[1]: self.send(self.rooms[1], 8, "new")}  # more: the head is above what it was
        self.check_all_arrives(readers, new)

    def test_a_standby_that_takes_over_without_the_last_commits(self):
        copy = self.copy_data()
        readers = self.readers()
        self.read(*readers)
        for reader in readers:
            self.until(lambda r=reader: len(r.cursors) == ROOMS, "the reader is there")
        lost = {room_id: self.send(room_id, 3, "lost") for room_id in self.rooms}
        away = Reader(self, self.tenant, "alice")  # who isn't there meanwhile
        for reader in readers:
            self.until(lambda r=reader: all(r.has(room_id, texts[-1])
                                            for room_id, texts in lost.items()), "all has come")
        away.cursors, away.epoch = dict(readers[0].cursors), readers[0].epoch
        self.put_back(copy, standby=True)
        self.postgres.query("SELECT pg_promote()")
        self.server.wait_for_health(SERVING)
        # As many as were lost: by its number alone, each is one that all have seen.
        new = {room_id: self.send(room_id, 3, "new") for room_id in self.rooms}
        self.check_all_arrives(readers, new)
        self.assertNotEqual(readers[0].epoch, away.epoch)
        self.read(away)
        self.check_all_arrives([away], new)

    def test_a_standby_that_lags_takes_nothing_back_while_it_is_one(self):
        copy = self.copy_data()
        before = self.tenant.client("bob").stream().wait_opened()
        self.send(self.rooms[0], 3, "late")
        self.put_back(copy, standby=True)
        cursors = {room.room_id: room.head_seq for room in before.rooms}
        cursors[self.rooms[0]] += 3  # what the standby hasn't got yet
        stream = self.until(lambda: self.opened(cursors, before.epoch), "people read at the standby")
        for room_id in self.rooms[1:]:
            stream.wait(lambda event, i=room_id: event.caught_up.room_id == i, "a room that is level")
        self.assertFalse([event for event in stream.events if event.HasField("reset")])
        self.postgres.query("SELECT pg_promote()")
        self.server.wait_for_health(SERVING)
        self.until(lambda: stream.failure is not None, "the stream ends")
        self.assertFailure(stream.end(), grpc.StatusCode.UNAVAILABLE, "EPOCH_ENDED")
        again = self.tenant.client("bob").stream(opened=False)
        again.open(cursors, epoch=before.epoch)
        self.assertNotEqual(again.wait_opened().epoch, before.epoch)
        again.wait(lambda event: event.HasField("reset"), "reset")

    def opened(self, cursors, epoch):
        """A stream that begins with an unknown epoch; None: it doesn't."""
        stream = self.tenant.client("bob").stream(opened=False)
        stream.open(cursors, epoch=epoch)
        self.until(lambda: stream.failure is not None or stream.events, "an answer")
        return None if stream.failure is not None or stream.wait_opened().epoch else stream

    def test_a_restored_schema_of_which_an_administrator_tells(self):
        other = Tenant(self.server, "globex")
        self.addCleanup(other.close)
        other.add_users("alice", "bob")
        bystander = other.client("bob")
        self.addCleanup(bystander.close)
        undisturbed = bystander.stream()
        self.send(self.rooms[0], 5, "lost")
        away = Reader(self, self.tenant, "bob")
        opened = self.tenant.client("bob").stream().wait_opened()
        away.epoch = opened.epoch
        away.cursors = {room.room_id: room.head_seq for room in opened.rooms}
        room_id = self.rooms[0]
        self.postgres.query(f"DELETE FROM acme.chatter_event WHERE room_id = '{room_id}' AND seq > 3", self.database())
        new = {room_id: self.send(room_id, 4, "new")}
        told = subprocess.run([CHATTER, "--admin-key-file", str(self.server.admin_key_file),
                               "tenant", "epoch", "acme"], check=True, text=True, capture_output=True, timeout=PATIENCE,
                              env=os.environ | {"CHATTER_ADDRESS": self.server.address})
        self.assertRegex(told.stdout, r"^acme: epoch [-\w]{12} has begun")
        self.read(away)
        self.check_all_arrives([away], new)
        self.assertIn(away.epoch, told.stdout)
        self.assertIsNone(undisturbed.failure)

    def test_an_open_stream_hears_of_an_epoch_that_begins(self):
        stream = self.alice.stream()
        opened = stream.wait_opened()
        begun = self.begin_epoch()
        self.assertNotEqual(begun.epoch, opened.epoch)
        self.assertFailure(stream.end(), grpc.StatusCode.UNAVAILABLE, "EPOCH_ENDED")
        again = self.alice.stream(opened=False)
        again.open({self.rooms[0]: 1}, epoch=opened.epoch)
        self.assertEqual(again.wait_opened().epoch, begun.epoch)
        reset = again.wait(lambda event: event.HasField("reset"), "reset").reset
        self.assertEqual(reset, chat_pb2.Reset(room_id=self.rooms[0], min_seq=1, next_seq=2))

    def test_only_administrators_begin_epochs_and_only_of_tenants_that_are_there(self):
        request = tenant_pb2.BeginEpochRequest(schema_name="acme")
        client = Client(self.server.address, tenant="acme", token=self.tenant.token("alice"))
        self.addCleanup(client.close)
        with self.assertFails(grpc.StatusCode.PERMISSION_DENIED, "CREDENTIAL_NOT_ALLOWED"):
            client.tenants.BeginEpoch(request)
        request.schema_name = "nobody"
        with self.assertFails(grpc.StatusCode.NOT_FOUND, "TENANT_NOT_FOUND"):
            self.tenant.admin.tenants.BeginEpoch(request)

    def chatter(self, *arguments, **files):
        """The command line, as bob."""
        process = subprocess.Popen([CHATTER, *arguments], text=True, **files,
                                   env=os.environ | {"CHATTER_ADDRESS": self.server.address, "CHATTER_TENANT": "acme",
                                                     "CHATTER_TOKEN": self.tenant.token("bob"), "TERM": "xterm"})
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def begin_epoch(self):
        return self.tenant.admin.tenants.BeginEpoch(tenant_pb2.BeginEpochRequest(schema_name="acme"))

    def test_chatter_chat_says_that_the_log_is_another(self):
        room_id = self.rooms[0]
        pipe = subprocess.PIPE
        chat = self.chatter("chat", room_id, stdin=pipe, stdout=pipe, stderr=pipe)
        chat.stdin.write("one\n")
        chat.stdin.flush()
        self.assertIn("one", chat.stdout.readline())
        self.begin_epoch()
        lines = iter(chat.stderr.readline, "")
        self.assertTrue(any("the room's log isn't what it was" in line for line in lines))

    def test_chatter_chat_shows_the_log_anew_on_a_terminal(self):
        terminal, inside = os.openpty()
        self.addCleanup(os.close, terminal)
        self.chatter("chat", self.rooms[0], stdin=inside, stdout=inside, stderr=inside)
        os.close(inside)
        shown = bytearray()

        def shows(text):
            shown.extend(os.read(terminal, 4096))
            return text in shown

        for text in ("hello 1", "hello 2"):  # the second one comes on a stream that is open
            self.send(self.rooms[0], 1, "hello")
            self.until(lambda t=text.encode(): shows(t), "the message is shown")
        del shown[:]
        self.begin_epoch()
        self.until(lambda: shows(b"these are its latest messages"), "the reset is told")
        self.until(lambda: b"hello 1" in shown or shows(b"hello 1"), "the log is shown anew")

    def test_chatter_tail_prints_anew_what_the_log_is(self):
        room_id = self.rooms[0]
        copy = self.copy_data()
        self.send(room_id, 3, "lost")
        tail = self.chatter("tail", room_id, "--from", "1", "--json", stdout=subprocess.PIPE, stderr=subprocess.PIPE)

        def next_texts(count):
            events = [json.loads(tail.stdout.readline()) for _ in range(count)]
            return [event["message_sent"]["text"] for event in events if "message_sent" in event]

        self.assertEqual(next_texts(4), ["lost 1", "lost 2", "lost 3"])
        self.put_back(copy, standby=True)
        self.postgres.query("SELECT pg_promote()")
        self.server.wait_for_health(SERVING)
        new = self.send(room_id, 2, "new")
        texts = []
        while texts[-2:] != new:
            texts += next_texts(1)
        tail.kill()
        self.assertIn("isn't what it was: printing it anew from 1", tail.stderr.read())

    def database(self):
        return self.postgres.url("e2e_1")
