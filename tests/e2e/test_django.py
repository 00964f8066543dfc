"""Users and sessions of a real Django project, read where Django keeps them."""

import contextlib
import itertools
import json
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import grpc

import raw_http2
from client import Client
from harness import PATIENCE, SERVING, Chatterd, E2ETestCase, Postgres, Tenant
from stubs import room_pb2, user_pb2

UNAUTHENTICATED = grpc.StatusCode.UNAUTHENTICATED

KEY = "the application's secret key, which is long enough"
OLD_KEY = "the key of the months before, which is long enough"


class Project:
    """A Django project whose tables are in one schema. Its methods are the project's commands."""

    _SCRIPT = Path(__file__).parent / "django_site/project.py"

    def __init__(self, python, database_url, schema, user_model="auth.User", sessions="database",
                 cookie="sessionid", secret_key=KEY):
        options = {"database_url": database_url, "schema": schema, "secret_key": secret_key,
                   "user_model": user_model, "sessions": sessions, "cookie": cookie}
        self.cookie = cookie
        self._process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", python, str(self._SCRIPT), json.dumps(options)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __getattr__(self, command):
        def run(*arguments, **keywords):
            self._process.stdin.write(json.dumps([command, arguments, keywords]) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
            if not answer:
                raise AssertionError(f"Django's {command} failed; its own words are above")
            return json.loads(answer)
        return run

    def close(self):
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(PATIENCE)


class DjangoTestCase(E2ETestCase):
    """One chatterd over the tables of Django projects, one project in the schema of each tenant."""

    python = sys.executable  # the one whose Django is tried
    flags = ("--user-table", "auth_user")
    project_options = {}
    keys = (KEY,)

    @classmethod
    def setUpClass(cls):
        cls.database_url = Postgres.shared(False).make_database()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.key_file = Path(folder.name) / "keys"
        cls.write_keys(*cls.keys)
        cls.server = Chatterd(cls.database_url, "--django-secret-key-file", str(cls.key_file),
                              *cls.flags)
        cls.addClassCleanup(cls.server.destroy)
        cls.servers = (cls.server,)
        cls.server.start(wait=False)
        cls.tenant, cls.project = cls.make_application("acme")

    @classmethod
    def write_keys(cls, *keys):
        """At once, as a mount does."""
        new = cls.key_file.with_suffix(".new")
        new.write_text("".join(key + "\n" for key in keys), "utf-8")
        new.rename(cls.key_file)

    @classmethod
    def make_application(cls, schema, **options):
        """A tenant, and in its schema a project with the users alice and bob."""
        cls.server.wait_for_health(SERVING)
        tenant = Tenant(cls.server, schema)
        cls.addClassCleanup(tenant.close)
        project = cls.make_project(schema, **options)
        project.migrate()
        return tenant, project

    @classmethod
    def make_project(cls, schema, **options):
        project = Project(cls.python, cls.database_url, schema, **{**cls.project_options, **options})
        cls.addClassCleanup(project.close)
        return project

    def sql(self, text):
        return Postgres.shared(False).query(text, self.database_url)

    def client(self, cookie, tenant="acme", extra=()):
        client = Client(self.server.address, tenant=tenant,
                        metadata=[("cookie", f"theme=dark; {self.project.cookie}={cookie}"), *extra])
        self.addCleanup(client.close)
        return client

    def who(self, client):
        """The user that the server takes the client for."""
        stream = client.stream()
        self.addCleanup(stream.cancel)
        return stream.wait_opened().user_id

    def assertSignedIn(self, cookie, user_id, tenant="acme"):
        self.assertEqual(self.who(self.client(cookie, tenant)), user_id)

    def assertSignedOut(self, cookie, tenant="acme", reason="CREDENTIAL_INVALID"):
        """Within the life of what is cached."""
        client = self.client(cookie, tenant)

        def refused():
            try:
                client.users.ListUsers(user_pb2.ListUsersRequest())
            except grpc.RpcError as error:
                return error
            return None

        with self.assertFails(UNAUTHENTICATED, reason):
            raise self.until(refused, "signed out")


class DatabaseSessions(DjangoTestCase):
    _numbers = itertools.count()

    def setUp(self):
        self.name = f"user{next(self._numbers)}"
        self.user_id = self.project.add_user(self.name)

    def test_a_session_is_good_for_its_user(self):
        cookie = self.project.login(self.name)
        self.assertEqual(self.project.visit(cookie)[0], self.name)
        self.assertSignedIn(cookie, self.user_id)

    def test_other_cookies_do_no_harm(self):
        own = f"sessionid={self.project.login(self.name)}".encode()
        for other in ("place=café".encode(), b"a=\xff", b"a=b\tc", b"\x01", b"a=" + b"x" * 12_000):
            with self.subTest(other=other[:20]):
                headers = [(b"x-chatter-tenant", b"acme"), (b"cookie", other + b"; " + own)]
                status, _ = raw_http2.unary_call(
                    self.server.port, b"/chatter.v1.RoomService/ListRooms", headers, PATIENCE)
                self.assertEqual(status, 0)

    def test_the_applications_users_are_there_without_copying(self):
        other = self.project.add_user("other" + self.name)
        client = self.client(self.project.login(self.name))
        users = client.users.ListUsers(user_pb2.ListUsersRequest(page_size=500)).users
        names = {user.id: user.display_name for user in users}
        self.assertEqual(names[self.user_id], self.name)
        self.assertEqual(names[other], "other" + self.name)
        room = client.create_room(self.user_id, other).room
        self.assertEqual(list(room.user_ids), sorted([self.user_id, other]))
        client.send_message(room.id, "1", "hello")
        self.assertEqual(self.sql("SELECT count(*) FROM acme.chatter_user"), ["0"])
        with self.assertFails(grpc.StatusCode.INVALID_ARGUMENT, "UNKNOWN_USERS"):
            client.create_room(self.user_id, self.name)  # no id, but a name

    def test_users_cannot_be_written(self):
        for call, request in (
                ("UpsertUsers", user_pb2.UpsertUsersRequest(users=[user_pb2.User(id="1")])),
                ("DeactivateUser", user_pb2.DeactivateUserRequest(user_id=self.user_id)),
                ("ReactivateUser", user_pb2.ReactivateUserRequest(user_id=self.user_id))):
            with self.assertFails(grpc.StatusCode.FAILED_PRECONDITION, "USERS_READ_ONLY"):
                getattr(self.tenant.service.users, call)(request)

    def test_logout_ends_it_and_open_streams(self):
        cookie, other = self.project.login(self.name), self.project.login(self.name)
        stream = self.client(cookie).stream()
        self.project.logout(cookie)
        self.assertFailure(stream.end(), UNAUTHENTICATED, "CREDENTIAL_INVALID")
        self.assertSignedOut(cookie)
        self.assertSignedIn(other, self.user_id)

    def test_a_new_password_ends_all_sessions(self):
        cookie = self.project.login(self.name)
        stream = self.client(cookie).stream()
        self.project.set_password(self.name, "another")
        self.assertFailure(stream.end(), UNAUTHENTICATED, "CREDENTIAL_INVALID")
        self.assertSignedOut(cookie)
        self.assertSignedIn(self.project.login(self.name, "another"), self.user_id)

    def test_a_deactivated_user_is_out(self):
        cookie = self.project.login(self.name)
        stream = self.client(cookie).stream()
        self.project.set_active(self.name, False)
        self.assertFailure(stream.end(), UNAUTHENTICATED, "USER_DEACTIVATED")
        self.assertSignedOut(cookie, reason="USER_DEACTIVATED")
        listed = self.tenant.service.users.ListUsers(user_pb2.ListUsersRequest(page_size=500)).users
        self.assertNotIn(self.user_id, [user.id for user in listed])
        found = self.tenant.service.users.GetUser(user_pb2.GetUserRequest(user_id=self.user_id))
        self.assertTrue(found.user.deactivated)

    def test_a_session_is_what_its_row_says_now(self):
        saved, emptied = self.project.login(self.name), self.project.login(self.name)
        goes_on, ends = self.client(saved).stream(), self.client(emptied).stream()
        self.project.put(saved, cart=[1, 2, 3])
        self.project.empty(emptied)
        self.assertFailure(ends.end(), UNAUTHENTICATED, "CREDENTIAL_INVALID")
        self.project.put(saved, cart=[])
        last = self.project.login(self.name)
        ends = self.client(last).stream()
        self.project.logout(last)
        self.assertFailure(ends.end(), UNAUTHENTICATED, "CREDENTIAL_INVALID")  # looked at again
        goes_on.reply(goes_on.ping())

    def test_an_expired_session_is_none(self):
        cookie = self.project.login(self.name)
        stream = self.client(cookie).stream()
        self.project.expire(cookie)
        self.assertFailure(stream.end(), UNAUTHENTICATED, "CREDENTIAL_INVALID")
        self.assertSignedOut(cookie)

    def test_a_session_of_nobody_is_none(self):
        name, cookie = self.project.visit()
        self.assertEqual(name, "")
        self.assertSignedOut(cookie)

    def test_a_tampered_session_is_none(self):
        cookie = self.project.login(self.name)
        changed = cookie[:-1] + ("a" if cookie[-1] != "a" else "b")
        for bad in (changed, cookie.upper(), cookie + "0", cookie[:8], '" OR 1=1 --"'):
            self.assertSignedOut(bad)
        self.sql("UPDATE acme.django_session SET session_data = replace(session_data, ':', ':0') "
                 f"WHERE session_key = '{cookie}'")
        self.assertSignedOut(cookie)

    def test_cookies_are_read_as_django_reads_them(self):
        good, other = self.project.login(self.name), self.project.login(self.name)
        self.project.logout(other)
        octal = "".join(f"\\{ord(c):03o}" for c in good)
        for headers in (
                [f"sessionid={other}; sessionid={good}"], [f"sessionid={good}; sessionid={other}"],
                [f"sessionid={other}", f"sessionid={good}"],
                [f"sessionid=; sessionid={good}"], [f"sessionid={good}; sessionid="],
                [f'sessionid=""; sessionid={good}'], [f'sessionid={good}; sessionid=""'],
                [f'sessionid="{good}"'], [f'sessionid="\\{good}"'], [f'sessionid="{octal}"'],
                [f"sessionid={octal}"], [f'sessionid="{good}'], [f'sessionid={good}"'],
                [f"sessionid = {good} "], [f" sessionid={good} ; theme=dark"],
                [f'sessionid=" {good}"'], [f"sessionid={good}; sessionid"], [f"={good}", good],
                [f'"sessionid"={good}'], [f"SESSIONID={good}"], [f'x="; sessionid={good}; y="']):
            with self.subTest(headers=[h.replace(good, "GOOD") for h in headers]):
                name = self.project.who("; ".join(headers))
                client = Client(self.server.address, tenant="acme",
                                metadata=[("cookie", header) for header in headers])
                self.addCleanup(client.close)
                if name:
                    self.assertEqual(self.who(client), self.user_id)
                else:
                    with self.assertRaises(grpc.RpcError) as caught:
                        client.users.ListUsers(user_pb2.ListUsersRequest())
                    self.assertEqual(caught.exception.code(), UNAUTHENTICATED)

    def test_a_cookie_and_a_token_must_agree(self):
        other = self.project.add_user("second" + self.name)
        bearer = [("authorization", f"Bearer {self.tenant.token(other)}")]
        with self.assertFails(UNAUTHENTICATED, "CREDENTIALS_CONTRADICT"):
            self.client(self.project.login(self.name), extra=bearer).create_room(other)
        self.assertEqual(self.who(self.client(self.project.login("second" + self.name),
                                              extra=bearer)), other)

    def test_the_same_key_in_another_schema_is_another_user(self):
        _, globex = self.make_application("globex")
        cookie = self.project.login(self.name)
        self.assertSignedOut(cookie, "globex")
        # The row alone is signed with the same key, but the user's password is another's.
        fillers = itertools.count()
        while globex.add_user(f"filler{next(fillers)}") != self.user_id:
            pass
        self.sql(f"INSERT INTO globex.django_session SELECT * FROM acme.django_session "
                 f"WHERE session_key = '{cookie}'")
        self.assertSignedOut(cookie, "globex")
        self.sql(f"DELETE FROM globex.django_session WHERE session_key = '{cookie}'")
        zoe = globex.add_user("zoe")
        theirs = globex.login("zoe")
        self.sql(f"UPDATE globex.django_session SET session_key = '{cookie}' "
                 f"WHERE session_key = '{theirs}'")
        self.until(lambda: self.signed_in(cookie, "globex"), "signed in")
        self.assertSignedIn(cookie, zoe, "globex")
        self.assertSignedIn(cookie, self.user_id, "acme")

    def signed_in(self, cookie, tenant):
        with contextlib.suppress(grpc.RpcError):
            return self.client(cookie, tenant).rooms.ListRooms(room_pb2.ListRoomsRequest())
        return None


class OwnUserModel(DjangoTestCase):
    """UUIDs for keys, and not one column with Django's name."""

    flags = ("--user-table", "account", "--user-key-column", "key", "--user-id-column", "handle",
             "--user-name-column", "full_name", "--user-password-column", "secret",
             "--user-active-column", "enabled", "--django-session-cookie", "appsession")
    project_options = {"user_model": "accounts.Account", "cookie": "appsession"}

    def test_a_session_is_good_for_its_user(self):
        key = self.project.add_user("alice", full_name="Alice Liddell")
        self.assertEqual(len(key), 36)
        cookie = self.project.login("alice")
        self.assertSignedIn(cookie, "alice")
        found = self.tenant.service.users.GetUser(user_pb2.GetUserRequest(user_id="alice"))
        self.assertEqual(found.user.display_name, "Alice Liddell")

        stream = self.client(cookie).stream()
        self.project.set_password("alice", "another")
        self.assertFailure(stream.end(), UNAUTHENTICATED, "CREDENTIAL_INVALID")
        cookie = self.project.login("alice", "another")
        stream = self.client(cookie).stream()
        self.project.set_active("alice", False)
        self.assertFailure(stream.end(), UNAUTHENTICATED, "USER_DEACTIVATED")

    def test_a_key_of_another_type_is_nobodys(self):
        _, integers = self.make_application("initech", user_model="auth.User")
        integers.add_user("carol")
        self.sql("CREATE TABLE initech.account AS SELECT gen_random_uuid() AS key, "
                 "username AS handle, username AS full_name, password AS secret, "
                 "is_active AS enabled FROM initech.auth_user")
        self.assertSignedOut(integers.login("carol"), "initech")


class SignedCookies(DjangoTestCase):
    flags = ("--user-table", "account", "--user-key-column", "key", "--user-id-column", "key",
             "--user-name-column", "full_name", "--user-password-column", "secret",
             "--user-active-column", "enabled", "--django-sessions", "signed_cookies",
             "--django-session-max-age", "1h")
    project_options = {"user_model": "accounts.Account", "sessions": "signed_cookies"}

    def test_a_session_is_good_for_its_user(self):
        key = self.project.add_user("alice")
        self.assertSignedIn(self.project.login("alice"), key)

    def test_a_new_password_and_deactivation_end_it(self):
        self.project.add_user("bob")
        cookie = self.project.login("bob")
        stream = self.client(cookie).stream()
        self.project.set_password("bob", "another")
        self.assertFailure(stream.end(), UNAUTHENTICATED, "CREDENTIAL_INVALID")
        self.assertSignedOut(cookie)
        cookie = self.project.login("bob", "another")
        stream = self.client(cookie).stream()
        self.project.set_active("bob", False)
        self.assertFailure(stream.end(), UNAUTHENTICATED, "USER_DEACTIVATED")

    def test_an_old_or_tampered_cookie_is_none(self):
        key = self.project.add_user("carol")
        self.assertSignedIn(self.project.login("carol", age=3_000), key)
        self.assertSignedOut(self.project.login("carol", age=3_601))
        cookie = self.project.login("carol")
        payload, timestamp, signature = cookie.split(":")
        later = timestamp[:-1] + ("z" if timestamp[-1] != "z" else "y")
        for bad in (f"{payload}:{later}:{signature}", f"{payload[:-1]}:{timestamp}:{signature}",
                    f"{payload}:{timestamp}:{signature[:-1]}", payload, ":::"):
            self.assertSignedOut(bad)
        self.assertSignedOut(self.project.visit()[1])  # of nobody


class FallbackKeys(DjangoTestCase):
    keys = (KEY, OLD_KEY)

    def test_sessions_of_old_keys_are_good(self):
        user_id = self.project.add_user("alice")
        before = self.make_project("acme", secret_key=OLD_KEY)
        stranger = self.make_project("acme", secret_key="a key that was never the application's")
        self.assertSignedIn(self.project.login("alice"), user_id)
        self.assertSignedIn(before.login("alice"), user_id)
        self.assertSignedOut(stranger.login("alice"))


class RotatedKeys(DjangoTestCase):
    keys = (OLD_KEY,)
    project_options = {"secret_key": OLD_KEY}

    def setUp(self):
        self.write_keys(OLD_KEY)
        self.name = self.id().rpartition("_")[2]
        self.user_id = self.project.add_user(self.name)
        self.after = self.make_project("acme", secret_key=KEY)
        self.until(lambda: self.signed_in(self.project), "the old key is there")

    def signed_in(self, project):
        with contextlib.suppress(grpc.RpcError):
            client = self.client(project.login(self.name))
            return client.rooms.ListRooms(room_pb2.ListRoomsRequest())
        return None

    def told(self, text):
        """How often the log has told it."""
        return self.server.log.read_text("utf-8").count(text)

    def rotate(self):
        self.assertFalse(self.signed_in(self.after))
        self.write_keys(KEY, OLD_KEY)
        self.until(lambda: self.signed_in(self.after), "the new key is taken")
        self.assertSignedIn(self.project.login(self.name), self.user_id)
        self.write_keys(KEY)
        self.until(lambda: not self.signed_in(self.project), "the old key is taken no more")
        self.assertSignedIn(self.after.login(self.name), self.user_id)

    def test_a_new_key_is_taken_without_a_signal(self):
        self.rotate()

    def test_a_file_without_keys_leaves_those_that_were_there(self):
        problem = f"file={self.key_file}"
        told = self.told(problem)
        self.write_keys()
        self.until(lambda: self.told(problem) == told + 1, "the log has told it")
        self.server.signal(signal.SIGHUP)
        self.until(lambda: self.told(problem) == told + 2, "the log has told it to who asked")
        self.key_file.unlink()
        self.until(lambda: self.told(problem) == told + 3, "the log has told the next one")
        self.assertSignedIn(self.project.login(self.name), self.user_id)
        self.rotate()


class WithoutTenants(DjangoTestCase):
    """One schema for Chatter's own tables, and Django's where they have always been."""

    flags = ("--single-schema", "chat", "--user-table", "public.auth_user",
             "--django-session-table", "public.django_session")

    @classmethod
    def make_application(cls, schema, **options):
        project = cls.make_project("public", **options)
        project.migrate()
        # The server waits for its schema as it waits for these tables, and makes neither.
        Postgres.shared(False).query("CREATE SCHEMA chat", cls.database_url)
        cls.server.wait_for_health(SERVING)
        return None, project

    def test_a_session_is_good_for_its_user(self):
        user_id = self.project.add_user("alice")
        other = self.project.add_user("bob")
        client = Client(self.server.address,
                        metadata=[("cookie", f"sessionid={self.project.login('alice')}")])
        self.addCleanup(client.close)
        self.assertEqual(list(client.create_room(user_id, other).room.user_ids),
                         sorted([user_id, other]))
        self.assertEqual(self.sql("SELECT count(*) FROM chat.chatter_room"), ["1"])
