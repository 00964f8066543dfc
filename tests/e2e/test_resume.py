"""A subscriber that comes and goes at random sees every message once, in order, without a gap."""

import threading

from harness import WHOLE_TEST, ServerTestCase, seeded_random
from proxy import Proxy
from threads import Threads

SENDERS = 4
ROOMS = 3
MESSAGES = 2_000
WANTED = MESSAGES + ROOMS  # events: each room has one of its own
VISITS = 40  # about


class Subscriber:
    """Keeps what it has seen of each room, as any client does, and checks each event against it."""

    def __init__(self, test, room_ids):
        self.test = test
        self.seen = {room_id: [] for room_id in room_ids}
        self.epoch = ""  # of these

    def cursors(self):
        return {room_id: len(seen) for room_id, seen in self.seen.items()}

    def total(self):
        return sum(len(seen) for seen in self.seen.values())

    def take(self, events):
        for event in events:
            self.test.assertFalse(event.HasField("reset"), event)
            if event.HasField("opened"):
                self.epoch = event.opened.epoch
            if event.HasField("room_event"):
                seen = self.seen[event.room_event.room_id]
                self.test.assertEqual(event.room_event.seq, len(seen) + 1)
                seen.append(event.room_event)
            elif event.HasField("caught_up"):
                self.test.assertEqual(len(self.seen[event.caught_up.room_id]),
                                      event.caught_up.head_seq)


class Resume(ServerTestCase):
    def setUp(self):
        self.random = seeded_random()
        self.senders = [f"sender{i}" for i in range(SENDERS)]
        self.tenant = self.make_tenant("reader", *self.senders, *(f"room{i}" for i in range(ROOMS)))
        self.room_ids = [self.tenant.service.room_id("reader", f"room{i}", *self.senders)
                         for i in range(ROOMS)]
        self.sent = {room_id: {} for room_id in self.room_ids}  # (sender, client id) by seq
        self.lock = threading.Lock()

    def send_all(self, sender, seed):
        """This sender's share, some commands in flight at a time, over one stream."""
        choices = type(self.random)(seed)
        client = self.tenant.client(sender)
        try:
            stream = client.stream()
            pending = []
            for number in range(MESSAGES // SENDERS):
                room_id = choices.choice(self.room_ids)
                client_id = f"{sender}-{number}"
                request = stream.send(room_id, client_id, f"text {client_id}")
                pending.append((room_id, client_id, request))
                if len(pending) > choices.randrange(20):
                    self.note_sent(sender, stream, pending)
                    pending = []
            self.note_sent(sender, stream, pending)
            stream.close()
            self.assertEqual(stream.end().code.name, "OK")
        finally:
            client.close()

    def note_sent(self, sender, stream, pending):
        for room_id, client_id, request in pending:
            sent = stream.sent(request)
            with self.lock:
                self.assertNotIn(sent.seq, self.sent[room_id])
                self.sent[room_id][sent.seq] = (sender, client_id)

    def subscribe(self, subscriber):
        """Comes and goes, each time in one of the ways in which clients go."""
        proxy = Proxy(self.server.port)
        self.addCleanup(proxy.close)
        while subscriber.total() < WANTED:
            client = self.tenant.client("reader", proxy.address)
            stream = client.stream(opened=False)
            stream.open(subscriber.cursors(), epoch=subscriber.epoch)
            self.stay(subscriber, stream, self.random.randrange(2 * WANTED // VISITS))
            self.visits += 1
            leave = self.random.choice(["close", "cancel", "cut", "cut", "drop"])
            if leave == "close":
                stream.close()
                self.assertEqual(stream.end().code.name, "OK")
            elif leave == "cancel":
                stream.cancel()
            elif leave == "cut":
                stream.wait_opened()  # else there may be no connection yet to cut
                proxy.cut()
                stream.end()
            if self.random.random() < 0.5:  # else what came last is lost with the connection
                subscriber.take(stream.take(timeout=0))
            client.close()

    def stay(self, subscriber, stream, count):
        """Until so many more events have been seen, or all of them."""
        enough = min(subscriber.total() + count, WANTED)
        while subscriber.total() < enough:
            events = stream.take()
            self.assertNotEqual(events, [], f"nothing more; the stream's end: {stream.failure}")
            subscriber.take(events)

    def test_random_visits_while_others_send(self):
        self.visits = 0
        subscriber = Subscriber(self, self.room_ids)
        seeds = {sender: self.random.random() for sender in self.senders}
        threads = Threads(lambda: self.subscribe(subscriber),
                          *(lambda s=sender: self.send_all(s, seeds[s]) for sender in self.senders))
        threads.join(WHOLE_TEST)

        self.assertGreater(self.visits, VISITS // 4)
        self.assertEqual(sum(len(sent) for sent in self.sent.values()), MESSAGES)
        for room_id in self.room_ids:
            events = subscriber.seen[room_id]
            self.assertEqual([event.seq for event in events], list(range(1, len(events) + 1)))
            self.assertEqual({event.seq: (event.actor_id, event.message_sent.client_message_id)
                              for event in events[1:]}, self.sent[room_id])

    def test_a_cut_sender_that_sends_again_is_heard_once(self):
        """The connection goes while sends are in flight; their fate is unknown to the sender."""
        proxy = Proxy(self.server.port)
        self.addCleanup(proxy.close)
        room_id = self.room_ids[0]
        watcher_client = self.client(self.tenant, "reader")
        watcher = watcher_client.stream()
        self.addCleanup(watcher.cancel)
        unanswered = [f"id{i}" for i in range(400)]
        cuts = 0
        while unanswered:
            client = self.tenant.client("sender0", proxy.address)
            stream = client.stream()
            requests = {stream.send(room_id, client_id, client_id): client_id
                        for client_id in unanswered}
            self.wait_for_replies(stream, min(self.random.randrange(1, 60), len(unanswered)))
            if self.random.random() < 0.9:
                proxy.cut()
                cuts += 1
                stream.end()
            for event in stream.take(timeout=0):
                if event.HasField("reply"):
                    self.assertTrue(event.reply.HasField("sent"), event)
                    unanswered.remove(requests[event.reply.request_id])
            client.close()
        self.assertGreater(cuts, 2)
        log = self.client(self.tenant, "reader").whole_log(room_id)
        self.assertEqual(sorted(message.text for message in log),
                         sorted(f"id{i}" for i in range(400)))
        watcher.room_event(room_id, 401)
        self.assertEqual(watcher.seqs(room_id), list(range(2, 402)))

    @staticmethod
    def wait_for_replies(stream, count):
        left = count

        def enough(event):
            nonlocal left
            left -= event.HasField("reply")
            return left == 0

        stream.wait(enough, f"{count} replies")
