"""PostgreSQL is there and doesn't do what it should: it is frozen, locked, read-only, or grants few connections."""

import unittest

import grpc
import psycopg2

from client import Client
from harness import NOT_SERVING, PATIENCE, SERVING, Chatterd, ServerTestCase, free_port
from pgbouncer import PROGRAM, PgBouncer
from proxy import Proxy
from stubs import tenant_pb2


class DatabaseTrouble(ServerTestCase):
    durable = True

    def behind_proxy(self):
        """A server of the test's own whose connections to PostgreSQL can be frozen."""
        port = int(self.database_url.rsplit(":", 1)[1].split("/")[0])
        proxy = Proxy(port)
        self.addCleanup(proxy.close)
        server = Chatterd(self.database_url.replace(f":{port}/", f":{proxy.address.split(':')[1]}/"))
        self.addCleanup(server.destroy)
        server.start()
        self.addCleanup(proxy.thaw)
        return server, proxy

    def admin(self, server):
        client = Client(server.address, token=server.admin_key)
        self.addCleanup(client.close)
        return client

    def test_a_database_that_hangs_is_said_to_be_away_and_keeps_nobody_for_ever(self):
        server, proxy = self.behind_proxy()
        proxy.freeze()
        with self.assertFails(grpc.StatusCode.UNAVAILABLE, "DATABASE_UNAVAILABLE"):
            self.admin(server).tenants.ListTenants(tenant_pb2.ListTenantsRequest())
        server.wait_for_health(NOT_SERVING)
        proxy.thaw()
        server.wait_for_health(SERVING)
        self.admin(server).tenants.ListTenants(tenant_pb2.ListTenantsRequest())

    def test_a_server_whose_database_hangs_can_be_ended(self):
        server, proxy = self.behind_proxy()
        proxy.freeze()
        self.assertEqual(server.end(), 0)

    @unittest.skipIf(PROGRAM is None, "pgbouncer is missing; scripts/install-deps test installs it")
    def test_a_pooler_whose_transactions_see_old_schemas_is_not_used(self):
        database = psycopg2.connect(self.database_url)
        database.autocommit = True
        self.addCleanup(database.close)
        execute = database.cursor().execute
        alter = f"ALTER DATABASE {self.database_url.rsplit('/', 1)[1]} "
        execute(alter + "SET default_transaction_isolation TO 'repeatable read'")
        bouncer = PgBouncer(self.database_url, free_port())
        self.addCleanup(bouncer.destroy, PATIENCE)
        bouncer.start(PATIENCE)
        server = Chatterd(bouncer.url)
        self.addCleanup(server.destroy)
        server.start(wait=False)
        self.until(lambda: "transactions aren't read committed" in server.log.read_text("utf-8"),
                   "a word about it")
        server.wait_for_health(NOT_SERVING)
        execute(alter + "RESET default_transaction_isolation")
        execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()")
        server.wait_for_health(SERVING)

    def test_health_says_when_no_tenant_can_be_looked_up(self):
        other = psycopg2.connect(self.database_url)
        self.addCleanup(other.close)
        other.cursor().execute("LOCK TABLE chatter.tenant")
        self.server.wait_for_health(NOT_SERVING)
        other.rollback()
        self.server.wait_for_health(SERVING)

    def test_reads_go_on_where_nothing_can_be_written(self):
        tenant = self.make_tenant("alice", "bob")
        alice = self.client(tenant, "alice")
        room_id = alice.room_id("alice", "bob")
        name = self.database_url.rsplit("/", 1)[1]

        def set_read_only(value):
            server = self.postgres.url("postgres")
            self.postgres.query(f"ALTER DATABASE {name} SET default_transaction_read_only = {value}", server)
            self.postgres.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                                f" WHERE datname = '{name}'", server)

        set_read_only("on")
        self.addCleanup(set_read_only, "off")
        self.server.wait_for_health(NOT_SERVING)
        self.assertEqual(alice.get_room(room_id).id, room_id)
        with self.assertFails(grpc.StatusCode.UNAVAILABLE, "DATABASE_UNAVAILABLE"):
            alice.send_message(room_id, "1", "lost?")
        set_read_only("off")
        self.server.wait_for_health(SERVING)
        self.assertEqual(alice.send_message(room_id, "1", "lost?").seq, 2)

    def test_a_server_starts_with_fewer_connections_than_it_would_like(self):
        name = self.database_url.rsplit("/", 1)[1]
        server_url = self.postgres.url("postgres")
        for limit in (9, 4):
            role = f"few{limit}"
            self.postgres.query(f"CREATE ROLE {role} LOGIN SUPERUSER PASSWORD 'few'", server_url)
            # A superuser's connections aren't counted.
            self.postgres.query(f"ALTER ROLE {role} NOSUPERUSER CONNECTION LIMIT {limit}", server_url)
            self.postgres.query(f"GRANT ALL ON DATABASE {name} TO {role}", server_url)
            self.postgres.query(f"GRANT ALL ON SCHEMA chatter TO {role};"
                                f"GRANT ALL ON ALL TABLES IN SCHEMA chatter TO {role}", self.database_url)
            host = self.database_url.split("@")[1]
            server = Chatterd(f"postgresql://{role}:few@{host}")
            self.addCleanup(server.destroy)
            server.start()
            server.wait_for_health(SERVING)
            server.destroy()
