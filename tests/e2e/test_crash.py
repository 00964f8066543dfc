"""kill -9 of chatterd under load: nothing acknowledged is lost, nothing is stored twice."""

from harness import WHOLE_TEST, ServerTestCase, seeded_random
from load import Follower, Load
from threads import Threads

ROUNDS = 6
SENDERS = [f"sender{i}" for i in range(4)]


class Crash(ServerTestCase):
    durable = True

    def test_kills_under_load(self):
        random = seeded_random()
        tenant = self.make_tenant("reader", "room0", "room1", *SENDERS)
        for user_id in ("reader", *SENDERS):
            tenant.token(user_id)
        room_ids = [tenant.service.room_id("reader", *SENDERS, room) for room in ("room0", "room1")]
        follower = Follower(self, tenant, "reader", room_ids)
        following = Threads(follower.run)
        load = Load(tenant, SENDERS, room_ids)
        self.addCleanup(load.stop)

        kills_with_sends_in_flight = 0
        for _ in range(ROUNDS):
            enough = load.acknowledged() + random.randrange(50, 500)
            self.until(lambda: load.acknowledged() >= enough, f"{enough} acknowledged messages")
            self.server.kill()
            kills_with_sends_in_flight += load.in_doubt() > 0
            self.server.start()
        enough = load.acknowledged() + 100
        self.until(lambda: load.acknowledged() >= enough, "life after the last crash")
        load.finish(WHOLE_TEST)

        self.assertGreater(kills_with_sends_in_flight, 0, "the crashes hit nothing")
        # Not one for each round: a crash may hit a client that the last one still keeps away.
        for sender in load.senders:
            self.assertGreater(sender.reconnects, 0)
        reader = self.client(tenant, "reader")
        load.check(self, reader)
        follower.finish({room_id: len(reader.whole_log(room_id)) + 1 for room_id in room_ids})
        following.join(WHOLE_TEST)
        follower.check()
        self.assertGreater(len(follower.ends), 0)
