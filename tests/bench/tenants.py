"""How fast tenants are made and migrated. Not a test: it asserts nothing and takes minutes.

    /usr/bin/python3 tests/bench/tenants.py [--tenants 10000] [--create 200]

Starts a private PostgreSQL and a chatterd (CHATTERD names another than build/release's). Prints a
line for each measurement.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/e2e"))

# pylint: disable=wrong-import-position
import harness  # noqa: E402
from client import Client  # noqa: E402
from stubs import tenant_pb2  # noqa: E402

MIGRATIONS = sorted((ROOT / "server/store/migrations/tenant").glob("*.sql"))


def migrate(url, *flags):
    """Seconds that `chatterd migrate` takes."""
    begin = time.monotonic()
    subprocess.run([harness.CHATTERD, "migrate", "--database-url", url, *flags], check=True,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return time.monotonic() - begin


def create(url, count):
    """Server milliseconds of each of `count` CreateTenant calls, one after the other."""
    server = harness.Chatterd(url)
    try:
        server.start()
        client = Client(server.address, token=server.admin_key)
        for i in range(count):
            client.tenants.CreateTenant(tenant_pb2.CreateTenantRequest(
                tenant=tenant_pb2.Tenant(schema_name=f"made{i}", domains=[f"made{i}.example"])))
        client.close()
        log = server.log.read_text("utf-8")
    finally:
        server.destroy()
    lines = [line for line in log.splitlines() if "TenantService/CreateTenant" in line]
    return [float(re.search(r"duration_ms=([\d.]+)", line).group(1)) for line in lines]


def make_old_tenants(url, count):
    """Tenants at the first version, by SQL."""
    first = MIGRATIONS[0].read_text("utf-8")
    for begin in range(0, count, 500):  # a file each: PostgreSQL locks what one transaction makes
        with tempfile.NamedTemporaryFile("w", suffix=".sql", encoding="utf-8") as script:
            for i in range(begin, min(begin + 500, count)):
                name = f"old{i}"
                script.write(f"CREATE SCHEMA {name};\n{first.replace('{schema}', name)}\n"
                             "INSERT INTO chatter.tenant (schema_name, display_name, "
                             f"schema_version) VALUES ('{name}', '', 1);\n")
            script.flush()
            subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-f", script.name, url],
                           check=True, stdout=subprocess.DEVNULL)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tenants", type=int, default=10_000)
    parser.add_argument("--create", type=int, default=200)
    arguments = parser.parse_args()
    postgres = harness.Postgres.shared(True)  # durable: commits wait for the disk

    url = postgres.make_database()
    times = sorted(create(url, arguments.create))
    print(f"CreateTenant, server time of {len(times)} calls: median {statistics.median(times):.1f} "
          f"ms, 99 % below {times[int(len(times) * 0.99) - 1]:.1f} ms, most {times[-1]:.1f} ms",
          flush=True)

    url = postgres.make_database()
    migrate(url)
    make_old_tenants(url, arguments.tenants)
    seconds = migrate(url, "--migrate-jobs", "4")
    print(f"migrate of {arguments.tenants} tenants by {len(MIGRATIONS) - 1} version(s), 4 "
          f"connections: {seconds:.1f} s, {arguments.tenants / seconds:.0f} tenants/s", flush=True)
    seconds = min(migrate(url) for _ in range(3))
    print(f"migrate of {arguments.tenants} tenants with nothing to do: {seconds:.2f} s", flush=True)


if __name__ == "__main__":
    main()
