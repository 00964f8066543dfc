"""The middleware in a service that isn't Chatter's: docs/examples/bookmarks, built against what is installed."""

import importlib.util
import subprocess

import grpc

from client import failure_of
from harness import PATIENCE, free_port, tail
from packages import PackageTestCase, run
from stubs import ROOT, service_account_pb2

EXAMPLE = ROOT / "docs/examples/bookmarks"
SERVICE = "/example.bookmarks.v1.BookmarkService/"


class MiddlewarePackage(PackageTestCase):
    component, example = "middleware", "bookmarks"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        run("protoc", f"-I{EXAMPLE}", f"--python_out={cls.place}", "bookmarks.proto")
        cls.pb2 = cls.load_stubs()

    @classmethod
    def load_stubs(cls):
        spec = importlib.util.spec_from_file_location("bookmarks_pb2", cls.place / "bookmarks_pb2.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    def setUp(self):
        self.address = f"127.0.0.1:{free_port()}"
        self.start_program(self.address, environment={"CHATTERD_DATABASE_URL": self.database_url})
        self.channel = grpc.insecure_channel(self.address)
        self.addCleanup(self.channel.close)

    def call(self, method, request, response_type, tenant=None, token=None):
        metadata = [] if tenant is None else [("x-chatter-tenant", tenant.name)]
        if token is not None:
            metadata.append(("authorization", f"Bearer {token}"))
        return self.channel.unary_unary(
            SERVICE + method, request_serializer=type(request).SerializeToString,
            response_deserializer=response_type.FromString)(
                request, metadata=metadata, timeout=PATIENCE, wait_for_ready=True)

    def add(self, url, **who):
        self.call("AddBookmark", self.pb2.AddBookmarkRequest(url=url), self.pb2.AddBookmarkResponse, **who)

    def list(self, **who):
        return self.call("ListBookmarks", self.pb2.ListBookmarksRequest(),
                         self.pb2.ListBookmarksResponse, **who)

    @staticmethod
    def key_for(tenant):
        tenant.admin.service_accounts.SetServiceAccount(service_account_pb2.SetServiceAccountRequest(
            service_account=service_account_pb2.ServiceAccount(
                name=tenant.name, tenants=[tenant.name], services=["*"])))
        return tenant.admin.service_accounts.CreateApiKey(
            service_account_pb2.CreateApiKeyRequest(account=tenant.name)).key

    def test_handlers_read_tenant_and_user(self):
        here, there = self.make_tenant("alice"), self.make_tenant("alice")
        self.add("https://a.example", tenant=here, token=here.token("alice"))
        self.add("https://b.example", tenant=there, token=there.token("alice"))
        for tenant, url in ((here, "https://a.example"), (there, "https://b.example")):
            seen = self.list(tenant=tenant, token=tenant.token("alice"))
            self.assertEqual((seen.tenant, seen.user_id, list(seen.urls)),
                             (tenant.name, "alice", [url]))
        counted = self.call("CountBookmarks", self.pb2.CountBookmarksRequest(),
                            self.pb2.CountBookmarksResponse, tenant=here, token=self.key_for(here))
        self.assertEqual(counted.count, 1)

    def test_nobody_else_gets_in(self):
        here, there = self.make_tenant("alice"), self.make_tenant("alice")
        for who, reason in (({}, "CREDENTIAL_REQUIRED"), ({"tenant": here}, "CREDENTIAL_REQUIRED"),
                            ({"tenant": here, "token": there.token("alice")}, "CREDENTIAL_INVALID"),
                            ({"tenant": here, "token": "x"}, "CREDENTIAL_INVALID")):
            with self.assertRaises(grpc.RpcError) as caught:
                self.list(**who)
            self.assertEqual(failure_of(caught.exception).reason, reason, tail(self.log))
        with self.assertRaises(grpc.RpcError) as caught:
            self.call("CountBookmarks", self.pb2.CountBookmarksRequest(),
                      self.pb2.CountBookmarksResponse, tenant=here, token=here.token("alice"))
        self.assertEqual(failure_of(caught.exception).reason, "CREDENTIAL_NOT_ALLOWED")

    def test_a_wrong_setting_ends_the_start(self):
        done = subprocess.run([self.program, "127.0.0.1:0"], env={}, text=True, capture_output=True,
                              timeout=PATIENCE, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("CHATTERD_DATABASE_URL", done.stderr)
