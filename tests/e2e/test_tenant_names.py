"""Schema names as django-tenants lets them be: each is served, or refused with a reason."""

import json
import os
import subprocess

import grpc

from client import Client
from harness import CHATTER, CHATTERD, PATIENCE
from stubs import room_pb2, service_account_pb2, session_pb2, tenant_pb2, user_pb2
from test_finding_tenants import DJANGO_FLAGS, DJANGO_TABLES, FindingTestCase
from test_search import search

INVALID = grpc.StatusCode.INVALID_ARGUMENT
NAMES = ("Acme2", "acme2", "my tenant", "ünal", "u\u0308nal", "a.b", "東京 1")
HOSTILE = ('a"; DROP SCHEMA "Acme2" CASCADE; --', "a'b", "a\\b", "{a,b}", "a\nb", "a\x1b[2Jb",
           "\u202eemca", "a\u200bb", " a", "a;b", "$1", "..", "-a")


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def literal(text):
    return "'" + text.replace("'", "''") + "'"


def list_rooms(client):
    return client.rooms.ListRooms(room_pb2.ListRoomsRequest())


def list_users(client):
    return client.users.ListUsers(user_pb2.ListUsersRequest())


def domain_of(number):
    return f"tenant{number}.example.com"


class TenantNames(FindingTestCase):
    nodes = (DJANGO_FLAGS,)

    @classmethod
    def prepare_database(cls):
        cls.execute(DJANGO_TABLES)
        for number, name in enumerate(NAMES + HOSTILE):
            cls.execute(f"CREATE SCHEMA {quoted(name)}; "
                        f"INSERT INTO public.customers_client (id, schema_name, name) "
                        f"VALUES ({number}, {literal(name)}, ''); "
                        "INSERT INTO public.customers_domain (domain, is_primary, tenant_id) "
                        f"VALUES ('{domain_of(number)}', true, {number})")

    @classmethod
    def prepare_tenants(cls):
        for name in NAMES:
            cls.name_user(name)

    def client(self, name, token):
        client = Client(self.servers[0].address, tenant=name, token=token)
        self.addCleanup(client.close)
        return client

    def service(self, name):
        return self.client(name, self.servers[0].admin_key)

    def user(self, name):
        return self.client(name, self.service(name).sessions.CreateSession(
            session_pb2.CreateSessionRequest(user_id="somebody")).token)

    def log(self):
        return self.servers[0].log.read_text("ascii")

    def chatter(self, *arguments):
        server = self.servers[0]
        environment = {key: value for key, value in os.environ.items()
                       if not key.startswith("CHATTER")}
        done = subprocess.run(
            [CHATTER, *arguments, "--address", server.address, "--admin-key-file",
             str(server.admin_key_file)], env={**environment, "HOME": "/nonexistent"},
            capture_output=True, text=True, check=False, timeout=PATIENCE)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_each_is_found_by_its_name_and_its_domain(self):
        for number, name in enumerate(NAMES):
            with self.subTest(name=name):
                self.assertEqual(self.found(authority=domain_of(number)), name)
                self.assertEqual(self.found(("x-chatter-tenant-bin", name.encode())), name)
                if name.isascii():
                    self.assertEqual(self.found(("x-chatter-tenant", name)), name)

    def test_in_each_people_chat_search_and_are_exported(self):
        for name in NAMES:
            with self.subTest(name=name):
                service, user = self.service(name), self.user(name)
                room_id = user.room_id("somebody")
                stream = user.stream()
                self.assertEqual(stream.sent(stream.send(room_id, "1", "sailing boats")).seq, 2)
                stream.room_event(room_id, 2)
                stream.cancel()
                service.set_search_language("english")
                self.assertEqual([hit.message.seq for hit in search(user, "boat").hits], [2])
                lines = self.chatter("tenant", "export", name).splitlines()
                records = [json.loads(line) for line in lines]
                self.assertEqual(records[0]["tenant"]["schema_name"], name)
                self.assertIn(room_id, [record["room"]["id"] for record in records
                                        if "room" in record])
                self.assertIn(name, self.chatter("--tenant", name, "user", "list"))

    def test_nothing_of_one_is_in_another(self):
        users = {name: self.user(name) for name in NAMES}
        rooms = {name: user.room_id("somebody") for name, user in users.items()}
        for name, user in users.items():
            listed = {room.id for room in list_rooms(user).rooms}
            self.assertEqual(listed & set(rooms.values()), {rooms[name]}, name)
            token = user.metadata[-1][1].removeprefix("Bearer ")
            for other in NAMES:
                if other == name:
                    continue
                with self.assertFails(grpc.StatusCode.UNAUTHENTICATED, "CREDENTIAL_INVALID"):
                    list_rooms(self.client(other, token))

    def test_service_accounts_reach_those_that_they_name(self):
        admin = self.administrator()
        self.addCleanup(admin.close)
        reached = ("Acme2", "my tenant", "ünal", "a.b")
        admin.service_accounts.SetServiceAccount(service_account_pb2.SetServiceAccountRequest(
            service_account=service_account_pb2.ServiceAccount(
                name="names", tenants=reached, services=["*"], may_act_for_users=True)))
        key = admin.service_accounts.CreateApiKey(
            service_account_pb2.CreateApiKeyRequest(account="names")).key
        for name in NAMES:
            with self.subTest(name=name):
                client = self.client(name, key)
                if name in reached:
                    list_users(client)
                else:
                    with self.assertFails(grpc.StatusCode.UNAUTHENTICATED, "CREDENTIAL_INVALID"):
                        list_users(client)

    def test_two_names_that_differ_are_refused(self):
        for first, second in (("Acme2", "acme2"), ("a.b", "ünal")):
            client = Client(self.servers[0].address, token=self.servers[0].admin_key, metadata=[
                ("x-chatter-tenant", first), ("x-chatter-tenant-bin", second.encode())])
            self.addCleanup(client.close)
            with self.assertFails(INVALID, "INVALID_METADATA"):
                list_rooms(client)

    def test_hostile_ones_lead_nowhere_and_the_log_says_why(self):
        for number, name in enumerate(HOSTILE, len(NAMES)):
            with self.subTest(name=name):
                self.assertIsNone(self.found(authority=domain_of(number)))
                self.assertIsNone(self.found(("x-chatter-tenant-bin", name.encode())))
        self.until(lambda: self.log().count("a tenant isn't served") == len(HOSTILE),
                   "the log has told of each, once")
        log = self.log()
        self.assertIn(r'''a tenant isn't served: tenant="a\"; DROP SCHEMA \"Acme2\" CASCADE; --" '''
                      "its schema's name must be 1 to 63 bytes", log)
        self.assertNotIn("\x1b", log)

    def test_the_check_tells_of_hostile_ones(self):
        done = subprocess.run([CHATTERD, "check", "--database-url", self.database_url, *DJANGO_FLAGS],
                              text=True, capture_output=True, timeout=PATIENCE, check=False)
        faults = [line for line in done.stdout.splitlines() if line.startswith("tenant ")]
        self.assertEqual(len(faults), len(HOSTILE), done.stdout)
        for fault in faults:
            self.assertRegex(fault, r"^tenant [ -~]+: it isn't served: its schema's name must be ")

    def test_one_is_deleted_and_its_neighbour_stays(self):
        self.execute('CREATE SCHEMA "Gone soon"; CREATE SCHEMA "gone soon"; '
                     "INSERT INTO public.customers_client (id, schema_name, name) "
                     "VALUES (101, 'Gone soon', ''), (102, 'gone soon', '')")
        for name in ("Gone soon", "gone soon"):
            self.name_user(name)
        self.chatter("tenant", "delete", "Gone soon", "--now")
        self.until(lambda: self.execute("SELECT to_regclass('\"Gone soon\".chatter_room') IS NULL")
                   == ["t"], "Chatter's tables are gone")
        self.assertEqual(self.found(("x-chatter-tenant", "gone soon")), "gone soon")


class OwnNames(FindingTestCase):
    @classmethod
    def prepare_tenants(cls):
        for name in NAMES:
            cls.make_tenant(name)

    def test_they_are_listed_in_pages_by_their_beginning(self):
        admin = self.administrator()
        self.addCleanup(admin.close)

        def names(**fields):
            found, token = [], ""
            while not found or token:
                page = admin.tenants.ListTenants(tenant_pb2.ListTenantsRequest(
                    page_size=2, page_token=token, **fields))
                found += [tenant.schema_name for tenant in page.tenants]
                token = page.next_page_token
            return found
        self.assertEqual(names(), sorted(NAMES, key=lambda name: name.encode()))
        self.assertEqual(names(schema_name_prefix="my "), ["my tenant"])
        self.assertEqual(names(schema_name_prefix="ü"), ["ünal"])
        self.assertEqual(names(schema_name_prefix="A"), ["Acme2"])

    def test_a_name_that_no_service_account_can_have_comes_without_a_key(self):
        admin = self.administrator()
        self.addCleanup(admin.close)
        with self.assertFails(INVALID, "INVALID_FIELD"):
            admin.tenants.CreateTenant(tenant_pb2.CreateTenantRequest(
                tenant=tenant_pb2.Tenant(schema_name="With Key"), create_api_key=True))

    def test_each_is_deleted_with_its_schema(self):
        admin = self.administrator()
        self.addCleanup(admin.close)
        for name in ("to go", "Tö.go"):
            self.make_tenant(name)
            admin.tenants.DeleteTenant(tenant_pb2.DeleteTenantRequest(
                schema_name=name, grace={"seconds": 0}))
            self.until(lambda name=name: self.execute(
                f"SELECT count(*) FROM pg_namespace WHERE nspname = '{name}'") == ["0"],
                "the schema is gone")
