"""No caller ever sees anything of another tenant, whatever is alike in the two.

Random callers do random things in three tenants with the same user ids, the same room ids, the same client
message ids and the same tokens (which stand for different users there), for themselves or through one gateway that
calls on their behalf, through two servers: one is connected
to PostgreSQL directly, the other through a PgBouncer that lends connections for one transaction. A model says
what each of them has to see; besides, every text carries its tenant's name, and no answer may hold another's.
"""

import hashlib
import unittest
import uuid

import grpc

from client import Client
from harness import PATIENCE, Chatterd, ServerTestCase, Tenant, free_port, seeded_random
from pgbouncer import PROGRAM, PgBouncer
from stubs import chat_pb2, member_pb2, message_pb2, room_pb2, service_account_pb2, user_pb2

NAMES = ("ochre", "olive", "azure")
USERS = ("ann", "ben", "cat", "dan")
TOKENS = [f"chs_{'ABCD'[i] * 43}" for i in range(4)]
STEPS = 600


class Model:
    """What there is in one tenant."""

    def __init__(self, shift):
        self.names = {}  # display name by user
        # The same token is another user's in each tenant.
        self.users = {TOKENS[i]: USERS[(i + shift) % len(USERS)] for i in range(len(TOKENS))}
        self.members = {}  # by room
        self.messages = {}  # by room: (sender, client message id, text)
        self.marks = {}  # by room and user: the last event that was read

    def rooms_of(self, user):
        return {room for room, members in self.members.items() if user in members}

    def mark(self, room, user):
        return self.marks.get((room, user), 1)

    def unread(self, room, user):
        return sum(sender != user and seq > self.mark(room, user)
                   for seq, (sender, _, _) in enumerate(self.messages[room], 2))

    def room_with(self, members):
        return next((room for room, those in self.members.items() if those == members), None)


@unittest.skipIf(PROGRAM is None, "pgbouncer is missing; scripts/install-deps test installs it")
class NoLeak(ServerTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        bouncer = PgBouncer(cls.database_url, free_port())
        cls.addClassCleanup(bouncer.destroy, PATIENCE)
        bouncer.start(PATIENCE)
        cls.bounced = Chatterd(bouncer.url)  # with default settings: it has to find out by itself
        cls.addClassCleanup(cls.bounced.destroy)
        cls.servers = (cls.server, cls.bounced)
        cls.bounced.start()

    def setUp(self):
        self.random = seeded_random()
        self.models = {name: Model(shift) for shift, name in enumerate(NAMES)}
        self.tenants = {}
        for name in NAMES:
            self.tenants[name] = Tenant(self.server, name)
            self.addCleanup(self.tenants[name].close)
            self.rename(name, USERS)
            for token, user in self.models[name].users.items():
                self.sql(f"INSERT INTO {name}.chatter_session (token_digest, user_id, created_at, expires_at)"
                         f" VALUES ('\\x{hashlib.sha256(token.encode()).hexdigest()}', '{user}', now(),"
                         " now() + interval '1 day')")
        self.make_rooms_with_one_id()
        self.make_gateway()
        self.clients = {}

    def sql(self, text):
        self.postgres.query(text, self.database_url)

    # The server never gives two rooms one id; here it has to live with it.
    def make_rooms_with_one_id(self):
        for members in (("ann", "ben"), ("ann", "ben", "cat"), ("dan",)):
            room = str(uuid.UUID(int=self.random.getrandbits(128), version=4))
            for shift, name in enumerate(NAMES):
                # Other members in each tenant, so that a mix-up shows.
                there = {USERS[(USERS.index(user) + shift) % len(USERS)] for user in members}
                client = Client(self.server.address, tenant=name, token=self.server.admin_key)
                self.addCleanup(client.close)
                made = client.room_id(*there)
                for table, column in (("chatter_room", "id"), ("chatter_event", "room_id"),
                                      ("chatter_member", "room_id")):
                    if column == "id":
                        self.sql(f"ALTER TABLE {name}.chatter_member DROP CONSTRAINT IF EXISTS "
                                 "chatter_member_room_id_fkey")
                    self.sql(f"UPDATE {name}.{table} SET {column} = '{room}' WHERE {column} = '{made}'")
                self.models[name].members[room] = there
                self.models[name].messages[room] = []

    # A service that calls for users of all tenants with one key: only its metadata tell whom it means.
    def make_gateway(self):
        admin = self.tenants[NAMES[0]].admin
        admin.service_accounts.SetServiceAccount(service_account_pb2.SetServiceAccountRequest(
            service_account=service_account_pb2.ServiceAccount(
                name="gateway", tenants=["*"], services=["*"], may_act_for_users=True)))
        self.gateway_key = admin.service_accounts.CreateApiKey(
            service_account_pb2.CreateApiKeyRequest(account="gateway")).key

    # ---- What may happen ----

    def rename(self, name, users):
        for user in users:
            self.models[name].names[user] = f"{user} of {name} {self.random.randrange(1000)}"
        self.tenants[name].service.users.UpsertUsers(user_pb2.UpsertUsersRequest(users=[
            user_pb2.User(id=user, display_name=self.models[name].names[user]) for user in users]))

    def client_for(self, name, token):
        address = self.random.choice(self.servers).address
        user = self.models[name].users.get(token)
        through_gateway = user is not None and self.random.random() < 0.3
        key = (name, token, address, through_gateway)
        if key not in self.clients:
            metadata = [("x-chatter-on-behalf-of", user)] if through_gateway else []
            self.clients[key] = Client(address, tenant=name, metadata=metadata,
                                       token=self.gateway_key if through_gateway else token)
            self.addCleanup(self.clients[key].close)
        return self.clients[key]

    def get_user(self, name, model, client, _user):
        wanted = self.random.choice(USERS)
        user = client.users.GetUser(user_pb2.GetUserRequest(user_id=wanted)).user
        self.assertEqual((user.id, user.display_name), (wanted, model.names[wanted]))
        return user

    def list_users(self, name, model, client, _user):
        response = client.users.ListUsers(user_pb2.ListUsersRequest())
        self.assertEqual({u.id: u.display_name for u in response.users}, model.names)
        return response

    def find_users(self, name, model, client, _user):
        """By the tenant, whose name is in all names, or by a user's name or number."""
        query = self.random.choice((*USERS, *NAMES, str(self.random.randrange(1000))))
        response = client.users.ListUsers(user_pb2.ListUsersRequest(query=query))
        self.assertEqual({u.id: u.display_name for u in response.users},
                         {u: text for u, text in model.names.items() if any(
                             word.startswith(query) for word in text.split())})
        return response

    def batch_get_users(self, name, model, client, _user):
        wanted = self.random.choices(USERS, k=3)
        response = client.users.BatchGetUsers(user_pb2.BatchGetUsersRequest(user_ids=wanted))
        self.assertEqual({u.id: u.display_name for u in response.users},
                         {user: model.names[user] for user in wanted})
        return response

    def list_rooms(self, name, model, client, user):
        response = client.rooms.ListRooms(room_pb2.ListRoomsRequest())
        self.assertEqual({room.id for room in response.rooms}, model.rooms_of(user))
        for room in response.rooms:
            self.assertEqual(set(room.user_ids), model.members[room.id])
        return response

    def get_room(self, name, model, client, user):
        room_id = self.any_room()
        if user not in model.members.get(room_id, ()):
            with self.assertFails(grpc.StatusCode.NOT_FOUND, "ROOM_NOT_FOUND") as caught:
                client.rooms.GetRoom(room_pb2.GetRoomRequest(room_id=room_id))
            return caught.exception.details()
        response = client.rooms.GetRoom(room_pb2.GetRoomRequest(room_id=room_id))
        self.assertEqual(set(response.room.user_ids), model.members[room_id])
        self.assertEqual(response.room.head_seq, 1 + len(model.messages[room_id]))
        self.assertEqual(response.room.unread_count, min(999, model.unread(room_id, user)))
        return response

    def list_members(self, name, model, client, user):
        room_id = self.any_room()
        request = member_pb2.ListMembersRequest(room_id=room_id)
        if user not in model.members.get(room_id, ()):
            with self.assertFails(grpc.StatusCode.NOT_FOUND, "ROOM_NOT_FOUND") as caught:
                client.members.ListMembers(request)
            return caught.exception.details()
        response = client.members.ListMembers(request)
        self.assertEqual({m.user_id: (m.display_name, m.read_seq) for m in response.members},
                         {member: (model.names[member], model.mark(room_id, member))
                          for member in model.members[room_id]})
        return response

    def mark_read(self, name, model, client, user):
        room_id = self.any_room()
        seq = self.random.randrange(1, 60)
        if user not in model.members.get(room_id, ()):
            with self.assertFails(grpc.StatusCode.NOT_FOUND, "ROOM_NOT_FOUND") as caught:
                client.mark_read(room_id, seq)
            return caught.exception.details()
        head = 1 + len(model.messages[room_id])
        mark = max(model.mark(room_id, user), min(seq, head))
        self.assertEqual(client.mark_read(room_id, seq), mark)
        model.marks[room_id, user] = mark
        return mark

    def create_room(self, name, model, client, user):
        members = {user, *self.random.sample(USERS, self.random.randrange(1, len(USERS)))}
        known = model.room_with(members)
        response = client.create_room(*members)
        if known is not None:
            self.assertEqual((response.room.id, response.created), (known, False))
        else:
            # The ids that are alike were not given by the server: it finds rooms by their members.
            model.members[response.room.id] = members
            model.messages[response.room.id] = []
            self.assertTrue(response.created)
        return response

    def send(self, name, model, client, user):
        room_id = self.any_room()
        message_id = f"id {self.random.randrange(40)}"
        text = f"{name}: {user} {message_id}"
        if user not in model.members.get(room_id, ()):
            with self.assertFails(grpc.StatusCode.NOT_FOUND, "ROOM_NOT_FOUND") as caught:
                client.send_message(room_id, message_id, text)
            return caught.exception.details()
        response = client.send_message(room_id, message_id, text)
        log = model.messages[room_id]
        if (user, message_id, text) not in log:
            log.append((user, message_id, text))
        self.assertEqual(response.seq, 2 + log.index((user, message_id, text)))
        return response

    def refer(self, name, model, client, user):
        """A message in one of the caller's rooms that refers to what may be in none of them."""
        rooms = sorted(model.rooms_of(user))
        if not rooms:
            return None
        room_id, source_id = self.random.choice(rooms), self.any_room()
        message_id = f"reference {len(model.messages[room_id])}"
        source = model.messages.get(source_id, [])
        seq = self.random.randrange(1, 60)
        mentioned = self.random.choice([u for u in USERS if u != user])
        details = self.random.choice((
            {"forwarded_from": message_pb2.ForwardedFrom(room_id=source_id, seq=seq)},
            {"reply_to_seq": seq, "mentions_everyone": True}, {"mentioned_user_ids": [mentioned]}))
        text = "" if "forwarded_from" in details else f"{name}: {user} refers"
        if "forwarded_from" in details:
            allowed = user in model.members.get(source_id, ()) and 2 <= seq < 2 + len(source)
            failure = (grpc.StatusCode.NOT_FOUND, "MESSAGE_NOT_FOUND")
        elif "reply_to_seq" in details:
            allowed = 2 <= seq < 2 + len(model.messages[room_id])
            failure = (grpc.StatusCode.NOT_FOUND, "MESSAGE_NOT_FOUND")
        else:
            allowed = mentioned in model.members[room_id]
            failure = (grpc.StatusCode.INVALID_ARGUMENT, "UNKNOWN_USERS")
        if not allowed:
            with self.assertFails(*failure) as caught:
                client.send_message(room_id, message_id, text, **details)
            return caught.exception.details()
        response = client.send_message(room_id, message_id, text, **details)
        model.messages[room_id].append((user, message_id, text or source[seq - 2][2]))
        self.assertEqual(response.seq, 1 + len(model.messages[room_id]))
        return response

    def list_messages(self, name, model, client, user):
        room_id = self.any_room()
        if user not in model.members.get(room_id, ()):
            with self.assertFails(grpc.StatusCode.NOT_FOUND, "ROOM_NOT_FOUND") as caught:
                client.whole_log(room_id)
            return caught.exception.details()
        log = client.whole_log(room_id)
        self.assertEqual([(m.sender_id, m.client_message_id, m.text) for m in log],
                         model.messages[room_id])
        return log

    def rename_users(self, name, model, _client, _user):
        self.rename(name, self.random.sample(USERS, 2))

    def wrong_token(self, name, _model, _client, _user):
        other = self.client_for(name, f"chs_{'Z' * 43}")
        with self.assertFails(grpc.StatusCode.UNAUTHENTICATED, "CREDENTIAL_INVALID") as caught:
            other.users.ListUsers(user_pb2.ListUsersRequest())
        return caught.exception.details()

    def any_room(self):
        """Of any tenant: also those that another tenant alone has."""
        return self.random.choice([room for model in self.models.values() for room in model.members])

    # ---- The tests ----

    def assertNothingOf(self, others, answer, what):
        for other in others:
            self.assertNotIn(other, str(answer), what)

    def test_random_callers_see_their_own_tenant_only(self):
        operations = (self.get_user, self.list_users, self.find_users, self.batch_get_users,
                      self.list_rooms, self.get_room, self.create_room,
                      self.list_members, self.mark_read,
                      self.send, self.send, self.send, self.refer, self.list_messages,
                      self.rename_users, self.wrong_token)
        streams = {(name, token): self.open_stream(name, token) for name in NAMES for token in TOKENS[:2]}
        for step in range(STEPS):
            name = self.random.choice(NAMES)
            token = self.random.choice(TOKENS)
            model = self.models[name]
            user = model.users[token]
            operation = self.random.choice(operations)
            answer = operation(name, model, self.client_for(name, token), user)
            others = [other for other in NAMES if other != name]
            self.assertNothingOf(others, answer, f"step {step}: {operation.__name__} in {name}")
        for (name, token), stream in streams.items():
            self.check_stream(stream, name, self.models[name].users[token])

    def open_stream(self, name, token):
        user = self.models[name].users[token]
        cursors = {room: 0 for room in self.models[name].rooms_of(user)}
        stream = self.client_for(name, token).stream(cursors)
        self.addCleanup(stream.cancel)
        self.assertEqual(stream.wait_opened().user_id, user)
        return stream

    def check_stream(self, stream, name, user):
        """It got all of its rooms, and nothing else. Rooms that another server made may be missing."""
        model = self.models[name]
        seen = {e.opened.user_id for e in stream.snapshot() if e.HasField("opened")}
        self.assertEqual(seen, {user})
        for room in [r for r in model.rooms_of(user) if stream.seqs(r)]:
            head = 1 + len(model.messages[room])
            stream.room_event(room, head)
            self.assertEqual(stream.seqs(room), list(range(1, head + 1)))
            texts = [(e.room_event.actor_id, e.room_event.message_sent.text) for e in stream.snapshot()
                     if e.HasField("room_event") and e.room_event.room_id == room
                     and e.room_event.HasField("message_sent")]
            self.assertEqual(texts, [(sender, text) for sender, _, text in model.messages[room]])
        self.assertLessEqual({e.room_event.room_id for e in stream.snapshot() if e.HasField("room_event")},
                             model.rooms_of(user))
        self.assertNothingOf([n for n in NAMES if n != name], stream.snapshot(), f"a stream in {name}")
