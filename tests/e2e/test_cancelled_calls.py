"""A caller who makes many calls and takes them all back: see measure_cancelled.py."""

import measure_cancelled
from harness import PATIENCE, SANITIZED, ServerTestCase

CONNECTIONS = 3
CALLS = 1_000  # on each


class CancelledCalls(ServerTestCase):
    def test_they_cost_little_and_keep_nobody_from_being_served_nor_the_server_from_ending(self):
        tenant = self.make_tenant("alice")
        other = self.make_tenant("bob")
        alice, bob = self.client(tenant, "alice"), self.client(other, "bob")
        room_id, bobs_room_id = alice.room_id("alice"), bob.room_id("bob")
        for number in range(50):
            alice.send_message(room_id, str(number), "x" * 1_000)
        before = self.server.peak_memory()
        attackers = [measure_cancelled.begin(self.server, tenant, "alice", room_id, CALLS)
                     for _ in range(CONNECTIONS)]
        for attacker in attackers:
            self.addCleanup(attacker.kill)
        while any(attacker.poll() is None for attacker in attackers):
            bob.get_room(bobs_room_id)
        self.assertEqual([attacker.wait(PATIENCE) for attacker in attackers], [0] * CONNECTIONS)
        bob.get_room(bobs_room_id)
        if not SANITIZED:
            self.assertLess(self.server.peak_memory() - before, CONNECTIONS * CALLS * (32 << 10))
        again = measure_cancelled.begin(self.server, tenant, "alice", room_id, CALLS)
        self.addCleanup(again.kill)
        self.assertEqual(again.wait(PATIENCE), 0)
        self.assertEqual(self.server.end(), 0)
        self.server.start()
