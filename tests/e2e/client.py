"""Chatter's API as a program in another language uses it: plain gRPC, with metadata."""

import dataclasses
import os
import threading

import grpc

from google.protobuf import field_mask_pb2

from stubs import (chat_pb2, chat_pb2_grpc, error_details_pb2, member_pb2_grpc, message_pb2,
                   message_pb2_grpc, preference_pb2, preference_pb2_grpc, presence_pb2,
                   presence_pb2_grpc, read_state_pb2, read_state_pb2_grpc, room_pb2, room_pb2_grpc,
                   search_pb2_grpc, service_account_pb2_grpc, session_pb2_grpc, settings_pb2,
                   settings_pb2_grpc, status_pb2, tenant_pb2_grpc, thread_pb2_grpc,
                   user_pb2_grpc)

PATIENCE = 30 * float(os.environ.get("E2E_TIME_FACTOR", "1"))

# Each client has a connection of its own, and doesn't dawdle when that breaks. The shortest backoff
# isn't set: it bounds how long connecting may take, too.
CHANNEL_OPTIONS = (("grpc.use_local_subchannel_pool", 1),
                   ("grpc.initial_reconnect_backoff_ms", 50),
                   ("grpc.max_reconnect_backoff_ms", 200),
                   ("grpc.enable_retries", 0))


@dataclasses.dataclass
class Failure:
    """A google.rpc.Status, in parts."""

    code: grpc.StatusCode
    message: str
    reason: str = ""
    domain: str = ""
    metadata: dict = dataclasses.field(default_factory=dict)
    violations: dict = dataclasses.field(default_factory=dict)  # description by field
    retry_after: float = None


_CODES = {code.value[0]: code for code in grpc.StatusCode}


def failure_of_status(status):
    """The parts of a google.rpc.Status."""
    failure = Failure(_CODES[status.code], status.message)
    for detail in status.details:
        if detail.Is(error_details_pb2.ErrorInfo.DESCRIPTOR):
            info = error_details_pb2.ErrorInfo.FromString(detail.value)
            failure.reason, failure.domain = info.reason, info.domain
            failure.metadata = dict(info.metadata)
        elif detail.Is(error_details_pb2.BadRequest.DESCRIPTOR):
            for violation in error_details_pb2.BadRequest.FromString(detail.value).field_violations:
                failure.violations[violation.field] = violation.description
        elif detail.Is(error_details_pb2.RetryInfo.DESCRIPTOR):
            delay = error_details_pb2.RetryInfo.FromString(detail.value).retry_delay
            failure.retry_after = delay.seconds + delay.nanos / 1e9
    return failure


def failure_of(call):
    """How a call or stream failed. `call`: grpc.RpcError, or an ended call."""
    for key, value in call.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            return failure_of_status(status_pb2.Status.FromString(value))
    return Failure(call.code(), call.details())


class _Method:
    def __init__(self, multi_callable, metadata):
        self._multi_callable = multi_callable
        self._metadata = metadata

    def __call__(self, request, timeout=PATIENCE):
        return self._multi_callable(request, metadata=self._metadata, timeout=timeout)

    def future(self, request, timeout=PATIENCE):
        return self._multi_callable.future(request, metadata=self._metadata, timeout=timeout)


class _Service:
    """A stub whose calls carry the metadata."""

    def __init__(self, stub, metadata):
        self._stub = stub
        self._metadata = metadata

    def __getattr__(self, name):
        return _Method(getattr(self._stub, name), self._metadata)


def open_channel(address, options=CHANNEL_OPTIONS, credentials=None):
    """A channel to the server; in the clear, unless there are grpc.ChannelCredentials."""
    if credentials is None:
        return grpc.insecure_channel(address, options)
    return grpc.secure_channel(address, credentials, options)


class Client:
    """One connection, with one identity. `metadata` and `options` are for unusual ones."""

    def __init__(self, address, tenant=None, token=None, metadata=(), options=(),
                 credentials=None):
        self.metadata = list(metadata)
        if tenant is not None:
            self.metadata.append(("x-chatter-tenant", tenant) if tenant.isascii()
                                 else ("x-chatter-tenant-bin", tenant.encode()))
        if token is not None:
            self.metadata.append(("authorization", f"Bearer {token}"))
        self.channel = open_channel(address, CHANNEL_OPTIONS + tuple(options), credentials)
        self.chat_stub = chat_pb2_grpc.ChatServiceStub(self.channel)
        self.chat = _Service(self.chat_stub, self.metadata)
        self.rooms = _Service(room_pb2_grpc.RoomServiceStub(self.channel), self.metadata)
        self.members = _Service(member_pb2_grpc.MemberServiceStub(self.channel), self.metadata)
        self.messages = _Service(message_pb2_grpc.MessageServiceStub(self.channel), self.metadata)
        self.read_state = _Service(read_state_pb2_grpc.ReadStateServiceStub(self.channel),
                                   self.metadata)
        self.threads = _Service(thread_pb2_grpc.ThreadServiceStub(self.channel), self.metadata)
        self.preferences = _Service(preference_pb2_grpc.PreferenceServiceStub(self.channel),
                                    self.metadata)
        self.presence = _Service(presence_pb2_grpc.PresenceServiceStub(self.channel),
                                 self.metadata)
        self.search = _Service(search_pb2_grpc.SearchServiceStub(self.channel), self.metadata)
        self.users = _Service(user_pb2_grpc.UserServiceStub(self.channel), self.metadata)
        self.sessions = _Service(session_pb2_grpc.SessionServiceStub(self.channel), self.metadata)
        self.service_accounts = _Service(
            service_account_pb2_grpc.ServiceAccountServiceStub(self.channel), self.metadata)
        self.settings = _Service(settings_pb2_grpc.SettingsServiceStub(self.channel), self.metadata)
        self.tenants = _Service(tenant_pb2_grpc.TenantServiceStub(self.channel), self.metadata)

    def close(self):
        self.channel.close()

    def create_room(self, *user_ids):
        return self.rooms.CreateRoom(room_pb2.CreateRoomRequest(user_ids=user_ids))

    def room_id(self, *user_ids):
        return self.create_room(*user_ids).room.id

    def create_group(self, *user_ids, kind=room_pb2.ROOM_KIND_GROUP, owner_ids=(), request_id="",
                     **profile):
        return self.rooms.CreateRoom(room_pb2.CreateRoomRequest(
            user_ids=user_ids, kind=kind, owner_ids=owner_ids, request_id=request_id,
            profile=room_pb2.RoomProfile(**profile)))

    def get_room(self, room_id):
        return self.rooms.GetRoom(room_pb2.GetRoomRequest(room_id=room_id)).room

    def set_settings(self, mask, **settings):
        """As a service. `mask`: the fields, with spaces between."""
        return self.settings.UpdateSettings(settings_pb2.UpdateSettingsRequest(
            settings=settings_pb2.Settings(**settings), update_mask={"paths": mask.split()})).settings

    def set_search_language(self, language):
        """As a service, until all messages can be searched in it."""
        settings = self.set_settings("search_language", search_language=language)
        while settings.HasField("search_language_change"):
            assert settings.search_language_change.state == (
                settings_pb2.SEARCH_LANGUAGE_CHANGE_STATE_PREPARING), settings
            settings = self.settings.GetSettings(settings_pb2.GetSettingsRequest()).settings
        assert settings.search_language == language, settings

    def mark_read(self, room_id, seq, silent=False):
        return self.read_state.MarkRead(read_state_pb2.MarkReadRequest(
            room_id=room_id, seq=seq, silent=silent)).read_seq

    def get_presence(self, *user_ids):
        return list(self.presence.GetPresence(presence_pb2.GetPresenceRequest(
            user_ids=user_ids)).presences)

    def choose(self, *paths, **preferences):
        return self.preferences.UpdatePreferences(preference_pb2.UpdatePreferencesRequest(
            preferences=preference_pb2.Preferences(**preferences),
            update_mask=field_mask_pb2.FieldMask(paths=paths or preferences))).preferences

    def choose_for(self, room_id, *paths, **preferences):
        return self.preferences.UpdateRoomPreferences(preference_pb2.UpdateRoomPreferencesRequest(
            room_id=room_id, preferences=preference_pb2.RoomPreferences(**preferences),
            update_mask=field_mask_pb2.FieldMask(paths=paths or preferences))).preferences

    def send_message(self, room_id, client_message_id, text="", **details):
        """`details`: fields of MessageDetails."""
        return self.chat.SendMessage(chat_pb2.SendMessageRequest(
            room_id=room_id, client_message_id=client_message_id, text=text,
            details=message_pb2.MessageDetails(**details) if details else None))

    def whole_log(self, room_id):
        """All messages, page by page."""
        messages, after, more = [], 0, True
        while more:
            page = self.chat.ListMessages(chat_pb2.ListMessagesRequest(
                room_id=room_id, page_size=200, after_seq=after))
            messages += page.messages
            more = page.has_more
            after = messages[-1].seq if messages else 0
        return messages

    def subscribe(self, cursors=None, watched=(), epoch=""):
        """A Subscribe stream, opened."""
        subscription = Subscription(self, cursors, watched, epoch)
        subscription.wait_opened()
        return subscription

    def stream(self, cursors=None, opened=True, watched=(), epoch=""):
        """A Chat stream; opened, unless told not to."""
        stream = Stream(self)
        if opened:
            stream.open(cursors, watched, epoch)
            stream.wait_opened()
        return stream


def open_command(cursors=None, watched=(), epoch=""):
    """`cursors`: the last seq by room id, of this epoch; `watched`: ids of users."""
    return chat_pb2.Open(cursors=[chat_pb2.RoomCursor(room_id=room_id, after_seq=seq)
                                  for room_id, seq in (cursors or {}).items()],
                         watched_user_ids=watched, epoch=epoch)


class Stream:
    """A Chat stream: what is sent, and everything that came. Thread-safe."""

    def __init__(self, client):
        self._begin()
        self._read_from(client.chat_stub.Chat(self._requests(), metadata=client.metadata,
                                              wait_for_ready=True, timeout=PATIENCE * 20))

    def _begin(self):
        self._changed = threading.Condition()
        self._to_send = []
        self._no_more = False
        self._request_ids = 0
        self.events = []  # grows only
        self._taken = 0  # how many of them take() has given
        self._paused = False
        self.failure = None  # how it ended

    def _read_from(self, call):
        self._call = call
        threading.Thread(target=self._read, daemon=True).start()

    # ---- Commands ----

    def command(self, request_id=None, **command):
        """Sends `send=...`, `typing=...`, `ping=...` or `open=...`; returns its request id."""
        with self._changed:
            if request_id is None:
                self._request_ids += 1
                request_id = f"request {self._request_ids}"
        self.request(chat_pb2.ChatRequest(request_id=request_id, **command))
        return request_id

    def request(self, request):
        with self._changed:
            self._to_send.append(request)
            self._changed.notify_all()

    def open(self, cursors=None, watched=(), epoch=""):
        """As for open_command."""
        return self.command(open=open_command(cursors, watched, epoch))

    def send(self, room_id, client_message_id, text="", **details):
        """`details`: fields of MessageDetails."""
        return self.command(send=chat_pb2.SendMessage(
            room_id=room_id, client_message_id=client_message_id, text=text,
            details=message_pb2.MessageDetails(**details) if details else None))

    def typing(self, room_id, active=True):
        return self.command(typing=chat_pb2.Typing(room_id=room_id, active=active))

    def watch_presence(self, *user_ids):
        return self.command(watch_presence=presence_pb2.WatchPresence(user_ids=user_ids))

    def set_presence(self, status):
        return self.command(set_presence=presence_pb2.SetPresence(status=status))

    def ping(self):
        return self.command(ping=chat_pb2.Ping())

    def close(self):
        """Says that nothing more will be sent."""
        with self._changed:
            self._no_more = True
            self._changed.notify_all()

    def cancel(self):
        self._call.cancel()
        self.close()
        self.resume()

    # ---- Events ----

    def wait(self, matches, what, timeout=PATIENCE):
        """The first event so far, or else to come, for which matches(event) is true."""
        looked_at = 0
        match = None

        def found_or_over():
            nonlocal looked_at, match
            while match is None and looked_at < len(self.events):
                if matches(self.events[looked_at]):
                    match = self.events[looked_at]
                looked_at += 1
            return match is not None or self.failure is not None

        with self._changed:
            self._changed.wait_for(found_or_over, timeout)
            if match is None:
                raise AssertionError(f"no {what}; the stream's end: {self.failure}; "
                                     f"its last events: {self.events[-10:]}")
            return match

    def take(self, timeout=PATIENCE):
        """What has come since the last take: waits for it. Empty: too late, or the stream's end."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._taken < len(self.events) or self.failure is not None, timeout)
            events = self.events[self._taken:]
            self._taken += len(events)
            return events

    def wait_opened(self):
        return self.wait(lambda e: e.HasField("opened"), "opened").opened

    def reply(self, request_id):
        return self.wait(lambda e: e.HasField("reply") and e.reply.request_id == request_id,
                         f"reply to {request_id}").reply

    def sent(self, request_id):
        """The result of a send, which must have succeeded."""
        reply = self.reply(request_id)
        if not reply.HasField("sent"):
            raise AssertionError(f"the send failed: {reply}")
        return reply.sent

    def error(self, request_id):
        """The failure of a command, which must have failed."""
        reply = self.reply(request_id)
        if not reply.HasField("error"):
            raise AssertionError(f"the command didn't fail: {reply}")
        return failure_of_status(reply.error)

    def room_event(self, room_id, seq):
        return self.wait(lambda e: e.HasField("room_event") and e.room_event.room_id == room_id
                         and e.room_event.seq == seq, f"event {seq} of {room_id}").room_event

    def caught_up(self, room_id):
        return self.wait(lambda e: e.HasField("caught_up") and e.caught_up.room_id == room_id,
                         f"caught_up of {room_id}").caught_up

    def presence(self, user_id, status):
        return self.wait(lambda e: e.HasField("presence") and e.presence.user_id == user_id
                         and e.presence.status == status, f"presence {status} of {user_id}").presence

    def snapshot(self):
        with self._changed:
            return list(self.events)

    def seqs(self, room_id):
        """The sequence numbers that came, as they came."""
        return [e.room_event.seq for e in self.snapshot()
                if e.HasField("room_event") and e.room_event.room_id == room_id]

    def end(self, timeout=PATIENCE):
        """Waits for the end; returns how it was, with code OK where it went well."""
        with self._changed:
            if not self._changed.wait_for(lambda: self.failure is not None, timeout):
                raise AssertionError(f"the stream didn't end; its last events: {self.events[-10:]}")
            return self.failure

    def pause(self):
        """Stops reading, as a client that is busy elsewhere."""
        self._paused = True

    def resume(self):
        with self._changed:
            self._paused = False
            self._changed.notify_all()

    # ---- Threads ----

    def _requests(self):
        while True:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._to_send or self._no_more or self.failure is not None)
                if not self._to_send:
                    return
                request = self._to_send.pop(0)
            yield request

    def _read(self):
        try:
            for response in self._call:
                with self._changed:
                    self._changed.wait_for(lambda: not self._paused)
                    self.events += response.events
                    self._changed.notify_all()
        except grpc.RpcError:
            pass
        failure = failure_of(self._call)
        with self._changed:
            self.failure = failure
            self._changed.notify_all()


class Subscription(Stream):
    """A Subscribe stream: everything that came. Thread-safe."""

    def __init__(self, client, cursors=None, watched=(), epoch=""):
        self._begin()
        request = chat_pb2.SubscribeRequest(open=open_command(cursors, watched, epoch))
        self._read_from(client.chat_stub.Subscribe(request, metadata=client.metadata,
                                                   wait_for_ready=True, timeout=PATIENCE * 20))
