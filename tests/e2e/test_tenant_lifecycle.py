"""What becomes of a tenant: attached, suspended, renamed, deleted, exported."""

import json
import os
import subprocess
import tempfile

import grpc
from google.protobuf import duration_pb2, field_mask_pb2, json_format

import harness
from client import Client
from harness import PATIENCE, Chatterd, ServerTestCase
from stubs import room_pb2, tenant_pb2, user_pb2

FAILED_PRECONDITION = grpc.StatusCode.FAILED_PRECONDITION
NOT_FOUND = grpc.StatusCode.NOT_FOUND
UNAUTHENTICATED = grpc.StatusCode.UNAUTHENTICATED

ACTIVE = tenant_pb2.TENANT_STATE_ACTIVE
SUSPENDED = tenant_pb2.TENANT_STATE_SUSPENDED
DELETED = tenant_pb2.TENANT_STATE_DELETED


class TenantLifecycle(ServerTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_server = Chatterd(cls.database_url)
        cls.addClassCleanup(cls.other_server.destroy)
        cls.servers += (cls.other_server,)
        cls.other_server.start()

    def setUp(self):
        self.tenant = self.make_tenant("alice", "bob")
        self.alice = self.client(self.tenant, "alice")
        self.there = self.client(self.tenant, "alice", self.other_server.address)
        self.admin = self.tenant.admin.tenants

    def query(self, sql):
        return self.postgres.query(sql, self.database_url)

    def list_rooms(self, client):
        return client.rooms.ListRooms(room_pb2.ListRoomsRequest())

    def failure(self, client):
        """How a call fails; None: it doesn't."""
        try:
            self.list_rooms(client)
        except grpc.RpcError as error:
            return harness.failure_of(error)
        return None

    def until_reason(self, client, reason):
        """Other servers learn of a change when what they have cached is two seconds old."""
        def has_reason():
            failure = self.failure(client)
            return (failure.reason if failure else None) == reason
        self.until(has_reason, f"calls fail with {reason}")

    def suspend(self, reason="The bill isn't paid."):
        return self.admin.SuspendTenant(tenant_pb2.SuspendTenantRequest(
            schema_name=self.tenant.name, reason=reason)).tenant

    def resume(self):
        return self.admin.ResumeTenant(tenant_pb2.ResumeTenantRequest(
            schema_name=self.tenant.name)).tenant

    def delete(self, name, seconds):
        return self.admin.DeleteTenant(tenant_pb2.DeleteTenantRequest(
            schema_name=name, grace=duration_pb2.Duration(seconds=seconds))).tenant

    def schema_exists(self, name):
        return self.query(f"SELECT 1 FROM pg_namespace WHERE nspname = '{name}'") == ["1"]

    def until_purged(self, name):
        self.until(lambda: not self.query(
            f"SELECT 1 FROM chatter.tenant WHERE schema_name = '{name}'"), f"{name} is purged")

    def test_a_suspended_tenant_s_calls_are_refused_with_the_reason(self):
        self.list_rooms(self.alice)
        self.list_rooms(self.there)
        tenant = self.suspend()
        self.assertEqual((tenant.state, tenant.state_reason), (SUSPENDED, "The bill isn't paid."))
        for client in (self.alice, self.tenant.service):
            with self.assertFails(FAILED_PRECONDITION, "TENANT_SUSPENDED") as caught:
                client.users.ListUsers(user_pb2.ListUsersRequest())
            self.assertIn("The bill isn't paid.", caught.exception.details())
        stream = self.alice.stream(opened=False)
        stream.open()
        self.assertFailure(stream.end(), FAILED_PRECONDITION, "TENANT_SUSPENDED")
        self.until_reason(self.there, "TENANT_SUSPENDED")
        self.assert_strangers_cant_tell()
        self.assertEqual(self.resume().state, ACTIVE)
        self.list_rooms(self.alice)
        self.until_reason(self.there, None)

    def assert_strangers_cant_tell(self):
        """Whether the tenant is there at all, is all the same to who has no credential of it."""
        active = self.make_tenant("alice")
        for token in (None, active.token("alice"), "chs_" + "a" * 43, "chk_" + "a" * 43, "x"):
            heard = set()
            for name in (self.tenant.name, "no_such_tenant", "NO SUCH NAME"):
                stranger = Client(self.server.address, tenant=name, token=token)
                self.addCleanup(stranger.close)
                with self.assertRaises(grpc.RpcError) as caught:
                    self.list_rooms(stranger)
                failure = harness.failure_of(caught.exception)
                heard.add((failure.code, failure.reason, failure.message))
            self.assertEqual(len(heard), 1, heard)
            self.assertEqual(heard.pop()[0], UNAUTHENTICATED)

    def test_open_streams_of_a_suspended_tenant_end_on_every_server(self):
        streams = [client.stream() for client in (self.alice, self.there)]
        other_tenant = self.make_tenant("alice")
        unharmed = self.client(other_tenant, "alice").stream()
        self.addCleanup(unharmed.cancel)
        self.suspend("Too loud.")
        for stream in streams:
            failure = stream.end()
            self.assertFailure(failure, FAILED_PRECONDITION, "TENANT_SUSPENDED")
            self.assertIn("Too loud.", failure.message)
        unharmed.reply(unharmed.ping())

    def test_a_change_in_the_tables_themselves_is_seen_by_all(self):
        self.list_rooms(self.alice)
        self.query("UPDATE chatter.tenant SET state = 2, state_reason = 'by hand' "
                   f"WHERE schema_name = '{self.tenant.name}'")
        for client in (self.alice, self.there):
            self.until_reason(client, "TENANT_SUSPENDED")
        self.query("UPDATE chatter.tenant SET state = 1, state_reason = '' "
                   f"WHERE schema_name = '{self.tenant.name}'")
        for client in (self.alice, self.there):
            self.until_reason(client, None)

    def test_deleted_at_once_the_schema_is_dropped(self):
        name = self.tenant.name
        self.assertEqual(self.delete(name, 0).state, DELETED)
        with self.assertFails(UNAUTHENTICATED, "CREDENTIAL_INVALID"):
            self.list_rooms(self.alice)
        self.until_reason(self.there, "CREDENTIAL_INVALID")
        self.until_purged(name)
        self.assertFalse(self.schema_exists(name))
        with self.assertFails(NOT_FOUND, "TENANT_NOT_FOUND"):
            self.admin.GetTenant(tenant_pb2.GetTenantRequest(schema_name=name))
        # The name is free again, and nothing of the old one is there.
        again = harness.Tenant(self.server, name)
        self.addCleanup(again.close)
        users = again.service.users.ListUsers(user_pb2.ListUsersRequest()).users
        self.assertEqual(list(users), [])

    def test_within_its_grace_a_deleted_tenant_comes_back_whole(self):
        room_id = self.alice.room_id("alice", "bob")
        deleted = self.delete(self.tenant.name, 3600)
        self.assertGreater(deleted.purge_at.seconds, deleted.created_at.seconds + 3000)
        with self.assertFails(UNAUTHENTICATED, "CREDENTIAL_INVALID"):
            self.list_rooms(self.alice)
        with self.assertFails(grpc.StatusCode.ALREADY_EXISTS, "TENANT_EXISTS"):
            harness.Tenant(self.server, self.tenant.name)
        back = self.admin.UndeleteTenant(tenant_pb2.UndeleteTenantRequest(
            schema_name=self.tenant.name)).tenant
        self.assertEqual(back.state, ACTIVE)
        self.assertEqual([room.id for room in self.list_rooms(self.alice).rooms], [room_id])

    def test_an_attached_schema_keeps_the_application_s_tables(self):
        with self.assertFails(NOT_FOUND, "SCHEMA_NOT_FOUND"):
            self.admin.AttachTenant(tenant_pb2.AttachTenantRequest(
                tenant=tenant_pb2.Tenant(schema_name="shop")))
        self.query("CREATE SCHEMA shop; CREATE TABLE shop.invoice (id integer)")
        with self.assertFails(grpc.StatusCode.ALREADY_EXISTS, "SCHEMA_EXISTS"):
            self.admin.CreateTenant(tenant_pb2.CreateTenantRequest(
                tenant=tenant_pb2.Tenant(schema_name="shop")))
        attached = self.admin.AttachTenant(tenant_pb2.AttachTenantRequest(
            tenant=tenant_pb2.Tenant(schema_name="shop"))).tenant
        self.assertTrue(attached.attached)
        service = Client(self.server.address, tenant="shop", token=self.server.admin_key)
        self.addCleanup(service.close)
        service.users.UpsertUsers(user_pb2.UpsertUsersRequest(users=[user_pb2.User(id="alice")]))
        self.delete("shop", 0)
        self.until_purged("shop")
        self.assertEqual(self.query("SELECT tablename FROM pg_tables WHERE schemaname = 'shop'"),
                         ["invoice"])

    def test_a_domain_leads_to_the_tenant_under_its_new_name(self):
        name = self.tenant.name
        self.admin.UpdateTenant(tenant_pb2.UpdateTenantRequest(
            tenant=tenant_pb2.Tenant(schema_name=name, display_name="Old Name Ltd",
                                     domains=["old.example"]),
            update_mask=field_mask_pb2.FieldMask(paths=["domains", "display_name"])))
        old, new = (Client(self.server.address, token=self.tenant.token("alice"),
                           options=[("grpc.default_authority", domain)])
                    for domain in ("old.example", "new.example"))
        self.addCleanup(old.close)
        self.addCleanup(new.close)
        self.list_rooms(old)
        with self.assertFails(UNAUTHENTICATED, "CREDENTIAL_INVALID"):
            self.list_rooms(new)
        renamed = self.admin.RenameDomain(tenant_pb2.RenameDomainRequest(
            schema_name=name, old_domain="old.example", new_domain="new.example")).tenant
        self.assertEqual((list(renamed.domains), renamed.display_name),
                         (["new.example"], "Old Name Ltd"))
        self.list_rooms(new)
        with self.assertFails(UNAUTHENTICATED, "CREDENTIAL_INVALID"):
            self.list_rooms(old)

    def test_lists_by_state_name_and_domain(self):
        name = self.tenant.name
        self.suspend()

        def names(**request):
            page = self.admin.ListTenants(tenant_pb2.ListTenantsRequest(page_size=500, **request))
            return {tenant.schema_name for tenant in page.tenants}
        self.assertIn(name, names())
        self.assertIn(name, names(state=SUSPENDED))
        self.assertNotIn(name, names(state=ACTIVE))
        self.assertEqual(names(schema_name_prefix=name, state=SUSPENDED), {name})
        self.assertEqual(names(schema_name_prefix="no-such"), set())
        self.assertEqual(names(domain="no-such.example"), set())
        with self.assertFails(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD"):
            names(schema_name_prefix="\x01")

    def export(self, name, timeout=PATIENCE):
        pages = self.admin.ExportTenant(tenant_pb2.ExportTenantRequest(schema_name=name), timeout)
        return [record for page in pages for record in page.records]

    def test_an_export_holds_what_was_written(self):
        users = [f"user{i:03}" for i in range(250)]
        self.tenant.add_users(*users)
        users = sorted(["alice", "bob", *users])
        rooms = {self.alice.room_id("alice", user): ["alice", user] for user in ("bob", users[7])}
        busy = next(iter(rooms))
        stream = self.alice.stream()
        for i in range(230):
            stream.send(busy, f"id{i}", f"message {i}")
        stream.room_event(busy, 231)
        stream.cancel()
        self.suspend()

        records = self.export(self.tenant.name)
        kinds = [record.WhichOneof("record") for record in records]
        self.assertEqual(sorted(set(kinds), key=kinds.index),
                         ["tenant", "user", "room", "member", "event"])
        self.assertEqual(records[0].tenant.schema_name, self.tenant.name)
        self.assertEqual(records[0].tenant.state, SUSPENDED)
        self.assertEqual([r.user.id for r in records if r.HasField("user")], users)
        exported_rooms = {r.room.id: r.room for r in records if r.HasField("room")}
        self.assertEqual(set(exported_rooms), set(rooms))
        self.assertEqual(exported_rooms[busy].head_seq, 231)
        members = {}
        for record in records:
            if record.HasField("member"):
                members.setdefault(record.member.room_id, []).append(record.member.user_id)
        self.assertEqual(members, rooms)
        self.resume()
        for room_id in rooms:
            events = [r.event for r in records
                      if r.HasField("event") and r.event.room_id == room_id]
            self.assertEqual([e.seq for e in events], list(range(1, len(events) + 1)))
            self.assertEqual([(e.seq, e.message_sent.text) for e in events[1:]],
                             [(m.seq, m.text) for m in self.alice.whole_log(room_id)])

    def test_a_deleted_tenant_can_still_be_exported(self):
        self.delete(self.tenant.name, 3600)
        records = self.export(self.tenant.name)
        self.assertEqual([r.user.id for r in records if r.HasField("user")], ["alice", "bob"])
        with self.assertFails(NOT_FOUND, "TENANT_NOT_FOUND"):
            self.export("no-such-tenant")

    def chatter(self, *arguments):
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith("CHATTER")}
        done = subprocess.run(
            [harness.CHATTER, *arguments, "--address", self.server.address, "--admin-key-file",
             str(self.server.admin_key_file)], env=environment, capture_output=True, text=True,
            check=False, timeout=PATIENCE)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_the_command_line(self):
        self.query("CREATE SCHEMA cli")
        self.chatter("tenant", "attach", "cli", "--domain", "cli.example")
        self.chatter("tenant", "update", "cli", "--display-name", "The CLI")
        self.chatter("tenant", "rename-domain", "cli", "cli.example", "chat.cli.example")
        self.assertIn("suspended", self.chatter("tenant", "suspend", "cli", "--reason", "a test"))
        listed = self.chatter("tenant", "list", "--state", "suspended", "--prefix", "cli")
        for shown in ("The CLI", "chat.cli.example", "suspended"):
            self.assertIn(shown, listed)
        with tempfile.NamedTemporaryFile("r", suffix=".jsonl", encoding="utf-8") as file:
            self.chatter("tenant", "export", "cli", "--output", file.name)
            lines = file.read().splitlines()
        record = json_format.ParseDict(json.loads(lines[0]), tenant_pb2.ExportRecord())
        self.assertEqual(record.tenant.display_name, "The CLI")
        self.assertIn("active", self.chatter("tenant", "resume", "cli"))
        self.chatter("tenant", "update", "cli", "--no-domains")
        self.assertNotIn("chat.cli.example", self.chatter("tenant", "get", "cli"))
        self.assertIn("deleted", self.chatter("tenant", "delete", "cli", "--grace", "1h"))
        self.chatter("tenant", "undelete", "cli")
        self.assertIn("gone", self.chatter("tenant", "delete", "cli", "--now"))
        self.assertEqual(self.query("SELECT count(*) FROM chatter.tenant "
                                    "WHERE schema_name = 'cli'"), ["0"])

    def test_a_name_is_free_as_soon_as_its_tenant_is_deleted_now(self):
        for _ in range(3):
            self.chatter("tenant", "create", "again")
            self.chatter("tenant", "delete", "again", "--now")
