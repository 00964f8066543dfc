"""Request metadata, hostile and otherwise: a clean denial, and the server goes on."""

import grpc

import raw_http2
from client import Client
from harness import PATIENCE, ServerTestCase
from stubs import room_pb2, tenant_pb2, user_pb2

INVALID = grpc.StatusCode.INVALID_ARGUMENT
UNAUTHENTICATED = grpc.StatusCode.UNAUTHENTICATED
DENIED = grpc.StatusCode.PERMISSION_DENIED


class MetadataTestCase(ServerTestCase):
    flags = ("--trusted-proxies", "127.0.0.1")

    def setUp(self):
        self.domain = f"chat{type(self)._tenants}.example.com"
        self.tenant = self.make_tenant("alice", "bob", domains=[self.domain])
        self.authorization = ("authorization", f"Bearer {self.tenant.token('alice')}")
        # Whatever a test does: the server still serves.
        self.addCleanup(self.list_rooms, ("x-chatter-tenant", self.tenant.name), self.authorization)

    def list_rooms(self, *metadata, options=()):
        client = Client(self.server.address, metadata=metadata, options=options)
        try:
            return client.rooms.ListRooms(room_pb2.ListRoomsRequest())
        finally:
            client.close()

    def assert_denied(self, code, reason, *metadata, options=()):
        """The same for a unary call and for a stream."""
        with self.subTest(metadata=str(metadata)[:120]):
            with self.assertFails(code, reason):
                self.list_rooms(*metadata, options=options)
            client = Client(self.server.address, metadata=metadata, options=options)
            try:
                stream = client.stream(opened=False)
                stream.open()
                self.assertFailure(stream.end(), code, reason)
                self.assertEqual(stream.snapshot(), [])
            finally:
                client.close()


class Metadata(MetadataTestCase):
    # ---- The tenant by name ----

    def test_an_unknown_tenant_knows_no_credential(self):
        for name in ("nobody", self.tenant.name + "x", self.tenant.name.upper(), "public",
                     "chatter", "pg_catalog", "information_schema", "-", " ", "a.b",
                     f"{self.tenant.name} ", "%", "\\", "*"):
            self.assert_denied(UNAUTHENTICATED, "CREDENTIAL_INVALID",
                               ("x-chatter-tenant", name), self.authorization)

    def test_sql_in_the_tenant_name_is_only_a_tenant_that_is_unknown(self):
        for name in (f"{self.tenant.name}; DROP SCHEMA {self.tenant.name} CASCADE",
                     f'{self.tenant.name}"."chatter_user', "' OR '1'='1",
                     "'; SELECT pg_sleep(60)--", f"{self.tenant.name}'--", "{schema}", "$1"):
            self.assert_denied(UNAUTHENTICATED, "CREDENTIAL_INVALID",
                               ("x-chatter-tenant", name), self.authorization)

    def test_overlong_tenant_names(self):
        # No name of that length can exist; nothing of that length need be looked at.
        self.assert_denied(UNAUTHENTICATED, "CREDENTIAL_INVALID",
                           ("x-chatter-tenant", "a" * 64), self.authorization)
        for length in (1_000, 7_000):
            self.assert_denied(INVALID, "INVALID_METADATA",
                               ("x-chatter-tenant", "a" * length), self.authorization)

    def test_cookies_up_to_the_bound_of_metadata_do_no_harm(self):
        own = [("x-chatter-tenant", self.tenant.name), self.authorization]
        self.list_rooms(*own, ("cookie", "a=" + "x" * 12_000))
        self.list_rooms(*own, *[("cookie", f"a{number}=" + "x" * 1_000) for number in range(12)])
        with self.assertFails(grpc.StatusCode.RESOURCE_EXHAUSTED):
            self.list_rooms(*own, ("cookie", "a=" + "x" * 20_000))

    def test_metadata_beyond_all_bounds_ends_the_call_alone(self):
        with self.assertFails(grpc.StatusCode.RESOURCE_EXHAUSTED):
            self.list_rooms(("x-chatter-tenant", "a" * 100_000), self.authorization)

    def test_bytes_that_no_library_would_send(self):
        def status(tenant, authorization=self.authorization[1].encode()):
            headers = [(b"x-chatter-tenant", tenant), (b"authorization", authorization)]
            return raw_http2.unary_call(self.server.port, b"/chatter.v1.RoomService/ListRooms",
                                        headers, PATIENCE)[0]

        own = self.tenant.name.encode()
        self.assertEqual(status(own), 0)  # this way of asking works
        for bad in (b"\xff\xfe", b"\xc3\x28", "t\u00e4nant".encode(), b"a\tb", b"\x7f", b"\x01"):
            with self.subTest(bad=bad):
                self.assertEqual(status(own + bad), INVALID.value[0])
                self.assertEqual(status(own, b"Bearer " + bad), INVALID.value[0])

    def test_a_tenant_named_twice_is_refused_even_if_both_are_the_same(self):
        self.assert_denied(INVALID, "INVALID_METADATA", ("x-chatter-tenant", self.tenant.name),
                           ("x-chatter-tenant", self.tenant.name), self.authorization)
        other = self.make_tenant("alice")
        for first, second in ((self.tenant, other), (other, self.tenant)):
            self.assert_denied(INVALID, "INVALID_METADATA", ("x-chatter-tenant", first.name),
                               ("x-chatter-tenant", second.name), self.authorization)

    # ---- The credential ----

    def test_no_credential(self):
        self.assert_denied(UNAUTHENTICATED, "CREDENTIAL_REQUIRED",
                           ("x-chatter-tenant", self.tenant.name))

    def test_wrong_credentials(self):
        token = self.tenant.token("alice")
        for value in ("Bearer wrong", "Bearer ", "Bearer", "Basic YWxpY2U6YWxpY2U=", token,
                      f"Bearer {token}x", f"Bearer {token[:-1]}", f"Bearer {token} {token}",
                      f"Bearer {token.swapcase()}", "Bearer ' OR '1'='1", "Bearer " + "x" * 4_000,
                      f"Bearer {self.server.admin_key[:-1]}"):
            self.assert_denied(UNAUTHENTICATED, "CREDENTIAL_INVALID",
                               ("x-chatter-tenant", self.tenant.name), ("authorization", value))

    def test_a_credential_given_twice_is_refused(self):
        self.assert_denied(INVALID, "INVALID_METADATA", ("x-chatter-tenant", self.tenant.name),
                           self.authorization, self.authorization)
        self.assert_denied(INVALID, "INVALID_METADATA", ("x-chatter-tenant", self.tenant.name),
                           self.authorization, ("authorization", "Bearer wrong"))

    def test_the_scheme_may_be_written_in_any_case(self):
        self.list_rooms(("x-chatter-tenant", self.tenant.name),
                        ("authorization", f"bearer {self.tenant.token('alice')}"))

    def test_users_may_not_administrate(self):
        alice = self.client(self.tenant, "alice")
        with self.assertFails(DENIED, "CREDENTIAL_NOT_ALLOWED"):
            alice.users.UpsertUsers(user_pb2.UpsertUsersRequest(users=[user_pb2.User(id="x")]))

    def test_a_session_token_opens_nothing_of_tenant_service(self):
        alice = self.client(self.tenant, "alice").tenants
        for call, request in (
                (alice.CreateTenant, tenant_pb2.CreateTenantRequest(
                    tenant=tenant_pb2.Tenant(schema_name="mine"))),
                (alice.GetTenant, tenant_pb2.GetTenantRequest(schema_name=self.tenant.name)),
                (alice.ListTenants, tenant_pb2.ListTenantsRequest())):
            with self.assertFails(DENIED, "CREDENTIAL_NOT_ALLOWED"):
                call(request)
        names = [tenant.schema_name for tenant in
                 self.tenant.admin.tenants.ListTenants(tenant_pb2.ListTenantsRequest()).tenants]
        self.assertNotIn("mine", names)

    def test_the_administrator_is_nobody_who_could_chat(self):
        with self.assertFails(DENIED, "CREDENTIAL_NOT_ALLOWED"):
            self.tenant.service.rooms.ListRooms(room_pb2.ListRoomsRequest())
        stream = self.tenant.service.stream(opened=False)
        stream.open()
        self.assertFailure(stream.end(), DENIED, "CREDENTIAL_NOT_ALLOWED")

    def test_an_expired_session_is_refused(self):
        short = self.tenant.sign_in("bob", ttl={"seconds": 1}).token

        def expired():
            try:
                self.list_rooms(("x-chatter-tenant", self.tenant.name),
                                ("authorization", f"Bearer {short}"))
            except grpc.RpcError as error:
                return error
            return None

        error = self.until(expired, "expired")
        self.assertEqual(error.code(), UNAUTHENTICATED)


class TenantByHost(MetadataTestCase):
    def test_by_forwarded_host(self):
        for host in (self.domain, f"{self.domain}:8443", self.domain.upper(), f"{self.domain}."):
            with self.subTest(host=host):
                self.list_rooms(("x-forwarded-host", host), self.authorization)

    def test_by_authority(self):
        for host in (self.domain, f"{self.domain}:50051"):
            with self.subTest(host=host):
                self.list_rooms(self.authorization, options=[("grpc.default_authority", host)])

    def test_the_name_wins_over_the_forwarded_host_and_that_over_the_authority(self):
        other = self.make_tenant("alice", domains=["other.example.com"])
        theirs = ("authorization", f"Bearer {other.token('alice')}")
        self.list_rooms(("x-forwarded-host", self.domain), self.authorization,
                        options=[("grpc.default_authority", "other.example.com")])
        self.list_rooms(("x-chatter-tenant", other.name), ("x-forwarded-host", self.domain), theirs)
        self.assert_denied(UNAUTHENTICATED, "CREDENTIAL_INVALID",
                           ("x-chatter-tenant", other.name), ("x-forwarded-host", self.domain),
                           self.authorization)

    def test_a_user_signed_in_at_one_host_is_a_stranger_at_another(self):
        self.make_tenant("alice", domains=["third.example.com"])
        self.assert_denied(UNAUTHENTICATED, "CREDENTIAL_INVALID",
                           ("x-forwarded-host", "third.example.com"), self.authorization)

    def test_unknown_and_hostile_hosts(self):
        for host in ("nowhere.example.com", f"x{self.domain}", f"{self.domain}.evil.com",
                     f"{self.domain}:port", f"{self.domain}, nowhere.example.com", "a b",
                     f"{self.domain}'--", "[::1]:50051", ":80", "%"):
            self.assert_denied(UNAUTHENTICATED, "CREDENTIAL_INVALID",
                               ("x-forwarded-host", host), self.authorization)

    def test_a_forwarded_host_given_twice_is_refused(self):
        self.assert_denied(INVALID, "INVALID_METADATA", ("x-forwarded-host", self.domain),
                           ("x-forwarded-host", self.domain), self.authorization)

    def test_a_domain_belongs_to_one_tenant(self):
        with self.assertFails(grpc.StatusCode.ALREADY_EXISTS, "TENANT_EXISTS"):
            self.tenant.admin.tenants.CreateTenant(tenant_pb2.CreateTenantRequest(
                tenant=tenant_pb2.Tenant(schema_name="grabber", domains=[self.domain])))
