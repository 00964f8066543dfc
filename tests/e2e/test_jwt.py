"""JSON Web Tokens made by another library, of issuers whose keys are found in every way there is."""

import base64
import contextlib
import http.server
import json
import secrets
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import grpc
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import OKPAlgorithm, RSAAlgorithm

from client import Client
from harness import CHATTER, PATIENCE, ServerTestCase
from stubs import room_pb2, tenant_pb2, token_issuer_pb2, token_issuer_pb2_grpc, user_pb2

UNAUTHENTICATED = grpc.StatusCode.UNAUTHENTICATED
ISSUER = "https://id.example"


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Key:
    """A private key, and its public half as a JWK."""

    def __init__(self, algorithm, kid="1"):
        self.algorithm = algorithm
        self.kid = kid
        if algorithm == "HS256":
            self.private = secrets.token_bytes(32)
            jwk = {"kty": "oct", "k": base64url(self.private)}
        elif algorithm == "RS256":
            self.private = rsa.generate_private_key(65537, 2048)
            jwk = json.loads(RSAAlgorithm.to_jwk(self.private.public_key()))
        elif algorithm == "ES256":
            self.private = ec.generate_private_key(ec.SECP256R1())
            point = self.private.public_key().public_numbers()
            jwk = {"kty": "EC", "crv": "P-256", "x": base64url(point.x.to_bytes(32, "big")),
                   "y": base64url(point.y.to_bytes(32, "big"))}
        else:
            self.private = ed25519.Ed25519PrivateKey.generate()
            jwk = json.loads(OKPAlgorithm.to_jwk(self.private.public_key()))
        jwk.pop("key_ops", None)
        self.jwk = {**jwk, "kid": kid, "use": "sig"}

    def token(self, user_id, lifetime=3600, **claims):
        """`claims`: more of them, or others; None: without."""
        claims = {"iss": ISSUER, "aud": "chat", "sub": user_id, "exp": time.time() + lifetime,
                  **claims}
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(claims, self.private, self.algorithm, headers={"kid": self.kid})


def key_set(*keys):
    return json.dumps({"keys": [key.jwk for key in keys]})


class KeyServer:
    """Serves a key set over HTTP, as an identity provider does."""

    def __init__(self):
        self.text = ""
        self.status = 200
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # pylint: disable=invalid-name
                self.send_response(outer.status)
                if outer.status == 302:
                    self.send_header("Location", "/elsewhere")
                self.end_headers()
                self.wfile.write(outer.text.encode())

            def log_message(self, *_):  # pylint: disable=arguments-differ
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.uri = f"http://127.0.0.1:{self._server.server_port}/jwks"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class JsonWebTokens(ServerTestCase):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory(prefix="chatter-e2e.")
        cls.addClassCleanup(directory.cleanup)
        cls.directory = Path(directory.name)
        cls.flags = ("--jwks-directory", directory.name)
        super().setUpClass()
        admin = Client(cls.server.address, token=cls.server.admin_key)
        cls.addClassCleanup(admin.close)
        stub = token_issuer_pb2_grpc.TokenIssuerServiceStub(admin.channel)

        def call(method, request):
            return getattr(stub, method)(request, metadata=admin.metadata)

        cls.call = staticmethod(call)

    def setUp(self):
        self.tenant = self.make_tenant("alice", "bob")

    def set_issuer(self, tenant=None, **fields):
        issuer = token_issuer_pb2.TokenIssuer(**{"issuer": ISSUER, "audience": "chat", **fields})
        return self.call("SetTokenIssuer", token_issuer_pb2.SetTokenIssuerRequest(
            schema_name=(tenant or self.tenant).name, token_issuer=issuer))

    def delete_issuer(self):
        self.call("DeleteTokenIssuer", token_issuer_pb2.DeleteTokenIssuerRequest(
            schema_name=self.tenant.name, issuer=ISSUER))

    def with_token(self, token, tenant=None):
        client = Client(self.server.address, tenant=(tenant or self.tenant).name, token=token)
        self.addCleanup(client.close)
        return client

    def list_rooms(self, token, tenant=None):
        return self.with_token(token, tenant).rooms.ListRooms(room_pb2.ListRoomsRequest())

    def accepts(self, token):
        with contextlib.suppress(grpc.RpcError):
            self.list_rooms(token)
            return True
        return False

    def assertRefused(self, token, tenant=None, reason="CREDENTIAL_INVALID"):
        with self.assertFails(UNAUTHENTICATED, reason):
            self.list_rooms(token, tenant)

    def serve_keys(self, *keys):
        server = KeyServer()
        self.addCleanup(server.close)
        server.text = key_set(*keys)
        return server

    # ---- The algorithms ----

    def test_public_keys_of_three_algorithms_at_once(self):
        keys = [Key("RS256", "a"), Key("ES256", "b"), Key("EdDSA", "c")]
        self.set_issuer(jwks=key_set(*keys))
        for key in keys:
            with self.subTest(key.algorithm):
                alice = self.with_token(key.token("alice"))
                room_id = alice.room_id("alice", "bob")
                bob = self.with_token(key.token("bob")).stream({room_id: 0})
                self.addCleanup(bob.cancel)
                alice.send_message(room_id, key.kid, f"signed by {key.algorithm}")
                event = bob.room_event(room_id, 2 + keys.index(key))
                self.assertEqual(event.actor_id, "alice")
                self.assertEqual(event.message_sent.text, f"signed by {key.algorithm}")

    def test_secrets_are_taken_from_a_file_only(self):
        key = Key("HS256")
        with self.assertFails(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD"):
            self.set_issuer(jwks=key_set(key))
        server = self.serve_keys(key)
        self.set_issuer(jwks_uri=server.uri)
        self.assertRefused(key.token("alice"))
        (self.directory / "secret").write_text(key_set(key), "utf-8")
        self.set_issuer(jwks_uri="file:secret")
        self.until(lambda: self.accepts(key.token("alice")), "the token is accepted")
        self.assertRefused(Key("HS256").token("alice"))
        rows = self.postgres.query("SELECT jwks FROM chatter.token_issuer WHERE jwks <> ''",
                                   self.database_url)
        self.assertFalse([row for row in rows if key.jwk["k"] in row])

    # ---- What is refused ----

    def test_forgeries(self):
        key = Key("RS256")
        self.set_issuer(jwks=key_set(key))
        good = key.token("alice")
        self.list_rooms(good)
        claims = good.split(".")[1]

        def header(**fields):
            return base64url(json.dumps(fields).encode())

        self.assertRefused(f"{header(alg='none')}.{claims}.")
        self.assertRefused(f"{header(alg='none')}.{claims}.{good.split('.')[2]}")
        # The public key as the secret of another algorithm.
        forger = Key("HS256")
        forger.private = key_set(key).encode()
        self.assertRefused(forger.token("alice"))
        self.assertRefused(Key("RS256").token("alice"))
        self.assertRefused(good[:-4] + "AAAA")
        self.assertRefused(good + "=")
        self.assertRefused("a.b.c")
        self.assertRefused(key.token("alice") + "." + claims)
        self.assertRefused(jwt.encode({"iss": ISSUER, "aud": "chat", "sub": "alice",
                                       "exp": time.time() + 60}, key.private, "RS256",
                                      headers={"kid": key.kid, "crit": ["exp"]}))

    def test_claims(self):
        key = Key("EdDSA")
        self.set_issuer(jwks=key_set(key))
        self.list_rooms(key.token("alice", aud=["shop", "chat"]))
        self.list_rooms(key.token("alice", lifetime=-30))  # within the leeway
        self.assertRefused(key.token("alice", aud="shop"))
        self.assertRefused(key.token("alice", iss="https://other.example"))
        self.assertRefused(key.token("alice", lifetime=-61))
        self.assertRefused(key.token("alice", nbf=time.time() + 90))
        self.assertRefused(key.token("nobody"))
        self.assertRefused(key.token("a" * 129))

    def test_a_token_of_one_tenant_is_worth_nothing_in_another(self):
        other = self.make_tenant("alice", "bob")
        key, other_key = Key("ES256"), Key("ES256")
        self.set_issuer(jwks=key_set(key))
        self.list_rooms(key.token("alice"))
        self.assertRefused(key.token("alice"), other)
        # Neither when the other one has an issuer of that name.
        self.set_issuer(other, jwks=key_set(other_key))
        self.list_rooms(other_key.token("alice"), other)
        self.assertRefused(key.token("alice"), other)
        self.assertRefused(other_key.token("alice"))

    def test_administration_is_not_for_users(self):
        key = Key("EdDSA")
        self.set_issuer(jwks=key_set(key))
        client = self.with_token(key.token("alice"))
        with self.assertFails(grpc.StatusCode.PERMISSION_DENIED, "CREDENTIAL_NOT_ALLOWED"):
            client.tenants.ListTenants(tenant_pb2.ListTenantsRequest())
        with self.assertFails(grpc.StatusCode.PERMISSION_DENIED, "CREDENTIAL_NOT_ALLOWED"):
            client.users.UpsertUsers(user_pb2.UpsertUsersRequest(users=[user_pb2.User(id="x")]))

    def test_another_claim_is_the_user(self):
        key = Key("ES256")
        self.set_issuer(jwks=key_set(key), user_claim="upn")
        self.list_rooms(key.token(None, upn="alice"))
        room = self.with_token(key.token("bob", upn="alice")).create_room("alice", "bob").room
        self.assertEqual(list(room.user_ids), ["alice", "bob"])
        log = self.with_token(key.token("nobody", upn="alice")).stream({room.id: 0})
        self.addCleanup(log.cancel)
        self.assertEqual(log.room_event(room.id, 1).actor_id, "alice")
        self.assertRefused(key.token("alice"))
        self.assertRefused(key.token("alice", upn="nobody"))
        self.assertRefused(key.token("alice", upn=["alice"]))

    def test_an_audience_may_be_absent_where_that_is_said(self):
        key = Key("ES256")
        self.set_issuer(jwks=key_set(key))
        self.assertRefused(key.token("alice", aud=None))
        self.set_issuer(jwks=key_set(key), audience_may_be_absent=True)
        self.list_rooms(key.token("alice", aud=None, jti="2"))
        self.list_rooms(key.token("alice"))
        self.assertRefused(key.token("alice", aud="shop"))
        self.assertRefused(key.token("alice", aud=[]))

    def test_both_are_set_from_the_command_line(self):
        key = Key("ES256")
        (self.directory / "public.jwks").write_text(key_set(key), "utf-8")

        def issuer(*arguments):
            done = subprocess.run(
                [CHATTER, "issuer", *arguments, "--address", self.server.address, "--tenant",
                 self.tenant.name, "--admin-key-file", str(self.server.admin_key_file)],
                text=True, capture_output=True, timeout=PATIENCE, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            return done.stdout
        issuer("set", ISSUER, "--audience", "chat", "--user-claim", "upn",
               "--audience-may-be-absent", "--jwks-file", str(self.directory / "public.jwks"))
        self.assertRegex(issuer("list"), r"chat or none +upn ")
        self.list_rooms(key.token(None, aud=None, upn="alice"))
        issuer("set", ISSUER, "--audience", "chat", "--jwks-file",
               str(self.directory / "public.jwks"))
        self.assertRegex(issuer("list"), r"chat +sub ")

    # ---- Users ----

    def test_users_are_created_on_first_sight_where_the_issuer_may(self):
        key = Key("EdDSA")
        self.set_issuer(jwks=key_set(key))
        self.assertRefused(key.token("carol", name="Carol"))
        self.set_issuer(jwks=key_set(key), create_users=True)
        self.list_rooms(key.token("carol", name="Carol", jti="2"))
        user = self.tenant.service.users.GetUser(user_pb2.GetUserRequest(user_id="carol")).user
        self.assertEqual(user.display_name, "Carol")
        # What is there keeps its name.
        self.list_rooms(key.token("carol", name="Another"))
        user = self.tenant.service.users.GetUser(user_pb2.GetUserRequest(user_id="carol")).user
        self.assertEqual(user.display_name, "Carol")
        self.postgres.query(f"UPDATE {self.tenant.name}.chatter_user SET active = false "
                            "WHERE id = 'carol'", self.database_url)
        self.assertRefused(key.token("carol", jti="3"), reason="USER_DEACTIVATED")

    # ---- Where keys come from ----

    def test_keys_of_a_file_rotate(self):
        old, new = Key("EdDSA", "old"), Key("EdDSA", "new")
        path = self.directory / "rotating"
        path.write_text(key_set(old), "utf-8")
        self.set_issuer(jwks_uri="file:rotating")
        self.list_rooms(old.token("alice"))
        path.write_text(key_set(old, new), "utf-8")
        self.until(lambda: self.accepts(new.token("alice")), "the new key is accepted")
        self.list_rooms(old.token("alice"))
        path.write_text(key_set(new), "utf-8")
        self.until(lambda: not self.accepts(old.token("alice")), "the old key is refused")
        self.list_rooms(new.token("alice"))

    def test_keys_of_a_server_rotate_and_outlive_it(self):
        old, new = Key("RS256", "old"), Key("RS256", "new")
        server = self.serve_keys(old)
        self.set_issuer(jwks_uri=server.uri)
        self.list_rooms(old.token("alice"))
        server.text = key_set(old, new)
        # At once, but not within ten seconds of the fetch before.
        self.until(lambda: self.accepts(new.token("alice")), "the new key is accepted")
        self.list_rooms(old.token("alice"))
        server.status = 503
        self.list_rooms(old.token("bob"))

    def test_keys_that_can_not_be_had(self):
        key = Key("ES256")
        server = self.serve_keys(key)
        server.status = 302
        self.set_issuer(jwks_uri=server.uri)
        with self.assertFails(grpc.StatusCode.UNAVAILABLE, "TOKEN_KEYS_UNAVAILABLE"):
            self.list_rooms(key.token("alice"))
        server.status = 200
        self.until(lambda: self.accepts(key.token("alice")), "the token is accepted")

    # ---- Revocation ----

    def test_a_deleted_issuer_ends_calls_and_streams(self):
        key = Key("EdDSA")
        self.set_issuer(jwks=key_set(key))
        token = key.token("alice")
        stream = self.with_token(token).stream()
        self.addCleanup(stream.cancel)
        session = self.client(self.tenant, "bob").stream()
        self.addCleanup(session.cancel)
        self.delete_issuer()
        self.assertFailure(stream.end(), UNAUTHENTICATED, "CREDENTIAL_INVALID")
        self.until(lambda: not self.accepts(token), "the token is refused")
        self.assertRefused(key.token("alice", jti="2"))
        self.assertTrue(session.reply(session.ping()).HasField("done"))
        with self.assertFails(grpc.StatusCode.NOT_FOUND, "TOKEN_ISSUER_NOT_FOUND"):
            self.delete_issuer()

    def test_what_tokens_mean_ends_streams_when_it_changes(self):
        key = Key("EdDSA")
        for fields in ({"user_claim": "upn"}, {"audience_may_be_absent": True}):
            with self.subTest(fields=fields):
                self.set_issuer(jwks=key_set(key))
                stream = self.with_token(key.token("alice", jti=str(fields))).stream()
                self.addCleanup(stream.cancel)
                self.set_issuer(jwks=key_set(key), **fields)
                self.assertFailure(stream.end(), UNAUTHENTICATED, "CREDENTIAL_INVALID")

    def test_a_withdrawn_key_ends_streams(self):
        old, new = Key("EdDSA", "old"), Key("EdDSA", "new")
        self.set_issuer(jwks=key_set(old, new))
        ending = self.with_token(old.token("alice")).stream()
        staying = self.with_token(new.token("alice")).stream()
        self.addCleanup(ending.cancel)
        self.addCleanup(staying.cancel)
        self.set_issuer(jwks=key_set(new))
        self.assertFailure(ending.end(), UNAUTHENTICATED, "CREDENTIAL_INVALID")
        self.assertTrue(staying.reply(staying.ping()).HasField("done"))

    def test_an_expired_token_ends_its_stream(self):
        key = Key("EdDSA")
        self.set_issuer(jwks=key_set(key))
        stream = self.with_token(key.token("alice", lifetime=-57)).stream()  # 60 is the leeway
        self.addCleanup(stream.cancel)
        self.assertFailure(stream.end(), UNAUTHENTICATED, "CREDENTIAL_INVALID")
