"""What is wrong with one tenant's tables is nobody else's matter: others send and read on."""

import re
import subprocess
import threading

import grpc

from client import failure_of
from harness import PATIENCE, ServerTestCase, free_port
from test_metrics import scrape
from threads import Threads

METRICS_ADDRESS = f"127.0.0.1:{free_port()}"


class Sender:
    """Sends and reads, one call after the other, until it is told to stop."""

    def __init__(self, client, room_id, name):
        self._client, self._room_id, self._name = client, room_id, name
        self.done, self.reasons = 0, {}

    def run(self, stop):
        while not stop.is_set():
            try:
                if self.done % 4 == 3:
                    self._client.whole_log(self._room_id)
                else:
                    self._client.send_message(self._room_id, f"{self._name}-{self.done}", "hello")
            except grpc.RpcError as error:
                reason = failure_of(error).reason
                self.reasons[reason] = self.reasons.get(reason, 0) + 1
            self.done += 1


class TenantFaults(ServerTestCase):
    flags = ("--metrics-listen", METRICS_ADDRESS)

    def setUp(self):
        self.mine = self.make_tenant("alice", "bob")
        self.theirs = self.make_tenant("alice", "bob")
        self.stop = threading.Event()
        self.addCleanup(self.stop.set)

    def senders(self, tenant):
        client = self.client(tenant, "alice")
        room_id = client.room_id("alice", "bob")
        return [Sender(client, room_id, str(i)) for i in range(4)]

    def send_beside_each_other(self):
        """Four senders of each tenant: mine, theirs."""
        mine, theirs = self.senders(self.mine), self.senders(self.theirs)
        threads = Threads(*(lambda sender=sender: sender.run(self.stop)
                            for sender in mine + theirs))
        self.await_calls(mine + theirs, 10)
        return mine, theirs, threads

    def await_calls(self, senders, count):
        before = [sender.done for sender in senders]
        self.until(lambda: all(sender.done >= old + count
                               for sender, old in zip(senders, before)), "calls go on")

    def test_a_schema_that_is_dropped_under_traffic(self):
        mine, theirs, threads = self.send_beside_each_other()
        self.postgres.query(f"DROP SCHEMA {self.mine.name} CASCADE", self.database_url)
        self.await_calls(theirs, 50)
        self.until(lambda: scrape(METRICS_ADDRESS)["chatter_tenants_broken"] == 1, "counted")
        self.stop.set()
        threads.join(PATIENCE)
        self.assertEqual([sender.reasons for sender in theirs], [{}] * 4)
        for sender in mine:
            self.assertLessEqual(set(sender.reasons), {"TENANT_BROKEN", "TENANT_NOT_FOUND"})
        lines = self.until(lambda: re.findall(rf"database error.*schema={self.mine.name} ",
                                              self.server.log.read_text("utf-8")), "logged")
        self.assertLess(len(lines), 20, "a line for each kind, not for each failure")

    def test_a_table_that_is_locked_under_traffic(self):
        mine, theirs, threads = self.send_beside_each_other()
        with subprocess.Popen(["psql", "-XAtq", self.database_url], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True) as locker:
            locker.stdin.write("BEGIN;\n"
                               f"LOCK TABLE {self.mine.name}.chatter_event; SELECT 'locked';\n")
            locker.stdin.flush()
            self.assertEqual(locker.stdout.readline(), "locked\n")
            self.await_calls(theirs, 50)
            self.until(lambda: scrape(METRICS_ADDRESS)["chatter_tenants_blocked"] == 1, "counted")
            self.await_calls(theirs, 50)
            locker.stdin.close()
        self.await_calls(mine, 10)
        self.stop.set()
        threads.join(PATIENCE)
        self.assertEqual([sender.reasons for sender in theirs], [{}] * 4)
        for sender in mine:
            self.assertLessEqual(set(sender.reasons), {"TENANT_BROKEN"})
