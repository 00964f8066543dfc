"""Schemas that are dropped and made again, renamed, cloned and restored behind Chatter's back."""

import os
import re
import subprocess
import tempfile
import threading

import grpc

import harness
from client import Client, failure_of
from harness import PATIENCE
from stubs import chat_pb2, room_pb2, service_account_pb2, session_pb2, tenant_pb2, user_pb2
from test_finding_tenants import DJANGO_FLAGS, DJANGO_TABLES, FindingTestCase
from threads import Threads

INVALID = (grpc.StatusCode.UNAUTHENTICATED, "CREDENTIAL_INVALID")

# Copies a schema as the function of django-tenants does: by the text of its views, which goes on to
# name the schema that they are from.
CLONE = """
CREATE SCHEMA {to};
DO $$ DECLARE item record; BEGIN
  FOR item IN SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = '{of}' LOOP
    EXECUTE format('CREATE TABLE {to}.%I (LIKE {of}.%I INCLUDING ALL)', item.tablename, item.tablename);
    EXECUTE format('INSERT INTO {to}.%I SELECT * FROM {of}.%I', item.tablename, item.tablename);
  END LOOP;
  FOR item IN SELECT viewname, definition FROM pg_catalog.pg_views WHERE schemaname = '{of}' LOOP
    EXECUTE format('CREATE VIEW {to}.%I AS ', item.viewname) || item.definition;
  END LOOP;
END $$
"""


class SchemaTestCase(FindingTestCase):
    """Each test has a tenant with alice and bob, a service account and a room."""

    @classmethod
    def prepare_tenants(cls):
        cls.count = 0

    def setUp(self):
        type(self).count += 1
        self.name = f"tenant_{self.count}"
        self.admin = self.administrator()
        self.addCleanup(self.admin.close)
        self.make_schema()
        self.service = self.connect(self.servers[0].admin_key)
        self.service.users.UpsertUsers(user_pb2.UpsertUsersRequest(
            users=[user_pb2.User(id=user) for user in ("alice", "bob")]))
        self.token = self.sign_in(self.service)
        self.key = self.make_key(self.name)
        self.alice = self.connect(self.token)
        self.room_id = self.alice.room_id("alice", "bob")
        self.alice.send_message(self.room_id, "first", "hello")

    def connect(self, token, tenant=None, node=0):
        client = Client(self.servers[node].address, tenant=tenant or self.name, token=token)
        self.addCleanup(client.close)
        return client

    @staticmethod
    def sign_in(service, user="alice"):
        return service.sessions.CreateSession(
            session_pb2.CreateSessionRequest(user_id=user)).token

    def make_key(self, tenant):
        name = f"of-{tenant}"
        self.admin.service_accounts.SetServiceAccount(
            service_account_pb2.SetServiceAccountRequest(
                service_account=service_account_pb2.ServiceAccount(
                    name=name, tenants=[tenant], services=["*"])))
        return self.admin.service_accounts.CreateApiKey(
            service_account_pb2.CreateApiKeyRequest(account=name)).key

    def suspend(self):
        self.admin.tenants.SuspendTenant(tenant_pb2.SuspendTenantRequest(
            schema_name=self.name, reason="unpaid"))

    @staticmethod
    def users(client):
        return [user.id for user in client.users.ListUsers(user_pb2.ListUsersRequest()).users]

    def outcome(self, client):
        """The users that the tenant has, or the reason why they can't be had."""
        try:
            return self.users(client)
        except grpc.RpcError as error:
            return failure_of(error).reason

    def comes_to(self, users, tenant=None):
        """Both servers see the tenant so."""
        for node in range(len(self.servers)):
            client = self.connect(self.servers[node].admin_key, tenant, node)
            self.until(lambda client=client: self.outcome(client) == users, f"{users} at {node}")

    def assert_strange(self, tenant=None, room_id=None):
        """Neither the session nor the key of the tenant that there was opens this one."""
        for node in range(len(self.servers)):
            for token in (self.token, self.key):
                client = self.connect(token, tenant, node)
                # What a server remembers of a credential, it remembers for two seconds.
                self.until(lambda client=client: self.outcome(client) == "CREDENTIAL_INVALID",
                           "a stranger's credential")
                with self.assertFails(*INVALID):
                    self.users(client)
        if room_id is not None:
            service = self.connect(self.servers[0].admin_key, tenant)
            alice = self.connect(self.sign_in(service), tenant)
            self.assertEqual([m.text for m in alice.whole_log(room_id)], ["hello"])

    def command(self, *command):
        subprocess.run(command, check=True, timeout=PATIENCE, capture_output=True)


class DjangoSchemas(SchemaTestCase):
    nodes = (DJANGO_FLAGS, DJANGO_FLAGS)

    @classmethod
    def prepare_database(cls):
        cls.execute(DJANGO_TABLES)

    def make_schema(self):
        """tenant.save() of the application's."""
        self.execute(f"INSERT INTO public.customers_client (schema_name, name) VALUES ('{self.name}', '')")
        self.execute(f"CREATE SCHEMA {self.name}")

    def delete_schema(self):
        """tenant.delete() of the application's."""
        self.execute(f"DROP SCHEMA {self.name} CASCADE")
        self.execute(f"DELETE FROM public.customers_client WHERE schema_name = '{self.name}'")

    def test_deleted_and_made_again_under_traffic(self):
        self.execute("INSERT INTO public.customers_client (schema_name, name) VALUES ('steady', '')")
        self.execute(CLONE.format(of=self.name, to="steady"))
        steady_token = self.sign_in(self.connect(self.servers[0].admin_key, "steady"))
        stop, done, reasons = threading.Event(), [0, 0], [set(), set()]

        def send(place, client):
            while not stop.is_set():
                try:
                    client.send_message(self.room_id, f"{place}-{done[place]}", "more")
                except grpc.RpcError as error:
                    reasons[place].add(failure_of(error).reason)
                done[place] += 1

        def go_on():
            before = list(done)
            self.until(lambda: all(now >= then + 10 for now, then in zip(done, before)), "traffic")

        self.addCleanup(stop.set)
        threads = Threads(lambda: send(0, self.alice),
                          lambda: send(1, self.connect(steady_token, "steady")))
        streams = [self.connect(self.token, node=node).stream() for node in (0, 1)]
        go_on()
        self.suspend()
        go_on()
        self.delete_schema()
        go_on()
        self.make_schema()
        self.comes_to([])
        for stream in streams:
            self.assertIn(stream.end().reason, ("TENANT_SUSPENDED", "TENANT_NOT_FOUND",
                                                   "TENANT_NOT_READY"))
        self.assert_strange()
        go_on()
        stop.set()
        threads.join(PATIENCE)
        self.assertEqual(reasons[1], set(), "the other tenant's")
        self.assertLessEqual(reasons[0], {"TENANT_SUSPENDED", "TENANT_BROKEN", "TENANT_NOT_FOUND",
                                          "TENANT_NOT_READY", "CREDENTIAL_INVALID"})
        # And it lives.
        self.service.users.UpsertUsers(user_pb2.UpsertUsersRequest(
            users=[user_pb2.User(id=user) for user in ("alice", "carol")]))
        alice = self.connect(self.sign_in(self.service))
        alice.send_message(alice.room_id("alice", "carol"), "1", "a new beginning")
        self.assertEqual(self.users(self.connect(self.make_key(self.name))), ["alice", "carol"])

    def test_what_is_given_to_one_that_is_made_again_stays(self):
        self.suspend()
        self.delete_schema()
        self.make_schema()
        key = self.make_key(self.name)  # before anybody calls it
        self.assertEqual(self.users(self.connect(key)), [])
        self.suspend()
        self.until(lambda: self.outcome(self.service) == "TENANT_SUSPENDED", "suspended")

    def test_open_streams_end_where_the_schema_is_another(self):
        streams = [self.connect(self.token, node=node).stream() for node in (0, 1)]
        self.execute(f"BEGIN; DROP SCHEMA {self.name} CASCADE; CREATE SCHEMA {self.name}; COMMIT")
        for stream in streams:
            self.assertIn(stream.end().reason, ("TENANT_NOT_READY", "CREDENTIAL_INVALID"))
        self.assert_strange()

    def test_rename_schema(self):
        renamed = f"{self.name}_renamed"
        self.execute(f"ALTER SCHEMA {self.name} RENAME TO {renamed}")
        self.execute(f"UPDATE public.customers_client SET schema_name = '{renamed}' "
                     f"WHERE schema_name = '{self.name}'")
        self.comes_to(["alice", "bob"], renamed)
        for token in (self.token, self.key):
            self.assertEqual(self.users(self.connect(token, renamed)), ["alice", "bob"])
        alice = self.connect(self.token, renamed)
        self.assertEqual([m.text for m in alice.whole_log(self.room_id)], ["hello"])
        self.assertEqual(alice.send_message(self.room_id, "second", "again").seq, 3)
        # The name is free for another, who has nothing of this one.
        self.make_schema()
        self.comes_to([])
        self.assert_strange()

    def test_a_clone_has_its_own_users_and_keys(self):
        clone = f"{self.name}_clone"
        self.execute(f"INSERT INTO public.customers_client (schema_name, name) VALUES ('{clone}', '')")
        self.execute(CLONE.format(of=self.name, to=clone))
        self.comes_to(["alice", "bob"], clone)
        self.assert_strange(clone, self.room_id)
        service = self.connect(self.servers[0].admin_key, clone)
        service.users.UpsertUsers(user_pb2.UpsertUsersRequest(users=[user_pb2.User(id="dora")]))
        self.assertEqual(self.users(service), ["alice", "bob", "dora"])
        self.assertEqual(self.users(self.connect(self.key)), ["alice", "bob"])
        self.assertEqual(self.users(self.alice), ["alice", "bob"])


class OwnSchemas(SchemaTestCase):
    nodes = ((), ())

    def make_schema(self):
        self.admin.tenants.CreateTenant(tenant_pb2.CreateTenantRequest(
            tenant=tenant_pb2.Tenant(schema_name=self.name)))

    def attach(self, name):
        return self.admin.tenants.AttachTenant(tenant_pb2.AttachTenantRequest(
            tenant=tenant_pb2.Tenant(schema_name=name))).tenant

    def test_dropped_by_hand_and_created_again(self):
        self.suspend()
        self.execute(f"DROP SCHEMA {self.name} CASCADE")
        self.make_schema()
        self.comes_to([])
        self.assert_strange()

    def test_dropped_by_hand_and_made_again_by_hand(self):
        self.suspend()
        self.execute(f"DROP SCHEMA {self.name} CASCADE; CREATE SCHEMA {self.name}")
        self.comes_to([])
        self.assert_strange()
        logged = self.until(lambda: re.findall(rf"tenant={self.name} it was made again",
                                               "".join(server.log.read_text("utf-8")
                                                       for server in self.servers)), "logged")
        self.assertEqual(len(logged), 1)

    def test_a_renamed_schema_is_attached_under_its_name(self):
        renamed = f"{self.name}_renamed"
        self.execute(f"ALTER SCHEMA {self.name} RENAME TO {renamed}")
        self.attach(renamed)
        for token in (self.token, self.key):
            self.assertEqual(self.users(self.connect(token, renamed)), ["alice", "bob"])
        with self.assertFails(grpc.StatusCode.NOT_FOUND, "TENANT_NOT_FOUND"):
            self.admin.tenants.GetTenant(tenant_pb2.GetTenantRequest(schema_name=self.name))

    def test_dumped_and_restored(self):
        with tempfile.TemporaryDirectory(prefix="chatter-e2e.") as folder:
            file = os.path.join(folder, "dump.sql")
            self.command("pg_dump", "-n", self.name, "-f", file, self.database_url)
            stream = self.alice.stream()
            self.execute(f"DROP SCHEMA {self.name} CASCADE")
            self.command("psql", "-Xqb1", "-v", "ON_ERROR_STOP=1", "-f", file, self.database_url)
        self.assertIn(stream.end().reason, ("TENANT_NOT_READY", "TENANT_BROKEN"))
        self.comes_to(["alice", "bob"])
        for node in range(len(self.servers)):
            for token in (self.token, self.key):
                self.assertEqual(self.users(self.connect(token, node=node)), ["alice", "bob"])
        self.assertEqual([m.text for m in self.alice.whole_log(self.room_id)], ["hello"])
        self.assertEqual(self.alice.send_message(self.room_id, "second", "again").seq, 3)
        rooms = self.alice.rooms.ListRooms(room_pb2.ListRoomsRequest()).rooms
        self.assertEqual([room.id for room in rooms], [self.room_id])

    def test_chatterd_migrate_brings_them_up(self):
        self.execute(f"DROP SCHEMA {self.name} CASCADE; CREATE SCHEMA {self.name}")
        environment = {key: value for key, value in os.environ.items()
                       if not key.startswith("CHATTER")}
        subprocess.run([harness.CHATTERD, "migrate"], check=True, timeout=PATIENCE,
                       capture_output=True,
                       env=environment | {"CHATTERD_DATABASE_URL": self.database_url})
        self.assertEqual(self.execute(f"SELECT count(*) FROM {self.name}.chatter_schema"), ["1"])
        self.comes_to([])
        self.assert_strange()

    def test_tables_without_a_marker_wait_for_an_administrators_word(self):
        stream = self.alice.stream()
        self.execute(f"DROP TABLE {self.name}.chatter_schema")
        self.comes_to("TENANT_NOT_READY")
        self.assertEqual(stream.end().reason, "TENANT_NOT_READY")
        self.until(lambda: f"run `chatterd migrate --restored {self.name}`" in
                   "".join(server.log.read_text("utf-8") for server in self.servers), "told")
        environment = {key: value for key, value in os.environ.items()
                       if not key.startswith("CHATTER")}
        subprocess.run([harness.CHATTERD, "migrate", "--restored", self.name], check=True,
                       timeout=PATIENCE, capture_output=True,
                       env=environment | {"CHATTERD_DATABASE_URL": self.database_url})
        self.comes_to(["alice", "bob"])
        self.assertEqual(self.users(self.connect(self.key)), ["alice", "bob"])
        self.assertEqual([m.text for m in self.alice.whole_log(self.room_id)], ["hello"])

    def test_nobody_notices_a_change_of_rights(self):
        stop, sent = threading.Event(), [0]

        def call():
            while not stop.is_set():
                self.alice.send_message(self.room_id, f"n{sent[0]}", "hello")
                self.users(self.alice)
                sent[0] += 1
        self.addCleanup(stop.set)
        stream = self.alice.stream()
        threads = Threads(call)
        for change in (f"GRANT USAGE ON SCHEMA {self.name} TO PUBLIC",
                       f"REVOKE USAGE ON SCHEMA {self.name} FROM PUBLIC",
                       f"ALTER SCHEMA {self.name} OWNER TO pg_database_owner"):
            before = sent[0]
            self.execute(change)
            self.until(lambda before=before: threads.check() or sent[0] > before + 20, "calls")
        stop.set()
        threads.join(PATIENCE)
        seq = self.alice.send_message(self.room_id, "last", "hello").seq
        self.assertEqual(stream.room_event(self.room_id, seq).message_sent.text, "hello")

    def test_schemas_that_change_names_under_traffic(self):
        """Not one read or write of the one tenant's callers gets to the other, nor an event."""
        other = f"{self.name}_other"
        self.execute(CLONE.format(of=self.name, to=other))  # the same users, and the same room
        self.attach(other)
        tokens = {self.name: self.token,
                  other: self.sign_in(self.connect(self.servers[0].admin_key, other))}
        stop, done, reasons, seen = threading.Event(), {}, {}, {}

        def call(tenant, node):
            client, me, n = self.connect(tokens[tenant], tenant, node), (tenant, node), 0
            while not stop.is_set():
                n += 1
                try:
                    client.send_message(self.room_id, f"{node}-{n}", f"of {tenant}")
                    page = client.chat.ListMessages(chat_pb2.ListMessagesRequest(
                        room_id=self.room_id, page_size=200))
                    seen.setdefault(tenant, set()).update(m.text for m in page.messages)
                except grpc.RpcError as error:
                    reasons.setdefault(me, set()).add(failure_of(error).reason)
                done[me] = n

        def go_on():
            before = dict(done)
            self.until(lambda: len(done) == 4 and all(
                done[me] >= before.get(me, 0) + 30 for me in done), "traffic")

        self.addCleanup(stop.set)
        threads = Threads(*(lambda tenant=tenant, node=node: call(tenant, node)
                            for tenant in tokens for node in (0, 1)))
        streams = {tenant: self.connect(token, tenant).stream() for tenant, token in tokens.items()}
        go_on()
        self.assertEqual(reasons, {})
        self.execute(f"BEGIN; ALTER SCHEMA {self.name} RENAME TO meanwhile; "
                     f"ALTER SCHEMA {other} RENAME TO {self.name}; "
                     f"ALTER SCHEMA meanwhile RENAME TO {other}; COMMIT")
        go_on()
        for tenant, stream in streams.items():
            self.assertIn(stream.end().reason, ("TENANT_NOT_READY", "CREDENTIAL_INVALID"))
            seen[tenant].update(event.message.text for event in stream.events
                                if event.WhichOneof("event") == "message")
        self.until(lambda: all("CREDENTIAL_INVALID" in reasons.get(me, ()) for me in done), "strangers")
        stop.set()
        threads.join(PATIENCE)
        for tenant in tokens:
            self.assertEqual(seen[tenant], {"hello", f"of {tenant}"})
        for schema, tenant in ((self.name, other), (other, self.name)):
            self.assertEqual(self.execute(
                f"SELECT DISTINCT text FROM {schema}.chatter_event WHERE text <> '' ORDER BY 1"),
                ["hello", f"of {tenant}"])
        for met in reasons.values():
            self.assertLessEqual(met, {"TENANT_NOT_READY", "TENANT_BROKEN", "CREDENTIAL_INVALID"})
        # Each is a tenant with the data of its schema.
        self.comes_to(["alice", "bob"])
        self.assert_strange()
