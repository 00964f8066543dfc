"""Senders that don't give up, and the check that nothing they were told is lost or doubled."""

import threading

import grpc

from client import failure_of_status
from threads import Threads

# What a send may meet while a server or its database is away. Its fate is unknown then, and it is
# sent again with the same id.
TRY_AGAIN = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED,
             grpc.StatusCode.CANCELLED)

IN_FLIGHT = 10


class Sender:
    """Sends one message after the other over Chat streams, some in flight at a time, until told to
    stop; then goes on until all it has begun is acknowledged."""

    def __init__(self, tenant, user_id, room_ids):
        self._tenant = tenant
        self.user_id = user_id
        self._room_ids = room_ids
        self._stopped = threading.Event()
        self._number = 0
        self.acknowledged = {}  # (room id, client message id): seq
        self.unacknowledged = {}  # client message id: room id
        self.reconnects = 0
        self.refusals = 0  # commands answered by a failure that says: try again

    def stop(self):
        self._stopped.set()

    def run(self):
        while not self._stopped.is_set() or self.unacknowledged:
            client = self._tenant.client(self.user_id)
            try:
                self._converse(client)
            finally:
                client.close()
            self.reconnects += 1

    # One stream, until it ends or there is nothing left to do.
    def _converse(self, client):
        stream = client.stream(opened=False)
        stream.open()
        in_flight = {}  # client message id by request id
        for client_id, room_id in self.unacknowledged.items():
            self._send(stream, in_flight, room_id, client_id)
        while True:
            while len(in_flight) < IN_FLIGHT and not self._stopped.is_set():
                self._send_new(stream, in_flight)
            if not in_flight:
                break
            events = stream.take()
            for event in events:
                if event.HasField("reply"):
                    self._note(stream, in_flight, event.reply)
            if not events:
                self._note_end(stream)
                return
        stream.close()
        stream.end()

    def _note_end(self, stream):
        if stream.failure is None:
            raise AssertionError(f"{self.user_id} gets no answer and no end of the stream")
        if stream.failure.code not in TRY_AGAIN:
            raise AssertionError(f"the stream ended: {stream.failure}")
        self._pause(stream.failure)

    def _send_new(self, stream, in_flight):
        client_id = f"{self.user_id}-{self._number}"
        room_id = self._room_ids[self._number % len(self._room_ids)]
        self._number += 1
        self.unacknowledged[client_id] = room_id
        self._send(stream, in_flight, room_id, client_id)

    def _send(self, stream, in_flight, room_id, client_id):
        in_flight[stream.send(room_id, client_id, f"text of {client_id}")] = client_id

    def _note(self, stream, in_flight, reply):
        client_id = in_flight.pop(reply.request_id)
        room_id = self.unacknowledged[client_id]
        if reply.HasField("sent"):
            del self.unacknowledged[client_id]
            self.acknowledged[room_id, client_id] = reply.sent.seq
            return
        failure = failure_of_status(reply.error)
        if failure.code not in TRY_AGAIN:
            raise AssertionError(f"{client_id}: {failure}")
        self.refusals += 1
        self._pause(failure)
        self._send(stream, in_flight, room_id, client_id)

    # As the server asks for, and as every decent client does.
    def _pause(self, failure):
        self._stopped.wait(min(failure.retry_after or 0.02, 1))


class Load:
    """Several senders in several rooms, at work from the start."""

    def __init__(self, tenant, user_ids, room_ids):
        self.room_ids = room_ids
        self.senders = [Sender(tenant, user_id, room_ids) for user_id in user_ids]
        self._threads = Threads(*(sender.run for sender in self.senders))

    def acknowledged(self):
        """How many messages are; raises if a sender has failed."""
        self._threads.check()
        return sum(len(sender.acknowledged) for sender in self.senders)

    def in_doubt(self):
        """How many messages are on their way."""
        return sum(len(sender.unacknowledged) for sender in self.senders)

    def stop(self):
        """Begins to end it."""
        for sender in self.senders:
            sender.stop()

    def finish(self, timeout):
        """Ends it, once all that was begun is acknowledged."""
        self.stop()
        self._threads.join(timeout)

    def check(self, test, reader):
        """Against the log: all that was acknowledged is there, at its place, and nothing twice."""
        for sender in self.senders:
            test.assertEqual(sender.unacknowledged, {}, sender.user_id)
        for room_id in self.room_ids:
            log = reader.whole_log(room_id)
            test.assertEqual([message.seq for message in log], list(range(2, len(log) + 2)))
            stored = {(message.seq, message.client_message_id, message.text) for message in log}
            told = {(seq, client_id, f"text of {client_id}") for sender in self.senders
                    for (room, client_id), seq in sender.acknowledged.items() if room == room_id}
            test.assertEqual(sorted(told - stored), [], "acknowledged, but not in the log")
            test.assertEqual(sorted(stored - told), [], "in the log, but acknowledged otherwise")


class Follower:
    """A reader's stream that is opened anew, with its cursors, whenever it ends."""

    def __init__(self, test, tenant, user_id, room_ids):
        self._test = test
        self._tenant = tenant
        self._user_id = user_id
        self._wanted = None
        self._epoch = ""  # of these
        self.seqs = {room_id: [] for room_id in room_ids}
        self.ends = []  # how the streams ended

    def run(self):
        while not self._has_all():
            client = self._tenant.client(self._user_id)
            try:
                self._follow(client)
            finally:
                client.close()

    def finish(self, heads):
        """Ends run() once it has the rooms' logs up to these numbers."""
        self._wanted = heads

    def check(self):
        for room_id, head in self._wanted.items():
            self._test.assertEqual(self.seqs[room_id], list(range(1, head + 1)))
        for end in self.ends:
            self._test.assertIn(end.code, TRY_AGAIN, end)

    def _has_all(self):
        return self._wanted is not None and all(
            len(self.seqs[room_id]) >= head for room_id, head in self._wanted.items())

    def _follow(self, client):
        stream = client.stream(opened=False)
        stream.open({room_id: len(seqs) for room_id, seqs in self.seqs.items()}, epoch=self._epoch)
        while not self._has_all():
            events = stream.take(timeout=0.2)  # looks up now and then: is it time to finish?
            for event in events:
                self._test.assertFalse(event.HasField("reset"), event)
                if event.HasField("opened"):
                    self._epoch = event.opened.epoch or self._epoch
                if event.HasField("room_event"):
                    seqs = self.seqs[event.room_event.room_id]
                    self._test.assertEqual(event.room_event.seq, len(seqs) + 1)
                    seqs.append(event.room_event.seq)
            if not events and stream.failure is not None:
                self.ends.append(stream.failure)
                return
        stream.cancel()
