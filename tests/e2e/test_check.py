"""Settings that don't fit the database: said by `chatterd check`, at the start, and at the attach."""

import os
import subprocess
import unittest

import grpc

from client import Client
from harness import CHATTERD, NOT_SERVING, PATIENCE, SERVING, Chatterd, E2ETestCase, Postgres
from stubs import user_pb2

TABLES = """
CREATE TABLE public.client (uuid text PRIMARY KEY, schema_name text NOT NULL);
CREATE TABLE public.domain (domain text PRIMARY KEY, tenant_id text NOT NULL);
CREATE SCHEMA acme;
CREATE TABLE acme.member (id integer PRIMARY KEY, username text, is_active boolean);
INSERT INTO public.client VALUES ('a-key', 'acme'), ('p-key', 'public');
INSERT INTO public.domain VALUES ('acme.example.com', 'a-key'), ('example.com', 'p-key');
"""
RIGHT = ("--django-tenant-table", "public.client", "--django-domain-table", "public.domain",
         "--django-tenant-key-column", "uuid", "--user-table", "member")
SWAPPED = ("--django-tenant-table", "public.domain", "--django-domain-table", "public.client",
           "--django-tenant-key-column", "uuid")


class Check(E2ETestCase):
    def setUp(self):
        self.postgres = Postgres.shared(False)
        self.url = self.postgres.make_database()
        self.postgres.query(TABLES, self.url)

    def check(self, *flags):
        """The exit status of `chatterd check`, and the lines that it prints."""
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith("CHATTER")}
        done = subprocess.run([CHATTERD, "check", "--database-url", self.url, *flags],
                              env=environment, text=True, capture_output=True, timeout=PATIENCE,
                              check=False)
        return done.returncode, done.stdout.splitlines()

    def server(self, *flags):
        server = Chatterd(self.url, *flags)
        self.addCleanup(server.destroy)
        return server

    def await_log(self, server, text):
        self.until(lambda: text in server.log.read_text("utf-8"), text)

    def first_call(self, server):
        """What comes of the first call of the tenant, which attaches it."""
        client = Client(server.address, tenant="acme", token=server.admin_key)
        self.addCleanup(client.close)
        return client.users.ListUsers(user_pb2.ListUsersRequest())

    def test_says_what_does_not_fit(self):
        status, lines = self.check(*RIGHT)
        self.assertEqual(status, 0, lines)
        self.assertRegex(lines[-1], r"^PostgreSQL .*: 1 tenants, 0 faults$")
        status, lines = self.check(*SWAPPED)
        self.assertEqual(status, 1)
        self.assertIn('django-tenant-table: the table public.domain has no column "schema_name"; '
                      "it has domain, tenant_id", lines)
        status, lines = self.check(*RIGHT, "--user-name-column", "name")
        self.assertEqual(status, 1)
        self.assertIn('tenant acme: user-name-column: the table acme.member has no column "name"; '
                      "it has id, username, is_active", lines)
        self.assertEqual(self.postgres.query("SELECT to_regnamespace('chatter')", self.url), [""])

    def test_a_server_waits_for_tables_that_all_tenants_share(self):
        server = self.server(*SWAPPED)
        server.start(wait=False)
        self.await_log(server, "a setting doesn't fit: django-tenant-table")
        server.wait_for_health(NOT_SERVING)
        self.postgres.query("ALTER TABLE public.client RENAME TO meanwhile; "
                            "ALTER TABLE public.domain RENAME TO client; "
                            "ALTER TABLE public.meanwhile RENAME TO domain", self.url)
        server.wait_for_health(SERVING)

    def test_a_misspelt_schema_makes_no_tenant(self):
        fault = 'single-schema: there is no schema "acne": mend the name, or make the schema'
        status, lines = self.check("--single-schema", "acne")
        self.assertEqual(status, 1)
        self.assertTrue(lines[0].startswith(fault), lines)
        self.assertEqual(self.check("--single-schema", "acme")[0], 0)
        server = self.server("--single-schema", "acne")
        server.start(wait=False)
        self.await_log(server, f"a setting doesn't fit: {fault}")
        server.wait_for_health(NOT_SERVING)
        self.assertEqual(self.postgres.query("SELECT count(*) FROM chatter.tenant", self.url), ["0"])
        self.postgres.query("CREATE SCHEMA acne", self.url)
        server.wait_for_health(SERVING)

    def test_says_what_is_missing_of_chatters_own(self):
        server = self.server(*RIGHT)
        server.start()
        self.first_call(server)
        self.assertEqual(self.check(*RIGHT)[0], 0)
        self.postgres.query("DROP TABLE acme.chatter_mark; DROP TABLE acme.chatter_schema; "
                            "ALTER TABLE chatter.tenant_domain RENAME TO lost", self.url)
        status, lines = self.check(*RIGHT)
        self.assertEqual(status, 1)
        self.assertIn("schema chatter: there is no table chatter.tenant_domain: bring it back from "
                      "a backup", lines)
        self.postgres.query("ALTER TABLE chatter.lost RENAME TO tenant_domain", self.url)
        status, lines = self.check(*RIGHT)
        self.assertEqual(lines[0], "tenant acme: there is no table acme.chatter_mark: bring it back "
                         "from a backup")
        self.assertRegex(lines[1], "^tenant acme: the schema has Chatter's tables, but no marker .*"
                         "chatterd migrate --restored acme")

    def test_a_tenant_that_is_attached_shows_what_does_not_fit(self):
        server = self.server(*RIGHT, "--user-active-column", "active")
        server.start()
        with self.assertFails(grpc.StatusCode.UNAVAILABLE, "TENANT_BROKEN"):
            self.first_call(server)
        self.await_log(server, "a setting doesn't fit: tenant=acme user-active-column: the table "
                               'acme.member has no column "active"')

    def test_a_table_of_the_tenants_own_with_a_name_of_ours_is_said(self):
        self.postgres.query("CREATE TABLE acme.chatter_room (id integer)", self.url)
        server = self.server(*RIGHT)
        server.start()
        with self.assertFails(grpc.StatusCode.UNAVAILABLE, "TENANT_NOT_READY"):
            self.first_call(server)
        self.await_log(server, "hint=\"the schema has a table of its own with a name of Chatter's")


if __name__ == "__main__":
    unittest.main()
