"""How the figures change as things grow. Each size is compared with the smallest of its kind."""

import data
from calls import run_calls
from machine import Chatterd, Failed, generate
from run import TEXT_BYTES, per_second, timing

FLAT = 1 / 1.2  # where it should stay the same, it may become so much less


_ACTIVE_TENANTS = 100
_TENANT_HISTORY = 50  # messages in each room


class _Curve:
    """One figure over the sizes of one thing."""

    def __init__(self, bench, of, over, unit, must=FLAT):
        self._bench, self._of, self._over, self._unit, self._must = bench, of, over, unit, must
        self._first = None

    def add(self, size, value, run, count):
        cpu = run.cpu_per(count)
        self._first = self._first or (size, value, cpu)
        smallest = self._first[0] == size
        self._bench.add(f"growth/{self._over}/{self._of}/{size}",
                        f"{self._of}, {size:,} {self._over}" + ("" if smallest else f"; {self._first[0]:,}"), value,
                        self._unit, baseline=None if smallest else self._first[1],
                        must=None if smallest else self._must, cpu=cpu,
                        baseline_cpu=None if smallest else self._first[2],
                        growth={"of": self._of, "over": self._over, "size": size},
                        lagged=run.result.get("lagged"), frames=run.result.get("frames"))


def _sends(bench, curve, size, *options):
    seconds = bench.pick(4, 1.5)
    bench.step(f"growth: sends, {size:,}", seconds + 2)
    with Chatterd(bench.postgres) as server:
        run = bench.check("growth", generate(server, bench.postgres, "sends", "--rooms", 100, "--members", 2,
                                             "--in-flight", 50, "--text-bytes", TEXT_BYTES, *options, *timing(seconds)))
    curve.add(size, per_second(run, "acked"), run, run.result["acked"])


def _calls(bench, curve, size, method, *options):
    seconds = bench.pick(3, 1)
    bench.step(f"growth: {method}, {size:,}", seconds + 1)
    with Chatterd(bench.postgres) as server:
        run = run_calls(bench, server, method, seconds, *options)
    curve.add(size, per_second(run, "calls"), run, run.result["calls"])


def _make_tenants(bench, name, count, active):
    """Of so many tenants a few have streams; the others' tables needn't be on the disk."""
    idle = sorted(set(range(count)) - set(active))
    if len(idle) > 1000 and not bench.postgres.make_memory_tablespace():
        raise Failed(f"there isn't enough shared memory for {count:,} tenants")
    data.make_tenants(bench.postgres, name, active, rooms=1, members=2, history=_TENANT_HISTORY)
    for i in active:
        data.analyze(bench.postgres, f"{name}_{i}")
    if not idle:
        return
    made = data.make_tenants(bench.postgres, name, idle, rooms=1, members=2, history=_TENANT_HISTORY,
                             tablespace="memory")
    if made < len(idle):
        raise Failed(f"there was time for {made + len(active):,} of {count:,} tenants only")


def _over_tenants(bench):
    """The rooms with streams are as many as ever: in one tenant, or one in each of a hundred, be these all or a few."""
    sends = _Curve(bench, "Sends", "tenants", "msg/s")
    calls = _Curve(bench, "ListMessages", "tenants", "calls/s")
    for count in bench.pick((1, 100, 10_000), (1, 100)):
        name = f"of_{count}"
        active = min(count, _ACTIVE_TENANTS)
        bench.step(f"growth: making {count:,} tenants", count / 80)
        if count == 1:
            data.make_tenant(bench.postgres, name, rooms=100, members=2, history=_TENANT_HISTORY)
        else:
            _make_tenants(bench, name, count, range(0, count, count // active))
        tenant = ("--tenant", name, "--tenants", active, "--tenant-stride", count // active)
        _calls(bench, calls, count, "list-messages", "--tenant", name, "--tenants", count)
        _sends(bench, sends, count, *tenant)


def _over_members(bench):
    """CreateRoom takes up to 1,000 of them, so a larger room is for the fan-out alone."""
    seconds = bench.pick(4, 1.5)
    fan_out = _Curve(bench, "Deliveries", "members", "deliveries/s")
    create = _Curve(bench, "CreateRoom (existing)", "members", "calls/s", must=None)
    for members in (10, 100, 1000, 10_000):
        tenant = f"members_{members}"
        data.make_tenant(bench.postgres, tenant, rooms=1, members=members, history=10_000)
        bench.step(f"growth: fan-out, {members}", seconds + 2)
        with Chatterd(bench.postgres) as server:
            run = bench.check("growth", generate(
                server, bench.postgres, "fan-out", "--tenant", tenant, "--members", members, "--text-bytes", TEXT_BYTES,
                "--sample-every", 50, "--window", 500, *timing(seconds)))
        fan_out.add(members, per_second(run, "delivered"), run, run.result["delivered"])
        if members > 1000:
            continue
        _calls(bench, create, members, "create-existing", "--tenant", tenant, "--users", members, "--members", members)


def _over_rooms_of_a_user(bench):
    calls = _Curve(bench, "ListRooms (10)", "rooms of a user", "calls/s")
    opening = _Curve(bench, "Streams opened", "rooms of a user", "streams/s", must=None)
    for rooms in (10, 1000):
        tenant = f"user_in_{rooms}"
        data.make_tenant(bench.postgres, tenant, rooms=rooms, members=100, history=10, same_members=True)
        _calls(bench, calls, rooms, "list-rooms", "--tenant", tenant, "--users", 100, "--page-size", 10)
        bench.step(f"growth: opening streams, {rooms} rooms", 3)
        with Chatterd(bench.postgres) as server:
            run = bench.check("growth", generate(server, bench.postgres, "idle", "--tenant", tenant, "--members", 100,
                                                 *timing(1)))
        opening.add(rooms, 100 / run.result["opening_seconds"], run, 0)


def _over_history(bench):
    sends = _Curve(bench, "Sends", "messages of history", "msg/s")
    calls = _Curve(bench, "ListMessages (50)", "messages of history", "calls/s")
    for history in bench.pick((10_000, 1_000_000, 10_000_000), (10_000, 100_000)):
        tenant = f"history_{history}"
        bench.step(f"growth: {history:,} messages of history", history / 100_000)
        data.make_tenant(bench.postgres, tenant, rooms=100, members=2, history=history // 100)
        _sends(bench, sends, history, "--tenant", tenant)
        _calls(bench, calls, history, "list-messages", "--tenant", tenant, "--users", 200, "--members", 2)


def growth(bench):
    if not bench.quick:
        _over_members(bench)
        _over_rooms_of_a_user(bench)
    _over_history(bench)
    _over_tenants(bench)
