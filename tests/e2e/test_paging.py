"""Lists in pages: a token leads on in the list that gave it, and in no other."""

import grpc

import stubs
from client import failure_of
from harness import ServerTestCase
from stubs import (chat_pb2, member_pb2, message_pb2, preference_pb2, room_pb2, search_pb2,
                   service_account_pb2, session_pb2, tenant_pb2, thread_pb2, user_pb2)

USERS = ("alice", "bob", "carol", "dave")


class Paging(ServerTestCase):
    def setUp(self):
        self.tenant = self.make_tenant(*USERS)
        self.other_tenant = self.make_tenant(*USERS)
        self.admin, self.service = self.tenant.admin, self.tenant.service
        self.alice, self.bob = (self.client(self.tenant, user_id) for user_id in ("alice", "bob"))
        self.room_id = self.fill_room("first")
        self.other_room_id = self.fill_room("second")
        self.tenant.sign_in("alice")
        for name in ("reports", "shop"):
            self.admin.service_accounts.SetServiceAccount(
                service_account_pb2.SetServiceAccountRequest(
                    service_account=service_account_pb2.ServiceAccount(
                        name=name, tenants=["*"], services=["*"])))
        self.service.set_search_language("english")

    def fill_room(self, name):
        """A room with at least two entries in each of its lists, about message 1 and the next."""
        room_id = self.alice.create_group(*USERS, kind=room_pb2.ROOM_KIND_PUBLIC, name=name).room.id
        self.seqs = [self.alice.send_message(room_id, str(i), "apples").seq for i in range(2)]
        for seq in self.seqs:
            place = {"room_id": room_id, "seq": seq}
            self.alice.messages.PinMessage(message_pb2.PinMessageRequest(**place))
            self.alice.messages.EditMessage(
                message_pb2.EditMessageRequest(**place, text="more apples"))
            for client in (self.alice, self.bob):
                client.messages.AddReaction(message_pb2.AddReactionRequest(**place, reaction="yes"))
            self.bob.send_message(room_id, f"reply {seq}", "yes", thread_seq=seq)
        return room_id

    def lists(self):
        """By request: the method's caller and another, and another query (None: it has none)."""
        room, other_room = {"room_id": self.room_id}, {"room_id": self.other_room_id}
        seq, other_seq = self.seqs
        users = (self.alice, self.bob)
        return {
            chat_pb2.ListPinnedMessagesRequest: (
                "chat.ListPinnedMessages", users, room, [other_room]),
            member_pb2.ListMembersRequest: ("members.ListMembers", users, room, [other_room]),
            message_pb2.ListEditsRequest: (
                "messages.ListEdits", users, {**room, "seq": seq},
                [{**other_room, "seq": seq}, {**room, "seq": other_seq}]),
            message_pb2.ListReactionsRequest: (
                "messages.ListReactions", users, {**room, "seq": seq},
                [{**other_room, "seq": seq}, {**room, "seq": other_seq}]),
            preference_pb2.ListRecipientsRequest: (
                "preferences.ListRecipients", (self.service, self.other_tenant.service),
                {**room, "seq": seq}, [{**other_room, "seq": seq}, {**room, "seq": other_seq}]),
            room_pb2.BrowseRoomsRequest: (
                "rooms.BrowseRooms", users, {}, [{"name_prefix": "f"}, {"query": "first"}]),
            room_pb2.ListRoomsRequest: (
                "rooms.ListRooms", users, {}, [{"include_hidden": True}, {"pinned_only": True}]),
            search_pb2.SearchMessagesRequest: (
                "search.SearchMessages", users, {"query": "apples"},
                [{"query": "more"}, {"query": "apples", **room},
                 {"query": "apples", "sender_id": "alice"},
                 {"query": "apples", "order": search_pb2.SEARCH_ORDER_LATEST},
                 {"query": "apples", "stored_from": {"seconds": 1}},
                 {"query": "apples", "stored_before": {"seconds": 1}},
                 {"query": "apples", "has_attachment": True},
                 {"query": "apples", "mentions_me": True}]),
            service_account_pb2.ListServiceAccountsRequest: (
                "service_accounts.ListServiceAccounts", (self.admin,), {}, []),
            session_pb2.ListSessionsRequest: (
                "sessions.ListSessions", (self.alice, self.service), {"user_id": "alice"}, [{}]),
            tenant_pb2.ListTenantsRequest: (
                "tenants.ListTenants", (self.admin,), {},
                [{"schema_name_prefix": "t"}, {"domain": "a.example"},
                 {"state": tenant_pb2.TENANT_STATE_ACTIVE}]),
            thread_pb2.ListThreadsRequest: ("threads.ListThreads", users, {}, [room]),
            user_pb2.ListUsersRequest: ("users.ListUsers", users, {},
                                        [{"id_prefix": "a"}, {"query": "a"}]),
        }

    @staticmethod
    def call(client, method, request):
        service, name = method.split(".")
        return getattr(getattr(client, service), name)(request)

    def test_the_lists_are_all_of_the_api(self):
        with_pages = {method.input_type.name for service in stubs.api_services()
                      for method in service.methods if "page_token" in method.input_type.fields_by_name}
        self.assertEqual({request.DESCRIPTOR.name for request in self.lists()}, with_pages)

    def test_pages_have_each_entry_once(self):
        for request, (method, (client, *_), query, _) in self.lists().items():
            with self.subTest(method=method):
                entries, token, pages = [], "", 0
                while token or not pages:
                    page = self.call(client, method, request(
                        **query, page_size=1, page_token=token))
                    (field,) = (field.name for field in page.DESCRIPTOR.fields
                                if field.label == field.LABEL_REPEATED)
                    entries += map(str, getattr(page, field))
                    token, pages = page.next_page_token, pages + 1
                whole = getattr(self.call(client, method, request(**query)), field)
                self.assertGreater(len(whole), 1)
                self.assertEqual(entries, list(map(str, whole)))

    def test_a_token_is_of_one_query_and_one_caller(self):
        tokens = {}
        for request, (method, (client, *others), query, other_queries) in self.lists().items():
            token = self.call(client, method, request(**query, page_size=1)).next_page_token
            tokens[method] = token
            with self.subTest(method=method):
                for other_query in other_queries:
                    self.assertRefused(client, method, request(**other_query, page_token=token))
                for other in others:
                    self.assertRefused(other, method, request(**query, page_token=token))
        self.assertEqual(len(set(tokens.values())), len(tokens))
        for request, (method, (client, *_), query, _) in self.lists().items():
            for other, token in tokens.items():
                if other != method:
                    with self.subTest(method=method, token_of=other):
                        self.assertRefused(client, method, request(**query, page_token=token))

    def assertRefused(self, client, method, request):
        with self.assertFails(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD") as caught:
            self.call(client, method, request)
        self.assertEqual(list(failure_of(caught.exception).violations), ["page_token"])
