"""Tenants that lag: `chatterd migrate`, killed again and again, and servers that meet them first."""

import os
import pty
import signal
import subprocess
import tempfile

import grpc

import harness
import stubs
from client import Client
from harness import PATIENCE, Chatterd, E2ETestCase, Postgres, Tenant, seeded_random
from stubs import user_pb2

MIGRATIONS = sorted((stubs.ROOT / "server/store/migrations/tenant").glob("*.sql"))
LATEST = len(MIGRATIONS)
BEFORE = 4  # where the release before left tenants

# For each tenant its version, and the columns of its tables and views as one value.
SHAPES = """
SELECT t.schema_version,
       (SELECT md5(string_agg(concat_ws(' ', c.table_name, c.column_name, c.data_type,
                                        c.column_default, c.is_nullable), ','
                              ORDER BY c.table_name, c.column_name))
          FROM information_schema.columns c WHERE c.table_schema = t.schema_name)
  FROM chatter.tenant t
"""


def old_tenants(names):
    """SQL that makes tenants as the release before left them."""
    statements = []
    for name in names:
        statements.append(f"CREATE SCHEMA {name};")
        statements += [path.read_text("utf-8").replace("{schema}", name)
                       for path in MIGRATIONS[:BEFORE]]
        statements.append("INSERT INTO chatter.tenant (schema_name, display_name, schema_version) "
                          f"VALUES ('{name}', '', {BEFORE});")
    return "\n".join(statements)


def obstacle(name):
    """SQL that makes one of the objects that the migrations make in the tenant's schema."""
    return f"CREATE INDEX chatter_thread_follower ON {name}.chatter_user (id)"


class Migrations(E2ETestCase):
    def setUp(self):
        self.postgres = Postgres.shared(False)
        self.url = self.postgres.make_database()
        self.assertEqual(self.migrate().wait(PATIENCE), 0)  # the control schema

    def execute(self, sql):
        with tempfile.NamedTemporaryFile("w", suffix=".sql", encoding="utf-8") as script:
            script.write(sql)
            script.flush()
            subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-f", script.name, self.url],
                           check=True, timeout=PATIENCE * 4, stdout=subprocess.DEVNULL)

    def query(self, sql):
        return self.postgres.query(sql, self.url)

    def migrate(self, *flags, **streams):
        """`chatterd migrate`, under way."""
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith("CHATTER")}
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", harness.CHATTERD, "migrate", "--database-url",
             self.url, *flags], env=environment, stdin=subprocess.DEVNULL,
            **(streams or {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}))
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE)

    def migrated(self):
        return int(self.query(
            f"SELECT count(*) FROM chatter.tenant WHERE schema_version = {LATEST}")[0])

    def assertWhole(self):
        """Every tenant has exactly what its version says: all of one version look alike."""
        shapes = {}
        for row in self.query(SHAPES):
            version, shape = row.split("|")
            shapes.setdefault(version, set()).add(shape)
        self.assertLessEqual(set(shapes), {str(BEFORE), str(LATEST)})
        for version, found in shapes.items():
            self.assertEqual(len(found), 1, f"tenants of version {version} differ")
        self.assertEqual(len(set().union(*shapes.values())), len(shapes))

    def test_killed_at_any_point_and_run_again(self):
        count = 240
        self.execute(old_tenants(f"t{i}" for i in range(count)))
        rng = seeded_random()
        while (before := self.migrated()) < count * 3 // 4:
            process = self.migrate("--migrate-jobs", str(rng.randrange(1, 6)))
            wanted = before + rng.randrange(1, 40)
            self.until(lambda: self.migrated() >= min(wanted, count), "tenants are migrated")
            process.send_signal(signal.SIGKILL)
            process.wait(PATIENCE)
            self.assertWhole()
        self.assertEqual(self.migrate().wait(PATIENCE), 0)
        self.assertEqual(self.migrated(), count)
        self.assertWhole()

    def test_failures_are_named_and_the_others_go_on(self):
        self.execute(old_tenants(f"t{i}" for i in range(6)))
        self.query(obstacle("t2"))
        process = self.migrate(stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        _, errors = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 1)
        self.assertEqual(self.migrated(), 5)
        self.assertWhole()
        self.assertIn("  t2 (SQLSTATE 42P07)\n", errors)
        self.assertNotIn("  t1 (", errors)
        self.query("DROP INDEX t2.chatter_thread_follower")
        self.assertEqual(self.migrate().wait(PATIENCE), 0)
        self.assertEqual(self.migrated(), 6)

    def test_on_a_terminal_a_bar_shows_how_far_it_is(self):
        self.execute(old_tenants(f"t{i}" for i in range(60)))
        terminal, other_end = pty.openpty()
        process = self.migrate("--migrate-jobs", "1", stdout=subprocess.DEVNULL, stderr=other_end)
        os.close(other_end)
        shown = b""
        while True:
            try:
                shown += os.read(terminal, 4096)
            except OSError:  # its other end is closed
                break
        os.close(terminal)
        self.assertEqual(process.wait(PATIENCE), 0, shown)
        self.assertRegex(shown, rb"\r\x1b\[K\[[#.]+\] \d+ of 60, \d+/s, \d+s left")


class FirstUse(E2ETestCase):
    def setUp(self):
        self.postgres = Postgres.shared(False)
        self.url = self.postgres.make_database()
        self.server = Chatterd(self.url)
        self.addCleanup(self.server.destroy)
        self.servers = (self.server,)
        self.server.start()
        self.tenant = Tenant(self.server, "acme")
        self.addCleanup(self.tenant.close)
        self.tenant.add_users("alice")

    def set_version(self, version):
        """As another release would have left it. Waits until the server's cache has seen it."""
        self.postgres.query(f"UPDATE chatter.tenant SET schema_version = {version}", self.url)

    def list_users(self):
        return self.tenant.service.users.ListUsers(user_pb2.ListUsersRequest())

    def reason(self):
        """How the call fails; empty: it doesn't."""
        try:
            self.list_users()
        except grpc.RpcError as error:
            failure = harness.failure_of(error)
            self.assertEqual(failure.code, grpc.StatusCode.UNAVAILABLE)
            self.assertGreater(failure.retry_after, 0)
            return failure.reason
        return ""

    def make_old_tenant(self, name):
        script = old_tenants([name])
        with tempfile.NamedTemporaryFile("w", suffix=".sql", encoding="utf-8") as file:
            file.write(script)
            file.flush()
            subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-f", file.name, self.url],
                           check=True, timeout=PATIENCE, stdout=subprocess.DEVNULL)
        client = Client(self.server.address, tenant=name, token=self.server.admin_key)
        self.addCleanup(client.close)
        return client

    def test_a_lagging_tenant_is_migrated_when_it_is_used(self):
        client = self.make_old_tenant("old")
        self.server.restart()
        version = "SELECT schema_version FROM chatter.tenant WHERE schema_name = 'old'"
        self.assertEqual(self.postgres.query(version, self.url), [str(BEFORE)],
                         "the start leaves tenants alone")
        calls = [client.users.ListUsers.future(user_pb2.ListUsersRequest()) for _ in range(20)]
        for call in calls:
            self.assertEqual(list(call.result(PATIENCE).users), [])
        self.assertEqual(self.postgres.query(version, self.url), [str(LATEST)])

    def test_one_that_cannot_be_migrated_is_unavailable_and_others_are_served(self):
        client = self.make_old_tenant("old")
        self.postgres.query(obstacle("old"), self.url)
        for _ in range(3):
            with self.assertFails(grpc.StatusCode.UNAVAILABLE, "TENANT_NOT_READY"):
                client.users.ListUsers(user_pb2.ListUsersRequest())
        self.list_users()
        failures = "the migration of tenant old failed"
        log = self.until(lambda: (log := self.server.log.read_text("utf-8")).count(failures) and log,
                         "logged")
        self.assertEqual(log.count(failures), 1, "it is tried now and then only")
        self.assertNotIn("chatter_thread_follower", self.failure_text(client))

    def failure_text(self, client):
        """What a caller is told."""
        try:
            client.users.ListUsers(user_pb2.ListUsersRequest())
        except grpc.RpcError as error:
            return harness.failure_of(error).message
        return ""

    def test_the_next_release_s_tenants_are_served_and_the_one_s_after_are_not(self):
        self.set_version(LATEST + 1)
        self.assertEqual(self.reason(), "")
        self.set_version(LATEST + 2)
        self.until(lambda: self.reason() == "TENANT_NOT_READY", "the tenant is too new")
        self.set_version(LATEST)
        self.until(lambda: self.reason() == "", "the tenant is served again")
