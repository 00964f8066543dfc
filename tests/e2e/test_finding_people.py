"""Finding people by what one knows of their names, and reading many of them at once."""

import grpc

from client import Client
from harness import Postgres, ServerTestCase
from stubs import user_pb2

INVALID = (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")

NAMES = {
    "10": "Anna Müller", "11": "Hans-Peter O'Brien", "100": "José María García", "alice@example.com": "Alice Liddell",
    "12": "Łukasz Grażyna", "13": "Дмитрий Ёлкин", "14": "山田太郎", "15": "김철수", "16": "Straßer Øystein",
    "17": "İpek Işık", "18": "Νίκος ΠΑΠΑΣ", "19": "Jose\u0301 100%", "Zoë": "", "20": "Tom_Smith",
}
# By query: whom it finds.
FOUND = {
    "": NAMES, "10": ["10", "100", "19"], "1": [user for user in NAMES if user.startswith("1")],
    "100": ["100", "19"], "100%": ["19"], "anna": ["10"], "ANN": ["10"], "muller": ["10"], "Müller Anna": ["10"],
    "mull ann": ["10"], "nna": [], "anna brien": [], "anna anna": ["10"], "anna b": [],
    "peter": ["11"], "hans-p": ["11"], "o'b": ["11"], "brien": ["11"],
    "jose": ["100", "19"], "JOSÉ": ["100", "19"], "maria garcia jose": ["100"], "alice": ["alice@example.com"],
    "ALICE@EX": ["alice@example.com"], "example": [], "lid al": ["alice@example.com"],
    "lukasz": ["12"], "grażyna": ["12"], "grazyna": ["12"], "дмитрий": ["13"], "ДМИ": ["13"], "елкин": ["13"],
    "太郎": ["14"], "山田": ["14"], "山田太郎": ["14"], "철수": ["15"], "김": ["15"], "strasser": ["16"], "oystein": ["16"],
    "ipek isik": ["17"], "ışık": ["17"], "νικος παπας": ["18"], "ΝΊΚΟΣ": ["18"], "zoe": ["Zoë"], "smith": ["20"],
    "tom_s": ["20"], "...": [], "'": [], "%": [], "\\": [], "a%": [], "jos_": ["100", "19"], " anna  m ": ["10"],
}


def ids(client, query, **fields):
    return [user.id for user in client.users.ListUsers(
        user_pb2.ListUsersRequest(query=query, **fields)).users]


class FindingPeople(ServerTestCase):
    def setUp(self):
        self.tenant = self.make_tenant()
        self.tenant.service.users.UpsertUsers(user_pb2.UpsertUsersRequest(
            users=[user_pb2.User(id=id, display_name=name) for id, name in NAMES.items()]))
        self.anna = self.client(self.tenant, "10")

    def batch(self, client, *user_ids):
        return client.users.BatchGetUsers(user_pb2.BatchGetUsersRequest(user_ids=user_ids)).users

    def test_each_query_finds_whom_it_must_and_nobody_else(self):
        for query, found in FOUND.items():
            with self.subTest(query=query):
                self.assertEqual(ids(self.anna, query), sorted(found))

    def test_what_is_found_comes_in_pages_and_with_the_prefix(self):
        found, token = [], None
        while token != "":
            page = self.anna.users.ListUsers(user_pb2.ListUsersRequest(
                query="1", page_size=2, page_token=token or ""))
            found += [user.id for user in page.users]
            token = page.next_page_token
        self.assertEqual(found, sorted(FOUND["1"]))
        self.assertEqual(ids(self.anna, "jose", id_prefix="19"), ["19"])

    def test_the_deactivated_are_not_found_but_read(self):
        self.tenant.service.users.DeactivateUser(user_pb2.DeactivateUserRequest(user_id="100"))
        self.assertEqual(ids(self.anna, "jose"), ["19"])
        self.assertEqual([(user.id, user.deactivated) for user in self.batch(self.anna, "100", "10")],
                         [("10", False), ("100", True)])

    def test_many_are_read_at_once(self):
        users = self.batch(self.anna, "Zoë", "10", "nobody", "alice@example.com", "10")
        self.assertEqual([(user.id, user.display_name) for user in users],
                         [(id, NAMES[id]) for id in ("10", "Zoë", "alice@example.com")])
        self.assertEqual(len(self.batch(self.tenant.service, *NAMES)), len(NAMES))
        self.assertEqual(len(self.batch(self.anna, *[str(i) for i in range(500)])), 12)

    def test_bad_input_is_refused(self):
        for user_ids in ([], [str(i) for i in range(501)], ["10", ""], ["a\nb"], ["a" * 601]):
            with self.assertFails(*INVALID):
                self.batch(self.anna, *user_ids)
        for query in ("a" * 257, "a\nb"):
            with self.assertFails(*INVALID):
                ids(self.anna, query)

    def test_nobody_finds_people_of_another_tenant(self):
        other = self.make_tenant("10", "99")
        client = self.client(other, "10")
        self.assertEqual(ids(client, "anna"), [])
        self.assertEqual(ids(client, "1"), ["10"])
        self.assertEqual([(user.id, user.display_name) for user in self.batch(client, "10", "100", "99")],
                         [("10", ""), ("99", "")])
        stranger = Client(self.server.address, tenant=other.name, token=self.tenant.token("10"))
        self.addCleanup(stranger.close)
        for call in (lambda: ids(stranger, "anna"), lambda: self.batch(stranger, "10")):
            with self.assertFails(grpc.StatusCode.UNAUTHENTICATED, "CREDENTIAL_INVALID"):
                call()


class FindingPeopleOfAnApplication(ServerTestCase):
    flags = ("--user-table", "auth_user")

    def test_people_are_found_by_numbers_and_names(self):
        tenant = self.make_tenant()
        Postgres.shared(False).query(
            f"CREATE TABLE {tenant.name}.auth_user (id serial PRIMARY KEY, username varchar(150), password varchar(128), "
            f"is_active boolean NOT NULL); INSERT INTO {tenant.name}.auth_user (username, password, is_active) VALUES "
            "('José García', '', true), ('Jose Müller', '', false), ('anna.müller', '', true), (NULL, '', true)",
            self.database_url)
        service = tenant.service
        for query, found in {"jose": ["1"], "garc": ["1"], "müll": ["3"], "ANNA.M": ["3"], "4": ["4"], "1": ["1"],
                             "2": []}.items():
            with self.subTest(query=query):
                self.assertEqual(ids(service, query), found)
        users = service.users.BatchGetUsers(user_pb2.BatchGetUsersRequest(user_ids=["3", "2", "9"])).users
        self.assertEqual([(user.id, user.display_name, user.deactivated) for user in users],
                         [("2", "Jose Müller", True), ("3", "anna.müller", False)])
