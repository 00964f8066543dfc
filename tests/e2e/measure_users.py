"""How long looking users up, and finding them by name, takes over a large table of the application's, without and with
an index.

  /usr/bin/python3 tests/e2e/measure_users.py [USERS]      (default: 100000; needs a build)
"""

import statistics
import sys
import time

from harness import Chatterd, Postgres, Tenant
from stubs import room_pb2, user_pb2

CALLS = 40


def median_millis(call):
    times = []
    for number in range(CALLS):
        began = time.perf_counter()
        call(number)
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1_000


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    postgres = Postgres.shared(False)
    url = postgres.make_database()
    server = Chatterd(url, "--user-table", "auth_user")
    server.start()
    tenant = Tenant(server, "acme")
    postgres.query(
        "CREATE TABLE acme.auth_user (id serial PRIMARY KEY, username varchar(150) UNIQUE, "
        "password varchar(128), is_active boolean NOT NULL); "
        "INSERT INTO acme.auth_user (username, password, is_active) "
        "SELECT (ARRAY['Anna', 'Bérénice', 'Hans-Peter', 'Дмитрий', '山田'])[1 + n % 5] || ' ' || "
        "       (ARRAY['Müller', 'Smith', 'García', 'Jones'])[1 + n % 4] || ' ' || n, repeat('x', 88), true "
        f"FROM generate_series(1, {count}) n; "
        "ANALYZE acme.auth_user", url)

    def get_user(number):
        tenant.service.users.GetUser(user_pb2.GetUserRequest(user_id=str(1 + number * 97 % count)))

    def create_room(number):
        nonlocal rooms
        rooms += 1
        tenant.service.rooms.CreateRoom(room_pb2.CreateRoomRequest(
            user_ids=[str(rooms), str(rooms + count // 2)]))

    def list_users(_):
        tenant.service.users.ListUsers(user_pb2.ListUsersRequest(page_size=50))

    def find_many(_):
        find("anna mull")

    def find_one(_):
        find(f"garcia {count - 3}")

    def find_nobody(_):
        find("nobody")

    def find(query):
        tenant.service.users.ListUsers(user_pb2.ListUsersRequest(page_size=50, query=query))

    rooms = 0
    for what in ("without the index", "with the index"):
        print(f"{count} users, {what}: " + ", ".join(
            f"{call.__name__} {median_millis(call):.1f} ms"
            for call in (get_user, create_room, list_users, find_many, find_one, find_nobody)), flush=True)
        postgres.query('CREATE INDEX IF NOT EXISTS auth_user_id_text ON acme.auth_user '
                       '((id::text COLLATE "C")); ANALYZE acme.auth_user', url)
    tenant.close()
    server.destroy()


if __name__ == "__main__":
    main()
