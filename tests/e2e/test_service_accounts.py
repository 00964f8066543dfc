"""Programs that call with API keys: for themselves, on behalf of users, within their scope."""

import time

import grpc
from google.protobuf import duration_pb2

from client import Client
from harness import Chatterd, ServerTestCase
from stubs import room_pb2, service_account_pb2, session_pb2, tenant_pb2, user_pb2

INVALID = (grpc.StatusCode.UNAUTHENTICATED, "CREDENTIAL_INVALID")
OUT_OF_SCOPE = (grpc.StatusCode.PERMISSION_DENIED, "OUT_OF_SCOPE")
NOT_ALLOWED = (grpc.StatusCode.PERMISSION_DENIED, "CREDENTIAL_NOT_ALLOWED")
UNKNOWN_USER = (grpc.StatusCode.PERMISSION_DENIED, "ON_BEHALF_OF_UNKNOWN")


class ServiceAccounts(ServerTestCase):
    def setUp(self):
        self.tenant = self.make_tenant("alice", "bob")
        self.accounts = self.tenant.admin.service_accounts
        self.name = f"shop-{self.tenant.name}"
        self.set_account()
        self.key = self.make_key()
        self.shop = self.connect(self.key.key)

    def set_account(self, **changes):
        scope = {"tenants": [self.tenant.name], "services": ["*"], "may_act_for_users": True}
        return self.accounts.SetServiceAccount(service_account_pb2.SetServiceAccountRequest(
            service_account=service_account_pb2.ServiceAccount(
                name=self.name, **(scope | changes)))).service_account

    def make_key(self, **request):
        return self.accounts.CreateApiKey(
            service_account_pb2.CreateApiKeyRequest(account=self.name, **request))

    def keys(self):
        return self.accounts.ListApiKeys(
            service_account_pb2.ListApiKeysRequest(account=self.name)).api_keys

    def connect(self, key, user_id=None, tenant=None, address=None):
        metadata = [] if user_id is None else [("x-chatter-on-behalf-of", user_id)]
        client = Client(address or self.server.address, tenant=tenant or self.tenant.name,
                        token=key, metadata=metadata)
        self.addCleanup(client.close)
        return client

    def list_users(self, client):
        return [user.id for user in client.users.ListUsers(user_pb2.ListUsersRequest()).users]

    def assertRefused(self, client, how):
        with self.assertFails(*how):
            self.list_users(client)

    def test_events_record_who_and_through_whom(self):
        alice = self.connect(self.key.key, "alice")
        stream = self.client(self.tenant, "bob").stream()
        self.addCleanup(stream.cancel)
        room = alice.room_id("alice", "bob")
        alice.send_message(room, "1", "through the shop")
        self.client(self.tenant, "alice").send_message(room, "2", "by herself")
        gateway_stream = alice.stream({room: 0})
        self.addCleanup(gateway_stream.cancel)
        self.assertEqual(gateway_stream.wait_opened().user_id, "alice")
        gateway_stream.sent(gateway_stream.send(room, "3", "on a stream"))
        for events in (stream, gateway_stream):
            self.assertEqual([(e.actor_id, e.service) for e in
                              (events.room_event(room, seq) for seq in (1, 2, 3, 4))],
                             [("alice", self.name), ("alice", self.name), ("alice", ""),
                              ("alice", self.name)])
        self.assertEqual([(m.sender_id, m.service) for m in self.client(self.tenant, "bob").whole_log(room)],
                         [("alice", self.name), ("alice", ""), ("alice", self.name)])

    def test_a_service_calls_for_itself(self):
        made = self.shop.create_room("alice", "bob")
        self.assertTrue(made.created)
        stream = self.client(self.tenant, "bob").stream({made.room.id: 0})
        self.addCleanup(stream.cancel)
        event = stream.room_event(made.room.id, 1)
        self.assertEqual((event.actor_id, event.service), ("", self.name))
        self.assertEqual(self.list_users(self.shop), ["alice", "bob"])
        with self.assertFails(*NOT_ALLOWED):
            self.shop.rooms.ListRooms(room_pb2.ListRoomsRequest())
        with self.assertFails(*NOT_ALLOWED):
            self.shop.tenants.ListTenants(tenant_pb2.ListTenantsRequest())
        with self.assertFails(*NOT_ALLOWED):
            self.shop.service_accounts.ListServiceAccounts(
                service_account_pb2.ListServiceAccountsRequest())

    def test_on_behalf_of_active_users_of_the_tenant_only(self):
        self.assertRefused(self.connect(self.key.key, "nobody"), UNKNOWN_USER)
        self.tenant.service.users.DeactivateUser(user_pb2.DeactivateUserRequest(user_id="bob"))
        self.assertRefused(self.connect(self.key.key, "bob"), UNKNOWN_USER)
        self.set_account(may_act_for_users=False)
        self.assertRefused(self.connect(self.key.key, "alice"), OUT_OF_SCOPE)

    def test_who_may_not_act_for_users_signs_nobody_in(self):
        self.set_account(may_act_for_users=False)
        with self.assertFails(*OUT_OF_SCOPE):
            self.shop.sessions.CreateSession(session_pb2.CreateSessionRequest(user_id="alice"))
        self.list_users(self.shop)  # what it does for itself goes on
        self.set_account(services=["chatter.v1.SessionService"])
        made = self.shop.sessions.CreateSession(session_pb2.CreateSessionRequest(user_id="alice"))
        self.assertTrue(self.connect(made.token).create_room("alice", "bob").created)

    def test_sessions_and_their_streams_end_with_the_account_that_made_them(self):
        def sign_in():
            made = self.shop.sessions.CreateSession(session_pb2.CreateSessionRequest(user_id="alice"))
            self.assertEqual(made.session.service, self.name)
            alice = self.connect(made.token)
            stream = alice.stream()
            self.addCleanup(stream.cancel)
            stream.wait_opened()
            return alice, stream

        mine = self.client(self.tenant, "alice").stream()
        self.addCleanup(mine.cancel)
        alice, stream = sign_in()
        self.accounts.RevokeApiKey(service_account_pb2.RevokeApiKeyRequest(id=self.key.api_key.id))
        self.list_users(alice)  # a key that is replaced signs nobody out
        self.set_account(may_act_for_users=False)
        self.assertFailure(stream.end(), *INVALID)
        self.assertRefused(alice, INVALID)

        self.set_account()
        self.shop = self.connect(self.make_key().key)
        alice, stream = sign_in()
        self.accounts.DeleteServiceAccount(
            service_account_pb2.DeleteServiceAccountRequest(name=self.name))
        self.assertFailure(stream.end(), *INVALID)
        self.assertRefused(alice, INVALID)
        self.assertTrue(mine.reply(mine.ping()).HasField("done"))

    def test_a_key_is_worth_nothing_in_other_tenants(self):
        other = self.make_tenant("alice")
        self.assertRefused(self.connect(self.key.key, tenant=other.name), INVALID)
        self.set_account(tenants=[other.name, self.tenant.name])
        self.assertEqual(self.list_users(self.connect(self.key.key, tenant=other.name)), ["alice"])

    def test_scopes_bound_what_it_may_do(self):
        self.set_account(services=["chatter.v1.RoomService"])
        self.assertTrue(self.shop.create_room("alice", "bob").created)
        self.assertRefused(self.shop, OUT_OF_SCOPE)
        self.set_account(read_only=True)
        self.list_users(self.shop)
        with self.assertFails(*OUT_OF_SCOPE):
            self.shop.create_room("alice", "bob")

    def test_a_revoked_key_and_its_streams_end(self):
        stream = self.connect(self.key.key, "alice").stream()
        self.addCleanup(stream.cancel)
        others = self.connect(self.make_key().key, "alice").stream()
        self.addCleanup(others.cancel)
        self.accounts.RevokeApiKey(
            service_account_pb2.RevokeApiKeyRequest(id=self.key.api_key.id))
        self.assertRefused(self.shop, INVALID)
        self.assertFailure(stream.end(), *INVALID)
        self.assertTrue(others.reply(others.ping()).HasField("done"))

    def test_streams_end_when_the_scope_changes(self):
        stream = self.connect(self.key.key, "alice").stream()
        self.addCleanup(stream.cancel)
        self.set_account(may_act_for_users=False)
        self.assertFailure(stream.end(), *INVALID)

    def test_every_node_hears_of_a_revocation(self):
        node = Chatterd(self.database_url)
        self.addCleanup(node.destroy)
        node.start()
        elsewhere = self.connect(self.key.key, address=node.address)
        self.list_users(elsewhere)
        stream = self.connect(self.key.key, "alice", address=node.address).stream()
        self.addCleanup(stream.cancel)
        self.accounts.DeleteServiceAccount(
            service_account_pb2.DeleteServiceAccountRequest(name=self.name))
        self.assertFailure(stream.end(), *INVALID)

        def is_refused():
            try:
                self.list_users(elsewhere)
                return False
            except grpc.RpcError as error:
                return error.code() == INVALID[0]
        self.until(is_refused, "the other node refuses the key")

    def test_what_another_node_remembers_of_a_key_makes_no_session(self):
        node = Chatterd(self.database_url)
        self.addCleanup(node.destroy)
        node.start()
        elsewhere = self.connect(self.key.key, address=node.address)
        sign_in = session_pb2.CreateSessionRequest(user_id="alice")
        elsewhere.sessions.CreateSession(sign_in)
        self.accounts.RevokeApiKey(
            service_account_pb2.RevokeApiKeyRequest(id=self.key.api_key.id))
        with self.assertFails(*INVALID):  # at once: a session outlives what is remembered
            elsewhere.sessions.CreateSession(sign_in)

    def test_keys_are_rotated_with_an_overlap(self):
        fresh = self.make_key(overlap=duration_pb2.Duration(seconds=3600))
        self.list_users(self.shop)
        self.list_users(self.connect(fresh.key))
        until = {key.id: key.expires_at.seconds for key in self.keys()}
        self.assertEqual(until[fresh.api_key.id], 0)  # absent
        self.assertAlmostEqual(until[self.key.api_key.id], time.time() + 3600, delta=600)
        self.make_key(overlap=duration_pb2.Duration())
        self.assertRefused(self.shop, INVALID)
        self.assertEqual(len(self.keys()), 1)

    def test_a_key_is_stored_as_its_digest_only(self):
        self.list_users(self.shop)
        dump = "\n".join(self.postgres.query(
            "SELECT row_to_json(k) FROM chatter.api_key k UNION ALL "
            "SELECT row_to_json(a) FROM chatter.service_account a", self.database_url))
        self.assertIn(self.key.api_key.id, dump)
        self.assertNotIn(self.key.key[4:], dump)
        self.assertRefused(self.connect(self.key.api_key.id), INVALID)
        self.assertNotIn(self.key.key, self.server.log.read_text("utf-8"))
        self.assertTrue(next(k for k in self.keys() if k.id == self.key.api_key.id).HasField("last_used_at"))

    def test_fields_are_checked(self):
        for changes, field in (({"tenants": []}, "service_account.tenants"),
                               ({"tenants": ["*", "acme"]}, "service_account.tenants[0]"),
                               ({"tenants": ["acme", "acme"]}, "service_account.tenants[1]"),
                               ({"tenants": ["public"]}, "service_account.tenants[0]"),
                               ({"services": []}, "service_account.services"),
                               ({"services": ["a/b"]}, "service_account.services[0]"),
                               ({"certificate_names": ["b\n"]}, "service_account.certificate_names[0]")):
            with self.assertRaises(grpc.RpcError) as caught:
                self.set_account(**changes)
            self.assertIn(field, str(caught.exception.trailing_metadata()), changes)
            self.assertEqual(caught.exception.code(), grpc.StatusCode.INVALID_ARGUMENT)
        self.name = "administrator"
        with self.assertFails(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD"):
            self.set_account()
        with self.assertFails(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD"):
            self.make_key()
        self.name = "nobody"
        with self.assertFails(grpc.StatusCode.NOT_FOUND, "SERVICE_ACCOUNT_NOT_FOUND"):
            self.make_key()
        with self.assertFails(grpc.StatusCode.NOT_FOUND, "SERVICE_ACCOUNT_NOT_FOUND"):
            self.keys()

    def test_a_certificate_name_stands_for_one_account(self):
        self.set_account(certificate_names=[f"{self.name}.example"])
        name, self.name = self.name, f"{self.name}-2"
        with self.assertFails(grpc.StatusCode.ALREADY_EXISTS, "CERTIFICATE_EXISTS"):
            self.set_account(certificate_names=[f"{name}.example"])

    def test_a_tenant_is_made_with_its_first_key(self):
        admin = self.tenant.admin
        made = admin.tenants.CreateTenant(tenant_pb2.CreateTenantRequest(
            tenant=tenant_pb2.Tenant(schema_name="keyed"), create_api_key=True))
        self.assertEqual(made.api_key.account, "keyed")
        first = self.connect(made.key, tenant="keyed")
        first.users.UpsertUsers(user_pb2.UpsertUsersRequest(users=[user_pb2.User(id="zoe")]))
        self.assertEqual(self.list_users(self.connect(made.key, "zoe", tenant="keyed")), ["zoe"])
        self.assertRefused(self.connect(made.key), INVALID)
        # The name is taken, and nothing is left behind.
        self.accounts.SetServiceAccount(service_account_pb2.SetServiceAccountRequest(
            service_account=service_account_pb2.ServiceAccount(
                name="taken", tenants=["*"], services=["*"])))
        with self.assertFails(grpc.StatusCode.ALREADY_EXISTS, "SERVICE_ACCOUNT_EXISTS"):
            admin.tenants.CreateTenant(tenant_pb2.CreateTenantRequest(
                tenant=tenant_pb2.Tenant(schema_name="taken"), create_api_key=True))
        with self.assertFails(grpc.StatusCode.NOT_FOUND, "TENANT_NOT_FOUND"):
            admin.tenants.GetTenant(tenant_pb2.GetTenantRequest(schema_name="taken"))
